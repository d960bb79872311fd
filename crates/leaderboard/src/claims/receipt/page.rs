//! Handler of `GET /leaderboard/submissions/{id}`: outcome of a submission, computed from the current rows.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{OriginalUri, Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{
    error::Error,
    openapi::EndpointDocs,
    response::{Format, RenderedResponse},
};

use crate::{
    claims::{
        correction::{CorrectionEligibility, correctable},
        receipt::{outcome::SubmissionOutcome, view::ReceiptPage},
    },
    routes::{RECEIPT, TAG, correction_address, receipt_address},
    snapshot::LeaderboardSnapshot,
    state::Leaderboard,
    ui::messages,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        RECEIPT,
        get_with(show, |it| {
            it.about(TAG, "What a submission did, from the rows as they are now.")
                .path_parameter::<String>("id", "Id of the submission.")
                .answers::<SubmissionResponse<'_>>(Format::PAGE)
        }),
    )
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct ReceiptQuery {
    /// Authorises its holder to correct the claim.
    signature: Option<String>,
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Path(id): Path<String>,
    Query(query): Query<ReceiptQuery>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let (current, effect) = find_outcome(&leaderboard, &id).await?;
    let rendered = match Format::negotiate(None, &headers, Format::PAGE) {
        Ok(Format::Html) => RenderedResponse::html(
            ReceiptPage {
                effect: &effect,
                address: uri.path(),
                correction: correction(&leaderboard, &current, &effect, query.signature.as_deref()),
                now: current.now.clone(),
            }
            .document(&leaderboard.frame(&current)),
        ),
        _ => json(&effect, None)?,
    };
    Ok(rendered.respond(&headers))
}

/// Link to the correction form and its deadline; `None` without a valid signature.
fn correction(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    effect: &SubmissionOutcome,
    signature: Option<&str>,
) -> Option<(String, Timestamp)> {
    let signature = signature.filter(|signature| leaderboard.signing.allows_correction(&effect.id, signature))?;
    match correctable(effect.submitted_at, effect.status, current.now.timestamp()) {
        CorrectionEligibility::Until(until) => Some((correction_address(&effect.id, signature), until)),
        CorrectionEligibility::TooLate | CorrectionEligibility::Decided(_) => None,
    }
}

/// JSON response to a submission. The row is already written, so this never returns an error.
pub(crate) async fn json_response(leaderboard: &Leaderboard, id: &str, status: StatusCode) -> Result<Response, Error> {
    let rendered = match find_outcome(leaderboard, id).await {
        Ok((_, effect)) => json(
            &effect,
            Some(correction_address(id, &leaderboard.signing.sign_correction(id))),
        )?,
        Err(error) => {
            tracing::warn!(
                cause = sheets_store::error_chain::error_chain(&error),
                "the effect of a recorded claim cannot be told"
            );
            let response = PendingSubmissionResponse {
                recorded: true,
                id,
                message: "Recorded. What it did cannot be told at the moment.",
            };
            RenderedResponse::json(&response).map_err(Error::internal)?
        }
    };
    let mut response = rendered.respond(&HeaderMap::new()).into_response();
    *response.status_mut() = status;
    Ok(response)
}

impl Leaderboard {
    /// Address of a receipt, with the signature that authorises corrections.
    pub(crate) fn receipt_address(&self, id: &str) -> String {
        receipt_address(id, &self.signing.sign_correction(id))
    }
}

async fn find_outcome(leaderboard: &Leaderboard, id: &str) -> Result<(LeaderboardSnapshot, SubmissionOutcome), Error> {
    let read = async || {
        let current = leaderboard.current().await;
        current.map_err(|error| recorded_but_not_shown(error.into()))
    };
    let mut current = read().await?;
    let is_known = current.data.ledger.effect_of(id).is_some();
    if !is_known && current.is_behind() {
        // Another instance may have written the row after this one read the tab.
        leaderboard.store.refresh();
        current = read().await?;
    }
    match current.data.ledger.effect_of(id) {
        Some(effect) => Ok((current, effect)),
        None if current.is_behind() => Err(recorded_but_not_shown(
            "the data at hand is older than the submission".into(),
        )),
        None => Err(Error::not_found()),
    }
}

/// 503: the claim is recorded, but its effect cannot be read.
fn recorded_but_not_shown(cause: Box<dyn std::error::Error + Send + Sync>) -> Error {
    let mut error = Error::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "spreadsheet_unavailable",
        "What this claim did cannot be shown",
        "The spreadsheet does not answer at the moment.",
    )
    .with_safety("If you have just sent it, it is recorded: nothing is confirmed before it is in the spreadsheet.")
    .with_next_step("Open this page again in a minute.")
    .with_cause(cause);
    error.retry_after = Some(30);
    error
}

fn json(effect: &SubmissionOutcome, correct_at: Option<String>) -> Result<RenderedResponse, Error> {
    let mut sentences = vec!["Recorded.".to_owned(), messages::credit_sentence(effect)];
    sentences.extend(messages::remainder_sentences(effect));
    sentences.extend(effect.place.as_ref().map(messages::place_sentence));
    let response = SubmissionResponse {
        recorded: true,
        effect,
        correct_at,
        message: sentences.join(" "),
    };
    RenderedResponse::json(&response).map_err(Error::internal)
}

/// Response of `POST /leaderboard/submissions` and `GET /leaderboard/submissions/{id}`.
#[derive(Serialize, JsonSchema)]
pub struct SubmissionResponse<'a> {
    /// Always true: a failed write is an error response.
    pub recorded: bool,
    /// Outcome of the submission.
    #[serde(flatten)]
    pub effect: &'a SubmissionOutcome,
    /// Signed address for corrections, valid for 15 minutes; only in the response to the submission itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correct_at: Option<String>,
    /// The outcome as a sentence.
    pub message: String,
}

/// Response when a submission was written but its outcome cannot be read back.
#[derive(Serialize, JsonSchema)]
pub struct PendingSubmissionResponse<'a> {
    /// Always true.
    pub recorded: bool,
    /// Id of the submission.
    pub id: &'a str,
    /// The outcome as a sentence.
    pub message: &'static str,
}
