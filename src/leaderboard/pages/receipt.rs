//! Handler of `GET /leaderboard/submissions/{id}`: outcome of a submission, computed from the current rows.

use std::sync::Arc;

use axum::{
    extract::{OriginalUri, Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::{
    answers::{EffectUnknown, SubmissionAnswer},
    correction::{Correctable, correctable},
    desk::{Current, Leaderboard},
    effect::SubmissionEffect,
    view::{ReceiptPage, correct::correct_address, sentences},
};
use crate::{
    answer::{Face, Rendered},
    error::Error,
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    /// Authorises its holder to correct the claim.
    signature: Option<String>,
}

pub(super) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Path(id): Path<String>,
    Query(question): Query<Question>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let (current, effect) = look_up(&leaderboard, &id).await?;
    let rendered = match Face::negotiate(None, &headers, Face::PAGE) {
        Ok(Face::Html) => Rendered::html(
            ReceiptPage {
                effect: &effect,
                address: uri.path(),
                correction: correction(&leaderboard, &current, &effect, question.signature.as_deref()),
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
    current: &Current,
    effect: &SubmissionEffect,
    signature: Option<&str>,
) -> Option<(String, Timestamp)> {
    let signature = signature.filter(|signature| leaderboard.signing.allows_correction(&effect.id, signature))?;
    match correctable(effect.submitted_at, effect.status, current.now.timestamp()) {
        Correctable::Until(until) => Some((correct_address(&effect.id, signature), until)),
        Correctable::TooLate | Correctable::Decided(_) => None,
    }
}

/// JSON response to a submission. The row is already written, so this never returns an error.
pub(super) async fn for_program(leaderboard: &Leaderboard, id: &str, status: StatusCode) -> Result<Response, Error> {
    let rendered = match look_up(leaderboard, id).await {
        Ok((_, effect)) => json(
            &effect,
            Some(correct_address(id, &leaderboard.signing.sign_correction(id))),
        )?,
        Err(error) => {
            tracing::warn!(
                cause = crate::cause::chain(&error),
                "the effect of a recorded claim cannot be told"
            );
            let answer = EffectUnknown {
                recorded: true,
                id,
                message: "Recorded. What it did cannot be told at the moment.",
            };
            Rendered::json(&answer).map_err(Error::internal)?
        }
    };
    let mut response = rendered.respond(&HeaderMap::new()).into_response();
    *response.status_mut() = status;
    Ok(response)
}

async fn look_up(leaderboard: &Leaderboard, id: &str) -> Result<(Current, SubmissionEffect), Error> {
    let read = async || {
        let current = leaderboard.current().await;
        current.map_err(|error| Error::recorded_but_not_shown(error.into()))
    };
    let mut current = read().await?;
    let is_known = current.settled.ledger.effect_of(id).is_some();
    if !is_known && current.is_behind() {
        // Another instance may have written the row after this one read the tab.
        leaderboard.store.refresh();
        current = read().await?;
    }
    match current.settled.ledger.effect_of(id) {
        Some(effect) => Ok((current, effect)),
        None if current.is_behind() => Err(Error::recorded_but_not_shown(
            "the data at hand is older than the submission".into(),
        )),
        None => Err(Error::not_found()),
    }
}

fn json(effect: &SubmissionEffect, correct_at: Option<String>) -> Result<Rendered, Error> {
    let mut sentences = vec!["Recorded.".to_owned(), sentences::credit(effect)];
    sentences.extend(sentences::remainder(effect));
    sentences.extend(effect.place.as_ref().map(sentences::place));
    let answer = SubmissionAnswer {
        recorded: true,
        effect,
        correct_at,
        message: sentences.join(" "),
    };
    Rendered::json(&answer).map_err(Error::internal)
}
