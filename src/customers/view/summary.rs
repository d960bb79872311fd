//! Summary page: bands, revenue at risk and customers to look after first.

use maud::{Markup, html};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{
    super::{
        amount::Currency, customer::Customer, filter::HealthChoice, health::Band, number::Number, summary::Overview,
        trend::Week,
    },
    address::{AT_RISK, BOARD, PREVIEW, RECALCULATE, band_address, customer_address},
    at_risk::capitalised,
    list::is_urgent,
    words,
};
use crate::{
    language::UNKNOWN,
    page::{
        Asset, Frame, Page,
        columns::{Bar, columns},
        table::{cell, number, row, table, text},
        wording::{count, listing},
    },
};

/// Data of the page.
pub struct SummaryPage<'a> {
    /// Figures.
    pub overview: &'a Overview,
    /// Weekly trend of the mean score.
    pub trend: &'a [Week],
    /// Customers with the highest value at risk.
    pub worst: &'a [Worst<'a>],
    /// Reporting currency.
    pub currency: Currency,
    /// Requested path and query.
    pub address: &'a str,
}

/// A customer who needs attention, with the reasons.
pub struct Worst<'a> {
    /// The customer.
    pub customer: &'a Customer,
    /// Monthly revenue times the probability of losing it.
    pub at_stake: Option<Number>,
    /// Reasons, most serious first.
    pub reasons: Vec<String>,
}

