//! Handlers of a contest: `GET /leaderboard?contest=` shows the frozen or current result; `POST
//! /leaderboard/contests/rules` confirms changed rules.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::post_with};
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sheets_store::{Batch, Reading, RowChange};
use web::{
    error::{Error, FieldError},
    openapi::{BodyKind, EndpointDocs},
    page::field::FormValue,
    request_context::RequestContext,
    response::{Format, RenderedResponse},
};

use crate::{
    contests::{
        answers::result_sheet,
        contest::{Contest, ContestPhase},
        dataset::ContestRows,
        report::{ContestReport, report},
        rows::{ConfirmationSource, confirmation_insert},
        scoring::ContestScores,
        view::contest::ContestPage,
    },
    routes::{CONFIRM_RULES, TAG, contest_address},
    snapshot::LeaderboardSnapshot,
    state::Leaderboard,
    ui::request::parse_body,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        CONFIRM_RULES,
        post_with(confirm, |it| {
            it.about(
                TAG,
                "Puts a changed rule of a contest in force, by the name of the change.",
            )
            .reads::<ConfirmRulesRequest>(BodyKind::JsonOrForm)
            .redirects()
        }),
    )
}

/// Result that a download holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ResultTable {
    /// The frozen result, or the standings while nothing is frozen.
    #[default]
    Final,
    /// The result computed from the current rows.
    Corrected,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct ContestResponse<'a> {
    as_of: Timestamp,
    #[serde(flatten)]
    report: &'a ContestReport,
}

/// Request for the page of a contest.
pub(crate) struct ContestRequest<'a> {
    pub(crate) name: &'a str,
    pub(crate) table: ResultTable,
    pub(crate) context: &'a RequestContext,
    pub(crate) headers: &'a HeaderMap,
}

pub(crate) async fn show(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    request: ContestRequest<'_>,
) -> Result<Response, Error> {
    let rows = leaderboard.contests().await?;
    let key = format!("{} contests {}", request.context.key(), rows.snapshot.version);
    let render_response = async || {
        let report = find_report(&rows, request.name, current)?;
        render(leaderboard, current, &report, request.context.format, request.table)
    };
    let rendered = leaderboard.cached_response(current, key, render_response).await?;
    Ok(rendered.respond(request.headers))
}

fn find_report(rows: &Reading<ContestRows>, name: &str, current: &LeaderboardSnapshot) -> Result<ContestReport, Error> {
    let ledger = &current.data.ledger;
    report(&rows.snapshot.data, name, ledger, current.moment())
        .ok_or_else(|| unknown_contest(&rows.snapshot.data, name))
}

/// Error for an unknown contest; lists the existing ones.
pub(crate) fn unknown_contest(rows: &ContestRows, name: &str) -> Error {
    let names: Vec<String> = rows
        .contests
        .iter()
        .map(|(_, contest)| format!("“{}”", contest.name))
        .collect();
    let there = match names.as_slice() {
        [] => "There is none yet: staff write contests into the tab contests of the spreadsheet.".to_owned(),
        names => format!("There are {}.", web::page::formatting::join_names(names)),
    };
    Error::invalid_query(vec![FieldError::new(
        "contest",
        format!("No contest is called “{name}”. {there}"),
    )])
}

fn render(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    report: &ContestReport,
    format: Format,
    table: ResultTable,
) -> Result<RenderedResponse, Error> {
    let zone = leaderboard.clock.zone();
    let as_of = current.read_at.to_zoned(zone.clone()).datetime();
    let sheet = || {
        let (title, scores) = selected_scores(report, table);
        result_sheet(scores, title, &report.contest, as_of)
    };
    match format {
        Format::Html => Ok(RenderedResponse::html(
            page(report, leaderboard, current, FormValue::default()).document(&leaderboard.frame(current)),
        )),
        Format::Csv => Ok(RenderedResponse::csv(&sheet())),
        Format::Xlsx => RenderedResponse::xlsx(&sheet()),
        _ => RenderedResponse::json(&ContestResponse {
            as_of: current.read_at,
            report,
        })
        .map_err(Error::internal),
    }
}

fn selected_scores(report: &ContestReport, table: ResultTable) -> (&'static str, &ContestScores) {
    match (&report.frozen, table) {
        (Some(frozen), ResultTable::Final) => ("Final result", &frozen.scores),
        (Some(_), ResultTable::Corrected) => ("Corrected standings", &report.current),
        (None, _) => ("Standings", &report.current),
    }
}

fn page<'a>(
    report: &'a ContestReport,
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    confirmation: FormValue,
) -> ContestPage<'a> {
    ContestPage {
        report,
        past: current.past,
        edition: leaderboard
            .edition_until(current, None)
            .filter(|_| report.phase != ContestPhase::Over),
        confirmation,
        now: current.now.clone(),
    }
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct ConfirmRulesRequest {
    contest: String,
    #[serde(default)]
    rule: String,
}

/// Puts the rules of the contest's row in force if the typed text names the change.
pub(crate) async fn confirm(
    State(leaderboard): State<Arc<Leaderboard>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let sent: ConfirmRulesRequest = parse_body(&headers, &body)?;
    let rows = leaderboard.contests().await?;
    let contests = &rows.snapshot.data;
    let Some(contest) = contests.find(&sent.contest) else {
        return Err(unknown_contest(contests, &sent.contest));
    };
    let to = Redirect::to(&contest_address(&contest.name)).into_response();
    let in_force = contests.rules_in_force(contest);
    if contests.result(&contest.name).is_some() || contest.rules == in_force {
        // A concurrent confirmation won, or the result is frozen: the page shows it.
        return Ok(to);
    }
    if !contest.rules.is_change_named(in_force, &sent.rule) {
        return not_confirmed(&leaderboard, &headers, &rows, contest, &sent.rule).await;
    }
    let number = contests.confirmations(contest);
    let insert = confirmation_insert(contest, number, ConfirmationSource::ByName, leaderboard.clock.now());
    leaderboard
        .store
        .commit(Batch::by("form", [RowChange::Insert(insert)]))
        .await?;
    Ok(to)
}

async fn not_confirmed(
    leaderboard: &Leaderboard,
    headers: &HeaderMap,
    rows: &Reading<ContestRows>,
    contest: &Contest,
    typed: &str,
) -> Result<Response, Error> {
    let current = leaderboard.current().await?;
    let report = find_report(rows, &contest.name, &current)?;
    let expected = report
        .proposed
        .as_ref()
        .map(|proposal| proposal.confirm_by_typing.as_str())
        .unwrap_or_default();
    let error = format!("This does not name the changed rule. Type “{expected}”.");
    if Format::accepted(headers) != Format::Html {
        return Err(Error::invalid(vec![FieldError::new("rule", error)]));
    }
    let page = page(&report, leaderboard, &current, FormValue::refused(typed, error));
    let mut response = RenderedResponse::html(page.document(&leaderboard.frame(&current))).respond(&HeaderMap::new());
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
