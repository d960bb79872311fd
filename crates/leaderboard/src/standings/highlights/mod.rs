//! Highlights next to the ranking: most improved CSM, first credit of the week, credits per day.

#[cfg(test)]
mod tests;
pub(crate) mod view;

use domain::{
    normalize::normalize,
    period::{InstantRange, Period},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    claims::{
        ledger::Ledger,
        rules::RowValidity,
        storage::{name_interner::NameId, saturating_u32},
    },
    standings::goal::{Goal, GoalPeriod, GoalProgress},
};

/// Maximum number of days listed one by one.
const MAX_DAYS: i64 = 28;

/// Highlights of the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Highlights {
    /// Progress towards the team goal; `None` without a goal.
    pub team: Option<GoalProgress>,
    /// Largest gain over the previous seven days; `None` without any gain.
    pub most_improved: Option<MostImproved>,
    /// First credited claim since Monday; `None` when there is none yet.
    pub first_of_week: Option<FirstOfWeek>,
    /// Last days of the period up to today, at most 28, earliest first.
    pub per_day: Vec<DailyCredits>,
}

/// Largest gain: points of the last seven days, including today, minus those of the seven days before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MostImproved {
    /// Gain in points, at least 1.
    pub gain: u32,
    /// The seven days up to today.
    pub period: Period,
    /// CSMs with this gain, in alphabetical order; at least one.
    pub csms: Vec<ImprovedCsm>,
}

/// A CSM with the largest gain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ImprovedCsm {
    /// Display name of the CSM.
    pub csm: String,
    /// Credited integrations of the last seven days.
    pub points: u32,
}

/// The first credited claim of a week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FirstOfWeek {
    /// Display name of the CSM.
    pub csm: String,
    /// Display name of the company.
    pub company: String,
    /// Instant of the submission.
    pub at: Timestamp,
    /// The week, Monday to Sunday.
    pub week: Period,
}

/// Credits of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "DayOfBoard")]
pub struct DailyCredits {
    /// The day, in the configured time zone.
    pub day: Date,
    /// Valid submissions, credited or not.
    pub claims: u32,
    /// Credited catalog integrations.
    pub integrations: u32,
}

impl DailyCredits {
    /// The day as a period.
    pub fn period(&self) -> Period {
        Period {
            from: Some(self.day),
            to: Some(self.day),
        }
    }
}

/// The current day, with the time zone that defines it.
#[derive(Clone, Copy, Debug)]
pub struct HighlightsClock<'a> {
    /// Today's date.
    pub date: Date,
    /// Time zone of the date.
    pub zone: &'a TimeZone,
}

impl Ledger {
    /// Highlights as of a day; only `per_day` depends on `period`.
    pub fn highlights(&self, period: Period, goal: Option<Goal>, today: HighlightsClock<'_>) -> Highlights {
        Highlights {
            team: goal.map(|goal| {
                let reached = self.points_by_csm(goal.every.containing(today.date).span(today.zone));
                goal.progress(reached.iter().sum(), today.date)
            }),
            most_improved: self.most_improved(today),
            first_of_week: self.first_of_week(today),
            per_day: self.per_day(last_days(period, today.date), today.zone),
        }
    }

    fn most_improved(&self, today: HighlightsClock<'_>) -> Option<MostImproved> {
        let period = Period {
            from: Some(today.date.checked_sub(6.days()).ok()?),
            to: Some(today.date),
        };
        let points = self.points_by_csm(period.span(today.zone));
        let before = self.points_by_csm(period.before()?.span(today.zone));
        let gains = || {
            points
                .iter()
                .zip(&before)
                .map(|(now, before)| now.saturating_sub(*before))
        };
        let gain = gains().max().filter(|gain| *gain > 0)?;
        let mut csms: Vec<ImprovedCsm> = gains()
            .enumerate()
            .filter(|(_, own)| *own == gain)
            .map(|(index, _)| ImprovedCsm {
                csm: self.csm_display_name(NameId::of(index)).to_owned(),
                points: points[index],
            })
            .collect();
        csms.sort_by_cached_key(|improved| (normalize(&improved.csm), improved.csm.clone()));
        Some(MostImproved { gain, period, csms })
    }

    fn first_of_week(&self, today: HighlightsClock<'_>) -> Option<FirstOfWeek> {
        let week = GoalPeriod::Week.containing(today.date);
        let lines = &self.order()[self.lines_within(week.span(today.zone))];
        let (line, _) = self
            .points(lines)
            .find(|(_, integration)| self.is_in_catalog(*integration))?;
        Some(FirstOfWeek {
            csm: self.csm_of(line),
            company: self.company_of(line),
            at: self.submitted_at(line),
            week,
        })
    }

    fn per_day(&self, days: Option<DayRange>, zone: &TimeZone) -> Vec<DailyCredits> {
        let Some(DayRange { first, last }) = days else {
            return Vec::new();
        };
        let days = first.series(1.day()).take_while(|day| *day <= last);
        days.map(|day| {
            let mut credits = DailyCredits {
                day,
                claims: 0,
                integrations: 0,
            };
            let lines = &self.order()[self.lines_within(credits.period().span(zone))];
            let counting = lines
                .iter()
                .filter(|line| self.line(**line).validity == RowValidity::Counts);
            credits.claims = saturating_u32(counting.count());
            credits.integrations = saturating_u32(self.catalog_points(lines).count());
            credits
        })
        .collect()
    }

    /// Points of each CSM within a time span, by CSM id.
    fn points_by_csm(&self, span: InstantRange) -> Vec<u32> {
        let mut points = vec![0; self.csm_count()];
        for line in self.catalog_points(&self.order()[self.lines_within(span)]) {
            if let Some(csm) = self.line(line).csm {
                points[csm.index()] += 1;
            }
        }
        points
    }

    /// Lines that earned points, one entry for each point.
    fn catalog_points<'a>(&'a self, lines: &'a [u32]) -> impl Iterator<Item = u32> + use<'a> {
        let points = self.points(lines);
        points
            .filter(|(_, integration)| self.is_in_catalog(*integration))
            .map(|(line, _)| line)
    }
}

/// Consecutive days, both ends included.
struct DayRange {
    first: Date,
    last: Date,
}

/// Listed days of a period, up to today; `None` when the period is in the future.
fn last_days(period: Period, today: Date) -> Option<DayRange> {
    let last = period.to.map_or(today, |to| to.min(today));
    let earliest = last.saturating_sub((MAX_DAYS - 1).days());
    let first = period.from.map_or(earliest, |from| from.max(earliest));
    (first <= last).then_some(DayRange { first, last })
}
