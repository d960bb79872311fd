//! Response bodies of a submission.

use schemars::JsonSchema;
use serde::Serialize;

use crate::claims::receipt::outcome::SubmissionOutcome;

/// Response of `POST /leaderboard/submissions` and `GET /leaderboard/submissions/{id}`.
#[derive(Serialize, JsonSchema)]
pub struct SubmissionResponse<'a> {
    /// Always true: a failed write is an error response.
    pub recorded: bool,
    /// Outcome of the submission.
    #[serde(flatten)]
    pub effect: &'a SubmissionOutcome,
    /// Signed address for corrections, valid for 15 minutes; only in the response to the submission itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correct_at: Option<String>,
    /// The outcome as a sentence.
    pub message: String,
}

/// Response when a submission was written but its outcome cannot be read back.
#[derive(Serialize, JsonSchema)]
pub struct PendingSubmissionResponse<'a> {
    /// Always true.
    pub recorded: bool,
    /// Id of the submission.
    pub id: &'a str,
    /// The outcome as a sentence.
    pub message: &'static str,
}
