//! Which source wins, field by field. The same table stands in `docs/directives/sources.md`; a test holds the two together.

use serde::Serialize;

/// The fields of a customer that several sources may tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKey {
    /// The main address.
    Email,
    /// Name of the person or the account.
    Name,
    /// Name of the company.
    Company,
    /// Telephone number.
    Phone,
    /// Country.
    Country,
    /// Who looks after the customer.
    AccountManager,
    /// Where the customer stands.
    LifecycleStage,
    /// What they pay for.
    Plan,
    /// State of the subscription.
    SubscriptionStatus,
    /// Whether a payment is overdue.
    Delinquent,
    /// Paying since.
    CustomerSince,
    /// Signed up for the product.
    SignedUpAt,
    /// Last seen using the product.
    LastSeenAt,
    /// Logins within 30 days.
    Logins,
    /// Credits.
    Credits,
    /// Exports.
    Exports,
    /// Revenue a month.
    Mrr,
    /// What was paid so far.
    Ltv,
}

/// How one value is chosen among those of several records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// That of the first source that knows it; within a source that of the record that changed last.
    FirstSource,
    /// The earliest instant that any source knows.
    Earliest,
    /// The latest instant that any source knows.
    Latest,
}

/// The rule of one field.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Which field.
    pub key: FieldKey,
    /// Header of its column.
    pub name: &'static str,
    /// How one value is chosen.
    pub choice: Choice,
    /// Sources, the best first. One that is not named comes after those that are, by name.
    pub order: &'static [&'static str],
}

const fn rule(key: FieldKey, name: &'static str, choice: Choice, order: &'static [&'static str]) -> Rule {
    Rule {
        key,
        name,
        choice,
        order,
    }
}

use Choice::{Earliest, FirstSource, Latest};

/// The rule of each field.
pub const RULES: &[Rule] = &[
    rule(
        FieldKey::Email,
        "email",
        FirstSource,
        &[
            "stripe",
            "chartmogul",
            "hubspot",
            "intercom",
            "dashboard",
            "userflow",
            "calendly",
            "fathom",
        ],
    ),
    rule(
        FieldKey::Name,
        "name",
        FirstSource,
        &[
            "hubspot",
            "intercom",
            "dashboard",
            "userflow",
            "stripe",
            "chartmogul",
            "calendly",
            "fathom",
        ],
    ),
    rule(
        FieldKey::Company,
        "company",
        FirstSource,
        &["hubspot", "chartmogul", "intercom", "dashboard", "stripe", "userflow"],
    ),
    rule(
        FieldKey::Phone,
        "phone",
        FirstSource,
        &["hubspot", "intercom", "stripe", "chartmogul"],
    ),
    rule(
        FieldKey::Country,
        "country",
        FirstSource,
        &["hubspot", "intercom", "chartmogul", "stripe"],
    ),
    rule(
        FieldKey::AccountManager,
        "account_manager",
        FirstSource,
        &["hubspot", "intercom", "chartmogul"],
    ),
    rule(FieldKey::LifecycleStage, "lifecycle_stage", FirstSource, &["hubspot"]),
    rule(
        FieldKey::Plan,
        "plan",
        FirstSource,
        &["stripe", "chartmogul", "dashboard", "userflow", "intercom"],
    ),
    rule(
        FieldKey::SubscriptionStatus,
        "subscription_status",
        FirstSource,
        &["stripe", "chartmogul", "dashboard"],
    ),
    rule(
        FieldKey::Delinquent,
        "delinquent",
        FirstSource,
        &["stripe", "chartmogul", "dashboard", "intercom"],
    ),
    rule(
        FieldKey::CustomerSince,
        "customer_since",
        Earliest,
        &["stripe", "chartmogul", "dashboard"],
    ),
    rule(
        FieldKey::SignedUpAt,
        "signed_up_at",
        Earliest,
        &["dashboard", "userflow", "intercom", "hubspot"],
    ),
    rule(
        FieldKey::LastSeenAt,
        "last_seen_at",
        Latest,
        &["dashboard", "userflow", "intercom"],
    ),
    rule(
        FieldKey::Logins,
        "logins",
        FirstSource,
        &["dashboard", "userflow", "intercom"],
    ),
    rule(
        FieldKey::Credits,
        "credits",
        FirstSource,
        &["dashboard", "userflow", "intercom"],
    ),
    rule(
        FieldKey::Exports,
        "exports",
        FirstSource,
        &["dashboard", "userflow", "intercom"],
    ),
    rule(
        FieldKey::Mrr,
        "mrr",
        FirstSource,
        &["stripe", "chartmogul", "dashboard"],
    ),
    rule(FieldKey::Ltv, "ltv", FirstSource, &["stripe"]),
];

/// The rule of a field.
pub fn rule_of(key: FieldKey) -> &'static Rule {
    // Every key has a rule; a test says so.
    RULES.iter().find(|rule| rule.key == key).unwrap_or(&RULES[0])
}

/// Where a source comes for a field; smaller is better.
pub fn rank(key: FieldKey, source: &str) -> usize {
    let order = rule_of(key).order;
    order.iter().position(|name| *name == source).unwrap_or(order.len())
}
