//! Earlier delivery attempts for one alert, as recorded in `alert_history`.
//!
//! A pending line becomes `held` once its trigger held for a second computation; a failed line stays next to the line
//! that says `sent`. Consecutive failures with the same cause share one line, the newest, which counts them and gives
//! the first time. Otherwise a webhook that is down for a month would fill the tab.

use jiff::{Timestamp, tz::TimeZone};
use sheets_store::{RowChange, RowDelete};
use web::delivery::{
    alert_history::{ALERT_HISTORY, DeliveryOutcome},
    send_claim::outcome_change,
};

use crate::alerts::rows::{AlertLine, SummaryAlertLine};

/// An earlier line for the alert that is being sent now.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryAttempt {
    /// Row id.
    pub id: String,
    /// Time of writing; `None` when staff changed the cell.
    pub at: Option<Timestamp>,
    /// Recorded outcome.
    pub outcome: DeliveryOutcome,
}

impl From<&AlertLine> for DeliveryAttempt {
    fn from(line: &AlertLine) -> Self {
        Self {
            id: line.id.clone(),
            at: line.at,
            outcome: line.outcome.clone(),
        }
    }
}

impl From<&SummaryAlertLine> for DeliveryAttempt {
    fn from(line: &SummaryAlertLine) -> Self {
        Self {
            id: line.id.clone(),
            at: line.at,
            outcome: line.outcome.clone(),
        }
    }
}

/// Lines of a trigger that are pending or failed since its last successful delivery. A band can be left and entered
/// again, so lines before that delivery belong to the earlier change.
pub fn open_attempts<'a>(lines: &'a [AlertLine], key: &'a str) -> impl Iterator<Item = &'a AlertLine> {
    let of_key = lines.iter().filter(move |line| line.key == key);
    let sent = of_key.clone().filter(|line| line.outcome.counts_as_sent());
    let sent_at = sent.filter_map(|line| line.at).max();
    of_key.filter(move |line| {
        let is_open = matches!(line.outcome, DeliveryOutcome::Pending | DeliveryOutcome::Failed(_));
        is_open && sent_at.is_none_or(|sent| line.at.is_some_and(|at| at > sent))
    })
}

/// Outcome for the newest line. A failure with the same cause as earlier ones carries their count and first time.
pub fn with_failure_count(outcome: &DeliveryOutcome, earlier: &[DeliveryAttempt], zone: &TimeZone) -> DeliveryOutcome {
    let DeliveryOutcome::Failed(why) = outcome else {
        return outcome.clone();
    };
    let same = earlier.iter().filter_map(|attempt| failure_count(attempt, why, zone));
    match same.max_by_key(|(times, _)| *times) {
        Some((times, since)) => DeliveryOutcome::Failed(format!("{why} ({} times since {since})", times + 1)),
        None => outcome.clone(),
    }
}

/// Changes to earlier lines: pending lines become held, and failures that the newest line counts are deleted.
pub fn supersede_attempts(outcome: &DeliveryOutcome, earlier: &[DeliveryAttempt], zone: &TimeZone) -> Vec<RowChange> {
    let change = |attempt: &DeliveryAttempt| match (&attempt.outcome, outcome) {
        (DeliveryOutcome::Pending, _) => Some(outcome_change(
            &attempt.id,
            &DeliveryOutcome::Pending,
            &DeliveryOutcome::Held,
        )),
        (DeliveryOutcome::Failed(_), DeliveryOutcome::Failed(why)) => {
            failure_count(attempt, why, zone).map(|_| delete_line(&attempt.id))
        }
        _ => None,
    };
    earlier.iter().filter_map(change).collect()
}

/// Number of attempts that a failed line counts, and the first time, if it failed because of `why`.
fn failure_count(attempt: &DeliveryAttempt, why: &str, zone: &TimeZone) -> Option<(u32, String)> {
    let DeliveryOutcome::Failed(recorded) = &attempt.outcome else {
        return None;
    };
    if recorded == why {
        let at = attempt.at?.to_zoned(zone.clone());
        return Some((1, at.strftime("%Y-%m-%d %H:%M").to_string()));
    }
    let counted = recorded.strip_prefix(why)?.strip_prefix(" (")?.strip_suffix(')')?;
    let (times, since) = counted.split_once(" times since ")?;
    Some((times.parse().ok()?, since.to_owned()))
}

fn delete_line(id: &str) -> RowChange {
    RowChange::Delete(RowDelete {
        tab: &ALERT_HISTORY,
        id: id.to_owned(),
        seen: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn attempt(outcome: DeliveryOutcome) -> DeliveryAttempt {
        DeliveryAttempt {
            id: "1".to_owned(),
            at: Some("2026-03-03T11:30:00Z".parse().expect("a moment")),
            outcome,
        }
    }

    pub(crate) fn failed(why: &str) -> DeliveryOutcome {
        DeliveryOutcome::Failed(why.to_owned())
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
            (failed("404"), DeliveryOutcome::Sent, DeliveryOutcome::Sent, 0),
            (
                DeliveryOutcome::Pending,
                DeliveryOutcome::Sent,
                DeliveryOutcome::Sent,
                1,
            ),
            (DeliveryOutcome::Pending, failed("404"), failed("404"), 1),
        ] {
            let earlier = [attempt(earlier)];
            assert_eq!(with_failure_count(&now, &earlier, &TimeZone::UTC), told);
            let changes = supersede_attempts(&now, &earlier, &TimeZone::UTC);
            assert_eq!(changes.len(), changed, "{changes:?}");
        }
    }
}
