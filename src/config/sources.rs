//! Settings of the customer sources, one block per vendor.
//!
//! An API key enables a source. A block with other settings but without the required ones prevents the start.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::{ConfigError, number_in, wrong};
use crate::{
    clock::Clock,
    customers::sources::{Secret, Settings, Time, open_all},
};

/// Settings of an enabled source.
pub struct SourceSettings {
    /// Short name of the vendor in the registry.
    pub source: &'static str,
    /// Settings for its client.
    pub settings: Settings,
}

/// Names of the settings of one source.
struct Block {
    /// Short name of the vendor in the registry, and its entry in the secrets file.
    source: &'static str,
    key: &'static str,
    url: &'static str,
    rate: &'static str,
    /// Settings that only this vendor has.
    options: &'static [Choice],
    /// Whether the vendor has a fixed address.
    home: Home,
}

/// Setting that only one vendor has.
struct Choice {
    /// Name in the secrets file.
    entry: &'static str,
    variable: &'static str,
    form: Form,
}

#[derive(Clone, Copy)]
enum Form {
    Text,
    /// The variable is the path of a JSON file; the entry in the secrets file is the object itself, or the path.
    JsonFile,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Home {
    /// Address of the vendor, unless another is set.
    Known,
    /// The address and every option are required.
    Set,
}

const BLOCKS: &[Block] = &[
    Block {
        source: "intercom",
        key: "INTERCOM_API_KEY",
        url: "INTERCOM_API_URL",
        rate: "INTERCOM_CALLS_PER_MINUTE",
        options: &[],
        home: Home::Known,
    },
    Block {
        source: "hubspot",
        key: "HUBSPOT_API_KEY",
        url: "HUBSPOT_API_URL",
        rate: "HUBSPOT_CALLS_PER_MINUTE",
        options: &[Choice {
            entry: "api_version",
            variable: "HUBSPOT_API_VERSION",
            form: Form::Text,
        }],
        home: Home::Known,
    },
    Block {
        source: "calendly",
        key: "CALENDLY_API_KEY",
        url: "CALENDLY_API_URL",
        rate: "CALENDLY_CALLS_PER_MINUTE",
        options: &[],
        home: Home::Known,
    },
    Block {
        source: "userflow",
        key: "USERFLOW_API_KEY",
        url: "USERFLOW_API_URL",
        rate: "USERFLOW_CALLS_PER_MINUTE",
        options: &[],
        home: Home::Known,
    },
    Block {
        source: "fathom",
        key: "FATHOM_API_KEY",
        url: "FATHOM_API_URL",
        rate: "FATHOM_CALLS_PER_MINUTE",
        options: &[],
        home: Home::Known,
    },
    Block {
        source: "dashboard",
        key: "DASHBOARD_API_KEY",
        url: "DASHBOARD_API_URL",
        rate: "DASHBOARD_CALLS_PER_MINUTE",
        options: &[Choice {
            entry: "mapping",
            variable: "DASHBOARD_MAPPING",
            form: Form::JsonFile,
        }],
        home: Home::Set,
    },
    Block {
        source: "chartmogul",
        key: "CHARTMOGUL_API_KEY",
        url: "CHARTMOGUL_API_URL",
        rate: "CHARTMOGUL_CALLS_PER_MINUTE",
        options: &[],
        home: Home::Known,
    },
    Block {
        source: "stripe",
        key: "STRIPE_API_KEY",
        url: "STRIPE_API_URL",
        rate: "STRIPE_CALLS_PER_MINUTE",
        options: &[],
        home: Home::Known,
    },
];

/// Reads the enabled sources from the environment and the secrets file.
///
/// # Errors
/// A message that names the setting, what is wrong and what is expected.
pub(super) fn read(
    setting: &dyn Fn(&str) -> Option<String>,
    secrets: &Map<String, Value>,
) -> Result<Vec<SourceSettings>, ConfigError> {
    let is_known = |name: &&String| name.starts_with('_') || BLOCKS.iter().any(|block| block.source == name.as_str());
    if let Some(unknown) = secrets.keys().find(|name| !is_known(name)) {
        return Err(ConfigError(format!(
            "The secrets file has the source “{unknown}”, which is not known here. Compare it with secrets.example.json."
        )));
    }
    let mut sources = Vec::new();
    for block in BLOCKS {
        let entries = secrets.get(block.source).and_then(Value::as_object);
        sources.extend(block.read(setting, entries.unwrap_or(&Map::new()))?);
    }
    Ok(sources)
}

impl Block {
    fn read(
        &self,
        setting: &dyn Fn(&str) -> Option<String>,
        entries: &Map<String, Value>,
    ) -> Result<Option<SourceSettings>, ConfigError> {
        self.refuse_unknown(entries)?;
        let either = |variable: &str, entry: &str| setting(variable).or_else(|| text(entries.get(entry)?));
        let key = either(self.key, "api_key");
        let url = either(self.url, "api_url");
        let rate = either(self.rate, "calls_per_minute");
        let mut options = Map::new();
        for choice in self.options {
            let found = choice.read(setting(choice.variable), entries.get(choice.entry))?;
            options.extend(found.map(|value| (choice.entry.to_owned(), value)));
        }
        let given = [(self.url, url.is_some()), (self.rate, rate.is_some())];
        let given = given.into_iter().chain(
            self.options
                .iter()
                .map(|choice| (choice.variable, options.contains_key(choice.entry))),
        );
        let given: Vec<(&str, bool)> = given.collect();
        let Some(key) = key else {
            return match given.iter().find(|(_, is_set)| *is_set) {
                Some((variable, _)) => Err(self.incomplete(variable, self.key)),
                None => Ok(None),
            };
        };
        let is_needed = |variable: &str| self.home == Home::Set && variable != self.rate;
        if let Some((missing, _)) = given.iter().find(|(variable, is_set)| is_needed(variable) && !is_set) {
            return Err(self.incomplete(self.key, missing));
        }
        let settings = Settings {
            key: Secret::new(key),
            base_url: url,
            calls_per_minute: rate.map(|rate| number_in(self.rate, &rate)).transpose()?,
            options,
        };
        self.try_out(settings.clone())?;
        Ok(Some(SourceSettings {
            source: self.source,
            settings,
        }))
    }

