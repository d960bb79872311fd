//! One error type with two faces: a page for a person, JSON for a program; and one line in the log.
//!
//! A handler returns an [`Error`]; it travels to `guard` inside the response, which knows the request and gives it the
//! face that the caller asked for. The cause goes to the log and nowhere else.

mod answer;
mod french;

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

use crate::store::{CommitError, ReadError, RowProblem};

pub use answer::ErrorAnswer;
pub use french::translated;

/// A sentence for a person.
pub type Sentence = Cow<'static, str>;

/// Something that keeps a request from its answer.
#[derive(Debug)]
pub struct Error(Box<Details>);

/// What an [`Error`] says, and to whom.
#[derive(Debug)]
pub struct Details {
    /// HTTP status code.
    pub status: StatusCode,
    /// Stable word for programs, such as `spreadsheet_unavailable`.
    pub code: &'static str,
    /// What happened, in a few words.
    pub heading: Sentence,
    /// What happened, in a sentence.
    pub happened: Sentence,
    /// Whether what was entered is safe; empty when nothing was entered.
    pub safety: Sentence,
    /// What to do next.
    pub next: Sentence,
    /// Complaints about single fields.
    pub fields: Vec<FieldError>,
    /// Values that somebody else changed meanwhile.
    pub conflicts: Vec<FieldConflict>,
    /// Seconds after which trying again can help.
    pub retry_after: Option<u32>,
    /// For the log only.
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// How each address fails is said once for all of them, in `openapi`.
impl OperationOutput for Error {
    type Inner = ();
}

/// A complaint about one field: what is wrong and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldError {
    /// Name of the field as it is sent.
    pub field: &'static str,
    /// The complaint, in a sentence or two.
    pub message: String,
}

/// A field that somebody else changed while the caller made up their mind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldConflict {
    /// Name of the field as it is sent.
    pub field: &'static str,
    /// What the caller saw.
    pub seen: Value,
    /// What stands there now.
    pub found: Value,
    /// What the caller wants.
    pub wanted: Value,
}

impl FieldError {
    /// A complaint about `field`.
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self {
            field,
            message: message.into(),
        }
    }
}

impl Error {
    fn new(
        status: StatusCode,
        code: &'static str,
        heading: impl Into<Sentence>,
        happened: impl Into<Sentence>,
    ) -> Self {
        Self(Box::new(Details {
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

    fn then(mut self, next: impl Into<Sentence>) -> Self {
        self.next = next.into();
        self
    }

    fn safe(mut self, safety: impl Into<Sentence>) -> Self {
        self.safety = safety.into();
        self
    }

    fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Nothing is at this address.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "There is nothing at this address",
            "The link may be old, or a letter may be missing from it.",
        )
        .then("Start again from the first page.")
    }

    /// What was sent cannot be used as it is; each field says why.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        Self::about(fields)
            .safe("Nothing was written.")
            .then("Change it and send it again.")
    }

    /// What an address asks for cannot be answered; each field says why. Nobody entered anything, so nothing is said
    /// about what became of it.
    pub fn bad_question(fields: Vec<FieldError>) -> Self {
        Self::about(fields).then("Change the address and try again.")
    }

    fn about(fields: Vec<FieldError>) -> Self {
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

    /// The address of a page cannot be read at all.
    pub fn unreadable_address() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "unreadable",
            "The address cannot be read",
            "It contains something that is not text, or that is not known here.",
        )
        .then("Change the address and try again.")
    }

