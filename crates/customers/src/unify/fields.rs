//! Field candidates: values of each field of a customer by source, with their age.

use std::cmp::Reverse;

use customer_sources::{
    event::{CustomerEvent, EventDetail},
    observation::{FieldName, FieldValue},
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::{
    sync::rows::records::SourceRecord,
    unify::{
        UnifyInput,
        clusters::Cluster,
        precedence::{FieldKey, PrecedenceChoice, RULES, rank, rule_of},
    },
};

/// Value of one field from one source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldCandidate {
    /// The field.
    pub field: FieldKey,
    /// The value, serialised as a cell would show it.
    #[serde(serialize_with = "as_text")]
    pub value: FieldValue,
    /// Short name of the source.
    pub source: String,
    /// Vendor id of the record.
    pub record: String,
    /// Time of the last change at the vendor, if known.
    pub updated_at: Option<Timestamp>,
    /// Time of the last sync that changed the record.
    pub synced_at: Option<Timestamp>,
}

fn as_text<S: serde::Serializer>(value: &FieldValue, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

impl FieldCandidate {
    /// Time since which the source has had this value: its own time of change, otherwise that of the sync.
    pub fn since(&self) -> Option<Timestamp> {
        self.updated_at.or(self.synced_at)
    }
}

/// All field values of one customer.
pub struct FieldCandidates<'a> {
    known: UnifyInput<'a>,
    cluster: &'a Cluster,
}

/// Field names of the sources.
const FIELD_NAMES: &[(FieldKey, FieldName)] = &[
    (FieldKey::Phone, FieldName::Phone),
    (FieldKey::Country, FieldName::Country),
    (FieldKey::AccountManager, FieldName::AccountManager),
    (FieldKey::LifecycleStage, FieldName::LifecycleStage),
    (FieldKey::Plan, FieldName::Plan),
    (FieldKey::SubscriptionStatus, FieldName::SubscriptionStatus),
    (FieldKey::Delinquent, FieldName::Delinquent),
    (FieldKey::CustomerSince, FieldName::CustomerSince),
    (FieldKey::SignedUpAt, FieldName::SignedUpAt),
    (FieldKey::LastSeenAt, FieldName::LastSeenAt),
    (FieldKey::Logins, FieldName::Logins),
    (FieldKey::Credits, FieldName::Credits),
    (FieldKey::Exports, FieldName::Exports),
    (FieldKey::Mrr, FieldName::Mrr),
];

impl<'a> FieldCandidates<'a> {
    /// Field values of the customer of `cluster`.
    pub fn of(input: UnifyInput<'a>, cluster: &'a Cluster) -> Self {
        Self { known: input, cluster }
    }

    /// Values of a field by source, the winner first.
    pub fn about(&self, key: FieldKey) -> Vec<FieldCandidate> {
        let own = self.cluster.records.iter().map(|index| &self.known.records[*index]);
        let mut facts: Vec<FieldCandidate> = own.filter_map(|record| fact(key, record)).collect();
        // A company's values apply to the people who belong to it, after their own values from the same source.
        let of_people = facts.len();
        let companies = self.cluster.companies.iter().map(|index| &self.known.records[*index]);
        facts.extend(companies.filter_map(|record| of_company(key, record)));
        let events = self.cluster.events.iter().map(|index| &self.known.events[*index]);
        facts.extend(events.filter_map(|event| of_subscription(key, event)));
        let mut ranked: Vec<(bool, FieldCandidate)> = facts
            .into_iter()
            .enumerate()
            .map(|(at, fact)| (at >= of_people, fact))
            .collect();
        match rule_of(key).choice {
            PrecedenceChoice::FirstSource => ranked.sort_by_cached_key(|(is_indirect, fact)| {
                let rank = rank(key, &fact.source);
                (
                    rank,
                    fact.source.clone(),
                    *is_indirect,
                    Reverse(fact.since()),
                    fact.record.clone(),
                )
            }),
            PrecedenceChoice::Earliest => ranked.sort_by_cached_key(|(_, fact)| (time(fact), key_of(key, fact))),
            PrecedenceChoice::Latest => ranked.sort_by_cached_key(|(_, fact)| (Reverse(time(fact)), key_of(key, fact))),
        }
        ranked.into_iter().map(|(_, fact)| fact).collect()
    }

    /// Winner of each field: the source and age of every value in the row.
    pub fn winners(&self) -> Vec<FieldCandidate> {
        RULES.iter().filter_map(|rule| self.winner(rule.key)).collect()
    }

