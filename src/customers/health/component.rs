//! What the score is made of.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A part of the score that earns points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Component {
    /// How long ago the customer was last seen.
    Activity,
    /// What they say to support.
    Sentiment,
    /// Whether they pay.
    Payment,
    /// How much they use the product.
    Engagement,
    /// How long they have been a customer.
    Tenure,
    /// What they pay a month.
    Mrr,
}

impl Component {
    /// Every component, as people read them.
    pub const ALL: [Self; 6] = [
        Self::Activity,
        Self::Sentiment,
        Self::Payment,
        Self::Engagement,
        Self::Tenure,
        Self::Mrr,
    ];

    /// The word in the spreadsheet and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Activity => "activity",
            Self::Sentiment => "sentiment",
            Self::Payment => "payment",
            Self::Engagement => "engagement",
            Self::Tenure => "tenure",
            Self::Mrr => "mrr",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|component| component.word() == word)
    }

    /// What nobody told when the component is missing.
    pub fn missing(self) -> &'static str {
        match self {
            Self::Activity => "no source says when they were last seen",
            Self::Sentiment => "no rating and no words of theirs within 90 days",
            Self::Payment => "no source says how they pay",
            Self::Engagement => "no source counts logins or onboarding",
            Self::Tenure => "no source says since when they are a customer",
            Self::Mrr => "no source says what they pay in the currency of the sums",
        }
    }

    /// What an account manager does about it first.
    pub fn action(self) -> &'static str {
        match self {
            Self::Activity => "Call them: ask what keeps them from the product.",
            Self::Sentiment => "Read the last conversations and answer in person.",
            Self::Payment => "Ask billing to settle the open payment with them.",
            Self::Engagement => "Offer a training session on what they do not use yet.",
            Self::Tenure => "Keep to the onboarding plan: welcome call, first result, first review.",
            Self::Mrr => "Show what the next plan would bring them.",
        }
    }
}

/// For people.
impl fmt::Display for Component {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Activity => "Activity recency",
            Self::Sentiment => "Support sentiment",
            Self::Payment => "Payment health",
            Self::Engagement => "Engagement",
            Self::Tenure => "Tenure",
            Self::Mrr => "MRR",
        })
    }
}

/// Something that costs points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Penalty {
    /// They spoke of leaving within 180 days.
    CancelMention,
    /// A payment is overdue.
    PaymentDelinquent,
    /// Not seen for 30 days or more.
    NoActivity,
    /// A ticket of the highest priority is open.
    CriticalTicket,
}

impl Penalty {
    /// Every penalty, the hardest first.
    pub const ALL: [Self; 4] = [
        Self::CancelMention,
        Self::PaymentDelinquent,
        Self::NoActivity,
        Self::CriticalTicket,
    ];

    /// The word in the spreadsheet and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::CancelMention => "cancel_mention",
            Self::PaymentDelinquent => "payment_delinquent",
            Self::NoActivity => "no_activity",
            Self::CriticalTicket => "critical_ticket",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|penalty| penalty.word() == word)
    }

    /// What an account manager does about it first.
    pub fn action(self) -> &'static str {
        match self {
            Self::CancelMention => "Call today: ask why they think of leaving and what would make them stay.",
            Self::PaymentDelinquent => "Ask billing to settle the open payment with them.",
            Self::NoActivity => "Call them: ask what keeps them from the product.",
            Self::CriticalTicket => "See that the ticket is worked on now, and tell the customer who works on it.",
        }
    }
}

/// For people.
impl fmt::Display for Penalty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::CancelMention => "Cancel mention",
            Self::PaymentDelinquent => "Payment delinquent",
            Self::NoActivity => "No activity for 30 days",
            Self::CriticalTicket => "Open critical ticket",
        })
    }
}
