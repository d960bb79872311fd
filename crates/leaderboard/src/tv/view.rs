//! View of the TV page: one ranking at a time, as large as fits.

use domain::{language::Language, period::Period};
use jiff::{Zoned, civil::Date};
use maud::{Markup, html};
use serde::Serialize;
use web::page::{Freshness, chart::bar, date_time, formatting::count};

use crate::{
    assets,
    claims::list::{OutcomeFilter, link::ClaimsLink},
    contests::{contest::ContestPhase, report::ContestReport},
    routes::{BOARD, LIVE, PointsBasis, TV, points_address, with_query},
    standings::{
        StandingsTotals,
        goal::{GoalPeriod, GoalProgress},
        highlights::view::format_goal,
    },
    tv::{
        TvRow, TvSlide, TvTable, TvTableKind,
        document::{TvDocument, TvTheme},
    },
    ui::{
        drill_down::{CountedQuantity, drill_down_text},
        period_picker::format_period,
    },
};

/// Seconds per slide, with and without script.
const SECONDS: u32 = 20;

/// Address of the TV page, independent of the slide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TvAddress {
    calendar_period: Option<GoalPeriod>,
    days: Period,
    theme: TvTheme,
}

#[derive(Serialize)]
struct TvAddressQuery {
    period: Option<&'static str>,
    from: Option<Date>,
    to: Option<Date>,
    theme: Option<&'static str>,
    slide: Option<usize>,
}

impl TvAddress {
    /// Address for a calendar period around the current day, or for fixed days.
    pub fn new(calendar_period: Option<GoalPeriod>, days: Period, theme: TvTheme) -> Self {
        Self {
            calendar_period,
            days,
            theme,
        }
    }

    /// Days displayed on a given day.
    pub fn period(&self, today: Date) -> Period {
        self.calendar_period
            .map_or(self.days, |calendar_period| calendar_period.containing(today))
    }

    fn in_other_theme(&self) -> Self {
        let theme = match self.theme {
            TvTheme::Night => TvTheme::Day,
            TvTheme::Day => TvTheme::Night,
        };
        Self { theme, ..self.clone() }
    }

    /// Address of a slide, from 0.
    fn at(&self, slide: usize) -> String {
        let days = self.calendar_period.map_or(self.days, |_| Period::default());
        let query = TvAddressQuery {
            period: self.calendar_period.map(GoalPeriod::name),
            from: days.from,
            to: days.to,
            theme: (self.theme == TvTheme::Day).then_some("day"),
            slide: (slide > 0).then_some(slide + 1),
        };
        with_query(TV, &query)
    }
}

/// Details of a contest: `3 days 4 h left, until 31 March in Europe/Paris. Prize: a bicycle.`
pub fn contest_summary(report: &ContestReport, today: Date) -> String {
    let contest = &report.contest;
    let left = date_time::duration(report.seconds_left.unwrap_or(0));
    let (start, end) = (date_time::day(contest.start, today), date_time::day(contest.end, today));
    let time = match (report.phase, &report.frozen) {
        (ContestPhase::Upcoming, _) => format!("begins in {left}, on {start}"),
        (ContestPhase::Running, _) => format!("{left} left, until {end}"),
        (ContestPhase::Over, Some(_)) => format!("final result, it ended with {end}"),
        (ContestPhase::Over, None) => format!("it ended with {end}"),
    };
    let prize = Some(&contest.prize).filter(|prize| !prize.is_empty());
    let prize = prize.map(|prize| format!(". Prize: {prize}")).unwrap_or_default();
    format!("{time} in {}{prize}", contest.zone_name())
}

/// Data of a slide.
pub struct TvPage<'a> {
    /// All slides, in order.
    pub slides: &'a [TvSlide<'a>],
    /// Index of the displayed slide, from 0.
    pub current_slide: usize,
    /// Totals of the displayed days.
    pub totals: StandingsTotals,
    /// Progress of the team; `None` without a goal.
    pub team: Option<GoalProgress>,
    /// Address of the TV page, independent of the slide.
    pub address: TvAddress,
    /// Edition id for the event stream; `None` for days that are over, which need none.
    pub edition: Option<String>,
    /// Freshness of the displayed data.
    pub freshness: Freshness,
}

