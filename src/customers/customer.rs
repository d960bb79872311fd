//! A customer: one record out of what all sources say.

use std::fmt;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{
    amount::{Amount, Currency},
    email::Email,
};

/// The id of a customer's row. It stays when addresses and sources come and go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomerId(String);

impl CustomerId {
    /// The id as it stands in the sheet.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as it stands in the sheet.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CustomerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One row of `unified_customers`. `None` is unknown, never zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Customer {
    /// How the row is known.
    pub id: CustomerId,
    /// The main address; `None` for an account that is billed and has none.
    pub email: Option<Email>,
    /// Every other address.
    pub other_emails: Vec<Email>,
    /// What every source may tell, by the rule of `docs/directives/sources.md`.
    pub profile: Profile,
    /// What they pay, and who says so.
    pub revenue: Revenue,
    /// The sources that know the customer, in the order of the registry.
    pub sources: Vec<SourceMark>,
    /// What the health rules found; not the work of a sync.
    pub health: Health,
    /// Whether the row counts.
    pub standing: Standing,
    /// When the row was made.
    pub created_at: Option<Timestamp>,
    /// When something in it changed last.
    pub updated_at: Option<Timestamp>,
}

/// What every source may tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// Name of the person or the account.
    pub name: Option<String>,
    /// Name of the company.
    pub company: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Country, as the source writes it.
    pub country: Option<String>,
    /// Who looks after the customer.
    pub account_manager: Option<String>,
    /// Where the customer stands, such as `customer` or `opportunity`.
    pub lifecycle_stage: Option<String>,
    /// Name of what they pay for.
    pub plan: Option<String>,
    /// State of the subscription, in the words of the source.
    pub subscription_status: Option<String>,
    /// Whether a payment is overdue.
    pub delinquent: Option<bool>,
    /// Paying since.
    pub customer_since: Option<Timestamp>,
    /// Signed up for the product.
    pub signed_up_at: Option<Timestamp>,
    /// Last seen using the product.
    pub last_seen_at: Option<Timestamp>,
    /// Logins within 30 days.
    pub logins: Option<Decimal>,
    /// Credits, as the dashboard defines them.
    pub credits: Option<Decimal>,
    /// Exports made, as the dashboard defines them.
    pub exports: Option<Decimal>,
}

/// What a customer pays. Sums of different currencies are never added.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Revenue {
    /// Revenue a month, by the definition of `mrr_source` alone.
    pub mrr: Option<Amount>,
    /// Short name of the source of `mrr`.
    pub mrr_source: Option<String>,
    /// What the customer has paid so far, in the currency of `mrr` where there is one.
    pub ltv: Option<Amount>,
    /// Short name of the source of `ltv`.
    pub ltv_source: Option<String>,
    /// Revenue a month in other currencies, by the same source: shown, and in no sum.
    pub other_currencies: Vec<Amount>,
    /// What the open deals are worth whose first named customer this is; not weighted.
    pub open_pipeline: Option<Amount>,
}

impl Revenue {
    /// Revenue a year: 12 × MRR.
    pub fn arr(&self) -> Option<Amount> {
        let mrr = self.mrr?;
        let units = mrr.rounded().units.checked_mul(Decimal::from(12))?;
        Some(Amount { units, ..mrr })
    }
}

/// A source that knows a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceMark {
    /// Short name.
    pub source: String,
    /// The vendor's ids of the records that are this customer.
    pub ids: Vec<String>,
    /// When a sync last brought something new about one of them.
    pub synced_at: Option<Timestamp>,
}

/// What the health rules found, as it stands in the row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Health {
    /// From 0 to 100.
    pub score: Option<Decimal>,
    /// `healthy`, `at_risk`, `high_risk` or `critical`.
    pub status: Option<String>,
    /// On which share of the formula the score rests, from 0 to 1.
    pub coverage: Option<Decimal>,
    /// The chance that the customer leaves, from 0 to 1.
    pub churn_risk: Option<Decimal>,
}

/// Whether a row counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is a customer.
    Current,
    /// It is part of another customer, because a source or an alias says so. The row stays, so that the merge can be undone.
    Merged {
        /// The customer that it is part of.
        into: CustomerId,
    },
    /// No source knows it any more. The row stays, with what staff wrote beside it.
    Gone,
}

impl Customer {
    /// A customer of whom nothing is known yet.
    pub fn new(id: CustomerId, email: Option<Email>) -> Self {
        Self {
            id,
            email,
            other_emails: Vec::new(),
            profile: Profile::default(),
            revenue: Revenue::default(),
            sources: Vec::new(),
            health: Health::default(),
            standing: Standing::Current,
            created_at: None,
            updated_at: None,
        }
    }

    /// Whether it counts in sums and lists.
    pub fn is_current(&self) -> bool {
        self.standing == Standing::Current
    }

    /// Whether they pay in another currency than that of the sums.
    pub fn pays_otherwise_than(&self, currency: Currency) -> bool {
        self.revenue.mrr.is_some_and(|mrr| mrr.currency != currency)
    }

    /// Every address, the main one first.
    pub fn emails(&self) -> impl Iterator<Item = &Email> {
        self.email.iter().chain(&self.other_emails)
    }

    /// What people call the customer: name, else company, else address.
    pub fn title(&self) -> &str {
        let name = self.profile.name.as_deref().or(self.profile.company.as_deref());
        name.or(self.email.as_ref().map(Email::as_written))
            .unwrap_or(self.id.as_str())
    }
}
