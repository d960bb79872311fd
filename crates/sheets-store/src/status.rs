//! Health of the store, for the operator's status page: known facts only, so that reading them makes no call.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::finding::Finding;

/// Health of the store at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StoreStatus {
    /// Whether the spreadsheet responds.
    #[serde(flatten)]
    pub state: SpreadsheetState,
    /// Address of the spreadsheet in the Google Sheets editor; left out for callers who are not on this machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(default)]
    pub spreadsheet: Option<String>,
    /// Tabs that were read so far, by title.
    pub tabs: Vec<TabStatus>,
    /// Read calls.
    pub reads: CallCounts,
    /// Write calls.
    pub writes: CallCounts,
    /// Write queue: accepted batches that are not being written yet, and its capacity.
    pub queue: QueueStatus,
    /// Why the last write could not be stored, if it was for a reason of the embedded spreadsheet.
    #[serde(skip)]
    pub storage_problem: Option<StorageProblem>,
    /// Recent failed calls, newest first.
    pub failures: Vec<FailedCall>,
}

/// Whether the spreadsheet responds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SpreadsheetState {
    /// No call has been made yet.
    Idle,
    /// The last calls succeeded.
    Answering {
        /// Time of the last response.
        last_answer: Timestamp,
    },
    /// The last call of one kind failed.
    Failing {
        /// Kind of the failing calls; if both fail, the kind that failed first.
        calls: CallKind,
        /// Time of the first of these failures.
        since: Timestamp,
        /// Reason of the last failure.
        reason: FailureReason,
    },
    /// The circuit breaker is open after repeated failures: calls are not sent.
    CircuitOpen {
        /// Time of the first of these failures.
        since: Timestamp,
        /// Time of the next probe call; the present while a probe is running.
        until: Timestamp,
        /// Reason of the last failure.
        reason: FailureReason,
    },
}

/// Reason of a failed call, as one line: in the words of the service, and without them for callers who need not know its
/// accounts and projects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureReason {
    /// With the words of the service.
    pub full: String,
    /// Its kind and code.
    pub public: String,
}

impl std::fmt::Display for FailureReason {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.full)
    }
}

impl Serialize for FailureReason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.full)
    }
}

impl JsonSchema for FailureReason {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        String::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

/// Reason why the embedded spreadsheet cannot store what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum StorageProblem {
    /// The disk is full.
    #[error("the disk of the embedded spreadsheet is full")]
    DiskFull,
    /// The file may not be written.
    #[error("the file of the embedded spreadsheet cannot be written")]
    NotWritable,
    /// The disk reports errors.
    #[error("the disk of the embedded spreadsheet fails")]
    DiskFailed,
    /// The file is damaged.
    #[error("the file of the embedded spreadsheet is damaged")]
    Damaged,
}

impl StorageProblem {
    /// Problem that the embedded spreadsheet names in the details of an error; `None` in errors of other services.
    pub(crate) fn of_error(error: &serde_json::Value) -> Option<Self> {
        let details = error["details"].as_array()?;
        let own = details.iter().find(|detail| detail["domain"] == "sheets-emulator")?;
        match own["reason"].as_str()? {
            "DISK_FULL" => Some(Self::DiskFull),
            "DISK_NOT_WRITABLE" => Some(Self::NotWritable),
            "DATABASE_DAMAGED" => Some(Self::Damaged),
            _ => Some(Self::DiskFailed),
        }
    }
}

impl StoreStatus {
    /// The same for callers who are not on this machine: without the address of the spreadsheet and the words of the
    /// service.
    #[must_use]
    pub fn for_public(mut self) -> Self {
        let hide = |reason: &mut FailureReason| reason.full = reason.public.clone();
        self.spreadsheet = None;
        match &mut self.state {
            SpreadsheetState::Failing { reason, .. } | SpreadsheetState::CircuitOpen { reason, .. } => hide(reason),
            SpreadsheetState::Idle | SpreadsheetState::Answering { .. } => {}
        }
        self.failures.iter_mut().for_each(|failure| hide(&mut failure.reason));
        self
    }
}

/// Kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// Reads only.
    Reads,
    /// Changes the spreadsheet.
    Writes,
}

/// Last read of one tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TabStatus {
    /// Title of the tab.
    pub tab: &'static str,
    /// Rows below the header, including empty ones between them.
    pub rows: usize,
    /// Number of cells that could not be read.
    pub findings: usize,
    /// Time of the last read.
    pub read_at: Timestamp,
}

/// Counters of one kind of call since the program started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CallCounts {
    /// Calls that were sent.
    pub sent: u64,
    /// Sent calls that got no response or an error.
    pub failed: u64,
    /// Calls that were not sent because the circuit breaker was open.
    pub held_back: u64,
    /// Calls that could be sent at once; `None` without a limit.
    pub left: Option<u32>,
    /// Limit per minute; `None` without a limit.
    pub a_minute: Option<u32>,
    /// Calls that wait for the quota.
    pub waiting: u32,
}

/// Write queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct QueueStatus {
    /// Batches that wait.
    pub waiting: usize,
    /// Capacity in batches; further batches are rejected.
    pub room: usize,
}

/// Failed call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FailedCall {
    /// Time of the failure.
    pub at: Timestamp,
    /// Description of the call.
    pub asked: String,
    /// Reason of the failure.
    pub reason: FailureReason,
}

/// Tabs that were read so far.
#[derive(Default)]
pub(crate) struct TabStatuses(Mutex<BTreeMap<&'static str, TabStatus>>);

impl TabStatuses {
    /// Records a read of `tabs`, each a title with its number of rows, and its findings.
    pub(crate) fn note(
        &self,
        tabs: impl IntoIterator<Item = (&'static str, usize)>,
        findings: &[Finding],
        read_at: Timestamp,
    ) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (tab, rows) in tabs {
            let findings = findings.iter().filter(|finding| finding.tab == tab).count();
            known.insert(
                tab,
                TabStatus {
                    tab,
                    rows,
                    findings,
                    read_at,
                },
            );
        }
    }

    /// Statuses by title.
    pub(crate) fn list(&self) -> Vec<TabStatus> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.values().cloned().collect()
    }
}
