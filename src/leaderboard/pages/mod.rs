//! The handlers of the board, one file an action; here is what they share.

mod board;
mod claims;
mod credited;
mod form;
mod receipt;
mod sample;
mod submit;

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderMap, Uri},
    routing::{get, post},
};

use super::{
    desk::Leaderboard,
    period::Period,
    view::{BOARD, CLAIMS, CREDITED, SAMPLE, SUBMISSIONS, SUBMIT},
};
use crate::{
    answer::{Face, UnknownFormat},
    error::{Error, FieldError},
};

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
        .with_state(leaderboard)
}

/// The days that the `from` and `to` of an address name.
fn period(from: Option<&str>, to: Option<&str>) -> Result<Period, Error> {
    Period::parse(from, to)
        .map_err(|error| Error::bad_question(vec![FieldError::new(error.field(), error.to_string())]))
}

/// What a request asked for: its face, and path with query as the key under which the answer is kept.
struct Asked {
    face: Face,
    address: String,
}

impl Asked {
    fn new(format: Option<&str>, headers: &HeaderMap, uri: &Uri, offered: &'static [Face]) -> Result<Self, Error> {
        let face = Face::negotiate(format, headers, offered).map_err(|unknown: UnknownFormat| {
            Error::bad_question(vec![FieldError::new("format", unknown.to_string())])
        })?;
        let address = uri
            .path_and_query()
            .map_or_else(String::new, |address| address.as_str().to_owned());
        Ok(Self { face, address })
    }

    fn key(&self) -> String {
        format!("{} {}", self.face.name(), self.address)
    }
}
