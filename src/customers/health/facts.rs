//! What is known of a customer, as far as the score asks.

use jiff::{SignedDuration, Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Something that a source told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Known<T> {
    /// What it told.
    pub value: T,
    /// Short name of the source, such as `stripe`.
    pub source: String,
    /// When the source last changed it, or when it was read where the source does not tell.
    pub at: Option<Timestamp>,
}

impl<T> Known<T> {
    /// Told by a source at a time.
    pub fn new(value: T, source: impl Into<String>, at: Option<Timestamp>) -> Self {
        let source = source.into();
        Self { value, source, at }
    }
}

/// Everything that the score asks; what nobody told is `None` or empty, never zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// When they were last seen.
    pub last_seen: Option<Known<Timestamp>>,
    /// Ratings of conversations, of any age.
    pub ratings: Vec<Known<Rating>>,
    /// The tone of what they said within 90 days, 0 bad to 100 good.
    pub tone: Option<Known<Decimal>>,
    /// How they pay.
    pub payment: Option<Known<Payment>>,
    /// Whether a payment is overdue, where a source says so apart from the standing.
    pub delinquent: Option<Known<bool>>,
    /// Logins within 30 days.
    pub logins: Option<Known<Decimal>>,
    /// How much of the onboarding is done, as a share of one.
    pub onboarding: Option<Known<Decimal>>,
    /// Since when they are a customer.
    pub customer_since: Option<Known<Date>>,
    /// What they pay a month, in the currency of the reports.
    pub mrr: Option<Known<Decimal>>,
    /// Where they spoke of leaving; those that a person dismissed are left out.
    pub cancel_mentions: Vec<CancelMention>,
    /// Titles of open tickets of the highest priority.
    pub critical_tickets: Vec<Known<String>>,
}

/// A customer's verdict on a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rating {
    /// From 1, bad, to 5, good; what lies outside counts as the nearest.
    pub stars: u8,
    /// When.
    pub at: Timestamp,
}

/// A sentence in which a customer speaks of leaving.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelMention {
    /// What the sentence is known by: the same sentence in the same place keeps it.
    pub id: String,
    /// The sentence.
    pub quote: String,
    /// When it was said.
    pub at: Timestamp,
    /// Short name of the source.
    pub source: String,
    /// Where it was said: the id of the event.
    pub event: String,
}

/// For how long a sentence about leaving counts.
pub const MENTION_HOLDS: SignedDuration = SignedDuration::from_hours(180 * 24);

impl CancelMention {
    /// Whether it still counts. One that a source dates into the future counts as said now.
    pub fn holds(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) <= MENTION_HOLDS
    }
}

/// How a customer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payment {
    /// Regularly.
    Active,
    /// Not yet.
    Trialing,
    /// The last payment failed, and is tried again.
    PastDue,
    /// Payments failed, and are not tried any more.
    Unpaid,
    /// Not any more.
    Cancelled,
}

impl Payment {
    /// Every standing, the best first.
    pub const ALL: [Self; 5] = [
        Self::Active,
        Self::Trialing,
        Self::PastDue,
        Self::Unpaid,
        Self::Cancelled,
    ];

    /// Reads the word of a vendor: `past_due`, `Past due`, `canceled`. `None` for words that say nothing of payment, such
    /// as `incomplete` or `lead`.
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

    /// The word for people.
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
