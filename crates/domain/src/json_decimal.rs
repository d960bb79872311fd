//! Decimal number that serializes as an exact JSON number, without conversion to binary floating point.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// Exact decimal number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(inline)]
pub struct JsonDecimal(#[schemars(with = "f64")] Decimal);

impl JsonDecimal {
    /// Creates a number without trailing zeros.
    pub fn new(number: Decimal) -> Self {
        Self(number.normalize())
    }

    /// Number as a [`Decimal`].
    pub fn decimal(self) -> Decimal {
        self.0
    }
}

impl Serialize for JsonDecimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = RawValue::from_string(self.0.to_string()).map_err(serde::ser::Error::custom)?;
        json.serialize(serializer)
    }
}
