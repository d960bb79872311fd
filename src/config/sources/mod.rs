//! Settings of the customer sources, one block per vendor.
//!
//! An API key enables a source. A block with other settings but without the required ones prevents the start.

#[cfg(test)]
mod tests;

use customer_sources::{Secret, Timer, VendorSettings, open_all};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use sheets_store::clock::Clock;

use crate::config::{ConfigError, Lookup, invalid_setting, number_in};

/// Settings of an enabled source.
pub struct SourceSettings {
    /// Short name of the vendor in the registry.
    pub source: &'static str,
    /// Settings for its client.
    pub settings: VendorSettings,
}

/// Names of the settings of one source.
struct SourceBlock {
    /// Short name of the vendor in the registry, and its entry in the secrets file.
    source: &'static str,
    key: &'static str,
    url: &'static str,
    rate: &'static str,
    /// Settings that only this vendor has.
    options: &'static [SourceOption],
    /// Whether the vendor has a fixed address.
    home: AddressOrigin,
}

/// Setting that only one vendor has.
struct SourceOption {
    /// Name in the secrets file.
    entry: &'static str,
    variable: &'static str,
    form: OptionForm,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum OptionForm {
    Text,
    /// The variable is the path of a JSON file; the entry in the secrets file is the object itself, or the path.
    JsonFile,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum AddressOrigin {
    /// Address of the vendor, unless another is set.
    Known,
    /// The address and every option are required.
    Set,
}

const BLOCKS: &[SourceBlock] = &[
    SourceBlock {
        source: "intercom",
        key: "INTERCOM_API_KEY",
        url: "INTERCOM_API_URL",
        rate: "INTERCOM_CALLS_PER_MINUTE",
        options: &[],
        home: AddressOrigin::Known,
    },
    SourceBlock {
        source: "hubspot",
        key: "HUBSPOT_API_KEY",
        url: "HUBSPOT_API_URL",
        rate: "HUBSPOT_CALLS_PER_MINUTE",
        options: &[SourceOption {
            entry: "api_version",
            variable: "HUBSPOT_API_VERSION",
            form: OptionForm::Text,
        }],
        home: AddressOrigin::Known,
    },
    SourceBlock {
        source: "calendly",
        key: "CALENDLY_API_KEY",
        url: "CALENDLY_API_URL",
        rate: "CALENDLY_CALLS_PER_MINUTE",
        options: &[],
        home: AddressOrigin::Known,
    },
    SourceBlock {
        source: "userflow",
        key: "USERFLOW_API_KEY",
        url: "USERFLOW_API_URL",
        rate: "USERFLOW_CALLS_PER_MINUTE",
        options: &[],
        home: AddressOrigin::Known,
    },
    SourceBlock {
        source: "fathom",
        key: "FATHOM_API_KEY",
        url: "FATHOM_API_URL",
        rate: "FATHOM_CALLS_PER_MINUTE",
        options: &[],
        home: AddressOrigin::Known,
    },
    SourceBlock {
        source: "dashboard",
        key: "DASHBOARD_API_KEY",
        url: "DASHBOARD_API_URL",
        rate: "DASHBOARD_CALLS_PER_MINUTE",
        options: &[SourceOption {
            entry: "mapping",
            variable: "DASHBOARD_MAPPING",
            form: OptionForm::JsonFile,
        }],
        home: AddressOrigin::Set,
    },
    SourceBlock {
        source: "chartmogul",
        key: "CHARTMOGUL_API_KEY",
        url: "CHARTMOGUL_API_URL",
        rate: "CHARTMOGUL_CALLS_PER_MINUTE",
        options: &[],
        home: AddressOrigin::Known,
    },
    SourceBlock {
        source: "stripe",
        key: "STRIPE_API_KEY",
        url: "STRIPE_API_URL",
        rate: "STRIPE_CALLS_PER_MINUTE",
        options: &[],
        home: AddressOrigin::Known,
    },
];

/// Reads the enabled sources from the environment and the secrets file.
///
/// # Errors
/// A message that names the setting, what is wrong and what is expected.
pub(crate) fn read(setting: Lookup<'_>, secrets: &Map<String, Value>) -> Result<Vec<SourceSettings>, ConfigError> {
    let is_known = |name: &&String| name.starts_with('_') || BLOCKS.iter().any(|block| block.source == name.as_str());
    if let Some(unknown) = secrets.keys().find(|name| !is_known(name)) {
        return Err(ConfigError(format!(
            "The secrets file has the source “{unknown}”, which is not known here. Compare it with secrets.example.json."
        )));
    }
    let mut sources = Vec::new();
    for block in BLOCKS {
        let entries = match secrets.get(block.source) {
            None | Some(Value::Null) => &Map::new(),
            Some(Value::Object(entries)) => entries,
            Some(_) => {
                return Err(ConfigError(format!(
                    "The source {} in the secrets file must be an object with its entries. Compare it with secrets.example.json.",
                    block.source
                )));
            }
        };
        sources.extend(block.read(setting, entries)?);
    }
    Ok(sources)
}

/// Name of the setting that switches a source on.
pub(crate) fn key_setting(source: &str) -> &'static str {
    let block = BLOCKS.iter().find(|block| block.source == source);
    block.map_or("its key", |block| block.key)
}

impl SourceBlock {
    fn read(&self, setting: Lookup<'_>, entries: &Map<String, Value>) -> Result<Option<SourceSettings>, ConfigError> {
        self.reject_unknown(entries)?;
        self.reject_unreadable(entries)?;
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
                Some((variable, _)) => Err(self.incomplete(variable, &[self.key])),
                None => Ok(None),
            };
        };
        let is_needed = |variable: &str| self.home == AddressOrigin::Set && variable != self.rate;
        let missing = given.iter().filter(|(variable, is_set)| is_needed(variable) && !is_set);
        let missing: Vec<&str> = missing.map(|(variable, _)| *variable).collect();
        if !missing.is_empty() {
            return Err(self.incomplete(self.key, &missing));
        }
        let settings = VendorSettings {
            key: Secret::new(key),
            base_url: url,
            calls_per_minute: rate.map(|rate| number_in(self.rate, &rate)).transpose()?,
            options,
        };
        self.validate(settings.clone())?;
        Ok(Some(SourceSettings {
            source: self.source,
            settings,
        }))
    }

    /// Builds the client once, which sends nothing, so that an invalid setting prevents the start.
    fn validate(&self, settings: VendorSettings) -> Result<(), ConfigError> {
        let clock = Clock::system(TimeZone::UTC);
        let time = Timer::real(move || clock.now());
        match open_all([(self.source, settings)], &time) {
            Ok(_) => Ok(()),
            Err(reason) => Err(ConfigError(format!(
                "{reason} Its settings are {}, {} and what {} in the secrets file holds.",
                self.key, self.url, self.source
            ))),
        }
    }

    fn reject_unknown(&self, entries: &Map<String, Value>) -> Result<(), ConfigError> {
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

    /// Entries that are neither text nor a number. They would count as absent.
    fn reject_unreadable(&self, entries: &Map<String, Value>) -> Result<(), ConfigError> {
        let takes_object = |name: &str| {
            let mut options = self.options.iter();
            options.any(|choice| choice.entry == name && choice.form == OptionForm::JsonFile)
        };
        let is_readable = |(name, value): &(&String, &Value)| match value {
            Value::String(_) | Value::Number(_) | Value::Null => true,
            Value::Object(_) => takes_object(name),
            Value::Bool(_) | Value::Array(_) => false,
        };
        let unreadable = entries
            .iter()
            .filter(|(name, _)| !name.starts_with('_'))
            .find(|entry| !is_readable(entry));
        match unreadable {
            Some((name, _)) => Err(ConfigError(format!(
                "The entry “{name}” of the source {} in the secrets file must be text in quotation marks.",
                self.source
            ))),
            None => Ok(()),
        }
    }

    fn incomplete(&self, given: &str, missing: &[&str]) -> ConfigError {
        let are = if missing.len() == 1 { "is" } else { "are" };
        ConfigError(format!(
            "{given} is set, but {} {are} not. Set all of them, here or under “{}” in the secrets file, or none to leave this source out.",
            missing.join(" and "),
            self.source
        ))
    }
}

impl SourceOption {
    fn read(&self, variable: Option<String>, entry: Option<&Value>) -> Result<Option<Value>, ConfigError> {
        let given = variable.or_else(|| text(entry?));
        match (self.form, given, entry) {
            (OptionForm::Text, given, _) => Ok(given.map(Value::String)),
            (OptionForm::JsonFile, Some(path), _) => self.json_in(&path).map(Some),
            (OptionForm::JsonFile, None, Some(object @ Value::Object(_))) => Ok(Some(object.clone())),
            (OptionForm::JsonFile, None, _) => Ok(None),
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
            Err(invalid_setting(
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
