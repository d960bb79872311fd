//! Weekly trend of the mean health score, as far as the score history reaches.

use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;

use super::health::Snapshot;

/// Number of weeks, including the current one.
const WEEKS: i64 = 12;

/// Mean score at the end of a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    /// Last day of the week.
    pub day: Date,
    /// Number of customers who had a score by then.
    pub customers: usize,
    /// Mean of their scores.
    pub mean: Decimal,
}

/// Mean score at the end of each of the last weeks, the last one ending on `today`; weeks before the first score are
/// left out. A score holds until the next one, because the history has a row only for days with a change.
pub fn trend<'a>(histories: impl IntoIterator<Item = &'a [Snapshot]>, today: Date) -> Vec<Week> {
    let back = (0..WEEKS).rev();
    let days = back.filter_map(|weeks| today.checked_sub((weeks * 7).days()).ok());
    let mut totals: Vec<Total> = days.map(Total::of).collect();
    for history in histories {
        // Histories and totals are both sorted from oldest to newest.
        let mut known = history;
        for total in totals.iter_mut().rev() {
            known = &known[..known.partition_point(|snapshot| snapshot.date <= total.day)];
            let Some(newest) = known.last() else { break };
            total.customers += 1;
            total.scores += u64::from(newest.score);
        }
    }
    totals.into_iter().filter_map(Total::week).collect()
}

/// Totals of one day.
struct Total {
    day: Date,
    customers: usize,
    scores: u64,
}

impl Total {
    fn of(day: Date) -> Self {
        let (customers, scores) = (0, 0);
        Self { day, customers, scores }
    }

    fn week(self) -> Option<Week> {
        (self.customers > 0).then(|| Week {
            day: self.day,
            customers: self.customers,
            mean: (Decimal::from(self.scores) / Decimal::from(self.customers)).round_dp(1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customers::health::{Band, Points};

    fn on(day: &str, score: u8) -> Snapshot {
        Snapshot {
            date: day.parse().expect("a day"),
            score,
            band: Band::of(score),
            coverage: Points::ZERO,
            components: Default::default(),
            penalties: Default::default(),
            formula: "1".to_owned(),
        }
    }

    #[test]
    fn a_score_holds_until_the_next_one_and_nothing_is_made_up_before_the_first() {
        let ada = [on("2026-02-10", 80), on("2026-02-20", 60)];
        let ben = [on("2026-03-01", 20)];
        let weeks = trend([ada.as_slice(), ben.as_slice()], "2026-03-03".parse().expect("a day"));
        let told: Vec<(String, usize, String)> = weeks
            .iter()
            .map(|week| (week.day.to_string(), week.customers, week.mean.to_string()))
            .collect();
        let expected = [
            ("2026-02-10", 1, "80"),
            ("2026-02-17", 1, "80"),
            ("2026-02-24", 1, "60"),
            ("2026-03-03", 2, "40"),
        ];
        assert_eq!(
            told,
            expected.map(|(day, count, mean)| (day.to_owned(), count, mean.to_owned()))
        );
        assert_eq!(trend([], "2026-03-03".parse().expect("a day")), []);
    }
}
