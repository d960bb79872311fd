//! E-mail addresses, displayed as written and compared in a normalized form.

use std::{cmp::Ordering, fmt, hash};

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// E-mail address. It keeps the written form and compares by its key: trimmed, in NFC, in lower case.
///
/// Plus tags and dots are kept: `ann+billing@x.com` and `ann@x.com` may be two mailboxes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email {
    written: String,
    key: String,
}

impl Email {
    /// Parses an address; `None` unless it has exactly one `@` with text on both sides and no white space or control
    /// characters.
    pub fn of(text: &str) -> Option<Self> {
        let written: String = text.trim().nfc().collect();
        let (name, domain) = written.rsplit_once('@')?;
        let is_address = !name.is_empty()
            && !domain.is_empty()
            && !name.contains('@')
            && !written.contains(|letter: char| letter.is_whitespace() || letter.is_control());
        is_address.then(|| Self {
            key: written.to_lowercase().nfc().collect(),
            written,
        })
    }

    /// Address as written.
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// Normalized form, equal for all spellings of one address; never empty.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Domain in lower case: a hint at the company, not proof.
    pub fn domain(&self) -> &str {
        self.key.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Email {}

impl PartialOrd for Email {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Email {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl hash::Hash for Email {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl fmt::Display for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.written)
    }
}

impl TryFrom<String> for Email {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::of(&text).ok_or_else(|| format!("“{text}” is not an address"))
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_share_a_key_and_keep_their_looks() {
        let email = Email::of(" Zoe\u{301}@Example.COM\n").expect("an address");
        assert_eq!(email.key(), "zoé@example.com");
        assert_eq!(email.as_written(), "Zoé@Example.COM");
        assert_eq!(email.domain(), "example.com");
        assert_eq!(Some(email), Email::of("zoé@example.com"));
    }

    #[test]
    fn a_tag_or_a_dot_makes_another_address() {
        assert_ne!(Email::of("ann+billing@x.com"), Email::of("ann@x.com"));
        assert_ne!(Email::of("a.nn@x.com"), Email::of("ann@x.com"));
    }

    #[test]
    fn what_is_no_address_has_no_key() {
        for text in [
            "",
            "  ",
            "ann",
            "@x.com",
            "ann@",
            "[email protected]",
            "a@b@c",
            "a\u{0}@x.com",
        ] {
            assert_eq!(Email::of(text), None, "{text:?}");
        }
    }
}
