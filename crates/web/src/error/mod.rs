//! Error type of handlers, rendered as a page for people or as JSON for programs.
//!
//! A handler returns an [`Error`]. It travels inside the response to the middleware, which knows the request, renders the
//! error in the requested format and logs it once. The cause appears only in the log.

pub(crate) mod callers;
pub(crate) mod idempotency;
mod limits;
pub(crate) mod response;
pub(crate) mod translation;

use std::{
    borrow::Cow,
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use aide::OperationOutput;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use sheets_store::{CommitError, RowProblem, StorageProblem, read::read_error::ReadError};

pub use crate::error::{callers::UnknownHost, response::ErrorResponse, translation::translate};

/// Text for a person.
pub type Sentence = Cow<'static, str>;

/// Error of a request. Boxed, so that a `Result` stays small.
#[derive(Debug)]
pub struct Error(Box<ErrorContent>);

/// Content of an [`Error`].
#[derive(Debug)]
pub struct ErrorContent {
    /// HTTP status code.
    pub status: StatusCode,
    /// Stable error code for programs, such as `spreadsheet_unavailable`.
    pub code: &'static str,
    /// Heading: what happened, in a few words.
    pub heading: Sentence,
    /// What happened, in one sentence.
    pub happened: Sentence,
    /// Whether the input is safe; empty if there was none.
    pub safety: Sentence,
    /// What to do next.
    pub next: Sentence,
    /// Errors of single fields.
    pub fields: Vec<FieldError>,
    /// Values that another writer changed since the caller read them.
    pub conflicts: Vec<FieldConflict>,
    /// Seconds until a retry can succeed, sent as `Retry-After`.
    pub retry_after: Option<u32>,
    /// Cause, for the log only.
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The error responses of every route are described once, in `openapi`.
impl OperationOutput for Error {
    type Inner = ();
}

/// Error of one field: what is wrong and what is expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldError {
    /// Name of the field in the request.
    pub field: Cow<'static, str>,
    /// Message, one or two sentences.
    pub message: String,
}

/// Conflict in one field: another writer changed the value after the caller had read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldConflict {
    /// Name of the field in the request.
    pub field: &'static str,
    /// Value that the caller read.
    pub seen: Value,
    /// Value in the spreadsheet now.
    pub found: Value,
    /// Value that the caller wants to write.
    pub wanted: Value,
}

