//! Weekly report page, printable.

use customer_sources::amount::Currency;
use domain::{json_decimal::JsonDecimal, language::UNKNOWN_VALUE};
use maud::{Markup, html};
use web::page::{
    Frame, Page,
    table::{cell, number, row, table, text},
};

pub use crate::reports::weekly::pdf::WeeklyPdf;
use crate::{
    list::listing::band_address,
    reports::weekly::{
        format::{at_risk_share, excluded_note, long_date, movement_kinds, signed_change, signed_money},
        report::{MOVEMENT_SOURCE_TITLE, MoverResponse, NextActionResponse, WeeklyBand, WeeklyReport, WeeklyRevenue},
    },
    routes::{AT_RISK, BOARD, REPORT, customer_address},
    ui::{components::figure, format},
};

/// Data of the page.
pub struct WeeklyPage<'a> {
    /// JSON response with the same data.
    pub week: &'a WeeklyReport,
    /// Reporting currency.
    pub currency: Currency,
    /// Requested path and query.
    pub address: &'a str,
}

impl WeeklyPage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let week = self.week;
        let main = html! {
            div .heading {
                h1 { "Week to " (long_date(week.day)) }
                p .downloads { a href={ (REPORT) "?format=pdf" } { "PDF" } a href={ (REPORT) "?format=json" } { "JSON" } }
            }
            @if week.customers == 0 {
                p .nothing { "No customer has a score yet, so there is nothing to report. " a href=(BOARD) { "See the customers" } }
            } @else {
                p .hint { "Compared with " (long_date(week.since)) "." @if let Some(apart) = excluded_note(week) { " " (apart) } }
                (self.figures())
                (self.bands())
                div .pair {
                    (self.movers("fallen", "Lost most", &week.fallen, "Nobody lost points."))
                    (self.movers("risen", "Gained most", &week.risen, "Nobody gained points."))
                }
                (self.revenue())
                (self.next())
            }
        };
        frame.document(Page {
            title: "Weekly report",
            address: self.address,
            scripts: &[],
            main,
        })
    }

    fn figures(&self) -> Markup {
        let week = self.week;
        let average = week
            .avg_health_score
            .map_or_else(|| UNKNOWN_VALUE.to_owned(), |mean| mean.decimal().to_string());
        html! {
            div .kpis {
                (figure("Customers", html! { (week.customers) }, "Those who have a score."))
                (figure("MRR", html! { (format::money(week.total_mrr, self.currency)) }, &format!("{} a year.", format::money(week.total_arr, self.currency))))
                (figure("MRR at risk", html! { (format::money(week.value_at_risk, self.currency)) }, &format!("{} of MRR, weighted by the chance of losing each.", format::rate(at_risk_share(week)))))
                (figure("Average health", html! { (average) }, "Mean of the scores, 0 to 100."))
            }
        }
    }

    fn bands(&self) -> Markup {
        let most = self
            .week
            .bands
            .iter()
            .map(|band| band.mrr.decimal())
            .max()
            .unwrap_or_default();
        let columns = [
            text("Health"),
            number("Customers"),
            number("In a week"),
            number("MRR"),
            text("Share of MRR"),
        ];
        let line = |band: &WeeklyBand| {
            let choice = format::parse_health_filter(band.band);
            row(
                0,
                &[
                    cell(
                        "name",
                        html! { a href=(band_address(choice)) { (format::band_label(choice)) } },
                    ),
                    cell("number", html! { (band.count) }),
                    cell(
                        "number detail",
                        html! { span .unit { "in a week " } (signed_change(band.change)) },
                    ),
                    cell("number detail", html! { (format::money(band.mrr, self.currency)) }),
                    cell("measure", format::bar(band.mrr.decimal(), most)),
                ],
            )
        };
        let rows: Vec<Markup> = self.week.bands.iter().map(line).collect();
        html! {
            section .bands.week aria-labelledby="bands" {
                h2 #bands { "By health" }
                div .bars { (table("Customers by health", &columns, &rows)) }
            }
        }
    }

    fn movers(&self, id: &str, title: &str, movers: &[MoverResponse], nobody: &str) -> Markup {
        let line = |mover: &MoverResponse| {
            html! {
                li {
                    p .line-head {
                        a href=(customer_address(&mover.id)) { bdi { (mover.title) } }
                        span .figure { strong { (signed_change(Some(mover.gained.into()))) } " to " (mover.score) }
                    }
                    @if let Some(part) = &mover.part { p .line-detail { (part) } }
                }
            }
        };
        html! {
            section aria-labelledby=(id) {
                h2 id=(id) { (title) }
                @if movers.is_empty() { p .hint { (nobody) } }
                @else { ol .sources { @for mover in movers { (line(mover)) } } }
            }
        }
    }

    fn revenue(&self) -> Markup {
        html! {
            section aria-labelledby="revenue" {
                h2 #revenue { "Revenue" }
                @match &self.week.revenue {
                    Some(revenue) => {
                        p .lead { strong { (self.signed(revenue.net)) } " of MRR within the week, by the movements of " (MOVEMENT_SOURCE_TITLE) "." }
                        (self.movements(revenue))
                    },
                    None => p .hint { "No source tells of changes of revenue; ChartMogul does." },
                }
            }
        }
    }

    fn movements(&self, revenue: &WeeklyRevenue) -> Markup {
        let line = |(name, sum): (&str, JsonDecimal)| {
            row(
                0,
                &[
                    cell("name", html! { (name) }),
                    cell("number", html! { (self.signed(sum)) }),
                ],
            )
        };
        let rows: Vec<Markup> = movement_kinds(revenue).into_iter().map(line).collect();
        html! { div .narrow.movements { (table("Changes of revenue", &[text("Change"), number("MRR")], &rows)) } }
    }

    fn signed(&self, sum: JsonDecimal) -> String {
        signed_money(sum, self.currency)
    }

    fn next(&self) -> Markup {
        html! {
            section aria-labelledby="next" {
                div .heading {
                    h2 #next { "What to do next" }
                    p .downloads { a href=(AT_RISK) { "Everybody at risk" } }
                }
                @if self.week.next.is_empty() {
                    p .hint { "Every customer who has a score is healthy." }
                } @else {
                    ol .todo-list { @for next in &self.week.next { (next_line(next)) } }
                }
            }
        }
    }
}

fn next_line(next: &NextActionResponse) -> Markup {
    html! {
        li .todo {
            p .line-head {
                a .client href=(customer_address(&next.id)) { bdi { (next.title) } }
                span .figure { "score " (next.score) @if next.mrr.is_some() { ", " (format::money_in(next.mrr, next.currency.as_deref())) " a month" } }
            }
            p .line-detail { (next.action) }
        }
    }
}
