//! Message delivery as configured: deal reminders, customer alerts and weekly standings.

use std::{sync::Arc, time::Duration};

use super::BuildError;
use crate::{
    clock::Clock,
    config::{Config, Messages},
    customers::{
        alerting::{
            occasion::Stream,
            sending::{Alerting, Ways},
            standings::Links,
        },
        sync::Syncing,
    },
    deals::Reminders,
    delivery::{Delivery, Mail, Slack},
    leaderboard::weekly::{Weekly, schedule::Moment},
    store::Store,
};

/// Pause before the second attempt at Slack.
const SLACK_PAUSE: Duration = Duration::from_millis(500);

/// Settings of the weekly standings.
pub(super) fn weekly(config: &Config) -> Result<Weekly, BuildError> {
    let messages = &config.messages;
    let (day, time) = messages.standings_at;
    Ok(Weekly {
        delivery: Delivery {
            slack: slack(messages.standings_webhook.as_deref())?,
            ..Delivery::default()
        },
        at: Moment { day, time },
        public_url: config.public_url.clone(),
    })
}

/// Settings of the deal reminders.
pub(super) fn reminders(config: &Config) -> Result<Reminders, BuildError> {
    let messages = &config.messages;
    Ok(Reminders {
        delivery: Delivery {
            mail: mail(messages)?,
            slack: slack(messages.slack_webhook.as_deref())?,
        },
        mail_to: messages.mail_to.clone(),
        language: messages.language,
        at: messages.remind_at,
        token: messages.remind_token.clone(),
        public_url: config.public_url.clone(),
        ..Reminders::default()
    })
}

/// Alerts about customers, through the channels that are configured.
pub(super) fn alerting(config: &Config, store: &Arc<Store>, syncing: &Syncing) -> Result<Alerting, BuildError> {
    let way = |stream| {
        let delivery = Delivery {
            mail: mail(&config.messages)?,
            slack: slack(config.alerts.webhooks.get(&stream).map(String::as_str))?,
        };
        Ok((stream, delivery))
    };
    let ways = Ways {
        streams: Stream::ALL.into_iter().map(way).collect::<Result<_, BuildError>>()?,
        mail_to: config.alerts.mail_to.clone(),
        summary_at: config.alerts.summary_at,
        links: Links::of(config.public_url.clone()),
        ..Ways::default()
    };
    let clock = Clock::system(config.time_zone.clone());
    let scoring = Arc::clone(syncing.scoring());
    Ok(Alerting::new(Arc::clone(store), clock, scoring, ways))
}

fn mail(messages: &Messages) -> Result<Option<Mail>, BuildError> {
    let mail = messages.smtp.as_ref().map(|(url, from)| Mail::new(url, from));
    mail.transpose().map_err(BuildError::Messages)
}

fn slack(webhook: Option<&str>) -> Result<Option<Slack>, BuildError> {
    let slack = webhook.map(|webhook| Slack::new(webhook, SLACK_PAUSE));
    slack.transpose().map_err(BuildError::Messages)
}
