//! Score formula: weights, curves and penalties.

use std::{collections::BTreeMap, sync::LazyLock};

use rust_decimal::Decimal;

use super::{
    component::{Component, Penalty},
    curve::Curve,
    facts::Payment,
    points::Points,
};

/// Weights, curves and penalties of the score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula {
    /// Version, stored with every score, so that scores of different versions are not compared unnoticed.
    pub version: String,
    /// Weights in percent; a component without one does not count.
    pub weights: BTreeMap<Component, Decimal>,
    /// Points that each penalty deducts.
    pub penalties: BTreeMap<Penalty, Points>,
    /// By days since the last activity.
    pub activity: Curve,
    /// By the mean rating, 1 to 5.
    pub ratings: Curve,
    /// Weight of the ratings within the sentiment in percent, when the tone is known too.
    pub ratings_share: Decimal,
    /// By payment status.
    pub payment: BTreeMap<Payment, Points>,
    /// By logins in the last 30 days.
    pub logins: Curve,
    /// By months as a customer.
    pub tenure: Curve,
    /// By monthly revenue.
    pub mrr: Curve,
}

/// Incremented with every change of a weight, curve or penalty.
const VERSION: &str = "1";

static CURRENT: LazyLock<Formula> = LazyLock::new(|| Formula {
    version: VERSION.to_owned(),
    weights: [
        (Component::Activity, 25),
        (Component::Sentiment, 20),
        (Component::Payment, 20),
        (Component::Engagement, 15),
        (Component::Tenure, 10),
        (Component::Mrr, 10),
    ]
    .map(|(component, weight)| (component, Decimal::from(weight)))
    .into(),
    penalties: [
        (Penalty::CancelMention, 30_u8),
        (Penalty::PaymentDelinquent, 25),
        (Penalty::NoActivity, 20),
        (Penalty::CriticalTicket, 15),
    ]
    .map(|(penalty, points)| (penalty, points.into()))
    .into(),
    activity: Curve::through(&[(1, 100), (7, 85), (14, 70), (30, 40), (60, 0)]),
    ratings: Curve::through(&[(1, 0), (5, 100)]),
    ratings_share: Decimal::from(70),
    payment: [
        (Payment::Active, 100_u8),
        (Payment::Trialing, 80),
        (Payment::PastDue, 30),
        (Payment::Unpaid, 10),
        (Payment::Cancelled, 0),
    ]
    .map(|(payment, points)| (payment, points.into()))
    .into(),
    logins: Curve::through(&[(0, 0), (20, 100)]),
    tenure: Curve::through(&[(0, 20), (3, 55), (12, 85), (24, 100)]),
    mrr: Curve::through(&[(0, 0), (50, 25), (100, 40), (500, 75), (1000, 100)]),
});

impl Formula {
    /// The current formula, as documented in `docs/directives/health-score.md`.
    pub fn current() -> &'static Self {
        &CURRENT
    }

    /// Weight of a component in percent; zero when it does not count.
    pub fn weight(&self, component: Component) -> Decimal {
        self.weights.get(&component).copied().unwrap_or_default()
    }

    /// Copy of the formula with other weights, for a preview.
    ///
    /// # Errors
    /// A message that names the weight outside 0 to 100, or says that all are zero.
    pub fn with_weights(&self, weights: &[(Component, Decimal)]) -> Result<Self, String> {
        let mut formula = self.clone();
        for (component, weight) in weights {
            if *weight < Decimal::ZERO || *weight > Decimal::ONE_HUNDRED {
                return Err(format!(
                    "The weight of {} is {weight}; a number from 0 to 100 is expected.",
                    component.word()
                ));
            }
            formula.weights.insert(*component, weight.normalize());
        }
        if formula.weights.values().all(Decimal::is_zero) {
            return Err("Every weight is 0; at least one must be more.".to_owned());
        }
        if formula.weights != self.weights {
            formula.version = format!("{} with other weights", self.version);
        }
        Ok(formula)
    }
}
