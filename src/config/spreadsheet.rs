//! Settings of the spreadsheet: the embedded one, or one behind the Sheets API with its service account.

use std::path::Path;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;

use crate::config::{ConfigError, Lookup, Secrets, invalid_setting, switch};

/// Spreadsheet of the boards.
#[derive(Clone)]
pub enum SpreadsheetSource {
    /// Embedded spreadsheet, stored in [`Config::data_dir`](crate::config::Config::data_dir).
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

pub(super) fn read(setting: Lookup<'_>, secrets: Secrets) -> Result<SpreadsheetSource, ConfigError> {
    let id = setting("SPREADSHEET_ID")
        .or(secrets.spreadsheet_id)
        .filter(|id| !id.trim().is_empty());
    let api_url = setting("SHEETS_API_URL")
        .or(secrets.sheets_api_url)
        .filter(|url| !url.trim().is_empty());
    let key = service_account(setting, secrets.google_service_account)?;
    match (id, key) {
        (Some(id), Some((_, key))) => Ok(SpreadsheetSource::Remote(RemoteSpreadsheet {
            id: spreadsheet_id(&id)?,
            key: Box::new(key),
            api_url: api_url.map(checked_url).transpose()?,
        })),
        (Some(_), None) => Err(ConfigError(
            "SPREADSHEET_ID is set, but there is no service-account key. Set GOOGLE_APPLICATION_CREDENTIALS to the path of a key file, or GOOGLE_SERVICE_ACCOUNT_JSON to its content, or unset SPREADSHEET_ID to use the embedded spreadsheet."
                .to_owned(),
        )),
        (None, Some((source, _))) => Err(ConfigError(format!(
            "{source} is set, but SPREADSHEET_ID is not set. Set it to the part of the spreadsheet's address between /d/ and /edit, or remove the key to use the embedded spreadsheet."
        ))),
        (None, None) if api_url.is_some() => Err(ConfigError(
            "SHEETS_API_URL is set, but SPREADSHEET_ID and a service-account key are not. Set SPREADSHEET_ID, and GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_SERVICE_ACCOUNT_JSON, or unset SHEETS_API_URL to use the embedded spreadsheet."
                .to_owned(),
        )),
        (None, None) => {
            refuse_settings_of_google(setting)?;
            Ok(SpreadsheetSource::Embedded)
        }
    }
}

/// Settings that mean nothing to the embedded spreadsheet.
fn refuse_settings_of_google(setting: Lookup<'_>) -> Result<(), ConfigError> {
    let calls = setting("SHEETS_CALLS_PER_MINUTE").map(|_| "SHEETS_CALLS_PER_MINUTE");
    let check = switch(setting, "DRIVE_CHANGE_CHECK")?.then_some("DRIVE_CHANGE_CHECK");
    match calls.or(check) {
        Some(name) => Err(ConfigError(format!(
            "{name} is set, but SPREADSHEET_ID is not, and the embedded spreadsheet does not use it. Set SPREADSHEET_ID and a service-account key, or unset {name}."
        ))),
        None => Ok(()),
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

/// Key of the service account, with the setting that it comes from.
fn service_account(
    setting: Lookup<'_>,
    secret: Option<Value>,
) -> Result<Option<(String, yup_oauth2::ServiceAccountKey)>, ConfigError> {
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
    Ok(Some((source, key)))
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
