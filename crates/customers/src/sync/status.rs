//! Sync status of all sources, for pages and JSON.

use customer_sources::{Vendor, vendors::VENDORS};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::Reading;
use web::error::Error;

use crate::sync::{
    SyncProgress, SyncService,
    rows::runs::{RunOutcome, SyncLog, SyncRun},
};

/// Maximum number of failed runs in the response.
const MAX_FAILURES: usize = 50;

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
    pub running: Option<SyncProgress>,
    /// Newest run.
    pub last_run: Option<SyncRun>,
    /// Time up to which the data is complete: start of the newest complete run.
    pub complete_as_of: Option<Timestamp>,
    /// Time of the next scheduled run.
    pub next_run_at: Option<Timestamp>,
}

impl SyncService {
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
        let failures = log.runs.iter().rev().filter(is_failure).take(MAX_FAILURES);
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

/// Result of a key test.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct KeyTestResponse {
    /// Short name of the source.
    pub source: &'static str,
    /// Display name.
    pub title: &'static str,
    /// Whether every list could be read.
    pub works: bool,
    /// Result for each list.
    pub lists: Vec<KeyTestListResponse>,
}

/// Result for one list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct KeyTestListResponse {
    /// Name of the list.
    pub list: &'static str,
    /// Error; `None` when the list could be read.
    pub problem: Option<String>,
    /// Remedy for the error.
    pub cure: Option<String>,
}
