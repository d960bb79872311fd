//! Runs that begin by themselves, and merges that people made in the sheet.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use jiff::Timestamp;

use super::{Syncing, lock};
use crate::{
    cause::chain,
    customers::{
        rows::{
            alias_row::AliasRows,
            run_row::{SyncLog, SyncRun},
        },
        sources::{Mode, OpenSource},
    },
    error::Error,
    store::Reading,
};

/// How often the clock is looked at; a machine that was asleep is not woken at a set time.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Every so many looks the tab of merges is read, which costs one call.
const LOOKS_BETWEEN_MERGES: u32 = 5;

impl Syncing {
    /// Begins runs when their time has come, for ever.
    pub async fn run_by_schedule(self: Arc<Self>) {
        let mut merges: Option<u64> = None;
        for look in 0_u32.. {
            tokio::time::sleep(LOOK_EVERY).await;
            if self.is_stopping() {
                return;
            }
            if let Err(error) = self.begin_what_is_due().await {
                tracing::warn!("the schedule of syncs could not be followed: {}", chain(&error));
            }
            if let Err(error) = self.catch_up().await {
                tracing::warn!("the customers could still not be derived: {}", chain(&error));
            }
            if look % LOOKS_BETWEEN_MERGES == 0 {
                merges = self.follow_merges(merges).await;
            }
        }
    }

    /// Begins to read every source whose time has come; answers their short names.
    ///
    /// # Errors
    /// When the log cannot be read, which is only done when this program has not read a source since its last time.
    pub async fn begin_what_is_due(self: &Arc<Self>) -> Result<Vec<&'static str>, Error> {
        let now = self.clock.zoned_now();
        let is_due = |source: &OpenSource, last: Option<Timestamp>| {
            let name = source.vendor.name;
            self.progress(name).is_none() && self.schedule.is_due(name, last, &now)
        };
        let begun = lock(&self.begun).clone();
        let here = |source: &OpenSource| begun.get(source.vendor.name).copied();
        let mut due: Vec<Arc<OpenSource>> = self
            .sources
            .iter()
            .filter(|one| is_due(one, here(one)))
            .cloned()
            .collect();
        if due.is_empty() {
            return Ok(Vec::new());
        }
        // Another program, or this one before it was started again, may have read it.
        let log: Reading<SyncLog> = self.store.read().await?;
        due.retain(|source| {
            let elsewhere = log.snapshot.data.last(source.vendor.name).map(|run| run.started_at);
            is_due(source, here(source).max(elsewhere))
        });
        self.start(&due, Mode::Incremental);
        Ok(due.iter().map(|source| source.vendor.name).collect())
    }

    /// Brings the customers up to date when that failed after the last run, of this program or of one before it; answers
    /// whether there was something to do. A run that goes on will do it by itself.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written; the next look tries again.
    pub async fn catch_up(&self) -> Result<bool, Error> {
        if !self.has_looked_back.load(Ordering::SeqCst) {
            let log: Reading<SyncLog> = self.store.read().await?;
            let is_owed = log.snapshot.data.runs.iter().any(SyncRun::is_owed);
            self.is_behind.fetch_or(is_owed, Ordering::SeqCst);
            self.has_looked_back.store(true, Ordering::SeqCst);
        }
        let is_due = self.is_behind.load(Ordering::SeqCst) && lock(&self.running).is_empty();
        if is_due {
            self.bring_up_to_date().await?;
        }
        Ok(is_due)
    }

    /// Derives the customers anew when the merges are others than those of version `known`.
    async fn follow_merges(&self, known: Option<u64>) -> Option<u64> {
        let merges: Reading<AliasRows> = match self.store.read().await {
            Ok(merges) => merges,
            Err(error) => {
                tracing::warn!("the merges of customers could not be read: {error}");
                return known;
            }
        };
        let version = merges.snapshot.version;
        // After a start nobody knows what was merged before it.
        let is_new = known != Some(version) && (known.is_some() || !merges.snapshot.data.aliases.is_empty());
        if is_new && let Err(error) = self.derive().await {
            tracing::warn!("the merges of customers could not be followed: {}", chain(&error));
            return known;
        }
        Some(version)
    }
}
