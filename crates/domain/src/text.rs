//! Rule of the texts that people type or import: what does not show, or makes one name look like another, is refused.

use std::fmt;

use crate::language::Language;

/// Kind of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// One line, such as a name.
    Line,
    /// Lines, such as notes: line breaks and tabs are allowed.
    Paragraphs,
}

/// Character that a text must not contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedCharacter(pub char);

/// Code point, such as `U+202E`.
impl fmt::Display for RefusedCharacter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "U+{:04X}", u32::from(self.0))
    }
}

impl RefusedCharacter {
    /// Message for the field that contains the character.
    pub fn text(self, language: Language) -> String {
        language.choose(
            format!("Ce texte contient un caractère invisible ({self}). Retapez-le au lieu de le coller."),
            format!("This contains an invisible character ({self}). Type it anew instead of pasting it."),
        )
    }
}

/// Checks the characters of a text.
///
/// # Errors
/// The first character that is refused.
pub fn check_characters(text: &str, kind: TextKind) -> Result<(), RefusedCharacter> {
    let is_allowed = |character: char| kind == TextKind::Paragraphs && matches!(character, '\n' | '\r' | '\t');
    let refused = text
        .chars()
        .find(|character| is_refused(*character) && !is_allowed(*character));
    refused.map_or(Ok(()), |character| Err(RefusedCharacter(character)))
}

/// Whether a character is refused in a line: control characters, marks that turn the direction of writing, invisible
/// characters and the replacement character.
///
/// Joiners (U+200C, U+200D) and variation selectors are allowed: Persian, Indian names and emoji need them.
pub fn is_refused(character: char) -> bool {
    let turns_direction = matches!(character, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}');
    // The last three are Korean fillers.
    let is_unseen = matches!(character, '\u{00AD}' | '\u{200B}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}'
        | '\u{E0000}'..='\u{E007F}' | '\u{115F}' | '\u{1160}' | '\u{3164}');
    character.is_control()
        || turns_direction
        || is_unseen
        || matches!(character, '\u{2028}' | '\u{2029}' | char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_show_is_refused_by_its_code() {
        for (text, line, paragraphs) in [
            ("Société Générale – ÜRÜN, 株式会社", None, None),
            ("👩‍👩‍👧 ❤️ می‌خواهم", None, None),
            ("a\u{a0}b\u{202f}c", None, None),
            ("one\ntwo\r\nthree\tfour", Some("U+000A"), None),
            ("a\0b", Some("U+0000"), Some("U+0000")),
            ("a\u{1b}[31m", Some("U+001B"), Some("U+001B")),
            ("a\u{7f}", Some("U+007F"), Some("U+007F")),
            ("a\u{85}", Some("U+0085"), Some("U+0085")),
            ("gpj\u{202e}exe", Some("U+202E"), Some("U+202E")),
            ("\u{2066}a", Some("U+2066"), Some("U+2066")),
            ("a\u{200b}b", Some("U+200B"), Some("U+200B")),
            ("\u{feff}a", Some("U+FEFF"), Some("U+FEFF")),
            ("a\u{ad}b", Some("U+00AD"), Some("U+00AD")),
            ("a\u{3164}", Some("U+3164"), Some("U+3164")),
            ("a\u{e0041}", Some("U+E0041"), Some("U+E0041")),
            ("a\u{2028}b", Some("U+2028"), Some("U+2028")),
            ("Gagn\u{fffd}", Some("U+FFFD"), Some("U+FFFD")),
        ] {
            for (kind, expected) in [(TextKind::Line, line), (TextKind::Paragraphs, paragraphs)] {
                let refused = check_characters(text, kind).err().map(|refused| refused.to_string());
                assert_eq!(refused.as_deref(), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn the_message_names_the_character_in_both_languages() {
        let refused = RefusedCharacter('\u{202e}');
        assert!(refused.text(Language::French).contains("caractère invisible (U+202E)"));
        assert!(refused.text(Language::English).contains("invisible character (U+202E)"));
    }
}
