//! Settings, read from the environment and from `secrets.json`.
//!
//! This module is the only reader of both. A missing setting turns a part off; an incomplete group of settings prevents
//! the start with a message.

pub(crate) mod alerts;
pub(crate) mod deal_rules;
pub(crate) mod messages;
pub(crate) mod sources;
pub(crate) mod sync;
#[cfg(test)]
mod tests;

use std::{
    net::IpAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use deals::DealRules;
use jiff::{SignedDuration, tz::TimeZone};
use leaderboard::standings::goal::{Goal, InvalidGoal};
use serde::Deserialize;
use serde_json::Value;

pub use crate::config::{
    alerts::AlertSettings, messages::MessageSettings, sources::SourceSettings, sync::SyncSettings,
};

/// All settings of an operator.
pub struct Config {
    /// Listen address of the app.
    pub listen: Listen,
    /// Development or production.
    pub environment: Environment,
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
    /// Rate limit: forms per minute and client address.
    pub posts_per_minute: NonZeroU32,
    /// Number of proxies in front that add the client address to `X-Forwarded-For`.
    pub trusted_proxies: usize,
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
    pub syncing: SyncSettings,
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

/// Spreadsheet of the boards.
#[derive(Clone)]
pub enum SpreadsheetSource {
    /// Embedded spreadsheet, stored in [`Config::data_dir`].
    Embedded,
    /// Spreadsheet behind the Sheets API.
    Remote(RemoteSpreadsheet),
}

/// A spreadsheet behind the Sheets API.
#[derive(Clone)]
pub struct RemoteSpreadsheet {
    /// Id, between `/d/` and `/edit` in its address.
    pub id: String,
    /// Key of the service account that the spreadsheet is shared with.
    pub key: Box<yup_oauth2::ServiceAccountKey>,
    /// Base address of another Sheets v4 server; `None` is Google.
    pub api_url: Option<String>,
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
        Self::from_lookup(&|name| std::env::var(name).ok())
    }

    /// Reads the listen address only, without validating other settings.
    ///
    /// # Errors
    /// As [`Config::from_environment`].
    pub fn listen_from_environment() -> Result<Listen, ConfigError> {
        listen(&|name| {
            std::env::var(name)
                .ok()
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        })
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
        let mut secrets = Secrets::load(setting("SECRETS_FILE").as_deref())?;
        let messages = messages::messages(&setting, secrets.messages())?;
        let environment = match setting("ENVIRONMENT").as_deref().map(str::to_lowercase).as_deref() {
            None | Some("development" | "dev" | "local" | "test") => Environment::Development,
            Some("production" | "prod" | "staging") => Environment::Production,
            Some(other) => return Err(invalid_setting("ENVIRONMENT", other, "development or production")),
        };
        let proxies = match environment {
            Environment::Development => 0,
            Environment::Production => 1,
        };
        Ok(Self {
            listen: listen(&setting)?,
            environment,
            data_dir: setting("DATA_DIR").unwrap_or_else(|| "data".to_owned()).into(),
            sources: sources::read(&setting, &secrets.sources)?,
            signing_secret: setting("SIGNING_SECRET")
                .or_else(|| secrets.signing_secret.take().filter(|secret| !secret.trim().is_empty())),
            syncing: sync::read(&setting)?,
            spreadsheet: spreadsheet(&setting, secrets)?,
            integrations_file: setting("INTEGRATIONS_FILE")
                .unwrap_or_else(|| "integrations.txt".to_owned())
                .into(),
            time_zone: time_zone(setting("TIME_ZONE"))?,
            fresh_for: SignedDuration::from_secs(number(&setting, "FRESH_SECONDS", 15_u32)?.into()),
            drive_change_check: switch(&setting, "DRIVE_CHANGE_CHECK")?,
            sheets_timeout: Duration::from_secs(
                number(
                    &setting,
                    "SHEETS_TIMEOUT_SECONDS",
                    const { NonZeroU32::new(15).unwrap() },
                )?
                .get()
                .into(),
            ),
            sheets_calls_per_minute: number(
                &setting,
                "SHEETS_CALLS_PER_MINUTE",
                const { NonZeroU32::new(54).unwrap() },
            )?,
            posts_per_minute: number(&setting, "POSTS_PER_MINUTE", const { NonZeroU32::new(120).unwrap() })?,
            trusted_proxies: number(&setting, "TRUSTED_PROXIES", proxies)?,
            alerts: alerts::read(&setting, &messages)?,
            team_goal: team_goal(setting("TEAM_GOAL"))?,
            messages,
            deals: deal_rules::rules(&setting)?,
            public_url: deal_rules::public_url(&setting)?,
        })
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

fn listen(setting: &dyn Fn(&str) -> Option<String>) -> Result<Listen, ConfigError> {
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
fn name_in_use(setting: &dyn Fn(&str) -> Option<String>, first: &'static str, second: &'static str) -> &'static str {
    if setting(first).is_none() && setting(second).is_some() {
        second
    } else {
        first
    }
}

fn spreadsheet(setting: &dyn Fn(&str) -> Option<String>, secrets: Secrets) -> Result<SpreadsheetSource, ConfigError> {
    let id = setting("SPREADSHEET_ID")
        .or(secrets.spreadsheet_id)
        .filter(|id| !id.trim().is_empty());
    let api_url = setting("SHEETS_API_URL")
        .or(secrets.sheets_api_url)
        .filter(|url| !url.trim().is_empty());
    let key = service_account(setting, secrets.google_service_account)?;
    match (id, key) {
        (Some(id), Some(key)) => Ok(SpreadsheetSource::Remote(RemoteSpreadsheet {
            id: spreadsheet_id(&id)?,
            key: Box::new(key),
            api_url: api_url.map(checked_url).transpose()?,
        })),
        (Some(_), None) => Err(ConfigError(
            "SPREADSHEET_ID is set, but there is no service-account key. Set GOOGLE_APPLICATION_CREDENTIALS to the path of a key file, or GOOGLE_SERVICE_ACCOUNT_JSON to its content, or unset SPREADSHEET_ID to use the embedded spreadsheet."
                .to_owned(),
        )),
        (None, Some(_)) => Err(ConfigError(
            "There is a service-account key, but SPREADSHEET_ID is not set. Set it to the part of the spreadsheet's address between /d/ and /edit, or remove the key to use the embedded spreadsheet."
                .to_owned(),
        )),
        (None, None) if api_url.is_some() => Err(ConfigError(
            "SHEETS_API_URL is set, but SPREADSHEET_ID and a service-account key are not. Set all three, or none to use the embedded spreadsheet."
                .to_owned(),
        )),
        (None, None) => Ok(SpreadsheetSource::Embedded),
    }
}

/// Id from a bare id or from the full address. It is validated, because the client puts it into a path unencoded.
fn spreadsheet_id(text: &str) -> Result<String, ConfigError> {
    let id = match text.split_once("/d/") {
        Some((_, rest)) => rest.split(['/', '?', '#']).next().unwrap_or_default(),
        None => text,
    };
    let is_plain = !id.is_empty()
        && id
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'));
    if is_plain {
        Ok(id.to_owned())
    } else {
        Err(invalid_setting(
            "SPREADSHEET_ID",
            text,
            "the part of the spreadsheet's address between /d/ and /edit",
        ))
    }
}

fn checked_url(text: String) -> Result<String, ConfigError> {
    match text.parse::<axum::http::Uri>() {
        Ok(url)
            if matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some() && url.query().is_none() =>
        {
            Ok(text)
        }
        _ => Err(invalid_setting(
            "SHEETS_API_URL",
            &text,
            "an address such as http://127.0.0.1:9090",
        )),
    }
}

fn service_account(
    setting: &dyn Fn(&str) -> Option<String>,
    secret: Option<Value>,
) -> Result<Option<yup_oauth2::ServiceAccountKey>, ConfigError> {
    let (source, json) = if let Some(text) = setting("GOOGLE_SERVICE_ACCOUNT_JSON") {
        (
            "GOOGLE_SERVICE_ACCOUNT_JSON".to_owned(),
            parse_key("GOOGLE_SERVICE_ACCOUNT_JSON", &text)?,
        )
    } else if let Some(path) = setting("GOOGLE_APPLICATION_CREDENTIALS") {
        let source = format!("GOOGLE_APPLICATION_CREDENTIALS ({path})");
        let text = std::fs::read_to_string(Path::new(&path))
            .map_err(|error| ConfigError(format!("{source} cannot be read: {error}.")))?;
        let json = parse_key(&source, &text)?;
        (source, json)
    } else if let Some(json) = secret {
        ("google_service_account in the secrets file".to_owned(), json)
    } else {
        return Ok(None);
    };
    let key: yup_oauth2::ServiceAccountKey = serde_json::from_value(unescape_line_breaks(json)).map_err(|_| {
        ConfigError(format!(
            "{source} is not a service-account key: client_email, private_key or token_uri is missing. Use the JSON file that Google Cloud offers under IAM → Service accounts → Keys."
        ))
    })?;
    Ok(Some(key))
}

/// Parses the key as JSON, or as base64 of JSON, because some hosts accept single-line values only.
fn parse_key(source: &str, text: &str) -> Result<Value, ConfigError> {
    let decoded = (!text.trim_start().starts_with('{'))
        .then(|| BASE64_STANDARD.decode(text.split_whitespace().collect::<String>()).ok())
        .flatten()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    serde_json::from_str(decoded.as_deref().unwrap_or(text)).map_err(|error| {
        ConfigError(format!(
            "{source} is not valid JSON (line {}, column {}).",
            error.line(),
            error.column()
        ))
    })
}

/// Replaces escaped line breaks in the private key, because some hosts escape them twice.
fn unescape_line_breaks(mut json: Value) -> Value {
    if let Some(Value::String(key)) = json.get_mut("private_key") {
        *key = key.replace("\\n", "\n");
    }
    json
}

fn time_zone(name: Option<String>) -> Result<TimeZone, ConfigError> {
    let name = name.unwrap_or_else(|| "Europe/Paris".to_owned());
    TimeZone::get(&name).map_err(|_| invalid_setting("TIME_ZONE", &name, "a name such as Europe/Paris or UTC"))
}

fn number<N: std::str::FromStr>(
    setting: &dyn Fn(&str) -> Option<String>,
    name: &str,
    default: N,
) -> Result<N, ConfigError> {
    match setting(name) {
        Some(text) => number_in(name, &text),
        None => Ok(default),
    }
}

/// Boolean setting, `false` by default.
fn switch(setting: &dyn Fn(&str) -> Option<String>, name: &str) -> Result<bool, ConfigError> {
    match setting(name).as_deref().map(str::to_lowercase).as_deref() {
        None | Some("false" | "0" | "no" | "off") => Ok(false),
        Some("true" | "1" | "yes" | "on") => Ok(true),
        Some(other) => Err(invalid_setting(name, other, "true or false")),
    }
}

fn number_in<N: std::str::FromStr>(name: &str, text: &str) -> Result<N, ConfigError> {
    text.parse()
        .map_err(|_| invalid_setting(name, text, "a whole number in range"))
}

fn invalid_setting(name: &str, value: &str, wanted: &str) -> ConfigError {
    ConfigError(format!("{name} is “{value}”, but must be {wanted}."))
}
