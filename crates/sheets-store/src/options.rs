//! Store settings: age of cached data, quota, retries, timeouts and page size.

use std::{
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};

use jiff::SignedDuration;

use crate::clock::Clock;

/// Settings of the store: freshness, quota, retries, timeouts and limits.
#[derive(Clone)]
pub struct StoreOptions {
    /// Source of the current time.
    pub clock: Clock,
    /// Maximum age of data that is returned without a new read.
    pub fresh_for: SignedDuration,
    /// Reads and writes per minute, counted separately; `None` means no limit.
    pub calls_per_minute: Option<NonZeroU32>,
    /// Delay before the first retry of a failed call; it doubles with each retry.
    pub first_pause: Duration,
    /// Time after which a waiting caller gets an error that the spreadsheet does not respond.
    pub patience: Duration,
    /// Capacity of the write queue, in batches; beyond it a caller gets [`CommitError::Busy`](crate::commit::batch::CommitError::Busy) at once.
    pub queue: NonZeroUsize,
    /// Maximum number of rows per read call; a tab with more is read in pages.
    pub rows_a_page: u32,
    /// How an unchanged spreadsheet is detected when its data is stale.
    pub change_check: ChangeCheck,
}

/// Way to detect that nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeCheck {
    /// Reads everything and compares.
    ByReading,
    /// Requests the version of the file from Drive first.
    ByDrive,
}

impl StoreOptions {
    /// Defaults for Google's service: data up to 15 s old, 54 of the 60 calls per minute.
    pub fn for_google(clock: Clock) -> Self {
        Self {
            clock,
            fresh_for: SignedDuration::from_secs(15),
            calls_per_minute: NonZeroU32::new(54),
            first_pause: Duration::from_millis(250),
            patience: Duration::from_secs(25),
            queue: const { NonZeroUsize::new(1_000).unwrap() },
            rows_a_page: 50_000,
            change_check: ChangeCheck::ByReading,
        }
    }
}
