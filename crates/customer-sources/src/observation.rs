//! Observations of customers: the shape of records that all sources share.
//!
//! An [`Observation`] is the content of one record in one feed; an [`CustomerEvent`] is something that happened. Both identify
//! their subject by the vendor's own id ([`Subject`]), because most feeds have an id but no e-mail address. Everything
//! except the id is optional, because vendors may omit it.

use std::fmt;

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    amount::{Amount, Currency},
    email::Email,
    event::CustomerEvent,
    subject::Subject,
};

/// Page of records from a source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SourcePage {
    /// Observations of persons, companies and paying accounts.
    pub observations: Vec<Observation>,
    /// Events. An event that comes again replaces the one with the same kind and id.
    pub events: Vec<CustomerEvent>,
    /// Metrics of the whole business, by month.
    pub metrics: Vec<MonthMetrics>,
    /// Records and fields that could not be read.
    pub findings: Vec<RecordFinding>,
    /// Number of records in the whole list, if the vendor gives it; for a progress bar.
    pub expected: Option<u64>,
}

impl SourcePage {
    /// Number of records on this page, readable or not.
    pub fn seen(&self) -> usize {
        let quarantined = |finding: &&RecordFinding| finding.effect == RecordEffect::Quarantined;
        self.observations.len() + self.events.len() + self.findings.iter().filter(quarantined).count()
    }
}

/// Content of one record in one feed. It is complete: a field of an earlier observation that is missing here was
/// removed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Short name of the source, such as `intercom`.
    pub source: String,
    /// Feed it came from, such as `contacts`.
    pub feed: String,
    /// Subject.
    pub subject: Subject,
    /// Ids of records that were merged into this one.
    pub former_ids: Vec<String>,
    /// Related records: a person's companies, a contact's paying account.
    pub belongs_to: Vec<Subject>,
    /// E-mail addresses without duplicates, the primary one first.
    pub emails: Vec<Email>,
    /// Name of the person or account.
    pub name: Option<String>,
    /// Name of the company.
    pub company: Option<String>,
    /// Other fields.
    pub fields: Vec<ObservedField>,
    /// Whether the vendor still has the record.
    pub presence: Presence,
    /// Time of the vendor's last change.
    pub updated_at: Option<Timestamp>,
}

impl Observation {
    /// Creates an observation of `subject` without content.
    pub fn about(subject: Subject) -> Self {
        Self {
            source: String::new(),
            feed: String::new(),
            subject,
            former_ids: Vec::new(),
            belongs_to: Vec::new(),
            emails: Vec::new(),
            name: None,
            company: None,
            fields: Vec::new(),
            presence: Presence::Present,
            updated_at: None,
        }
    }

    /// Adds an e-mail address, unless it is `None` or a duplicate.
    pub fn add_email(&mut self, email: Option<Email>) {
        self.emails.extend(email.filter(|email| !self.emails.contains(email)));
    }

    /// Adds a field, unless its value is unknown.
    pub fn add(&mut self, name: FieldName, value: Option<impl Into<FieldValue>>) {
        self.fields.extend(value.map(|value| ObservedField {
            name,
            value: value.into(),
        }));
    }

    /// Value of a field.
    pub fn field(&self, name: &FieldName) -> Option<&FieldValue> {
        self.fields
            .iter()
            .find(|field| field.name == *name)
            .map(|field| &field.value)
    }
}

/// Whether the vendor still has a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Present.
    Present,
    /// Deleted or archived.
    Removed,
}

/// Field with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedField {
    /// Name of the field.
    pub name: FieldName,
    /// Value of the field.
    pub value: FieldValue,
}

/// Names of fields. Fields that several sources have share a name; others keep the vendor's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum FieldName {
    /// Telephone number.
    Phone,
    /// Country, as the vendor writes it.
    Country,
    /// Language code.
    Language,
    /// Web domain of a company.
    Domain,
    /// Kind of contact, such as `user` or `lead`.
    Role,
    /// Creation time at the vendor.
    CreatedAt,
    /// Sign-up for the product.
    SignedUpAt,
    /// Last use of the product.
    LastSeenAt,
    /// Last reply to the company.
    LastRepliedAt,
    /// Start of paying.
    CustomerSince,
    /// Account manager of the customer.
    AccountManager,
    /// E-mail address of the account manager.
    AccountManagerEmail,
    /// Lifecycle stage, such as `customer` or `opportunity`.
    LifecycleStage,
    /// Name of the plan.
    Plan,
    /// State of the subscription in the vendor's terms, such as `Active`.
    SubscriptionStatus,
    /// Whether a payment is overdue.
    Delinquent,
    /// Monthly recurring revenue.
    Mrr,
    /// Annual recurring revenue.
    Arr,
    /// Number of logins within 30 days.
    Logins,
    /// Credits used or left, as the in-house dashboard defines them.
    Credits,
    /// Exports, as the in-house dashboard defines them.
    Exports,
    /// Vendor-specific field, under the vendor's name.
    Other(String),
}

