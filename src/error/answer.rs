//! An error as programs read it.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Error, FieldConflict, FieldError, Sentence};

/// What a program is told of an [`Error`].
#[derive(Serialize, JsonSchema)]
pub struct ErrorAnswer {
    error: ErrorDetails,
}

#[derive(Serialize, JsonSchema)]
struct ErrorDetails {
    /// Stable word for programs.
    code: &'static str,
    /// What happened.
    message: Sentence,
    /// Whether what was sent is safe; may be empty.
    safety: Sentence,
    /// What to do next; may be empty.
    next: Sentence,
    /// Complaints about single fields.
    fields: Vec<FieldError>,
    /// Values that somebody else changed meanwhile.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    conflicts: Vec<FieldConflict>,
    /// Names the request in the log.
    request_id: String,
}

impl ErrorAnswer {
    /// What is told of `error`, which kept request `request_id` from its answer.
    pub fn of(error: &Error, request_id: &str) -> Self {
        Self {
            error: ErrorDetails {
                code: error.code,
                message: error.happened.clone(),
                safety: error.safety.clone(),
                next: error.next.clone(),
                fields: error.fields.clone(),
                conflicts: error.conflicts.clone(),
                request_id: request_id.to_owned(),
            },
        }
    }
}
