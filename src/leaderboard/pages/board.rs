//! `GET /leaderboard`: the standings of a period, with the form beside them.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    super::{
        answers::{BoardAnswer, csm_sheet, service_sheet},
        desk::{Current, Leaderboard},
        standings::Standings,
        view::{BoardPage, BoardState, Table, Totals, presets},
    },
    form::{Filling, form},
    period,
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::Error,
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    from: Option<String>,
    to: Option<String>,
    format: Option<String>,
    #[serde(default)]
    table: Table,
}

pub(super) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = Asked::new(question.format.as_deref(), &headers, &uri, Face::TABLE)?;
    let period = period(question.from.as_deref(), question.to.as_deref())?;
    let current = leaderboard.current().await?;
    let make = async || {
        let standings = leaderboard.standings(&current, period).await;
        render(&leaderboard, &current, &standings, (asked.face, question.table))
    };
    let rendered = leaderboard.answered(&current, asked.key(), make).await?;
    Ok(rendered.respond(&headers))
}

fn render(
    leaderboard: &Leaderboard,
    current: &Current,
    standings: &Standings,
    (face, table): (Face, Table),
) -> Result<Rendered, Error> {
    let (as_of, zone) = (current.read_at, leaderboard.clock.zone());
    let sheet = || match table {
        Table::Csms => csm_sheet(standings, as_of, zone),
        Table::Services => service_sheet(standings, as_of, zone),
    };
    match face {
        Face::Html => Ok(Rendered::html(page(leaderboard, current, standings))),
        Face::Csv => Ok(Rendered::csv(&sheet())),
        Face::Xlsx => Rendered::xlsx(&sheet()).map_err(Error::internal),
        _ => Rendered::json(&BoardAnswer {
            as_of,
            period: standings.period,
            totals: &standings.totals,
            by_csm: &standings.by_csm,
            by_service: &standings.by_service,
            highlights: &leaderboard.highlights(current, standings.period),
            findings: current.findings_count(),
        })
        .map_err(Error::internal),
    }
}

fn page(leaderboard: &Leaderboard, current: &Current, standings: &Standings) -> String {
    let holders = standings
        .by_csm
        .iter()
        .filter(|standing| standing.integrations > 0)
        .count();
    let is_empty = current.settled.ledger.submissions().is_empty();
    // Everybody who opens the board within this second receives the same form, hence the same key.
    let key = format!("{}-{}", current.versions.0, current.now.timestamp().as_second());
    BoardPage {
        period: standings.period,
        presets: presets(current.now.date()),
        standings: &standings.by_csm,
        services: &standings.by_service,
        totals: Totals {
            integrations: standings.totals.integrations,
            companies: standings.totals.companies,
            csms: u32::try_from(holders).unwrap_or(u32::MAX),
        },
        highlights: leaderboard.highlights(current, standings.period),
        edition: leaderboard.edition(current),
        state: if is_empty {
            BoardState::Empty(leaderboard.sample)
        } else {
            BoardState::Filled
        },
        findings: current.findings_count(),
        form: form(
            Some(current),
            &current.catalog.catalog,
            Filling::blank(key, &current.now),
        ),
        now: current.now.clone(),
    }
    .document(&leaderboard.frame(current))
}
