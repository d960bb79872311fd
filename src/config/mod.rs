//! Settings, read from the environment and from `secrets.json`.
//!
//! This module is the only reader of both. A missing setting turns a part off; an incomplete group of settings prevents
//! the start with a message.

pub(crate) mod alerts;
pub(crate) mod callers;
pub(crate) mod deal_rules;
pub(crate) mod messages;
mod names;
pub(crate) mod requests;
pub(crate) mod sources;
pub(crate) mod spreadsheet;
pub(crate) mod sync;
#[cfg(test)]
mod tests;
mod values;

use std::{cell::RefCell, ffi::OsString, net::IpAddr, num::NonZeroU32, path::PathBuf, time::Duration};

use deals::DealRules;
use jiff::{SignedDuration, tz::TimeZone};
use leaderboard::standings::goal::{Goal, InvalidGoal};
use serde::Deserialize;
use serde_json::Value;
use web::middleware::RequestSettings;

pub(crate) use crate::config::values::{
    check_webhook, filter, invalid_setting, number, number_in, number_within, readable_file, strong_secret, switch,
};
pub use crate::config::{
    alerts::AlertSettings,
    callers::CallerSettings,
    messages::MessageSettings,
    sources::SourceSettings,
    spreadsheet::{RemoteSpreadsheet, SpreadsheetSource},
    sync::SyncSettings,
};

/// All settings of an operator.
pub struct Config {
    /// Listen address of the app.
    pub listen: Listen,
    /// Development or production.
    pub environment: Environment,
    /// Log filter, in the syntax of `tracing_subscriber::EnvFilter`; it has been parsed once.
    pub log_filter: String,
    /// Folder of the embedded spreadsheet.
    pub data_dir: PathBuf,
    /// Spreadsheet of the boards.
    pub spreadsheet: SpreadsheetSource,
    /// File of the integration catalog.
    pub integrations_file: PathBuf,
    /// Time zone of dates and times.
    pub time_zone: TimeZone,
    /// Age up to which data is served without a new read.
    pub fresh_for: SignedDuration,
    /// Whether stale data is read again only after Drive reports a change.
    pub drive_change_check: bool,
    /// Timeout of a call to Google.
    pub sheets_timeout: Duration,
    /// Rate limit towards Google: calls per minute, for reads and for writes each.
    pub sheets_calls_per_minute: NonZeroU32,
    /// Rates, proxies, HTTPS and calls from other origins.
    pub requests: RequestSettings,
    /// URI for reports of security problems.
    pub security_contact: Option<String>,
    /// Host names, connections and live streams.
    pub callers: CallerSettings,
    /// Team goal of the leaderboard.
    pub team_goal: Option<Goal>,
    /// Secret that signs the links for own corrections; `None` derives or stores one.
    pub signing_secret: Option<String>,
    /// Mail, Slack and reminders.
    pub messages: MessageSettings,
    /// Rules of the deals board.
    pub deals: DealRules,
    /// Public base address without a trailing slash, for links in messages.
    pub public_url: Option<String>,
    /// Enabled sources of the customers board.
    pub sources: Vec<SourceSettings>,
    /// Schedule of the sync, and the reporting currency.
    pub sync: SyncSettings,
    /// Recipients of the alerts about customers.
    pub alerts: AlertSettings,
}

/// Listen address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// IP address of the interface.
    pub host: IpAddr,
    /// Port; 0 lets the system choose.
    pub port: u16,
}

/// Deployment environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// Local machine: readable log lines.
    Development,
    /// Server: log lines as JSON.
    Production,
}

/// Invalid setting; the message names it and what is expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

/// Lookup of a setting by name: the environment of the process, or a table in tests.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Secrets {
    spreadsheet_id: Option<String>,
    sheets_api_url: Option<String>,
    google_service_account: Option<Value>,
    smtp_url: Option<String>,
    slack_webhook_url: Option<String>,
    reminders_token: Option<String>,
    standings_webhook_url: Option<String>,
    signing_secret: Option<String>,
    sources: serde_json::Map<String, Value>,
    #[serde(flatten)]
    others: serde_json::Map<String, Value>,
}