impl SummaryPage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let main = html! {
            h1 { "Customers at a glance" }
            div data-live="summary" {
                @if self.overview.summary.total_customers == 0 {
                    p .nothing { "There are no customers yet. " a href=(BOARD) { "Connect a source" } }
                } @else {
                    (self.figures())
                    (self.apart())
                    (self.bands())
                    (self.first())
                    (self.weeks())
                }
            }
        };
        frame.document(Page {
            title: "Customers at a glance",
            address: self.address,
            scripts: &[Asset::LiveScript],
            main,
        })
    }

    fn figures(&self) -> Markup {
        let summary = &self.overview.summary;
        let average = summary
            .avg_health_score
            .map_or_else(|| UNKNOWN.to_owned(), |mean| mean.decimal().to_string());
        let share = if summary.total_mrr.decimal().is_zero() {
            None
        } else {
            Some(self.overview.value_at_risk.decimal() / summary.total_mrr.decimal())
        };
        html! {
            div .kpis {
                (figure("Customers", html! { a href=(BOARD) { (summary.total_customers) } }, "Everybody whom a source knows with an address or an account."))
                (figure("MRR", html! { (words::money(summary.total_mrr, self.currency)) }, &format!("{} a year.", words::money(summary.total_arr, self.currency))))
                (figure("MRR at risk", html! { a href=(AT_RISK) { (words::money(self.overview.value_at_risk, self.currency)) } }, &format!("{} of MRR, weighted by the chance of losing each.", words::rate(share))))
                (figure("Average health", html! { (average) }, "Mean of the scores, 0 to 100."))
            }
        }
    }

    /// Customers that no total includes.
    fn apart(&self) -> Markup {
        let (unscored, foreign) = (self.overview.unscored, self.overview.other_currency);
        html! {
            @if unscored.count > 0 {
                p .hint {
                    a href=(band_address(HealthChoice::Unscored)) { (people(unscored.count)) }
                    " without a score, with " (words::money(unscored.mrr, self.currency)) " a month, are in no band and no sum."
                }
            }
            @if foreign > 0 {
                p .hint { (people(foreign)) " paying in another currency: amounts of different currencies are never added." }
            }
        }
    }

    fn bands(&self) -> Markup {
        let distribution = &self.overview.summary.health_distribution;
        let most = Band::ALL
            .iter()
            .map(|band| distribution.of(*band).mrr.decimal())
            .max()
            .unwrap_or_default();
        let columns = [text("Health"), number("Customers"), number("MRR"), text("Share of MRR")];
        let rows: Vec<Markup> = Band::ALL.iter().map(|band| self.band(*band, most)).collect();
        html! {
            section .bands aria-labelledby="bands" {
                div .heading {
                    h2 #bands { "By health" }
                    div .ways {
                        a href=(PREVIEW) { "Try other weights" }
                        form method="post" action=(RECALCULATE) { button .quiet type="submit" { "Score anew" } }
                    }
                }
                div .bars { (table("Customers by health", &columns, &rows)) }
            }
        }
    }

    fn band(&self, band: Band, most: Decimal) -> Markup {
        let share = self.overview.summary.health_distribution.of(band);
        let choice = HealthChoice::In(band);
        row(
            0,
            &[
                cell("name", html! { (words::band(choice)) " " small { (range(band)) } }),
                cell("number", html! { a href=(band_address(choice)) { (share.count) } }),
                cell("number detail", html! { (words::money(share.mrr, self.currency)) }),
                cell("measure", words::bar(share.mrr.decimal(), most)),
            ],
        )
    }

    fn weeks(&self) -> Markup {
        let bars: Vec<Bar> = self
            .trend
            .iter()
            .map(|week| Bar {
                label: week.day.strftime("%-d %b").to_string(),
                thousandths: (week.mean * Decimal::TEN).round().to_u32(),
            })
            .collect();
        let line = |week: &Week| {
            let day = html! { (week.day.strftime("%-d %B %Y")) };
            let cells = [
                cell("name", day),
                cell("number", html! { (week.mean.normalize()) }),
                cell("number detail", html! { (people(week.customers)) }),
            ];
            row(0, &cells)
        };
        let rows: Vec<Markup> = self.trend.iter().rev().map(line).collect();
        html! {
            @if !self.trend.is_empty() {
                section aria-labelledby="trend" {
                    h2 #trend { "Average health by week" }
                    @if self.trend.len() > 1 { (columns(&bars)) }
                    @else { p .hint { "The history begins now; the picture grows week by week." } }
                    details {
                        summary { "In numbers" }
                        (table("Average health by week", &[text("Day"), number("Average"), number("Customers")], &rows))
                    }
                }
            }
        }
    }

    fn first(&self) -> Markup {
        html! {
            section aria-labelledby="first" {
                div .heading {
                    h2 #first { "Look after first" }
                    @if !self.worst.is_empty() { p { a href=(AT_RISK) { "Everybody at risk" } } }
                }
                @if self.worst.is_empty() {
                    p .hint { "Every customer who has a score is healthy." }
                } @else {
                    ol .todo-list { @for worst in self.worst { (self.worst_line(worst)) } }
                }
            }
        }
    }

    fn worst_line(&self, worst: &Worst<'_>) -> Markup {
        let (customer, reasons) = (worst.customer, &worst.reasons);
        let choice = HealthChoice::of(customer);
        let is_urgent = matches!(choice, HealthChoice::In(band) if is_urgent(band));
        html! {
            li .todo .urgent[is_urgent] {
                p .line-head {
                    a .client href=(customer_address(customer.id.as_str())) { bdi { (customer.title()) } }
                    span .figure {
                        @if let Some(stake) = worst.at_stake { (words::money(stake, self.currency)) " at stake" }
                    }
                }
                p .line-detail {
                    (words::band(choice))
                    @if let Some(score) = customer.health.score { ", score " (score.normalize()) }
                    @if !reasons.is_empty() { ". " (capitalised(&listing(reasons))) "." }
                }
            }
        }
    }
}

fn people(number: usize) -> String {
    count(u32::try_from(number).unwrap_or(u32::MAX), "customer", "customers")
}

/// Score range of a band.
fn range(band: Band) -> &'static str {
    match band {
        Band::Healthy => "70–100",
        Band::AtRisk => "50–69",
        Band::HighRisk => "30–49",
        Band::Critical => "0–29",
    }
}

/// A figure with its name and definition.
pub(super) fn figure(name: &str, value: Markup, meaning: &str) -> Markup {
    html! {
        div .kpi {
            h2 { (name) }
            span .figure { (value) }
            p .definition { (meaning) }
        }
    }
}
