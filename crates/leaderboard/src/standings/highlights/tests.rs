//! Unit tests of the highlights.

use domain::period::Period;
use jiff::{
    ToSpan,
    civil::{Date, date},
    tz::TimeZone,
};
use proptest::prelude::*;

use crate::{
    claims::{
        fixture::{crowded_rows, ledger, march, row, with_status},
        submission::{Submission, SubmissionStatus},
    },
    standings::highlights::{Highlights, HighlightsClock},
};

/// A Thursday.
const TODAY: Date = date(2026, 3, 19);

fn highlights(rows: Vec<Submission>) -> Highlights {
    within(rows, Period::default(), TODAY)
}

fn within(rows: Vec<Submission>, period: Period, today: Date) -> Highlights {
    let zone = TimeZone::UTC;
    let goal = "10/month".parse().ok();
    ledger(rows).highlights(
        period,
        goal,
        HighlightsClock {
            date: today,
            zone: &zone,
        },
    )
}

#[test]
fn who_gained_most_on_the_seven_days_before_is_named() {
    let rows = vec![
        // Points before and now: Kate 3 and 2, Bo 0 and 1, Zoé 1 and 2.
        row(2, "08 10:00", "Kate", "Acme", "GitHub, Slack, Cursor"),
        row(3, "13 00:00", "Kate", "Globex", "GitHub, Slack"),
        row(4, "14 10:00", "Bo", "Initech", "GitHub"),
        row(5, "12 23:59", "Zoé", "Umbrella", "GitHub"),
        row(6, "19 23:59", "Zoé", "Hooli", "GitHub, Slack"),
    ];
    let found = highlights(rows).most_improved.expect("somebody");
    assert_eq!(found.gain, 1);
    assert_eq!(
        (found.period.from, found.period.to),
        (Some(date(2026, 3, 13)), Some(TODAY))
    );
    let named: Vec<(&str, u32)> = found.csms.iter().map(|csm| (csm.csm.as_str(), csm.points)).collect();
    assert_eq!(named, [("Bo", 1), ("Zoé", 2)]);
}

#[test]
fn nobody_improved_who_gained_nothing() {
    for rows in [
        vec![],
        vec![row(2, "08 10:00", "Kate", "Acme", "GitHub")],
        // Claims that are outside the catalog, repeated or rejected earn no points.
        vec![row(2, "18 10:00", "Kate", "Acme", "Fax")],
        vec![with_status(
            SubmissionStatus::Rejected,
            row(2, "18 10:00", "Kate", "Acme", "GitHub"),
        )],
        // No gain: the same number as before.
        vec![
            row(2, "08 10:00", "Kate", "Acme", "GitHub"),
            row(3, "18 10:00", "Kate", "Globex", "GitHub"),
        ],
    ] {
        assert_eq!(highlights(rows.clone()).most_improved, None, "{rows:?}");
    }
}

#[test]
fn the_first_of_the_week_is_the_first_credit_since_monday() {
    let rows = vec![
        row(2, "15 23:59", "Kate", "Acme", "GitHub"),
        row(3, "16 00:00", "Bo", "Acme", "GitHub, Fax"),
        row(4, "16 00:01", "Zoé", "Acme", "Slack"),
        row(5, "16 00:02", "Kate", "Globex", "Slack"),
    ];
    let first = highlights(rows).first_of_week.expect("somebody");
    assert_eq!((first.csm.as_str(), first.company.as_str()), ("Zoé", "Acme"));
    assert_eq!(first.at, march("16 00:01"));
    assert_eq!(
        highlights(vec![row(2, "15 23:59", "Kate", "Acme", "GitHub")]).first_of_week,
        None
    );
}

#[test]
fn a_week_begins_where_the_clocks_of_the_zone_say() {
    let rows = vec![row(2, "15 23:30", "Kate", "Acme", "GitHub")];
    let zone = TimeZone::get("Europe/Paris").expect("zone");
    let today = HighlightsClock {
        date: TODAY,
        zone: &zone,
    };
    let found = ledger(rows).highlights(Period::default(), None, today);
    assert_eq!(found.team, None);
    assert!(found.first_of_week.is_some(), "it was Monday in Paris already");
    let highlights: Vec<u32> = found.per_day.iter().rev().take(5).map(|day| day.integrations).collect();
    assert_eq!(highlights, [0, 0, 0, 1, 0], "from Thursday back to Sunday");
}

