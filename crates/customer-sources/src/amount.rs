//! Amounts of money in their original currency: exact, and never added across currencies.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// Currency by its ISO 4217 code in upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// Currencies without decimals (<https://docs.stripe.com/currencies#zero-decimal>).
const WHOLE: &[&str] = &[
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
];

/// Currencies with three decimals (<https://docs.stripe.com/currencies#three-decimal>).
const THOUSANDTHS: &[&str] = &["BHD", "JOD", "KWD", "OMR", "TND"];

impl Currency {
    /// Parses a code in any case; `None` unless it has three letters.
    pub fn of(code: &str) -> Option<Self> {
        let letters: [u8; 3] = code.trim().as_bytes().try_into().ok()?;
        let is_code = letters.iter().all(u8::is_ascii_alphabetic);
        is_code.then(|| Self(letters.map(|letter| letter.to_ascii_uppercase())))
    }

    /// Code in upper case, such as `EUR`.
    pub fn code(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Number of decimals of the smallest chargeable unit: 2, 0 or 3. UGX, ISK, HUF and TWD are charged with two
    /// decimals although their cents must be zero (<https://docs.stripe.com/currencies#special-cases>).
    pub fn decimals(&self) -> u32 {
        match self.code() {
            code if WHOLE.contains(&code) => 0,
            code if THOUSANDTHS.contains(&code) => 3,
            _ => 2,
        }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl TryFrom<String> for Currency {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        Self::of(&code).ok_or_else(|| format!("“{code}” is not a currency"))
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// Amount of money in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// Amount in whole units of the currency: euros, not cents.
    pub units: Decimal,
    /// Currency of the amount.
    pub currency: Currency,
}

impl Amount {
    /// Amount from the smallest chargeable unit: cents of EUR, whole yen of JPY. `None` beyond 28 digits.
    pub fn of_minor(minor: Decimal, currency: Currency) -> Option<Self> {
        let unit = Decimal::new(1, currency.decimals());
        let units = minor.checked_mul(unit)?.normalize();
        Some(Self { units, currency })
    }

    /// Rounds to the smallest chargeable unit, half away from zero.
    #[must_use]
    pub fn rounded(self) -> Self {
        let to = self.currency.decimals();
        Self {
            units: self
                .units
                .round_dp_with_strategy(to, RoundingStrategy::MidpointAwayFromZero)
                .normalize(),
            ..self
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.rounded().units, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_unit_depends_on_the_currency() {
        for (minor, code, shown) in [
            ("1050", "eur", "10.5 EUR"),
            ("1050", "JPY", "1050 JPY"),
            ("1050", "kwd", "1.05 KWD"),
            ("1050", "UGX", "10.5 UGX"),
            ("0.5", "USD", "0.01 USD"),
        ] {
            let currency = Currency::of(code).expect("a code");
            let amount = Amount::of_minor(minor.parse().expect("a number"), currency).expect("in range");
            assert_eq!(amount.to_string(), shown);
        }
    }

    #[test]
    fn a_currency_is_three_letters() {
        for code in ["", "eu", "euro", "12a", "€"] {
            assert_eq!(Currency::of(code), None, "{code}");
        }
    }
}
