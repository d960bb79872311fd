//! Measured facts behind a component, as displayed.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Serialize, Serializer};

use crate::health::rules::facts::PaymentStatus;

/// A fact as it entered the formula.
#[derive(Clone, Debug, PartialEq)]
pub enum MeasuredFact {
    /// Days since the last activity.
    DaysSinceSeen(i64),
    /// Ratings and messages of the last 90 days.
    Sentiment {
        /// Number of ratings and their mean, 1 to 5.
        ratings: Option<(usize, Decimal)>,
        /// Tone of messages, 0 to 100.
        tone: Option<Decimal>,
    },
    /// Payment status.
    Payment(PaymentStatus),
    /// Product usage.
    Engagement {
        /// Logins in the last 30 days.
        logins: Option<Decimal>,
        /// Completed share of the onboarding.
        onboarding: Option<Decimal>,
    },
    /// Months as a customer.
    Months(Decimal),
    /// Monthly revenue.
    Mrr(Decimal),
}

fn rounded(number: Decimal) -> Decimal {
    number
        .round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero)
        .normalize()
}

fn count_with_noun(number: Decimal, one: &str, several: &str) -> String {
    let number = rounded(number);
    let noun = if number == Decimal::ONE { one } else { several };
    format!("{number} {noun}")
}

impl fmt::Display for MeasuredFact {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::DaysSinceSeen(0) => "active today".to_owned(),
            Self::DaysSinceSeen(1) => "active yesterday".to_owned(),
            Self::DaysSinceSeen(days) => format!("active {days} days ago"),
            Self::Sentiment { ratings, tone } => {
                let ratings = ratings.map(|(count, mean)| {
                    format!(
                        "rated {} of 5 ({})",
                        rounded(mean),
                        count_with_noun(count.into(), "rating", "ratings")
                    )
                });
                join_parts(ratings, tone.map(|tone| format!("tone {} of 100", rounded(tone))))
            }
            Self::Payment(payment) => payment.word().to_owned(),
            Self::Engagement { logins, onboarding } => {
                let logins = logins.map(|logins| format!("{} in 30 days", count_with_noun(logins, "login", "logins")));
                let done = |share: Decimal| format!("onboarding {}% done", rounded(share * Decimal::ONE_HUNDRED));
                join_parts(logins, onboarding.map(done))
            }
            Self::Months(months) => count_with_noun(*months, "month", "months"),
            Self::Mrr(mrr) => format!("{} a month", mrr.round_dp(2).normalize()),
        };
        formatter.write_str(&text)
    }
}

fn join_parts(one: Option<String>, other: Option<String>) -> String {
    let parts: Vec<String> = one.into_iter().chain(other).collect();
    parts.join(", ")
}

/// Serialised as displayed.
impl Serialize for MeasuredFact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
