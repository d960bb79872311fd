//! Person names: shown as typed, compared without case, accents and redundant spaces.

use std::{fmt, sync::Arc};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    alias::{AliasedNames, NameKey},
    normalize::normalize,
};

/// Resolver of typed person names, by an alias tab and the key.
pub type PersonNames = AliasedNames<PersonKey>;

impl NameKey for PersonKey {
    const NAMELESS: &'static str = "is empty. Write a name in it";

    fn of_name(typed: &str) -> Option<Self> {
        Self::of(typed)
    }
}

/// Key of a person's name, shared by all its spellings: ignores NFKC differences, case, accents, spaces and kinds of
/// apostrophe.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct PersonKey(Arc<str>);

impl PersonKey {
    /// Key of a typed name; `None` if it contains no visible character.
    pub fn of(name: &str) -> Option<Self> {
        let normalized = normalize(name);
        (!normalized.is_empty()).then(|| Self(normalized.into()))
    }

    /// Key as text, for comparing and sorting.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_typed_several_ways_has_one_key() {
        let key = PersonKey::of("Zoé O'Brien");
        for typed in [
            "zoé o'brien",
            " ZOE  O’BRIEN ",
            "Zoe\u{0301}\u{00A0}O`Brien",
            "Zoe\u{200B} O'Brien",
        ] {
            assert_eq!(PersonKey::of(typed), key, "{typed:?}");
        }
    }

    #[test]
    fn near_names_are_two_people_and_a_blank_is_nobody() {
        assert_ne!(PersonKey::of("Kate"), PersonKey::of("Kat"));
        for blank in ["", "  \t", "\u{200B}\u{FEFF}"] {
            assert_eq!(PersonKey::of(blank), None);
        }
    }
}
