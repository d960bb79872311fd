//! Handler of `GET /leaderboard/tv`: the board on a big screen. HTML only.

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
        contests::report::{ContestReport, for_the_wall},
        desk::{Current, Leaderboard},
        goal::Stretch,
        standings::{Period, Standings},
        tv::{WallTable, slides},
        view::{TvAddress, TvPage, contest_words},
    },
    period,
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    cause::chain,
    error::{Error, FieldError},
    page::wall::Theme,
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    from: Option<String>,
    to: Option<String>,
    /// Calendar period around today, instead of fixed days.
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
    let (contests, version) = wall_contests(&leaderboard, &current).await;
    let make = async || {
        let period = address.period(current.now.date());
        let standings = leaderboard.standings(&current, period).await;
        let shown = (&*standings, contests.as_slice());
        let page = page(&leaderboard, &current, shown, (address.clone(), question.slide()));
        Ok(Rendered::html(page))
    };
    let rendered = leaderboard
        .answered(&current, format!("wall {} contests {version}", asked.address), make)
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

    /// Slide index from 0; an invalid slide shows the first.
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

/// Contests to show, with the version of their tabs. When they cannot be read, the board is shown without them.
async fn wall_contests(leaderboard: &Leaderboard, current: &Current) -> (Vec<ContestReport>, u64) {
    let rows = match leaderboard.contests().await {
        Ok(rows) => rows.snapshot,
        Err(error) => {
            tracing::warn!("the wall shows no contest: {}", chain(&error));
            return (Vec::new(), 0);
        }
    };
    let shown = for_the_wall(&rows.data, &current.settled.ledger, current.now.timestamp());
    (shown, rows.version)
}

fn page(
    leaderboard: &Leaderboard,
    current: &Current,
    (standings, contests): (&Standings, &[ContestReport]),
    (address, slide): (TvAddress, usize),
) -> String {
    let mut tables = WallTable::of(standings);
    tables.extend(contests.iter().map(|report| {
        let subtitle = contest_words(report, current.now.date());
        WallTable::of_contest(report, subtitle)
    }));
    let slides = slides(&tables);
    TvPage {
        shown: if slide < slides.len() { slide } else { 0 },
        slides: &slides,
        totals: standings.totals,
        team: leaderboard.highlights(current, standings.period).team,
        address,
        edition: leaderboard.edition(current),
        freshness: leaderboard.freshness(current),
    }
    .document()
}
