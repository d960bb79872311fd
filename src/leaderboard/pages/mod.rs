//! The handlers of the board, one file an action; here is what they share.

mod board;
mod claims;
mod contest;
mod contests;
mod correct;
mod corrections;
mod credited;
mod disputes;
mod form;
mod points;
mod receipt;
mod rules;
mod sample;
mod submit;
mod weekly;

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, header},
    routing::{get, post},
};
use jiff::civil::Date;
use serde::de::DeserializeOwned;

use super::{
    desk::Leaderboard,
    period::Period,
    view::{
        BOARD, CLAIMS, CREDITED, SAMPLE, SUBMISSIONS, SUBMIT, named_period,
        ways::{CONFIRM_RULES, CONTESTS, CORRECTIONS, DIFFERENCE, DISPUTE, DISPUTES, POINTS, RULES, WEEKLY},
    },
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
        .route(SAMPLE, post(sample::load))
        .route(CONTESTS, get(contests::show))
        .route(CONFIRM_RULES, post(contest::confirm))
        .route(POINTS, get(points::show))
        .route(RULES, get(rules::show))
        .route(DISPUTES, get(disputes::show).post(disputes::receive))
        .route(DISPUTE, get(disputes::form))
        .route(CORRECTIONS, get(corrections::show))
        .route(WEEKLY, get(weekly::show).post(weekly::send))
        .route(DIFFERENCE, get(corrections::between))
        .route(
            "/leaderboard/submissions/{id}/correct",
            get(correct::show).post(correct::receive),
        )
        .with_state(leaderboard)
}

/// The days that the `from` and `to` of an address name.
fn period(from: Option<&str>, to: Option<&str>) -> Result<Period, Error> {
    Period::parse(from, to)
        .map_err(|error| Error::bad_question(vec![FieldError::new(error.field(), error.to_string())]))
}

/// The days that an address names: by a word, which then has to stand alone, or by `from` and `to`.
fn worded_period(word: Option<&str>, (from, to): (Option<&str>, Option<&str>), today: Date) -> Result<Period, Error> {
    let days = period(from, to)?;
    let Some(word) = word.map(str::trim).filter(|word| !word.is_empty()) else {
        return Ok(days);
    };
    let refused = |message: String| Err(Error::bad_question(vec![FieldError::new("period", message)]));
    if !days.is_open() {
        return refused(format!(
            "“{word}” in “period” and days in “from” or “to” exclude each other. Leave one of them out."
        ));
    }
    match named_period(word, today) {
        Some(period) => Ok(period),
        None => refused(format!(
            "“{word}” in “period” is not known. Write all, week, month, last-month, quarter or year, or name the days in “from” and “to”."
        )),
    }
}

/// What a form or a program sends.
fn sent<T: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T, Error> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    if kind.starts_with("application/json") {
        return serde_json::from_slice(body)
            .map_err(|error| Error::unreadable(format!("The JSON cannot be read: {error}.")));
    }
    serde_urlencoded::from_bytes(body).map_err(|error| Error::unreadable(format!("The form cannot be read: {error}.")))
}
