//! What sources tell, in one shape for all of them.
//!
//! An [`Observation`] is what one list of one source says about somebody; an [`Event`] is something that happened with
//! them. Both name whom they are about in the vendor's own numbering ([`Subject`]), because most lists know an id and no
//! address. Everything but the id is optional: vendors leave out what they like.

use std::fmt;

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::event::Event;
use crate::customers::{
    amount::{Amount, Currency},
    email::Email,
};

/// One page of what a source knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// What is known about people, companies and paying accounts.
    pub observations: Vec<Observation>,
    /// What happened with them. The same event may come again, changed: it replaces the one with the same kind and id.
    pub events: Vec<Event>,
    /// Figures about the whole business, month by month.
    pub metrics: Vec<MonthMetrics>,
    /// Records and fields that could not be read.
    pub findings: Vec<RecordFinding>,
    /// How many records the whole list holds, where the vendor says so; for a progress bar.
    pub expected: Option<u64>,
}

impl Page {
    /// Records on this page, readable or not.
    pub fn seen(&self) -> usize {
        let quarantined = |finding: &&RecordFinding| finding.effect == RecordEffect::Quarantined;
        self.observations.len() + self.events.len() + self.findings.iter().filter(quarantined).count()
    }
}

/// Whom something is about, in the vendor's own numbering.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// What kind of record it is; ids are unique within a kind.
    pub kind: SubjectKind,
    /// The vendor's id.
    pub id: String,
}

/// Kinds of records that customers are known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// Somebody with an address.
    Person,
    /// A company, which several people may belong to.
    Company,
    /// An account that is billed; a person or a company, the vendor does not tell.
    Account,
}

impl SubjectKind {
    /// The record of this kind with this id.
    pub fn id(self, id: impl Into<String>) -> Subject {
        Subject {
            kind: self,
            id: id.into(),
        }
    }
}

/// What one list of a source says about one record, complete: a field that an earlier observation of the same list had
/// and this one lacks is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Short name of the source, such as `intercom`.
    pub source: String,
    /// The list it came from, such as `contacts`.
    pub feed: String,
    /// Whom it is about.
    pub subject: Subject,
    /// Other ids under which the vendor knew the same record before a merge.
    pub former_ids: Vec<String>,
    /// Records it belongs to: a person's companies, a contact's paying account.
    pub belongs_to: Vec<Subject>,
    /// Every address, the main one first, none twice.
    pub emails: Vec<Email>,
    /// Name of the person, or of the account.
    pub name: Option<String>,
    /// Name of the company.
    pub company: Option<String>,
    /// Everything else, by name.
    pub fields: Vec<Field>,
    /// Whether the vendor still has it.
    pub presence: Presence,
    /// When the vendor last changed it.
    pub updated_at: Option<Timestamp>,
}

impl Observation {
    /// About `subject`, with nothing known yet.
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

    /// Adds an address, unless there is none or it is there already.
    pub fn add_email(&mut self, email: Option<Email>) {
        self.emails.extend(email.filter(|email| !self.emails.contains(email)));
    }

    /// Adds a field, unless its value is unknown.
    pub fn add(&mut self, name: FieldName, value: Option<impl Into<FieldValue>>) {
        self.fields.extend(value.map(|value| Field {
            name,
            value: value.into(),
        }));
    }

    /// The value of a field.
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
    /// It is there.
    Present,
    /// It was deleted or archived.
    Removed,
}

/// A fact with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Which fact.
    pub name: FieldName,
    /// What it is.
    pub value: FieldValue,
}

/// Names of facts. Facts that several sources know share a name; the rest keep the vendor's own.
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
    /// First known to the vendor.
    CreatedAt,
    /// Signed up for the product.
    SignedUpAt,
    /// Last seen using the product.
    LastSeenAt,
    /// Last wrote to the company.
    LastRepliedAt,
    /// Paying since.
    CustomerSince,
    /// Who looks after the customer.
    AccountManager,
    /// That person's address.
    AccountManagerEmail,
    /// Where the customer stands, such as `customer` or `opportunity`.
    LifecycleStage,
    /// Name of what they pay for.
    Plan,
    /// State of the subscription in the vendor's words, such as `Active`.
    SubscriptionStatus,
    /// Whether a payment is overdue.
    Delinquent,
    /// Revenue a month.
    Mrr,
    /// Revenue a year.
    Arr,
    /// Times they logged in within 30 days.
    Logins,
    /// Credits used or left, as the in-house dashboard defines it.
    Credits,
    /// Exports made, as the in-house dashboard defines it.
    Exports,
    /// A fact of this vendor only, under the vendor's name for it.
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
    /// The name as it is stored.
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

/// What a fact is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldValue {
    /// Words.
    Text(String),
    /// A number without a unit.
    Number(Decimal),
    /// Yes or no.
    Flag(bool),
    /// An instant.
    Time(Timestamp),
    /// Money.
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

/// As a spreadsheet cell would show it.
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

/// Figures of the whole business at the end of a month, as the vendor computed them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonthMetrics {
    /// Short name of the source.
    pub source: String,
    /// Last day of the month that the figures describe.
    pub date: Date,
    /// Currency of the amounts.
    pub currency: Option<Currency>,
    /// Revenue a month.
    pub mrr: Option<Decimal>,
    /// Revenue a year.
    pub arr: Option<Decimal>,
    /// Revenue a month for each customer.
    pub arpa: Option<Decimal>,
    /// What a customer is expected to pay in all.
    pub ltv: Option<Decimal>,
    /// Paying customers.
    pub customers: Option<Decimal>,
    /// Customers lost, in per cent: 2.85 means 2.85 %.
    pub customer_churn_rate: Option<Decimal>,
    /// Net revenue lost, in per cent; negative when more was gained than lost.
    pub mrr_churn_rate: Option<Decimal>,
}

/// A record, or a field of one, that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordFinding {
    /// Short name of the source.
    pub source: String,
    /// The list it stands in.
    pub feed: String,
    /// Its id, or where on the page it stands when it has none.
    pub record: String,
    /// The field, as a path such as `/email`; `None` when it is about the whole record.
    pub field: Option<String>,
    /// What is wrong, in one sentence.
    pub reason: String,
    /// What it means for the customer.
    pub effect: RecordEffect,
}

impl RecordFinding {
    /// About nothing yet; source and list are put in when the page is signed.
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

/// What a finding means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordEffect {
    /// The record is left out; the others on its page are not.
    Quarantined,
    /// The record came through without this field.
    FieldLeftOut,
    /// A whole list is left out, because the key may not read it or the plan lacks it.
    FeedLeftOut,
}
