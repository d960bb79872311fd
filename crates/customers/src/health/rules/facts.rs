//! Facts: the inputs of the health score.

use jiff::{SignedDuration, Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A value with its source and age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourcedFact<T> {
    /// The value.
    pub value: T,
    /// Short name of the source, such as `stripe`.
    pub source: String,
    /// Time of the last change at the source; time of reading when the source does not say.
    pub at: Option<Timestamp>,
}

impl<T> SourcedFact<T> {
    /// A value from a source at a time.
    pub fn new(value: T, source: impl Into<String>, at: Option<Timestamp>) -> Self {
        let source = source.into();
        Self { value, source, at }
    }
}

/// All inputs of the score. Unknown values are `None` or empty, never zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HealthFacts {
    /// Last activity in the product.
    pub last_seen: Option<SourcedFact<Timestamp>>,
    /// Ratings of conversations, of any age.
    pub ratings: Vec<SourcedFact<RatingFact>>,
    /// Tone of messages in the last 90 days, from 0 (bad) to 100 (good).
    pub tone: Option<SourcedFact<Decimal>>,
    /// Payment status.
    pub payment: Option<SourcedFact<PaymentStatus>>,
    /// Whether a payment is overdue, when a source reports it apart from the payment status.
    pub delinquent: Option<SourcedFact<bool>>,
    /// Logins in the last 30 days.
    pub logins: Option<SourcedFact<Decimal>>,
    /// Completed share of the onboarding, 0 to 1.
    pub onboarding: Option<SourcedFact<Decimal>>,
    /// First day as a customer.
    pub customer_since: Option<SourcedFact<Date>>,
    /// Monthly revenue, in the reporting currency.
    pub mrr: Option<SourcedFact<Decimal>>,
    /// Mentions of cancellation, without those that were dismissed.
    pub cancel_mentions: Vec<CancelMention>,
    /// Titles of open tickets of the highest priority.
    pub critical_tickets: Vec<SourcedFact<String>>,
}

/// A customer's rating of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RatingFact {
    /// Stars from 1 (bad) to 5 (good); values outside are clamped.
    pub stars: u8,
    /// Time of the rating.
    pub at: Timestamp,
}

/// A sentence in which a customer mentions cancelling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelMention {
    /// Stable id, derived from the sentence and its event.
    pub id: String,
    /// Quoted sentence.
    pub quote: String,
    /// Time of the message.
    pub at: Timestamp,
    /// Short name of the source.
    pub source: String,
    /// Id of the event that contains it.
    pub event: String,
}

/// Time for which a mention of cancellation counts.
pub const MENTION_VALIDITY: SignedDuration = SignedDuration::from_hours(180 * 24);

impl CancelMention {
    /// Whether the mention still counts. A time in the future counts as now.
    pub fn holds(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) <= MENTION_VALIDITY
    }
}

/// Payment status of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Pays regularly.
    Active,
    /// In a trial period.
    Trialing,
    /// The last payment failed and is being retried.
    PastDue,
    /// Payments failed and are no longer retried.
    Unpaid,
    /// The subscription ended.
    Cancelled,
}

impl PaymentStatus {
    /// Every status, best first.
    pub const ALL: [Self; 5] = [
        Self::Active,
        Self::Trialing,
        Self::PastDue,
        Self::Unpaid,
        Self::Cancelled,
    ];

    /// Parses a vendor's value, such as `past_due`, `Past due` or `canceled`. `None` for values that are no payment
    /// status, such as `incomplete` or `lead`.
    pub fn parse(word: &str) -> Option<Self> {
        match word.trim().to_lowercase().replace([' ', '-'], "_").as_str() {
            "active" | "paid" => Some(Self::Active),
            "trialing" | "trialling" | "trial" | "on_trial" | "in_trial" => Some(Self::Trialing),
            "past_due" | "overdue" => Some(Self::PastDue),
            "unpaid" | "uncollectible" => Some(Self::Unpaid),
            "canceled" | "cancelled" | "churned" | "expired" | "ended" => Some(Self::Cancelled),
            _ => None,
        }
    }

    /// Display name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Trialing => "trialing",
            Self::PastDue => "past due",
            Self::Unpaid => "unpaid",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether money is owed.
    pub fn is_delinquent(self) -> bool {
        matches!(self, Self::PastDue | Self::Unpaid)
    }
}
