//! Store settings: names in the spreadsheet, age of cached data, quota, retries, timeouts and page size.

use std::{
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};

use jiff::SignedDuration;

use crate::{clock::Clock, schema::tab::Tab};

/// Settings of the store: freshness, quota, retries, timeouts and limits.
#[derive(Clone)]
pub struct StoreOptions {
    /// Names under which the program appears in the spreadsheet.
    pub identity: ProgramIdentity,
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
    /// Called after each read with the number of rows, for example to return freed memory to the system.
    pub after_read: fn(rows: usize),
}

/// Names under which a program appears in the spreadsheet. All instances that share a spreadsheet have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramIdentity {
    /// Audit log; see [`audit_log_tab`](crate::audit::audit_log_tab).
    pub audit_log: &'static Tab,
    /// Author of repairs, as the audit log shows it.
    pub author: &'static str,
    /// Beginning of the names of the named ranges that hold the fencing token: letters and underscores, the last one an
    /// underscore. Instances with different prefixes do not see each other's writes.
    pub fencing_prefix: &'static str,
    /// Names of the settings that the explanations of set-up problems mention.
    pub settings: SettingNames,
}

/// Names of the program's settings, as its user knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingNames {
    /// Setting that holds the id of the spreadsheet.
    pub spreadsheet_id: &'static str,
    /// Setting that holds the root URL of the Sheets API, if it is not Google's.
    pub api_url: &'static str,
    /// Instructions for connecting a spreadsheet, as in “Compare the set-up with …”.
    pub guide: &'static str,
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
    pub fn for_google(clock: Clock, identity: ProgramIdentity) -> Self {
        Self {
            identity,
            clock,
            fresh_for: SignedDuration::from_secs(15),
            calls_per_minute: NonZeroU32::new(54),
            first_pause: Duration::from_millis(250),
            patience: Duration::from_secs(25),
            queue: const { NonZeroUsize::new(1_000).unwrap() },
            rows_a_page: 50_000,
            change_check: ChangeCheck::ByReading,
            after_read: |_| {},
        }
    }
}
