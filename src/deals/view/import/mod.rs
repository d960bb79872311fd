//! Pages of the import.

mod preview;
mod run;
mod settings;
mod start;

use maud::{Markup, html};

pub use preview::PreviewPage;
pub use run::{RunPage, Told};
pub use start::{RunLine, StartPage, Trouble};

use crate::{
    deals::import::{change::Value, log::RunName},
    language::{Language, Noun, UNKNOWN},
};

/// Upload form (GET) and upload (POST).
pub const IMPORT: &str = "/deals/import";
/// Preview of an import.
pub const PREVIEW: &str = "/deals/import/preview";
/// Confirmation of a preview.
pub const APPLY: &str = "/deals/import/apply";
/// CSV download of the refused lines.
pub const REFUSED: &str = "/deals/import/refused";
/// Sample file.
pub const DEMO: &str = "/deals/import/demo";

/// Line of a file, *ligne*.
const LINE: Noun = Noun {
    french: ("ligne", "lignes"),
    english: ("line", "lines"),
};

/// Address of one import.
pub fn run_address(run: &RunName) -> String {
    format!("{IMPORT}/{run}")
}

/// Address with the language, unless it is the board's default.
pub fn in_language(address: &str, language: Language) -> String {
    if language == Language::default() {
        return address.to_owned();
    }
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}lang={}", language.code())
}

/// Hidden inputs.
fn hidden(pairs: &[(String, String)]) -> Markup {
    html! { @for (name, value) in pairs { input type="hidden" name=(name) value=(value); } }
}

/// Hidden input for the language, unless it is the board's default.
fn hidden_language(language: Language) -> Markup {
    html! { @if language != Language::default() { input type="hidden" name="lang" value=(language.code()); } }
}

/// Value as displayed; a dash for an empty one.
fn shown(value: &Value, language: Language) -> String {
    match value {
        Value::Empty => UNKNOWN.to_owned(),
        Value::Amount(amount) => language.money(*amount),
        Value::Day(day) => language.date(*day),
        other => other.to_string(),
    }
}

/// Length as a `u64` for number formatting.
fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