#[test]
fn the_team_is_measured_by_its_own_stretch() {
    let rows = vec![
        row(2, "01 00:00", "Kate", "Acme", "GitHub, Slack, Fax"),
        row(3, "19 10:00", "Bo", "Acme", "GitHub, Cursor"),
    ];
    let day = Period {
        from: Some(TODAY),
        to: Some(TODAY),
    };
    let team = within(rows, day, TODAY).team.expect("a goal");
    assert_eq!((team.reached, team.days_left), (3, 13));
}

#[test]
fn days_are_told_up_to_today_within_the_period_and_four_weeks_at_most() {
    let days = |from, to| {
        let highlights = within(vec![], Period { from, to }, TODAY).per_day;
        highlights
            .first()
            .zip(highlights.last())
            .map(|(first, last)| (first.day, last.day, highlights.len()))
    };
    let of = |day| Some(date(2026, 3, day));
    for (from, to, expected) in [
        (None, None, Some((date(2026, 2, 20), TODAY, 28))),
        (of(10), None, Some((date(2026, 3, 10), TODAY, 10))),
        (of(10), of(12), Some((date(2026, 3, 10), date(2026, 3, 12), 3))),
        (None, of(1), Some((date(2026, 2, 2), date(2026, 3, 1), 28))),
        (of(19), of(31), Some((TODAY, TODAY, 1))),
        (of(20), None, None),
        (of(20), of(31), None),
    ] {
        assert_eq!(days(from, to), expected, "{from:?} {to:?}");
    }
}

proptest! {
    /// The days of a period add up to the totals of the board.
    #[test]
    fn days_add_up_to_the_totals_of_the_board(rows in crowded_rows(), first in 1_i8..20, length in 0_i8..11) {
        let period = Period { from: Some(date(2026, 3, first)), to: Some(date(2026, 3, first + length)) };
        let ledger = ledger(rows);
        let zone = TimeZone::UTC;
        let today = HighlightsClock { date: date(2026, 3, 31), zone: &zone };
        let highlights = ledger.highlights(period, None, today);
        let totals = ledger.standings(period, march("31 12:00"), &zone).totals;
        prop_assert_eq!(highlights.per_day.len(), usize::try_from(length).expect("positive") + 1);
        prop_assert_eq!(highlights.per_day.iter().map(|day| day.integrations).sum::<u32>(), totals.integrations);
        prop_assert_eq!(highlights.per_day.iter().map(|day| day.claims).sum::<u32>(), totals.submissions);
    }

    /// The named CSMs have the stated gain, and no CSM gained more.
    #[test]
    fn nobody_gained_more_than_the_most_improved(rows in crowded_rows(), day in 8_i8..25) {
        let ledger = ledger(rows);
        let zone = TimeZone::UTC;
        let today = HighlightsClock { date: date(2026, 3, day), zone: &zone };
        let points = |from: i8, to: i8| {
            let period = Period { from: Some(date(2026, 3, 1).saturating_add((i64::from(from) - 1).days())),
                to: Some(date(2026, 3, to)) };
            ledger.standings(period, march("31 12:00"), &zone).by_csm
        };
        let (now, before) = (points(day - 6, day), points(day - 13, day - 7));
        let of = |board: &[crate::standings::CsmStanding], csm: &str| {
            board.iter().find(|line| line.csm == csm).map_or(0, |line| line.integrations)
        };
        let gains: Vec<(u32, String)> = now.iter()
            .map(|line| (line.integrations.saturating_sub(of(&before, &line.csm)), line.csm.clone()))
            .filter(|(gain, _)| *gain > 0).collect();
        let most = gains.iter().map(|(gain, _)| *gain).max();
        let mut names: Vec<String> = gains.into_iter().filter(|(gain, _)| Some(*gain) == most).map(|(_, csm)| csm).collect();
        names.sort();
        let found = ledger.highlights(Period::default(), None, today).most_improved;
        prop_assert_eq!(found.as_ref().map(|found| found.gain), most);
        let mut named: Vec<String> = found.into_iter().flat_map(|found| found.csms).map(|improved| improved.csm).collect();
        named.sort();
        prop_assert_eq!(named, names);
    }
}
