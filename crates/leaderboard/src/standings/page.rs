//! Handler of `GET /leaderboard`: standings of a period, with the form next to them.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use domain::period::Period;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};
use web::{
    error::Error,
    openapi::EndpointDocs,
    request_context::RequestContext,
    response::{Format, RenderedResponse},
};

use crate::{
    claims::form::page::{FormValues, form},
    contests::page::contest,
    routes::{BOARD, TAG},
    snapshot::BoardSnapshot,
    standings::{
        Standings,
        answers::{StandingsResponse, StandingsTable, csm_sheet, service_sheet},
        view::{StandingsPage, StandingsState, VisibleTotals},
    },
    state::Leaderboard,
    ui::{period_picker::presets, request::parse_named_period},
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        BOARD,
        get_with(show, |it| {
            it.about(TAG, "The standings of a period.")
                .answers::<StandingsResponse<'_>>(Format::TABLE)
        }),
    )
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct StandingsQuery {
    period: Option<String>,
    from: Option<String>,
    to: Option<String>,
    contest: Option<String>,
    as_of: Option<String>,
    format: Option<String>,
    table: Option<String>,
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(question): Query<StandingsQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = RequestContext::new(question.format.as_deref(), &headers, &uri, Format::TABLE)?;
    let current = leaderboard.current_as_of(question.as_of.as_deref()).await?;
    if let Some(contest) = question.contest.as_deref().filter(|name| !name.trim().is_empty()) {
        return contest::show(
            &leaderboard,
            &current,
            (contest, table_of(&question)?),
            (&asked, &headers),
        )
        .await;
    }
    let (period, table) = (question.period(current.today())?, table_of(&question)?);
    let make = async || {
        let standings = leaderboard.standings(&current, period).await;
        render(&leaderboard, &current, &standings, (asked.face, table))
    };
    let rendered = leaderboard.answered(&current, asked.key(), make).await?;
    Ok(rendered.respond(&headers))
}

impl StandingsQuery {
    fn period(&self, today: Date) -> Result<Period, Error> {
        parse_named_period(
            self.period.as_deref(),
            (self.from.as_deref(), self.to.as_deref()),
            today,
        )
    }
}

/// Parses `table`, which selects the download; contest pages have other values for it.
fn table_of<T: DeserializeOwned + Default>(question: &StandingsQuery) -> Result<T, Error> {
    let Some(table) = question.table.as_deref() else {
        return Ok(T::default());
    };
    T::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(table))
        .map_err(|_| Error::unreadable_address())
}

fn render(
    leaderboard: &Leaderboard,
    current: &BoardSnapshot,
    standings: &Standings,
    (face, table): (Format, StandingsTable),
) -> Result<RenderedResponse, Error> {
    let (as_of, zone) = (current.read_at, leaderboard.clock.zone());
    let sheet = || match table {
        StandingsTable::Csms => csm_sheet(standings, as_of, zone),
        StandingsTable::Services => service_sheet(standings, as_of, zone),
    };
    match face {
        Format::Html => Ok(RenderedResponse::html(page(leaderboard, current, standings))),
        Format::Csv => Ok(RenderedResponse::csv(&sheet())),
        Format::Xlsx => RenderedResponse::xlsx(&sheet()).map_err(Error::internal),
        _ => RenderedResponse::json(&StandingsResponse {
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

fn page(leaderboard: &Leaderboard, current: &BoardSnapshot, standings: &Standings) -> String {
    let holders = standings
        .by_csm
        .iter()
        .filter(|standing| standing.integrations > 0)
        .count();
    let is_empty = current.settled.ledger.submissions().is_empty();
    // All visitors within one second get the same cached form and therefore the same key.
    let key = format!("{}-{}", current.versions.tabs, current.now.timestamp().as_second());
    StandingsPage {
        period: standings.period,
        presets: presets(current.today()),
        past: current.past,
        standings: &standings.by_csm,
        services: &standings.by_service,
        totals: VisibleTotals {
            integrations: standings.totals.integrations,
            companies: standings.totals.companies,
            csms: u32::try_from(holders).unwrap_or(u32::MAX),
        },
        highlights: leaderboard.highlights(current, standings.period),
        edition: leaderboard.edition(current),
        state: if is_empty {
            StandingsState::Empty(leaderboard.sample)
        } else {
            StandingsState::Filled
        },
        findings: current.past.map_or_else(|| current.findings_count(), |_| 0),
        form: form(
            Some(current),
            &current.catalog.catalog,
            FormValues::blank(key, &current.now),
        ),
        now: current.now.clone(),
    }
    .document(&leaderboard.frame(current))
}
