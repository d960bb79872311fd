//! Handler of `GET /leaderboard/points?contest=&csm=`: claims that earned a CSM's contest points.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        contest_answers::earnings_sheet,
        contests::{contest::Contest, points::Points, settling::Earning},
        desk::{Current, Leaderboard},
        view::{points::PointsPage, ways::PROPOSED},
    },
    contest::unknown,
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::Error,
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
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
pub(super) struct PointsAnswer<'a> {
    as_of: Timestamp,
    contest: &'a Contest,
    csm: &'a str,
    points: Points,
    claims: Vec<EarningLine<'a>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct EarningLine<'a> {
    #[serde(flatten)]
    earning: &'a Earning,
    link: String,
}

pub(super) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = Asked::new(question.format.as_deref(), &headers, &uri, Face::TABLE)?;
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
    current: &Current,
    (contest, csm, earnings): (&Contest, &str, &[Earning]),
    asked: &Asked,
) -> Result<Rendered, Error> {
    let link = |row| current.settled.rows.submission_link.row(row);
    let points: Points = earnings.iter().map(|earning| &earning.points).sum();
    let as_of = current.read_at.to_zoned(contest.zone.clone()).datetime();
    let sheet = || earnings_sheet(earnings, link, csm, (as_of, &contest.zone));
    match asked.face {
        Face::Html => Ok(Rendered::html(
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
        Face::Csv => Ok(Rendered::csv(&sheet())),
        Face::Xlsx => Rendered::xlsx(&sheet()).map_err(Error::internal),
        _ => Rendered::json(&PointsAnswer {
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
