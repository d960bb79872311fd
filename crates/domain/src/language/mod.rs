//! Page languages, and their formats of amounts, ratios, days and counts.
//!
//! Spaces within a value are non-breaking: U+202F between thousands and U+00A0 before a unit, as in French typography
//! (<https://cldr.unicode.org>, locales `fr` and `en-GB` with the euro).

#[cfg(test)]
mod tests;

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{money::Money, normalize::normalize};

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

const THOUSANDS_SPACE: char = '\u{202F}';
const UNIT_SPACE: char = '\u{00A0}';

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

    /// Formats an amount to the cent: `12 500,50 €`, `€12,500.50`.
    pub fn money(self, amount: Money) -> String {
        self.euros(amount, 2)
    }

    /// Formats an amount in whole euros, for charts: `12 501 €`, `€12,501`.
    pub fn whole_euros(self, amount: Money) -> String {
        self.euros(amount, 0)
    }

    fn euros(self, amount: Money, decimals: u32) -> String {
        let number = self.number(amount.euros(), decimals);
        match (self, number.strip_prefix('-')) {
            (Self::French, _) => format!("{number}{UNIT_SPACE}€"),
            (Self::English, Some(size)) => format!("-€{size}"),
            (Self::English, None) => format!("€{number}"),
        }
    }

    /// Formats a number with this many decimals, half away from zero: `12 500,5`, `12,500.5`.
    pub fn number(self, number: Decimal, decimals: u32) -> String {
        let mut rounded = number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
        rounded.rescale(decimals);
        let digits = rounded.abs().to_string();
        let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
        let sign = if rounded.is_sign_negative() && !rounded.is_zero() {
            "-"
        } else {
            ""
        };
        let point = if fraction.is_empty() { "" } else { self.choose(",", ".") };
        format!("{sign}{}{point}{fraction}", self.grouped(whole))
    }

    fn grouped(self, digits: &str) -> String {
        let mut text = String::with_capacity(digits.len() * 2);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(self.choose(THOUSANDS_SPACE, ','));
            }
            text.push(digit);
        }
        text
    }

    /// Formats a ratio as a percentage, with one decimal if needed: `25 %`, `33,3 %`; `25%`, `33.3%`.
    ///
    /// A positive ratio is never shown as 0, nor one below 1 as 100: `< 0,1 %`, `> 99,9 %`.
    pub fn percent(self, share: Decimal) -> String {
        let tenth = Decimal::new(1, 1);
        let percent = share * Decimal::ONE_HUNDRED;
        let rounded = percent.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
        let (sign, shown) = if rounded.is_zero() && percent > Decimal::ZERO {
            ("<\u{00A0}", tenth)
        } else if rounded == Decimal::ONE_HUNDRED && percent < rounded {
            (">\u{00A0}", rounded - tenth)
        } else {
            ("", rounded)
        };
        let number = self.number(shown, if shown.fract().is_zero() { 0 } else { 1 });
        let unit = self.choose("\u{00A0}%", "%");
        format!("{sign}{number}{unit}")
    }

    /// Formats a relative change with its sign: `+12,5 %`, `-3 %`, `0 %`.
    pub fn change(self, share: Decimal) -> String {
        let text = self.percent_of_any_size(share);
        if text.starts_with(|first: char| first.is_ascii_digit()) && share > Decimal::ZERO {
            format!("+{text}")
        } else {
            text
        }
    }

    fn percent_of_any_size(self, share: Decimal) -> String {
        let rounded = (share * Decimal::ONE_HUNDRED).round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
        let number = self.number(rounded, if rounded.fract().is_zero() { 0 } else { 1 });
        format!("{number}{}", self.choose("\u{00A0}%", "%"))
    }

    /// Formats a day: `21/11/2026`, `21 Nov 2026`.
    pub fn date(self, day: Date) -> String {
        match self {
            Self::French => day.strftime("%d/%m/%Y").to_string(),
            Self::English => day.strftime("%-d %b %Y").to_string(),
        }
    }

    /// Formats a month: `novembre 2026`, `November 2026`; the day within it is ignored.
    pub fn month(self, day: Date) -> String {
        const FRENCH: [&str; 12] = [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ];
        match self {
            Self::French => {
                let month = usize::from(day.month().unsigned_abs()).saturating_sub(1);
                format!("{} {}", FRENCH[month], day.year())
            }
            Self::English => day.strftime("%B %Y").to_string(),
        }
    }

    /// Formats a day relative to today: `en retard de 3 jours`, `aujourd’hui`, `dans 2 jours`.
    pub fn due(self, due: Date, today: Date) -> String {
        let days = days_between(today, due);
        let amount = self.count(u64::from(days.unsigned_abs()), Noun::DAY);
        match (self, days) {
            (Self::French, ..0) => format!("en retard de {amount}"),
            (Self::French, 0) => "aujourd’hui".to_owned(),
            (Self::French, _) => format!("dans {amount}"),
            (Self::English, ..0) => format!("{amount} late"),
            (Self::English, 0) => "today".to_owned(),
            (Self::English, _) => format!("in {amount}"),
        }
    }

    /// Formats a duration in days, with one decimal below ten days: `4,5 jours`, `12 jours`, `1 jour`.
    pub fn days(self, days: Decimal) -> String {
        let decimals = u32::from(days.abs() < Decimal::TEN && !days.round_dp(1).fract().is_zero());
        let shown = days.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
        format!("{} {}", self.number(shown, decimals), self.noun(shown, Noun::DAY))
    }

    /// Formats a whole number with its noun: `0 affaire`, `1 affaire`, `12 400 affaires`; `0 deals`, `1 deal`.
    pub fn count(self, number: u64, noun: Noun) -> String {
        let noun = self.noun(Decimal::from(number), noun);
        format!("{} {noun}", self.whole(number))
    }

    /// Formats a whole number: `12 400`, `12,400`.
    pub fn whole(self, number: u64) -> String {
        self.grouped(&number.to_string())
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
