//! Settings of the alerts about customers.

use std::collections::BTreeMap;

use jiff::civil::{Time, time};

use super::{ConfigError, messages::Messages, wrong};
use crate::{customers::alerting::occasion::Stream, delivery::Mail};

/// Recipients of the alerts, and the time of the daily summary.
#[derive(Clone)]
pub struct AlertSettings {
    /// Slack webhook of each stream.
    pub webhooks: BTreeMap<Stream, String>,
    /// Mail recipient; `None` sends no mail.
    pub mail_to: Option<String>,
    /// Time of the daily summary, in the configured time zone.
    pub summary_at: Time,
}

/// Name of the setting with a stream's webhook.
fn webhook_setting(stream: Stream) -> &'static str {
    match stream {
        Stream::CustomerAlerts => "SLACK_CUSTOMER_ALERTS_URL",
        Stream::CustomerHealth => "SLACK_CUSTOMER_HEALTH_URL",
        Stream::DailySummaries => "SLACK_DAILY_SUMMARIES_URL",
    }
}

/// Reads the settings; a stream without its own webhook uses `SLACK_WEBHOOK_URL`.
pub(super) fn read(
    setting: &dyn Fn(&str) -> Option<String>,
    messages: &Messages,
) -> Result<AlertSettings, ConfigError> {
    let mut webhooks = BTreeMap::new();
    for stream in Stream::ALL {
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
    if let Some(address) = mail_to.as_deref().filter(|address| !Mail::is_address(address)) {
        return Err(wrong(
            "CUSTOMERS_MAIL_TO",
            address,
            "a mail address such as success@example.com",
        ));
    }
    let summary_at = match setting("DAILY_SUMMARY_AT") {
        None => time(8, 30, 0, 0),
        Some(text) => Time::strptime("%H:%M", &text)
            .map_err(|_| wrong("DAILY_SUMMARY_AT", &text, "a time of day such as 08:30"))?,
    };
    Ok(AlertSettings {
        webhooks,
        mail_to,
        summary_at,
    })
}
