//! Source precedence, field by field. `docs/directives/sources.md` has the same table; a test compares the two.

use serde::Serialize;

use crate::unify::precedence::PrecedenceChoice::{Earliest, FirstSource, Latest};

/// Fields of a customer that several sources may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKey {
    /// Main email address.
    Email,
    /// Name of the person or the account.
    Name,
    /// Company name.
    Company,
    /// Telephone number.
    Phone,
    /// Country.
    Country,
    /// Account manager.
    AccountManager,
    /// Lifecycle stage.
    LifecycleStage,
    /// Plan name.
    Plan,
    /// Subscription status.
    SubscriptionStatus,
    /// Whether a payment is overdue.
    Delinquent,
    /// Start of the paid subscription.
    CustomerSince,
    /// Sign-up time in the product.
    SignedUpAt,
    /// Last activity in the product.
    LastSeenAt,
    /// Logins in the last 30 days.
    Logins,
    /// Credits.
    Credits,
    /// Exports.
    Exports,
    /// Monthly recurring revenue.
    Mrr,
    /// Lifetime value.
    Ltv,
}

/// How one of several values is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrecedenceChoice {
    /// Value of the first source that has one; within a source, of the record that changed last.
    FirstSource,
    /// Earliest time of any source.
    Earliest,
    /// Latest time of any source.
    Latest,
}

/// Precedence rule of one field.
#[derive(Clone, Copy, Debug)]
pub struct PrecedenceRule {
    /// The field.
    pub key: FieldKey,
    /// Column header.
    pub name: &'static str,
    /// How one value is chosen.
    pub choice: PrecedenceChoice,
    /// Sources, highest precedence first. Sources that are not listed follow by name.
    pub order: &'static [&'static str],
}

const fn rule(
    key: FieldKey,
    name: &'static str,
    choice: PrecedenceChoice,
    order: &'static [&'static str],
) -> PrecedenceRule {
    PrecedenceRule {
        key,
        name,
        choice,
        order,
    }
}

/// Rule of each field.
pub const RULES: &[PrecedenceRule] = &[
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

/// Rule of a field.
pub fn rule_of(key: FieldKey) -> &'static PrecedenceRule {
    // Every key has a rule, as a test verifies.
    RULES.iter().find(|rule| rule.key == key).unwrap_or(&RULES[0])
}

/// Rank of a source for a field; lower is better.
pub fn rank(key: FieldKey, source: &str) -> usize {
    let order = rule_of(key).order;
    order.iter().position(|name| *name == source).unwrap_or(order.len())
}
