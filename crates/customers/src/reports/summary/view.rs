//! Summary page: bands, revenue at risk and customers to look after first.

use customer_sources::amount::Currency;
use domain::{json_decimal::JsonDecimal, language::UNKNOWN_VALUE};
use maud::{Markup, html};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use web::page::{
    Frame, Page,
    column_chart::{ChartColumn, columns},
    formatting::{count, join_names},
    table::{cell, number, row, table, text},
};

use crate::{
    customer::Customer,
    health::rules::HealthBand,
    list::{filter::HealthFilter, listing::band_address, view::is_urgent},
    reports::summary::{overview::CustomerOverview, trend::WeeklyScore},
    routes::{AT_RISK, BOARD, PREVIEW, RECALCULATE, customer_address},
    ui::{
        components::{capitalize, figure},
        format,
    },
};

/// Data of the page.
pub struct SummaryPage<'a> {
    /// Figures.
    pub overview: &'a CustomerOverview,
    /// Weekly trend of the mean score.
    pub trend: &'a [WeeklyScore],
    /// Customers with the highest value at risk.
    pub worst: &'a [CustomerAtRisk<'a>],
    /// Reporting currency.
    pub currency: Currency,
    /// Requested path and query.
    pub address: &'a str,
}

/// A customer who needs attention, with the reasons.
pub struct CustomerAtRisk<'a> {
    /// The customer.
    pub customer: &'a Customer,
    /// Monthly revenue times the probability of losing it.
    pub at_stake: Option<JsonDecimal>,
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
            scripts: &[&web::assets::LIVE_SCRIPT],
            main,
        })
    }

    fn figures(&self) -> Markup {
        let summary = &self.overview.summary;
        let average = summary
            .avg_health_score
            .map_or_else(|| UNKNOWN_VALUE.to_owned(), |mean| mean.decimal().to_string());
        let share = if summary.total_mrr.decimal().is_zero() {
            None
        } else {
            Some(self.overview.value_at_risk.decimal() / summary.total_mrr.decimal())
        };
        html! {
            div .kpis {
                (figure("Customers", html! { a href=(BOARD) { (summary.total_customers) } }, "Everybody whom a source knows with an address or an account."))
                (figure("MRR", html! { (format::money(summary.total_mrr, self.currency)) }, &format!("{} a year.", format::money(summary.total_arr, self.currency))))
                (figure("MRR at risk", html! { a href=(AT_RISK) { (format::money(self.overview.value_at_risk, self.currency)) } }, &format!("{} of MRR, weighted by the chance of losing each.", format::rate(share))))
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
                    a href=(band_address(HealthFilter::Unscored)) { (customer_count(unscored.count)) }
                    " without a score, with " (format::money(unscored.mrr, self.currency)) " a month, are in no band and no sum."
                }
            }
            @if foreign > 0 {
                p .hint { (customer_count(foreign)) " paying in another currency: amounts of different currencies are never added." }
            }
        }
    }

    fn bands(&self) -> Markup {
        let distribution = &self.overview.summary.health_distribution;
        let most = HealthBand::ALL
            .iter()
            .map(|band| distribution.of(*band).mrr.decimal())
            .max()
            .unwrap_or_default();
        let columns = [text("Health"), number("Customers"), number("MRR"), text("Share of MRR")];
        let rows: Vec<Markup> = HealthBand::ALL.iter().map(|band| self.band(*band, most)).collect();
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

    fn band(&self, band: HealthBand, most: Decimal) -> Markup {
        let share = self.overview.summary.health_distribution.of(band);
        let choice = HealthFilter::In(band);
        row(
            0,
            &[
                cell(
                    "name",
                    html! { (format::band_label(choice)) " " small { (score_range(band)) } },
                ),
                cell("number", html! { a href=(band_address(choice)) { (share.count) } }),
                cell("number detail", html! { (format::money(share.mrr, self.currency)) }),
                cell("measure", format::bar(share.mrr.decimal(), most)),
            ],
        )
    }

    fn weeks(&self) -> Markup {
        let bars: Vec<ChartColumn> = self
            .trend
            .iter()
            .map(|week| ChartColumn {
                label: week.day.strftime("%-d %b").to_string(),
                thousandths: (week.mean * Decimal::TEN).round().to_u32(),
            })
            .collect();
        let line = |week: &WeeklyScore| {
            let day = html! { (week.day.strftime("%-d %B %Y")) };
            let cells = [
                cell("name", day),
                cell("number", html! { (week.mean.normalize()) }),
                cell("number detail", html! { (customer_count(week.customers)) }),
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

    fn worst_line(&self, worst: &CustomerAtRisk<'_>) -> Markup {
        let (customer, reasons) = (worst.customer, &worst.reasons);
        let choice = HealthFilter::of(customer);
        let is_urgent = matches!(choice, HealthFilter::In(band) if is_urgent(band));
        html! {
            li .todo .urgent[is_urgent] {
                p .line-head {
                    a .client href=(customer_address(customer.id.as_str())) { bdi { (customer.title()) } }
                    span .figure {
                        @if let Some(stake) = worst.at_stake { (format::money(stake, self.currency)) " at stake" }
                    }
                }
                p .line-detail {
                    (format::band_label(choice))
                    @if let Some(score) = customer.health.score { ", score " (score.normalize()) }
                    @if !reasons.is_empty() { ". " (capitalize(&join_names(reasons))) "." }
                }
            }
        }
    }
}

fn customer_count(number: usize) -> String {
    count(u32::try_from(number).unwrap_or(u32::MAX), "customer", "customers")
}

/// Score range of a band.
fn score_range(band: HealthBand) -> &'static str {
    match band {
        HealthBand::Healthy => "70–100",
        HealthBand::AtRisk => "50–69",
        HealthBand::HighRisk => "30–49",
        HealthBand::Critical => "0–29",
    }
}