impl Config {
    /// Reads the environment and `secrets.json` (or the file in `SECRETS_FILE`).
    ///
    /// # Errors
    /// A message that names the setting, what is wrong and what is expected.
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::from_variables(&|name| std::env::var_os(name))
    }

    /// Reads the settings from `variable`; a value that is not Unicode is an error, not an absent setting.
    fn from_variables(variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let unreadable = RefCell::new(None);
        let config = Self::from_lookup(&|name| {
            let text = variable(name)?.into_string();
            text.inspect_err(|_| *unreadable.borrow_mut() = Some(name.to_owned()))
                .ok()
        });
        match unreadable.into_inner() {
            Some(name) => Err(ConfigError(format!(
                "{name} is not UTF-8 text. Enter it again, or unset it."
            ))),
            None => config,
        }
    }

    /// Reads `ENVIRONMENT` alone, for messages about the other settings; development if it cannot be read.
    pub fn environment_from_environment() -> Environment {
        environment(process_setting("ENVIRONMENT").as_deref()).unwrap_or(Environment::Development)
    }

    /// Reads `RUST_LOG` alone.
    ///
    /// # Errors
    /// As [`Config::from_environment`].
    pub fn log_filter_from_environment() -> Result<String, ConfigError> {
        filter("RUST_LOG", process_setting("RUST_LOG"))
    }

    /// Sentences about variables of the environment whose names differ from those of settings by a slip.
    pub fn misspelt_variables() -> Vec<String> {
        names::misspelt(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))
    }

    /// Reads the listen address only, without validating other settings.
    ///
    /// # Errors
    /// As [`Config::from_environment`].
    pub fn listen_from_environment() -> Result<Listen, ConfigError> {
        listen(&process_setting)
    }

    /// Reads the settings from `lookup`; an empty value counts as absent.
    ///
    /// # Errors
    /// As [`Config::from_environment`].
    pub fn from_lookup(lookup: Lookup<'_>) -> Result<Self, ConfigError> {
        let setting = |name: &str| {
            lookup(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        let secrets = Secrets::load(setting("SECRETS_FILE").as_deref())?;
        Self::from_both(&setting, secrets)
    }

    fn from_both(setting: Lookup<'_>, mut secrets: Secrets) -> Result<Self, ConfigError> {
        let messages = messages::messages(setting, secrets.messages())?;
        let environment = environment(setting("ENVIRONMENT").as_deref())?;
        let public_url = public_url(setting)?;
        let deployment = requests::Deployment {
            environment,
            public_url: public_url.as_deref(),
        };
        requests::check_public_url(&deployment)?;
        let sources = sources::read(setting, &secrets.sources)?;
        let signing_secret = setting("SIGNING_SECRET")
            .or_else(|| secrets.signing_secret.take().filter(|secret| !secret.trim().is_empty()));
        let listen = listen(setting)?;
        let requests = requests::read(setting, &deployment)?;
        Ok(Self {
            callers: callers::read(setting, &listen, public_url.as_deref(), requests.trusted_proxies)?,
            listen,
            environment,
            log_filter: filter("RUST_LOG", setting("RUST_LOG"))?,
            data_dir: setting("DATA_DIR").unwrap_or_else(|| "data".to_owned()).into(),
            signing_secret: strong_secret("SIGNING_SECRET", signing_secret)?,
            sync: sync::read(setting, &sources)?,
            sources,
            spreadsheet: spreadsheet::read(setting, secrets)?,
            integrations_file: readable_file("INTEGRATIONS_FILE", setting("INTEGRATIONS_FILE"))?
                .unwrap_or_else(|| "integrations.txt".into()),
            time_zone: time_zone(setting("TIME_ZONE"))?,
            fresh_for: SignedDuration::from_secs(number_within(setting, "FRESH_SECONDS", 15, 0..=86_400)?),
            drive_change_check: switch(setting, "DRIVE_CHANGE_CHECK")?,
            sheets_timeout: Duration::from_secs(number_within(setting, "SHEETS_TIMEOUT_SECONDS", 15, 1..=600)?),
            sheets_calls_per_minute: number(
                setting,
                "SHEETS_CALLS_PER_MINUTE",
                const { NonZeroU32::new(54).unwrap() },
            )?,
            requests,
            security_contact: requests::security_contact(setting)?,
            alerts: alerts::read(setting, &messages)?,
            team_goal: team_goal(setting("TEAM_GOAL"))?,
            messages,
            deals: deal_rules::rules(setting)?,
            public_url,
        })
    }
}

/// Variable of the process; an empty one counts as absent.
fn process_setting(name: &str) -> Option<String> {
    let value = std::env::var(name).ok()?.trim().to_owned();
    Some(value).filter(|value| !value.is_empty())
}

/// More proxies than any chain has; a larger number is a slip, with which nobody's address could be told from the header.
pub(crate) const MAX_PROXIES: usize = 20;

fn environment(name: Option<&str>) -> Result<Environment, ConfigError> {
    match name.map(str::to_lowercase).as_deref() {
        None | Some("development" | "dev" | "local" | "test") => Ok(Environment::Development),
        Some("production" | "prod" | "staging") => Ok(Environment::Production),
        Some(other) => Err(invalid_setting("ENVIRONMENT", other, "development or production")),
    }
}

fn team_goal(value: Option<String>) -> Result<Option<Goal>, ConfigError> {
    let read = |value: String| {
        value
            .parse()
            .map_err(|error: InvalidGoal| invalid_setting("TEAM_GOAL", &value, &error.to_string()))
    };
    value.map(read).transpose()
}

impl Secrets {
    fn messages(&mut self) -> messages::MessageSecrets {
        messages::MessageSecrets {
            smtp_url: self.smtp_url.take(),
            slack_webhook_url: self.slack_webhook_url.take(),
            reminders_token: self.reminders_token.take(),
            standings_webhook_url: self.standings_webhook_url.take(),
        }
    }

    fn load(named: Option<&str>) -> Result<Self, ConfigError> {
        let path = named.unwrap_or("secrets.json");
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => return Ok(Self::default()),
            Err(error) => return Err(ConfigError(format!("The secrets file {path} cannot be read: {error}."))),
        };
        // The message shows only the position, because the text of a JSON error may quote a secret.
        let secrets: Self = serde_json::from_str(&text).map_err(|error| {
            ConfigError(format!(
                "The secrets file {path} is not valid JSON of the form of secrets.example.json (line {}).",
                error.line()
            ))
        })?;
        match secrets.others.keys().find(|key| !key.starts_with('_')) {
            Some(unknown) => Err(ConfigError(format!(
                "The secrets file {path} has the entry “{unknown}”, which means nothing here. Compare it with secrets.example.json."
            ))),
            None => Ok(secrets),
        }
    }
}

