//! Unification of source records into customers: a pure function of records, events, aliases and existing rows.
//!
//! 1. [`clusters`]: records are one customer if they share an email address, belong to the same billed account, or were
//!    merged by people. Companies are no customers; their fields apply to the people who belong to them.
//! 2. [`fields`]: values of each field by source; [`precedence`] defines which one wins.
//! 3. [`revenue`]: revenue of the customer, as defined by one source.
//! 4. [`identity`]: the existing row of the customer, so that ids are stable.
//!
//! Rows without records are kept and marked as merged or gone: staff may have added columns, and an undone merge finds
//! its row again.

pub(crate) mod clusters;
pub(crate) mod fields;
pub(crate) mod identity;
pub(crate) mod precedence;
pub(crate) mod revenue;
#[cfg(test)]
mod tests;

use customer_sources::{
    amount::Currency, email::Email, event::CustomerEvent, mrr::FiniteDiscounts, subject::SubjectKind, vendors::VENDORS,
};
use jiff::Timestamp;

use crate::{
    customer::{Customer, CustomerId, CustomerProfile, CustomerStatus, LinkedSource, merging::rows::CustomerAlias},
    sync::rows::records::SourceRecord,
    unify::{
        clusters::{Cluster, Clusters},
        fields::FieldCandidates,
        precedence::FieldKey,
    },
};

/// Inputs of unification.
#[derive(Clone, Copy)]
pub struct UnifyInput<'a> {
    /// Records of the sources.
    pub records: &'a [SourceRecord],
    /// Events.
    pub events: &'a [CustomerEvent],
    /// Merges made by people.
    pub aliases: &'a [CustomerAlias],
}

/// Context of unification.
#[derive(Clone, Copy, Debug)]
pub struct UnifyContext {
    /// Current time: trials and coupons expire.
    pub now: Timestamp,
    /// Reporting currency.
    pub currency: Currency,
    /// Whether coupons of limited duration reduce the monthly revenue.
    pub finite: FiniteDiscounts,
}

/// Customers derived from `known`; `before` are the existing rows. Rows without records come last.
pub fn unify(known: UnifyInput<'_>, before: &[Customer], terms: &UnifyContext) -> Vec<Customer> {
    let clusters = Clusters::of(known);
    unify_clusters(known, &clusters, before, terms)
}

/// The same with existing clusters.
pub fn unify_clusters(
    known: UnifyInput<'_>,
    clusters: &Clusters,
    before: &[Customer],
    terms: &UnifyContext,
) -> Vec<Customer> {
    let ids = identity::assign_ids(&clusters.all, before);
    let mut customers: Vec<Customer> = clusters
        .all
        .iter()
        .zip(&ids.by_cluster)
        .map(|(cluster, id)| customer(known, cluster, id.clone(), terms))
        .collect();
    for old in before {
        if !ids.by_cluster.contains(&old.id) {
            customers.push(inactive_row(old, ids.successor(&old.id)));
        }
    }
    for customer in &mut customers {
        if let Some(old) = ids.before(&customer.id, before) {
            customer.health = old.health.clone();
            customer.created_at = old.created_at;
            customer.updated_at = old.updated_at;
        }
    }
    customers
}

fn customer(known: UnifyInput<'_>, cluster: &Cluster, id: CustomerId, terms: &UnifyContext) -> Customer {
    let facts = FieldCandidates::of(known, cluster);
    let mut customer = Customer::new(id, cluster.main.clone());
    customer.other_emails = cluster
        .emails
        .iter()
        .filter(|email| Some(*email) != cluster.main.as_ref())
        .cloned()
        .collect();
    customer.profile = profile(&facts);
    customer.revenue = revenue::customer_revenue(known, cluster, terms);
    customer.sources = linked_sources(known, cluster);
    customer
}

fn profile(facts: &FieldCandidates<'_>) -> CustomerProfile {
    CustomerProfile {
        name: facts.text(FieldKey::Name),
        company: facts.text(FieldKey::Company),
        phone: facts.text(FieldKey::Phone),
        country: facts.text(FieldKey::Country),
        account_manager: facts.text(FieldKey::AccountManager),
        lifecycle_stage: facts.text(FieldKey::LifecycleStage),
        plan: facts.text(FieldKey::Plan),
        subscription_status: facts.text(FieldKey::SubscriptionStatus),
        delinquent: facts.flag(FieldKey::Delinquent),
        customer_since: facts.time(FieldKey::CustomerSince),
        signed_up_at: facts.time(FieldKey::SignedUpAt),
        last_seen_at: facts.time(FieldKey::LastSeenAt),
        logins: facts.number(FieldKey::Logins),
        credits: facts.number(FieldKey::Credits),
        exports: facts.number(FieldKey::Exports),
    }
}

/// Sources of a cluster in registry order; unregistered ones follow by name.
fn linked_sources(known: UnifyInput<'_>, cluster: &Cluster) -> Vec<LinkedSource> {
    let mut marks: Vec<LinkedSource> = Vec::new();
    for record in cluster.records.iter().map(|place| &known.records[*place]) {
        let said = &record.said;
        if said.subject.kind == SubjectKind::Company {
            continue;
        }
        let place = marks
            .iter()
            .position(|mark| mark.source == said.source)
            .unwrap_or_else(|| {
                marks.push(LinkedSource {
                    source: said.source.clone(),
                    ids: Vec::new(),
                    synced_at: None,
                });
                marks.len() - 1
            });
        let mark = &mut marks[place];
        mark.ids.push(said.subject.id.clone());
        mark.synced_at = mark.synced_at.max(record.synced_at);
    }
    let rank = |name: &str| {
        VENDORS
            .iter()
            .position(|vendor| vendor.name == name)
            .unwrap_or(VENDORS.len())
    };
    marks.sort_by_key(|mark| (rank(&mark.source), mark.source.clone()));
    marks
}

/// Row without records: without revenue, so that nothing is counted twice.
fn inactive_row(old: &Customer, successor: Option<&CustomerId>) -> Customer {
    let standing = match successor {
        Some(into) => CustomerStatus::Merged { into: into.clone() },
        None => CustomerStatus::Gone,
    };
    let email: Option<Email> = old.email.clone();
    Customer {
        standing,
        profile: CustomerProfile {
            name: old.profile.name.clone(),
            company: old.profile.company.clone(),
            ..CustomerProfile::default()
        },
        ..Customer::new(old.id.clone(), email)
    }
}
