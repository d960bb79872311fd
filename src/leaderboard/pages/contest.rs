//! Handlers of a contest: `GET /leaderboard?contest=` shows the frozen or current result; `POST
//! /leaderboard/contests/rules` confirms changed rules.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        contest_answers::result_sheet,
        contests::{
            contest::Contest,
            report::{ContestReport, report},
            rows::{Confirmed, ContestRows, confirmation},
            settling::Settlement,
        },
        desk::{Current, Leaderboard},
        view::{contest::ContestPage, ways::contest_address},
    },
    sent,
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::{Error, FieldError},
    page::field::Typed,
    store::{Batch, Change, Reading},
};

/// Result that a download holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum ResultTable {
    /// The frozen result, or the standings while nothing is frozen.
    #[default]
    Final,
    /// The result computed from the current rows.
    Corrected,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct ContestAnswer<'a> {
    as_of: Timestamp,
    #[serde(flatten)]
    report: &'a ContestReport,
}

pub(super) async fn show(
    leaderboard: &Leaderboard,
    current: &Current,
    (name, table): (&str, ResultTable),
    (asked, headers): (&Asked, &HeaderMap),
) -> Result<Response, Error> {
    let rows = leaderboard.contests().await?;
    let key = format!("{} contests {}", asked.key(), rows.snapshot.version);
    let make = async || {
        let report = reported(&rows, name, current)?;
        render(leaderboard, current, &report, (asked.face, table))
    };
    let rendered = leaderboard.answered(current, key, make).await?;
    Ok(rendered.respond(headers))
}

fn reported(rows: &Reading<ContestRows>, name: &str, current: &Current) -> Result<ContestReport, Error> {
    let ledger = &current.settled.ledger;
    report(&rows.snapshot.data, name, ledger, current.moment()).ok_or_else(|| unknown(&rows.snapshot.data, name))
}

/// Error for an unknown contest; lists the existing ones.
pub(super) fn unknown(rows: &ContestRows, name: &str) -> Error {
    let names: Vec<String> = rows
        .contests
        .iter()
        .map(|(_, contest)| format!("“{}”", contest.name))
        .collect();
    let there = match names.as_slice() {
        [] => "There is none yet: staff write contests into the tab contests of the spreadsheet.".to_owned(),
        names => format!("There are {}.", crate::page::wording::listing(names)),
    };
    Error::bad_question(vec![FieldError::new(
        "contest",
        format!("No contest is called “{name}”. {there}"),
    )])
}

fn render(
    leaderboard: &Leaderboard,
    current: &Current,
    report: &ContestReport,
    (face, table): (Face, ResultTable),
) -> Result<Rendered, Error> {
    let zone = leaderboard.clock.zone();
    let as_of = current.read_at.to_zoned(zone.clone()).datetime();
    let sheet = || {
        let (title, settlement) = chosen(report, table);
        result_sheet(settlement, (title, &report.contest.name), as_of, &report.contest.zone)
    };
    match face {
        Face::Html => Ok(Rendered::html(
            page(report, (leaderboard, current), Typed::default()).document(&leaderboard.frame(current)),
        )),
        Face::Csv => Ok(Rendered::csv(&sheet())),
        Face::Xlsx => Rendered::xlsx(&sheet()).map_err(Error::internal),
        _ => Rendered::json(&ContestAnswer {
            as_of: current.read_at,
            report,
        })
        .map_err(Error::internal),
    }
}

fn chosen(report: &ContestReport, table: ResultTable) -> (&'static str, &Settlement) {
    match (&report.frozen, table) {
        (Some(frozen), ResultTable::Final) => ("Final result", &frozen.settlement),
        (Some(_), ResultTable::Corrected) => ("Corrected standings", &report.current),
        (None, _) => ("Standings", &report.current),
    }
}

fn page<'a>(
    report: &'a ContestReport,
    (leaderboard, current): (&Leaderboard, &Current),
    confirmation: Typed,
) -> ContestPage<'a> {
    ContestPage {
        report,
        past: current.past,
        edition: leaderboard.edition(current),
        confirmation,
        now: current.now.clone(),
    }
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Confirming {
    contest: String,
    #[serde(default)]
    rule: String,
}

/// Puts the rules of the contest's row in force if the typed text names the change.
pub(super) async fn confirm(
    State(leaderboard): State<Arc<Leaderboard>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let sent: Confirming = sent(&headers, &body)?;
    let rows = leaderboard.contests().await?;
    let contests = &rows.snapshot.data;
    let Some(contest) = contests.find(&sent.contest) else {
        return Err(unknown(contests, &sent.contest));
    };
    let to = Redirect::to(&contest_address(&contest.name)).into_response();
    let in_force = contests.rules_in_force(contest);
    if contests.result(&contest.name).is_some() || contest.rules == in_force {
        // A concurrent confirmation won, or the result is frozen: the page shows it.
        return Ok(to);
    }
    if !contest.rules.is_change_named(in_force, &sent.rule) {
        return not_confirmed(&leaderboard, &rows, contest, &sent.rule).await;
    }
    let number = contests.confirmations(contest);
    let insert = confirmation(contest, number, Confirmed::ByName, leaderboard.clock.now());
    leaderboard
        .store
        .commit(Batch::by("form", [Change::Insert(insert)]))
        .await?;
    Ok(to)
}

async fn not_confirmed(
    leaderboard: &Leaderboard,
    rows: &Reading<ContestRows>,
    contest: &Contest,
    typed: &str,
) -> Result<Response, Error> {
    let current = leaderboard.current().await?;
    let report = reported(rows, &contest.name, &current)?;
    let wanted = report
        .proposed
        .as_ref()
        .map(|proposal| proposal.confirm_by_typing.as_str())
        .unwrap_or_default();
    let error = format!("This does not name the changed rule. Type “{wanted}”.");
    let page = page(&report, (leaderboard, &current), Typed::refused(typed, error));
    let mut response = Rendered::html(page.document(&leaderboard.frame(&current))).respond(&HeaderMap::new());
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
