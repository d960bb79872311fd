//! Team goal for a week, month, quarter or year, and the progress towards it.

use std::{num::NonZeroU32, str::FromStr};

use domain::period::Period;
use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use schemars::JsonSchema;
use serde::Serialize;

/// Number of credited integrations to reach in each calendar period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "TeamGoal")]
pub struct Goal {
    /// Credited company–integration pairs of the whole team.
    pub integrations: NonZeroU32,
    /// Calendar period of the goal.
    pub every: GoalPeriod,
}

/// A recurring calendar period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GoalPeriod {
    /// Monday to Sunday.
    Week,
    /// First to last day of a month.
    Month,
    /// January to March, and so on.
    Quarter,
    /// January to December.
    Year,
}

/// Progress of the team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "TeamProgress")]
pub struct GoalProgress {
    /// The goal.
    pub goal: Goal,
    /// Days of the period, both included.
    pub period: Period,
    /// Credited integrations in these days so far.
    pub reached: u32,
    /// Days left, including today.
    pub days_left: u32,
}

impl GoalPeriod {
    /// All periods, shortest first.
    pub const ALL: [Self; 4] = [Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// Name of the period.
    pub fn name(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// The period with this name.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        Self::ALL
            .into_iter()
            .find(|goal_period| goal_period.name().eq_ignore_ascii_case(name))
    }

    /// Days of the period that contains `today`, both ends included.
    pub fn containing(self, today: Date) -> Period {
        let month = today.first_of_month();
        let (from, length) = match self {
            Self::Week => {
                let into_week = i64::from(today.weekday().since(Weekday::Monday));
                (today.saturating_sub(into_week.days()), 1.week())
            }
            Self::Month => (month, 1.month()),
            Self::Quarter => {
                let into_quarter = i64::from((today.month() - 1) % 3);
                (month.saturating_sub(into_quarter.months()), 3.months())
            }
            Self::Year => (today.first_of_year(), 1.year()),
        };
        Period {
            from: Some(from),
            to: Some(from.saturating_add(length).saturating_sub(1.day())),
        }
    }
}

impl Goal {
    /// Progress with `reached` credits in the period that contains `today`.
    pub fn progress(self, reached: u32, today: Date) -> GoalProgress {
        let period = self.every.containing(today);
        let days_left = period
            .to
            .and_then(|last| today.until(last).ok())
            .map_or(0, |left| left.get_days() + 1);
        GoalProgress {
            goal: self,
            period,
            reached,
            days_left: u32::try_from(days_left).unwrap_or(0),
        }
    }
}

/// Parses `120/month`.
impl FromStr for Goal {
    type Err = InvalidGoal;

    fn from_str(text: &str) -> Result<Self, InvalidGoal> {
        let (integrations, every) = text.split_once('/').ok_or(InvalidGoal)?;
        Ok(Self {
            integrations: integrations.trim().parse().map_err(|_| InvalidGoal)?,
            every: GoalPeriod::parse(every).ok_or(InvalidGoal)?,
        })
    }
}

/// A text that is not a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number of integrations and a stretch of time, such as 120/month; week, month, quarter and year are known")]
pub struct InvalidGoal;

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_goal_is_a_number_and_a_stretch() {
        for (text, integrations, every) in [
            ("120/month", 120, GoalPeriod::Month),
            (" 5 / Week ", 5, GoalPeriod::Week),
            ("1/quarter", 1, GoalPeriod::Quarter),
            ("4000000000/YEAR", 4_000_000_000, GoalPeriod::Year),
        ] {
            let goal: Goal = text.parse().expect(text);
            assert_eq!((goal.integrations.get(), goal.every), (integrations, every), "{text}");
        }
        for text in [
            "",
            "120",
            "120/",
            "/month",
            "0/month",
            "-1/week",
            "1.5/week",
            "120/moon",
            "120 per month",
        ] {
            assert_eq!(text.parse::<Goal>(), Err(InvalidGoal), "{text}");
        }
    }

    #[test]
    fn stretches_begin_and_end_on_the_right_days() {
        for (today, goal_period, from, to) in [
            (date(2026, 3, 5), GoalPeriod::Week, date(2026, 3, 2), date(2026, 3, 8)),
            (date(2026, 3, 2), GoalPeriod::Week, date(2026, 3, 2), date(2026, 3, 8)),
            (date(2026, 1, 1), GoalPeriod::Week, date(2025, 12, 29), date(2026, 1, 4)),
            (
                date(2028, 2, 29),
                GoalPeriod::Month,
                date(2028, 2, 1),
                date(2028, 2, 29),
            ),
            (
                date(2026, 12, 31),
                GoalPeriod::Month,
                date(2026, 12, 1),
                date(2026, 12, 31),
            ),
            (
                date(2026, 5, 31),
                GoalPeriod::Quarter,
                date(2026, 4, 1),
                date(2026, 6, 30),
            ),
            (
                date(2026, 12, 1),
                GoalPeriod::Quarter,
                date(2026, 10, 1),
                date(2026, 12, 31),
            ),
            (date(2028, 7, 1), GoalPeriod::Year, date(2028, 1, 1), date(2028, 12, 31)),
        ] {
            let period = goal_period.containing(today);
            assert_eq!(
                (period.from, period.to),
                (Some(from), Some(to)),
                "{today} {goal_period:?}"
            );
        }
    }

    #[test]
    fn the_days_left_count_today() {
        let goal: Goal = "10/month".parse().expect("goal");
        for (today, left) in [(date(2026, 3, 1), 31), (date(2026, 3, 30), 2), (date(2026, 3, 31), 1)] {
            assert_eq!(goal.progress(0, today).days_left, left, "{today}");
        }
    }

    proptest! {
        /// For any day: its period contains it, and the next period starts on the day after the last.
        #[test]
        fn stretches_follow_each_other_without_gap_or_overlap(days in 0_i64..200_000, which in 0_usize..4) {
            let (today, goal_period) = (date(1800, 1, 1).saturating_add(days.days()), GoalPeriod::ALL[which]);
            let period = goal_period.containing(today);
            prop_assert!(period.contains(today));
            let last = period.to.expect("an end");
            let next = goal_period.containing(last.tomorrow().expect("a day"));
            prop_assert_eq!(next.from, last.tomorrow().ok());
            prop_assert_eq!(goal_period.containing(last), period);
        }
    }
}
