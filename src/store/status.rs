//! How the store fares: facts that are at hand, for a page that an operator looks at. Asking for them asks nobody else.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// How the store fares at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Status {
    /// Whether the spreadsheet answers.
    #[serde(flatten)]
    pub state: State,
    /// Address of the spreadsheet in its own editor.
    pub spreadsheet: String,
    /// The tabs that were read so far, by title.
    pub tabs: Vec<TabStatus>,
    /// Calls that read.
    pub reads: Calls,
    /// Calls that write.
    pub writes: Calls,
    /// Writes that are accepted and not yet on their way, and how many may be.
    pub queue: QueueStatus,
    /// The calls that failed lately, the last one first.
    pub failures: Vec<FailedCall>,
}

/// Whether the spreadsheet answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Nobody has asked it yet.
    Idle,
    /// The last calls were answered.
    Answering {
        /// When the last answer came.
        last_answer: Timestamp,
    },
    /// The last call of one kind failed.
    Failing {
        /// Which kind; when both fail, the one that failed first.
        calls: CallKind,
        /// When the first of the failures was noticed.
        since: Timestamp,
        /// Why the last one failed.
        reason: String,
    },
    /// So much failed in a row that calls are held back.
    CircuitOpen {
        /// When the first of the failures was noticed.
        since: Timestamp,
        /// When a call is let through again to try; the present while it is under way.
        until: Timestamp,
        /// Why the last one failed.
        reason: String,
    },
}

/// Whether a call changes the spreadsheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// It only asks.
    Reads,
    /// It changes something.
    Writes,
}

/// What is known of one tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TabStatus {
    /// Title on the tab.
    pub tab: &'static str,
    /// Rows below the header, empty ones between them included.
    pub rows: usize,
    /// Cells that could not be read.
    pub findings: usize,
    /// When it was read last.
    pub read_at: Timestamp,
}

/// The calls of one kind since the program started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Calls {
    /// Calls that were sent.
    pub sent: u64,
    /// Those that got no answer or a refusal.
    pub failed: u64,
    /// Calls that were not sent because the circuit was open.
    pub held_back: u64,
    /// Calls that could go out now; none without a bound.
    pub left: Option<u32>,
    /// The bound in calls a minute.
    pub a_minute: Option<u32>,
    /// How many wait until a call is free.
    pub waiting: u32,
}

/// The queue of writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct QueueStatus {
    /// Batches that wait.
    pub waiting: usize,
    /// Batches that may wait; the next one is refused.
    pub room: usize,
}

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FailedCall {
    /// When the failure was noticed.
    pub at: Timestamp,
    /// What was asked.
    pub asked: String,
    /// Why it failed, in a line.
    pub reason: String,
}
