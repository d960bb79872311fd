//! `GET /leaderboard/tv`: the board on a wall. It is a page only.

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
        desk::{Current, Leaderboard},
        goal::Stretch,
        standings::{Period, Standings},
        tv::{WallTable, slides},
        view::{TvAddress, TvPage, goal_words, totals_words},
    },
    period,
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::{Error, FieldError},
    page::Theme,
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    from: Option<String>,
    to: Option<String>,
    /// The stretch of the calendar that lies around today, in place of fixed days.
    period: Option<String>,
    slide: Option<String>,
    theme: Option<String>,
}

pub(super) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = Asked::new(None, &headers, &uri, Face::PAGE)?;
    let address = question.address()?;
    let current = leaderboard.current().await?;
    let make = async || {
        let period = address.period(current.now.date());
        let standings = leaderboard.standings(&current, period).await;
        let page = page(&leaderboard, &current, (&standings, address.clone()), question.slide());
        Ok(Rendered::html(page))
    };
    let rendered = leaderboard
        .answered(&current, format!("wall {}", asked.address), make)
        .await?;
    Ok(rendered.respond(&headers))
}

impl Question {
    fn address(&self) -> Result<TvAddress, Error> {
        let days: Period = period(self.from.as_deref(), self.to.as_deref())?;
        let named = self.period.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let stretch = named.map(|name| Stretch::parse(name).ok_or_else(|| unknown_stretch(name)));
        let theme = match self.theme.as_deref() {
            Some("day") => Theme::Day,
            _ => Theme::Night,
        };
        Ok(TvAddress::new(stretch.transpose()?, days, theme))
    }

    /// From 0; one that does not exist shows the first.
    fn slide(&self) -> usize {
        let number = self.slide.as_deref().and_then(|slide| slide.parse::<usize>().ok());
        number.map_or(0, |number| number.saturating_sub(1))
    }
}

fn unknown_stretch(name: &str) -> Error {
    let message =
        format!("“{name}” is no period of the wall. Write week, month, quarter or year, or give from and to.");
    Error::bad_question(vec![FieldError::new("period", message)])
}

fn page(
    leaderboard: &Leaderboard,
    current: &Current,
    (standings, address): (&Standings, TvAddress),
    slide: usize,
) -> String {
    let subtitle = totals_words(&standings.totals, standings.period, current.now.date());
    let tables = WallTable::of(standings, &subtitle);
    let slides = slides(&tables);
    let team = leaderboard.highlights(current, standings.period).team;
    TvPage {
        shown: if slide < slides.len() { slide } else { 0 },
        slides: &slides,
        team: team.as_ref().map(goal_words),
        address,
        edition: leaderboard.edition(current),
        freshness: leaderboard.freshness(current),
    }
    .document()
}
