//! A decimal number that is a JSON number without a detour through binary fractions.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// An exact decimal number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(inline)]
pub struct Number(#[schemars(with = "f64")] Decimal);

impl Number {
    /// The number, without zeros at its end.
    pub fn new(number: Decimal) -> Self {
        Self(number.normalize())
    }

    /// The same as a decimal.
    pub fn decimal(self) -> Decimal {
        self.0
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = RawValue::from_string(self.0.to_string()).map_err(serde::ser::Error::custom)?;
        json.serialize(serializer)
    }
}
