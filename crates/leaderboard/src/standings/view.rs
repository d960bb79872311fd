//! View of the board: ranking, overview by integration, and the claim form.

use domain::period::Period;
use jiff::Zoned;
use maud::{Markup, html};
use web::page::{Frame, Page, chart, formatting::count, notice::notice};

use crate::{
    assets,
    claims::{
        form::fields::SubmitForm,
        list::{OutcomeFilter, link::ClaimsLink},
        sample::SampleOffer,
    },
    history::{as_of::AsOf, notice::past_notice},
    routes::{LIVE, MATRIX, SAMPLE, SUBMIT, TV, adding, board_address, with_query},
    standings::{CsmStanding, ServiceStanding, answers::StandingsTable, highlights::Highlights, my_rank::view, tables},
    ui::{
        drill_down::{self, CountedQuantity, drill_down_text, plain_figure},
        period_picker::{PeriodPreset, format_period, period_picker},
        share::share,
    },
};

/// Data of the board page.
#[derive(Clone, Debug)]
pub struct StandingsPage<'a> {
    /// Displayed days.
    pub period: Period,
    /// Moment of a historical view; `None` for now.
    pub past: Option<AsOf>,
    /// Preset periods.
    pub presets: Vec<PeriodPreset>,
    /// Ranking, best first; includes CSMs without a credit in the period.
    pub standings: &'a [CsmStanding],
    /// Overview by integration, in display order; includes integrations without a credit.
    pub services: &'a [ServiceStanding],
    /// Totals of the tables.
    pub totals: VisibleTotals,
    /// Highlights.
    pub highlights: Highlights,
    /// Edition id for the event stream; `None` for a page that looks back and opens no stream.
    pub edition: Option<String>,
    /// Whether there are any submissions.
    pub state: StandingsState,
    /// Number of unreadable cells and catalog lines.
    pub findings: u32,
    /// Claim form next to the tables.
    pub form: SubmitForm,
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

/// Totals within the period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VisibleTotals {
    /// Credited company–integration pairs.
    pub integrations: u32,
    /// Distinct companies among them.
    pub companies: u32,
    /// CSMs who hold at least one of these credits.
    pub csms: u32,
}

/// Whether there are any submissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandingsState {
    /// No submission was ever made.
    Empty(SampleOffer),
    /// There are submissions, inside or outside the period.
    Filled,
}

