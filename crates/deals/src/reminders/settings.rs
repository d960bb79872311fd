//! Settings of the reminders: channels, recipients, schedule and token.

use std::time::Duration;

use domain::language::Language;
use jiff::civil::{Time, time};
use web::delivery::{Delivery, send_claim};

/// Settings of the reminders.
pub struct ReminderSettings {
    /// Configured channels.
    pub delivery: Delivery,
    /// Fallback address for assignees without a row in `contacts`.
    pub mail_to: Option<String>,
    /// Language of the messages.
    pub language: Language,
    /// Time of the daily run, in the configured time zone.
    pub at: Time,
    /// Token that a program sends to start a run; without one, requests do that come from the page, or say so.
    pub token: Option<String>,
    /// Public address of the program, without a trailing slash.
    pub public_url: Option<String>,
    /// Interval between two reads of the claims of other instances.
    pub pause: Duration,
}

impl Default for ReminderSettings {
    fn default() -> Self {
        Self {
            delivery: Delivery::default(),
            mail_to: None,
            language: Language::French,
            at: time(8, 0, 0, 0),
            token: None,
            public_url: None,
            pause: send_claim::RECHECK_PAUSE,
        }
    }
}
