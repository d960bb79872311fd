//! At-risk page: customers who are not healthy, highest value at risk first.

use customer_sources::amount::Currency;
use domain::language::UNKNOWN_VALUE;
use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    Frame, Page,
    formatting::{count, join_names},
    table::{cell, number, row, table, text},
};

use crate::{
    list::{
        answers::{AtRiskCustomerResponse, AtRiskListResponse},
        filter::CustomerFilter,
        listing::list_address,
        view::{customer_name, last_seen},
    },
    routes::{AT_RISK, BOARD},
    ui::{
        components::{capitalize, download_links, pager},
        format,
    },
};

/// Data of the page.
pub struct AtRiskPage<'a> {
    /// Customers on this page.
    pub list: &'a AtRiskListResponse,
    /// Filter.
    pub filter: &'a CustomerFilter,
    /// Number of all customers, whatever their health.
    pub customers: usize,
    /// Reporting currency.
    pub currency: Currency,
    /// Current time in the configured time zone.
    pub now: &'a Zoned,
    /// Requested path and query.
    pub address: &'a str,
}

impl AtRiskPage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let main = html! {
            div .heading { h1 { "Customers at risk" } (download_links(&list_address(AT_RISK, self.filter, &[]))) }
            div data-live="list" { (self.listed()) }
        };
        frame.document(Page {
            title: "Customers at risk",
            address: self.address,
            scripts: &[&web::assets::LIVE_SCRIPT],
            main,
        })
    }

    fn listed(&self) -> Markup {
        let total = u32::try_from(self.list.total).unwrap_or(u32::MAX);
        html! {
            @if self.list.customers.is_empty() {
                p .nothing {
                    @if self.customers == 0 {
                        "There are no customers yet. " a href=(BOARD) { "Connect a source" }
                    } @else if self.filter.is_empty() {
                        "Nobody is at risk: every customer who has a score is healthy. "
                        a href=(BOARD) { "See all customers" }
                    } @else {
                        "No customer at risk matches. " a href=(AT_RISK) { "Show all who are at risk" }
                    }
                }
            } @else {
                p .lead {
                    (count(total, "customer", "customers")) ", "
                    strong { (format::money(self.list.value_at_risk, self.currency)) }
                    " of monthly revenue at stake."
                }
                p .hint { "Ordered by what is at stake: revenue a month times the chance of losing it." }
                div .customers.at-risk { (self.table()) }
                (pager(self.list.page, self.list.pages, |page| {
                    list_address(AT_RISK, self.filter, &[("page", page.to_string())])
                }))
            }
        }
    }

    fn table(&self) -> Markup {
        let columns = [
            text("Customer"),
            number("At stake"),
            text("Health"),
            text("Why"),
            number("MRR"),
            text("Account manager"),
            text("Last seen"),
        ];
        let rows: Vec<Markup> = self.list.customers.iter().map(|line| self.row(line)).collect();
        table("Customers at risk", &columns, &rows)
    }

    fn row(&self, line: &AtRiskCustomerResponse) -> Markup {
        let customer = &line.customer;
        let why = if line.reasons.is_empty() {
            "See the page of the customer".to_owned()
        } else {
            capitalize(&join_names(&line.reasons))
        };
        let at_stake = customer.value_at_risk;
        row(
            0,
            &[
                cell("name", customer_name(customer)),
                cell(
                    "number stake",
                    html! { strong { (at_stake.map_or_else(|| UNKNOWN_VALUE.to_owned(), |value| format::money(value, self.currency))) } },
                ),
                cell(
                    "health",
                    format::score(
                        customer.health_score,
                        format::parse_health_filter(customer.health_status),
                    ),
                ),
                cell("why", html! { (why) }),
                cell(
                    "number mrr detail",
                    html! { span .unit { "MRR " } (format::money_in(customer.mrr, customer.currency.as_deref())) },
                ),
                cell(
                    "manager detail",
                    html! { bdi { (customer.account_manager.as_deref().unwrap_or(UNKNOWN_VALUE)) } },
                ),
                cell(
                    "seen detail",
                    html! { span .unit { "seen " } (last_seen(customer, self.now)) },
                ),
            ],
        )
    }
}
