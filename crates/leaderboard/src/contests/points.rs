//! Exact contest points: three thirds of a point are one point.

use std::{fmt, iter::Sum, ops::AddAssign};

use num_rational::BigRational;
use serde::{Serialize, Serializer};

/// Number of points, a non-negative rational.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContestPoints(BigRational);

impl ContestPoints {
    /// An equal share of one point for each of `people`; 0 is treated as 1.
    pub fn part(people: u32) -> Self {
        Self(BigRational::new(1.into(), people.max(1).into()))
    }

    /// This share multiplied by `times`.
    #[must_use]
    pub fn times(&self, times: u32) -> Self {
        Self(&self.0 * BigRational::from_integer(times.into()))
    }

    /// Absolute difference of two totals.
    #[must_use]
    pub fn distance(&self, other: &Self) -> Self {
        let (more, less) = if self > other { (self, other) } else { (other, self) };
        Self(&more.0 - &less.0)
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it is exactly one point, for grammar.
    pub fn is_one(&self) -> bool {
        *self == Self::part(1)
    }

    /// Parses the output of [`ContestPoints::exact`]; `None` for anything else, including negative numbers.
    pub fn parse(text: &str) -> Option<Self> {
        let points = text.trim().parse::<BigRational>().ok()?;
        (points >= BigRational::default()).then_some(Self(points))
    }

    /// Machine-readable form: `7` or `15/2`.
    pub fn exact(&self) -> String {
        self.0.to_string()
    }

    /// Nearest decimal number, for spreadsheets and charts; not exact.
    pub fn decimal(&self) -> f64 {
        let thousandths = (&self.0 * BigRational::from_integer(1000.into())).round();
        thousandths.to_integer().to_string().parse::<f64>().unwrap_or(f64::MAX) / 1000.0
    }

    /// Share of `whole` in units of 1/10,000, for the width of a bar.
    pub fn share_of(&self, whole: &Self) -> u32 {
        if whole.is_zero() {
            return 0;
        }
        let share = &self.0 / &whole.0 * BigRational::from_integer(10_000.into());
        share.to_integer().to_string().parse().unwrap_or(10_000)
    }
}

/// Human-readable form: `7`, `1/2`, `7 1/2`.
impl fmt::Display for ContestPoints {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0.trunc(), self.0.fract());
        if rest == BigRational::default() {
            write!(formatter, "{}", whole.to_integer())
        } else if whole == BigRational::default() {
            write!(formatter, "{rest}")
        } else {
            write!(formatter, "{} {rest}", whole.to_integer())
        }
    }
}

impl AddAssign<&Self> for ContestPoints {
    fn add_assign(&mut self, other: &Self) {
        self.0 += &other.0;
    }
}

impl<'a> Sum<&'a Self> for ContestPoints {
    fn sum<Parts: Iterator<Item = &'a Self>>(parts: Parts) -> Self {
        let mut total = Self::default();
        parts.for_each(|part| total += part);
        total
    }
}

impl Serialize for ContestPoints {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.exact())
    }
}

impl schemars::JsonSchema for ContestPoints {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Points".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "description": "A whole number or a fraction, such as 7 or 15/2."})
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn thirds_add_up_and_are_told_as_people_write_them() {
        let third = ContestPoints::part(3);
        assert_eq!(third.times(3), ContestPoints::part(1));
        let summary: Vec<String> = [third.times(0), third.clone(), third.times(3), third.times(23)]
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(summary, ["0", "1/3", "1", "7 2/3"]);
        assert_eq!(third.times(23).exact(), "23/3");
        assert_eq!(ContestPoints::parse("23/3"), Some(third.times(23)));
        assert_eq!(third.decimal(), 0.333);
        assert_eq!(third.share_of(&ContestPoints::part(1)), 3333);
        for wrong in ["", "a", "1/0", "-1", "1.5", "7 2/3"] {
            assert_eq!(ContestPoints::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn parts_of_any_number_of_people_add_up_to_the_whole_and_survive_writing(people in prop::collection::vec(1_u32..60, 0..12)) {
            let mut total = ContestPoints::default();
            for people in &people {
                for _ in 0..*people {
                    total += &ContestPoints::part(*people);
                }
            }
            prop_assert_eq!(total.to_string(), people.len().to_string());
            let parts: Vec<ContestPoints> = people.iter().map(|people| ContestPoints::part(*people)).collect();
            let sum: ContestPoints = parts.iter().sum();
            prop_assert_eq!(ContestPoints::parse(&sum.exact()), Some(sum));
        }
    }
}
