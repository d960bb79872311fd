//! Tests of the reminder plan and its alerts.

use std::collections::HashSet;

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use proptest::prelude::*;

use crate::{
    dashboard::stale::{BoardDay, StaleAfter},
    deal::{
        Deal,
        fixture::{all, at, crowded_deals, day, deal, due, of_assignee, today, updated},
        snooze::{DealSnooze, DealSnoozes},
        stage::DealStage,
    },
    reminders::{
        plan::{LastReminderRun, RemainingWork, ReminderContext, ReminderPlan, SkipReason, is_run_due, plan_reminders},
        rows::ReminderReason,
    },
};

fn the_day(today: Date) -> BoardDay {
    BoardDay {
        today,
        zone: TimeZone::UTC,
    }
}

fn plan_of<'a>(
    deals: &'a [Deal],
    snoozes: &DealSnoozes,
    sent: &HashSet<ReminderReason>,
    today: Date,
) -> ReminderPlan<'a> {
    let circumstances = ReminderContext {
        cold_after: &StaleAfter::default(),
        snoozes,
        sent,
        day: &the_day(today),
    };
    plan_reminders(&all(deals), &circumstances)
}

fn told_by(plan: &ReminderPlan<'_>) -> Vec<String> {
    let reminders = plan.digests.iter().flat_map(|digest| &digest.reminders);
    reminders.map(|reminder| reminder.reason.to_string()).collect()
}

fn pause_until(deal: u64, until: &str) -> DealSnoozes {
    DealSnoozes::of([DealSnooze {
        deal,
        until: day(until),
        reason: String::new(),
        by: String::new(),
        at: Some(at("2026-11-01")),
    }])
}

#[test]
fn late_deals_those_due_within_a_week_and_cold_ones_are_told() {
    let fresh = |deal| updated("2026-11-20", deal);
    let deals = [
        fresh(due("2026-11-20", deal(2, DealStage::Prospect, "100"))),
        fresh(due("2026-11-21", deal(3, DealStage::Prospect, "100"))),
        fresh(due("2026-11-28", deal(4, DealStage::Prospect, "100"))),
        fresh(due("2026-11-29", deal(5, DealStage::Prospect, "100"))),
        fresh(due("2026-11-20", deal(6, DealStage::Won, "100"))),
        updated("2026-11-10", deal(7, DealStage::Qualified, "100")),
        updated("2026-11-11", deal(8, DealStage::Qualified, "100")),
    ];
    let plan = plan_of(&deals, &DealSnoozes::default(), &HashSet::new(), today());
    assert_eq!(
        told_by(&plan),
        [
            "deal 2 overdue 2026-11-20",
            "deal 3 due 2026-11-21",
            "deal 4 due 2026-11-28",
            "deal 7 cold 2026-11-10",
        ]
    );
}

#[test]
fn each_assignee_gets_one_digest_whatever_the_spelling() {
    let late = |number, name| {
        of_assignee(
            name,
            due(
                "2026-11-01",
                updated("2026-11-20", deal(number, DealStage::Prospect, "100")),
            ),
        )
    };
    let deals = [late(2, "Zoé"), late(3, ""), late(4, "zoe"), late(5, "Kate")];
    let plan = plan_of(&deals, &DealSnoozes::default(), &HashSet::new(), today());
    let names: Vec<_> = plan
        .digests
        .iter()
        .map(|digest| (digest.assignee.as_deref(), digest.reminders.len()))
        .collect();
    assert_eq!(names, [(Some("Kate"), 1), (Some("Zoé"), 2), (None, 1)]);
}

#[test]
fn a_new_due_date_or_another_change_is_another_reason() {
    let before = [due(
        "2026-11-01",
        updated("2026-11-01", deal(2, DealStage::Prospect, "100")),
    )];
    let nothing = DealSnoozes::default();
    let first = plan_of(&before, &nothing, &HashSet::new(), today());
    let sent: HashSet<ReminderReason> = first
        .digests
        .iter()
        .flat_map(|digest| digest.reminders.iter().map(|reminder| reminder.reason))
        .collect();
    assert_eq!(told_by(&plan_of(&before, &nothing, &sent, today())), [""; 0]);
    let moved = [due("2026-11-15", before[0].clone())];
    assert_eq!(
        told_by(&plan_of(&moved, &nothing, &sent, today())),
        ["deal 2 overdue 2026-11-15"]
    );
    let touched = [updated("2026-11-05", before[0].clone())];
    assert_eq!(
        told_by(&plan_of(&touched, &nothing, &sent, today())),
        ["deal 2 cold 2026-11-05"]
    );
}

