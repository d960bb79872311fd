//! Formula preview: the customers who would change band under another formula.

pub(crate) mod answers;
pub(crate) mod page;
pub(crate) mod view;

use jiff::Zoned;
use serde::Serialize;

use crate::health::{
    rules::{band::HealthBand, facts::HealthFacts, score::score},
    weights::ScoreFormula,
};

/// A customer whose band would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BandChange<Key> {
    /// The customer.
    pub customer: Key,
    /// Score and band under the current formula; `None` without a score.
    pub now: Option<(u8, HealthBand)>,
    /// Score and band under the other formula.
    pub then: Option<(u8, HealthBand)>,
}

/// Customers whose band would change, largest loss first.
pub fn preview_formula<'a, Key>(
    customers: impl IntoIterator<Item = (Key, &'a HealthFacts)>,
    current: &ScoreFormula,
    other: &ScoreFormula,
    now: &Zoned,
) -> Vec<BandChange<Key>> {
    let scored =
        |facts: &HealthFacts, formula: &ScoreFormula| score(facts, formula, now).map(|score| (score.score, score.band));
    let changes = customers.into_iter().map(|(customer, facts)| BandChange {
        customer,
        now: scored(facts, current),
        then: scored(facts, other),
    });
    let band = |scored: Option<(u8, HealthBand)>| scored.map(|(_, band)| band);
    let mut changed: Vec<BandChange<Key>> = changes.filter(|change| band(change.now) != band(change.then)).collect();
    let gained = |change: &BandChange<Key>| {
        let number = |scored: Option<(u8, HealthBand)>| scored.map_or(0, |(score, _)| i16::from(score));
        number(change.then) - number(change.now)
    };
    changed.sort_by_key(gained);
    changed
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;
    use crate::health::rules::{PaymentStatus, ScoreComponent, fixture};

    #[test]
    fn only_who_changes_band_is_listed_and_the_deepest_fall_first() {
        let well = fixture::well();
        let late = HealthFacts {
            payment: fixture::payment(PaymentStatus::PastDue),
            ..fixture::well()
        };
        let broke = HealthFacts {
            payment: fixture::payment(PaymentStatus::Unpaid),
            ..fixture::well()
        };
        let current = ScoreFormula::current();
        let other = current
            .with_weights(&[(ScoreComponent::Payment, Decimal::ONE_HUNDRED)])
            .expect("weights");
        let customers = [("well", &well), ("late", &late), ("broke", &broke)];
        let changed = preview_formula(customers, current, &other, &fixture::now());
        let names: Vec<&str> = changed.iter().map(|change| change.customer).collect();
        assert_eq!(names, ["broke", "late"]);
        assert!(preview_formula(customers, current, current, &fixture::now()).is_empty());
    }

    #[test]
    fn weights_that_mean_nothing_are_refused() {
        let current = ScoreFormula::current();
        for (weights, told) in [
            (vec![(ScoreComponent::Mrr, Decimal::NEGATIVE_ONE)], "mrr"),
            (vec![(ScoreComponent::Mrr, Decimal::from(101))], "101"),
            (
                ScoreComponent::ALL.map(|component| (component, Decimal::ZERO)).to_vec(),
                "Every weight",
            ),
        ] {
            let refusal = current.with_weights(&weights).expect_err("refused");
            assert!(refusal.contains(told), "{refusal}");
        }
        assert_eq!(current.with_weights(&[]).as_ref(), Ok(current));
    }
}