    /// Builds the client once, which sends nothing, so that an invalid setting prevents the start.
    fn try_out(&self, settings: Settings) -> Result<(), ConfigError> {
        let time = Time::real(Clock::system(TimeZone::UTC));
        match open_all([(self.source, settings)], &time) {
            Ok(_) => Ok(()),
            Err(reason) => Err(ConfigError(format!(
                "{reason} Its settings are {}, {} and what {} in the secrets file holds.",
                self.key, self.url, self.source
            ))),
        }
    }

    fn refuse_unknown(&self, entries: &Map<String, Value>) -> Result<(), ConfigError> {
        let is_known = |name: &str| {
            name.starts_with('_')
                || ["api_key", "api_url", "calls_per_minute"].contains(&name)
                || self.options.iter().any(|choice| choice.entry == name)
        };
        match entries.keys().find(|name| !is_known(name)) {
            Some(unknown) => Err(ConfigError(format!(
                "The source {} in the secrets file has the entry “{unknown}”, which means nothing here. Compare it with secrets.example.json.",
                self.source
            ))),
            None => Ok(()),
        }
    }

    fn incomplete(&self, given: &str, missing: &str) -> ConfigError {
        ConfigError(format!(
            "{given} is set, but {missing} is not. Set both, here or under “{}” in the secrets file, or neither to leave this source out.",
            self.source
        ))
    }
}

impl Choice {
    fn read(&self, variable: Option<String>, entry: Option<&Value>) -> Result<Option<Value>, ConfigError> {
        let given = variable.or_else(|| text(entry?));
        match (self.form, given, entry) {
            (Form::Text, given, _) => Ok(given.map(Value::String)),
            (Form::JsonFile, Some(path), _) => self.json_in(&path).map(Some),
            (Form::JsonFile, None, Some(object @ Value::Object(_))) => Ok(Some(object.clone())),
            (Form::JsonFile, None, _) => Ok(None),
        }
    }

    fn json_in(&self, path: &str) -> Result<Value, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError(format!("{} ({path}) cannot be read: {error}.", self.variable)))?;
        let mapping: Value = serde_json::from_str(&text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            ConfigError(format!(
                "{} ({path}) is not valid JSON (line {line}, column {column}).",
                self.variable
            ))
        })?;
        if mapping.is_object() {
            Ok(mapping)
        } else {
            Err(wrong(
                self.variable,
                path,
                "the path of a file that holds a JSON object",
            ))
        }
    }
}

/// Text or number as text; empty text counts as absent.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
#[path = "sources_tests.rs"]
mod tests;
