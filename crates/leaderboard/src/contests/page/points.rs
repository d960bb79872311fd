//! Handler of `GET /leaderboard/points?contest=&csm=`: claims that earned a CSM's contest points.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{
    error::Error,
    openapi::EndpointDocs,
    request_context::RequestContext,
    response::{Format, RenderedResponse},
};

use crate::{
    contests::{
        answers::earnings_sheet, contest::Contest, page::contest::unknown, points::ContestPoints, scoring::PointsEntry,
        view::points::PointsPage,
    },
    routes::{POINTS, PROPOSED, TAG},
    snapshot::BoardSnapshot,
    state::Leaderboard,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        POINTS,
        get_with(show, |it| {
            it.about(TAG, "The claims that earned the points of a CSM in a contest.")
                .answers::<PointsResponse<'_>>(Format::TABLE)
        }),
    )
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct PointsQuery {
    #[serde(default)]
    contest: String,
    #[serde(default)]
    csm: String,
    /// `proposed` for the rules that await confirmation.
    rules: Option<String>,
    as_of: Option<String>,
    format: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct PointsResponse<'a> {
    as_of: Timestamp,
    contest: &'a Contest,
    csm: &'a str,
    points: ContestPoints,
    claims: Vec<EarningLine<'a>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct EarningLine<'a> {
    #[serde(flatten)]
    earning: &'a PointsEntry,
    link: String,
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(question): Query<PointsQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = RequestContext::new(question.format.as_deref(), &headers, &uri, Format::TABLE)?;
    let rows = leaderboard.contests().await?;
    let current = leaderboard.current_as_of(question.as_of.as_deref()).await?;
    let contests = &rows.snapshot.data;
    let is_proposed = question.rules.as_deref() == Some(PROPOSED);
    let frozen = contests
        .result(&question.contest)
        .filter(|_| !is_proposed)
        .map(|result| result.contest.clone());
    let listed = || {
        contests.find(&question.contest).map(|contest| match is_proposed {
            true => contest.clone(),
            false => contest.under(contests.rules_in_force(contest)),
        })
    };
    let contest = frozen
        .or_else(listed)
        .ok_or_else(|| unknown(contests, &question.contest))?;
    let earnings = current
        .settled
        .ledger
        .earnings(contest.rules, contest.span(), &question.csm);
    let rendered = render(&leaderboard, &current, (&contest, &question.csm, &earnings), &asked)?;
    Ok(rendered.respond(&headers))
}

fn render(
    leaderboard: &Leaderboard,
    current: &BoardSnapshot,
    (contest, csm, earnings): (&Contest, &str, &[PointsEntry]),
    asked: &RequestContext,
) -> Result<RenderedResponse, Error> {
    let link = |row| current.settled.rows.submission_link.row(row);
    let points: ContestPoints = earnings.iter().map(|earning| &earning.points).sum();
    let as_of = current.read_at.to_zoned(contest.zone.clone()).datetime();
    let sheet = || earnings_sheet(earnings, link, csm, (as_of, &contest.zone));
    match asked.face {
        Format::Html => Ok(RenderedResponse::html(
            PointsPage {
                contest,
                csm,
                points,
                earnings,
                link: &link,
                address: &asked.address,
                past: current.past.as_ref(),
                now: current.now.clone(),
            }
            .document(&leaderboard.frame(current)),
        )),
        Format::Csv => Ok(RenderedResponse::csv(&sheet())),
        Format::Xlsx => RenderedResponse::xlsx(&sheet()).map_err(Error::internal),
        _ => RenderedResponse::json(&PointsResponse {
            as_of: current.read_at,
            contest,
            csm,
            points,
            claims: earnings
                .iter()
                .map(|earning| EarningLine {
                    link: link(earning.row),
                    earning,
                })
                .collect(),
        })
        .map_err(Error::internal),
    }
}
