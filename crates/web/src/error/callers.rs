//! Errors about how a caller speaks: the host it names, the pace of its body.

use axum::http::StatusCode;

use crate::error::Error;

/// A host name that the program was not told about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request names the host {0:?}")]
pub struct UnknownHost(pub String);

impl Error {
    /// 421: the request names a host that the program was not told about.
    /// <https://www.rfc-editor.org/rfc/rfc9110#name-421-misdirected-request>
    pub fn unknown_host(host: UnknownHost) -> Self {
        Self::new(
            StatusCode::MISDIRECTED_REQUEST,
            "unknown_host",
            "This name does not lead here",
            format!("The request is for the host “{}”, which Tallyboard was not told about.", host.0),
        )
        .with_safety("Nothing was written.")
        .with_next_step(
            "Whoever runs Tallyboard can set PUBLIC_URL to the address that people use, or add this name to ALLOWED_HOSTS.",
        )
        .with_cause(host)
    }

    /// 400: the request does not name its host exactly once, as HTTP/1.1 demands.
    /// <https://www.rfc-editor.org/rfc/rfc9112#section-3.2>
    pub fn unclear_host() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "unclear_host",
            "The request cannot be read",
            "It has to name its host exactly once, in the header Host.",
        )
        .with_safety("Nothing was written.")
        .with_next_step("Send it again with one Host header.")
    }

    /// 408: the body of the request came too slowly.
    pub fn body_too_slow() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "too_slow",
            "That took too long to arrive",
            "The connection was too slow, so that the request did not arrive whole.",
        )
        .with_safety("Nothing was written.")
        .with_next_step("Go back and send it again, if you can over a better connection.")
    }
}
