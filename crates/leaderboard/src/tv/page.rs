//! Handler of `GET /leaderboard/tv`: the board on a big screen. HTML only.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use domain::period::Period;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use sheets_store::error_chain::error_chain;
use web::{
    error::{Error, FieldError},
    openapi::{
        EndpointDocs,
        parameters::{choice, day},
    },
    request_context::RequestContext,
    response::{Format, RenderedResponse},
};

use crate::{
    contests::report::{ContestReport, contests_for_tv},
    routes::{TAG, TV},
    snapshot::LeaderboardSnapshot,
    standings::{Standings, goal::GoalPeriod},
    state::Leaderboard,
    tv::{
        TvTable,
        document::TvTheme,
        slides,
        view::{TvAddress, TvPage, contest_summary},
    },
    ui::request::parse_period,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        TV,
        get_with(show, |it| it.about(TAG, "The board on a wall.").serves("text/html")),
    )
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct TvQuery {
    #[serde(default)]
    #[schemars(schema_with = "day")]
    from: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "day")]
    to: Option<String>,
    /// Calendar period around today, instead of fixed days.
    #[serde(default)]
    #[schemars(schema_with = "periods")]
    period: Option<String>,
    slide: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "themes")]
    theme: Option<String>,
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(query): Query<TvQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(None, &headers, &uri, Format::PAGE)?;
    let address = query.address()?;
    let current = leaderboard.current().await?;
    let (contests, version) = load_contests(&leaderboard, &current).await;
    let render_response = async || {
        let period = address.period(current.now.date());
        let standings = leaderboard.standings(&current, period).await;
        let selection = TvSelection {
            address: address.clone(),
            slide: query.slide(),
        };
        let page = page(&leaderboard, &current, &standings, &contests, selection);
        Ok(RenderedResponse::html(page))
    };
    let rendered = leaderboard
        .cached_response(
            &current,
            format!("tv {} contests {version}", request.address),
            render_response,
        )
        .await?;
    Ok(rendered.respond(&headers))
}

impl TvQuery {
    fn address(&self) -> Result<TvAddress, Error> {
        let days: Period = parse_period(self.from.as_deref(), self.to.as_deref())?;
        let named = self.period.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let calendar_period = named.map(|name| GoalPeriod::parse(name).ok_or_else(|| unknown_period(name)));
        let theme = match self.theme.as_deref().map(str::trim) {
            Some("day") => TvTheme::Day,
            None | Some("" | "night") => TvTheme::Night,
            Some(theme) => return Err(unknown_theme(theme)),
        };
        Ok(TvAddress::new(calendar_period.transpose()?, days, theme))
    }

    /// Slide index from 0; an invalid slide shows the first.
    fn slide(&self) -> usize {
        let number = self.slide.as_deref().and_then(|slide| slide.parse::<usize>().ok());
        number.map_or(0, |number| number.saturating_sub(1))
    }
}

fn periods(_: &mut SchemaGenerator) -> Schema {
    choice(GoalPeriod::ALL.map(GoalPeriod::name))
}

fn themes(_: &mut SchemaGenerator) -> Schema {
    choice(["day", "night"])
}

fn unknown_theme(theme: &str) -> Error {
    let theme: String = theme.chars().take(40).collect();
    let message = format!("“{theme}” is no theme of the wall. Write day or night.");
    Error::invalid_query(vec![FieldError::new("theme", message)])
}

fn unknown_period(name: &str) -> Error {
    let message =
        format!("“{name}” is no period of the wall. Write week, month, quarter or year, or give from and to.");
    Error::invalid_query(vec![FieldError::new("period", message)])
}

/// Contests to show, with the version of their tabs. When they cannot be read, the board is shown without them.
async fn load_contests(leaderboard: &Leaderboard, current: &LeaderboardSnapshot) -> (Vec<ContestReport>, u64) {
    let rows = match leaderboard.contests().await {
        Ok(rows) => rows.snapshot,
        Err(error) => {
            tracing::warn!("the wall shows no contest: {}", error_chain(&error));
            return (Vec::new(), 0);
        }
    };
    let contests = contests_for_tv(&rows.data, &current.data.ledger, current.now.timestamp());
    (contests, rows.version)
}

/// Slide that a request selects.
struct TvSelection {
    address: TvAddress,
    /// Index of the slide, from 0; may be past the last one.
    slide: usize,
}

fn page(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    standings: &Standings,
    contests: &[ContestReport],
    selection: TvSelection,
) -> String {
    let mut tables = TvTable::of(standings);
    tables.extend(contests.iter().map(|report| {
        let subtitle = contest_summary(report, current.now.date());
        TvTable::of_contest(report, subtitle)
    }));
    let slides = slides(&tables);
    TvPage {
        current_slide: if selection.slide < slides.len() {
            selection.slide
        } else {
            0
        },
        slides: &slides,
        totals: standings.totals,
        team: leaderboard.highlights(current, standings.period).team,
        address: selection.address,
        edition: leaderboard.edition_until(current, standings.period.to),
        freshness: leaderboard.freshness(current),
    }
    .document()
}
