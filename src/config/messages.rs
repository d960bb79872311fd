//! Settings of the messages: mail, Slack, reminders and weekly standings.

use domain::language::Language;
use jiff::civil::{Time, Weekday, time};
use leaderboard::standings::weekly::schedule::WeeklyMoment;
use web::delivery::MailSender;

use crate::config::{ConfigError, Lookup, invalid_setting};

/// Settings of the messages.
#[derive(Clone)]
pub struct MessageSettings {
    /// Mail server and sender; `None` sends no mail.
    pub smtp: Option<SmtpSettings>,
    /// Mail recipient of deals whose assignee has no row in the tab `contacts`.
    pub mail_to: Option<String>,
    /// Slack webhook for reminders and alerts.
    pub slack_webhook: Option<String>,
    /// Slack webhook for the weekly standings of the leaderboard.
    pub standings_webhook: Option<String>,
    /// Day and time of the weekly standings, in the configured time zone.
    pub standings_at: WeeklyMoment,
    /// Time of the daily reminders, in the configured time zone.
    pub remind_at: Time,
    /// Token that a program must send to start a reminder run.
    pub remind_token: Option<String>,
    /// Language of the messages.
    pub language: Language,
}

/// Mail server and sender.
#[derive(Clone)]
pub struct SmtpSettings {
    /// Address of the SMTP server; it contains the password.
    pub url: String,
    /// Sender of every mail.
    pub from: String,
}

/// Values from the secrets file.
#[derive(Default)]
pub(crate) struct MessageSecrets {
    pub(crate) smtp_url: Option<String>,
    pub(crate) slack_webhook_url: Option<String>,
    pub(crate) reminders_token: Option<String>,
    pub(crate) standings_webhook_url: Option<String>,
}

pub(crate) fn messages(setting: Lookup<'_>, secret: MessageSecrets) -> Result<MessageSettings, ConfigError> {
    let filled = |value: Option<String>| value.filter(|value| !value.trim().is_empty());
    let smtp_url = setting("SMTP_URL").or(filled(secret.smtp_url));
    let smtp = match (smtp_url, setting("MAIL_FROM")) {
        (Some(url), Some(from)) => {
            MailSender::new(&url, &from).map_err(ConfigError)?;
            Some(SmtpSettings { url, from })
        }
        (None, None) => None,
        (Some(_), None) => {
            return Err(ConfigError(
                "SMTP_URL is set, but MAIL_FROM is not. Set it to the sender of the mails, such as board@example.com, or unset SMTP_URL to send none.".to_owned(),
            ));
        }
        (None, Some(_)) => {
            return Err(ConfigError(
                "MAIL_FROM is set, but SMTP_URL is not. Set it to the mail server, such as smtps://user:password@mail.example.com, or unset MAIL_FROM to send no mail.".to_owned(),
            ));
        }
    };
    let mail_to = setting("DEALS_MAIL_TO");
    if let Some(address) = mail_to.as_deref().filter(|address| !MailSender::is_address(address)) {
        return Err(invalid_setting(
            "DEALS_MAIL_TO",
            address,
            "a mail address such as sales@example.com",
        ));
    }
    let slack_webhook = setting("SLACK_WEBHOOK_URL").or(filled(secret.slack_webhook_url));
    check_webhook("SLACK_WEBHOOK_URL", slack_webhook.as_deref())?;
    let standings_webhook = setting("STANDINGS_WEBHOOK_URL").or(filled(secret.standings_webhook_url));
    check_webhook("STANDINGS_WEBHOOK_URL", standings_webhook.as_deref())?;
    Ok(MessageSettings {
        smtp,
        mail_to,
        slack_webhook,
        standings_webhook,
        standings_at: standings_at(setting("STANDINGS_AT"))?,
        remind_at: remind_at(setting("REMINDERS_AT"))?,
        remind_token: setting("REMINDERS_TOKEN").or(filled(secret.reminders_token)),
        language: language(setting("REMINDERS_LANGUAGE"))?,
    })
}

fn check_webhook(name: &str, address: Option<&str>) -> Result<(), ConfigError> {
    let Some(address) = address else { return Ok(()) };
    let is_address = address.starts_with("https://") || address.starts_with("http://");
    if is_address && address.parse::<axum::http::Uri>().is_ok() {
        return Ok(());
    }
    Err(ConfigError(format!(
        "{name} cannot be read; an address such as https://hooks.slack.com/services/… is expected."
    )))
}

fn standings_at(text: Option<String>) -> Result<WeeklyMoment, ConfigError> {
    let Some(text) = text else {
        return Ok(WeeklyMoment {
            day: Weekday::Monday,
            time: time(9, 0, 0, 0),
        });
    };
    WeeklyMoment::parse(&text)
        .ok_or_else(|| invalid_setting("STANDINGS_AT", &text, "a day and a time such as Monday 09:00"))
}

fn remind_at(text: Option<String>) -> Result<Time, ConfigError> {
    let Some(text) = text else { return Ok(time(8, 0, 0, 0)) };
    Time::strptime("%H:%M", &text).map_err(|_| invalid_setting("REMINDERS_AT", &text, "a time of day such as 08:00"))
}

fn language(code: Option<String>) -> Result<Language, ConfigError> {
    let Some(code) = code else { return Ok(Language::French) };
    Language::parse(&code).ok_or_else(|| invalid_setting("REMINDERS_LANGUAGE", &code, "fr or en"))
}
