//! Contests: a period with a prize and its own rules, and a result that is frozen after the end.
//!
//! Staff define contests in the tab `contests` ([`rows`]). [`contest`] defines a contest and its phases, [`rules`] who
//! gets the credit and which rows count. [`settling`] computes exact scores ([`points`]) from a ledger. After the end
//! [`keeping`] writes the result once to the tab `contest_results`; [`frozen`] reads it back and detects tampering. A
//! rule changed by staff takes effect only when a person confirms it by typing its name; the tab `contest_rules`
//! records the rules in force.

pub mod contest;
pub mod frozen;
pub mod keeping;
pub mod points;
mod reading;
pub mod report;
pub mod rows;
pub mod rules;
pub mod settling;

#[cfg(test)]
mod tests;
