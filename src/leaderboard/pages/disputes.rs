//! Handlers of `/leaderboard/disputes`: all disputes, and the form for a new one.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        desk::{Current, Leaderboard},
        disputes::{Dispute, SentDispute, dispute::Disputable},
        view::{
            disputes::{Claimant, DisputeForm, DisputesPage},
            ways::{DISPUTES, addressed},
        },
    },
    sent,
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::{Error, FieldError},
    page::field::Typed,
    store::{Batch, Insert},
};

mod held;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    csm: Option<String>,
    format: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct DisputesAnswer<'a> {
    as_of: Timestamp,
    disputes: &'a [&'a Dispute],
}

#[derive(Serialize, JsonSchema)]
pub(super) struct DisputeRecorded {
    /// Always true: a failed write is an error response.
    recorded: bool,
    /// Id of the dispute.
    id: Option<String>,
}

pub(super) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = Asked::new(question.format.as_deref(), &headers, &uri, Face::PAGE)?;
    let disputes = leaderboard.disputes().await?;
    let current = leaderboard.current().await?;
    let csm = question.csm.as_deref().map(str::trim).filter(|csm| !csm.is_empty());
    let data = &disputes.snapshot.data;
    let newest_first = data.list.iter().rev();
    let list: Vec<&Dispute> = newest_first
        .filter(|dispute| csm.is_none_or(|csm| dispute.concerns(csm)))
        .collect();
    let rendered = match asked.face {
        Face::Html => Rendered::html(
            DisputesPage {
                disputes: &list,
                csm,
                csms: &current.settled.csms,
                tab: data.link.tab(),
                address: &asked.address,
                now: current.now.clone(),
            }
            .document(&leaderboard.frame(&current)),
        ),
        _ => Rendered::json(&DisputesAnswer {
            as_of: disputes.snapshot.read_at,
            disputes: &list,
        })
        .map_err(Error::internal)?,
    };
    Ok(rendered.respond(&headers))
}

/// `GET /leaderboard/disputes/new`: form for a claim (`?claim=&integration=`) or for a credit that the CSM has not
/// claimed (`?company=&integration=&csm=`). Shows the dispute instead when it exists already.
pub(super) async fn form(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(question): Query<SentDispute>,
) -> Result<Response, Error> {
    let current = leaderboard.current().await?;
    if question.claim.is_empty() {
        return held::form(&leaderboard, &current, question).await;
    }
    let disputes = leaderboard.disputes().await?;
    let is_known = |dispute: &&Dispute| dispute.is_of(&question.claim, &question.integration);
    if let Some(known) = disputes.snapshot.data.list.iter().find(is_known) {
        return Ok(Redirect::to(&list_address(&known.csm)).into_response());
    }
    let disputable = disputable(&current, &question)?;
    Ok(page(&leaderboard, &current, &disputable, Typed::valid(question.reason)))
}

/// `POST /leaderboard/disputes`.
pub(super) async fn receive(
    State(leaderboard): State<Arc<Leaderboard>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let dispute: SentDispute = sent(&headers, &body)?;
    let current = leaderboard.current().await?;
    if dispute.claim.is_empty() {
        return held::receive(&leaderboard, &current, &headers, dispute).await;
    }
    let disputable = disputable(&current, &dispute)?;
    match disputable.dispute(&dispute.reason, &leaderboard.clock.zoned_now()) {
        Ok(insert) => record(&leaderboard, &headers, vec![insert], &disputable.csm).await,
        Err(complaint) if wants_page(&headers) => {
            let typed = Typed::refused(dispute.reason, complaint.message);
            Ok(refused(page(&leaderboard, &current, &disputable, typed)))
        }
        Err(complaint) => Err(Error::invalid(vec![complaint])),
    }
}

fn wants_page(headers: &HeaderMap) -> bool {
    Face::accepted(headers) == Face::Html
}

fn refused(mut page: Response) -> Response {
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    page
}

/// Writes the rows, the dispute last, and responds with the dispute.
async fn record(
    leaderboard: &Leaderboard,
    headers: &HeaderMap,
    rows: Vec<Insert>,
    csm: &str,
) -> Result<Response, Error> {
    let committed = leaderboard.commit(Batch::inserts(rows)).await?;
    if wants_page(headers) {
        return Ok(Redirect::to(&list_address(csm)).into_response());
    }
    let answer = DisputeRecorded {
        recorded: true,
        id: committed.ids.into_iter().next_back(),
    };
    Ok(Rendered::json(&answer).map_err(Error::internal)?.respond(headers))
}

fn list_address(csm: &str) -> String {
    addressed(DISPUTES, &[("csm", csm)])
}

fn disputable(current: &Current, sent: &SentDispute) -> Result<Disputable, Error> {
    let line = current
        .settled
        .ledger
        .claim_of(&sent.claim, |row| current.settled.rows.submission_link.row(row));
    let Some(line) = line.filter(|line| !line.id.is_empty()) else {
        return Err(Error::not_found());
    };
    Disputable::of(&line, &sent.integration).ok_or_else(|| nothing_to_dispute(&sent.integration))
}

fn nothing_to_dispute(integration: &str) -> Error {
    let message = format!("“{integration}” is not credited to somebody else there, so there is nothing to dispute.");
    Error::bad_question(vec![FieldError::new("integration", message)])
}

fn page(leaderboard: &Leaderboard, current: &Current, disputable: &Disputable, reason: Typed) -> Response {
    let form = DisputeForm {
        credit: &disputable.credit,
        claimant: Claimant::Of(disputable),
        reason,
        now: current.now.clone(),
    };
    Rendered::html(form.document(&leaderboard.frame(current))).respond(&HeaderMap::new())
}
