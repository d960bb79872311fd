//! Weekly trend of the mean health score, as far as the score history reaches.

use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;

use crate::health::rules::ScoreSnapshot;

/// Number of weeks, including the current one.
const TREND_WEEKS: i64 = 12;

/// Mean score at the end of a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeeklyScore {
    /// Last day of the week.
    pub day: Date,
    /// Number of customers who had a score by then.
    pub customers: usize,
    /// Mean of their scores.
    pub mean: Decimal,
}

/// Mean score at the end of each of the last weeks, the last one ending on `today`; weeks before the first score are
/// left out. A score holds until the next one, because the history has a row only for days with a change.
pub fn weekly_trend<'a>(histories: impl IntoIterator<Item = &'a [ScoreSnapshot]>, today: Date) -> Vec<WeeklyScore> {
    let back = (0..TREND_WEEKS).rev();
    let days = back.filter_map(|weeks| today.checked_sub((weeks * 7).days()).ok());
    let mut totals: Vec<DayTotal> = days.map(DayTotal::of).collect();
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
    totals.into_iter().filter_map(DayTotal::week).collect()
}

/// Totals of one day.
struct DayTotal {
    day: Date,
    customers: usize,
    scores: u64,
}

impl DayTotal {
    fn of(day: Date) -> Self {
        let (customers, scores) = (0, 0);
        Self { day, customers, scores }
    }

    fn week(self) -> Option<WeeklyScore> {
        (self.customers > 0).then(|| WeeklyScore {
            day: self.day,
            customers: self.customers,
            mean: (Decimal::from(self.scores) / Decimal::from(self.customers)).round_dp(1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::rules::{HealthBand, ScorePoints};

    pub(crate) fn on(day: &str, score: u8) -> ScoreSnapshot {
        ScoreSnapshot {
            date: day.parse().expect("a day"),
            score,
            band: HealthBand::of(score),
            coverage: ScorePoints::ZERO,
            components: Default::default(),
            penalties: Default::default(),
            formula: "1".to_owned(),
        }
    }

    #[test]
    fn a_score_holds_until_the_next_one_and_nothing_is_made_up_before_the_first() {
        let ada = [on("2026-02-10", 80), on("2026-02-20", 60)];
        let ben = [on("2026-03-01", 20)];
        let weeks = weekly_trend([ada.as_slice(), ben.as_slice()], "2026-03-03".parse().expect("a day"));
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
        assert_eq!(weekly_trend([], "2026-03-03".parse().expect("a day")), []);
    }
}
