//! The board on a wall: one ranking at a time, as large as it fits.

use jiff::{Zoned, civil::Date};
use maud::{Markup, html};
use serde::Serialize;

use super::{
    super::{
        goal::Stretch,
        standings::{Period, Totals},
        tv::{Slide, WallLine},
    },
    address::{BOARD, LIVE, TV, with_query},
    period::period_words,
};
use crate::{
    language::Language,
    page::{Asset, Freshness, Theme, Wall, chart::bar, moment, wording::count},
};

/// Seconds for which a slide stays without script; with script it is as long.
const SECONDS: u32 = 20;

/// The address of the wall, whichever slide it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TvAddress {
    stretch: Option<Stretch>,
    days: Period,
    theme: Theme,
}

#[derive(Serialize)]
struct TvQuestion {
    period: Option<&'static str>,
    from: Option<Date>,
    to: Option<Date>,
    theme: Option<&'static str>,
    slide: Option<usize>,
}

impl TvAddress {
    /// The wall for the stretch of the calendar around each day, or for fixed days.
    pub fn new(stretch: Option<Stretch>, days: Period, theme: Theme) -> Self {
        Self { stretch, days, theme }
    }

    /// The days that it shows on a day.
    pub fn period(&self, today: Date) -> Period {
        self.stretch.map_or(self.days, |stretch| stretch.around(today))
    }

    fn in_other_theme(&self) -> Self {
        let theme = match self.theme {
            Theme::Night => Theme::Day,
            Theme::Day => Theme::Night,
        };
        Self { theme, ..self.clone() }
    }

    /// With the slide of this number, from 0.
    fn at(&self, slide: usize) -> String {
        let days = self.stretch.map_or(self.days, |_| Period::default());
        let question = TvQuestion {
            period: self.stretch.map(Stretch::name),
            from: days.from,
            to: days.to,
            theme: (self.theme == Theme::Day).then_some("day"),
            slide: (slide > 0).then_some(slide + 1),
        };
        with_query(TV, &question)
    }
}

/// What a board adds up to: `37 integrations at 12 companies, all time`.
pub fn totals_words(totals: &Totals, period: Period, today: Date) -> String {
    format!(
        "{} at {}, {}",
        count(totals.integrations, "integration", "integrations"),
        count(totals.companies, "company", "companies"),
        period_words(period, today),
    )
}

/// Everything a slide shows.
pub struct TvPage<'a> {
    /// Every slide in their order.
    pub slides: &'a [Slide<'a>],
    /// The number of this one among them, from 0.
    pub shown: usize,
    /// How far the team has come, in a few words; `None` without a goal.
    pub team: Option<String>,
    /// The address of the wall, whichever slide it shows.
    pub address: TvAddress,
    /// Names the state of the board for the stream.
    pub edition: String,
    /// Which data is shown.
    pub freshness: Freshness,
}

impl TvPage<'_> {
    /// The whole document.
    pub fn document(&self) -> String {
        let next = self.address(self.shown + 1);
        let title = self.title(&self.slides[self.shown]);
        Wall {
            title: &title,
            theme: self.address.theme,
            next: &next,
            seconds: SECONDS,
            script: Asset::WallScript,
            body: html! {
                header {
                    div data-live="title" { h1 { (title) } p { (self.slides[self.shown].table.subtitle) } @if let Some(team) = &self.team { p { "Team goal: " (team) } } }
                    (clock(&self.freshness.now))
                }
                main data-live="slide" data-stream=(LIVE) data-edition=(self.edition) { (lines(&self.slides[self.shown])) }
                footer {
                    div data-live="age" { (self.age()) }
                    nav aria-label="Slides" data-live="slides" { (self.ways(&next)) }
                    div .controls {
                        button .quiet type="button" hidden data-pause { "Pause" }
                        a href=(self.address.in_other_theme().at(self.shown)) {
                            @match self.address.theme { Theme::Night => "Day", Theme::Day => "Night" }
                        }
                        a href=(BOARD) { "Leave" }
                    }
                }
                div .celebration role="status" data-celebration {}
            },
        }
        .document()
    }

    fn address(&self, slide: usize) -> String {
        self.address.at(slide % self.slides.len().max(1))
    }

    fn title(&self, slide: &Slide<'_>) -> String {
        if slide.parts > 1 {
            format!("{} ({} of {})", slide.table.title, slide.part, slide.parts)
        } else {
            slide.table.title.clone()
        }
    }

    fn ways(&self, next: &str) -> Markup {
        html! {
            ul {
                @for (number, slide) in self.slides.iter().enumerate() {
                    li {
                        a href=(self.address(number)) aria-current=[(number == self.shown).then_some("page")] { (self.title(slide)) }
                    }
                }
                // Where the script goes on; the others are beside it.
                li hidden { a data-next href=(next) { "Next" } }
            }
        }
    }

    fn age(&self) -> Markup {
        let Freshness { read_at, now, .. } = &self.freshness;
        html! {
            @if let Some(outage) = self.freshness.outage(Language::English) { p .outage { (outage) } }
            p data-age {
                "Data of " time datetime=(read_at.timestamp()) { (moment::clock_time(read_at.timestamp(), now)) } ", "
                span data-seconds { (moment::age(read_at.timestamp(), now, Language::English)) }
            }
        }
    }
}

fn clock(now: &Zoned) -> Markup {
    html! {
        time .clock data-clock datetime=(now.timestamp()) data-zone=[now.time_zone().iana_name()] {
            (now.strftime("%H:%M"))
        }
    }
}

fn lines(slide: &Slide<'_>) -> Markup {
    let height = slide.columns.first().map_or(0, |column| column.len());
    html! {
        @if height == 0 {
            p .nothing { "No credits in this period yet." }
        } @else {
            div .wall-columns {
                @for column in &slide.columns {
                    ol .wall-lines {
                        @for line in *column { (self::line(line, slide.table.unit)) }
                        // As many in each column, so that lines stand beside each other.
                        @for _ in column.len()..height { li .wall-line aria-hidden="true" {} }
                    }
                }
            }
        }
    }
}

fn line(line: &WallLine, unit: &str) -> Markup {
    html! {
        li .wall-line .first[line.rank == 1 && line.thousandths > 0] {
            div {
                span .rank {
                    (line.rank)
                    @if line.is_tied { span aria-hidden="true" { "=" } span .unseen { " (tied)" } }
                }
                " "
                bdi .who { (line.name) }
                " "
                (bar(line.thousandths, 1_000))
                span .points { (line.figure) span .unseen { " " (unit) } }
            }
        }
    }
}
