//! Unit tests of the standings.

use std::collections::BTreeMap;

use domain::{period::Period, person::PersonKey};
use jiff::{civil::date, tz::TimeZone};
use proptest::prelude::*;

use crate::{
    claims::{
        fixture::{crowded_rows, ledger, march, row, with_status},
        submission::{Submission, SubmissionStatus},
    },
    standings::{CsmStanding, ServiceKind, ServiceStanding, Standings, StandingsTotals, permille},
};

const NOW: &str = "20 12:00";

fn all_time(rows: Vec<Submission>) -> Standings {
    ledger(rows).standings(Period::default(), march(NOW), &TimeZone::UTC)
}

fn within(rows: Vec<Submission>, from: &str, to: &str, zone: &str) -> Standings {
    let period = Period::parse(Some(from), Some(to)).expect("period");
    ledger(rows).standings(period, march(NOW), &TimeZone::get(zone).expect("bundled time zone"))
}

/// "rank name points" for each row.
fn ranking(standings: &Standings) -> Vec<String> {
    let lines = standings.by_csm.iter();
    lines
        .map(|line| format!("{} {} {}", line.rank, line.csm, line.integrations))
        .collect()
}

/// "name companies/claims" for each row.
fn services(standings: &Standings) -> Vec<String> {
    let lines = standings.by_service.iter();
    lines
        .map(|line| format!("{} {}/{}", line.integration, line.companies, line.claims))
        .collect()
}

#[test]
fn an_empty_sheet_ranks_nobody_and_shows_every_offered_integration_at_zero() {
    let standings = all_time(vec![]);
    assert_eq!(standings.by_csm, []);
    assert_eq!(services(&standings), ["GitHub 0/0", "Slack 0/0", "Cursor 0/0"]);
    assert!(standings.by_service.iter().all(|line| line.share_permille == 0));
    assert_eq!(standings.totals, StandingsTotals::default());
}

#[test]
fn ties_share_a_rank_and_the_one_who_got_there_first_is_listed_first() {
    let standings = all_time(vec![
        row(2, "02 10:00", "Kate", "Acme", "GitHub, Slack, Cursor"),
        row(3, "02 11:00", "Zoé", "Globex", "GitHub, Slack"),
        row(4, "02 12:00", "ana", "Initech", "GitHub, Slack"),
        row(5, "02 13:00", "Bo", "Umbrella", "GitHub"),
        row(6, "02 14:00", "Cy", "Acme", "GitHub"),
    ]);
    assert_eq!(
        ranking(&standings),
        ["1 Kate 3", "2 Zoé 2", "2 ana 2", "4 Bo 1", "5 Cy 0"]
    );
}

#[test]
fn a_line_tells_points_companies_submissions_and_the_last_point() {
    let standings = all_time(vec![
        row(2, "02 10:00", "Kate", "Acme", "GitHub, Fax"),
        row(3, "03 10:00", "Kate", "Globex", "GitHub, Slack"),
        // Repeated claims and names outside the catalog earn no points.
        row(4, "04 10:00", "Kate", "Acme", "GitHub"),
        row(5, "05 10:00", "Kate", "Initech", "Telex"),
        with_status(
            SubmissionStatus::Rejected,
            row(6, "06 10:00", "Kate", "Initech", "GitHub"),
        ),
    ]);
    let [kate] = standings.by_csm.as_slice() else {
        panic!("one line: {standings:?}");
    };
    assert_eq!(
        (
            kate.integrations,
            kate.companies,
            kate.submissions,
            kate.outside_catalog
        ),
        (3, 2, 4, 2)
    );
    assert_eq!(kate.last_point_at, Some(march("03 10:00")));
    assert_eq!(
        standings.totals,
        StandingsTotals {
            integrations: 3,
            companies: 2,
            submissions: 4,
            outside_catalog: 2
        }
    );
}

