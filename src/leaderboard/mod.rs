//! The integrations leaderboard.
//!
//! A Customer Success Manager claims the integrations a company completed; each company and integration is credited once.
//!
//! The rules, each a pure function of the rows: [`credit`] settles who is credited with what, [`standings`] ranks,
//! [`claims`] lists the rows behind a number, [`effect`] tells what one submission changed, [`form_choices`] what the
//! form offers. In plain words they are in `docs/directives/fairness.md`. A deeper question, such as a contest or a
//! season, is one more reading of a [`credit::Ledger`] over a [`period::Span`]; it needs no change to how credits are
//! settled.

pub mod catalog;
pub mod catalog_file;
pub mod claim;
pub mod claims;
pub mod credit;
pub mod effect;
#[cfg(test)]
mod fixture;
pub mod form_choices;
pub mod period;
mod roll;
pub mod rows;
pub mod sample;
pub mod standings;
pub mod submission;
pub mod view;
