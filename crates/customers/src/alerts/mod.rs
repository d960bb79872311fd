//! Alerts about customers, sent to account managers by Slack and email.
//!
//! Pure rules:
//!
//! - [`trigger`]: triggers of an alert;
//! - [`plan`]: which triggers are sent now, and why the others are suppressed;
//! - [`messages`]: texts of the messages;
//! - [`report`]: daily and weekly summaries;
//! - [`customer_states`]: the input of all of them.
//!
//! [`rows`] decodes the lines of `alert_history`, [`attempts`] handles the lines of earlier deliveries, and [`sender`]
//! delivers in a task of its own, so that a slow Slack does not block a sync.
//!
//! `docs/directives/alerts.md` states the rules.

pub(crate) mod attempts;
pub mod customer_states;
pub(crate) mod messages;
pub(crate) mod notices;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod rows;
pub mod sender;
pub(crate) mod snooze;
#[cfg(test)]
mod tests;
pub mod trigger;