#[test]
fn one_without_any_point_is_listed_without_a_last_point() {
    let standings = all_time(vec![
        row(2, "02 10:00", "Kate", "Acme", "GitHub"),
        row(3, "03 10:00", "Bo", "Acme", "GitHub"),
        with_status(
            SubmissionStatus::Withdrawn,
            row(4, "03 10:00", "Zoé", "Globex", "GitHub"),
        ),
    ]);
    assert_eq!(ranking(&standings), ["1 Kate 1", "2 Bo 0"]);
    assert_eq!(
        (standings.by_csm[1].submissions, standings.by_csm[1].last_point_at),
        (1, None)
    );
}

#[test]
fn integrations_stand_by_companies_then_catalog_then_what_it_does_not_know() {
    let standings = all_time(vec![
        row(2, "02 10:00", "Kate", "Acme", "Cursor, Telex, Fax"),
        row(3, "03 10:00", "Bo", "Acme", "cursor, Segment"),
        row(4, "04 10:00", "Bo", "Globex", "telex, Cursor"),
    ]);
    assert_eq!(
        services(&standings),
        [
            "Cursor 2/3",
            "Segment 1/1",
            "GitHub 0/0",
            "Slack 0/0",
            "Telex 2/2",
            "Fax 1/1"
        ]
    );
    let kinds: Vec<ServiceKind> = standings.by_service.iter().map(|line| line.kind).collect();
    assert_eq!(kinds[1], ServiceKind::Retired);
    assert_eq!(kinds[4..], [ServiceKind::OutsideCatalog; 2]);
    let shares: Vec<u32> = standings.by_service.iter().map(|line| line.share_permille).collect();
    assert_eq!(shares, [667, 333, 0, 0, 0, 0]);
}

#[test]
fn a_retired_integration_without_a_claim_in_the_period_is_not_shown() {
    let rows = vec![row(2, "02 10:00", "Kate", "Acme", "Segment")];
    assert_eq!(
        services(&within(rows.clone(), "2026-03-02", "2026-03-02", "UTC"))[0],
        "Segment 1/1"
    );
    assert!(
        !services(&within(rows, "2026-03-03", "2026-03-09", "UTC"))
            .join(" ")
            .contains("Segment")
    );
}

#[test]
fn shares_are_rounded_without_hiding_something_or_claiming_all() {
    for (part, whole, expected) in [
        (0, 0, 0),
        (0, 7, 0),
        (7, 7, 1000),
        (1, 3, 333),
        (2, 3, 667),
        (1, 2, 500),
        (1, 16, 63),
        (1, 100_000, 1),
        (99_999, 100_000, 999),
        (u32::MAX - 1, u32::MAX, 999),
    ] {
        assert_eq!(permille(part, whole), expected, "{part} of {whole}");
    }
}

#[test]
fn a_period_counts_whole_days_of_the_zone_and_both_ends() {
    let rows = || {
        vec![
            row(2, "01 22:59", "Kate", "A1", "GitHub"),
            row(3, "01 23:00", "Kate", "A2", "GitHub"),
            row(4, "02 22:59", "Kate", "A3", "GitHub"),
            row(5, "02 23:00", "Kate", "A4", "GitHub"),
        ]
    };
    // In Paris 2 March lasts from 23:00 UTC to 23:00 UTC.
    assert_eq!(
        ranking(&within(rows(), "2026-03-02", "2026-03-02", "Europe/Paris")),
        ["1 Kate 2"]
    );
    assert_eq!(
        ranking(&within(rows(), "2026-03-02", "2026-03-02", "UTC")),
        ["1 Kate 2"]
    );
    assert_eq!(
        ranking(&within(rows(), "2026-03-01", "2026-03-02", "Europe/Paris")),
        ["1 Kate 3"]
    );
    assert_eq!(
        ranking(&within(rows(), "2026-03-04", "2026-03-09", "UTC")),
        Vec::<String>::new()
    );
}