    /// Winning value of a field.
    pub fn winner(&self, key: FieldKey) -> Option<FieldCandidate> {
        self.about(key).into_iter().next()
    }

    pub(crate) fn text(&self, key: FieldKey) -> Option<String> {
        self.winner(key).map(|fact| fact.value.to_string())
    }

    pub(crate) fn flag(&self, key: FieldKey) -> Option<bool> {
        match self.winner(key)?.value {
            FieldValue::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    pub(crate) fn time(&self, key: FieldKey) -> Option<Timestamp> {
        time(&self.winner(key)?)
    }

    pub(crate) fn number(&self, key: FieldKey) -> Option<Decimal> {
        match self.winner(key)?.value {
            FieldValue::Number(number) => Some(number),
            _ => None,
        }
    }
}

fn key_of(key: FieldKey, fact: &FieldCandidate) -> (usize, String, String) {
    (rank(key, &fact.source), fact.source.clone(), fact.record.clone())
}

fn time(fact: &FieldCandidate) -> Option<Timestamp> {
    match fact.value {
        FieldValue::Time(time) => Some(time),
        _ => None,
    }
}

/// Whether a value has the type of the field.
fn fits(key: FieldKey, value: &FieldValue) -> bool {
    match key {
        FieldKey::Delinquent => matches!(value, FieldValue::Flag(_)),
        FieldKey::CustomerSince | FieldKey::SignedUpAt | FieldKey::LastSeenAt => matches!(value, FieldValue::Time(_)),
        FieldKey::Logins | FieldKey::Credits | FieldKey::Exports => matches!(value, FieldValue::Number(_)),
        _ => true,
    }
}

fn of_record(key: FieldKey, record: &SourceRecord, value: FieldValue) -> FieldCandidate {
    FieldCandidate {
        field: key,
        value,
        source: record.observation.source.clone(),
        record: record.observation.subject.id.clone(),
        updated_at: record.observation.updated_at,
        synced_at: record.synced_at,
    }
}

fn fact(key: FieldKey, record: &SourceRecord) -> Option<FieldCandidate> {
    let observation = &record.observation;
    let value = match key {
        FieldKey::Email => observation
            .emails
            .first()
            .map(|email| FieldValue::Text(email.to_string())),
        FieldKey::Name => observation.name.clone().map(FieldValue::Text),
        FieldKey::Company => observation.company.clone().map(FieldValue::Text),
        _ => record_field(key, record).cloned(),
    };
    value
        .filter(|value| fits(key, value))
        .map(|value| of_record(key, record, value))
}

fn record_field(key: FieldKey, record: &SourceRecord) -> Option<&FieldValue> {
    let (_, name) = FIELD_NAMES.iter().find(|(input, _)| *input == key)?;
    record.observation.field(name)
}

/// Field values that people take over from their company: none that belong to one person only.
fn of_company(key: FieldKey, record: &SourceRecord) -> Option<FieldCandidate> {
    let value = match key {
        FieldKey::Company => record
            .observation
            .company
            .clone()
            .or_else(|| record.observation.name.clone())
            .map(FieldValue::Text),
        FieldKey::Country | FieldKey::AccountManager | FieldKey::LifecycleStage | FieldKey::Plan => {
            record_field(key, record).cloned()
        }
        _ => None,
    };
    value
        .filter(|value| fits(key, value))
        .map(|value| of_record(key, record, value))
}

/// Field values from a subscription.
fn of_subscription(key: FieldKey, event: &CustomerEvent) -> Option<FieldCandidate> {
    let EventDetail::Subscription(subscription) = &event.detail else {
        return None;
    };
    let is_over = matches!(subscription.status.as_deref(), Some("canceled" | "incomplete_expired"));
    let value = match key {
        FieldKey::Plan if !is_over => {
            let plans: Vec<&str> = subscription
                .items
                .iter()
                .filter_map(|item| item.name.as_deref())
                .collect();
            Some(plans.join(", "))
                .filter(|plans| !plans.is_empty())
                .map(FieldValue::Text)
        }
        FieldKey::SubscriptionStatus => subscription.status.clone().map(FieldValue::Text),
        FieldKey::CustomerSince => subscription.started_at.map(FieldValue::Time),
        _ => None,
    };
    Some(FieldCandidate {
        field: key,
        value: value?,
        source: event.source.clone(),
        record: event.id.clone(),
        updated_at: event.updated_at.or(event.at),
        synced_at: None,
    })
}
