//! The rule of thumb for the risk, while the company's own history is too short to learn from.

use super::{Basis, Risk};
use crate::customers::health::Score;

/// The chance that goes with a score: 2 % at 100 points, 50 % at 30, on a logistic curve between. Nobody measured it for
/// this company; it ranks as the score does, and is shown as a rule of thumb.
pub fn risk(score: &Score) -> Risk {
    // ln(0.02 / 0.98) at 100 and 0 at 30.
    let slope = (0.98_f64 / 0.02).ln() / 70.0;
    let sum = slope * (30.0 - f64::from(score.score));
    Risk {
        chance: 1.0 / (1.0 + (-sum).exp()),
        basis: Basis::Heuristic,
    }
}
