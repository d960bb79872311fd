//! Handlers of `/leaderboard/submissions/{id}/correct?signature=`: the sender corrects or withdraws a claim.

use std::sync::Arc;

use aide::{
    axum::{ApiRouter, routing::get_with},
    transform::TransformOperation,
};
use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use schemars::JsonSchema;
use serde::Deserialize;
use sheets_store::{Batch, CommitError, RowChange};
use web::{
    error::{Error, FieldError},
    openapi::{BodyKind, EndpointDocs},
    response::{Format, RenderedResponse},
};

use crate::{
    claims::correction::{
        CorrectionEligibility, CorrectionRequest, correctable,
        view::{ASK_STAFF, CorrectionFormPage, CorrectionRefusal},
    },
    routes::{CORRECTION, TAG},
    snapshot::LeaderboardSnapshot,
    state::Leaderboard,
    ui::request::parse_body,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        CORRECTION,
        get_with(show, |it| {
            it.about(TAG, "The form with which an own claim is corrected.")
                .path_parameter::<String>("id", "Id of the submission.")
                .serves("text/html")
        })
        .post_with(receive, receives_correction),
    )
}

fn receives_correction(it: TransformOperation<'_>) -> TransformOperation<'_> {
    it.about(
        TAG,
        "Corrects or withdraws an own claim, with the signature of its receipt.",
    )
    .path_parameter::<String>("id", "Id of the submission.")
    .reads::<CorrectionRequest>(BodyKind::JsonOrForm)
    .redirects()
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct CorrectionQuery {
    #[serde(default)]
    signature: String,
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Path(id): Path<String>,
    Query(query): Query<CorrectionQuery>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let current = leaderboard.current().await?;
    let row = current.data.ledger.row_of(&id).ok_or_else(Error::not_found)?;
    if let Some(refusal) = refusal(&leaderboard, &current, &id, &query.signature)?
        && !wants_page(&headers)
    {
        return Err(not_allowed(refusal));
    }
    let request = CorrectionRequest::of_row(&row, &query.signature);
    Ok(page(&leaderboard, &current, &id, request, Vec::new()))
}

pub(crate) async fn receive(
    State(leaderboard): State<Arc<Leaderboard>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let request: CorrectionRequest = parse_body(&headers, &body)?;
    if leaderboard.signing.allows_correction(&id, &request.signature) {
        leaderboard.store.refresh();
    }
    let current = leaderboard.current().await?;
    if let Some(refusal) = refusal(&leaderboard, &current, &id, &request.signature)? {
        if !wants_page(&headers) {
            return Err(not_allowed(refusal));
        }
        let mut response = page(&leaderboard, &current, &id, request, Vec::new());
        *response.status_mut() = StatusCode::FORBIDDEN;
        return Ok(response);
    }
    let catalog = &current.catalog.catalog;
    let update = match request.update(&id, catalog, current.now.timestamp()) {
        Ok(update) => update,
        Err(field_errors) if !wants_page(&headers) => return Err(Error::invalid(field_errors)),
        Err(field_errors) => {
            let mut response = page(&leaderboard, &current, &id, request, field_errors);
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(response);
        }
    };
    if let Some(update) = update {
        let by = current
            .data
            .ledger
            .row_of(&id)
            .map_or_else(String::new, |row| row.csm().to_owned());
        let by = format!("{by} (own correction)");
        let written: Result<_, CommitError> = leaderboard
            .store
            .commit(Batch::by(by, [RowChange::Update(update)]))
            .await;
        written?;
    }
    Ok(Redirect::to(&leaderboard.receipt_address(&id)).into_response())
}

fn wants_page(headers: &HeaderMap) -> bool {
    Format::accepted(headers) == Format::Html
}

/// 403 for a program.
fn not_allowed(refusal: CorrectionRefusal) -> Error {
    Error::new(
        StatusCode::FORBIDDEN,
        "not_correctable",
        "This claim cannot be corrected here",
        refusal.message(),
    )
    .with_safety("Nothing was changed.")
    .with_next_step(ASK_STAFF)
}

/// Why the claim cannot be corrected with this signature; `None` when it can.
fn refusal(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    id: &str,
    signature: &str,
) -> Result<Option<CorrectionRefusal>, Error> {
    let row = current.data.ledger.row_of(id).ok_or_else(Error::not_found)?;
    if !leaderboard.signing.allows_correction(id, signature) {
        return Ok(Some(CorrectionRefusal::NotYours));
    }
    Ok(
        match correctable(row.submitted_at(), row.status(), current.now.timestamp()) {
            CorrectionEligibility::Until(_) => None,
            CorrectionEligibility::TooLate => Some(CorrectionRefusal::TooLate),
            CorrectionEligibility::Decided(status) => Some(CorrectionRefusal::Decided(status)),
        },
    )
}

fn page(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    id: &str,
    request: CorrectionRequest,
    field_errors: Vec<FieldError>,
) -> Response {
    let refusal = refusal(leaderboard, current, id, &request.signature).unwrap_or(Some(CorrectionRefusal::NotYours));
    let status = match refusal {
        None => StatusCode::OK,
        Some(_) => StatusCode::FORBIDDEN,
    };
    let row = current.data.ledger.row_of(id);
    let until = row.map(|row| correctable(row.submitted_at(), row.status(), current.now.timestamp()));
    let page = CorrectionFormPage {
        id,
        request: &request,
        field_errors: &field_errors,
        refusal,
        until: match until {
            Some(CorrectionEligibility::Until(until)) => Some(until),
            _ => None,
        },
        csms: &current.data.csms,
        companies: &current.data.companies,
        now: current.now.clone(),
    };
    let document = page.document(&leaderboard.frame(current));
    let mut response = RenderedResponse::html(document).respond(&HeaderMap::new());
    *response.status_mut() = status;
    response
}
