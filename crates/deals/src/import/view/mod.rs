//! Pages of the import.

pub(crate) mod preview;
pub(crate) mod run;
pub(crate) mod settings;
pub(crate) mod start;

use domain::language::{Language, Noun, UNKNOWN_VALUE};
use maud::{Markup, html};

use crate::{
    import::{log::RunName, plan::values::DealFieldValue},
    routes::IMPORT,
};

/// Line of a file, *ligne*.
const LINE: Noun = Noun {
    french: ("ligne", "lignes"),
    english: ("line", "lines"),
};

/// Address of one import.
pub fn import_run_address(run: &RunName) -> String {
    format!("{IMPORT}/{run}")
}

/// Hidden inputs.
fn hidden_fields(pairs: &[(String, String)]) -> Markup {
    html! { @for (name, value) in pairs { input type="hidden" name=(name) value=(value); } }
}

/// Hidden input for the language, unless it is the board's default.
fn hidden_language_field(language: Language) -> Markup {
    html! { @if language != Language::default() { input type="hidden" name="lang" value=(language.code()); } }
}

/// Value as displayed; a dash for an empty one.
fn format_value(value: &DealFieldValue, language: Language) -> String {
    match value {
        DealFieldValue::Empty => UNKNOWN_VALUE.to_owned(),
        DealFieldValue::Amount(amount) => language.money(*amount),
        DealFieldValue::Day(day) => language.date(*day),
        other => other.to_string(),
    }
}

/// Length as a `u64` for number formatting.
fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
