//! Schemas of query parameters: words of a list, days, moments, languages. All may be empty, as a form sends a field
//! that nobody filled in.
//!
//! Use them with `#[schemars(schema_with = "…")]` at the field that the handler parses.

use std::sync::LazyLock;

use domain::{language::Language, text::is_refused};
use schemars::{Schema, SchemaGenerator, json_schema};

/// Pattern of a day from 1900 to 2199. The program also refuses days that a month does not have.
const DAY: &str = "^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";
/// Pattern of an instant within the same years, with a position in the audit log for moments of history.
const INSTANT: &str = "^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?Z$";

/// Characters that no line contains, as the inside of a character class.
static REFUSED: LazyLock<String> = LazyLock::new(|| {
    let mut ranges: Vec<(char, char)> = Vec::new();
    for character in ('\0'..=char::MAX).filter(|character| is_refused(*character)) {
        match ranges.last_mut() {
            Some((_, last)) if u32::from(*last) + 1 == u32::from(character) => *last = character,
            _ => ranges.push((character, character)),
        }
    }
    ranges.iter().map(|(first, last)| format!("{first}-{last}")).collect()
});

/// Characters that no line contains, as the inside of a character class.
pub fn refused_characters() -> &'static str {
    &REFUSED
}

/// A text of one line.
pub fn line(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "pattern": format!("^[^{}]*$", refused_characters())})
}

/// A text of several lines: line breaks and tabs are allowed too.
pub fn paragraphs(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "pattern": format!("^([^{}]|[\\t\\n\\r])*$", refused_characters())})
}

/// One of `words`.
pub fn choice<'a>(words: impl IntoIterator<Item = &'a str>) -> Schema {
    let words: Vec<&str> = std::iter::once("").chain(words).collect();
    json_schema!({"type": "string", "enum": words})
}

/// A day such as `2026-03-31`.
pub fn day(_: &mut SchemaGenerator) -> Schema {
    or_empty(json_schema!({"type": "string", "format": "date", "pattern": DAY}))
}

/// A day, or an instant such as `2026-03-31T21:59:59Z`.
pub fn moment(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"anyOf": [
        {"type": "string", "enum": [""]},
        {"type": "string", "format": "date", "pattern": DAY},
        {"type": "string", "format": "date-time", "pattern": INSTANT},
    ]})
}

/// A language of the pages.
pub fn language(_: &mut SchemaGenerator) -> Schema {
    choice(Language::ALL.map(Language::code))
}

/// A number of a page; 0 shows the first.
pub fn page_number(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "pattern": "^[0-9]{0,6}$"})
}

fn or_empty(schema: Schema) -> Schema {
    json_schema!({"anyOf": [{"type": "string", "enum": [""]}, schema]})
}
