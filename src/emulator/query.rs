//! The query of a request, checked against what a method knows.

use super::failure::Failure;
use super::mask::Mask;

/// Parameters every method takes.
/// Source: <https://cloud.google.com/apis/docs/system-parameters>
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

/// The parameters of one request, in order.
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the text after `?`.
    pub fn parse(text: &str) -> Self {
        Self(serde_urlencoded::from_str(text).unwrap_or_default())
    }

    /// Refuses parameters that are neither standard nor among the method's own.
    ///
    /// # Errors
    /// 400 in Google's words.
    pub fn only(&self, own: &[&str]) -> Result<(), Failure> {
        let known = |name: &str| STANDARD.contains(&name) || own.contains(&super::wire::camel_case(name).as_str());
        match self.0.iter().find(|(name, _)| !known(name)) {
            None => Ok(()),
            Some((name, _)) => Err(Failure::field(
                "",
                format!(
                    "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' \
                     could not be found in request message."
                ),
            )),
        }
    }

    /// The last value of a parameter, if it has one.
    pub fn get(&self, name: &str) -> Option<&str> {
        let is_it = |known: &str| known == name || super::wire::camel_case(known) == name;
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

    /// Whether a flag is set, in either spelling.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|text| text.eq_ignore_ascii_case("true") || text == "1")
    }

    /// `fields`, unless it selects everything.
    ///
    /// # Errors
    /// 400 when it is no mask.
    pub fn mask(&self) -> Result<Option<Mask>, Failure> {
        match self.get("fields").or_else(|| self.get("$fields")) {
            None => Ok(None),
            Some(text) => Mask::parse(text).map(Some),
        }
    }
}