    /// The body cannot be read at all.
    pub fn unreadable(reason: impl Into<Sentence>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "unreadable",
            "The request cannot be read",
            reason,
        )
        .safe("Nothing was written.")
        .then("Go back and send it again.")
    }

    /// A form of another site sent this.
    pub fn foreign_origin() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "foreign_origin",
            "This form came from another site",
            "Tallyboard accepts what its own pages send, so that no other site can write in your name.",
        )
        .safe("Nothing was written.")
        .then("Open the page here and send it again.")
    }

    /// More people watch than one instance can serve.
    pub fn too_many_viewers() -> Self {
        let mut error = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too_many_viewers",
            "Too many people watch at once",
            "No more boards can follow by the second.",
        )
        .then("The page brings itself up to date every half minute all the same.");
        error.retry_after = Some(60);
        error
    }

    /// More requests came from one address than a person sends.
    pub fn too_many(retry_after: u32) -> Self {
        let mut error = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "That was a lot at once",
            "More came from your address than one team usually sends in a minute.",
        )
        .safe("This one was not recorded.")
        .then(format!(
            "Wait {retry_after} seconds, go back and send it again. It will not count twice."
        ));
        error.retry_after = Some(retry_after);
        error
    }

    /// The body is larger than any form of ours.
    pub fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "That is too much for this form",
            "The request is larger than anything this page sends.",
        )
        .safe("Nothing was written.")
        .then("Shorten it and send it again.")
    }

    /// The kind of body is not one that is read here.
    pub fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "The request cannot be read",
            "Send a form (application/x-www-form-urlencoded) or JSON (application/json).",
        )
        .safe("Nothing was written.")
    }

    /// The address exists, but not for this method.
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "That cannot be done here",
            "The address exists, but not for this kind of request.",
        )
        .then("Start again from the first page.")
    }

    /// A submission is in the sheet, but what it did cannot be told.
    pub fn recorded_but_not_shown(cause: Box<dyn std::error::Error + Send + Sync>) -> Self {
        let mut error = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "spreadsheet_unavailable",
            "What this claim did cannot be shown",
            "The spreadsheet does not answer at the moment.",
        )
        .safe("If you have just sent it, it is recorded: nothing is confirmed before it is in the spreadsheet.")
        .then("Open this page again in a minute.")
        .because(cause);
        error.retry_after = Some(30);
        error
    }

    /// Somebody changed or removed the row between the look at it and the write.
    pub fn changed_meanwhile(error: CommitError) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "changed_meanwhile",
            "NOT recorded",
            "Somebody changed this row in the meantime.",
        )
        .safe("Nothing was changed.")
        .then("Look at the row as it is now, and decide again.")
        .because(error)
    }

    /// Somebody changed these values since the caller looked at them.
    pub fn conflicting(conflicts: Vec<FieldConflict>) -> Self {
        let mut error = Self::new(StatusCode::CONFLICT, "changed_meanwhile", "NOT recorded", "")
            .safe("Nothing was changed.")
            .then("Compare the values under “conflicts”, decide, and send it again with what was found as seen.");
        error.conflicts = conflicts;
        error.happened = format!("Somebody changed {} in the meantime.", error.conflicting_fields()).into();
        error
    }

    fn conflicting_fields(&self) -> String {
        let fields: Vec<&str> = self.conflicts.iter().map(|conflict| conflict.field).collect();
        fields.join(", ")
    }

    /// The row cannot be told from another one, since both have its id.
    pub fn repeated_id(error: CommitError) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "repeated_id",
            "NOT recorded",
            "Several rows of the spreadsheet have this id, so that it is not known which one is meant.",
        )
        .safe("Nothing was changed.")
        .then("Write a number that no other row has over the id of the row that was copied, and try again.")
        .because(error)
    }

    /// A mistake of ours.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong here",
            "The program could not finish this request. The mistake is ours, not yours.",
        )
        .safe("If you were sending a form, go back: your browser still has what you entered, and sending it again never counts twice.")
        .then("Try once more. If it happens again, tell whoever runs Tallyboard the request number below.")
        .because(cause)
    }

    /// Whether the caller cannot have caused this.
    pub fn is_ours(&self) -> bool {
        self.status.is_server_error()
    }
}

impl Deref for Error {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Details {
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
                .then("Try again in a minute.");
                unavailable.retry_after = Some(30);
                unavailable
            }
            ReadError::TabMissing(title) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "tab_missing",
                "A tab of the spreadsheet is missing",
                format!("The spreadsheet has no tab “{title}”. It was deleted or renamed."),
            )
            .then(format!(
                "Rename the tab back to “{title}”, or run `tallyboard check` to make an empty one."
            )),
            ReadError::Headers(problems) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "header_missing",
                "A column of the spreadsheet is missing",
                format!("{error}."),
            )
            .then(
                problems
                    .iter()
                    .map(crate::store::HeaderProblem::cure)
                    .collect::<Vec<_>>()
                    .join(" "),
            ),
            ReadError::Refused(_) => Self::new(
                StatusCode::BAD_GATEWAY,
                "spreadsheet_refused",
                "The spreadsheet is closed to Tallyboard",
                "Google refuses to show the spreadsheet to this program.",
            )
            .then("Whoever runs Tallyboard can run `tallyboard check`, which names the cure."),
        };
        read.safe("Nothing was changed.").because(error)
    }
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        if let CommitError::Closed(reason) = error {
            let mut told = Self::from(reason);
            told.heading = "NOT recorded".into();
            told.safety = "Everything you entered is still here.".into();
            return told;
        }
        if let CommitError::NoSuchRow {
            problem: RowProblem::Repeated,
            ..
        } = error
        {
            return Self::repeated_id(error);
        }
        if let CommitError::Conflict(_) | CommitError::NoSuchRow { .. } = error {
            return Self::changed_meanwhile(error);
        }
        let mut told = match &error {
            // <https://support.google.com/drive/answer/37603>
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
        .safe("Everything you entered is still here.")
        .then("Send it again: it is safe, the same entry never counts twice.")
        .because(error);
        told.retry_after = Some(10);
        told
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