const FIELD_NAMES: &[(FieldName, &str)] = &[
    (FieldName::Phone, "phone"),
    (FieldName::Country, "country"),
    (FieldName::Language, "language"),
    (FieldName::Domain, "domain"),
    (FieldName::Role, "role"),
    (FieldName::CreatedAt, "created_at"),
    (FieldName::SignedUpAt, "signed_up_at"),
    (FieldName::LastSeenAt, "last_seen_at"),
    (FieldName::LastRepliedAt, "last_replied_at"),
    (FieldName::CustomerSince, "customer_since"),
    (FieldName::AccountManager, "account_manager"),
    (FieldName::AccountManagerEmail, "account_manager_email"),
    (FieldName::LifecycleStage, "lifecycle_stage"),
    (FieldName::Plan, "plan"),
    (FieldName::SubscriptionStatus, "subscription_status"),
    (FieldName::Delinquent, "delinquent"),
    (FieldName::Mrr, "mrr"),
    (FieldName::Arr, "arr"),
    (FieldName::Logins, "logins"),
    (FieldName::Credits, "credits"),
    (FieldName::Exports, "exports"),
];

impl FieldName {
    /// Stored name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(name) => name,
            known => FIELD_NAMES
                .iter()
                .find(|(name, _)| name == known)
                .map_or("", |(_, text)| text),
        }
    }
}

impl From<String> for FieldName {
    fn from(text: String) -> Self {
        match FIELD_NAMES.iter().find(|(_, name)| *name == text) {
            Some((known, _)) => known.clone(),
            None => Self::Other(text),
        }
    }
}

impl From<FieldName> for String {
    fn from(name: FieldName) -> Self {
        name.as_str().to_owned()
    }
}

/// Value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldValue {
    /// Text.
    Text(String),
    /// Number without a unit.
    Number(Decimal),
    /// Boolean.
    Flag(bool),
    /// Instant.
    Time(Timestamp),
    /// Amount of money.
    Money(Amount),
}

impl From<String> for FieldValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Decimal> for FieldValue {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for FieldValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Timestamp> for FieldValue {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

impl From<Amount> for FieldValue {
    fn from(amount: Amount) -> Self {
        Self::Money(amount)
    }
}

/// Format for a spreadsheet cell.
impl fmt::Display for FieldValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Flag(flag) => write!(formatter, "{flag}"),
            Self::Time(time) => write!(formatter, "{time}"),
            Self::Money(amount) => write!(formatter, "{amount}"),
        }
    }
}

/// Metrics of the whole business at the end of a month, as computed by the vendor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonthMetrics {
    /// Short name of the source.
    pub source: String,
    /// Last day of the month that the metrics describe.
    pub date: Date,
    /// Currency of the amounts.
    pub currency: Option<Currency>,
    /// Monthly recurring revenue.
    pub mrr: Option<Decimal>,
    /// Annual recurring revenue.
    pub arr: Option<Decimal>,
    /// Average monthly revenue per customer.
    pub arpa: Option<Decimal>,
    /// Expected lifetime value of a customer.
    pub ltv: Option<Decimal>,
    /// Number of paying customers.
    pub customers: Option<Decimal>,
    /// Customer churn rate in percent: 2.85 means 2.85 %.
    pub customer_churn_rate: Option<Decimal>,
    /// Net revenue churn rate in percent; negative if revenue grew.
    pub mrr_churn_rate: Option<Decimal>,
}

/// Finding about an unreadable record or field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordFinding {
    /// Short name of the source.
    pub source: String,
    /// Feed of the record.
    pub feed: String,
    /// Id of the record, or its position on the page.
    pub record: String,
    /// JSON pointer of the field, such as `/email`; `None` for the whole record.
    pub field: Option<String>,
    /// Problem, in one sentence.
    pub reason: String,
    /// Effect on the data.
    pub effect: RecordEffect,
}

impl RecordFinding {
    /// Creates an empty finding; source and feed are filled in for the whole page later.
    pub fn unsigned() -> Self {
        Self {
            source: String::new(),
            feed: String::new(),
            record: String::new(),
            field: None,
            reason: String::new(),
            effect: RecordEffect::Quarantined,
        }
    }
}

/// Effect of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordEffect {
    /// The record is left out; other records of the page are kept.
    Quarantined,
    /// The record is kept without this field.
    FieldLeftOut,
    /// The whole feed is left out, because the key or the plan lacks permission.
    FeedLeftOut,
}
