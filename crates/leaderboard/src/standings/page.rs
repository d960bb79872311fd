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
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, de::DeserializeOwned};
use web::{
    error::{Error, FieldError},
    openapi::{
        EndpointDocs,
        parameters::{choice, day, moment},
    },
    request_context::RequestContext,
    response::{Format, ListPage, RenderedResponse},
};

use crate::{
    claims::form::page::{FormValues, form},
    contests::page::contest::{self, ContestRequest},
    routes::{BOARD, TAG},
    snapshot::LeaderboardSnapshot,
    standings::{
        Standings,
        answers::{StandingsResponse, StandingsTable, csm_sheet, service_sheet},
        view::{StandingsPage, StandingsState, VisibleTotals},
    },
    state::Leaderboard,
    ui::{
        period_picker::{preset_words, presets},
        request::PeriodFields,
    },
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
    #[serde(default)]
    #[schemars(schema_with = "preset_words")]
    period: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "day")]
    from: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "day")]
    to: Option<String>,
    contest: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "moment")]
    as_of: Option<String>,
    format: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "table_words")]
    table: Option<String>,
    /// Number of the page in JSON, 1 for the first.
    page: Option<String>,
}

/// Lines of each table on a page in JSON: less than 1 MB with the longest names that the form accepts.
const LINES_PER_JSON_PAGE: usize = 1_000;

/// What the request chooses besides the period.
struct StandingsChoice<'a> {
    context: &'a RequestContext,
    table: StandingsTable,
    page: ListPage,
}

/// Tables of the standings, and those of a contest.
fn table_words(_: &mut SchemaGenerator) -> Schema {
    choice(["csms", "services", "final", "corrected"])
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(query): Query<StandingsQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(query.format.as_deref(), &headers, &uri, Format::TABLE)?;
    let current = leaderboard.current_as_of(query.as_of.as_deref()).await?;
    if let Some(contest) = query.contest.as_deref().filter(|name| !name.trim().is_empty()) {
        let request = ContestRequest {
            name: contest,
            table: table_of(&query)?,
            context: &request,
            headers: &headers,
        };
        return contest::show(&leaderboard, &current, request).await;
    }
    let period = query.period(current.today())?;
    let choice = StandingsChoice {
        context: &request,
        table: table_of(&query)?,
        page: ListPage::new(query.page.as_deref(), LINES_PER_JSON_PAGE),
    };
    let render_response = async || {
        let standings = leaderboard.standings(&current, period).await;
        render(&leaderboard, &current, &standings, &choice)
    };
    let rendered = leaderboard
        .cached_response(&current, request.key(), render_response)
        .await?;
    Ok(rendered.respond(&headers))
}

impl StandingsQuery {
    fn period(&self, today: Date) -> Result<Period, Error> {
        let fields = PeriodFields {
            period: self.period.as_deref(),
            from: self.from.as_deref(),
            to: self.to.as_deref(),
        };
        fields.parse(today)
    }
}

/// Parses `table`, which selects the download; contest pages have other values for it.
fn table_of<T: DeserializeOwned + Default>(query: &StandingsQuery) -> Result<T, Error> {
    let Some(table) = query.table.as_deref().filter(|table| !table.is_empty()) else {
        return Ok(T::default());
    };
    T::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(table)).map_err(|_| {
        let table: String = table.chars().take(40).collect();
        let message =
            format!("“{table}” in “table” is not known here. Use csms or services; for a contest, final or corrected.");
        Error::invalid_query(vec![FieldError::new("table", message)])
    })
}

fn render(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    standings: &Standings,
    choice: &StandingsChoice<'_>,
) -> Result<RenderedResponse, Error> {
    let (as_of, zone) = (current.read_at, leaderboard.clock.zone());
    let sheet = || match choice.table {
        StandingsTable::Csms => csm_sheet(standings, as_of, zone),
        StandingsTable::Services => service_sheet(standings, as_of, zone),
    };
    match choice.context.format {
        Format::Html => Ok(RenderedResponse::html(html(leaderboard, current, standings))),
        Format::Csv => Ok(RenderedResponse::csv(&sheet())),
        Format::Xlsx => RenderedResponse::xlsx(&sheet()),
        _ => json(leaderboard, current, standings, choice),
    }
}

/// One page of each list; a tie for the largest gain may be as long as the ranking.
fn json(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    standings: &Standings,
    choice: &StandingsChoice<'_>,
) -> Result<RenderedResponse, Error> {
    let page = choice.page;
    let cut = |list, total| page.cut(list, total, &choice.context.address);
    let mut highlights = leaderboard.highlights(current, standings.period);
    let mut cut_lists = vec![
        cut("by_csm", standings.by_csm.len()),
        cut("by_service", standings.by_service.len()),
    ];
    if let Some(improved) = &mut highlights.most_improved {
        cut_lists.push(cut("most_improved", improved.csms.len()));
        improved.csms = page.of(&improved.csms).to_vec();
    }
    RenderedResponse::json(&StandingsResponse {
        as_of: current.read_at,
        period: standings.period,
        totals: &standings.totals,
        by_csm: page.of(&standings.by_csm),
        by_service: page.of(&standings.by_service),
        cut: cut_lists.into_iter().flatten().collect(),
        highlights: &highlights,
        findings: current.findings_count(),
    })
    .map_err(Error::internal)
}

fn html(leaderboard: &Leaderboard, current: &LeaderboardSnapshot, standings: &Standings) -> String {
    let holders = standings
        .by_csm
        .iter()
        .filter(|standing| standing.integrations > 0)
        .count();
    let is_empty = current.data.ledger.submissions().is_empty();
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
        edition: leaderboard.edition_until(current, standings.period.to),
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
