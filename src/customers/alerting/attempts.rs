//! Earlier delivery attempts for one alert, as recorded in `alert_history`.
//!
//! A pending line becomes `held` once its trigger held for a second computation; a failed line stays next to the line
//! that says `sent`. Consecutive failures with the same cause share one line, the newest, which counts them and gives
//! the first time. Otherwise a webhook that is down for a month would fill the tab.

use jiff::{Timestamp, tz::TimeZone};

use super::book::{Line, SummaryLine, become_of};
use crate::{
    delivery::history::{ALERT_HISTORY, Outcome},
    store::{Change, Delete},
};

/// An earlier line for the alert that is being sent now.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Row id.
    pub id: String,
    /// Time of writing; `None` when staff changed the cell.
    pub at: Option<Timestamp>,
    /// Recorded outcome.
    pub outcome: Outcome,
}

impl From<&Line> for Attempt {
    fn from(line: &Line) -> Self {
        Self {
            id: line.id.clone(),
            at: line.at,
            outcome: line.outcome.clone(),
        }
    }
}

impl From<&SummaryLine> for Attempt {
    fn from(line: &SummaryLine) -> Self {
        Self {
            id: line.id.clone(),
            at: line.at,
            outcome: line.outcome.clone(),
        }
    }
}

/// Lines of a trigger that are pending or failed since its last successful delivery. A band can be left and entered
/// again, so lines before that delivery belong to the earlier change.
pub fn attempts<'a>(lines: &'a [Line], key: &'a str) -> impl Iterator<Item = &'a Line> {
    let of_key = lines.iter().filter(move |line| line.key == key);
    let told = of_key.clone().filter(|line| line.outcome.is_told());
    let told_at = told.filter_map(|line| line.at).max();
    of_key.filter(move |line| {
        let is_open = matches!(line.outcome, Outcome::Pending | Outcome::Failed(_));
        is_open && told_at.is_none_or(|told| line.at.is_some_and(|at| at > told))
    })
}

/// Outcome for the newest line. A failure with the same cause as earlier ones carries their count and first time.
pub fn counted(outcome: &Outcome, earlier: &[Attempt], zone: &TimeZone) -> Outcome {
    let Outcome::Failed(why) = outcome else {
        return outcome.clone();
    };
    let same = earlier.iter().filter_map(|attempt| told_by(attempt, why, zone));
    match same.max_by_key(|(times, _)| *times) {
        Some((times, since)) => Outcome::Failed(format!("{why} ({} times since {since})", times + 1)),
        None => outcome.clone(),
    }
}

/// Changes to earlier lines: pending lines become held, and failures that the newest line counts are deleted.
pub fn settled(outcome: &Outcome, earlier: &[Attempt], zone: &TimeZone) -> Vec<Change> {
    let change = |attempt: &Attempt| match (&attempt.outcome, outcome) {
        (Outcome::Pending, _) => Some(become_of(&attempt.id, &Outcome::Pending, &Outcome::Held)),
        (Outcome::Failed(_), Outcome::Failed(why)) => told_by(attempt, why, zone).map(|_| gone(&attempt.id)),
        _ => None,
    };
    earlier.iter().filter_map(change).collect()
}

/// Number of attempts that a failed line counts, and the first time, if it failed because of `why`.
fn told_by(attempt: &Attempt, why: &str, zone: &TimeZone) -> Option<(u32, String)> {
    let Outcome::Failed(said) = &attempt.outcome else {
        return None;
    };
    if said == why {
        let at = attempt.at?.to_zoned(zone.clone());
        return Some((1, at.strftime("%Y-%m-%d %H:%M").to_string()));
    }
    let counted = said.strip_prefix(why)?.strip_prefix(" (")?.strip_suffix(')')?;
    let (times, since) = counted.split_once(" times since ")?;
    Some((times.parse().ok()?, since.to_owned()))
}

fn gone(id: &str) -> Change {
    Change::Delete(Delete {
        tab: &ALERT_HISTORY,
        id: id.to_owned(),
        seen: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(outcome: Outcome) -> Attempt {
        Attempt {
            id: "1".to_owned(),
            at: Some("2026-03-03T11:30:00Z".parse().expect("a moment")),
            outcome,
        }
    }

    fn failed(why: &str) -> Outcome {
        Outcome::Failed(why.to_owned())
    }

    #[test]
    fn attempts_that_failed_for_the_same_cause_are_counted_and_others_stay() {
        for (earlier, now, told, changed) in [
            (
                failed("404"),
                failed("404"),
                failed("404 (2 times since 2026-03-03 11:30)"),
                1,
            ),
            (
                failed("404 (9 times since 2026-03-01 08:00)"),
                failed("404"),
                failed("404 (10 times since 2026-03-01 08:00)"),
                1,
            ),
            (failed("no answer"), failed("404"), failed("404"), 0),
            (failed("404 (what staff wrote)"), failed("404"), failed("404"), 0),
            (failed("404"), Outcome::Sent, Outcome::Sent, 0),
            (Outcome::Pending, Outcome::Sent, Outcome::Sent, 1),
            (Outcome::Pending, failed("404"), failed("404"), 1),
        ] {
            let earlier = [attempt(earlier)];
            assert_eq!(counted(&now, &earlier, &TimeZone::UTC), told);
            let changes = settled(&now, &earlier, &TimeZone::UTC);
            assert_eq!(changes.len(), changed, "{changes:?}");
        }
    }
}
