//! Integrations leaderboard.
//!
//! A Customer Success Manager (CSM) claims the integrations that a company completed; each pair of company and
//! integration is credited once. The rows are in the tab `submissions`; merged company names are in `company_aliases`
//! ([`rows`]).
//!
//! One folder for each feature. A request enters through the `page` of a feature, takes a snapshot of the board from
//! [`desk`], applies the rules, and renders the result with the feature's `view` (pages) or `answers` (programs).
//! [`submission`] validates form input; [`catalog`] lists the offered integrations, reloaded by [`catalog_file`].
//!
//! Large sheets: [`table`] stores submissions in columns with interned names. Each cell is decoded once, each distinct
//! name is normalised once, and appended rows extend the ledger ([`credit::Ledger::continued`]).
//!
//! [`names`] holds aliases and decisions about names. [`near_names`] detects suspected duplicates for the findings
//! page, which also lists findings in the rows of the ledger.
//!
//! The rules are pure functions of the rows: [`credit`] assigns credits, [`standings`] ranks, [`claims`] lists the rows
//! behind a number, [`effect`] computes the outcome of one submission, [`form_choices`] the choices of the form,
//! [`matrix`] the open integrations, [`own_line`] one CSM's rank, [`highlights`] further highlights, [`tv`] the slides
//! of the TV page, and [`new_claims`] the news for open boards. `docs/directives/fairness.md` explains them in plain
//! words.
//!
//! [`contests`] scores contests and freezes their results; [`disputes`] records objections; [`past`] reconstructs
//! earlier boards from the audit log; [`weekly`] sends the standings to Slack. Each works on a [`credit::Ledger`] over
//! a [`period::Span`].

pub mod answers;
pub mod catalog;
pub mod catalog_file;
pub mod claim;
pub mod claims;
pub mod contest_answers;
pub mod contests;
mod correction;
pub mod credit;
pub mod desk;
pub mod disputes;
pub mod effect;
#[cfg(test)]
mod fixture;
pub mod form_choices;
pub mod goal;
pub mod highlights;
mod id;
mod inbox;
mod live;
pub mod matrix;
pub mod names;
pub mod near_names;
pub mod new_claims;
pub mod own_line;
mod pages;
pub mod past;
pub use crate::period;
mod reading;
mod roll;
pub mod rows;
pub mod rules_example;
pub mod sample;
pub mod signing;
mod spellings;
pub mod standings;
pub mod submission;
pub mod table;
pub mod tv;
pub mod view;
mod wall_clock;
pub mod weekly;

pub use desk::{Leaderboard, Parts};
pub use pages::router;
