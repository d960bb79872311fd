//! Exact ratio, displayed in percent.

use rust_decimal::{Decimal, RoundingStrategy};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// Ratio: 0.25 is a quarter. In JSON a percentage with two decimals, `25.00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
pub struct Ratio(#[schemars(with = "f64")] Decimal);

impl Ratio {
    /// `part` divided by `whole`; `None` when `whole` is 0.
    pub fn of(part: usize, whole: usize) -> Option<Self> {
        let whole = Decimal::from(whole);
        (!whole.is_zero()).then(|| Self(Decimal::from(part) / whole))
    }

    /// Ratio from a decimal number, 0.25 for a quarter.
    pub fn new(of_one: Decimal) -> Self {
        Self(of_one)
    }

    /// Ratio as a decimal number, 0.25 for a quarter.
    pub fn of_one(self) -> Decimal {
        self.0
    }

    /// Difference from an earlier ratio.
    pub fn since(self, earlier: Self) -> Decimal {
        self.0 - earlier.0
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        two_decimals(self.0 * Decimal::ONE_HUNDRED, serializer)
    }
}

/// Serialises a decimal number as a JSON number with two decimals, rounded half away from zero.
///
/// # Errors
/// Errors of the serializer.
pub fn two_decimals<S: Serializer>(number: Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    let mut rounded = number.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(2);
    // A binary fraction would drop the last zero of 12.50.
    let json = RawValue::from_string(rounded.to_string()).map_err(serde::ser::Error::custom)?;
    json.serialize(serializer)
}

/// Same for an optional number; `None` becomes `null`.
///
/// # Errors
/// Errors of the serializer.
pub fn two_decimals_or_null<S: Serializer>(number: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => two_decimals(*number, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_exact_inside_and_in_percent_outside() {
        for (part, whole, json) in [
            (1, 4, "25.00"),
            (1, 3, "33.33"),
            (2, 3, "66.67"),
            (0, 7, "0.00"),
            (7, 7, "100.00"),
        ] {
            let share = Ratio::of(part, whole).expect("a whole");
            assert_eq!(serde_json::to_string(&share).expect("json"), json);
        }
        assert_eq!(Ratio::of(0, 0), None);
    }
}