impl FieldError {
    /// Error of `field`.
    pub fn new(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

impl Error {
    /// Error with a code for programs, a heading and what happened.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        heading: impl Into<Sentence>,
        happened: impl Into<Sentence>,
    ) -> Self {
        Self(Box::new(ErrorContent {
            status,
            code,
            heading: heading.into(),
            happened: happened.into(),
            safety: Sentence::default(),
            next: Sentence::default(),
            fields: Vec::new(),
            conflicts: Vec::new(),
            retry_after: None,
            cause: None,
        }))
    }

    /// Adds what to do next.
    #[must_use]
    pub fn with_next_step(mut self, next: impl Into<Sentence>) -> Self {
        self.next = next.into();
        self
    }

    /// Adds whether the input is safe.
    #[must_use]
    pub fn with_safety(mut self, safety: impl Into<Sentence>) -> Self {
        self.safety = safety.into();
        self
    }

    /// Adds the cause, which appears in the log only.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// 404: no page has this address.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "There is nothing at this address",
            "The link may be old, or a letter may be missing from it.",
        )
        .with_next_step("Start again from the first page.")
    }

    /// 422: the input is invalid; each field has its message.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        Self::of_fields(fields)
            .with_safety("Nothing was written.")
            .with_next_step("Change it and send it again.")
    }

    /// 422: the query is invalid; each field has its message. There was no input, so nothing is said about its safety.
    pub fn invalid_query(fields: Vec<FieldError>) -> Self {
        Self::of_fields(fields).with_next_step("Change the address and try again.")
    }

    fn of_fields(fields: Vec<FieldError>) -> Self {
        let messages: Vec<&str> = fields.iter().map(|field| field.message.as_str()).collect();
        let mut error = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "This cannot be used as it is",
            messages.join(" "),
        );
        error.fields = fields;
        error
    }

    /// 400: the address cannot be parsed.
    pub fn unreadable_address() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "unreadable",
            "The address cannot be read",
            "It contains something that is not text, or that is not known here.",
        )
        .with_next_step("Change the address and try again.")
    }

    /// 400: the body cannot be parsed.
    pub fn unreadable(reason: impl Into<Sentence>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "unreadable",
            "The request cannot be read",
            reason,
        )
        .with_safety("Nothing was written.")
        .with_next_step("Go back and send it again.")
    }

    /// 403: a page of another site sent the form.
    pub fn foreign_origin() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "foreign_origin",
            "This form came from another site",
            "Tallyboard accepts what its own pages send, so that no other site can write in your name.",
        )
        .with_safety("Nothing was written.")
        .with_next_step("Open the page here and send it again.")
    }

    /// 429: the client exceeded the rate limit; `retry_after` is in seconds.
    pub fn too_many(retry_after: u32) -> Self {
        let mut error = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "That was a lot at once",
            "More came from your address than one team usually sends in a minute.",
        )
        .with_safety("This one was not recorded.")
        .with_next_step(format!(
            "Wait {retry_after} seconds, go back and send it again. It will not count twice."
        ));
        error.retry_after = Some(retry_after);
        error
    }

    /// 413: the body is larger than any form.
    pub fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "That is too much for this form",
            "The request is larger than anything this page sends.",
        )
        .with_safety("Nothing was written.")
        .with_next_step("Shorten it and send it again.")
    }

    /// 415: the content type is not supported.
    pub fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "The request cannot be read",
            "Send a form (application/x-www-form-urlencoded) or JSON (application/json).",
        )
        .with_safety("Nothing was written.")
    }

    /// 405: the address does not support this method.
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "That cannot be done here",
            "The address exists, but not for this kind of request.",
        )
        .with_next_step("Start again from the first page.")
    }

    /// 409: another writer changed or removed the row between read and write.
    pub fn changed_meanwhile(error: CommitError) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "changed_meanwhile",
            "NOT recorded",
            "Somebody changed this row in the meantime.",
        )
        .with_safety("Nothing was changed.")
        .with_next_step("Look at the row as it is now, and decide again.")
        .with_cause(error)
    }

    /// 409: another writer changed these values after the caller had read them.
    pub fn conflicting(conflicts: Vec<FieldConflict>) -> Self {
        let mut error = Self::new(StatusCode::CONFLICT, "changed_meanwhile", "NOT recorded", "")
            .with_safety("Nothing was changed.")
            .with_next_step(
                "Compare the values under “conflicts”, decide, and send it again with what was found as seen.",
            );
        error.conflicts = conflicts;
        error.happened = format!("Somebody changed {} in the meantime.", error.conflicting_fields()).into();
        error
    }

    fn conflicting_fields(&self) -> String {
        let fields: Vec<&str> = self.conflicts.iter().map(|conflict| conflict.field).collect();
        fields.join(", ")
    }

    /// 409: several rows have this id, so the row cannot be identified.
    pub fn repeated_id(error: CommitError) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "repeated_id",
            "NOT recorded",
            "Several rows of the spreadsheet have this id, so that it is not known which one is meant.",
        )
        .with_safety("Nothing was changed.")
        .with_next_step("Write a number that no other row has over the id of the row that was copied, and try again.")
        .with_cause(error)
    }

    /// 500: an error of the program.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong here",
            "The program could not finish this request. The mistake is ours, not yours.",
        )
        .with_safety("If you were sending a form, go back: your browser still has what you entered, and sending it again never counts twice.")
        .with_next_step("Try once more. If it happens again, tell whoever runs Tallyboard the request number below.")
        .with_cause(cause)
    }

    /// Whether the cause lies with the server, not with the caller (status 5xx).
    pub fn is_server_error(&self) -> bool {
        self.status.is_server_error()
    }
}

