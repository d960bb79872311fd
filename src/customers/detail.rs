//! Everything about one customer.

use std::collections::HashSet;

use jiff::{Timestamp, Zoned};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    alerting::book::AlertBook,
    amount::Currency,
    answers::CustomerAnswer,
    customer::Customer,
    elsewhere::Elsewhere,
    email::Email,
    explanation::Explanation,
    health::{self, Snapshot},
    notices::Notices,
    risk,
    rows::{alias_row::Alias, customer_row::CustomerRows},
    scoring::{derived::Derived, gathering},
    timeline::{Happening, timeline},
    unify::{clusters::Cluster, facts::Facts, precedence::rule_of},
};

/// `GET /customers/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "CustomerDetail")]
pub struct DetailAnswer {
    /// The record.
    #[serde(flatten)]
    pub customer: CustomerAnswer,
    /// Why the customer is at risk, as far as the record tells; empty when nothing speaks for it.
    pub reasons: Vec<String>,
    /// Why the score; `null` when too little is known for one.
    pub health: Option<Explanation>,
    /// Which source each field comes from, and since when it says so.
    pub provenance: Vec<FieldSource>,
    /// What happened, newest first.
    pub timeline: Vec<Happening>,
    /// Addresses that people made part of this customer.
    pub aliases: Vec<AliasAnswer>,
    /// What people were told about the customer, and what they were not.
    #[serde(flatten)]
    pub notices: Notices,
    /// What the other boards know of the company.
    pub elsewhere: Elsewhere,
}

/// Where a field comes from.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FieldSource {
    /// Header of the column.
    pub field: &'static str,
    /// Its value, as a cell shows it.
    pub value: String,
    /// Short name of the source.
    pub source: String,
    /// Since when the source says so.
    pub since: Option<Timestamp>,
}

/// An address that people made part of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AliasAnswer {
    /// The address that belongs here.
    pub alias: String,
    /// Who says so.
    pub by: Option<String>,
    /// Since when.
    pub at: Option<Timestamp>,
    /// Why.
    pub reason: Option<String>,
}

/// What a page about a customer is made from.
pub struct Material<'a> {
    /// The customers.
    pub rows: &'a CustomerRows,
    /// What the sources told.
    pub told: &'a Derived,
    /// What of it belongs to the customer.
    pub cluster: Option<&'a Cluster>,
    /// The currency of the reports.
    pub currency: Currency,
    /// The present instant in the configured time zone.
    pub now: &'a Zoned,
    /// Sentences that a person said are no cancellation.
    pub dismissed: &'a HashSet<String>,
    /// The scores of the customer, the earliest first.
    pub history: &'a [Snapshot],
    /// What people were told.
    pub book: &'a AlertBook,
}

impl DetailAnswer {
    /// Everything about `customer`.
    pub fn of(customer: &Customer, material: &Material<'_>, elsewhere: Elsewhere) -> Self {
        let known = material.told.known();
        let events = material.cluster.into_iter().flat_map(|cluster| &cluster.events);
        let events = events.map(|place| &known.events[*place]);
        let facts = facts(customer, material);
        let mentions = facts.as_ref().map(|facts| facts.cancel_mentions.as_slice());
        Self {
            customer: CustomerAnswer::of(customer, material.rows, material.currency),
            reasons: risk::reasons(customer, material.history),
            health: facts
                .as_ref()
                .and_then(|facts| Explanation::of(facts, material.history, material.now)),
            provenance: provenance(material),
            timeline: timeline(events),
            aliases: aliases(customer, known.aliases),
            notices: Notices::of(
                material.book,
                &customer.id,
                mentions.unwrap_or_default(),
                material.now.date(),
            ),
            elsewhere,
        }
    }
}

fn facts(customer: &Customer, material: &Material<'_>) -> Option<health::Facts> {
    let terms = gathering::Terms {
        now: material.now,
        currency: material.currency,
        dismissed: material.dismissed,
        heard: &material.told.heard,
    };
    let known = material.told.known();
    Some(gathering::facts(known, material.cluster?, customer, &terms))
}

fn provenance(material: &Material<'_>) -> Vec<FieldSource> {
    let Some(cluster) = material.cluster else {
        return Vec::new();
    };
    let facts = Facts::of(material.told.known(), cluster).winners().into_iter();
    facts
        .map(|fact| FieldSource {
            field: rule_of(fact.field).name,
            value: fact.value.to_string(),
            since: fact.since(),
            source: fact.source,
        })
        .collect()
}

fn aliases(customer: &Customer, aliases: &[Alias]) -> Vec<AliasAnswer> {
    let own: Vec<&Email> = customer.emails().collect();
    aliases
        .iter()
        .filter(|alias| own.contains(&&alias.canonical))
        .map(|alias| AliasAnswer {
            alias: alias.alias.to_string(),
            by: alias.by.clone(),
            at: alias.at,
            reason: alias.reason.clone(),
        })
        .collect()
}
