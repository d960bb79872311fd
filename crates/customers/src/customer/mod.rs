//! Customer record: one record unified from all sources.

pub(crate) mod actions;
pub(crate) mod answers;
pub mod cross_board;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod merge;
pub(crate) mod page;
pub(crate) mod risk;
pub mod rows;
pub(crate) mod timeline;
pub(crate) mod view;

use std::fmt;

use customer_sources::{
    amount::{Amount, Currency},
    email::Email,
};
use domain::search::{SearchIndex, SearchIndexBuilder};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::health::rules::band::HealthBand;

/// Id of a customer's row. It stays the same when email addresses and sources change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomerId(String);

impl CustomerId {
    /// Wraps an id from the sheet.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CustomerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A row of `unified_customers`. `None` means unknown, never zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Customer {
    /// Row id.
    pub id: CustomerId,
    /// Main email address; `None` for a billed account without one.
    pub email: Option<Email>,
    /// All other email addresses.
    pub other_emails: Vec<Email>,
    /// Profile fields, merged by the rules of `docs/directives/sources.md`.
    pub profile: CustomerProfile,
    /// Revenue and its sources.
    pub revenue: CustomerRevenue,
    /// Sources that have a record of the customer, in registry order.
    pub sources: Vec<LinkedSource>,
    /// Result of the health rules; written by scoring, not by a sync.
    pub health: CustomerHealth,
    /// Status of the row.
    pub status: CustomerStatus,
    /// Time at which the row was created.
    pub created_at: Option<Timestamp>,
    /// Time of the last change to the row.
    pub updated_at: Option<Timestamp>,
}

/// Profile fields of a customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomerProfile {
    /// Name of the person or the account.
    pub name: Option<String>,
    /// Company name.
    pub company: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Country, as the source writes it.
    pub country: Option<String>,
    /// Account manager.
    pub account_manager: Option<String>,
    /// Lifecycle stage, such as `customer` or `opportunity`.
    pub lifecycle_stage: Option<String>,
    /// Plan name.
    pub plan: Option<String>,
    /// Subscription status, as the source writes it.
    pub subscription_status: Option<String>,
    /// Whether a payment is overdue.
    pub delinquent: Option<bool>,
    /// Start of the paid subscription.
    pub customer_since: Option<Timestamp>,
    /// Sign-up time in the product.
    pub signed_up_at: Option<Timestamp>,
    /// Last activity in the product.
    pub last_seen_at: Option<Timestamp>,
    /// Logins in the last 30 days.
    pub logins: Option<Decimal>,
    /// Credits, as the dashboard defines them.
    pub credits: Option<Decimal>,
    /// Exports made, as the dashboard defines them.
    pub exports: Option<Decimal>,
}

/// Revenue of a customer. Amounts in different currencies are never added.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomerRevenue {
    /// Monthly recurring revenue, as defined by `mrr_source` alone.
    pub mrr: Option<Amount>,
    /// Short name of the source of `mrr`.
    pub mrr_source: Option<String>,
    /// Lifetime value: amount paid so far, in the currency of `mrr` if there is one.
    pub ltv: Option<Amount>,
    /// Short name of the source of `ltv`.
    pub ltv_source: Option<String>,
    /// Monthly revenue in other currencies from the same source: shown, but left out of every total.
    pub other_currencies: Vec<Amount>,
    /// Unweighted total of the open deals that name this customer first.
    pub open_pipeline: Option<Amount>,
}

impl CustomerRevenue {
    /// Annual recurring revenue: 12 × MRR.
    pub fn arr(&self) -> Option<Amount> {
        let mrr = self.mrr?;
        let units = mrr.rounded().units.checked_mul(Decimal::from(12))?;
        Some(Amount { units, ..mrr })
    }
}

/// A source that has a record of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedSource {
    /// Short name.
    pub source: String,
    /// Vendor ids of the records that belong to the customer.
    pub ids: Vec<String>,
    /// Time of the last sync that changed one of the records.
    pub synced_at: Option<Timestamp>,
}

/// Result of the health rules, as stored in the row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomerHealth {
    /// Score, 0 to 100.
    pub score: Option<Decimal>,
    /// `healthy`, `at_risk`, `high_risk` or `critical`.
    pub status: Option<String>,
    /// Share of the formula that is backed by data, 0 to 1.
    pub coverage: Option<Decimal>,
    /// Probability that the customer leaves, 0 to 1.
    pub churn_risk: Option<Decimal>,
}

/// Status of a customer row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomerStatus {
    /// An active customer.
    Current,
    /// Merged into another customer by a source or an alias. The row stays, so that the merge can be undone.
    Merged {
        /// The customer that it was merged into.
        into: CustomerId,
    },
    /// No source has a record any more. The row stays, with the columns that staff added.
    Gone,
}

impl Customer {
    /// A customer without any data.
    pub fn new(id: CustomerId, email: Option<Email>) -> Self {
        Self {
            id,
            email,
            other_emails: Vec::new(),
            profile: CustomerProfile::default(),
            revenue: CustomerRevenue::default(),
            sources: Vec::new(),
            health: CustomerHealth::default(),
            status: CustomerStatus::Current,
            created_at: None,
            updated_at: None,
        }
    }

    /// Whether the customer counts in totals and lists.
    pub fn is_current(&self) -> bool {
        self.status == CustomerStatus::Current
    }

    /// Whether the customer pays in a currency other than the reporting currency.
    pub fn pays_in_other_currency(&self, currency: Currency) -> bool {
        self.revenue.mrr.is_some_and(|mrr| mrr.currency != currency)
    }

    /// All email addresses, the main one first.
    pub fn emails(&self) -> impl Iterator<Item = &Email> {
        self.email.iter().chain(&self.other_emails)
    }

    /// Display name: name, otherwise company, otherwise email address.
    pub fn title(&self) -> &str {
        let name = self.profile.name.as_deref().or(self.profile.company.as_deref());
        name.or(self.email.as_ref().map(Email::as_written))
            .unwrap_or(self.id.as_str())
    }
}

/// Search texts (name, company, plan and email addresses) of `customers`, in their order.
pub fn build_search_texts<'a>(customers: impl IntoIterator<Item = &'a Customer>) -> SearchIndex {
    let mut index = SearchIndexBuilder::default();
    for customer in customers {
        let profile = &customer.profile;
        let repeated = [&profile.company, &profile.plan];
        let own = profile.name.as_deref().into_iter();
        index.add(
            repeated.into_iter().flatten().map(String::as_str),
            own.chain(customer.emails().map(Email::as_written)),
        );
    }
    index.finish()
}

/// Health band of a customer, as stored in the row.
pub fn health_band(customer: &Customer) -> Option<HealthBand> {
    customer.health.score?;
    HealthBand::parse(customer.health.status.as_deref()?)
}

/// Monthly revenue of a customer, if it is in `currency`.
pub fn mrr_in(customer: &Customer, currency: Currency) -> Option<Decimal> {
    let mrr = customer.revenue.mrr.filter(|mrr| mrr.currency == currency)?;
    Some(mrr.units)
}
