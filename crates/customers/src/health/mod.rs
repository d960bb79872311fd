//! Health: score rules, scoring of all customers, churn risk and sentiment.

pub mod churn;
pub(crate) mod dismissals;
pub(crate) mod explanation;
pub(crate) mod history;
pub(crate) mod preview;
pub(crate) mod rules;
pub mod scoring;
pub(crate) mod sentiment;
pub(crate) mod weights;
