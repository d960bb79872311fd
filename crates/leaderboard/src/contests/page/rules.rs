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
        view::rules::RulesPage,
    },
    routes::{RULES, TAG},
    snapshot::BoardSnapshot,
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
const STANDING: ContestRules = ContestRules {
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
    contests: Vec<RulesInForce<'a>>,
    examples: &'a [RulesExample],
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct RulesInForce<'a> {
    #[serde(flatten)]
    contest: &'a Contest,
    /// Rules that staff entered and no person has confirmed.
    proposed: Option<ContestRules>,
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(question): Query<RulesQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = RequestContext::new(question.format.as_deref(), &headers, &uri, Format::PAGE)?;
    let rows = leaderboard.contests().await?;
    let current = leaderboard.current().await?;
    let contests = told(
        &rows.snapshot.data,
        question.contest.as_deref(),
        current.now.timestamp(),
    );
    let examples = rules_examples();
    let rendered = match asked.face {
        Format::Html => RenderedResponse::html(page(&leaderboard, &current, &contests, &examples)),
        _ => RenderedResponse::json(&RulesResponse {
            as_of: rows.snapshot.read_at,
            standings: STANDING,
            contests: contests
                .iter()
                .map(|(contest, proposed)| RulesInForce {
                    contest,
                    proposed: *proposed,
                })
                .collect(),
            examples: &examples,
        })
        .map_err(Error::internal)?,
    };
    Ok(rendered.respond(&headers))
}

/// Contests that are not over, plus the requested one, each with its rules in force and proposed rules.
fn told(rows: &ContestRows, asked: Option<&str>, now: Timestamp) -> Vec<(Contest, Option<ContestRules>)> {
    let asked = asked.and_then(|name| {
        rows.result(name)
            .map(|result| &result.contest)
            .or_else(|| rows.find(name))
    });
    let is_asked = |contest: &Contest| asked.is_some_and(|asked| asked.key() == contest.key());
    let mut told: Vec<(Contest, Option<ContestRules>)> = Vec::new();
    if let Some(result) = asked.and_then(|asked| rows.result(&asked.name)) {
        told.push((result.contest.clone(), None));
    }
    for (_, contest) in &rows.contests {
        let is_told =
            rows.result(&contest.name).is_none() && (contest.phase(now) != ContestPhase::Over || is_asked(contest));
        if is_told {
            let in_force = rows.rules_in_force(contest);
            told.push((
                contest.under(in_force),
                (contest.rules != in_force).then_some(contest.rules),
            ));
        }
    }
    told
}

fn page(
    leaderboard: &Leaderboard,
    current: &BoardSnapshot,
    contests: &[(Contest, Option<ContestRules>)],
    examples: &[RulesExample],
) -> String {
    let count = |amount: usize| u32::try_from(amount).unwrap_or(u32::MAX);
    let zone = leaderboard.clock.zone();
    RulesPage {
        standing: STANDING,
        contests,
        examples,
        aliases: count(current.settled.rows.aliases.len()),
        integrations: count(current.catalog.catalog.integrations().len()),
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        now: current.now.clone(),
    }
    .document(&leaderboard.frame(current))
}
