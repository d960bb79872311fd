//! Revenue page: current month, earlier months and cohorts.

use customer_sources::amount::{Amount, Currency};
use domain::language::UNKNOWN_VALUE;
use jiff::civil::Date;
use maud::{Markup, html};
use rust_decimal::Decimal;
use web::page::{
    Frame, Page,
    column_chart::{ChartColumn, columns},
    table::{cell, number, row, table, text},
};

use crate::{
    reports::revenue::growth::{RevenueCohort, RevenueGrowth, RevenueMonth},
    routes::{BOARD, REVENUE},
    ui::{components::figure, format},
};

/// Number of months in the tables, newest first.
const SHOWN: usize = 12;

/// Data of the page.
pub struct RevenuePage<'a> {
    /// Revenue growth; `None` without any movements.
    pub growth: Option<&'a RevenueGrowth>,
    /// Display name of the source.
    pub source: &'a str,
    /// Bars of the chart, in thousandths of the maximum.
    pub heights: &'a [(Date, u32)],
    /// Requested path and query.
    pub address: &'a str,
}

fn month(day: Date) -> String {
    day.strftime("%b %Y").to_string()
}

impl RevenuePage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let main = html! {
            h1 { "Revenue" }
            @match self.growth.filter(|growth| !growth.months.is_empty()) {
                Some(growth) => (self.figures(growth)),
                None => p .nothing {
                    "No source tells of changes of revenue yet. ChartMogul does: set CHARTMOGUL_API_KEY and sync it. "
                    a href=(BOARD) { "Customers" }
                },
            }
        };
        frame.document(Page {
            title: "Revenue",
            address: self.address,
            scripts: &[],
            main,
        })
    }

    fn figures(&self, growth: &RevenueGrowth) -> Markup {
        html! {
            p .hint {
                "By the movements of " (self.source) " in " (growth.currency) ", this month up to today. "
                @if growth.in_other_currencies > 0 { (growth.in_other_currencies) " movements in other currencies are in no figure. " }
                @if growth.unusable > 0 { (growth.unusable) " movements without customer, day or amount are in no figure." }
            }
            @if let Some(last) = growth.months.last() { (headline(last, growth.currency)) }
            section {
                h2 #months { "Month by month" }
                (self.drawing())
                div .revenue tabindex="0" role="region" aria-labelledby="months" { (months(growth)) }
            }
            section {
                h2 #cohorts { "Cohorts" }
                p .hint { "What is left of the revenue of customers whose first subscription began in a month." }
                div .revenue tabindex="0" role="region" aria-labelledby="cohorts" { (cohorts(&growth.cohorts, growth.currency)) }
            }
            p .downloads { a href={ (REVENUE) "?format=json" } { "JSON" } a href={ (REVENUE) "?format=csv" } { "CSV" } a href={ (REVENUE) "?format=xlsx" } { "Excel" } }
        }
    }

    fn drawing(&self) -> Markup {
        let bars: Vec<ChartColumn> = self
            .heights
            .iter()
            .map(|(day, thousandths)| ChartColumn {
                label: day.strftime("%m/%y").to_string(),
                thousandths: Some(*thousandths),
            })
            .collect();
        html! { figure { (columns(&bars)) figcaption .hint { "MRR at the end of each month" } } }
    }
}

fn sum(units: Decimal, currency: Currency) -> String {
    format::amount(Amount { units, currency })
}

