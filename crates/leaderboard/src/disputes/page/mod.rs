//! Handlers of `/leaderboard/disputes`: all disputes, and the form for a new one.

pub(crate) mod disputed_claim;

use std::sync::Arc;

use aide::{
    axum::{ApiRouter, routing::get_with},
    transform::TransformOperation,
};
use axum::{
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sheets_store::{Batch, RowInsert};
use web::{
    error::{Error, FieldError},
    openapi::{BodyKind, EndpointDocs},
    page::field::FormValue,
    request_context::RequestContext,
    response::{Format, RenderedResponse},
};

use crate::{
    disputes::{
        Dispute, DisputeRequest,
        new_dispute::DisputableClaim,
        view::{Claimant, DisputeForm, DisputesPage},
    },
    routes::{DISPUTE, DISPUTES, TAG, with_query},
    snapshot::LeaderboardSnapshot,
    state::Leaderboard,
    ui::request::parse_body,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new()
        .api_route(
            DISPUTES,
            get_with(show, |it| {
                it.about(TAG, "Every dispute, the newest first.")
                    .answers::<DisputesResponse<'_>>(Format::PAGE)
            })
            .post_with(receive, receives_dispute),
        )
        .api_route(
            DISPUTE,
            get_with(show_form, |it| {
                it.about(TAG, "The form for a dispute.").serves("text/html").redirects()
            }),
        )
}

fn receives_dispute(it: TransformOperation<'_>) -> TransformOperation<'_> {
    it.about(TAG, "Disputes a credit.")
        .reads::<DisputeRequest>(BodyKind::JsonOrForm)
        .responds_with::<DisputeResponse>(200, "It is recorded.")
        .redirects()
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct DisputesQuery {
    csm: Option<String>,
    format: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct DisputesResponse<'a> {
    as_of: Timestamp,
    disputes: &'a [&'a Dispute],
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct DisputeResponse {
    /// Always true: a failed write is an error response.
    recorded: bool,
    /// Id of the dispute.
    id: Option<String>,
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(query): Query<DisputesQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(query.format.as_deref(), &headers, &uri, Format::PAGE)?;
    let disputes = leaderboard.disputes().await?;
    let current = leaderboard.current().await?;
    let csm = query.csm.as_deref().map(str::trim).filter(|csm| !csm.is_empty());
    let data = &disputes.snapshot.data;
    let newest_first = data.list.iter().rev();
    let list: Vec<&Dispute> = newest_first
        .filter(|dispute| csm.is_none_or(|csm| dispute.concerns(csm)))
        .collect();
    let rendered = match request.format {
        Format::Html => RenderedResponse::html(
            DisputesPage {
                disputes: &list,
                csm,
                csms: &current.data.csms,
                tab: data.link.tab(),
                address: &request.address,
                now: current.now.clone(),
            }
            .document(&leaderboard.frame(&current)),
        ),
        _ => RenderedResponse::json(&DisputesResponse {
            as_of: disputes.snapshot.read_at,
            disputes: &list,
        })
        .map_err(Error::internal)?,
    };
    Ok(rendered.respond(&headers))
}

/// `GET /leaderboard/disputes/new`: form for a claim (`?claim=&integration=`) or for a credit that the CSM has not
/// claimed (`?company=&integration=&csm=`). Shows the dispute instead when it exists already.
pub(crate) async fn show_form(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(query): Query<DisputeRequest>,
) -> Result<Response, Error> {
    let current = leaderboard.current().await?;
    if query.claim.is_empty() {
        return disputed_claim::form(&leaderboard, &current, query).await;
    }
    let disputes = leaderboard.disputes().await?;
    let is_known = |dispute: &&Dispute| dispute.is_about_claim(&query.claim, &query.integration);
    if let Some(existing) = disputes.snapshot.data.list.iter().find(is_known) {
        return Ok(Redirect::to(&list_address(&existing.csm)).into_response());
    }
    let disputable = disputable(&current, &query)?;
    Ok(page(
        &leaderboard,
        &current,
        &disputable,
        FormValue::valid(query.reason),
    ))
}

/// `POST /leaderboard/disputes`.
pub(crate) async fn receive(
    State(leaderboard): State<Arc<Leaderboard>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let dispute: DisputeRequest = parse_body(&headers, &body)?;
    let current = leaderboard.current().await?;
    if dispute.claim.is_empty() {
        return disputed_claim::receive(&leaderboard, &current, &headers, dispute).await;
    }
    let disputable = disputable(&current, &dispute)?;
    match disputable.dispute(&dispute.reason, &leaderboard.clock.zoned_now()) {
        Ok(insert) => record(&leaderboard, &headers, vec![insert], &disputable.csm).await,
        Err(field_error) if wants_page(&headers) => {
            let typed = FormValue::refused(dispute.reason, field_error.message);
            Ok(unprocessable(page(&leaderboard, &current, &disputable, typed)))
        }
        Err(field_error) => Err(Error::invalid(vec![field_error])),
    }
}

fn wants_page(headers: &HeaderMap) -> bool {
    Format::accepted(headers) == Format::Html
}

fn unprocessable(mut page: Response) -> Response {
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    page
}

/// Writes the rows, the dispute last, and responds with the dispute.
async fn record(
    leaderboard: &Leaderboard,
    headers: &HeaderMap,
    rows: Vec<RowInsert>,
    csm: &str,
) -> Result<Response, Error> {
    let committed = leaderboard.commit(Batch::inserts(rows)).await?;
    if wants_page(headers) {
        return Ok(Redirect::to(&list_address(csm)).into_response());
    }
    let response = DisputeResponse {
        recorded: true,
        id: committed.ids.into_iter().next_back(),
    };
    Ok(RenderedResponse::json(&response)
        .map_err(Error::internal)?
        .respond(headers))
}

fn list_address(csm: &str) -> String {
    with_query(DISPUTES, &[("csm", csm)])
}

fn disputable(current: &LeaderboardSnapshot, request: &DisputeRequest) -> Result<DisputableClaim, Error> {
    let line = current
        .data
        .ledger
        .claim_of(&request.claim, |row| current.data.rows.submission_link.row(row));
    let Some(line) = line.filter(|line| !line.id.is_empty()) else {
        return Err(Error::not_found());
    };
    DisputableClaim::of(&line, &request.integration).ok_or_else(|| nothing_to_dispute(&request.integration))
}

fn nothing_to_dispute(integration: &str) -> Error {
    let message = format!("“{integration}” is not credited to somebody else there, so there is nothing to dispute.");
    Error::invalid_query(vec![FieldError::new("integration", message)])
}

fn page(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    disputable: &DisputableClaim,
    reason: FormValue,
) -> Response {
    let show_form = DisputeForm {
        credit: &disputable.credit,
        claimant: Claimant::Of(disputable),
        reason,
        now: current.now.clone(),
    };
    RenderedResponse::html(show_form.document(&leaderboard.frame(current))).respond(&HeaderMap::new())
}
