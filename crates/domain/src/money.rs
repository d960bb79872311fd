//! Amounts in euros, exact to the cent and beyond: a decimal number, never a binary fraction.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Sub},
};

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// Amount in euros. Sums and products are exact; [`Money::rounded`] rounds to cents, once, at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
pub struct Money(#[schemars(with = "f64")] Decimal);

impl Money {
    /// Zero euros.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Amount of this many cents.
    pub fn cents(cents: i64) -> Self {
        Self(Decimal::new(cents, 2))
    }

    /// Amount of a decimal number of euros.
    pub fn new(euros: Decimal) -> Self {
        Self(euros)
    }

    /// Amount of a spreadsheet cell: the shortest decimal that represents this binary fraction, as the sheet shows it.
    /// `None` if it is not a number, or exceeds 28 digits.
    pub fn from_cell(number: f64) -> Option<Self> {
        let written = format!("{number}");
        written.parse().ok().map(Self)
    }

    /// Number to write into a spreadsheet cell; parses back as the same amount up to fifteen digits.
    pub fn to_cell(self) -> f64 {
        self.0.to_f64().unwrap_or(f64::NAN)
    }

    /// Decimal number of euros.
    pub fn euros(self) -> Decimal {
        self.0
    }

    /// Amount rounded to cents, half away from zero, as on an invoice.
    #[must_use]
    pub fn rounded(self) -> Self {
        let mut cents = self.0.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        cents.rescale(2);
        Self(cents)
    }

    /// Exact product of this amount and `factor`.
    #[must_use]
    pub fn times(self, factor: Decimal) -> Self {
        Self(self.0 * factor)
    }

    /// Quotient of this amount and `count`; `None` if `count` is zero.
    pub fn divided_by(self, count: usize) -> Option<Self> {
        let count = Decimal::from(count);
        (!count.is_zero()).then(|| Self(self.0 / count))
    }

    /// Whether the amount is above zero.
    pub fn is_positive(self) -> bool {
        self.0 > Decimal::ZERO
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Sum for Money {
    fn sum<Amounts: Iterator<Item = Self>>(amounts: Amounts) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// Machine-readable form: two decimals and a point.
impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.rounded().0)
    }
}

/// JSON number with two decimals.
impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A binary fraction would drop the last zero of 12.50.
        let number = RawValue::from_string(self.to_string()).map_err(serde::ser::Error::custom)?;
        number.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tenths_add_up_exactly() {
        let tenth = Money::from_cell(0.1).expect("number");
        assert_eq!((0..10).map(|_| tenth).sum::<Money>(), Money::cents(100));
    }

    #[test]
    fn half_a_cent_is_rounded_away_from_zero() {
        for (euros, rounded) in [
            ("3750.165", "3750.17"),
            ("-3750.165", "-3750.17"),
            ("0.004", "0.00"),
            ("12", "12.00"),
        ] {
            let money = Money::new(euros.parse().expect("decimal"));
            assert_eq!(money.to_string(), rounded);
            assert_eq!(serde_json::to_string(&money).expect("json"), rounded);
        }
    }

    #[test]
    fn nobody_has_no_share() {
        assert_eq!(Money::cents(100).divided_by(0), None);
        assert_eq!(
            Money::cents(100).divided_by(3).map(Money::rounded),
            Some(Money::cents(33))
        );
    }

    proptest! {
        #[test]
        fn cents_survive_the_way_into_a_cell_and_back(cents in -99_999_999_999_999_i64..99_999_999_999_999) {
            prop_assert_eq!(Money::from_cell(Money::cents(cents).to_cell()), Some(Money::cents(cents)));
        }
    }
}
