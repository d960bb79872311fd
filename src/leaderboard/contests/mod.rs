//! Contests: a stretch of days with a prize and rules of its own, and a result that stands still once it is over.
//!
//! Staff write contests into the tab `contests` ([`rows`]); [`contest`] says what one is and when it runs, [`rules`] who
//! gets the credit and what counts. [`settling`] works the result out of a ledger, exactly ([`points`]). After the end
//! [`keeping`] writes it once into the tab `contest_results`; [`frozen`] reads it back and notices when it was tampered
//! with. A rule that staff change is not in force until somebody confirms it by typing its name: the rules in force stand
//! in the tab `contest_rules`.

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
