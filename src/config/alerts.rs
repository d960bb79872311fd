//! Settings of the alerts about customers.

use std::collections::BTreeMap;

use customers::alerts::trigger::AlertStream;
use jiff::civil::{Time, time};

use crate::config::{
    ConfigError, Lookup, check_webhook, invalid_setting,
    messages::{MessageSettings, mail_recipient},
};

/// Recipients of the alerts, and the time of the daily summary.
#[derive(Clone)]
pub struct AlertSettings {
    /// Slack webhook of each stream.
    pub webhooks: BTreeMap<AlertStream, String>,
    /// Mail recipient; `None` sends no mail.
    pub mail_to: Option<String>,
    /// Time of the daily summary, in the configured time zone.
    pub summary_at: Time,
}

/// Name of the setting with a stream's webhook.
fn webhook_setting(stream: AlertStream) -> &'static str {
    match stream {
        AlertStream::CustomerAlerts => "SLACK_CUSTOMER_ALERTS_URL",
        AlertStream::CustomerHealth => "SLACK_CUSTOMER_HEALTH_URL",
        AlertStream::DailySummaries => "SLACK_DAILY_SUMMARIES_URL",
    }
}

/// Reads the settings; a stream without its own webhook uses `SLACK_WEBHOOK_URL`.
pub(crate) fn read(setting: Lookup<'_>, messages: &MessageSettings) -> Result<AlertSettings, ConfigError> {
    let mut webhooks = BTreeMap::new();
    for stream in AlertStream::ALL {
        let name = webhook_setting(stream);
        let own = setting(name);
        check_webhook(name, own.as_deref())?;
        webhooks.extend(own.or(messages.slack_webhook.clone()).map(|address| (stream, address)));
    }
    let mail_to = mail_recipient(setting, "CUSTOMERS_MAIL_TO", messages.smtp.as_ref())?;
    let summary_at = match setting("DAILY_SUMMARY_AT") {
        None => time(8, 30, 0, 0),
        Some(text) => {
            let time = Time::strptime("%H:%M", &text)
                .map_err(|_| invalid_setting("DAILY_SUMMARY_AT", &text, "a time of day such as 08:30"))?;
            if mail_to.is_none() && !webhooks.contains_key(&AlertStream::DailySummaries) {
                return Err(ConfigError(
                    "DAILY_SUMMARY_AT is set, but neither CUSTOMERS_MAIL_TO, SLACK_DAILY_SUMMARIES_URL nor SLACK_WEBHOOK_URL is, so that no summary is ever sent. Set one of them, or unset DAILY_SUMMARY_AT.".to_owned(),
                ));
            }
            time
        }
    };
    Ok(AlertSettings {
        webhooks,
        mail_to,
        summary_at,
    })
}
