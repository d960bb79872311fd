//! Message delivery as configured: deal reminders, customer alerts and weekly standings.

use std::{sync::Arc, time::Duration};

use customers::{
    alerts::{
        customer_states::LinkTarget,
        sender::{AlertSender, AlertSettings},
        trigger::AlertStream,
    },
    sync::SyncService,
};
use deals::ReminderSettings;
use leaderboard::standings::weekly::WeeklySettings;
use sheets_store::{Store, clock::Clock};
use web::delivery::{Delivery, MailSender, SlackWebhook};

use crate::{
    app::BuildError,
    config::{Config, MessageSettings},
};

/// Pause before the second attempt at Slack.
const SLACK_PAUSE: Duration = Duration::from_millis(500);

/// Settings of the weekly standings.
pub(crate) fn weekly(config: &Config) -> Result<WeeklySettings, BuildError> {
    let messages = &config.messages;
    Ok(WeeklySettings {
        delivery: Delivery {
            slack: slack(messages.standings_webhook.as_deref())?,
            ..Delivery::default()
        },
        at: messages.standings_at,
        public_url: config.public_url.clone(),
    })
}

/// Settings of the deal reminders.
pub(crate) fn reminders(config: &Config) -> Result<ReminderSettings, BuildError> {
    let messages = &config.messages;
    Ok(ReminderSettings {
        delivery: Delivery {
            mail: mail(messages)?,
            slack: slack(messages.slack_webhook.as_deref())?,
        },
        mail_to: messages.mail_to.clone(),
        language: messages.language,
        at: messages.remind_at,
        token: messages.remind_token.clone(),
        public_url: config.public_url.clone(),
        ..ReminderSettings::default()
    })
}

/// Alerts about customers, through the channels that are configured.
pub(crate) fn alerts(config: &Config, store: &Arc<Store>, sync: &SyncService) -> Result<AlertSender, BuildError> {
    let channels = |stream| {
        let delivery = Delivery {
            mail: mail(&config.messages)?,
            slack: slack(config.alerts.webhooks.get(&stream).map(String::as_str))?,
        };
        Ok((stream, delivery))
    };
    let settings = AlertSettings {
        streams: AlertStream::ALL
            .into_iter()
            .map(channels)
            .collect::<Result<_, BuildError>>()?,
        mail_to: config.alerts.mail_to.clone(),
        summary_at: config.alerts.summary_at,
        links: LinkTarget::of(config.public_url.clone()),
        ..AlertSettings::default()
    };
    let clock = Clock::system(config.time_zone.clone());
    let scoring = Arc::clone(sync.scoring());
    Ok(AlertSender::new(Arc::clone(store), clock, scoring, settings))
}

fn mail(messages: &MessageSettings) -> Result<Option<MailSender>, BuildError> {
    let mail = messages
        .smtp
        .as_ref()
        .map(|smtp| MailSender::new(&smtp.url, &smtp.from));
    mail.transpose().map_err(BuildError::Messages)
}

fn slack(webhook: Option<&str>) -> Result<Option<SlackWebhook>, BuildError> {
    let slack = webhook.map(|webhook| SlackWebhook::new(webhook, SLACK_PAUSE));
    slack.transpose().map_err(BuildError::Messages)
}
