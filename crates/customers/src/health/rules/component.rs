//! Components and penalties of the health score.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A component that earns points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreComponent {
    /// Time since the last activity.
    Activity,
    /// Ratings and tone of support conversations.
    Sentiment,
    /// Payment status.
    Payment,
    /// Product usage.
    Engagement,
    /// Time as a customer.
    Tenure,
    /// Monthly revenue.
    Mrr,
}

impl ScoreComponent {
    /// Every component, in display order.
    pub const ALL: [Self; 6] = [
        Self::Activity,
        Self::Sentiment,
        Self::Payment,
        Self::Engagement,
        Self::Tenure,
        Self::Mrr,
    ];

    /// Value in the spreadsheet and in JSON.
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

    /// Parses a value.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|component| component.word() == word)
    }

    /// Reason shown when the component has no data.
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

    /// Recommended action for an account manager.
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

/// Display name.
impl fmt::Display for ScoreComponent {
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

/// A condition that deducts points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScorePenalty {
    /// The customer mentioned cancelling within 180 days.
    CancelMention,
    /// A payment is overdue.
    PaymentDelinquent,
    /// No activity for 30 days or more.
    NoActivity,
    /// A ticket of the highest priority is open.
    CriticalTicket,
}

impl ScorePenalty {
    /// Every penalty, most serious first.
    pub const ALL: [Self; 4] = [
        Self::CancelMention,
        Self::PaymentDelinquent,
        Self::NoActivity,
        Self::CriticalTicket,
    ];

    /// Value in the spreadsheet and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::CancelMention => "cancel_mention",
            Self::PaymentDelinquent => "payment_delinquent",
            Self::NoActivity => "no_activity",
            Self::CriticalTicket => "critical_ticket",
        }
    }

    /// Parses a value.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|penalty| penalty.word() == word)
    }

    /// Recommended action for an account manager.
    pub fn action(self) -> &'static str {
        match self {
            Self::CancelMention => "Call today: ask why they think of leaving and what would make them stay.",
            Self::PaymentDelinquent => "Ask billing to settle the open payment with them.",
            Self::NoActivity => "Call them: ask what keeps them from the product.",
            Self::CriticalTicket => "See that the ticket is worked on now, and tell the customer who works on it.",
        }
    }
}

/// Display name.
impl fmt::Display for ScorePenalty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::CancelMention => "Cancel mention",
            Self::PaymentDelinquent => "Payment delinquent",
            Self::NoActivity => "No activity for 30 days",
            Self::CriticalTicket => "Open critical ticket",
        })
    }
}
