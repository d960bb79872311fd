//! Views of the history: list of corrections, and difference between two moments.

use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    Frame, Page, date_time,
    field::date_field,
    table::{cell, number, row, table, text},
};

use crate::{
    assets,
    claims::list::{OutcomeFilter, link::ClaimsLink},
    history::{
        as_of::{AsOf, LogEdge},
        audit_log::LogAction,
        corrections::{CellChange, LoggedCorrection},
        difference::{PastStanding, StandingChange},
        notice::format_as_of,
        points_effect::PointsEffect,
    },
    routes::{BOARD, CORRECTIONS, DIFFERENCE, with_query},
    ui::{
        downloads::download_links,
        drill_down::{CountedQuantity, drill_down_text},
        paging::Paging,
        share::share,
    },
};

/// Data of the corrections page.
#[derive(Clone, Debug)]
pub struct CorrectionsPage<'a> {
    /// Corrections, newest first.
    pub corrections: &'a [LoggedCorrection],
    /// Pagination.
    pub paging: Paging,
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

impl CorrectionsPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let main = html! {
            h1 { "Corrections" }
            p .lead { "Every change of a claim after it came in: when, what, why, and whose points it changed at that moment." }
            p .hint { "Taken from the audit log. " a .onward href=(DIFFERENCE) { "Compare the standings of two days" } }
            @if self.corrections.is_empty() {
                p .nothing { "Nothing was corrected yet." }
            } @else {
                div .claims.corrections { (self.table()) }
            }
            (self.paging.links(CORRECTIONS, "Newer", "Older"))
        };
        frame.document(Page {
            title: "Corrections",
            address: CORRECTIONS,
            scripts: &[],
            main,
        })
    }

    fn table(&self) -> Markup {
        let columns = [text("When"), text("What"), text("Why"), text("By"), text("Effect")];
        let rows: Vec<Markup> = self.corrections.iter().map(|correction| self.row(correction)).collect();
        table("Corrections", &columns, &rows)
    }

    fn row(&self, correction: &LoggedCorrection) -> Markup {
        let cells = [
            cell("detail when", date_time::timestamp_element(correction.at, &self.now)),
            cell(
                "what",
                html! {
                    @if correction.subject.is_empty() { span { (correction.tab) ": " bdi { (correction.row) } } } @else { bdi { (correction.subject) } }
                    ul .outcomes { @for change in &correction.what { li { (change_description(change)) } } }
                },
            ),
            cell(
                "reason",
                html! { @if correction.why.is_empty() { span .unseen { "no reason given" } } @else { bdi { (correction.why) } } },
            ),
            cell("detail", html! { bdi { (correction.by) } }),
            cell("state", effect_list(correction)),
        ];
        row(1, &cells)
    }
}

fn change_description(change: &CellChange) -> Markup {
    let quoted = |text: &str| {
        if text.is_empty() {
            "empty".to_owned()
        } else {
            format!("“{text}”")
        }
    };
    html! {
        @match (change.action, change.column) {
            (LogAction::Added, _) => { "row added in the sheet" }
            (LogAction::Removed, None) => { "row removed: " bdi { (change.old) } }
            (LogAction::Removed, Some(column)) => { "removed " (column) " " bdi { (quoted(&change.old)) } }
            (LogAction::Changed, Some(column)) => { (column) ": " bdi { (quoted(&change.old)) } " → " bdi { (quoted(&change.new)) } }
            (LogAction::Changed, None) => { bdi { (change.new) } }
        }
    }
}

fn effect_list(correction: &LoggedCorrection) -> Markup {
    let rows = correction.log_rows;
    html! {
        @if correction.effect.is_empty() {
            span .detail { "none" }
        } @else {
            ul .outcomes {
                @for effect in &correction.effect {
                    li .credited-nowhere {
                        bdi { (effect.csm) } " "
                        (points_then(effect, effect.before, AsOf::at_edge(correction.at, LogEdge::Before(rows.first))))
                        " → "
                        (points_then(effect, effect.after, AsOf::at_edge(correction.at, LogEdge::After(rows.last))))
                    }
                }
            }
        }
    }
}

