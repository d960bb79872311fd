//! What became of a score since an earlier day.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    band::Band,
    component::{Component, Penalty},
    points::Points,
    score::Score,
};

/// A score as the history keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// The day on which it was worked out.
    pub date: Date,
    /// From 0 to 100.
    pub score: u8,
    /// In one word.
    pub band: Band,
    /// How much of the formula was known, in per cent.
    pub coverage: Points,
    /// What each component that was known earned.
    pub components: BTreeMap<Component, Points>,
    /// What each penalty cost.
    pub penalties: BTreeMap<Penalty, Points>,
    /// Version of the formula.
    pub formula: String,
}

impl Snapshot {
    /// What the history keeps of a score.
    pub fn of(score: &Score, date: Date) -> Self {
        let known = score.lines.iter().filter(|line| line.fact.is_some());
        // Kept as the spreadsheet shows it, so that what is read back is what was written.
        let kept = |points: Points| Points::new(points.decimal().round_dp(2));
        let penalties = score.penalties.iter();
        Self {
            date,
            score: score.score,
            band: score.band,
            coverage: kept(score.coverage),
            components: known.map(|line| (line.component, kept(line.points))).collect(),
            penalties: penalties.map(|lost| (lost.penalty, kept(lost.points))).collect(),
            formula: score.formula.clone(),
        }
    }

    /// Whether it says the same, whatever the day.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let date = self.date;
        *self == Self { date, ..other.clone() }
    }
}

/// What became of a score since a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// So many days ago.
    pub days: u16,
    /// The score as it stood then.
    pub then: u8,
    /// Points gained, negative when lost.
    pub gained: i16,
    /// By component and penalty, what lost most first; what stayed is left out.
    pub parts: Vec<Change>,
    /// The version of the formula then, when it was another one: then the points do not compare.
    pub other_formula: Option<String>,
}

/// What became of one part of a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Word of the component or penalty.
    pub part: &'static str,
    /// Its name for people.
    pub name: String,
    /// What it earned then, negative for a penalty; `None` when it was missing.
    pub then: Option<Points>,
    /// What it earns now; `None` when it is missing.
    pub now: Option<Points>,
    /// The difference, missing counted as nothing.
    pub gained: Points,
}

/// What became of a score since so many days ago. The history keeps a day only when something changed, so the newest
/// snapshot of that day or an earlier one counts. `None` when the history does not reach back so far.
pub fn changes(now: &Snapshot, history: &[Snapshot], days: u16) -> Option<Changes> {
    let day = now.date.checked_sub(jiff::Span::new().days(i64::from(days))).ok()?;
    let before = history.iter().filter(|snapshot| snapshot.date <= day);
    let then = before.max_by_key(|snapshot| snapshot.date)?;
    let components = Component::ALL.into_iter().map(|component| {
        let points = |snapshot: &Snapshot| snapshot.components.get(&component).copied();
        change(component.word(), component.to_string(), points(then), points(now))
    });
    let penalties = Penalty::ALL.into_iter().map(|penalty| {
        let points = |snapshot: &Snapshot| snapshot.penalties.get(&penalty).map(|points| -*points);
        change(penalty.word(), penalty.to_string(), points(then), points(now))
    });
    let mut parts: Vec<Change> = components
        .chain(penalties)
        .filter(|change| change.then != change.now)
        .collect();
    parts.sort_by_key(|change| change.gained);
    Some(Changes {
        days,
        then: then.score,
        gained: i16::from(now.score) - i16::from(then.score),
        parts,
        other_formula: (then.formula != now.formula).then(|| then.formula.clone()),
    })
}

fn change(part: &'static str, name: String, then: Option<Points>, now: Option<Points>) -> Change {
    let zero = Points::new(Decimal::ZERO);
    Change {
        part,
        name,
        then,
        now,
        gained: now.unwrap_or(zero) - then.unwrap_or(zero),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Facts, Formula, fixture, score},
        *,
    };

    fn snapshot(facts: &Facts, date: &str) -> Snapshot {
        let date: Date = date.parse().expect("a day");
        let now = date.at(12, 0, 0, 0).in_tz("UTC").expect("a moment");
        Snapshot::of(&score(facts, Formula::current(), &now).expect("a score"), date)
    }

    #[test]
    fn the_parts_say_what_the_score_lost() {
        let well = fixture::well();
        let before = snapshot(&well, "2026-11-01");
        let gone = Facts {
            payment: fixture::payment(super::super::Payment::PastDue),
            ..fixture::well()
        };
        let now = snapshot(&gone, "2026-11-21");
        let changes = changes(&now, std::slice::from_ref(&before), 7).expect("changes");
        assert_eq!(changes.gained, i16::from(now.score) - i16::from(before.score));
        assert_eq!(changes.parts[0].part, "payment_delinquent");
        assert_eq!(changes.parts[0].gained.to_string(), "-25");
        assert!(changes.parts.iter().any(|change| change.part == "payment"));
        assert_eq!(changes.other_formula, None);
    }

    #[test]
    fn the_newest_snapshot_of_that_day_or_before_counts() {
        let now = snapshot(&fixture::well(), "2026-11-21");
        let at = |date: &str, score| Snapshot {
            score,
            date: date.parse().expect("a day"),
            ..now.clone()
        };
        let history = [at("2026-11-15", 3), at("2026-11-10", 2), at("2026-11-01", 1)];
        assert_eq!(changes(&now, &history, 7).map(|changes| changes.then), Some(2));
        assert_eq!(changes(&now, &history, 6).map(|changes| changes.then), Some(3));
        assert_eq!(changes(&now, &history, 30), None);
        assert_eq!(changes(&now, &[], 7), None);
    }

    #[test]
    fn another_formula_is_told() {
        let now = snapshot(&fixture::well(), "2026-11-21");
        let before = Snapshot {
            formula: "0".to_owned(),
            date: "2026-11-01".parse().expect("a day"),
            ..now.clone()
        };
        let changes = changes(&now, &[before], 7).expect("changes");
        assert_eq!(changes.other_formula.as_deref(), Some("0"));
        assert_eq!(changes.parts, []);
    }
}
