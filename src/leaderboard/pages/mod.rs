//! The handlers of the board, one file an action; here is what they share.

mod board;
mod claims;
mod credited;
mod form;
mod live;
mod matrix;
mod names;
mod own_line;
mod receipt;
mod sample;
mod submit;
mod tv;

use std::sync::Arc;

use aide::axum::{
    ApiRouter,
    routing::{get_with, post_with},
};

use super::{
    answers::{BoardAnswer, ClaimsAnswer, CreditedAnswer, OwnLineAnswer, SubmissionAnswer},
    desk::Leaderboard,
    period::Period,
    submission::SentSubmission,
    view::{BOARD, CLAIMS, CREDITED, LIVE, MATRIX, NAMES, SAMPLE, SUBMISSIONS, SUBMIT, TV, YOU},
};
use crate::{
    answer::Face,
    error::{Error, FieldError},
    openapi::{Body, Endpoint},
};

/// The board in the document for programs.
const TAG: &str = "Leaderboard";

/// Every address of the board.
pub fn router(leaderboard: Arc<Leaderboard>) -> ApiRouter {
    ApiRouter::new()
        .api_route(
            BOARD,
            get_with(board::show, |it| {
                it.about(TAG, "The standings of a period.")
                    .answers::<BoardAnswer<'_>>(Face::TABLE)
            }),
        )
        .api_route(
            SUBMIT,
            get_with(form::show, |it| {
                it.about(TAG, "The form for a claim, filled from its address.")
                    .asks::<SentSubmission>()
                    .serves("text/html")
            }),
        )
        .api_route(
            SUBMISSIONS,
            post_with(submit::receive, |it| {
                it.about(
                    TAG,
                    "Claims integrations. The answer comes when the row is in the spreadsheet.",
                )
                .reads::<SentSubmission>(Body::JsonOrForm)
                .answers_with::<SubmissionAnswer<'_>>(200, "It was there already.")
                .answers_with::<SubmissionAnswer<'_>>(201, "It is recorded.")
                .leads_on()
            }),
        )
        .api_route(
            "/leaderboard/submissions/{id}",
            get_with(receipt::show, |it| {
                it.about(TAG, "What a submission did, from the rows as they are now.")
                    .path_part::<String>("id", "Id of the submission.")
                    .answers::<SubmissionAnswer<'_>>(Face::PAGE)
            }),
        )
        .api_route(
            CLAIMS,
            get_with(claims::show, |it| {
                it.about(TAG, "The rows behind a number, latest first.")
                    .answers::<ClaimsAnswer<'_>>(Face::TABLE)
            }),
        )
        .api_route(
            CREDITED,
            get_with(credited::show, |it| {
                it.about(TAG, "What a company is credited with.")
                    .answers::<CreditedAnswer>(&[Face::Json])
            }),
        )
        .api_route(
            MATRIX,
            get_with(matrix::show, |it| {
                it.about(
                    TAG,
                    "Company by integration: what is won, by whom, and what is still to win.",
                )
                .answers::<matrix::Answer<'_>>(Face::TABLE)
            }),
        )
        .api_route(
            NAMES,
            get_with(names::near, |it| {
                it.about(TAG, "Known names that look like a typed one.")
                    .answers::<names::Near>(&[Face::Json])
            })
            .post_with(names::decide, |it| {
                it.about(TAG, "Writes what staff decide about two names.")
                    .reads::<names::Decision>(Body::JsonOrForm)
                    .answers_with::<names::Decided>(201, "The line that records it is there.")
                    .leads_on()
            }),
        )
        .api_route(
            SAMPLE,
            post_with(sample::load, |it| {
                it.about(TAG, "Fills an empty embedded spreadsheet with a believable data set.")
                    .leads_on()
            }),
        )
        .api_route(
            LIVE,
            get_with(live::show, |it| {
                it.about(
                    TAG,
                    "Server-sent events: the claims that are new to the caller, as they come.",
                )
                .serves("text/event-stream")
            }),
        )
        .api_route(
            TV,
            get_with(tv::show, |it| it.about(TAG, "The board on a wall.").serves("text/html")),
        )
        .api_route(
            YOU,
            get_with(own_line::show, |it| {
                it.about(TAG, "Where a CSM stands, with the neighbours.")
                    .answers::<OwnLineAnswer<'_>>(Face::PAGE)
            }),
        )
        .with_state(leaderboard)
}

/// The days that the `from` and `to` of an address name.
fn period(from: Option<&str>, to: Option<&str>) -> Result<Period, Error> {
    Period::parse(from, to)
        .map_err(|error| Error::bad_question(vec![FieldError::new(error.field(), error.to_string())]))
}
