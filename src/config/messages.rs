//! Settings of the messages: mail, Slack, reminders and weekly standings.

use domain::language::Language;
use jiff::civil::{Time, Weekday, time};
use leaderboard::standings::weekly::schedule::WeeklyMoment;
use web::delivery::MailSender;

use crate::config::{ConfigError, Lookup, check_webhook, invalid_setting, strong_secret};

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
    let smtp = smtp(smtp_url, setting("MAIL_FROM"))?;
    let mail_to = mail_recipient(setting, "DEALS_MAIL_TO", smtp.as_ref())?;
    let slack_webhook = setting("SLACK_WEBHOOK_URL").or(filled(secret.slack_webhook_url));
    check_webhook("SLACK_WEBHOOK_URL", slack_webhook.as_deref())?;
    let standings_webhook = setting("STANDINGS_WEBHOOK_URL").or(filled(secret.standings_webhook_url));
    check_webhook("STANDINGS_WEBHOOK_URL", standings_webhook.as_deref())?;
    let remind_token = setting("REMINDERS_TOKEN").or(filled(secret.reminders_token));
    let settings = MessageSettings {
        standings_at: standings_at(setting("STANDINGS_AT"))?,
        remind_at: remind_at(setting("REMINDERS_AT"))?,
        remind_token: strong_secret("REMINDERS_TOKEN", remind_token)?,
        language: language(setting("REMINDERS_LANGUAGE"))?,
        smtp,
        mail_to,
        slack_webhook,
        standings_webhook,
    };
    settings.refuse_without_channel(setting)?;
    Ok(settings)
}

impl MessageSettings {
    /// Settings of messages that no channel could send.
    fn refuse_without_channel(&self, setting: Lookup<'_>) -> Result<(), ConfigError> {
        let is_set = |name: &str| setting(name).is_some();
        if self.standings_webhook.is_none() && is_set("STANDINGS_AT") {
            return Err(ConfigError(
                "STANDINGS_AT is set, but STANDINGS_WEBHOOK_URL is not, so that the standings are never sent. Set STANDINGS_WEBHOOK_URL to a Slack incoming webhook, or unset STANDINGS_AT.".to_owned(),
            ));
        }
        if self.smtp.is_some() || self.slack_webhook.is_some() {
            return Ok(());
        }
        let token = self.remind_token.as_ref().map(|_| "REMINDERS_TOKEN");
        let others = ["REMINDERS_AT", "REMINDERS_LANGUAGE"]
            .into_iter()
            .filter(|name| is_set(name));
        match others.chain(token).next() {
            Some(name) => Err(ConfigError(format!(
                "{name} is set, but neither SMTP_URL nor SLACK_WEBHOOK_URL is, so that no reminder is ever sent. Set SMTP_URL and MAIL_FROM, or SLACK_WEBHOOK_URL, or unset {name}."
            ))),
            None => Ok(()),
        }
    }
}

fn smtp(url: Option<String>, from: Option<String>) -> Result<Option<SmtpSettings>, ConfigError> {
    match (url, from) {
        (Some(url), Some(from)) => {
            // A password with a `/` that is not encoded: what is left of it would be taken for the server.
            if path(&url).contains('@') {
                return Err(ConfigError(
                    "SMTP_URL has a sign such as / or # before the last @. Percent-encode the signs of the password: %2F for /, %23 for #, %3F for ?.".to_owned(),
                ));
            }
            MailSender::new(&url, &from).map_err(ConfigError)?;
            Ok(Some(SmtpSettings { url, from }))
        }
        (None, None) => Ok(None),
        (Some(_), None) => Err(ConfigError(
            "SMTP_URL is set, but MAIL_FROM is not. Set it to the sender of the mails, such as board@example.com, or unset SMTP_URL to send none.".to_owned(),
        )),
        (None, Some(_)) => Err(ConfigError(
            "MAIL_FROM is set, but SMTP_URL is not. Set it to the mail server, such as smtps://user:password@mail.example.com, or unset MAIL_FROM to send no mail.".to_owned(),
        )),
    }
}

/// What follows the server in an address.
fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find(['/', '?', '#']).map_or("", |end| &rest[end..])
}

/// Address that a board mails to; it needs a mail server.
pub(crate) fn mail_recipient(
    setting: Lookup<'_>,
    name: &str,
    smtp: Option<&SmtpSettings>,
) -> Result<Option<String>, ConfigError> {
    let Some(address) = setting(name) else {
        return Ok(None);
    };
    if !MailSender::is_address(&address) {
        return Err(invalid_setting(
            name,
            &address,
            "a mail address such as team@example.com",
        ));
    }
    if smtp.is_none() {
        return Err(ConfigError(format!(
            "{name} is set, but SMTP_URL is not, so that no mail is ever sent. Set SMTP_URL and MAIL_FROM, or unset {name}."
        )));
    }
    Ok(Some(address))
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
