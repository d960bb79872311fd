//! Response of one customer: record, score explanation, provenance, timeline and alerts.

use std::collections::HashSet;

use customer_sources::{amount::Currency, email::Email};
use jiff::{Timestamp, Zoned};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    alerts::{notices::answers::AlertNotices, rows::AlertHistory},
    customer::{
        Customer,
        cross_board::CrossBoardData,
        merge::rows::CustomerAlias,
        risk,
        rows::CustomerRows,
        timeline::{TimelineEntry, timeline},
    },
    health::{
        explanation::answers::ScoreExplanation,
        rules::{self, ScoreSnapshot},
        scoring::{derived::DerivedRecords, features},
    },
    list::answers::CustomerResponse,
    unify::{clusters::Cluster, fields::FieldCandidates, precedence::rule_of},
};

/// `GET /customers/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "CustomerDetail")]
pub struct CustomerDetailResponse {
    /// The customer record.
    #[serde(flatten)]
    pub customer: CustomerResponse,
    /// Reasons why the customer is at risk, from the record; empty without any.
    pub reasons: Vec<String>,
    /// Score explanation; `null` without enough data for a score.
    pub health: Option<ScoreExplanation>,
    /// Source and age of each field.
    pub provenance: Vec<FieldProvenance>,
    /// Timeline, newest first.
    pub timeline: Vec<TimelineEntry>,
    /// Email addresses that people merged into this customer.
    pub aliases: Vec<AliasResponse>,
    /// Alerts that were sent or suppressed.
    #[serde(flatten)]
    pub notices: AlertNotices,
    /// Data of the other boards about the company.
    pub elsewhere: CrossBoardData,
}

/// Provenance of one field.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FieldProvenance {
    /// Column header.
    pub field: &'static str,
    /// Value, as a cell shows it.
    pub value: String,
    /// Short name of the source.
    pub source: String,
    /// Time since which the source has had this value.
    pub since: Option<Timestamp>,
}

/// An email address that people merged into a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AliasResponse {
    /// The merged address.
    pub alias: String,
    /// Author of the merge.
    pub by: Option<String>,
    /// Time of the merge.
    pub at: Option<Timestamp>,
    /// Reason.
    pub reason: Option<String>,
}

/// Inputs of the response.
pub struct CustomerDetailInputs<'a> {
    /// All customers.
    pub rows: &'a CustomerRows,
    /// Records of the sources, with what was derived from them.
    pub derived: &'a DerivedRecords,
    /// Records and events of this customer.
    pub cluster: Option<&'a Cluster>,
    /// Reporting currency.
    pub currency: Currency,
    /// Current time in the configured time zone.
    pub now: &'a Zoned,
    /// Ids of the mentions that were marked as no cancellation.
    pub dismissed: &'a HashSet<String>,
    /// Score history of the customer, oldest first.
    pub history: &'a [ScoreSnapshot],
    /// Alert history.
    pub alert_history: &'a AlertHistory,
}

impl CustomerDetailResponse {
    /// Builds the response for `customer`.
    pub fn of(customer: &Customer, inputs: &CustomerDetailInputs<'_>, elsewhere: CrossBoardData) -> Self {
        let input = inputs.derived.unify_input();
        let events = inputs.cluster.into_iter().flat_map(|cluster| &cluster.events);
        let events = events.map(|index| &input.events[*index]);
        let facts = facts(customer, inputs);
        let mentions = facts.as_ref().map(|facts| facts.cancel_mentions.as_slice());
        Self {
            customer: CustomerResponse::of(customer, inputs.rows, inputs.currency),
            reasons: risk::risk_reasons(customer, inputs.history),
            health: facts
                .as_ref()
                .and_then(|facts| ScoreExplanation::of(facts, inputs.history, inputs.now)),
            provenance: provenance(inputs),
            timeline: timeline(events),
            aliases: aliases(customer, input.aliases),
            notices: AlertNotices::of(
                inputs.alert_history,
                &customer.id,
                mentions.unwrap_or_default(),
                inputs.now.date(),
            ),
            elsewhere,
        }
    }
}

fn facts(customer: &Customer, inputs: &CustomerDetailInputs<'_>) -> Option<rules::HealthFacts> {
    let context = features::ExtractionContext {
        now: inputs.now,
        currency: inputs.currency,
        dismissed: inputs.dismissed,
        analyzed_messages: &inputs.derived.analyzed_messages,
    };
    let input = inputs.derived.unify_input();
    Some(features::extract_facts(input, inputs.cluster?, customer, &context))
}

fn provenance(inputs: &CustomerDetailInputs<'_>) -> Vec<FieldProvenance> {
    let Some(cluster) = inputs.cluster else {
        return Vec::new();
    };
    let facts = FieldCandidates::of(inputs.derived.unify_input(), cluster)
        .winners()
        .into_iter();
    facts
        .map(|fact| FieldProvenance {
            field: rule_of(fact.field).name,
            value: fact.value.to_string(),
            since: fact.since(),
            source: fact.source,
        })
        .collect()
}

fn aliases(customer: &Customer, aliases: &[CustomerAlias]) -> Vec<AliasResponse> {
    let own: Vec<&Email> = customer.emails().collect();
    aliases
        .iter()
        .filter(|alias| own.contains(&&alias.canonical))
        .map(|alias| AliasResponse {
            alias: alias.alias.to_string(),
            by: alias.by.clone(),
            at: alias.at,
            reason: alias.reason.clone(),
        })
        .collect()
}
