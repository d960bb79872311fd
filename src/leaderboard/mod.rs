//! The integrations leaderboard.
//!
//! A Customer Success Manager claims the integrations a company completed; each company and integration is credited
//! once. The rows are in the tab `submissions`, merged spellings of companies in `company_aliases` ([`rows`]).
//!
//! A request goes through one file of `pages`, asks [`desk`] for the board as it is now, puts its question to the rules,
//! and hands the answer to [`view`] or, for programs, to [`answers`]. What the form sends is checked at the door by
//! [`submission`]; what it offers is in [`catalog`], kept in step with its file by [`catalog_file`].
//!
//! Very many rows are no burden: [`table`] keeps them by number, a cell is read once (`reading`), a name is judged once
//! (`spellings`), and rows that were added are settled by themselves ([`credit::Ledger::continued`]).
//!
//! What staff say about names is in [`names`]; names that look alike are found by [`near_names`] and asked about on the page
//! of findings, which also lists what `inbox` finds in the settled rows.
//!
//! The rules, each a pure function of the rows: [`credit`] settles who is credited with what, [`standings`] ranks,
//! [`claims`] lists the rows behind a number, [`effect`] tells what one submission changed, [`form_choices`] what the
//! form offers, [`matrix`] what is still to win, [`own_line`] where one stands, [`highlights`] what else is worth telling, [`tv`] what fits on a wall, and
//! [`new_claims`] what open boards have not seen yet, which `live` tells them. In plain words they are in
//! `docs/directives/fairness.md`.
//!
//! [`contests`] settles days with a prize by rules of their own and freezes their results; [`disputes`] holds what CSMs
//! dispute, `correction` what they put right themselves; [`past`] looks back by the audit log; [`weekly`] sends the
//! standings. Each of them is one more reading of a [`credit::Ledger`] over a [`period::Span`].

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
