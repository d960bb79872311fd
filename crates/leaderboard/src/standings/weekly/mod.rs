//! Weekly standings in Slack.
//!
//! [`schedule`] decides when a week is due, [`message`] formats the message. Each attempt is recorded in the tab
//! `standings_sent` before the message is sent ([`sending`]); its key consists of the week and the attempt number, so
//! only one of several instances sends. If the program stops between the two steps, the outcome remains `sending` and
//! the message is not repeated, because it may have been delivered. Deleting the row sends it again. Only messages that
//! Slack certainly rejected are retried.

pub(crate) mod message;
pub(crate) mod page;
pub(crate) mod rows;
pub mod schedule;
pub(crate) mod sending;
pub(crate) mod view;

pub use crate::standings::weekly::schedule::WeeklySettings;
