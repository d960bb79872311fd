//! Customer page.

use customer_sources::amount::Currency;
use domain::language::{Language, UNKNOWN_VALUE};
use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    Frame, Page, date_time,
    field::{FormValue, Necessity, TextField},
    formatting::join_names,
    table::{cell, row, table, text},
};

use crate::{
    alerts::notices::view::{self, SnoozeForm},
    customer::{
        Customer, CustomerStatus,
        answers::{AliasResponse, CustomerDetailResponse, FieldProvenance},
        cross_board::CrossBoardData,
        timeline::TimelineEntry,
    },
    list::filter::HealthFilter,
    routes::{BOARD, customer_address},
    ui::{
        components::{capitalize, figure},
        format,
    },
};

/// Number of timeline entries shown at once; the others are collapsed.
const OPEN_LINES: usize = 15;

/// Data of the page.
pub struct CustomerPage<'a> {
    /// JSON response with the same data.
    pub detail: &'a CustomerDetailResponse,
    /// Customer record.
    pub customer: &'a Customer,
    /// Email address in the merge form.
    pub alias: &'a FormValue,
    /// Reason in the merge form.
    pub merge_reason: &'a str,
    /// Values of the snooze form.
    pub snooze: &'a SnoozeForm,
    /// Message about the last action.
    pub done: Option<&'a str>,
    /// Reporting currency.
    pub currency: Currency,
    /// Current time in the configured time zone.
    pub now: &'a Zoned,
}

