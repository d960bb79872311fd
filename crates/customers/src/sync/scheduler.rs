//! Scheduler: starts due runs, and follows merges that people make in the sheet.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use customer_sources::{OpenSource, SyncMode};
use jiff::Timestamp;
use sheets_store::{Reading, error_chain::error_chain};
use web::error::Error;

use crate::{
    customer::merge::rows::AliasRows,
    sync::{
        SyncService, lock,
        rows::runs::{SyncLog, SyncRun},
    },
};

/// Polling interval; polling also works on machines that sleep.
const POLL_INTERVAL: Duration = Duration::from_mins(1);
/// Polls between two reads of the merges, each of which costs one API call.
const POLLS_BETWEEN_MERGE_READS: u32 = 5;

impl SyncService {
    /// Starts runs when they are due. Runs until the service stops.
    pub async fn run_by_schedule(self: Arc<Self>) {
        let mut merges: Option<u64> = None;
        for poll in 0_u32.. {
            tokio::time::sleep(POLL_INTERVAL).await;
            if self.is_stopping() {
                return;
            }
            if let Err(error) = self.start_due_runs().await {
                tracing::warn!("the schedule of syncs could not be followed: {}", error_chain(&error));
            }
            if let Err(error) = self.catch_up().await {
                tracing::warn!("the customers could still not be derived: {}", error_chain(&error));
            }
            if poll % POLLS_BETWEEN_MERGE_READS == 0 {
                merges = self.follow_merges(merges).await;
            }
        }
    }

    /// Starts a run for every due source; returns their short names.
    ///
    /// # Errors
    /// When the log cannot be read. It is read only for sources without a recent run of this process.
    pub async fn start_due_runs(self: &Arc<Self>) -> Result<Vec<&'static str>, Error> {
        let now = self.clock.zoned_now();
        let is_due = |source: &OpenSource, last: Option<Timestamp>| {
            let name = source.vendor.name;
            self.progress(name).is_none() && self.schedule.is_due(name, last, &now)
        };
        let started_at = lock(&self.started_at).clone();
        let last_started = |source: &OpenSource| started_at.get(source.vendor.name).copied();
        let mut due: Vec<Arc<OpenSource>> = self
            .sources
            .iter()
            .filter(|source| is_due(source, last_started(source)))
            .cloned()
            .collect();
        if due.is_empty() {
            return Ok(Vec::new());
        }
        // Another instance, or this one before a restart, may have run it.
        let log: Reading<SyncLog> = self.store.read().await?;
        due.retain(|source| {
            let last_logged = log.snapshot.data.last(source.vendor.name).map(|run| run.started_at);
            is_due(source, last_started(source).max(last_logged))
        });
        self.start(&due, SyncMode::Incremental);
        Ok(due.iter().map(|source| source.vendor.name).collect())
    }

    /// Brings the customers up to date if that failed after the last run of this process or an earlier one; returns
    /// whether it was needed. A run in progress does it by itself.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written; the next poll retries.
    pub async fn catch_up(&self) -> Result<bool, Error> {
        if !self.has_checked_log.load(Ordering::SeqCst) {
            let log: Reading<SyncLog> = self.store.read().await?;
            let is_derivation_pending = log.snapshot.data.runs.iter().any(SyncRun::is_derivation_pending);
            self.needs_derivation.fetch_or(is_derivation_pending, Ordering::SeqCst);
            self.has_checked_log.store(true, Ordering::SeqCst);
        }
        let is_due = self.needs_derivation.load(Ordering::SeqCst) && lock(&self.running).is_empty();
        if is_due {
            self.derive_and_score().await?;
        }
        Ok(is_due)
    }

    /// Derives the customers again if the merges changed since version `known`.
    async fn follow_merges(&self, known: Option<u64>) -> Option<u64> {
        let merges: Reading<AliasRows> = match self.store.read().await {
            Ok(merges) => merges,
            Err(error) => {
                tracing::warn!("the merges of customers could not be read: {error}");
                return known;
            }
        };
        let version = merges.snapshot.version;
        // After a start, merges made before it are unknown.
        let is_new = known != Some(version) && (known.is_some() || !merges.snapshot.data.aliases.is_empty());
        if is_new && let Err(error) = self.derive().await {
            tracing::warn!("the merges of customers could not be followed: {}", error_chain(&error));
            return known;
        }
        Some(version)
    }
}
