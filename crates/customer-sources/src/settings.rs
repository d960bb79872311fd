//! Settings of a source.

use std::{fmt, num::NonZeroU32};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Settings of one source.
#[derive(Clone, Debug)]
pub struct VendorSettings {
    /// API key.
    pub key: Secret,
    /// Base URL that overrides the vendor's own.
    pub base_url: Option<String>,
    /// Calls per minute that override the vendor's default.
    pub calls_per_minute: Option<NonZeroU32>,
    /// Vendor-specific options, parsed by the vendor's client.
    pub options: Map<String, Value>,
}

impl VendorSettings {
    /// Settings with a key and the vendor's defaults.
    pub fn with_key(key: impl Into<String>) -> Self {
        Self {
            key: Secret::new(key),
            base_url: None,
            calls_per_minute: None,
            options: Map::new(),
        }
    }

    /// Parses the vendor-specific options.
    ///
    /// # Errors
    /// A message that names the invalid option.
    pub fn options<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_json::from_value(Value::Object(self.options.clone()))
            .map_err(|error| format!("the settings cannot be used: {error}."))
    }
}

/// Secret text, redacted in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Secret in plain text, to be sent.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Replaces the secret in `text`.
    pub fn redact(&self, text: &str) -> String {
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
