//! JSON body of an error response.

use domain::language::Language;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::{Error, FieldConflict, FieldError};

/// JSON body of an [`Error`].
#[derive(Serialize, JsonSchema)]
pub struct ErrorResponse {
    error: ErrorBody,
}

#[derive(Serialize, JsonSchema)]
struct ErrorBody {
    /// Stable error code for programs.
    code: &'static str,
    /// What happened.
    message: String,
    /// Whether the input is safe; may be empty.
    safety: String,
    /// What to do next; may be empty.
    next: String,
    /// Errors of single fields.
    fields: Vec<FieldError>,
    /// Values that another writer changed since the caller read them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    conflicts: Vec<FieldConflict>,
    /// Request id in the log.
    request_id: String,
}

impl ErrorResponse {
    /// Body for `error` of request `request_id`, in the language of the request.
    pub fn of(error: &Error, request_id: &str, language: Language) -> Self {
        let text = error.text(language);
        Self {
            error: ErrorBody {
                code: error.code,
                message: text.happened.into_owned(),
                safety: text.safety.into_owned(),
                next: text.next.into_owned(),
                fields: error.fields.clone(),
                conflicts: error.conflicts.clone(),
                request_id: request_id.to_owned(),
            },
        }
    }
}
