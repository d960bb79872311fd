//! Weekly report page, printable.

mod paper;

use jiff::civil::Date;
use maud::{Markup, html};
use rust_decimal::Decimal;

pub use paper::WeeklyPaper;

use super::{
    super::{
        amount::Currency,
        number::Number,
        weekly::{BandWeek, MoverAnswer, NextAnswer, RevenueWeek, SOURCE_TITLE, WeeklyReport},
    },
    address::{AT_RISK, BOARD, REPORT, band_address, customer_address},
    summary::figure,
    words,
};
use crate::{
    language::UNKNOWN,
    page::{
        Frame, Page,
        table::{cell, number, row, table, text},
        wording::count,
    },
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

fn long(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// Signed number, such as `+3`, `−2` or `0`; a dash when unknown.
fn change(points: Option<i64>) -> String {
    match points {
        Some(points @ 1..) => format!("+{points}"),
        Some(points) => points.to_string().replace('-', "−"),
        None => UNKNOWN.to_owned(),
    }
}

/// Note on customers that no figure includes.
fn apart(week: &WeeklyReport) -> Option<String> {
    let people = |number: usize| count(u32::try_from(number).unwrap_or(u32::MAX), "customer", "customers");
    let unscored = (week.without_score > 0).then(|| format!("{} without a score", people(week.without_score)));
    let foreign = (week.in_other_currencies > 0)
        .then(|| format!("{} paying in another currency", people(week.in_other_currencies)));
    let parts: Vec<String> = unscored.into_iter().chain(foreign).collect();
    (!parts.is_empty()).then(|| format!("In no sum: {}.", parts.join("; ")))
}

fn share(week: &WeeklyReport) -> Option<Decimal> {
    let total = week.total_mrr.decimal();
    (!total.is_zero()).then(|| week.value_at_risk.decimal() / total)
}

/// Kinds of movements with their totals, including zeros.
fn kinds(revenue: &RevenueWeek) -> Vec<(&'static str, Number)> {
    let mut kinds = vec![
        ("New business", revenue.new_business),
        ("Expansion", revenue.expansion),
        ("Reactivation", revenue.reactivation),
        ("Contraction", revenue.contraction),
        ("Churn", revenue.churn),
    ];
    if !revenue.other.decimal().is_zero() {
        kinds.push(("Other", revenue.other));
    }
    kinds
}

impl WeeklyPage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let week = self.week;
        let main = html! {
            div .heading {
                h1 { "Week to " (long(week.day)) }
                p .downloads { a href={ (REPORT) "?format=pdf" } { "PDF" } a href={ (REPORT) "?format=json" } { "JSON" } }
            }
            @if week.customers == 0 {
                p .nothing { "No customer has a score yet, so there is nothing to report. " a href=(BOARD) { "See the customers" } }
            } @else {
                p .hint { "Compared with " (long(week.since)) "." @if let Some(apart) = apart(week) { " " (apart) } }
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
            .map_or_else(|| UNKNOWN.to_owned(), |mean| mean.decimal().to_string());
        html! {
            div .kpis {
                (figure("Customers", html! { (week.customers) }, "Those who have a score."))
                (figure("MRR", html! { (words::money(week.total_mrr, self.currency)) }, &format!("{} a year.", words::money(week.total_arr, self.currency))))
                (figure("MRR at risk", html! { (words::money(week.value_at_risk, self.currency)) }, &format!("{} of MRR, weighted by the chance of losing each.", words::rate(share(week)))))
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
        let line = |band: &BandWeek| {
            let choice = words::choice(band.band);
            row(
                0,
                &[
                    cell(
                        "name",
                        html! { a href=(band_address(choice)) { (words::band(choice)) } },
                    ),
                    cell("number", html! { (band.count) }),
                    cell(
                        "number detail",
                        html! { span .unit { "in a week " } (change(band.change)) },
                    ),
                    cell("number detail", html! { (words::money(band.mrr, self.currency)) }),
                    cell("measure", words::bar(band.mrr.decimal(), most)),
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

    fn movers(&self, id: &str, title: &str, movers: &[MoverAnswer], nobody: &str) -> Markup {
        let line = |mover: &MoverAnswer| {
            html! {
                li {
                    p .line-head {
                        a href=(customer_address(&mover.id)) { bdi { (mover.title) } }
                        span .figure { strong { (change(Some(mover.gained.into()))) } " to " (mover.score) }
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
                        p .lead { strong { (self.signed(revenue.net)) } " of MRR within the week, by the movements of " (SOURCE_TITLE) "." }
                        (self.movements(revenue))
                    },
                    None => p .hint { "No source tells of changes of revenue; ChartMogul does." },
                }
            }
        }
    }

    fn movements(&self, revenue: &RevenueWeek) -> Markup {
        let line = |(name, sum): (&str, Number)| {
            row(
                0,
                &[
                    cell("name", html! { (name) }),
                    cell("number", html! { (self.signed(sum)) }),
                ],
            )
        };
        let rows: Vec<Markup> = kinds(revenue).into_iter().map(line).collect();
        html! { div .narrow.movements { (table("Changes of revenue", &[text("Change"), number("MRR")], &rows)) } }
    }

    fn signed(&self, sum: Number) -> String {
        signed(sum, self.currency)
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

fn signed(sum: Number, currency: Currency) -> String {
    let sign = if sum.decimal() > Decimal::ZERO { "+" } else { "" };
    format!("{sign}{}", words::money(sum, currency))
}

fn next_line(next: &NextAnswer) -> Markup {
    html! {
        li .todo {
            p .line-head {
                a .client href=(customer_address(&next.id)) { bdi { (next.title) } }
                span .figure { "score " (next.score) @if next.mrr.is_some() { ", " (words::money_in(next.mrr, next.currency.as_deref())) " a month" } }
            }
            p .line-detail { (next.action) }
        }
    }
}
