//! Settings of the alerts about customers.

use std::collections::BTreeMap;

use customers::alerts::trigger::AlertStream;
use jiff::civil::{Time, time};
use web::delivery::MailSender;

use crate::config::{ConfigError, Lookup, invalid_setting, messages::MessageSettings};

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
        if let Some(address) = &own
            && (!address.starts_with("http") || address.parse::<axum::http::Uri>().is_err())
        {
            return Err(ConfigError(format!(
                "{name} cannot be read; an address such as https://hooks.slack.com/services/… is expected."
            )));
        }
        webhooks.extend(own.or(messages.slack_webhook.clone()).map(|address| (stream, address)));
    }
    let mail_to = setting("CUSTOMERS_MAIL_TO");
    if let Some(address) = mail_to.as_deref().filter(|address| !MailSender::is_address(address)) {
        return Err(invalid_setting(
            "CUSTOMERS_MAIL_TO",
            address,
            "a mail address such as success@example.com",
        ));
    }
    let summary_at = match setting("DAILY_SUMMARY_AT") {
        None => time(8, 30, 0, 0),
        Some(text) => Time::strptime("%H:%M", &text)
            .map_err(|_| invalid_setting("DAILY_SUMMARY_AT", &text, "a time of day such as 08:30"))?,
    };
    Ok(AlertSettings {
        webhooks,
        mail_to,
        summary_at,
    })
}
