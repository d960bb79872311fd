//! The settings of what people are told about customers.

use std::collections::BTreeMap;

use jiff::civil::{Time, time};

use super::{ConfigError, messages::Messages, wrong};
use crate::{customers::alerting::occasion::Stream, delivery::Mail};

/// Where alerts about customers go.
#[derive(Clone)]
pub struct AlertSettings {
    /// Slack's incoming webhook of each stream.
    pub webhooks: BTreeMap<Stream, String>,
    /// Where mail goes; without it there is none.
    pub mail_to: Option<String>,
    /// When the summary of the day is sent, in the configured zone.
    pub summary_at: Time,
}

/// The setting of a stream's webhook.
fn webhook_setting(stream: Stream) -> &'static str {
    match stream {
        Stream::CustomerAlerts => "SLACK_CUSTOMER_ALERTS_URL",
        Stream::CustomerHealth => "SLACK_CUSTOMER_HEALTH_URL",
        Stream::DailySummaries => "SLACK_DAILY_SUMMARIES_URL",
    }
}

/// Reads them; a stream without a webhook of its own has that of all messages.
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
