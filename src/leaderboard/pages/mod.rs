//! The handlers of the board, one file an action; here is what they share.

mod board;
mod claims;
mod credited;
mod form;
mod matrix;
mod names;
mod receipt;
mod sample;
mod submit;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

use super::{
    desk::Leaderboard,
    period::Period,
    view::{BOARD, CLAIMS, CREDITED, MATRIX, NAMES, SAMPLE, SUBMISSIONS, SUBMIT},
};
use crate::error::{Error, FieldError};

/// Every address of the board.
pub fn router(leaderboard: Arc<Leaderboard>) -> Router {
    Router::new()
        .route(BOARD, get(board::show))
        .route(SUBMIT, get(form::show))
        .route(SUBMISSIONS, post(submit::receive))
        .route("/leaderboard/submissions/{id}", get(receipt::show))
        .route(CLAIMS, get(claims::show))
        .route(CREDITED, get(credited::show))
        .route(MATRIX, get(matrix::show))
        .route(NAMES, get(names::near).post(names::decide))
        .route(SAMPLE, post(sample::load))
        .with_state(leaderboard)
}

/// The days that the `from` and `to` of an address name.
fn period(from: Option<&str>, to: Option<&str>) -> Result<Period, Error> {
    Period::parse(from, to)
        .map_err(|error| Error::bad_question(vec![FieldError::new(error.field(), error.to_string())]))
}