#[test]
fn the_day_on_which_clocks_change_is_counted_to_its_last_minute() {
    // 29 March 2026 has 23 hours in Paris: it ends at 22:00 UTC.
    let rows = vec![
        row(2, "28 22:59", "Kate", "A1", "GitHub"),
        row(3, "28 23:00", "Kate", "A2", "GitHub"),
        row(4, "29 21:59", "Kate", "A3", "GitHub"),
        row(5, "29 22:00", "Kate", "A4", "GitHub"),
    ];
    let standings = within(rows, "2026-03-29", "2026-03-29", "Europe/Paris");
    assert_eq!(ranking(&standings), ["1 Kate 2"]);
    assert_eq!(standings.by_csm[0].last_point_at, Some(march("29 21:59")));
}

#[test]
fn a_credit_earned_before_the_period_is_not_earned_again_within() {
    let rows = vec![
        row(2, "02 10:00", "Kate", "Acme", "GitHub"),
        row(3, "09 10:00", "Bo", "Acme", "GitHub"),
    ];
    assert_eq!(ranking(&within(rows, "2026-03-09", "2026-03-09", "UTC")), ["1 Bo 0"]);
}

#[test]
fn a_period_made_by_hand_that_ends_before_it_begins_is_empty() {
    let period = Period {
        from: Some(date(2026, 3, 9)),
        to: Some(date(2026, 3, 1)),
    };
    let ledger = ledger(vec![row(2, "05 10:00", "Kate", "Acme", "GitHub")]);
    let standings = ledger.standings(period, march(NOW), &TimeZone::UTC);
    assert_eq!(
        (standings.by_csm.len(), standings.totals),
        (0, StandingsTotals::default())
    );
}

#[test]
fn movement_compares_with_the_ranking_of_a_week_ago() {
    let standings = all_time(vec![
        row(2, "02 10:00", "Kate", "Acme", "GitHub, Slack"),
        row(3, "03 10:00", "Bo", "Globex", "GitHub"),
        row(4, "03 10:00", "Zoé", "Initech", "GitHub"),
        // Exactly a week before now belongs to the earlier standings.
        row(5, "13 12:00", "Ana", "Umbrella", "GitHub"),
        // One minute later does not.
        row(6, "13 12:01", "Bo", "Umbrella", "Slack, Cursor"),
        row(7, "14 12:00", "Cy", "Hooli", "Slack"),
    ]);
    let moved: Vec<(u32, &str, Option<i32>)> = standings
        .by_csm
        .iter()
        .map(|line| (line.rank, line.csm.as_str(), line.movement))
        .collect();
    assert_eq!(
        moved,
        [
            (1, "Bo", Some(1)),
            (2, "Kate", Some(-1)),
            (3, "Zoé", Some(-1)),
            (3, "Ana", Some(-1)),
            (3, "Cy", None)
        ]
    );
}

#[test]
fn movement_within_a_period_that_began_this_week_is_unknown_and_in_a_past_one_zero() {
    let rows = vec![
        row(2, "02 10:00", "Kate", "Acme", "GitHub"),
        row(3, "16 10:00", "Kate", "Globex", "GitHub"),
    ];
    assert_eq!(
        within(rows.clone(), "2026-03-15", "2026-03-20", "UTC").by_csm[0].movement,
        None
    );
    assert_eq!(
        within(rows, "2026-03-01", "2026-03-05", "UTC").by_csm[0].movement,
        Some(0)
    );
}

#[test]
fn a_week_ago_is_the_same_hour_even_when_clocks_changed_meanwhile() {
    // 4 April 2026, 12:00 in Paris is 10:00 UTC; a week earlier, before daylight saving, noon was 11:00 UTC.
    let ledger = ledger(vec![
        row(2, "28 10:30", "Kate", "Acme", "GitHub"),
        row(3, "28 11:30", "Bo", "Globex", "GitHub"),
    ]);
    let paris = TimeZone::get("Europe/Paris").expect("bundled time zone");
    let now = "2026-04-04T10:00:00Z".parse().expect("instant");
    let standings = ledger.standings(Period::default(), now, &paris);
    let movement: Vec<(&str, Option<i32>)> = standings
        .by_csm
        .iter()
        .map(|line| (line.csm.as_str(), line.movement))
        .collect();
    assert_eq!(movement, [("Kate", Some(0)), ("Bo", None)]);
}

