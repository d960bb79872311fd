//! Sync status of all sources, for pages and JSON.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Progress, Syncing};
use crate::{
    customers::{
        rows::run_row::{RunOutcome, SyncLog, SyncRun},
        sources::{VENDORS, Vendor},
    },
    error::Error,
    store::Reading,
};

/// Maximum number of failed runs in the response.
const FAILURES_SHOWN: usize = 50;

/// Sync status of all sources.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SyncStatus {
    /// Every source in registry order, configured or not.
    pub sources: Vec<SourceStatus>,
    /// Runs that failed or could not read everything, newest first.
    pub failures: Vec<SyncRun>,
}

/// Sync status of one source.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SourceStatus {
    /// Short name.
    pub source: &'static str,
    /// Display name.
    pub title: &'static str,
    /// Warning next to the name; empty without one.
    pub note: &'static str,
    /// Whether the source has a key.
    pub is_configured: bool,
    /// Progress of the run in progress.
    pub running: Option<Progress>,
    /// Newest run.
    pub last_run: Option<SyncRun>,
    /// Time up to which the data is complete: start of the newest complete run.
    pub complete_as_of: Option<Timestamp>,
    /// Time of the next scheduled run.
    pub next_run_at: Option<Timestamp>,
}

impl Syncing {
    /// Sync status of all sources.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn status(&self) -> Result<SyncStatus, Error> {
        let log: Reading<SyncLog> = self.store.read().await?;
        let log = &log.snapshot.data;
        let added = self.sources.iter().map(|source| source.vendor);
        let added = added.filter(|vendor| VENDORS.iter().all(|known| known.name != vendor.name));
        let sources = VENDORS.iter().copied().chain(added).map(|vendor| self.of(vendor, log));
        let is_failure = |run: &&SyncRun| matches!(run.outcome, RunOutcome::Failed(_)) || run.failed > 0;
        let failures = log.runs.iter().rev().filter(is_failure).take(FAILURES_SHOWN);
        Ok(SyncStatus {
            sources: sources.collect(),
            failures: failures.cloned().collect(),
        })
    }

    fn of(&self, vendor: &'static Vendor, log: &SyncLog) -> SourceStatus {
        let is_configured = self.source(vendor.name).is_some();
        let next = self.schedule.next(vendor.name, &self.clock.zoned_now());
        SourceStatus {
            source: vendor.name,
            title: vendor.title,
            note: vendor.verification.note(),
            is_configured,
            running: self.progress(vendor.name),
            last_run: log.last(vendor.name).cloned(),
            complete_as_of: log.last_complete(vendor.name).and_then(|run| run.watermark),
            next_run_at: next.filter(|_| is_configured),
        }
    }
}
