//! Score formula: weights, curves and penalties.

use std::{collections::BTreeMap, sync::LazyLock};

use rust_decimal::Decimal;

use crate::health::rules::{
    component::{ScoreComponent, ScorePenalty},
    curve::ScoreCurve,
    facts::PaymentStatus,
    points::ScorePoints,
};

/// Weights, curves and penalties of the score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreFormula {
    /// Version, stored with every score, so that scores of different versions are not compared unnoticed.
    pub version: String,
    /// Weights in percent; a component without one does not count.
    pub weights: BTreeMap<ScoreComponent, Decimal>,
    /// Points that each penalty deducts.
    pub penalties: BTreeMap<ScorePenalty, ScorePoints>,
    /// By days since the last activity.
    pub activity: ScoreCurve,
    /// By the mean rating, 1 to 5.
    pub ratings: ScoreCurve,
    /// Weight of the ratings within the sentiment in percent, when the tone is known too.
    pub ratings_weight: Decimal,
    /// By payment status.
    pub payment: BTreeMap<PaymentStatus, ScorePoints>,
    /// By logins in the last 30 days.
    pub logins: ScoreCurve,
    /// By months as a customer.
    pub tenure: ScoreCurve,
    /// By monthly revenue.
    pub mrr: ScoreCurve,
}

/// Incremented with every change of a weight, curve or penalty.
const FORMULA_VERSION: &str = "1";

static CURRENT_FORMULA: LazyLock<ScoreFormula> = LazyLock::new(|| ScoreFormula {
    version: FORMULA_VERSION.to_owned(),
    weights: [
        (ScoreComponent::Activity, 25),
        (ScoreComponent::Sentiment, 20),
        (ScoreComponent::Payment, 20),
        (ScoreComponent::Engagement, 15),
        (ScoreComponent::Tenure, 10),
        (ScoreComponent::Mrr, 10),
    ]
    .map(|(component, weight)| (component, Decimal::from(weight)))
    .into(),
    penalties: [
        (ScorePenalty::CancelMention, 30_u8),
        (ScorePenalty::PaymentDelinquent, 25),
        (ScorePenalty::NoActivity, 20),
        (ScorePenalty::CriticalTicket, 15),
    ]
    .map(|(penalty, points)| (penalty, points.into()))
    .into(),
    activity: ScoreCurve::through(&[(1, 100), (7, 85), (14, 70), (30, 40), (60, 0)]),
    ratings: ScoreCurve::through(&[(1, 0), (5, 100)]),
    ratings_weight: Decimal::from(70),
    payment: [
        (PaymentStatus::Active, 100_u8),
        (PaymentStatus::Trialing, 80),
        (PaymentStatus::PastDue, 30),
        (PaymentStatus::Unpaid, 10),
        (PaymentStatus::Cancelled, 0),
    ]
    .map(|(payment, points)| (payment, points.into()))
    .into(),
    logins: ScoreCurve::through(&[(0, 0), (20, 100)]),
    tenure: ScoreCurve::through(&[(0, 20), (3, 55), (12, 85), (24, 100)]),
    mrr: ScoreCurve::through(&[(0, 0), (50, 25), (100, 40), (500, 75), (1000, 100)]),
});

impl ScoreFormula {
    /// The current formula, as documented in `docs/directives/health-score.md`.
    pub fn current() -> &'static Self {
        &CURRENT_FORMULA
    }

    /// Weight of a component in percent; zero when it does not count.
    pub fn weight(&self, component: ScoreComponent) -> Decimal {
        self.weights.get(&component).copied().unwrap_or_default()
    }

    /// Copy of the formula with other weights, for a preview.
    ///
    /// # Errors
    /// A message that names the weight outside 0 to 100, or says that all are zero.
    pub fn with_weights(&self, weights: &[(ScoreComponent, Decimal)]) -> Result<Self, String> {
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
