//! Page languages: French and English, their nouns and plurals.
//!
//! [`numbers`] formats amounts, ratios and counts, [`dates`] days, months and durations. Spaces within a value are
//! non-breaking: U+202F between thousands and U+00A0 before a unit, as in French typography
//! (<https://cldr.unicode.org>, locales `fr` and `en-GB` with the euro).

pub mod dates;
pub mod numbers;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::normalize::normalize;

/// Language of a page. Stored data does not depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub enum Language {
    /// `fr`, the default language of the deals.
    #[default]
    #[serde(rename = "fr")]
    French,
    /// `en`.
    #[serde(rename = "en")]
    English,
}

/// Noun in both languages, singular and plural.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noun {
    /// French singular and plural.
    pub french: (&'static str, &'static str),
    /// English singular and plural.
    pub english: (&'static str, &'static str),
}

impl Noun {
    /// A deal, *affaire*.
    pub const DEAL: Self = Self {
        french: ("affaire", "affaires"),
        english: ("deal", "deals"),
    };
    /// A row of the sheet, *ligne*.
    pub const ROW: Self = Self {
        french: ("ligne", "lignes"),
        english: ("row", "rows"),
    };
    /// A cell of the sheet, *cellule*.
    pub const CELL: Self = Self {
        french: ("cellule", "cellules"),
        english: ("cell", "cells"),
    };
    /// A day, *jour*.
    pub const DAY: Self = Self {
        french: ("jour", "jours"),
        english: ("day", "days"),
    };
}

impl Language {
    /// All languages, the default first.
    pub const ALL: [Self; 2] = [Self::French, Self::English];

    /// Parses `fr` or `en`, also with a country (`fr-FR`); `None` for anything else.
    pub fn parse(code: &str) -> Option<Self> {
        let code = code.trim().to_ascii_lowercase();
        let language = code.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|known| known.code() == language)
    }

    /// Language code, as in `lang="…"` and URLs.
    pub fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    /// Name of the language in the language itself.
    pub fn own_name(self) -> &'static str {
        self.choose("Français", "English")
    }

    /// Language that a page can be switched to.
    #[must_use]
    pub fn other(self) -> Self {
        self.choose(Self::English, Self::French)
    }

    /// Selects the text of this language.
    pub fn choose<Text>(self, french: Text, english: Text) -> Text {
        match self {
            Self::French => french,
            Self::English => english,
        }
    }

    /// Formats a whole number with its noun: `0 affaire`, `1 affaire`, `12 400 affaires`; `0 deals`, `1 deal`.
    pub fn count(self, number: u64, noun: Noun) -> String {
        let noun = self.noun(Decimal::from(number), noun);
        format!("{} {noun}", self.whole(number))
    }

    /// Plural rule: French uses the singular below two, English at exactly one
    /// (<https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html>).
    fn noun(self, number: Decimal, noun: Noun) -> &'static str {
        match self {
            Self::French if number.abs() < Decimal::TWO => noun.french.0,
            Self::French => noun.french.1,
            Self::English if number.abs() == Decimal::ONE => noun.english.0,
            Self::English => noun.english.1,
        }
    }
}

/// Display text of an unknown value, instead of a zero.
pub const UNKNOWN_VALUE: &str = "–";

/// Days from one day to another, negative if `to` is earlier.
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// Sort key for both languages, ignoring accents and case; the text itself breaks ties.
pub fn sort_key(text: &str) -> (String, String) {
    (normalize(text), text.to_owned())
}
