//! Next best action: the single change that would move a customer into a better band, found by trial.

use std::fmt;

use jiff::Zoned;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::health::{
    rules::{
        band::HealthBand,
        facts::{HealthFacts, PaymentStatus, RatingFact, SourcedFact},
        score::score,
    },
    weights::ScoreFormula,
};

/// A possible improvement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "logins")]
pub enum Improvement {
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
impl fmt::Display for Improvement {
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
const MAX_LOGINS: u8 = 20;

/// An improvement and the resulting score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NextBestAction {
    /// The improvement.
    pub remedy: Improvement,
    /// Resulting score.
    pub score: u8,
    /// Resulting band.
    pub band: HealthBand,
}

/// The first improvement, in the order of the enum, that alone moves the customer into a better band. `None` without
/// one, without a score or in the best band. Unknown facts stay unknown.
pub fn next_best_action(facts: &HealthFacts, formula: &ScoreFormula, now: &Zoned) -> Option<NextBestAction> {
    let today = score(facts, formula, now)?;
    let remedies = [
        Improvement::TicketsClosed,
        Improvement::PaymentSettled,
        Improvement::StaysAfterAll,
        Improvement::SeenToday,
        Improvement::OnboardingDone,
    ];
    let logins = (1..=MAX_LOGINS).map(Improvement::LoggedIn);
    let mut tried = remedies.into_iter().chain(logins).chain([Improvement::RatedBest]);
    tried.find_map(|remedy| {
        let then = score(&apply_improvement(remedy, facts, now)?, formula, now)?;
        (then.band > today.band).then_some(NextBestAction {
            remedy,
            score: then.score,
            band: then.band,
        })
    })
}

/// Facts after an improvement; `None` when it does not apply.
fn apply_improvement(remedy: Improvement, facts: &HealthFacts, now: &Zoned) -> Option<HealthFacts> {
    let mut after = facts.clone();
    match remedy {
        Improvement::TicketsClosed => after.critical_tickets.clear(),
        Improvement::StaysAfterAll => after.cancel_mentions.clear(),
        Improvement::PaymentSettled => {
            after.delinquent = None;
            if let Some(payment) = after.payment.as_mut().filter(|payment| payment.value.is_delinquent()) {
                payment.value = PaymentStatus::Active;
            }
        }
        Improvement::SeenToday => after.last_seen.as_mut()?.value = now.timestamp(),
        Improvement::OnboardingDone => after.onboarding.as_mut()?.value = Decimal::ONE,
        Improvement::LoggedIn(logins) => {
            let known = after.logins.as_mut()?;
            known.value = known.value.max(Decimal::from(logins));
        }
        Improvement::RatedBest => {
            let rating = RatingFact {
                stars: 5,
                at: now.timestamp(),
            };
            let source = after.ratings.first()?.source.clone();
            after
                .ratings
                .push(SourcedFact::new(rating, source, Some(now.timestamp())));
        }
    }
    (after != *facts).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::rules::fixture;

    #[test]
    fn the_first_change_that_suffices_is_found_by_trying() {
        let now = fixture::now();
        let late = HealthFacts {
            payment: fixture::payment(PaymentStatus::PastDue),
            ..fixture::well()
        };
        let action = next_best_action(&late, ScoreFormula::current(), &now).expect("a lift");
        assert_eq!(action.remedy, Improvement::PaymentSettled);
        let well = score(&fixture::well(), ScoreFormula::current(), &now).expect("a score");
        assert_eq!((action.score, action.band), (well.score, well.band));
    }

    #[test]
    fn of_logins_the_least_number_is_told() {
        let now = fixture::now();
        let facts = HealthFacts {
            logins: Some(SourcedFact::new(Decimal::ZERO, "dashboard", None)),
            mrr: Some(SourcedFact::new(Decimal::from(500), "stripe", None)),
            ..HealthFacts::default()
        };
        let found = next_best_action(&facts, ScoreFormula::current(), &now).expect("a lift");
        let Improvement::LoggedIn(logins) = found.remedy else {
            panic!("{found:?}");
        };
        let with = |logins: u8| {
            let facts = apply_improvement(Improvement::LoggedIn(logins), &facts, &now).expect("a change");
            score(&facts, ScoreFormula::current(), &now).expect("a score").band
        };
        assert_eq!(with(logins), found.band);
        assert_eq!(with(logins - 1), HealthBand::HighRisk);
    }

    #[test]
    fn who_is_healthy_or_unknown_needs_no_lift_and_some_have_none() {
        let now = fixture::now();
        assert_eq!(next_best_action(&fixture::well(), ScoreFormula::current(), &now), None);
        assert_eq!(
            next_best_action(&HealthFacts::default(), ScoreFormula::current(), &now),
            None
        );
        let poor = HealthFacts {
            mrr: Some(SourcedFact::new(Decimal::ZERO, "stripe", None)),
            ..HealthFacts::default()
        };
        assert_eq!(next_best_action(&poor, ScoreFormula::current(), &now), None);
    }
}
