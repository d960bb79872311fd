//! View of my rank: pinned on the board, and on its own page for browsers without script.

use domain::period::Period;
use maud::{Markup, html};
use web::page::{
    Frame, Page,
    formatting::{count, group_thousands},
};

use crate::{
    claims::list::{OutcomeFilter, link::ClaimsLink},
    routes::{YOU, board_address, my_rank_address, submit_address},
    standings::{CsmStanding, my_rank::MyRank},
    ui::{drill_down::CountedQuantity, messages, period_picker::format_period},
};

/// Result of a search for a CSM.
pub enum MyRankResult<'a> {
    /// No name was given.
    NotRequested,
    /// No claim has this name.
    Unknown(&'a str),
    /// The CSM has claims, but none in the period.
    Unlisted(&'a str),
    /// Rank with its neighbours.
    Listed(MyRank<'a>),
}

/// Data of the page.
pub struct MyRankPage<'a> {
    /// Search result.
    pub own: MyRankResult<'a>,
    /// Name as typed; empty when none was given.
    pub typed: &'a str,
    /// Displayed days.
    pub period: Period,
    /// Today in the configured time zone.
    pub today: jiff::civil::Date,
}

impl MyRankPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let typed = Some(self.typed).filter(|typed| !typed.is_empty());
        frame.document(Page {
            title: "Your place",
            address: &my_rank_address(self.period, typed),
            scripts: &[],
            main: html! {
                div .narrow {
                    h1 { "Your place" }
                    p .hint { "On the board, " span data-figure="period" { (format_period(self.period, self.today)) } "." }
                    div .you { (name_form(self.period, self.typed)) }
                    (self.answer())
                    p { a href=(board_address(self.period)) { "See the board" } }
                }
            },
        })
    }

    fn answer(&self) -> Markup {
        html! {
            @match &self.own {
                MyRankResult::NotRequested => {}
                MyRankResult::Unknown(name) => {
                    div .own-line data-own {
                        p {
                            "Nobody called “" bdi { (name) } "” has a claim yet. "
                            a href=(submit_address(Some(name), None)) { "Claim your first integration" }
                        }
                    }
                }
                MyRankResult::Unlisted(csm) => {
                    div .own-line data-own data-csm=(csm) {
                        p .place { bdi { (csm) } ": no claim in this period yet." }
                        p { a href=(submit_address(Some(csm), None)) { "Claim integrations" } }
                    }
                }
                MyRankResult::Listed(own) => (self.listed(own)),
            }
        }
    }

    fn listed(&self, own: &MyRank<'_>) -> Markup {
        let ahead = own.ahead.as_ref().map(|gap| {
            let points = count(gap.points, "point", "points");
            format!(" {points} ahead of {}.", gap.csm)
        });
        html! {
            div .own-line data-own data-csm=(own.lines[own.own].csm) {
                p .place data-figure="place" { (messages::place_sentence(&own.place)) (ahead.unwrap_or_default()) }
                ul .neighbours {
                    @for (number, line) in own.lines.iter().enumerate() {
                        li .own[number == own.own] { (self.line(line, number == own.own)) }
                    }
                }
            }
        }
    }

    fn line(&self, line: &CsmStanding, is_own: bool) -> Markup {
        let claims = ClaimsLink::within(self.period)
            .of_csm(&line.csm)
            .with_outcome(OutcomeFilter::Credited)
            .address();
        html! {
            span .rank data-figure="rank" { span .unseen { "rank " } (line.rank) }
            span { bdi { (line.csm) } @if is_own { " (you)" } }
            a .figure data-counts=(CountedQuantity::Claims.name()) href=(claims) { (group_thousands(line.integrations)) span .unseen { " integrations of " (line.csm) } }
        }
    }
}

/// Placeholder on the board: a name field until the script fills in the rank.
pub(crate) fn my_rank_slot(period: Period) -> Markup {
    html! {
        section .you aria-label="Your place" data-you=(my_rank_address(period, None)) { (name_form(period, "")) }
    }
}

fn name_form(period: Period, typed: &str) -> Markup {
    html! {
        form method="get" action=(YOU) {
            @for (name, day) in [("from", period.from), ("to", period.to)] {
                @if let Some(day) = day { input type="hidden" name=(name) value=(day); }
            }
            div .field {
                label for="you" { "Who are you?" }
                input type="text" id="you" name="csm" value=(typed) autocomplete="name" list="csm-known";
            }
            button .quiet type="submit" { "Show my place" }
        }
    }
}
