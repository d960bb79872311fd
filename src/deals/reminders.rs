//! Reminder plan of a day: deals due within a week, overdue or stale, by assignee, once per reason.

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

/// Number of days before the due date from which a deal is mentioned.
pub const DUE_WITHIN: i32 = 7;

/// Kind of reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReminderKind {
    /// Due before today.
    Overdue,
    /// Due within [`DUE_WITHIN`] days, including today.
    Due,
    /// Without a change for a number of days.
    Cold,
}

impl ReminderKind {
    /// Every kind, most urgent first.
    pub const ALL: [Self; 3] = [Self::Overdue, Self::Due, Self::Cold];

    /// Value in the tab `alert_history` and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Due => "due",
            Self::Cold => "cold",
        }
    }
}

/// Deduplication key of a reminder: deal, kind and date. Another due date or another change gives a new key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    /// Id of the deal.
    pub deal: u64,
    /// Kind of reminder.
    pub kind: ReminderKind,
    /// Due date, or the date of the last change for a stale deal.
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

/// One deal to mention.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reminder<'a> {
    /// The deal.
    pub deal: &'a Deal,
    /// Kind, and deduplication key.
    pub reason: Reason,
    /// Days from today to the due date, negative when overdue; for a stale deal the days without a change.
    pub days: i32,
}

/// Reminders of one assignee.
#[derive(Clone, Debug, PartialEq)]
pub struct Digest<'a> {
    /// First spelling; `None` for deals without an assignee.
    pub assignee: Option<Arc<str>>,
    /// Most urgent kind first, then earliest date first.
    pub reminders: Vec<Reminder<'a>>,
}

/// Reason why a reminder is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// It was sent before.
    Told,
    /// The deal is snoozed until this day.
    Paused(Date),
}

/// Reminders to send on a day, and those to skip.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan<'a> {
    /// One per assignee, in alphabetical order; deals without an assignee come last.
    pub digests: Vec<Digest<'a>>,
    /// Skipped reminders, with the reason.
    pub silent: Vec<(Reminder<'a>, Silence)>,
}

/// Inputs of the plan besides the deals.
pub struct Circumstances<'a> {
    /// Number of days after which a deal is stale, by stage.
    pub cold_after: &'a ColdAfter,
    /// Snoozed deals.
    pub pauses: &'a Pauses,
    /// Reasons that were sent before.
    pub told: &'a HashSet<Reason>,
    /// Today.
    pub day: &'a Day,
}

/// Plans the reminders of a day. Only the state of that day counts, even if runs were missed: a deal that became
/// overdue in between is overdue today, and a deal that was won is not mentioned. Deals without an id wait until they
/// have one.
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

/// Snoozes are applied after all current reminders are known, so that the skipped ones can be reported.
static NO_PAUSES: LazyLock<Pauses> = LazyLock::new(Pauses::default);

/// Last run of the daily job.
#[derive(Clone, Debug)]
pub struct LastRun {
    /// Time at which it ended.
    pub at: Zoned,
    /// Whether work remains.
    pub rest: Rest,
}

/// Whether a run left work to retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Everything was sent.
    Nothing,
    /// A message was not accepted, or the spreadsheet was unavailable.
    Something,
}

/// Retry interval in minutes after a run that left work.
const AGAIN_AFTER: i64 = 60;

/// Whether the daily job is due: once a day from the time `at` on, also when the program was suspended or down at that
/// time, and again while work remains.
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

/// All current reminders, most urgent first.
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

/// Groups reminders by assignee.
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