fn headline(last: &RevenueMonth, currency: Currency) -> Markup {
    let ratio = last
        .quick_ratio
        .map_or_else(|| UNKNOWN_VALUE.to_owned(), |ratio| format!("{:.1}", ratio.round_dp(1)));
    let arpa = last
        .arpa
        .map_or_else(|| UNKNOWN_VALUE.to_owned(), |arpa| sum(arpa, currency));
    let year = format::rate(last.retention_12_months);
    html! {
        div .kpis {
            (figure("MRR", html! { (sum(last.end, currency)) }, &format!("{} customers, {arpa} each (ARPA).", last.customers_at_end)))
            (figure("Net revenue retention", html! { (format::rate(last.retention)) }, &format!("This month; over twelve months {year}.")))
            (figure("Gross MRR churn", html! { (format::rate(last.gross_churn)) }, &format!("Net {}; {} of customers lost.", format::rate(last.net_churn), format::rate(last.customer_churn))))
            (figure("Quick ratio", html! { (ratio) }, "What was gained for each unit lost; a dash when nothing was lost."))
        }
    }
}

fn months(growth: &RevenueGrowth) -> Markup {
    let headers = [
        text("Month"),
        number("MRR"),
        number("New"),
        number("Expansion"),
        number("Reactivation"),
        number("Contraction"),
        number("Churn"),
        number("Gross churn"),
        number("Net churn"),
        number("NRR"),
        number("ARPA"),
        number("Customers"),
    ];
    let line = |at: &RevenueMonth| {
        let amount = |units: Decimal| html! { (sum(units, growth.currency)) };
        let share = |share| html! { (format::rate(share)) };
        row(
            0,
            &[
                cell("name when", html! { (month(at.month)) }),
                cell("number", html! { strong { (sum(at.end, growth.currency)) } }),
                cell("number", labelled("new ", &amount(at.new_business))),
                cell("number", labelled("expansion ", &amount(at.expansion))),
                cell("number", labelled("reactivation ", &amount(at.reactivation))),
                cell("number", labelled("contraction ", &amount(at.contraction))),
                cell("number", labelled("churn ", &amount(at.churn))),
                cell("number", labelled("gross churn ", &share(at.gross_churn))),
                cell("number", labelled("net churn ", &share(at.net_churn))),
                cell("number", labelled("NRR ", &share(at.retention))),
                cell(
                    "number",
                    labelled(
                        "ARPA ",
                        &html! { (at.arpa.map_or_else(|| UNKNOWN_VALUE.to_owned(), |arpa| sum(arpa, growth.currency))) },
                    ),
                ),
                cell("number", labelled("customers ", &html! { (at.customers_at_end) })),
            ],
        )
    };
    let rows: Vec<Markup> = growth.months.iter().rev().take(SHOWN).map(line).collect();
    table("Revenue month by month", &headers, &rows)
}

fn labelled(label: &str, value: &Markup) -> Markup {
    html! { span .unit { (label) } (value) }
}

fn cohorts(cohorts: &[RevenueCohort], currency: Currency) -> Markup {
    let longest = cohorts
        .iter()
        .rev()
        .take(SHOWN)
        .map(|cohort| cohort.retention.len())
        .max()
        .unwrap_or(0);
    let names: Vec<String> = (0..longest.min(SHOWN)).map(|after| format!("+{after}")).collect();
    let mut headers = vec![text("Month"), number("Customers"), number("New")];
    headers.extend(names.iter().map(|name| number(name)));
    let line = |cohort: &RevenueCohort| {
        let mut cells = vec![
            cell("name when", html! { (month(cohort.month)) }),
            cell("number", labelled("customers ", &html! { (cohort.customers) })),
            cell(
                "number",
                labelled("new ", &html! { (sum(cohort.new_business, currency)) }),
            ),
        ];
        for after in 0..names.len() {
            let share = cohort.retention.get(after).copied().flatten();
            let shown = if after < cohort.retention.len() {
                labelled(
                    &format!("after {after} months "),
                    &html! { (share.map_or_else(|| UNKNOWN_VALUE.to_owned(), format::percent)) },
                )
            } else {
                html! {}
            };
            cells.push(cell("number detail", shown));
        }
        row(0, &cells)
    };
    let rows: Vec<Markup> = cohorts.iter().rev().take(SHOWN).map(line).collect();
    table("Cohorts", &headers, &rows)
}
