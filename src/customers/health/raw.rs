//! Measured facts behind a component, as displayed.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Serialize, Serializer};

use super::facts::Payment;

/// A fact as it entered the formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
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
    Payment(Payment),
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

fn shown(number: Decimal) -> Decimal {
    number
        .round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero)
        .normalize()
}

fn counted(number: Decimal, one: &str, several: &str) -> String {
    let number = shown(number);
    let noun = if number == Decimal::ONE { one } else { several };
    format!("{number} {noun}")
}

impl fmt::Display for Raw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::DaysSinceSeen(0) => "active today".to_owned(),
            Self::DaysSinceSeen(1) => "active yesterday".to_owned(),
            Self::DaysSinceSeen(days) => format!("active {days} days ago"),
            Self::Sentiment { ratings, tone } => {
                let ratings = ratings.map(|(count, mean)| {
                    format!(
                        "rated {} of 5 ({})",
                        shown(mean),
                        counted(count.into(), "rating", "ratings")
                    )
                });
                both(ratings, tone.map(|tone| format!("tone {} of 100", shown(tone))))
            }
            Self::Payment(payment) => payment.word().to_owned(),
            Self::Engagement { logins, onboarding } => {
                let logins = logins.map(|logins| format!("{} in 30 days", counted(logins, "login", "logins")));
                let done = |share: Decimal| format!("onboarding {}% done", shown(share * Decimal::ONE_HUNDRED));
                both(logins, onboarding.map(done))
            }
            Self::Months(months) => counted(*months, "month", "months"),
            Self::Mrr(mrr) => format!("{} a month", mrr.round_dp(2).normalize()),
        };
        formatter.write_str(&text)
    }
}

fn both(one: Option<String>, other: Option<String>) -> String {
    let parts: Vec<String> = one.into_iter().chain(other).collect();
    parts.join(", ")
}

/// Serialised as displayed.
impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