impl StandingsPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let main = html! {
            div .board data-stream=[self.edition.as_ref().map(|_| LIVE)] data-edition=[&self.edition] {
                div .standings .filled[self.state == StandingsState::Filled] {
                    h1 { "Integrations leaderboard" }
                    (past_notice(self.past.as_ref(), &self.now))
                    @match self.state {
                        StandingsState::Empty(sample) => (empty(sample)),
                        StandingsState::Filled => (self.tables()),
                    }
                }
                aside .panel aria-labelledby="claim" {
                    h2 #claim { "Claim integrations" }
                    (self.form.markup(&self.now))
                }
            }
        };
        let scripts = [
            &assets::FORM_SCRIPT,
            &assets::SHARE_SCRIPT,
            &web::assets::LIVE_SCRIPT,
            &assets::NEWS_SCRIPT,
        ];
        frame.document(Page {
            title: "Integrations leaderboard",
            address: &self.address(),
            // The past does not change, and to compute it again is expensive.
            scripts: if self.past.is_some() { &scripts[..2] } else { &scripts },
            main,
        })
    }

    fn tables(&self) -> Markup {
        let filter = ClaimsLink::within(self.period).as_of(self.past.as_ref());
        let address = self.address();
        let tv_address = with_query(TV, &self.period);
        html! {
            div data-live="lead" {
                p .lead { (drill_down::leader_sentence(self.standings, &filter)) }
                p .hint {
                    (self.summary(&filter)) " "
                    span .onward {
                        a href=(filter.address()) data-search { "See every row" } " · "
                        a href=(MATRIX) { "See what is still to win" } " · "
                        a href=(tv_address) { "On a wall" }
                    }
                }
                (self.findings_notice())
            }
            (period_picker(self.period, self.past.as_ref(), &self.presets, &self.now))
            @if self.past.is_none() { (view::my_rank_slot(self.period)) }
            div .ranking-side {
                section aria-labelledby="by-csm" data-live="by-csm" {
                    div .heading { h2 #by-csm { "By CSM" } (downloads(&address, StandingsTable::Csms)) }
                    div .ranking { (tables::by_csm(self.standings, &filter, &self.now)) }
                }
                (crate::standings::highlights::view::section(&self.highlights, self.past.as_ref(), &self.now))
            }
            section aria-labelledby="by-service" data-live="by-service" {
                div .heading { h2 #by-service { "By service" } (downloads(&address, StandingsTable::Services)) }
                p { (drill_down::top_integration_sentence(self.services, &filter)) }
                div .services { (tables::by_service(self.services, &filter)) }
            }
            (share(&address))
            p .news role="status" data-announce {}
        }
    }

    /// Path and query of the page.
    fn address(&self) -> String {
        let address = board_address(self.period);
        match self.past {
            Some(past) => adding(&address, "as_of", &past.parameter()),
            None => address,
        }
    }

    /// `37 integrations at 12 companies by 5 CSMs, all time.`
    fn summary(&self, filter: &ClaimsLink) -> Markup {
        let period = plain_figure("period", &html! { (format_period(self.period, self.now.date())) });
        if self.totals == VisibleTotals::default() {
            return html! { "You see " (period) "." };
        }
        let address = filter.clone().with_outcome(OutcomeFilter::Credited).address();
        let number = |counts, amount, one, many| drill_down_text(counts, &address, &count(amount, one, many));
        html! {
            (number(CountedQuantity::Claims, self.totals.integrations, "integration", "integrations")) " at "
            (number(CountedQuantity::Companies, self.totals.companies, "company", "companies")) " by "
            (number(CountedQuantity::Csms, self.totals.csms, "CSM", "CSMs")) ", " (period) "."
        }
    }

    fn findings_notice(&self) -> Markup {
        let found = drill_down_text(
            CountedQuantity::Findings,
            "/findings",
            &count(self.findings, "thing needs", "things need"),
        );
        html! {
            @if self.findings > 0 {
                (notice(&html! {
                    p { (found) " a look in the spreadsheet and may be missing here. " a href="/findings" { "See the findings" } }
                }))
            }
        }
    }
}

/// Download links of a table; `address` is the page.
fn downloads(address: &str, table: StandingsTable) -> Markup {
    let (address, name) = match table {
        StandingsTable::Csms => (address.to_owned(), "By CSM"),
        StandingsTable::Services => (adding(address, "table", "services"), "By service"),
    };
    crate::ui::downloads::download_links(&address, name)
}

/// The board before the first submission: an explanation and the two ways to fill it.
fn empty(sample: SampleOffer) -> Markup {
    html! {
        p .lead { "Nobody has claimed an integration yet. Be the first." }
        p {
            "Pick a company and the integrations it completed. Each one is credited once, to whoever claimed it first, and "
            "the ranking appears here at once."
        }
        div .ways {
            a .action href=(SUBMIT) { "Claim the first integrations" }
            @if sample == SampleOffer::Offered { (sample_form()) }
        }
        figure .example data-figure="example" {
            figcaption { "Example: this is what the board will look like" }
            ol {
                @for (name, integrations) in [("Ada", 9), ("Grace", 6), ("Linus", 2)] {
                    li { span { (name) } span .figure { (integrations) } (chart::bar(integrations, 9)) }
                }
            }
        }
    }
}

fn sample_form() -> Markup {
    html! {
        form method="post" action=(SAMPLE) { button .quiet type="submit" { "Load sample data" } }
    }
}
