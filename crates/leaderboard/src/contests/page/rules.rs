//! Handler of `GET /leaderboard/rules`: the rules in force.

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
        example::{RulesExample, rules_examples},
        rules::ContestRules,
        view::rules::{RulesInForce, RulesPage},
    },
    routes::{RULES, TAG},
    snapshot::LeaderboardSnapshot,
    state::Leaderboard,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        RULES,
        get_with(show, |it| {
            it.about(TAG, "The rules in force.")
                .answers::<RulesResponse<'_>>(Format::PAGE)
        }),
    )
}

/// Rules of the standings outside contests: [`Ledger::standings`](crate::claims::ledger::Ledger::standings).
const STANDINGS_RULES: ContestRules = ContestRules {
    credit: crate::contests::rules::CreditRule::First,
    counting: crate::contests::rules::CountingRule::Received,
};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct RulesQuery {
    contest: Option<String>,
    format: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct RulesResponse<'a> {
    as_of: Timestamp,
    standings: ContestRules,
    contests: &'a [RulesInForce],
    examples: &'a [RulesExample],
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(query): Query<RulesQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(query.format.as_deref(), &headers, &uri, Format::PAGE)?;
    let rows = leaderboard.contests().await?;
    let current = leaderboard.current().await?;
    let contests = listed_rules(&rows.snapshot.data, query.contest.as_deref(), current.now.timestamp());
    let examples = rules_examples();
    let rendered = match request.format {
        Format::Html => RenderedResponse::html(page(&leaderboard, &current, &contests, &examples)),
        _ => RenderedResponse::json(&RulesResponse {
            as_of: rows.snapshot.read_at,
            standings: STANDINGS_RULES,
            contests: &contests,
            examples: &examples,
        })
        .map_err(Error::internal)?,
    };
    Ok(rendered.respond(&headers))
}

/// Contests that are not over, plus the requested one, each with its rules in force and proposed rules.
fn listed_rules(rows: &ContestRows, requested: Option<&str>, now: Timestamp) -> Vec<RulesInForce> {
    let requested = requested.and_then(|name| {
        rows.result(name)
            .map(|result| &result.contest)
            .or_else(|| rows.find(name))
    });
    let is_requested = |contest: &Contest| requested.is_some_and(|requested| requested.key() == contest.key());
    let mut listed: Vec<RulesInForce> = Vec::new();
    if let Some(result) = requested.and_then(|requested| rows.result(&requested.name)) {
        listed.push(RulesInForce {
            contest: result.contest.clone(),
            proposed: None,
        });
    }
    for (_, contest) in &rows.contests {
        let is_listed =
            rows.result(&contest.name).is_none() && (contest.phase(now) != ContestPhase::Over || is_requested(contest));
        if is_listed {
            let in_force = rows.rules_in_force(contest);
            listed.push(RulesInForce {
                contest: contest.with_rules(in_force),
                proposed: (contest.rules != in_force).then_some(contest.rules),
            });
        }
    }
    listed
}

fn page(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    contests: &[RulesInForce],
    examples: &[RulesExample],
) -> String {
    let count = |amount: usize| u32::try_from(amount).unwrap_or(u32::MAX);
    let zone = leaderboard.clock.zone();
    RulesPage {
        standing: STANDINGS_RULES,
        contests,
        examples,
        aliases: count(current.data.rows.aliases.len()),
        integrations: count(current.catalog.catalog.integrations().len()),
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        now: current.now.clone(),
    }
    .document(&leaderboard.frame(current))
}
