//! Alerts about customers, sent to account managers by Slack and email.
//!
//! Pure rules:
//!
//! - [`occasion`]: triggers of an alert;
//! - [`plan`]: which triggers are sent now, and why the others are suppressed;
//! - [`texts`]: texts of the messages;
//! - [`report`]: daily and weekly summaries;
//! - [`standings`]: the input of all of them.
//!
//! [`book`] decodes the lines of `alert_history`, [`attempts`] handles the lines of earlier deliveries, and [`sending`]
//! delivers in a task of its own, so that a slow Slack does not block a sync.
//!
//! `docs/directives/alerts.md` states the rules.

pub mod attempts;
pub mod book;
pub mod occasion;
pub mod plan;
pub mod report;
pub mod sending;
pub mod snooze;
pub mod standings;
pub mod texts;

#[cfg(test)]
mod tests;
