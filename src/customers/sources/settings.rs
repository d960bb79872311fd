//! What an operator sets for a source.

use std::{fmt, num::NonZeroU32};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What an operator sets for one source.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The key that the vendor gave out.
    pub key: Secret,
    /// Another root than the vendor's own.
    pub base_url: Option<String>,
    /// Calls in a minute, other than the vendor's default.
    pub calls_per_minute: Option<NonZeroU32>,
    /// What only this vendor knows; read by its own file.
    pub options: Map<String, Value>,
}

impl Settings {
    /// A key, and everything else as the vendor has it.
    pub fn with_key(key: impl Into<String>) -> Self {
        Self {
            key: Secret::new(key),
            base_url: None,
            calls_per_minute: None,
            options: Map::new(),
        }
    }

    /// The vendor's own options.
    ///
    /// # Errors
    /// A sentence that names the option.
    pub fn options<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_json::from_value(Value::Object(self.options.clone()))
            .map_err(|error| format!("the settings cannot be used: {error}."))
    }
}

/// Something that must not be shown: it prints as dots.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text` from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one who sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// `text` without the secret.
    pub fn struck_from(&self, text: &str) -> String {
        if self.0.is_empty() {
            text.to_owned()
        } else {
            text.replace(&self.0, "•••")
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("•••")
    }
}
