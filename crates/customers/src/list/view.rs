//! Customer list page, a hundred customers at a time.

use customer_sources::amount::Currency;
use domain::language::UNKNOWN_VALUE;
use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    Frame, Page, date_time,
    formatting::count,
    table::{cell, row},
};

use crate::{
    health::rules::HealthBand,
    list::{
        aggregates::CustomerAggregates,
        answers::{CustomerListResponse, CustomerResponse},
        filter::{CustomerFilter, HealthFilter, NO_MANAGER, SortKey, SortOrder},
        listing::{band_address, list_address, sort_fields},
    },
    routes::{BOARD, customer_address},
    ui::{
        components::{download_links, pager},
        format,
    },
};

/// Data of the page.
pub struct ListPage<'a> {
    /// Filter.
    pub filter: &'a CustomerFilter,
    /// Sort order.
    pub order: SortOrder,
    /// Customers on this page.
    pub list: &'a CustomerListResponse,
    /// Aggregates over all customers, with account managers and sources for the filter.
    pub aggregates: &'a CustomerAggregates,
    /// Reporting currency.
    pub currency: Currency,
    /// Current time in the configured time zone.
    pub now: &'a Zoned,
    /// Requested path and query.
    pub address: &'a str,
}

/// Name of a customer, with email address or company below it.
pub(crate) fn customer_name(customer: &CustomerResponse) -> Markup {
    let title = customer.name.as_deref().or(customer.company.as_deref());
    let title = title.or(customer.email.as_deref()).unwrap_or(&customer.id);
    let below = customer.company.as_deref().filter(|company| *company != title);
    html! {
        a href=(customer_address(&customer.id)) { bdi { (title) } }
        @if let Some(below) = below { " " small { bdi { (below) } } }
    }
}

/// Time of the last activity.
pub(crate) fn last_seen(customer: &CustomerResponse, now: &Zoned) -> Markup {
    html! {
        @match customer.last_seen_at {
            Some(at) => (date_time::relative_time_element(at, now)),
            None => span .hint { (UNKNOWN_VALUE) },
        }
    }
}

