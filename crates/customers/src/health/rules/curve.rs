//! Piecewise linear curve.

use rust_decimal::Decimal;

use crate::health::rules::points::ScorePoints;

/// Worth of a fact, 0 to 100: linear between points, constant outside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreCurve(Vec<(Decimal, Decimal)>);

impl ScoreCurve {
    /// Curve through at least one point, in ascending order of their first numbers.
    pub fn through(points: &[(i64, i64)]) -> Self {
        debug_assert!(!points.is_empty() && points.is_sorted_by(|one, next| one.0 < next.0));
        let exact = |&(fact, worth): &(i64, i64)| (Decimal::from(fact), Decimal::from(worth));
        Self(points.iter().map(exact).collect())
    }

    /// The points, from left to right.
    pub fn points(&self) -> &[(Decimal, Decimal)] {
        &self.0
    }

    /// Worth of a fact.
    pub fn at(&self, fact: Decimal) -> ScorePoints {
        let after = self.0.partition_point(|(x, _)| *x < fact);
        let worth = match (
            after.checked_sub(1).and_then(|before| self.0.get(before)),
            self.0.get(after),
        ) {
            // Multiplies before it divides, so that only one operation rounds.
            (Some((x0, y0)), Some((x1, y1))) => (*y0 * (*x1 - fact) + *y1 * (fact - *x0)) / (*x1 - *x0),
            (Some((_, worth)), None) | (None, Some((_, worth))) => *worth,
            (None, None) => Decimal::ZERO,
        };
        ScorePoints::new(worth)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn between_two_points_the_line_is_straight_and_beyond_them_level() {
        let curve = ScoreCurve::through(&[(0, 20), (3, 55), (12, 85)]);
        for (fact, worth) in [
            ("-1", "20"),
            ("0", "20"),
            ("1.5", "37.5"),
            ("3", "55"),
            ("7.5", "70"),
            ("12", "85"),
            ("99999999999999999999", "85"),
        ] {
            let fact = fact.parse().expect("a number");
            assert_eq!(curve.at(fact).to_string(), worth, "{fact}");
        }
    }

    proptest! {
        #[test]
        fn a_rising_curve_rises(facts in proptest::collection::vec(-10_000_i64..10_000, 2)) {
            let curve = ScoreCurve::through(&[(0, 20), (300, 55), (1200, 85)]);
            let (low, high) = (facts[0].min(facts[1]), facts[0].max(facts[1]));
            prop_assert!(curve.at(Decimal::from(low)) <= curve.at(Decimal::from(high)));
        }
    }
}
