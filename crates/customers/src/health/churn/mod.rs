//! Churn risk: the probability that a customer leaves, from 0 to 1.
//!
//! With enough history the risk comes from a logistic regression ([`model`]) on the components of the health score
//! ([`training`]), otherwise from a heuristic. [`ChurnRisk`] says which.
//!
//! [`evaluation`] measures the regression on any table by five-fold cross-validation, with the same encoding
//! ([`encoding`]) and fitting code as in production.

pub mod csv;
pub(crate) mod encoding;
pub mod evaluation;
pub(crate) mod examples;
pub(crate) mod metrics;
pub(crate) mod model;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod training;

use schemars::JsonSchema;
use serde::Serialize;

use crate::health::rules::HealthScore;

/// Origin of a risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChurnBasis {
    /// A regression on the company's own history.
    Model,
    /// The heuristic: the history is too short for a regression.
    Heuristic,
}

/// Churn risk of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ChurnRisk {
    /// Probability of leaving, 0 to 1.
    pub chance: f64,
    /// Origin of the probability.
    pub basis: ChurnBasis,
}

/// Churn probability of a score, on a logistic curve through 2 % at 100 points and 50 % at 30. It is not calibrated on
/// this company's data: it ranks like the score and is labelled as a heuristic.
pub fn heuristic_risk(score: &HealthScore) -> ChurnRisk {
    // ln(0.02 / 0.98) at 100 and 0 at 30.
    let slope = (0.98_f64 / 0.02).ln() / 70.0;
    let sum = slope * (30.0 - f64::from(score.score));
    ChurnRisk {
        chance: 1.0 / (1.0 + (-sum).exp()),
        basis: ChurnBasis::Heuristic,
    }
}
