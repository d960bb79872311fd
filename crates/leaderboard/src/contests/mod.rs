//! Contests: a period with a prize and its own rules, and a result that is frozen after the end.
//!
//! Staff define contests in the tab `contests` ([`rows`]). [`contest`] defines a contest and its phases, [`rules`] who
//! gets the credit and which rows count. [`scoring`] computes exact scores ([`points`]) from a ledger. After the end
//! [`lifecycle`] writes the result once to the tab `contest_results`; [`result`] reads it back and detects tampering. A
//! rule changed by staff takes effect only when a person confirms it by typing its name; the tab `contest_rules`
//! records the rules in force.

pub(crate) mod answers;
pub(crate) mod contest;
pub(crate) mod dataset;
pub(crate) mod example;
pub(crate) mod lifecycle;
pub(crate) mod page;
pub(crate) mod points;
pub(crate) mod report;
pub(crate) mod result;
pub(crate) mod rows;
pub(crate) mod rules;
pub(crate) mod scoring;
#[cfg(test)]
mod tests;
pub(crate) mod view;