fn whole(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl ListPage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let address = list_address(BOARD, self.filter, &sort_fields(self.order));
        let main = html! {
            div .heading { h1 { "Customers" } (download_links(&address)) }
            (self.bands())
            (self.form())
            div data-live="list" { (self.listed()) }
        };
        frame.document(Page {
            title: "Customers",
            address: self.address,
            scripts: &[&web::assets::LIVE_SCRIPT],
            main,
        })
    }

    /// Health bands as links that filter by them.
    fn bands(&self) -> Markup {
        let distribution = &self.aggregates.overview.summary.health_distribution;
        let number = |choice: HealthFilter| match choice {
            HealthFilter::In(band) => distribution.of(band).count,
            HealthFilter::Unscored => self.aggregates.overview.unscored.count,
        };
        html! {
            nav .presets aria-label="Health" {
                a href=(BOARD) aria-current=[self.filter.health.is_empty().then_some("true")] {
                    "All " span .count { (self.aggregates.overview.summary.total_customers) }
                }
                @for choice in HealthFilter::ALL {
                    @if number(choice) > 0 || choice != HealthFilter::Unscored {
                        a href=(band_address(choice)) aria-current=[(self.filter.health == [choice]).then_some("true")] {
                            (format::band_label(choice)) " " span .count { (number(choice)) }
                        }
                    }
                }
            }
        }
    }

    fn form(&self) -> Markup {
        let number = |number: Option<rust_decimal::Decimal>| number.map(|number| number.normalize().to_string());
        html! {
            form .customer-filter method="get" action=(BOARD) role="search" aria-label="Filter the customers" {
                div .field.wide {
                    label for="q" { "Search" }
                    input type="search" id="q" name="q" value=(self.filter.text) autocomplete="off" placeholder="Name, company, address, plan";
                }
                div .field {
                    label for="min_mrr" { "MRR from" }
                    input type="text" inputmode="decimal" id="min_mrr" name="min_mrr" value=[number(self.filter.min_mrr)];
                }
                div .field {
                    label for="max_mrr" { "to" }
                    input type="text" inputmode="decimal" id="max_mrr" name="max_mrr" value=[number(self.filter.max_mrr)];
                }
                div .field {
                    label for="assigned_am" { "Account manager" }
                    select id="assigned_am" name="assigned_am" {
                        option value="" { "Anybody" }
                        @for name in &self.aggregates.managers {
                            option value=(name) selected[*name == self.filter.account_manager] { (name) }
                        }
                        option value=(NO_MANAGER) selected[self.filter.account_manager == NO_MANAGER] { "Nobody" }
                    }
                }
                div .field {
                    label for="source" { "Known to" }
                    select id="source" name="source" {
                        option value="" { "Any source" }
                        @for name in &self.aggregates.sources { option value=(name) selected[*name == self.filter.source] { (name) } }
                    }
                }
                @for choice in &self.filter.health { input type="hidden" name="health_status" value=(choice.word()); }
                @for (name, value) in sort_fields(self.order) { input type="hidden" name=(name) value=(value); }
                button .quiet type="submit" { "Filter" }
                @if !self.filter.is_empty() { a .reset href=(BOARD) { "Show all" } }
            }
        }
    }

    fn listed(&self) -> Markup {
        html! {
            @if self.list.customers.is_empty() {
                p .nothing { "No customer matches. " a href=(BOARD) { "Show all customers" } }
            } @else {
                p .sums {
                    (count(whole(self.list.total), "customer", "customers")) " · MRR "
                    strong { (format::money(self.list.mrr, self.currency)) }
                    @if self.list.in_other_currencies > 0 {
                        ", without " (self.list.in_other_currencies) " who pay in another currency"
                    }
                }
                div .customers { (self.table()) }
                (pager(self.list.page, self.list.pages, |page| self.page_address(page)))
            }
        }
    }

    fn page_address(&self, page: usize) -> String {
        let mut more = sort_fields(self.order);
        more.push(("page", page.to_string()));
        list_address(BOARD, self.filter, &more)
    }

    fn table(&self) -> Markup {
        html! {
            table role="table" {
                caption .unseen { "Customers" }
                thead role="rowgroup" {
                    tr role="row" {
                        (self.header("Customer", SortKey::Name, ""))
                        (self.header("Health", SortKey::Score, ""))
                        (self.header("MRR", SortKey::Mrr, "number"))
                        th role="columnheader" scope="col" { "Plan" }
                        th role="columnheader" scope="col" { "Account manager" }
                        (self.header("Last seen", SortKey::LastSeen, ""))
                    }
                }
                tbody role="rowgroup" { @for customer in &self.list.customers { (self.row(customer)) } }
            }
        }
    }

    /// Column header that sorts by its column, most urgent first; reverses the order if already sorted by it.
    fn header(&self, label: &str, key: SortKey, class: &str) -> Markup {
        let now = (self.order.key == key).then_some(self.order.descending);
        let first = key == SortKey::Mrr;
        let wanted = SortOrder {
            key,
            descending: now.map_or(first, |descending| !descending),
        };
        let direction = now.map(|descending| if descending { "descending" } else { "ascending" });
        html! {
            th role="columnheader" scope="col" class=(class) aria-sort=[direction] {
                a href=(list_address(BOARD, self.filter, &[("sort", wanted.value())])) {
                    (label)
                    @match now {
                        Some(true) => span aria-hidden="true" { " ↓" },
                        Some(false) => span aria-hidden="true" { " ↑" },
                        None => {}
                    }
                }
            }
        }
    }

    fn row(&self, customer: &CustomerResponse) -> Markup {
        let plan = customer.plan.as_deref().unwrap_or(UNKNOWN_VALUE);
        let manager = customer.account_manager.as_deref().unwrap_or(UNKNOWN_VALUE);
        let late = customer.delinquent == Some(true);
        row(
            0,
            &[
                cell("name", customer_name(customer)),
                cell(
                    "health",
                    format::score(
                        customer.health_score,
                        format::parse_health_filter(customer.health_status),
                    ),
                ),
                cell(
                    "number mrr",
                    html! { (format::money_in(customer.mrr, customer.currency.as_deref())) },
                ),
                cell(
                    "plan detail",
                    html! { bdi { (plan) } @if late { " " span .late { "overdue" } } },
                ),
                cell("manager detail", html! { bdi { (manager) } }),
                cell(
                    "seen detail",
                    html! { span .unit { "seen " } (last_seen(customer, self.now)) },
                ),
            ],
        )
    }
}

/// Whether a band needs attention.
pub(crate) fn is_urgent(band: HealthBand) -> bool {
    matches!(band, HealthBand::HighRisk | HealthBand::Critical)
}