impl Deref for Error {
    type Target = ErrorContent;

    fn deref(&self) -> &ErrorContent {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut ErrorContent {
        &mut self.0
    }
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        let read = match &error {
            ReadError::Unreachable(_) => {
                let mut unavailable = Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "spreadsheet_unavailable",
                    "The spreadsheet does not answer",
                    "Google Sheets cannot be reached at the moment, and there is no earlier data to show.",
                )
                .with_next_step("Try again in a minute.");
                unavailable.retry_after = Some(30);
                unavailable
            }
            ReadError::TabMissing(title) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "tab_missing",
                "A tab of the spreadsheet is missing",
                format!("The spreadsheet has no tab “{title}”. It was deleted or renamed."),
            )
            .with_next_step(format!(
                "Rename the tab back to “{title}”, or run `tallyboard check` to make an empty one."
            )),
            ReadError::Headers(problems) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "header_missing",
                "A column of the spreadsheet is missing",
                format!("{error}."),
            )
            .with_next_step(
                problems
                    .iter()
                    .map(sheets_store::HeaderProblem::cure)
                    .collect::<Vec<_>>()
                    .join(" "),
            ),
            ReadError::Refused(_) => Self::new(
                StatusCode::BAD_GATEWAY,
                "spreadsheet_refused",
                "The spreadsheet is closed to Tallyboard",
                "Google refuses to show the spreadsheet to this program.",
            )
            .with_next_step("Whoever runs Tallyboard can run `tallyboard check`, which names the cure."),
        };
        read.with_safety("Nothing was changed.").with_cause(error)
    }
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        if let CommitError::Closed(reason) = error {
            let mut converted = Self::from(reason);
            converted.heading = "NOT recorded".into();
            converted.safety = "Everything you entered is still here.".into();
            return converted;
        }
        if let CommitError::NoSuchRow {
            problem: RowProblem::Repeated,
            ..
        } = error
        {
            return Self::repeated_id(error);
        }
        if let CommitError::KeyReused { tab, id } = error {
            return Self::key_reused(tab, id);
        }
        if let CommitError::Conflict(_) | CommitError::NoSuchRow { .. } = error {
            return Self::changed_meanwhile(error);
        }
        let mut converted = match &error {
            // Limit of ten million cells: <https://support.google.com/drive/answer/37603>
            CommitError::Refused(reason) if reason.contains("number of cells in the workbook above the limit") => {
                Self::new(
                    StatusCode::INSUFFICIENT_STORAGE,
                    "spreadsheet_full",
                    "NOT recorded",
                    "The spreadsheet has the ten million cells that Google allows. Delete old rows of audit_log or tabs that nobody needs.",
                )
            }
            CommitError::NotWritten(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "not_recorded",
                "NOT recorded",
                "The spreadsheet could not be reached, so nothing was written.",
            ),
            CommitError::NotStored(problem) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "not_stored",
                "NOT recorded",
                match problem {
                    StorageProblem::DiskFull => "The program has no room left to store anything, so nothing was written.",
                    _ => "The program cannot store anything at the moment, so nothing was written.",
                },
            ),
            CommitError::Unknown(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "not_confirmed",
                "NOT recorded, as far as we know",
                "The spreadsheet did not confirm that it was written.",
            ),
            CommitError::Busy => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "NOT recorded",
                "Too many entries are waiting to be written at this moment.",
            ),
            _ => Self::new(
                StatusCode::BAD_GATEWAY,
                "spreadsheet_refused",
                "NOT recorded",
                "The spreadsheet refuses this entry.",
            ),
        }
        .with_safety("Everything you entered is still here.")
        .with_next_step("Send it again: it is safe, the same entry never counts twice.")
        .with_cause(error);
        converted.retry_after = Some(10);
        converted
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.happened)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
