
mod board;
mod claims;
mod contest;
mod contests;
mod correct;
mod corrections;
mod credited;
mod disputes;
mod form;
mod live;
mod matrix;
mod names;
mod own_line;
mod points;
mod receipt;
mod rules;
mod sample;
mod submit;
mod tv;
mod weekly;

use std::sync::Arc;

use aide::{
    axum::{
        ApiRouter,
        routing::{get_with, post_with},
    },
    transform::TransformOperation,
};
use axum::{
    body::Bytes,
    http::{HeaderMap, header},
};
use jiff::civil::Date;
use serde::de::DeserializeOwned;

use super::{
    answers::{BoardAnswer, ClaimsAnswer, CreditedAnswer, OwnLineAnswer, SubmissionAnswer},
    correction::SentCorrection,
    desk::Leaderboard,
    disputes::SentDispute,
    period::Period,
    submission::SentSubmission,
    view::{
        BOARD, CLAIMS, CREDITED, LIVE, MATRIX, NAMES, SAMPLE, SUBMISSIONS, SUBMIT, TV, YOU, named_period,
        ways::{CONFIRM_RULES, CONTESTS, CORRECTIONS, DIFFERENCE, DISPUTE, DISPUTES, POINTS, RULES, WEEKLY},
    },
};
use crate::{
    answer::Face,
    error::{Error, FieldError},
    openapi::{Body, Endpoint},
};

use self::{
    contest::Confirming,
    contests::ContestsAnswer,
    corrections::{CorrectionsAnswer, DifferenceAnswer},
    disputes::{DisputeRecorded, DisputesAnswer},
    points::PointsAnswer,
    rules::RulesAnswer,
    weekly::{WeeklyAnswer, WeeklySent},
};

/// Tag of the board in the OpenAPI document.
const TAG: &str = "Leaderboard";

/// All routes of the board.
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
            CONTESTS,
            get_with(contests::show, |it| {
                it.about(TAG, "Every contest; one of them is at /leaderboard?contest=.")
                    .answers::<ContestsAnswer<'_>>(Face::PAGE)
            }),
        )
        .api_route(
            CONFIRM_RULES,
            post_with(contest::confirm, |it| {
                it.about(
                    TAG,
                    "Puts a changed rule of a contest in force, by the name of the change.",
                )
                .reads::<Confirming>(Body::JsonOrForm)
                .leads_on()
            }),
        )
        .api_route(
            POINTS,
            get_with(points::show, |it| {
                it.about(TAG, "The claims that earned the points of a CSM in a contest.")
                    .answers::<PointsAnswer<'_>>(Face::TABLE)
            }),
        )
        .api_route(
            RULES,
            get_with(rules::show, |it| {
                it.about(TAG, "The rules in force.")
                    .answers::<RulesAnswer<'_>>(Face::PAGE)
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
        .merge(after_the_claim())
        .with_state(leaderboard)
}

/// Routes for everything that follows a claim.
fn after_the_claim() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new()
        .api_route(
            DISPUTES,
            get_with(disputes::show, |it| {
                it.about(TAG, "Every dispute, the newest first.")
                    .answers::<DisputesAnswer<'_>>(Face::PAGE)
            })
            .post_with(disputes::receive, receives_dispute),
        )
        .api_route(
            DISPUTE,
            get_with(disputes::form, |it| {
                it.about(TAG, "The form for a dispute.").serves("text/html").leads_on()
            }),
        )
        .api_route(
            "/leaderboard/submissions/{id}/correct",
            get_with(correct::show, |it| {
                it.about(TAG, "The form with which an own claim is corrected.")
                    .path_part::<String>("id", "Id of the submission.")
                    .serves("text/html")
            })
            .post_with(correct::receive, receives_correction),
        )
        .api_route(
            CORRECTIONS,
            get_with(corrections::show, |it| {
                it.about(TAG, "What was corrected, why, and whose points it changed.")
                    .answers::<CorrectionsAnswer<'_>>(Face::PAGE)
            }),
        )
        .api_route(
            DIFFERENCE,
            get_with(corrections::between, |it| {
                it.about(TAG, "The standings at two moments.")
                    .answers::<DifferenceAnswer<'_>>(Face::TABLE)
            }),
        )
        .api_route(
            WEEKLY,
            get_with(weekly::show, |it| {
                it.about(TAG, "The standings of the week as they go to Slack.")
                    .answers::<WeeklyAnswer<'_>>(Face::PAGE)
            })
            .post_with(weekly::send, |it| {
                it.about(TAG, "Sends the standings of the week if they are due.")
                    .answers_with::<WeeklySent>(200, "What became of it.")
                    .leads_on()
            }),
        )
}

fn receives_dispute(it: TransformOperation<'_>) -> TransformOperation<'_> {
    it.about(TAG, "Disputes a credit.")
        .reads::<SentDispute>(Body::JsonOrForm)
        .answers_with::<DisputeRecorded>(200, "It is recorded.")
        .leads_on()
}

fn receives_correction(it: TransformOperation<'_>) -> TransformOperation<'_> {
    it.about(
        TAG,
        "Corrects or withdraws an own claim, with the signature of its receipt.",
    )
    .path_part::<String>("id", "Id of the submission.")
    .reads::<SentCorrection>(Body::JsonOrForm)
    .leads_on()
}

/// Parses the period in `from` and `to`.
fn period(from: Option<&str>, to: Option<&str>) -> Result<Period, Error> {
    Period::parse(from, to)
        .map_err(|error| Error::bad_question(vec![FieldError::new(error.field(), error.to_string())]))
}

/// Parses the period of a query: a named period, which excludes days, or `from` and `to`.
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

/// Parses a JSON or form body.
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
