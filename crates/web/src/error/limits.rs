//! Errors of requests that go beyond a limit of the address or of a rate.

use axum::http::StatusCode;

use crate::error::{Error, FieldError};

impl Error {
    /// 429: the client read more than the rate limit allows; `retry_after` is in seconds.
    pub fn too_many_reads(retry_after: u32) -> Self {
        Self::wait(
            "too_many_requests",
            "More was asked for from your address than one team usually reads in a minute.",
            retry_after,
        )
    }

    /// 429: the client caused more work than its budget allows; `retry_after` is in seconds.
    pub fn too_much_work(retry_after: u32) -> Self {
        Self::wait(
            "too_much_work",
            "Looks into the past, workbooks, PDF files and previews take time to make, and your address asked for many within a minute.",
            retry_after,
        )
    }

    /// 429 to a request that writes nothing.
    fn wait(code: &'static str, happened: &'static str, retry_after: u32) -> Self {
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, code, "That was a lot at once", happened)
            .with_next_step(format!("Wait {retry_after} seconds and try again."));
        error.retry_after = Some(retry_after);
        error
    }

    /// 414: the path or the query is too long.
    pub fn address_too_long() -> Self {
        Self::new(
            StatusCode::URI_TOO_LONG,
            "address_too_long",
            "The address is too long",
            "A path has at most 2,048 bytes, and what follows the question mark at most 8,192.",
        )
        .with_next_step("Change the address and try again.")
    }

    /// 422: a parameter of the query has more than `most` characters.
    pub fn parameter_too_long(name: &str, most: usize) -> Self {
        const MAX_SHOWN: usize = 40;
        let mut shown: String = name.chars().take(MAX_SHOWN).collect();
        if shown.len() < name.len() {
            shown.push('…');
        }
        let message = format!("“{shown}” is longer than {most} characters.");
        Self::invalid_query(vec![FieldError::new(shown, message)])
    }
}
