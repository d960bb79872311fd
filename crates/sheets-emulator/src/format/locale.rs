//! Locale rules for numbers and dates: `12 500,00`, `31/12/2026`.
//!
//! Rules of CLDR for those locales of Sheets whose numbers or dates differ from `en_US`; any other locale uses `en_US`.
//! Names of months and functions stay English.
//!
//! Source: <https://cldr.unicode.org/>

/// Rules of one locale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locale {
    /// Decimal separator.
    pub decimal: char,
    /// Digit group separator.
    pub group: char,
    /// Whether dates are written day first (31/12).
    pub is_day_first: bool,
    /// Date pattern with the separator of the locale.
    pub day_pattern: &'static str,
    /// Currency sign.
    pub currency: &'static str,
    /// Whether the currency sign follows the amount.
    pub is_currency_behind: bool,
}

/// Rules of `en_US`.
const AMERICAN: Locale = Locale {
    decimal: '.',
    group: ',',
    is_day_first: false,
    day_pattern: "M/d/yyyy",
    currency: "$",
    is_currency_behind: false,
};
/// Rules of `en_GB`.
const BRITISH: Locale = Locale {
    is_day_first: true,
    day_pattern: "dd/MM/yyyy",
    currency: "£",
    ..AMERICAN
};
/// Rules of `fr_FR`; digits are grouped with a narrow no-break space.
const FRENCH: Locale = Locale {
    decimal: ',',
    group: '\u{202f}',
    currency: "€",
    is_currency_behind: true,
    ..BRITISH
};
/// Rules of `de_DE`.
const GERMAN: Locale = Locale {
    group: '.',
    day_pattern: "dd.MM.yyyy",
    ..FRENCH
};
/// Rules of `it_IT`, `es_ES` and `pt_PT`.
const ITALIAN: Locale = Locale { group: '.', ..FRENCH };

/// Digits of a currency amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurrencyDigits {
    /// Without decimals.
    Whole,
    /// With two decimals.
    Cents,
}

impl Default for Locale {
    fn default() -> Self {
        AMERICAN
    }
}

impl Locale {
    /// Rules of a locale such as `fr_FR` or `fr-FR`.
    pub fn of(name: &str) -> Self {
        match name.replace('-', "_").as_str() {
            "en_GB" | "en_UK" => BRITISH,
            "en_AU" | "en_NZ" => Self {
                currency: "$",
                ..BRITISH
            },
            "en_IE" => Self {
                currency: "€",
                ..BRITISH
            },
            "fr" | "fr_FR" | "fr_BE" | "fr_LU" => FRENCH,
            "de" | "de_DE" | "de_AT" => GERMAN,
            "it" | "it_IT" | "es" | "es_ES" | "pt_PT" => ITALIAN,
            "pt_BR" => Self {
                currency: "R$",
                is_currency_behind: false,
                ..ITALIAN
            },
            "nl" | "nl_NL" => Self {
                day_pattern: "d-M-yyyy",
                is_currency_behind: false,
                ..ITALIAN
            },
            _ => AMERICAN,
        }
    }

    /// Whether a character may separate groups of digits. Where the separator is a space, any space is accepted.
    pub fn is_group(self, letter: char) -> bool {
        letter == self.group || (self.group == '\u{202f}' && matches!(letter, ' ' | '\u{a0}'))
    }

    /// Date separator.
    pub fn day_separator(self) -> char {
        let is_sign = |letter: &char| !letter.is_alphabetic();
        self.day_pattern.chars().find(is_sign).unwrap_or('/')
    }

    /// Number format pattern of a currency amount.
    pub fn currency_pattern(self, digits: CurrencyDigits) -> String {
        let digits = match digits {
            CurrencyDigits::Cents => "#,##0.00",
            CurrencyDigits::Whole => "#,##0",
        };
        let sign = self.currency;
        if self.is_currency_behind {
            format!("{digits} \"{sign}\"")
        } else {
            format!("\"{sign}\"{digits}")
        }
    }

    /// Converts a number written with `.` and `,` to the separators of this locale.
    pub fn localised(self, text: String) -> String {
        if self.decimal == '.' && self.group == ',' {
            return text;
        }
        let own = |letter| match letter {
            '.' => self.decimal,
            ',' => self.group,
            other => other,
        };
        text.chars().map(own).collect()
    }
}