impl CustomerPage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let main = html! {
            @if let Some(done) = self.done { div .notice role="status" { p { (done) } } }
            (self.status_notice())
            (self.heading())
            (self.figures())
            (self.explanation_section())
            div .pair {
                (self.elsewhere(&self.detail.elsewhere))
                (self.provenance())
            }
            (self.timeline())
            (view::alerts_section(&self.detail.notices, self.snooze, self.customer, self.now))
            (self.merge_section())
        };
        frame.document(Page {
            title: self.customer.title(),
            address: &customer_address(self.customer.id.as_str()),
            scripts: &[],
            main,
        })
    }

    fn status_notice(&self) -> Markup {
        html! {
            @if self.customer.status == CustomerStatus::Gone {
                p .notice { "No source knows this customer any more. The row stays, and counts in no sum." }
            }
        }
    }

    fn heading(&self) -> Markup {
        let profile = &self.customer.profile;
        let company = profile
            .company
            .as_deref()
            .filter(|company| *company != self.customer.title());
        let status = profile
            .subscription_status
            .as_deref()
            .map(|status| status.replace('_', " "));
        let facts: Vec<&str> = [
            company,
            profile.plan.as_deref(),
            status.as_deref(),
            profile.country.as_deref(),
        ]
        .into_iter()
        .flatten()
        .collect();
        html! {
            div .heading {
                h1 { bdi { (self.customer.title()) } }
                p .downloads { a href=(BOARD) { "All customers" } a href=(self.detail.customer.link) { "Row in the spreadsheet" } }
            }
            @if !facts.is_empty() { p .hint { (facts.join(" · ")) } }
            p .addresses {
                @for email in self.customer.emails() { a href={ "mailto:" (email) } { (email) } " " }
                @if let Some(phone) = &profile.phone { span .hint { (phone) } }
            }
        }
    }

    fn figures(&self) -> Markup {
        let customer = &self.detail.customer;
        let source = customer
            .mrr_source
            .as_deref()
            .map(|source| format!("As {source} tells."))
            .unwrap_or_default();
        let arr = format::amount_or_dash(self.customer.revenue.arr());
        let seen = match customer.last_seen_at {
            Some(at) => date_time::relative_time_element(at, self.now),
            None => html! { (UNKNOWN_VALUE) },
        };
        let coverage = customer.coverage.map_or_else(
            || "Nobody has told enough for a score.".to_owned(),
            |coverage| format!("Computed on {} of the formula.", format::percent(coverage.decimal())),
        );
        html! {
            div .kpis {
                (figure("Health", format::score(customer.health_score, HealthFilter::of(self.customer)), &coverage))
                (figure("MRR", html! { (format::amount_or_dash(self.customer.revenue.mrr)) }, &format!("{arr} a year. {source}")))
                (figure("Account manager", html! { bdi { (customer.account_manager.as_deref().unwrap_or(UNKNOWN_VALUE)) } }, &self.value_at_risk_note()))
                (figure("Last seen", seen, &self.customer_since_note()))
            }
        }
    }

    fn value_at_risk_note(&self) -> String {
        match self.detail.customer.value_at_risk {
            Some(value) => format!("{} a month at stake.", format::money(value, self.currency)),
            None => String::new(),
        }
    }

    fn customer_since_note(&self) -> String {
        let since = self.customer.profile.customer_since;
        since.map_or_else(String::new, |since| {
            format!("Customer since {}.", date_time::day_of(since, self.now))
        })
    }

    fn explanation_section(&self) -> Markup {
        html! {
            @if !self.detail.reasons.is_empty() {
                p .lead { (capitalize(&join_names(&self.detail.reasons))) "." }
            }
            @match &self.detail.health {
                Some(health) => (crate::health::explanation::view::explanation_section(health, self.customer.id.as_str(), self.now)),
                None => p .hint { "Too little is known of this customer for a score: no source tells of logins, payments, conversations or revenue." },
            }
        }
    }

    fn elsewhere(&self, elsewhere: &CrossBoardData) -> Markup {
        html! {
            section aria-labelledby="elsewhere" {
                h2 #elsewhere { "On the other boards" }
                @for problem in &elsewhere.unknown { p .hint { (problem) } }
                @if elsewhere.integrations.is_empty() && elsewhere.open_deals.is_empty() {
                    p .hint { "No integration is credited to this company, and no deal with it is open." }
                }
                @if !elsewhere.integrations.is_empty() {
                    h3 { "Integrations" }
                    ul {
                        @for integration in &elsewhere.integrations {
                            li { strong { (integration.name) } " " span .hint { (integration.csm) ", " (date_time::day_of(integration.at, self.now)) } }
                        }
                    }
                }
                @if !elsewhere.open_deals.is_empty() {
                    h3 { "Open deals" }
                    ul {
                        @for deal in &elsewhere.open_deals {
                            li {
                                @match &deal.address {
                                    Some(address) => a href=(address) { bdi { (deal.client) } },
                                    None => bdi { (deal.client) },
                                }
                                " " (Language::English.money(deal.amount)) " " span .tag { (deal.stage) }
                                @if let Some(due) = deal.due { " " span .hint { "due " (date_time::day(due, self.now.date())) } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn provenance(&self) -> Markup {
        html! {
            section aria-labelledby="provenance" {
                h2 #provenance { "Who says so" }
                @if self.detail.customer.sources.is_empty() { p .hint { "No source." } }
                ul .marks {
                    @for source in &self.detail.customer.sources {
                        li {
                            strong { (source.source) }
                            @if let Some(at) = source.synced_at { " " span .hint { (date_time::relative_time_element(at, self.now)) } }
                        }
                    }
                }
                @if !self.detail.provenance.is_empty() {
                    details {
                        summary { "Field by field" }
                        (table("Who says so", &[text("Field"), text("Value"), text("Source"), text("Since")], &self.fields()))
                    }
                }
            }
        }
    }

    fn fields(&self) -> Vec<Markup> {
        let line = |field: &FieldProvenance| {
            let since = match field.since {
                Some(at) => date_time::relative_time_element(at, self.now),
                None => html! { (UNKNOWN_VALUE) },
            };
            row(
                0,
                &[
                    cell("name", html! { (field.field.replace('_', " ")) }),
                    cell("reason", html! { bdi { (field.value) } }),
                    cell("detail", html! { (field.source) }),
                    cell("when detail", since),
                ],
            )
        };
        self.detail.provenance.iter().map(line).collect()
    }

    fn timeline(&self) -> Markup {
        let (open, more) = self
            .detail
            .timeline
            .split_at(OPEN_LINES.min(self.detail.timeline.len()));
        html! {
            section aria-labelledby="timeline" {
                h2 #timeline { "What happened" }
                @if open.is_empty() { p .hint { "No source has told of anything yet." } }
                @else { ol .timeline { @for line in open { (self.timeline_item(line)) } } }
                @if !more.is_empty() {
                    details {
                        summary { "Earlier (" (more.len()) ")" }
                        ol .timeline { @for line in more { (self.timeline_item(line)) } }
                    }
                }
            }
        }
    }

    fn timeline_item(&self, line: &TimelineEntry) -> Markup {
        html! {
            li {
                span .when { @if let Some(at) = line.at { (date_time::day_element(at, self.now)) } }
                div {
                    p .line-head {
                        span {
                            @match &line.url {
                                Some(url) => a href=(url) rel="noreferrer" { bdi { (line.title) } },
                                None => bdi { (line.title) },
                            }
                            @if !line.status.is_empty() { " " span .tag { (line.status.replace('_', " ")) } }
                        }
                    }
                    @if !line.detail.is_empty() { p .line-detail { bdi { (line.detail) } } }
                    p .line-detail { (line.source) " · " (line.kind) }
                }
            }
        }
    }

    fn merge_section(&self) -> Markup {
        let address = customer_address(self.customer.id.as_str());
        html! {
            section #merging aria-labelledby="merge" {
                h2 #merge { "The same customer under another address" }
                @if !self.detail.aliases.is_empty() {
                    ul .sources { @for alias in &self.detail.aliases { (self.alias_item(alias, &address)) } }
                }
                @if self.customer.is_current() && self.customer.email.is_some() {
                    details open[self.alias.error.is_some()] {
                        summary { "Merge with another customer" }
                        (self.merge_form(&address))
                    }
                }
            }
        }
    }

    fn alias_item(&self, alias: &AliasResponse, address: &str) -> Markup {
        html! {
            li {
                div .line-head {
                    bdi { (alias.alias) }
                    form method="post" action={ (address) "/unmerge" } {
                        input type="hidden" name="alias" value=(alias.alias);
                        button .quiet type="submit" { "Undo" span .unseen { " the merge of " (alias.alias) } }
                    }
                }
                p .line-detail {
                    "Merged"
                    @if let Some(by) = &alias.by { " by " (by) }
                    @if let Some(at) = alias.at { ", " (date_time::day_of(at, self.now)) }
                    @if let Some(reason) = &alias.reason { ": " (reason) }
                }
            }
        }
    }

    fn merge_form(&self, address: &str) -> Markup {
        let reason = FormValue::valid(self.merge_reason);
        let field = |name, label, hint, typed, necessity| TextField {
            name,
            label,
            hint,
            typed,
            suggestions: &[],
            necessity,
            longest: Some(300),
            autocomplete: "off",
        };
        html! {
            form .claim.narrow method="post" action={ (address) "/merge" } {
                (field("alias", "Their other address", "Both records, with everything that happened, become this one. It can be undone, with nothing lost.", self.alias, Necessity::Required).markup())
                (field("reason", "Why", "", &reason, Necessity::Optional).markup())
                div .send { button .action type="submit" { "Merge" } }
            }
        }
    }
}
