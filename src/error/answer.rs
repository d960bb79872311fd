//! An error as programs read it.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Error, FieldConflict, FieldError};
use crate::language::Language;

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
    message: String,
    /// Whether what was sent is safe; may be empty.
    safety: String,
    /// What to do next; may be empty.
    next: String,
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
    /// What is told of `error`, which kept request `request_id` from its answer, in the language of the request.
    pub fn of(error: &Error, request_id: &str, language: Language) -> Self {
        let told = error.told(language);
        Self {
            error: ErrorDetails {
                code: error.code,
                message: told.happened.into_owned(),
                safety: told.safety.into_owned(),
                next: told.next.into_owned(),
                fields: error.fields.clone(),
                conflicts: error.conflicts.clone(),
                request_id: request_id.to_owned(),
            },
        }
    }
}
