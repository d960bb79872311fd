//! What leaves the program, as it is set: reminders of deals, and the weekly standings.

use std::time::Duration;

use super::BuildError;
use crate::{
    config::Messages,
    deals::Reminders,
    delivery::{Delivery, Mail, Slack},
    leaderboard::weekly::{Weekly, schedule::Moment},
};

/// Before Slack is tried a second time.
const SLACK_PAUSE: Duration = Duration::from_millis(500);

/// How the standings are sent.
pub(super) fn weekly(messages: &Messages) -> Result<Weekly, BuildError> {
    let (day, time) = messages.standings_at;
    Ok(Weekly {
        delivery: Delivery {
            slack: slack(messages.standings_webhook.as_deref())?,
            ..Delivery::default()
        },
        at: Moment { day, time },
    })
}

/// How people are reminded.
pub(super) fn reminders(messages: &Messages) -> Result<Reminders, BuildError> {
    let mail = messages.smtp.as_ref().map(|(url, from)| Mail::new(url, from));
    Ok(Reminders {
        delivery: Delivery {
            mail: mail.transpose().map_err(BuildError::Messages)?,
            slack: slack(messages.slack_webhook.as_deref())?,
        },
        mail_to: messages.mail_to.clone(),
        language: messages.language,
        at: messages.remind_at,
        token: messages.remind_token.clone(),
        ..Reminders::default()
    })
}

fn slack(webhook: Option<&str>) -> Result<Option<Slack>, BuildError> {
    let slack = webhook.map(|webhook| Slack::new(webhook, SLACK_PAUSE));
    slack.transpose().map_err(BuildError::Messages)
}
