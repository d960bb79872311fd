//! Handler of `GET /leaderboard/contests`: all contests, running ones first.

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
        contest::{Contest, ContestPhase},
        dataset::ContestRows,
        view::list::{ContestsPage, ListedContest},
    },
    routes::{CONTESTS, TAG},
    state::Leaderboard,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        CONTESTS,
        get_with(show, |it| {
            it.about(TAG, "Every contest; one of them is at /leaderboard?contest=.")
                .answers::<ContestsResponse<'_>>(Format::PAGE)
        }),
    )
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct ContestsQuery {
    format: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct ContestsResponse<'a> {
    as_of: Timestamp,
    contests: &'a [ListedContest],
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(query): Query<ContestsQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(query.format.as_deref(), &headers, &uri, Format::PAGE)?;
    let rows = leaderboard.contests().await?;
    let current = leaderboard.current().await?;
    let contests = listed(&rows.snapshot.data, current.now.timestamp());
    let rendered = match request.format {
        Format::Html => RenderedResponse::html(
            ContestsPage {
                contests: &contests,
                tab: rows.snapshot.data.contest_link.tab(),
                now: current.now.clone(),
            }
            .document(&leaderboard.frame(&current)),
        ),
        _ => RenderedResponse::json(&ContestsResponse {
            as_of: rows.snapshot.read_at,
            contests: &contests,
        })
        .map_err(Error::internal)?,
    };
    Ok(rendered.respond(&headers))
}

/// Sorts contests: running ones by end, then upcoming ones, then finished ones, latest first.
fn listed(rows: &ContestRows, now: Timestamp) -> Vec<ListedContest> {
    let of_row = |row: Option<u32>, contest: Contest| ListedContest {
        phase: contest.phase(now),
        seconds_left: contest.seconds_left(now),
        frozen: rows.result(&contest.name).is_some(),
        link: row.map(|row| rows.contest_link.row(row)),
        contest,
    };
    let in_the_tab = rows.contests.iter().map(|(row, contest)| {
        let frozen = rows.result(&contest.name).map(|result| result.contest.clone());
        of_row(
            Some(*row),
            frozen.unwrap_or_else(|| contest.with_rules(rows.rules_in_force(contest))),
        )
    });
    let gone = rows
        .results
        .values()
        .filter(|result| rows.find(&result.contest.name).is_none());
    let mut listed: Vec<ListedContest> = in_the_tab
        .chain(gone.map(|result| of_row(None, result.contest.clone())))
        .collect();
    listed.sort_by_key(|listed| match listed.phase {
        ContestPhase::Running | ContestPhase::Upcoming => {
            (listed.phase == ContestPhase::Upcoming, listed.seconds_left, None)
        }
        ContestPhase::Over => (true, Some(i64::MAX), Some(std::cmp::Reverse(listed.contest.end))),
    });
    listed
}
