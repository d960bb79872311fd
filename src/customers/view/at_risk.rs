//! At-risk page: customers who are not healthy, highest value at risk first.

use jiff::Zoned;
use maud::{Markup, html};

use super::{
    super::{
        amount::Currency,
        answers::{AtRiskAnswer, AtRiskList},
        filter::CustomerFilter,
    },
    address::{AT_RISK, BOARD, list_address},
    list::{downloads, named, pager, seen},
    words,
};
use crate::{
    language::UNKNOWN,
    page::{
        Asset, Frame, Page,
        table::{cell, number, row, table, text},
        wording::{count, listing},
    },
};

/// Data of the page.
pub struct AtRiskPage<'a> {
    /// Customers on this page.
    pub list: &'a AtRiskList,
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
            div .heading { h1 { "Customers at risk" } (downloads(&list_address(AT_RISK, self.filter, &[]))) }
            div data-live="list" { (self.listed()) }
        };
        frame.document(Page {
            title: "Customers at risk",
            address: self.address,
            scripts: &[Asset::LiveScript],
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
                    strong { (words::money(self.list.value_at_risk, self.currency)) }
                    " of monthly revenue at stake."
                }
                p .hint { "Ordered by what is at stake: revenue a month times the chance of losing it." }
                div .customers.at-risk { (self.table()) }
                (pager((self.list.page, self.list.pages), |page| {
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

    fn row(&self, line: &AtRiskAnswer) -> Markup {
        let customer = &line.customer;
        let why = if line.reasons.is_empty() {
            "See the page of the customer".to_owned()
        } else {
            capitalised(&listing(&line.reasons))
        };
        let at_stake = customer.value_at_risk;
        row(
            0,
            &[
                cell("name", named(customer)),
                cell(
                    "number stake",
                    html! { strong { (at_stake.map_or_else(|| UNKNOWN.to_owned(), |value| words::money(value, self.currency))) } },
                ),
                cell(
                    "health",
                    words::score(customer.health_score, words::choice(customer.health_status)),
                ),
                cell("why", html! { (why) }),
                cell(
                    "number mrr detail",
                    html! { span .unit { "MRR " } (words::money_in(customer.mrr, customer.currency.as_deref())) },
                ),
                cell(
                    "manager detail",
                    html! { bdi { (customer.account_manager.as_deref().unwrap_or(UNKNOWN)) } },
                ),
                cell(
                    "seen detail",
                    html! { span .unit { "seen " } (seen(customer, self.now)) },
                ),
            ],
        )
    }
}

/// The text with its first letter in upper case.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
