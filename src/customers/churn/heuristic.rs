//! Heuristic churn risk, used until there is enough history for a model.

use super::{Basis, Risk};
use crate::customers::health::Score;

/// Churn probability of a score, on a logistic curve through 2 % at 100 points and 50 % at 30. It is not calibrated on
/// this company's data: it ranks like the score and is labelled as a heuristic.
pub fn risk(score: &Score) -> Risk {
    // ln(0.02 / 0.98) at 100 and 0 at 30.
    let slope = (0.98_f64 / 0.02).ln() / 70.0;
    let sum = slope * (30.0 - f64::from(score.score));
    Risk {
        chance: 1.0 / (1.0 + (-sum).exp()),
        basis: Basis::Heuristic,
    }
}
