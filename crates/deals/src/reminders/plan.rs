//! Reminder plan of a day: deals due within a week, overdue or stale, by assignee, once per reason.

use std::{
    collections::HashSet,
    sync::{Arc, LazyLock},
};

use domain::language::{days_between, sort_key};
use jiff::{
    SignedDuration, Zoned,
    civil::{Date, Time},
};

use crate::{
    dashboard::{
        deadlines::Deadlines,
        stale::{BoardDay, StaleAfter, stale_deals},
    },
    deal::{
        Deal,
        grouping::{GroupBy, group_deals},
        snooze::DealSnoozes,
    },
    reminders::rows::{ReminderKind, ReminderReason},
};

/// Number of days before the due date from which a deal is mentioned.
pub const DUE_WITHIN_DAYS: i32 = 7;

/// One deal to mention.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reminder<'a> {
    /// The deal.
    pub deal: &'a Deal,
    /// Kind, and deduplication key.
    pub reason: ReminderReason,
    /// Days from today to the due date, negative when overdue; for a stale deal the days without a change.
    pub days: i32,
}

/// Reminders of one assignee.
#[derive(Clone, Debug, PartialEq)]
pub struct ReminderDigest<'a> {
    /// First spelling; `None` for deals without an assignee.
    pub assignee: Option<Arc<str>>,
    /// Most urgent kind first, then earliest date first.
    pub reminders: Vec<Reminder<'a>>,
}

/// Reason why a reminder is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// It was sent before.
    AlreadySent,
    /// The deal is snoozed until this day.
    Snoozed(Date),
}

/// Reminders to send on a day, and those to skip.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReminderPlan<'a> {
    /// One per assignee, in alphabetical order; deals without an assignee come last.
    pub digests: Vec<ReminderDigest<'a>>,
    /// Skipped reminders, with the reason.
    pub silent: Vec<(Reminder<'a>, SkipReason)>,
}

/// Inputs of the plan besides the deals.
pub struct ReminderContext<'a> {
    /// Number of days after which a deal is stale, by stage.
    pub cold_after: &'a StaleAfter,
    /// Snoozed deals.
    pub snoozes: &'a DealSnoozes,
    /// Reasons that were sent before.
    pub sent: &'a HashSet<ReminderReason>,
    /// Today.
    pub day: &'a BoardDay,
}

/// Plans the reminders of a day. Only the state of that day counts, even if runs were missed: a deal that became
/// overdue in between is overdue today, and a deal that was won is not mentioned. Deals without an id wait until they
/// have one.
pub fn plan_reminders<'a>(deals: &[&'a Deal], context: &ReminderContext<'_>) -> ReminderPlan<'a> {
    let ReminderContext { snoozes, sent, day, .. } = *context;
    let mut plan = ReminderPlan::default();
    let mut spoken: Vec<Reminder<'a>> = Vec::new();
    for reminder in reminders(deals, context) {
        let snooze = snoozes.active(reminder.reason.deal, day.today);
        if sent.contains(&reminder.reason) {
            plan.silent.push((reminder, SkipReason::AlreadySent));
        } else if let Some(snooze) = snooze {
            plan.silent.push((reminder, SkipReason::Snoozed(snooze.until)));
        } else {
            spoken.push(reminder);
        }
    }
    plan.digests = digests(&spoken);
    plan
}

/// Snoozes are applied after all current reminders are known, so that the skipped ones can be reported.
static NO_SNOOZES: LazyLock<DealSnoozes> = LazyLock::new(DealSnoozes::default);

/// Last run of the daily job.
#[derive(Clone, Debug)]
pub struct LastReminderRun {
    /// Time at which it ended.
    pub at: Zoned,
    /// Whether work remains.
    pub rest: RemainingWork,
}

/// Whether a run left work to retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemainingWork {
    /// Everything was sent.
    Nothing,
    /// A message was not accepted, or the spreadsheet was unavailable.
    Something,
}

/// Retry interval in minutes after a run that left work.
const RETRY_AFTER_MINUTES: i64 = 60;

/// Whether the daily job is due: once a day from the time `at` on, also when the program was suspended or down at that
/// time, and again while work remains.
pub fn is_run_due(now: &Zoned, at: Time, last: Option<&LastReminderRun>) -> bool {
    if now.time() < at {
        return false;
    }
    match last {
        None => true,
        Some(last) if last.at.date() < now.date() => true,
        Some(LastReminderRun {
            rest: RemainingWork::Nothing,
            ..
        }) => false,
        Some(last) => now.duration_since(&last.at) >= SignedDuration::from_mins(RETRY_AFTER_MINUTES),
    }
}

/// All current reminders, most urgent first.
fn reminders<'a>(deals: &[&'a Deal], context: &ReminderContext<'_>) -> Vec<Reminder<'a>> {
    let day = context.day;
    let deadlines = Deadlines::of(deals, day.today);
    let dated = |kind: ReminderKind, deal: &'a Deal| {
        let due = deal.due?;
        Some(Reminder {
            deal,
            reason: ReminderReason {
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
        .filter(|reminder| reminder.days <= DUE_WITHIN_DAYS);
    let cold = stale_deals(deals, context.cold_after, &NO_SNOOZES, day).cold;
    let cold: Vec<Reminder<'a>> = cold
        .into_iter()
        .filter_map(|found| {
            let touched = found.deal.updated_at.or(found.deal.created_at)?;
            let reason = ReminderReason {
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
fn digests<'a>(reminders: &[Reminder<'a>]) -> Vec<ReminderDigest<'a>> {
    let deals: Vec<&Deal> = reminders.iter().map(|reminder| reminder.deal).collect();
    let mut digests: Vec<ReminderDigest<'a>> = group_deals(&deals, GroupBy::Assignee)
        .into_iter()
        .map(|group| {
            let rows: HashSet<u32> = group.deals.iter().map(|deal| deal.row).collect();
            let own = reminders.iter().filter(|reminder| rows.contains(&reminder.deal.row));
            ReminderDigest {
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
