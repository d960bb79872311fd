//! Errors of calls to the Sheets API, classified by their meaning for the caller.

use google_sheets4::common;
use serde_json::Value;

use crate::{error_chain::error_chain, google::tokens::MissingToken, status::StorageProblem};

/// Error of one call.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CallError {
    /// The service rejected the request (400, 401, 403, 404). Nothing was applied; the same call fails again.
    #[error("{status} ({code}): {message}")]
    Rejected {
        /// HTTP status code.
        code: u16,
        /// Canonical name such as `PERMISSION_DENIED`.
        status: String,
        /// Message of the service.
        message: String,
        /// `reason` of the `ErrorInfo` detail, such as `SERVICE_DISABLED`.
        reason: String,
    },
    /// Over quota (429). Nothing was applied; the quota refills each minute.
    #[error("the quota of the Sheets API is used up")]
    Throttled,
    /// No access token was issued. Nothing was applied.
    #[error("no access token: {0}")]
    Token(String),
    /// The machine has no root certificates, so no TLS connection can be opened. Nothing was applied.
    #[error("no root certificates were found on this machine: {0}")]
    NoCertificates(String),
    /// The connection could not be opened. Nothing was applied.
    #[error("the connection failed: {0}")]
    Unreachable(String),
    /// The call was not sent because the circuit breaker is open. Nothing was applied.
    #[error("not asked for a moment, because the last calls failed: {0}")]
    HeldBack(String),
    /// The embedded spreadsheet cannot store a write. Nothing was applied; it is tried again with the next write.
    #[error("{0}")]
    NotStored(StorageProblem),
    /// No response, a 5xx or an unreadable response: whether a write was applied is unknown.
    #[error("no usable answer: {0}")]
    Unavailable(String),
}

impl CallError {
    /// Whether a later retry can help.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Throttled | Self::Unreachable(_) | Self::HeldBack(_) | Self::NotStored(_) | Self::Unavailable(_)
        )
    }

    /// Whether any other call would fail for the same reason: an outage, or no access.
    pub(crate) fn concerns_spreadsheet(&self) -> bool {
        match self {
            Self::Rejected { code, .. } => *code != 400,
            Self::Throttled | Self::HeldBack(_) => false,
            Self::Token(_)
            | Self::NoCertificates(_)
            | Self::Unreachable(_)
            | Self::NotStored(_)
            | Self::Unavailable(_) => true,
        }
    }

    /// Whether a write that failed with this error may have been applied.
    pub fn leaves_outcome_unknown(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// The error without the words of the service, which may name accounts and projects: its kind and its code.
    pub fn public_reason(&self) -> String {
        match self {
            Self::Rejected { code, status, .. } => {
                let is_plain = status
                    .chars()
                    .all(|letter| letter.is_ascii_uppercase() || letter == '_');
                let status = if is_plain { status.as_str() } else { "refused" };
                format!("{status} ({code})")
            }
            Self::Token(_) => "no access token".to_owned(),
            Self::NoCertificates(_) => "no root certificates were found on this machine".to_owned(),
            Self::Unreachable(_) => "the connection failed".to_owned(),
            Self::HeldBack(_) => "not asked for a moment, because the last calls failed".to_owned(),
            Self::Unavailable(_) => "no usable answer".to_owned(),
            Self::Throttled | Self::NotStored(_) => self.to_string(),
        }
    }

    fn from_body(body: &Value) -> Self {
        let error = &body["error"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        if let Some(problem) = StorageProblem::of_error(error) {
            return Self::NotStored(problem);
        }
        match error["code"].as_u64().and_then(|code| u16::try_from(code).ok()) {
            Some(429) => Self::Throttled,
            Some(code @ 400..=499) => Self::Rejected {
                code,
                status: text(&error["status"]),
                message: text(&error["message"]),
                reason: error["details"]
                    .as_array()
                    .and_then(|details| details.iter().find_map(|detail| detail["reason"].as_str()))
                    .unwrap_or_default()
                    .to_owned(),
            },
            _ => Self::Unavailable(match error["message"].as_str() {
                Some(message) => message.to_owned(),
                None => "an error answer without a message".to_owned(),
            }),
        }
    }
}

impl From<common::Error> for CallError {
    fn from(error: common::Error) -> Self {
        match error {
            common::Error::BadRequest(body) => Self::from_body(&body),
            common::Error::Failure(response) => match response.status().as_u16() {
                429 => Self::Throttled,
                code @ 400..=499 => Self::Rejected {
                    code,
                    status: response.status().canonical_reason().unwrap_or_default().to_owned(),
                    message: "the answer had no error description".to_owned(),
                    reason: String::new(),
                },
                code => Self::Unavailable(format!("HTTP status {code}")),
            },
            common::Error::HttpError(error) if error.is_connect() => Self::Unreachable(error_chain(&error)),
            // The client's own message contains the whole body, which may hold personal data.
            common::Error::JsonDecodeError(_, error) => Self::Unavailable(format!("the answer is not JSON: {error}")),
            common::Error::MissingToken(error) => from_token_error(error.as_ref()),
            other => Self::Unavailable(error_chain(&other)),
        }
    }
}

fn from_token_error(error: &(dyn std::error::Error + Send + Sync + 'static)) -> CallError {
    if error.is::<MissingToken>() {
        return CallError::Unreachable(error_chain(error));
    }
    match error.downcast_ref::<yup_oauth2::Error>() {
        Some(yup_oauth2::Error::AuthError(refusal)) => CallError::Token(
            refusal
                .error_description
                .clone()
                .unwrap_or_else(|| refusal.error.as_str().to_owned()),
        ),
        Some(
            yup_oauth2::Error::HttpError(_) | yup_oauth2::Error::HttpClientError(_) | yup_oauth2::Error::JSONError(_),
        ) => CallError::Unreachable(error_chain(error)),
        _ => CallError::Token(error_chain(error)),
    }
}
