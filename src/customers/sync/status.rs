//! How the syncs fare, for people and programs.

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

/// Runs that failed which are told.
const FAILURES_SHOWN: usize = 50;

/// How the syncs fare.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SyncStatus {
    /// Every source that there is, in the order of the registry, whether it is switched on or not.
    pub sources: Vec<SourceStatus>,
    /// Runs that failed or could not read everything, newest first.
    pub failures: Vec<SyncRun>,
}

/// How the syncs of one source fare.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SourceStatus {
    /// Short name.
    pub source: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// What stands beside the name; empty when there is nothing to warn of.
    pub note: &'static str,
    /// Whether there is a key.
    pub is_configured: bool,
    /// How far the run is that goes on.
    pub running: Option<Progress>,
    /// The newest run.
    pub last_run: Option<SyncRun>,
    /// Up to when everything is known: the start of the newest complete run.
    pub complete_as_of: Option<Timestamp>,
    /// When it is read next.
    pub next_run_at: Option<Timestamp>,
}

impl Syncing {
    /// How the syncs fare.
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
