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
    openapi::{EndpointDocs, parameters::moment},
    request_context::RequestContext,
    response::{Format, RenderedResponse},
};

use crate::{
    contests::{
        answers::earnings_sheet, contest::Contest, page::contest::unknown_contest, points::ContestPoints,
        scoring::PointsEntry, view::points::PointsPage,
    },
    routes::{POINTS, PROPOSED, TAG},
    snapshot::LeaderboardSnapshot,
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
    #[serde(default)]
    #[schemars(schema_with = "moment")]
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
    Query(query): Query<PointsQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(query.format.as_deref(), &headers, &uri, Format::TABLE)?;
    let rows = leaderboard.contests().await?;
    let current = leaderboard.current_as_of(query.as_of.as_deref()).await?;
    let contests = &rows.snapshot.data;
    let is_proposed = query.rules.as_deref() == Some(PROPOSED);
    let frozen = contests
        .result(&query.contest)
        .filter(|_| !is_proposed)
        .map(|result| result.contest.clone());
    let listed = || {
        contests.find(&query.contest).map(|contest| match is_proposed {
            true => contest.clone(),
            false => contest.with_rules(contests.rules_in_force(contest)),
        })
    };
    let contest = frozen
        .or_else(listed)
        .ok_or_else(|| unknown_contest(contests, &query.contest))?;
    let earnings = current.data.ledger.earnings(contest.rules, contest.span(), &query.csm);
    let scored = ScoredClaims {
        contest: &contest,
        csm: &query.csm,
        earnings: &earnings,
    };
    let rendered = render(&leaderboard, &current, &scored, &request)?;
    Ok(rendered.respond(&headers))
}

/// Claims that earned points for a CSM in a contest.
struct ScoredClaims<'a> {
    contest: &'a Contest,
    csm: &'a str,
    earnings: &'a [PointsEntry],
}

fn render(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    scored: &ScoredClaims<'_>,
    request: &RequestContext,
) -> Result<RenderedResponse, Error> {
    let ScoredClaims { contest, csm, earnings } = *scored;
    let link = |row| current.data.rows.submission_link.row(row);
    let points: ContestPoints = earnings.iter().map(|earning| &earning.points).sum();
    let as_of = current.read_at.to_zoned(contest.zone.clone()).datetime();
    let sheet = || earnings_sheet(earnings, link, csm, as_of, &contest.zone);
    match request.format {
        Format::Html => Ok(RenderedResponse::html(
            PointsPage {
                contest,
                csm,
                points,
                earnings,
                link: &link,
                address: &request.address,
                past: current.past.as_ref(),
                now: current.now.clone(),
            }
            .document(&leaderboard.frame(current)),
        )),
        Format::Csv => Ok(RenderedResponse::csv(&sheet())),
        Format::Xlsx => RenderedResponse::xlsx(&sheet()),
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
