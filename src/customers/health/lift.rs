//! Next best action: the single change that would move a customer into a better band, found by trial.

use std::fmt;

use jiff::Zoned;
use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    band::Band,
    facts::{Facts, Known, Payment, Rating},
    formula::Formula,
    score::score,
};

/// A possible improvement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "logins")]
pub enum Remedy {
    /// All critical tickets are closed.
    TicketsClosed,
    /// The overdue payment is settled.
    PaymentSettled,
    /// The customer no longer considers cancelling.
    StaysAfterAll,
    /// The customer uses the product today.
    SeenToday,
    /// The onboarding is completed.
    OnboardingDone,
    /// The customer logs in this many times in 30 days; the lowest number that suffices.
    LoggedIn(u8),
    /// The next rating is the best.
    RatedBest,
}

/// Display text.
impl fmt::Display for Remedy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TicketsClosed => formatter.write_str("the critical tickets are closed"),
            Self::PaymentSettled => formatter.write_str("the payment is settled"),
            Self::StaysAfterAll => formatter.write_str("they decide to stay"),
            Self::SeenToday => formatter.write_str("they are seen today"),
            Self::OnboardingDone => formatter.write_str("the onboarding is finished"),
            Self::LoggedIn(logins) => write!(formatter, "they log in {logins} times in 30 days"),
            Self::RatedBest => formatter.write_str("their next rating is 5 of 5"),
        }
    }
}

/// Logins in 30 days beyond which the curve is flat.
const MOST_LOGINS: u8 = 20;

/// An improvement and the resulting score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Lift {
    /// The improvement.
    pub remedy: Remedy,
    /// Resulting score.
    pub score: u8,
    /// Resulting band.
    pub band: Band,
}

/// The first improvement, in the order of the enum, that alone moves the customer into a better band. `None` without
/// one, without a score or in the best band. Unknown facts stay unknown.
pub fn lift(facts: &Facts, formula: &Formula, now: &Zoned) -> Option<Lift> {
    let today = score(facts, formula, now)?;
    let remedies = [
        Remedy::TicketsClosed,
        Remedy::PaymentSettled,
        Remedy::StaysAfterAll,
        Remedy::SeenToday,
        Remedy::OnboardingDone,
    ];
    let logins = (1..=MOST_LOGINS).map(Remedy::LoggedIn);
    let mut tried = remedies.into_iter().chain(logins).chain([Remedy::RatedBest]);
    tried.find_map(|remedy| {
        let then = score(&applied(remedy, facts, now)?, formula, now)?;
        (then.band > today.band).then_some(Lift {
            remedy,
            score: then.score,
            band: then.band,
        })
    })
}

/// Facts after an improvement; `None` when it does not apply.
fn applied(remedy: Remedy, facts: &Facts, now: &Zoned) -> Option<Facts> {
    let mut after = facts.clone();
    match remedy {
        Remedy::TicketsClosed => after.critical_tickets.clear(),
        Remedy::StaysAfterAll => after.cancel_mentions.clear(),
        Remedy::PaymentSettled => {
            after.delinquent = None;
            if let Some(payment) = after.payment.as_mut().filter(|payment| payment.value.is_delinquent()) {
                payment.value = Payment::Active;
            }
        }
        Remedy::SeenToday => after.last_seen.as_mut()?.value = now.timestamp(),
        Remedy::OnboardingDone => after.onboarding.as_mut()?.value = Decimal::ONE,
        Remedy::LoggedIn(logins) => {
            let known = after.logins.as_mut()?;
            known.value = known.value.max(Decimal::from(logins));
        }
        Remedy::RatedBest => {
            let rating = Rating {
                stars: 5,
                at: now.timestamp(),
            };
            let source = after.ratings.first()?.source.clone();
            after.ratings.push(Known::new(rating, source, Some(now.timestamp())));
        }
    }
    (after != *facts).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::{super::fixture, *};

    #[test]
    fn the_first_change_that_suffices_is_found_by_trying() {
        let now = fixture::now();
        let late = Facts {
            payment: fixture::payment(Payment::PastDue),
            ..fixture::well()
        };
        let lift = lift(&late, Formula::current(), &now).expect("a lift");
        assert_eq!(lift.remedy, Remedy::PaymentSettled);
        let well = score(&fixture::well(), Formula::current(), &now).expect("a score");
        assert_eq!((lift.score, lift.band), (well.score, well.band));
    }

    #[test]
    fn of_logins_the_least_number_is_told() {
        let now = fixture::now();
        let facts = Facts {
            logins: Some(Known::new(Decimal::ZERO, "dashboard", None)),
            mrr: Some(Known::new(Decimal::from(500), "stripe", None)),
            ..Facts::default()
        };
        let found = lift(&facts, Formula::current(), &now).expect("a lift");
        let Remedy::LoggedIn(logins) = found.remedy else {
            panic!("{found:?}");
        };
        let with = |logins: u8| {
            let facts = applied(Remedy::LoggedIn(logins), &facts, &now).expect("a change");
            score(&facts, Formula::current(), &now).expect("a score").band
        };
        assert_eq!(with(logins), found.band);
        assert_eq!(with(logins - 1), Band::HighRisk);
    }

    #[test]
    fn who_is_healthy_or_unknown_needs_no_lift_and_some_have_none() {
        let now = fixture::now();
        assert_eq!(lift(&fixture::well(), Formula::current(), &now), None);
        assert_eq!(lift(&Facts::default(), Formula::current(), &now), None);
        let poor = Facts {
            mrr: Some(Known::new(Decimal::ZERO, "stripe", None)),
            ..Facts::default()
        };
        assert_eq!(lift(&poor, Formula::current(), &now), None);
    }
}
