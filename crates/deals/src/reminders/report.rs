//! Report of a reminder run: messages sent, failed and suppressed.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use web::delivery::Channel;

use crate::reminders::rows::ReminderReason;

/// Result of a reminder run.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "DealsReminded")]
pub struct ReminderReport {
    /// Messages that were accepted.
    pub sent: Vec<MessageReport>,
    /// Messages that were not accepted, or perhaps not.
    pub failed: Vec<MessageReport>,
    /// Reminders that were not sent, with the reason.
    pub suppressed: Vec<SuppressedReminder>,
}

/// One message of a run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MessageReport {
    /// Assignee; `None` for deals without one.
    pub assignee: Option<Arc<str>>,
    /// Delivery channel: mail or Slack.
    pub channel: Channel,
    /// Mail address; empty for Slack.
    pub recipient: String,
    /// Reasons in the message.
    #[schemars(with = "Vec<String>")]
    pub reasons: Vec<ReminderReason>,
    /// Delivery error.
    pub error: Option<String>,
}

/// A reminder that was not sent.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SuppressedReminder {
    /// Delivery channel: mail or Slack.
    pub channel: Channel,
    /// Client name.
    pub client: Arc<str>,
    /// Reason that would have been sent.
    #[schemars(with = "String")]
    pub reason: ReminderReason,
    /// Cause: `told before`, `paused until 2026-12-01`, `no address` or `another instance tells it`.
    pub because: String,
}
