//! How numbers and days are written where a spreadsheet is at home: `12 500,00`, `31/12/2026`.
//!
//! The rules are those of CLDR for the locales that Sheets offers and that write numbers or days unlike en_US; any other
//! locale follows en_US. Names of months and functions stay English.
//!
//! Source: <https://cldr.unicode.org/>

/// The rules of one locale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locale {
    /// Between the whole and its fraction.
    pub decimal: char,
    /// Between groups of three digits.
    pub group: char,
    /// 31/12 and not 12/31.
    pub is_day_first: bool,
    /// Pattern of a day typed with the separator of the locale.
    pub day_pattern: &'static str,
    /// Sign of the currency.
    pub currency: &'static str,
    /// The sign stands behind the amount.
    pub is_currency_behind: bool,
}

/// en_US.
const AMERICAN: Locale = Locale {
    decimal: '.',
    group: ',',
    is_day_first: false,
    day_pattern: "M/d/yyyy",
    currency: "$",
    is_currency_behind: false,
};
/// en_GB.
const BRITISH: Locale = Locale {
    is_day_first: true,
    day_pattern: "dd/MM/yyyy",
    currency: "£",
    ..AMERICAN
};
/// fr_FR; numbers are grouped with a narrow no-break space.
const FRENCH: Locale = Locale {
    decimal: ',',
    group: '\u{202f}',
    currency: "€",
    is_currency_behind: true,
    ..BRITISH
};
/// de_DE.
const GERMAN: Locale = Locale {
    group: '.',
    day_pattern: "dd.MM.yyyy",
    ..FRENCH
};
/// it_IT, es_ES, pt_PT.
const ITALIAN: Locale = Locale { group: '.', ..FRENCH };

impl Default for Locale {
    fn default() -> Self {
        AMERICAN
    }
}

impl Locale {
    /// The rules of a locale such as `fr_FR` or `fr-FR`.
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

    /// Whether a letter may stand between groups of digits: any space will do where a space does.
    pub fn is_group(self, letter: char) -> bool {
        letter == self.group || (self.group == '\u{202f}' && matches!(letter, ' ' | '\u{a0}'))
    }

    /// Between day, month and year.
    pub fn day_separator(self) -> char {
        let is_sign = |letter: &char| !letter.is_alphabetic();
        self.day_pattern.chars().find(is_sign).unwrap_or('/')
    }

    /// The pattern of an amount with or without cents.
    pub fn currency_pattern(self, has_cents: bool) -> String {
        let digits = if has_cents { "#,##0.00" } else { "#,##0" };
        let sign = self.currency;
        if self.is_currency_behind {
            format!("{digits} \"{sign}\"")
        } else {
            format!("\"{sign}\"{digits}")
        }
    }

    /// A number written with `.` and `,` as this locale writes it.
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
