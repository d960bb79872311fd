//! Weekly standings in Slack.
//!
//! [`schedule`] decides when a week is due, [`words`] formats the message. Each attempt is recorded in the tab
//! `standings_sent` before the message is sent ([`sending`]); its key consists of the week and the attempt number, so
//! only one of several instances sends. If the program stops between the two steps, the outcome remains `sending` and
//! the message is not repeated, because it may have been delivered. Deleting the row sends it again. Only messages that
//! Slack certainly rejected are retried.

pub mod rows;
pub mod schedule;
pub mod sending;
pub mod words;

pub use sending::Weekly;