/// Points linked to the claims behind them, just before or after the correction.
fn points_then(effect: &PointsEffect, points: u32, past: AsOf) -> Markup {
    let filter = ClaimsLink::default()
        .with_outcome(OutcomeFilter::Credited)
        .as_of(Some(&past));
    html! {
        @match effect.counted_as.as_deref().filter(|_| points == 0) {
            Some(other) => { "counted as " a href=(filter.of_csm(other).address()) { bdi { (other) } } }
            None => (drill_down_text(CountedQuantity::Claims, &filter.of_csm(&effect.csm).address(), &points.to_string()))
        }
    }
}

/// Data of the difference page.
#[derive(Clone, Debug)]
pub struct DifferencePage<'a> {
    /// First moment.
    pub before: AsOf,
    /// Second moment.
    pub after: AsOf,
    /// CSMs listed at either moment.
    pub moved: &'a [StandingChange],
    /// Path and query of the page.
    pub address: &'a str,
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

impl DifferencePage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let day = |as_of: AsOf| as_of.instant.to_zoned(self.now.time_zone().clone()).date();
        let main = html! {
            h1 { "Time machine" }
            p .lead data-figure="day" { "The standings " (self.board_then(self.before)) " and " (self.board_then(self.after)) "." }
            p .hint { "Worked out from the claims and the audit log, as the board would have shown them." }
            form .filter method="get" action=(DIFFERENCE) aria-label="Two days" {
                (date_field("before", "First day", Some(day(self.before))))
                (date_field("after", "Second day", Some(day(self.after))))
                p .ways { button .quiet type="submit" { "Compare" } }
            }
            div .heading { h2 { "Difference" } (download_links(self.address, "Difference")) }
            @if self.moved.is_empty() { p .nothing { "Nobody was on the board at either moment." } } @else { (self.table()) }
            (share(self.address))
        };
        frame.document(Page {
            title: "Time machine",
            address: self.address,
            scripts: &[&assets::SHARE_SCRIPT],
            main,
        })
    }

    /// Link to the board at a moment.
    fn board_then(&self, as_of: AsOf) -> Markup {
        html! { a href=(with_query(BOARD, &[("as_of", as_of.parameter())])) { (format_as_of(&as_of, &self.now)) } }
    }

    fn table(&self) -> Markup {
        let columns = [
            text("CSM"),
            number("Before").counting(CountedQuantity::Claims.name()),
            number("After").counting(CountedQuantity::Claims.name()),
            number("Difference").telling("difference"),
            number("Rank").telling("rank"),
        ];
        let rows: Vec<Markup> = self.moved.iter().map(|moved| self.row(moved)).collect();
        table("Difference between two moments", &columns, &rows)
    }

    fn row(&self, moved: &StandingChange) -> Markup {
        let rank = |standing: &Option<PastStanding>| {
            standing.map_or_else(|| "–".to_owned(), |standing| standing.rank.to_string())
        };
        let cells = [
            cell("name", html! { bdi { (moved.csm) } }),
            cell("number", self.points(moved, self.before, "before", moved.before)),
            cell("number", self.points(moved, self.after, "after", moved.after)),
            cell("number", html! { (signed(moved.points())) }),
            cell(
                "number detail",
                html! { span .unit { "rank " } (rank(&moved.before)) " → " (rank(&moved.after)) },
            ),
        ];
        row(0, &cells)
    }

    /// Number linked to the claims at that moment.
    fn points(&self, moved: &StandingChange, as_of: AsOf, when: &str, standing: Option<PastStanding>) -> Markup {
        let filter = ClaimsLink::default()
            .of_csm(&moved.csm)
            .with_outcome(OutcomeFilter::Credited);
        let address = filter.as_of(Some(&as_of)).address();
        html! {
            @match standing {
                Some(standing) => { a .figure href=(address) { (standing.integrations) span .unit { " " (when) } } }
                None => { "–" span .unseen { " not listed " (when) } }
            }
        }
    }
}

fn signed(points: i64) -> String {
    match points {
        0 => "0".to_owned(),
        won @ 1.. => format!("+{won}"),
        lost => format!("−{}", lost.unsigned_abs()),
    }
}
