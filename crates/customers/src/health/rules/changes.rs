//! Score changes since an earlier day.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::health::rules::{
    band::HealthBand,
    component::{ScoreComponent, ScorePenalty},
    points::ScorePoints,
    score::HealthScore,
};

/// A score as the history stores it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScoreSnapshot {
    /// Day of the computation.
    pub date: Date,
    /// Score, 0 to 100.
    pub score: u8,
    /// Health band.
    pub band: HealthBand,
    /// Share of the formula that is backed by data, in percent.
    pub coverage: ScorePoints,
    /// Points of each component with data.
    pub components: BTreeMap<ScoreComponent, ScorePoints>,
    /// Points deducted by each penalty.
    pub penalties: BTreeMap<ScorePenalty, ScorePoints>,
    /// Formula version.
    pub formula: String,
}

impl ScoreSnapshot {
    /// Snapshot of a score on a day.
    pub fn of(score: &HealthScore, date: Date) -> Self {
        let known = score.lines.iter().filter(|line| line.fact.is_some());
        // Rounded as the spreadsheet stores it, so that a snapshot reads back unchanged.
        let rounded = |points: ScorePoints| ScorePoints::new(points.decimal().round_dp(2));
        let penalties = score.penalties.iter();
        Self {
            date,
            score: score.score,
            band: score.band,
            coverage: rounded(score.coverage),
            components: known.map(|line| (line.component, rounded(line.points))).collect(),
            penalties: penalties.map(|lost| (lost.penalty, rounded(lost.points))).collect(),
            formula: score.formula.clone(),
        }
    }

    /// Whether both snapshots are equal apart from the day.
    pub fn is_same_score(&self, other: &Self) -> bool {
        let date = self.date;
        *self == Self { date, ..other.clone() }
    }
}

/// Change of a score over a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScoreChanges {
    /// Length of the period in days.
    pub days: u16,
    /// Score at the start.
    pub then: u8,
    /// Points gained; negative when lost.
    pub gained: i16,
    /// Changed components and penalties, largest loss first.
    pub parts: Vec<PartChange>,
    /// Formula version at the start if it was a different one; the points are then not comparable.
    pub other_formula: Option<String>,
}

/// Change of one component or penalty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartChange {
    /// Identifier of the component or penalty.
    pub part: &'static str,
    /// Display name.
    pub name: String,
    /// Points at the start, negative for a penalty; `None` without data.
    pub then: Option<ScorePoints>,
    /// Points now; `None` without data.
    pub now: Option<ScorePoints>,
    /// Difference, where missing counts as zero.
    pub gained: ScorePoints,
}

/// Change of the score over the last `days` days. The history has a row only for days with a change, so the newest
/// snapshot up to the start counts. `None` when the history does not reach back that far.
pub fn score_changes(now: &ScoreSnapshot, history: &[ScoreSnapshot], days: u16) -> Option<ScoreChanges> {
    let day = now.date.checked_sub(jiff::Span::new().days(i64::from(days))).ok()?;
    let before = history.iter().filter(|snapshot| snapshot.date <= day);
    let then = before.max_by_key(|snapshot| snapshot.date)?;
    let components = ScoreComponent::ALL.into_iter().map(|component| {
        let points = |snapshot: &ScoreSnapshot| snapshot.components.get(&component).copied();
        part_change(component.word(), component.to_string(), points(then), points(now))
    });
    let penalties = ScorePenalty::ALL.into_iter().map(|penalty| {
        let points = |snapshot: &ScoreSnapshot| snapshot.penalties.get(&penalty).map(|points| -*points);
        part_change(penalty.word(), penalty.to_string(), points(then), points(now))
    });
    let mut parts: Vec<PartChange> = components
        .chain(penalties)
        .filter(|change| change.then != change.now)
        .collect();
    parts.sort_by_key(|change| change.gained);
    Some(ScoreChanges {
        days,
        then: then.score,
        gained: i16::from(now.score) - i16::from(then.score),
        parts,
        other_formula: (then.formula != now.formula).then(|| then.formula.clone()),
    })
}

fn part_change(part: &'static str, name: String, then: Option<ScorePoints>, now: Option<ScorePoints>) -> PartChange {
    let zero = ScorePoints::new(Decimal::ZERO);
    PartChange {
        part,
        name,
        then,
        now,
        gained: now.unwrap_or(zero) - then.unwrap_or(zero),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::{
        rules::{HealthFacts, fixture, score},
        weights::ScoreFormula,
    };

    pub(crate) fn snapshot(facts: &HealthFacts, date: &str) -> ScoreSnapshot {
        let date: Date = date.parse().expect("a day");
        let now = date.at(12, 0, 0, 0).in_tz("UTC").expect("a moment");
        ScoreSnapshot::of(&score(facts, ScoreFormula::current(), &now).expect("a score"), date)
    }

    #[test]
    fn the_parts_say_what_the_score_lost() {
        let well = fixture::well();
        let before = snapshot(&well, "2026-11-01");
        let gone = HealthFacts {
            payment: fixture::payment(crate::health::rules::PaymentStatus::PastDue),
            ..fixture::well()
        };
        let now = snapshot(&gone, "2026-11-21");
        let changes = score_changes(&now, std::slice::from_ref(&before), 7).expect("changes");
        assert_eq!(changes.gained, i16::from(now.score) - i16::from(before.score));
        assert_eq!(changes.parts[0].part, "payment_delinquent");
        assert_eq!(changes.parts[0].gained.to_string(), "-25");
        assert!(changes.parts.iter().any(|change| change.part == "payment"));
        assert_eq!(changes.other_formula, None);
    }

    #[test]
    fn the_newest_snapshot_of_that_day_or_before_counts() {
        let now = snapshot(&fixture::well(), "2026-11-21");
        let at = |date: &str, score| ScoreSnapshot {
            score,
            date: date.parse().expect("a day"),
            ..now.clone()
        };
        let history = [at("2026-11-15", 3), at("2026-11-10", 2), at("2026-11-01", 1)];
        assert_eq!(score_changes(&now, &history, 7).map(|changes| changes.then), Some(2));
        assert_eq!(score_changes(&now, &history, 6).map(|changes| changes.then), Some(3));
        assert_eq!(score_changes(&now, &history, 30), None);
        assert_eq!(score_changes(&now, &[], 7), None);
    }

    #[test]
    fn another_formula_is_told() {
        let now = snapshot(&fixture::well(), "2026-11-21");
        let before = ScoreSnapshot {
            formula: "0".to_owned(),
            date: "2026-11-01".parse().expect("a day"),
            ..now.clone()
        };
        let changes = score_changes(&now, &[before], 7).expect("changes");
        assert_eq!(changes.other_formula.as_deref(), Some("0"));
        assert_eq!(changes.parts, []);
    }
}