fn by_person(standings: &Standings) -> BTreeMap<Option<PersonKey>, &CsmStanding> {
    let lines = standings.by_csm.iter();
    lines.map(|line| (PersonKey::of(&line.csm), line)).collect()
}

proptest! {
    #[test]
    fn both_lists_add_up_to_the_totals(rows in crowded_rows()) {
        let standings = all_time(rows);
        let totals = standings.totals;
        let (known, unknown): (Vec<&ServiceStanding>, Vec<&ServiceStanding>) = standings
            .by_service
            .iter()
            .partition(|line| line.kind != ServiceKind::OutsideCatalog);
        let companies = |lines: &[&ServiceStanding]| lines.iter().map(|line| line.companies).sum::<u32>();
        let over_csms = |amount: fn(&CsmStanding) -> u32| standings.by_csm.iter().map(amount).sum::<u32>();
        prop_assert_eq!(companies(&known), totals.integrations);
        prop_assert_eq!(over_csms(|line| line.integrations), totals.integrations);
        prop_assert_eq!(companies(&unknown), totals.outside_catalog);
        prop_assert_eq!(over_csms(|line| line.outside_catalog), totals.outside_catalog);
        prop_assert_eq!(over_csms(|line| line.submissions), totals.submissions);
        prop_assert!(standings.by_service.iter().all(|line| line.companies <= line.claims));
        prop_assert!(totals.companies <= totals.integrations);
    }

    #[test]
    fn a_rank_is_one_more_than_the_number_of_those_with_more(rows in crowded_rows()) {
        let standings = all_time(rows);
        for line in &standings.by_csm {
            let more = standings.by_csm.iter().filter(|other| other.integrations > line.integrations);
            prop_assert_eq!(line.rank as usize, 1 + more.count());
        }
        prop_assert!(standings.by_csm.is_sorted_by_key(|line| line.rank));
    }

    #[test]
    fn the_days_of_a_fortnight_add_up_to_the_fortnight(rows in crowded_rows()) {
        let ledger = ledger(rows);
        let board = |from: i8, to: i8| {
            let period = Period { from: Some(date(2026, 3, from)), to: Some(date(2026, 3, to)) };
            ledger.standings(period, march(NOW), &TimeZone::UTC)
        };
        let all = board(2, 15);
        let daily: Vec<Standings> = (2..=15).map(|day| board(day, day)).collect();
        prop_assert_eq!(all.totals.integrations, daily.iter().map(|day| day.totals.integrations).sum::<u32>());
        prop_assert_eq!(all.totals.submissions, daily.iter().map(|day| day.totals.submissions).sum::<u32>());
        let open = ledger.standings(Period::default(), march(NOW), &TimeZone::UTC);
        prop_assert_eq!((open.by_csm, open.by_service), (all.by_csm, all.by_service));
    }

    #[test]
    fn movement_is_what_the_board_of_a_week_ago_would_have_said(rows in crowded_rows()) {
        let now = march("16 00:00");
        let week_ago = march("09 00:00");
        let then_rows = rows.iter().filter(|row| row.submitted_at <= week_ago).cloned().collect();
        let board = |rows: Vec<Submission>| ledger(rows).standings(Period::default(), now, &TimeZone::UTC);
        let (today, then) = (board(rows), board(then_rows));
        let ranks_then = by_person(&then);
        for (person, line) in by_person(&today) {
            let rank_then = ranks_then.get(&person).map(|line| line.rank.cast_signed());
            prop_assert_eq!(line.movement, rank_then.map(|rank| rank - line.rank.cast_signed()));
        }
    }
}
