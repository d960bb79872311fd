//! Churn risk: the probability that a customer leaves, from 0 to 1.
//!
//! With enough history the risk comes from a logistic regression ([`model`]) on the components of the health score
//! ([`training`]), otherwise from a heuristic. [`Risk`] says which.
//!
//! [`evaluation`] measures the regression on any table by five-fold cross-validation, with the same encoding
//! ([`encoding`]) and fitting code as in production.

pub mod encoding;
pub mod evaluation;
pub mod file;
pub mod heuristic;
pub mod measures;
pub mod model;
pub mod table;
pub mod training;

use schemars::JsonSchema;
use serde::Serialize;

/// Origin of a risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A regression on the company's own history.
    Model,
    /// The heuristic: the history is too short for a regression.
    Heuristic,
}

/// Churn risk of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Risk {
    /// Probability of leaving, 0 to 1.
    pub chance: f64,
    /// Origin of the probability.
    pub basis: Basis,
}
