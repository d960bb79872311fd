//! Who is reminded of what today: deals that are due within a week, late, or cold; never twice for the same reason.

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, LazyLock},
};

use jiff::{
    SignedDuration, Zoned,
    civil::{Date, Time},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    cold::{ColdAfter, Day, cold},
    deadlines::Deadlines,
    deal::Deal,
    grouping::{Property, grouped},
    pause::Pauses,
};
use crate::language::{days_between, sort_key};

/// How many days before its due date a deal is mentioned.
pub const DUE_WITHIN: i32 = 7;

/// Why a deal is mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReminderKind {
    /// Due before today.
    Overdue,
    /// Due within [`DUE_WITHIN`] days, today included.
    Due,
    /// Without a change for long.
    Cold,
}

impl ReminderKind {
    /// Every kind, the most urgent first.
    pub const ALL: [Self; 3] = [Self::Overdue, Self::Due, Self::Cold];

    /// The word in the tab `alert_history` and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Due => "due",
            Self::Cold => "cold",
        }
    }
}

/// What a person is told once: a deal, a kind, and the day that makes it so. Another due date or another change is another
/// reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    /// Id of the deal.
    pub deal: u64,
    /// Why it is mentioned.
    pub kind: ReminderKind,
    /// Its due date, or the day of its last change for a cold deal.
    pub day: Date,
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "deal {} {} {}", self.deal, self.kind.word(), self.day)
    }
}

impl Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A deal and why it is mentioned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reminder<'a> {
    /// The deal.
    pub deal: &'a Deal,
    /// Why it is mentioned.
    pub reason: Reason,
    /// Days from today to the due date, negative when late; for a cold deal the days without a change.
    pub days: i32,
}

/// What one assignee is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Digest<'a> {
    /// The first spelling; `None` for deals that nobody works on.
    pub assignee: Option<Arc<str>>,
    /// The most urgent kind first; within it the earliest day first.
    pub reminders: Vec<Reminder<'a>>,
}

/// Why something is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// It was told before.
    Told,
    /// The deal is set aside up to this day.
    Paused(Date),
}

/// What is to be told today, and what is not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan<'a> {
    /// One for each assignee, in alphabetical order; deals that nobody works on stand last.
    pub digests: Vec<Digest<'a>>,
    /// What is not told, with the reason.
    pub silent: Vec<(Reminder<'a>, Silence)>,
}

/// What the plan depends on beside the deals.
pub struct Circumstances<'a> {
    /// When deals are cold.
    pub cold_after: &'a ColdAfter,
    /// Deals that are set aside.
    pub pauses: &'a Pauses,
    /// What was told before.
    pub told: &'a HashSet<Reason>,
    /// Today.
    pub day: &'a Day,
}

/// What is to be told on a day. Only what holds today counts, however long the program slept: a deal that became late in
/// the meantime is late today, and one that was won is not mentioned any more. Deals without an id wait until they have one.
pub fn plan<'a>(deals: &[&'a Deal], circumstances: &Circumstances<'_>) -> Plan<'a> {
    let Circumstances { pauses, told, day, .. } = *circumstances;
    let mut plan = Plan::default();
    let mut spoken: Vec<Reminder<'a>> = Vec::new();
    for reminder in reminders(deals, circumstances) {
        let pause = pauses.in_force(reminder.reason.deal, day.today);
        if told.contains(&reminder.reason) {
            plan.silent.push((reminder, Silence::Told));
        } else if let Some(pause) = pause {
            plan.silent.push((reminder, Silence::Paused(pause.until)));
        } else {
            spoken.push(reminder);
        }
    }
    plan.digests = digests(&spoken);
    plan
}

/// Pauses are looked at after everything that holds is known, so that what they silence can be told.
static NO_PAUSES: LazyLock<Pauses> = LazyLock::new(Pauses::default);

/// A run of the daily job.
#[derive(Clone, Debug)]
pub struct LastRun {
    /// When it ended.
    pub at: Zoned,
    /// Whether something is left to try again.
    pub rest: Rest,
}

/// Whether a run left something to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Everything that could be told is told.
    Nothing,
    /// A message was not taken, or the spreadsheet did not answer.
    Something,
}

/// Minutes after which a run that left something is repeated.
const AGAIN_AFTER: i64 = 60;

/// Whether the daily job is to run now: once a day from the time `at` on, so also when the program was asleep or down at
/// that time; and again while something is left.
pub fn is_time(now: &Zoned, at: Time, last: Option<&LastRun>) -> bool {
    if now.time() < at {
        return false;
    }
    match last {
        None => true,
        Some(last) if last.at.date() < now.date() => true,
        Some(LastRun {
            rest: Rest::Nothing, ..
        }) => false,
        Some(last) => now.duration_since(&last.at) >= SignedDuration::from_mins(AGAIN_AFTER),
    }
}

/// Everything that holds today, the most urgent first.
fn reminders<'a>(deals: &[&'a Deal], circumstances: &Circumstances<'_>) -> Vec<Reminder<'a>> {
    let day = circumstances.day;
    let deadlines = Deadlines::of(deals, day.today);
    let dated = |kind: ReminderKind, deal: &'a Deal| {
        let due = deal.due?;
        Some(Reminder {
            deal,
            reason: Reason {
                deal: deal.id?,
                kind,
                day: due,
            },
            days: days_between(day.today, due),
        })
    };
    let late = deadlines
        .overdue
        .into_iter()
        .filter_map(|deal| dated(ReminderKind::Overdue, deal));
    let soon = deadlines.today.into_iter().chain(deadlines.upcoming);
    let soon = soon
        .filter_map(|deal| dated(ReminderKind::Due, deal))
        .filter(|reminder| reminder.days <= DUE_WITHIN);
    let cold = cold(deals, circumstances.cold_after, &NO_PAUSES, day).cold;
    let cold: Vec<Reminder<'a>> = cold
        .into_iter()
        .filter_map(|found| {
            let touched = found.deal.updated_at.or(found.deal.created_at)?;
            let reason = Reason {
                deal: found.deal.id?,
                kind: ReminderKind::Cold,
                day: touched.to_zoned(day.zone.clone()).date(),
            };
            let days = i32::try_from(found.days).unwrap_or(i32::MAX);
            Some(Reminder {
                deal: found.deal,
                reason,
                days,
            })
        })
        .collect();
    late.chain(soon).chain(cold).collect()
}

/// One digest for each assignee.
fn digests<'a>(reminders: &[Reminder<'a>]) -> Vec<Digest<'a>> {
    let deals: Vec<&Deal> = reminders.iter().map(|reminder| reminder.deal).collect();
    let mut digests: Vec<Digest<'a>> = grouped(&deals, Property::Assignee)
        .into_iter()
        .map(|group| {
            let rows: HashSet<u32> = group.deals.iter().map(|deal| deal.row).collect();
            let own = reminders.iter().filter(|reminder| rows.contains(&reminder.deal.row));
            Digest {
                assignee: group.name,
                reminders: own.copied().collect(),
            }
        })
        .collect();
    digests.sort_by_cached_key(|digest| {
        let name = sort_key(digest.assignee.as_deref().unwrap_or_default());
        (digest.assignee.is_none(), name)
    });
    digests
}

#[cfg(test)]
#[path = "reminders_tests.rs"]
mod tests;
