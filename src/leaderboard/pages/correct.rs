//! Handlers of `/leaderboard/submissions/{id}/correct?signature=`: the sender corrects or withdraws a claim.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    super::{
        correction::{Correctable, SentCorrection, correctable},
        desk::{Current, Leaderboard},
        view::correct::{CorrectPage, Refusal},
    },
    sent,
    submit::receipt_address,
};
use crate::{
    answer::Rendered,
    error::{Error, FieldError},
    store::{Batch, Change, CommitError},
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    #[serde(default)]
    signature: String,
}

pub(super) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Path(id): Path<String>,
    Query(question): Query<Question>,
) -> Result<Response, Error> {
    let current = leaderboard.current().await?;
    let row = current.settled.ledger.row_of(&id).ok_or_else(Error::not_found)?;
    let sent = SentCorrection::of_row(&row, &question.signature);
    Ok(page(&leaderboard, &current, &id, (sent, Vec::new())))
}

pub(super) async fn receive(
    State(leaderboard): State<Arc<Leaderboard>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let sent: SentCorrection = sent(&headers, &body)?;
    if leaderboard.signing.allows_correction(&id, &sent.signature) {
        leaderboard.store.refresh();
    }
    let current = leaderboard.current().await?;
    if refusal(&leaderboard, &current, &id, &sent.signature)?.is_some() {
        let mut response = page(&leaderboard, &current, &id, (sent, Vec::new()));
        *response.status_mut() = StatusCode::FORBIDDEN;
        return Ok(response);
    }
    let catalog = &current.catalog.catalog;
    let update = match sent.update(&id, catalog, current.now.timestamp()) {
        Ok(update) => update,
        Err(complaints) => {
            let mut response = page(&leaderboard, &current, &id, (sent, complaints));
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(response);
        }
    };
    if let Some(update) = update {
        let by = current
            .settled
            .ledger
            .row_of(&id)
            .map_or_else(String::new, |row| row.csm().to_owned());
        let by = format!("{by} (own correction)");
        let written: Result<_, CommitError> = leaderboard.store.commit(Batch::by(by, [Change::Update(update)])).await;
        written?;
    }
    Ok(Redirect::to(&receipt_address(&leaderboard, &id)).into_response())
}

/// Why the claim cannot be corrected with this signature; `None` when it can.
fn refusal(leaderboard: &Leaderboard, current: &Current, id: &str, signature: &str) -> Result<Option<Refusal>, Error> {
    let row = current.settled.ledger.row_of(id).ok_or_else(Error::not_found)?;
    if !leaderboard.signing.allows_correction(id, signature) {
        return Ok(Some(Refusal::NotYours));
    }
    Ok(
        match correctable(row.submitted_at(), row.status(), current.now.timestamp()) {
            Correctable::Until(_) => None,
            Correctable::TooLate => Some(Refusal::TooLate),
            Correctable::Decided(status) => Some(Refusal::Decided(status)),
        },
    )
}

fn page(
    leaderboard: &Leaderboard,
    current: &Current,
    id: &str,
    (sent, complaints): (SentCorrection, Vec<FieldError>),
) -> Response {
    let refusal = refusal(leaderboard, current, id, &sent.signature).unwrap_or(Some(Refusal::NotYours));
    let status = match refusal {
        None => StatusCode::OK,
        Some(_) => StatusCode::FORBIDDEN,
    };
    let row = current.settled.ledger.row_of(id);
    let until = row.map(|row| correctable(row.submitted_at(), row.status(), current.now.timestamp()));
    let page = CorrectPage {
        id,
        sent: &sent,
        complaints: &complaints,
        refusal,
        until: match until {
            Some(Correctable::Until(until)) => Some(until),
            _ => None,
        },
        csms: &current.settled.csms,
        companies: &current.settled.companies,
        now: current.now.clone(),
    };
    let document = page.document(&leaderboard.frame(current));
    let mut response = Rendered::html(document).respond(&HeaderMap::new());
    *response.status_mut() = status;
    response
}