impl TvPage<'_> {
    /// Renders the document.
    pub fn document(&self) -> String {
        let next = self.address(self.current_slide + 1);
        let title = self.title(&self.slides[self.current_slide]);
        TvDocument {
            title: &title,
            theme: self.address.theme,
            next: &next,
            seconds: SECONDS,
            script: &assets::TV_SCRIPT,
            body: html! {
                header {
                    div data-live="title" { h1 { bdi { (title) } } (self.subtitle()) }
                    (clock(&self.freshness.now))
                }
                main data-live="slide" data-stream=[self.edition.as_ref().map(|_| LIVE)] data-edition=[&self.edition] { (self.lines(&self.slides[self.current_slide])) }
                footer {
                    div data-live="age" { (self.age()) }
                    nav aria-label="Slides" data-live="slides" data-figure="slide" { (self.slide_links(&next)) }
                    div .controls {
                        button .quiet type="button" hidden data-pause { "Pause" }
                        a href=(self.address.in_other_theme().at(self.current_slide)) {
                            @match self.address.theme { TvTheme::Night => "Day", TvTheme::Day => "Night" }
                        }
                        a href=(BOARD) { "Leave" }
                    }
                }
                div .celebration role="status" data-celebration {}
            },
        }
        .document()
    }

    /// `37 integrations at 12 companies, all time` and the goal, or the details of a contest.
    fn subtitle(&self) -> Markup {
        let (table, period) = (self.slides[self.current_slide].table, self.period());
        let filter = ClaimsLink::within(period)
            .with_outcome(OutcomeFilter::Credited)
            .address();
        html! {
            @if table.kind == TvTableKind::Contest { p data-figure="time left" { (table.subtitle) } }
            @else {
                p {
                    (drill_down_text(CountedQuantity::Claims, &filter, &count(self.totals.integrations, "integration", "integrations"))) " at "
                    (drill_down_text(CountedQuantity::Companies, &filter, &count(self.totals.companies, "company", "companies"))) ", "
                    span data-figure="period" { (format_period(period, self.today())) }
                }
                @if let Some(team) = &self.team { p { "Team goal: " (format_goal(team, &ClaimsLink::within)) } }
            }
        }
    }

    fn today(&self) -> Date {
        self.freshness.now.date()
    }

    fn period(&self) -> Period {
        self.address.period(self.today())
    }

    fn lines(&self, slide: &TvSlide<'_>) -> Markup {
        let height = slide.columns.first().map_or(0, |column| column.len());
        html! {
            @if height == 0 {
                p .nothing {
                    @if slide.table.kind == TvTableKind::Contest { "Nobody has a point yet." } @else { "No credits in this period yet." }
                }
            } @else {
                div .wall-columns .exact[slide.table.kind == TvTableKind::Contest] {
                    @for column in &slide.columns {
                        ol .wall-lines {
                            @for line in *column { (line_of(line, slide.table, self.period())) }
                            // Pads the columns to equal length, so that lines align.
                            @for _ in column.len()..height { li .wall-line aria-hidden="true" {} }
                        }
                    }
                }
            }
        }
    }

    fn address(&self, slide: usize) -> String {
        self.address.at(slide % self.slides.len().max(1))
    }

    fn title(&self, slide: &TvSlide<'_>) -> String {
        if slide.parts > 1 {
            format!("{} ({} of {})", slide.table.title, slide.part, slide.parts)
        } else {
            slide.table.title.clone()
        }
    }

    fn slide_links(&self, next: &str) -> Markup {
        html! {
            ul {
                @for (number, slide) in self.slides.iter().enumerate() {
                    li {
                        a href=(self.address(number)) aria-current=[(number == self.current_slide).then_some("page")] { (self.title(slide)) }
                    }
                }
                // Link that the script follows; the visible ones are next to it.
                li hidden { a data-next href=(next) { "Next" } }
            }
        }
    }

    fn age(&self) -> Markup {
        let Freshness { read_at, now, .. } = &self.freshness;
        html! {
            @if let Some(outage) = self.freshness.outage(Language::English) { p .outage { (outage) } }
            p data-age {
                "Data of " time datetime=(read_at.timestamp()) { (date_time::clock_time(read_at.timestamp(), now)) } ", "
                span data-seconds { (date_time::age(read_at.timestamp(), now, Language::English)) }
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

fn line_of(line: &TvRow, table: &TvTable, period: Period) -> Markup {
    let (counts, address) = claims_behind(line, table, period);
    html! {
        li .wall-line .first[line.rank == 1 && line.thousandths > 0] {
            div {
                span .rank data-figure="rank" {
                    (line.rank)
                    @if line.is_tied { span aria-hidden="true" { "=" } span .unseen { " (tied)" } }
                }
                " "
                bdi .who { (line.name) }
                " "
                (bar(line.thousandths, 1_000))
                a .points data-counts=(counts.name()) href=(address) { (line.figure) span .unseen { " " (table.unit) } }
            }
        }
    }
}

/// Unit of a line's figure, and the address of its rows.
fn claims_behind(line: &TvRow, table: &TvTable, period: Period) -> (CountedQuantity, String) {
    let within = ClaimsLink::within(period);
    match table.kind {
        TvTableKind::Csms => (
            CountedQuantity::Claims,
            within
                .of_csm(&line.name)
                .with_outcome(OutcomeFilter::Credited)
                .address(),
        ),
        TvTableKind::Services => (
            CountedQuantity::Companies,
            within.of_integration(&line.name).with_outcome(line.outcome).address(),
        ),
        TvTableKind::Contest => (
            CountedQuantity::Points,
            points_address(
                &table.title,
                &line.name,
                table.as_of.map_or(PointsBasis::Now, PointsBasis::At),
            ),
        ),
    }
}