#[test]
fn a_deal_that_is_set_aside_is_told_on_the_day_after_its_pause() {
    let deals = [due(
        "2026-11-01",
        updated("2026-11-20", deal(2, DealStage::Prospect, "100")),
    )];
    let snoozes = pause_until(2, "2026-11-21");
    let during = plan_of(&deals, &snoozes, &HashSet::new(), today());
    assert_eq!(told_by(&during), [""; 0]);
    assert_eq!(during.silent[0].1, SkipReason::Snoozed(day("2026-11-21")));
    let after = plan_of(&deals, &snoozes, &HashSet::new(), today().tomorrow().expect("day"));
    assert_eq!(told_by(&after), ["deal 2 overdue 2026-11-01"]);
}

#[test]
fn what_was_missed_in_a_sleep_is_told_as_it_is_now() {
    let deals = [due(
        "2026-11-30",
        updated("2026-11-21", deal(2, DealStage::Prospect, "100")),
    )];
    let reminded = |sleep: i64| {
        told_by(&plan_of(
            &deals,
            &DealSnoozes::default(),
            &HashSet::new(),
            today() + sleep.days(),
        ))
    };
    assert_eq!(reminded(0), [""; 0]);
    assert_eq!(reminded(5), ["deal 2 due 2026-11-30"]);
    assert_eq!(reminded(11), ["deal 2 overdue 2026-11-30", "deal 2 cold 2026-11-21"]);
}

#[test]
fn the_job_runs_once_a_day_from_its_time_on_and_again_while_something_is_left() {
    let moment = |text: &str| at(text).to_zoned(TimeZone::get("Europe/Paris").expect("zone"));
    let last = |text: &str, rest| Some(LastReminderRun { at: moment(text), rest });
    let eight = jiff::civil::time(8, 0, 0, 0);
    for (now, last, runs) in [
        ("2026-11-21T06:59:00Z", None, false),
        ("2026-11-21T07:00:00Z", None, true),
        ("2026-11-21T20:00:00Z", None, true),
        (
            "2026-11-21T07:01:00Z",
            last("2026-11-21T07:00:00Z", RemainingWork::Nothing),
            false,
        ),
        (
            "2026-11-21T07:59:00Z",
            last("2026-11-21T07:00:00Z", RemainingWork::Something),
            false,
        ),
        (
            "2026-11-21T08:00:00Z",
            last("2026-11-21T07:00:00Z", RemainingWork::Something),
            true,
        ),
        (
            "2026-11-22T06:30:00Z",
            last("2026-11-21T07:00:00Z", RemainingWork::Nothing),
            false,
        ),
        (
            "2026-11-25T07:00:00Z",
            last("2026-11-21T07:00:00Z", RemainingWork::Nothing),
            true,
        ),
    ] {
        assert_eq!(is_run_due(&moment(now), eight, last.as_ref()), runs, "{now} {last:?}");
    }
}

proptest! {
    #[test]
    fn nothing_is_told_twice_and_nothing_is_lost(deals in crowded_deals(), days in 0_i64..40) {
        let nothing = DealSnoozes::default();
        let today = today() + days.days();
        let first = plan_of(&deals, &nothing, &HashSet::new(), today);
        let reasons: Vec<ReminderReason> = first.digests.iter().flat_map(|digest| digest.reminders.iter().map(|reminder| reminder.reason)).collect();
        let sent: HashSet<ReminderReason> = reasons.iter().copied().collect();
        prop_assert_eq!(sent.len(), reasons.len());
        let second = plan_of(&deals, &nothing, &sent, today);
        prop_assert!(second.digests.is_empty());
        prop_assert_eq!(second.silent.len(), reasons.len());
    }
}
