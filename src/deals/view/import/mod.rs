//! The pages of the import.

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

/// The form for a file; also where the file goes.
pub const IMPORT: &str = "/deals/import";
/// What would become of a file.
pub const PREVIEW: &str = "/deals/import/preview";
/// The yes to a preview.
pub const APPLY: &str = "/deals/import/apply";
/// The refused lines as a file.
pub const REFUSED: &str = "/deals/import/refused";
/// A file to try the import with.
pub const DEMO: &str = "/deals/import/demo";

/// A line of a file, *ligne*.
const LINE: Noun = Noun {
    french: ("ligne", "lignes"),
    english: ("line", "lines"),
};

/// The page of one import.
pub fn run_address(run: &RunName) -> String {
    format!("{IMPORT}/{run}")
}

/// An address that keeps the language, where it is not the one that the board begins with.
pub fn in_language(address: &str, language: Language) -> String {
    if language == Language::default() {
        return address.to_owned();
    }
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}lang={}", language.code())
}

/// Fields that travel along unseen.
fn hidden(pairs: &[(String, String)]) -> Markup {
    html! { @for (name, value) in pairs { input type="hidden" name=(name) value=(value); } }
}

/// The language as a field, where it is not the one that the board begins with.
fn hidden_language(language: Language) -> Markup {
    html! { @if language != Language::default() { input type="hidden" name="lang" value=(language.code()); } }
}

/// The value as the page writes it; nothing shows as a dash.
fn shown(value: &Value, language: Language) -> String {
    match value {
        Value::Empty => UNKNOWN.to_owned(),
        Value::Amount(amount) => language.money(*amount),
        Value::Day(day) => language.date(*day),
        other => other.to_string(),
    }
}

/// A number as it is counted in lists.
fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
