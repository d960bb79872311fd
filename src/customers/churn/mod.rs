//! Churn risk: the chance that a customer leaves, from 0 to 1.
//!
//! With enough history of the company's own the risk comes from a logistic regression ([`model`]) on the components of the
//! health score ([`training`]); without it from the [`heuristic`], and the answer says which ([`Risk`]).
//!
//! [`evaluation`] tells how well the regression works on any table: columns are encoded ([`encoding`]) and a model is
//! fitted by the very code that the product runs, in five folds, each judged on rows that it has not seen.

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

/// Where a risk comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A regression on the company's own history.
    Model,
    /// The rule of thumb: the company's own history is too short.
    Heuristic,
}

/// The chance that a customer leaves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Risk {
    /// From 0 to 1.
    pub chance: f64,
    /// Where it comes from.
    pub basis: Basis,
}
