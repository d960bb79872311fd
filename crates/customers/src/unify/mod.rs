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
    customer::{Customer, CustomerId, CustomerProfile, CustomerStatus, LinkedSource, merge::rows::CustomerAlias},
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

/// Customers derived from `input`; `before` are the existing rows. Rows without records come last.
pub fn unify(input: UnifyInput<'_>, before: &[Customer], context: &UnifyContext) -> Vec<Customer> {
    let clusters = Clusters::of(input);
    unify_clusters(input, &clusters, before, context)
}

/// The same with existing clusters.
pub fn unify_clusters(
    input: UnifyInput<'_>,
    clusters: &Clusters,
    before: &[Customer],
    context: &UnifyContext,
) -> Vec<Customer> {
    let ids = identity::assign_ids(&clusters.all, before);
    let mut customers: Vec<Customer> = clusters
        .all
        .iter()
        .zip(&ids.by_cluster)
        .map(|(cluster, id)| customer(input, cluster, id.clone(), context))
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

fn customer(input: UnifyInput<'_>, cluster: &Cluster, id: CustomerId, context: &UnifyContext) -> Customer {
    let facts = FieldCandidates::of(input, cluster);
    let mut customer = Customer::new(id, cluster.main.clone());
    customer.other_emails = cluster
        .emails
        .iter()
        .filter(|email| Some(*email) != cluster.main.as_ref())
        .cloned()
        .collect();
    customer.profile = profile(&facts);
    customer.revenue = revenue::customer_revenue(input, cluster, context);
    customer.sources = linked_sources(input, cluster);
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
fn linked_sources(input: UnifyInput<'_>, cluster: &Cluster) -> Vec<LinkedSource> {
    let mut marks: Vec<LinkedSource> = Vec::new();
    for record in cluster.records.iter().map(|index| &input.records[*index]) {
        let observation = &record.observation;
        if observation.subject.kind == SubjectKind::Company {
            continue;
        }
        let index = marks
            .iter()
            .position(|linked_source| linked_source.source == observation.source)
            .unwrap_or_else(|| {
                marks.push(LinkedSource {
                    source: observation.source.clone(),
                    ids: Vec::new(),
                    synced_at: None,
                });
                marks.len() - 1
            });
        let linked_source = &mut marks[index];
        linked_source.ids.push(observation.subject.id.clone());
        linked_source.synced_at = linked_source.synced_at.max(record.synced_at);
    }
    let rank = |name: &str| {
        VENDORS
            .iter()
            .position(|vendor| vendor.name == name)
            .unwrap_or(VENDORS.len())
    };
    marks.sort_by_key(|linked_source| (rank(&linked_source.source), linked_source.source.clone()));
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
        status: standing,
        profile: CustomerProfile {
            name: old.profile.name.clone(),
            company: old.profile.company.clone(),
            ..CustomerProfile::default()
        },
        ..Customer::new(old.id.clone(), email)
    }
}
