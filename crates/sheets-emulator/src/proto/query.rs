//! Query parameters of a request, validated against those of the method.

use crate::proto::{error::ApiError, field_mask::FieldMask};

/// System parameters of every method. Source: <https://cloud.google.com/apis/docs/system-parameters>
const STANDARD: [&str; 14] = [
    "alt",
    "fields",
    "key",
    "prettyPrint",
    "quotaUser",
    "$.xgafv",
    "access_token",
    "callback",
    "oauth_token",
    "upload_protocol",
    "uploadType",
    "$prettyPrint",
    "$fields",
    "$alt",
];

/// Query parameters of a request, in order.
pub struct QueryParameters(Vec<(String, String)>);

/// Whether a call reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// It changes nothing.
    Read,
    /// It may change data.
    Write,
}

impl CallKind {
    /// Name in Google's messages about quotas.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "Read",
            Self::Write => "Write",
        }
    }
}

/// What a method gets of its request besides the path.
#[derive(Clone, Copy)]
pub struct MethodRequest<'a> {
    /// Query parameters.
    pub query: &'a QueryParameters,
    /// Body.
    pub body: &'a [u8],
    /// Base URL of this server.
    pub url: &'a str,
}

impl QueryParameters {
    /// Parses the text after `?`.
    pub fn parse(text: &str) -> Self {
        Self(serde_urlencoded::from_str(text).unwrap_or_default())
    }

    /// Refuses parameters that are neither system parameters nor among those of the method.
    ///
    /// # Errors
    /// 400 with Google's message.
    pub fn only(&self, own: &[&str]) -> Result<(), ApiError> {
        let known =
            |name: &str| STANDARD.contains(&name) || own.contains(&crate::proto::json::camel_case(name).as_str());
        match self.0.iter().find(|(name, _)| !known(name)) {
            None => Ok(()),
            Some((name, _)) => Err(ApiError::field(
                "",
                format!(
                    "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' \
                     could not be found in request message."
                ),
            )),
        }
    }

    /// Last non-empty value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        let is_it = |known: &str| known == name || crate::proto::json::camel_case(known) == name;
        self.0
            .iter()
            .rev()
            .find(|(known, _)| is_it(known))
            .map(|(_, value)| value.as_str())
            .filter(|text| !text.is_empty())
    }

    /// All values of a parameter.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
            .collect()
    }

    /// Whether a boolean parameter is set, in camelCase or `snake_case`.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|text| text.eq_ignore_ascii_case("true") || text == "1")
    }

    /// Field mask of the parameter `fields`, if given.
    ///
    /// # Errors
    /// 400 if the value is not a field mask.
    pub fn mask(&self) -> Result<Option<FieldMask>, ApiError> {
        match self.get("fields").or_else(|| self.get("$fields")) {
            None => Ok(None),
            Some(text) => FieldMask::parse(text).map(Some),
        }
    }
}