fn listen(setting: Lookup<'_>) -> Result<Listen, ConfigError> {
    let name = name_in_use(setting, "HOST", "API_HOST");
    let host = match setting(name).as_deref() {
        None | Some("localhost") => IpAddr::from([127, 0, 0, 1]),
        Some(other) => other
            .parse()
            .map_err(|_| invalid_setting(name, other, "an IP address such as 127.0.0.1 or 0.0.0.0"))?,
    };
    let port = number(setting, name_in_use(setting, "PORT", "API_PORT"), 8080)?;
    Ok(Listen { host, port })
}

/// Alternative name of a setting if only that one is set, or else the main name, so that a message shows the name in
/// use.
fn name_in_use(setting: Lookup<'_>, first: &'static str, second: &'static str) -> &'static str {
    if setting(first).is_none() && setting(second).is_some() {
        second
    } else {
        first
    }
}

fn time_zone(name: Option<String>) -> Result<TimeZone, ConfigError> {
    let name = name.unwrap_or_else(|| "Europe/Paris".to_owned());
    TimeZone::get(&name).map_err(|_| invalid_setting("TIME_ZONE", &name, "a name such as Europe/Paris or UTC"))
}

/// Public base address without a trailing slash.
fn public_url(setting: Lookup<'_>) -> Result<Option<String>, ConfigError> {
    let Some(text) = setting("PUBLIC_URL") else {
        return Ok(None);
    };
    let is_address = text.parse::<axum::http::Uri>().is_ok_and(|url| {
        matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some() && url.query().is_none()
    });
    if is_address {
        Ok(Some(text.trim_end_matches('/').to_owned()))
    } else {
        Err(invalid_setting(
            "PUBLIC_URL",
            &text,
            "an address such as https://board.example.com",
        ))
    }
}
