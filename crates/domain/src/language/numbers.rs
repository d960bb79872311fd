//! Numbers in French and English: amounts, percentages and whole numbers.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::{language::Language, money::Money};

const THOUSANDS_SPACE: char = '\u{202F}';
const UNIT_SPACE: char = '\u{00A0}';

impl Language {
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
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
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
        let number = self.number(shown, u32::from(!shown.fract().is_zero()));
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
        let number = self.number(rounded, u32::from(!rounded.fract().is_zero()));
        format!("{number}{}", self.choose("\u{00A0}%", "%"))
    }

    /// Formats a whole number: `12 400`, `12,400`.
    pub fn whole(self, number: u64) -> String {
        self.grouped(&number.to_string())
    }
}
