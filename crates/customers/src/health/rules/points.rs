//! Score points as exact decimals.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, Neg, Sub},
};

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// Points out of 100. They keep twelve decimals, so that totals are exact; pages and JSON show two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScorePoints(Decimal);

/// Number of decimals.
const DECIMALS: u32 = 12;

impl ScorePoints {
    /// Zero points.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Points, rounded to twelve decimals.
    pub fn new(points: Decimal) -> Self {
        Self(points.round_dp_with_strategy(DECIMALS, RoundingStrategy::MidpointAwayFromZero))
    }

    /// The number.
    pub fn decimal(self) -> Decimal {
        self.0
    }

    /// Whether the points are zero when rounded to two decimals.
    pub fn is_zero(self) -> bool {
        self.two_decimals().is_zero()
    }

    fn two_decimals(self) -> Decimal {
        self.0.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
    }
}

impl From<u8> for ScorePoints {
    fn from(points: u8) -> Self {
        Self(Decimal::from(points))
    }
}

impl Add for ScorePoints {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for ScorePoints {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for ScorePoints {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for ScorePoints {
    fn sum<All: Iterator<Item = Self>>(points: All) -> Self {
        points.fold(Self::ZERO, Add::add)
    }
}

/// Up to two decimals, rounded half away from zero.
impl fmt::Display for ScorePoints {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.two_decimals().normalize())
    }
}

/// JSON number with up to two decimals.
impl Serialize for ScorePoints {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = RawValue::from_string(self.to_string()).map_err(serde::ser::Error::custom)?;
        number.serialize(serializer)
    }
}
