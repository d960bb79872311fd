//! Errors of idempotency keys that are sent again.

use axum::http::StatusCode;
use sheets_store::{CommitError, RowProblem};

use crate::error::Error;

impl Error {
    /// 422: an idempotency key was sent before with other content, which made the row `id`.
    pub fn key_reused(tab: &'static str, id: String) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_mismatch",
            "NOT recorded",
            format!("This key was sent before with other content, recorded as “{id}”."),
        )
        .with_safety("Nothing was written.")
        .with_next_step("To record this as well, send it with a new key.")
        .with_cause(CommitError::KeyReused { tab, id })
    }

    /// 410: an idempotency key was sent before, and the row `id` that it made was deleted since.
    pub fn keyed_row_gone(tab: &'static str, id: String) -> Self {
        let problem = RowProblem::Gone;
        Self::new(
            StatusCode::GONE,
            "idempotency_row_deleted",
            "NOT recorded again",
            format!("This key was sent before, recorded as “{id}”, and that row was deleted since."),
        )
        .with_safety("Nothing was written.")
        .with_next_step("To record this again, send it with a new key.")
        .with_cause(CommitError::NoSuchRow { tab, id, problem })
    }
}
