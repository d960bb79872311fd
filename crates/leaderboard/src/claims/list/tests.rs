//! Unit tests of the list of claims.

use domain::period::Period;
use jiff::{civil::date, tz::TimeZone};
use proptest::prelude::*;

use crate::claims::{
    fixture::{crowded_rows, ledger, march, row, with_status},
    list::{ClaimFilter, ClaimOutcome, ClaimRow, CreditedTo, IntegrationClaim},
    submission::{Submission, SubmissionStatus},
};

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn world() -> Vec<Submission> {
    vec![
        row(2, "02 10:00", "Kate", "Acme", "GitHub, Fax"),
        row(3, "03 10:00", "Bo", "ACME Inc.", "gh, Slack"),
        row(4, "04 10:00", "KATE ", "Globex", "GitHub"),
        with_status(
            SubmissionStatus::Rejected,
            row(5, "05 10:00", "Zoé", "Acme", "Cursor, FAX"),
        ),
        row(6, "06 10:00", "Kate", "acme", "SL, github, fax"),
    ]
}

fn rows_of(filter: &ClaimFilter) -> Vec<u32> {
    let lines = ledger(world()).claims(filter, |_| String::new());
    lines.iter().map(|line| line.row).collect()
}

#[test]
fn each_condition_narrows_the_list_and_forgives_spelling() {
    let everything = ClaimFilter::default();
    for (filter, rows) in [
        (everything.clone(), vec![6, 5, 4, 3, 2]),
        (
            ClaimFilter {
                csm: some(" "),
                integration: some(""),
                company: some("\u{200B}"),
                ..everything.clone()
            },
            vec![6, 5, 4, 3, 2],
        ),
        (
            ClaimFilter {
                csm: some(" kAté"),
                ..everything.clone()
            },
            vec![6, 4, 2],
        ),
        (
            ClaimFilter {
                company: some("A.C.M.E., Inc"),
                ..everything.clone()
            },
            vec![6, 5, 3, 2],
        ),
        (
            ClaimFilter {
                integration: some("Git Hub"),
                ..everything.clone()
            },
            vec![6, 4, 3, 2],
        ),
        (
            ClaimFilter {
                integration: some("fax"),
                ..everything.clone()
            },
            vec![6, 5, 2],
        ),
        (
            ClaimFilter {
                csm: some("kate"),
                integration: some("slack"),
                company: some("acme"),
                ..everything.clone()
            },
            vec![6],
        ),
        (
            ClaimFilter {
                csm: some("nobody"),
                ..everything.clone()
            },
            vec![],
        ),
        (
            ClaimFilter {
                company: some("?"),
                ..everything.clone()
            },
            vec![],
        ),
        (
            ClaimFilter {
                integration: some("Cursor"),
                company: some("Globex"),
                ..everything.clone()
            },
            vec![],
        ),
        (
            ClaimFilter {
                span: Period {
                    from: Some(date(2026, 3, 3)),
                    to: Some(date(2026, 3, 4)),
                }
                .span(&TimeZone::UTC),
                ..everything
            },
            vec![4, 3],
        ),
    ] {
        assert_eq!(rows_of(&filter), rows, "{filter:?}");
    }
}

#[test]
fn a_line_shows_what_was_typed_what_it_means_and_what_became_of_it() {
    let lines = ledger(world()).claims(&ClaimFilter::default(), |row| format!("https://sheet/#{row}"));
    let kate_on_second = || CreditedTo {
        csm: "Kate".to_owned(),
        at: march("02 10:00"),
    };
    let claimed = |name: &str, in_catalog, outcome| IntegrationClaim {
        name: name.to_owned(),
        in_catalog,
        outcome,
    };
    assert_eq!(
        lines[3],
        ClaimRow {
            row: 3,
            id: "s3".to_owned(),
            submitted_at: march("03 10:00"),
            csm: "Bo".to_owned(),
            company: "Acme".to_owned(),
            company_typed: "ACME Inc.".to_owned(),
            status: SubmissionStatus::Received,
            note: String::new(),
            integrations: vec![
                claimed("GitHub", true, ClaimOutcome::CreditedTo(kate_on_second())),
                claimed("Slack", true, ClaimOutcome::Credited),
            ],
            link: "https://sheet/#3".to_owned(),
        }
    );
    assert_eq!(
        lines[1].integrations,
        [
            claimed("Cursor", true, ClaimOutcome::NotCounted),
            claimed("FAX", false, ClaimOutcome::NotCounted)
        ]
    );
    assert_eq!(
        lines[0].integrations[1..],
        [
            claimed("GitHub", true, ClaimOutcome::Repeated),
            claimed("fax", false, ClaimOutcome::Repeated)
        ]
    );
    assert_eq!((lines[2].csm.as_str(), lines[2].company.as_str()), ("Kate", "Globex"));
}

#[test]
fn a_row_that_cannot_be_credited_is_listed_as_it_was_typed() {
    let lines =
        ledger(vec![row(2, "02 10:00", " ", " ? ", "GitHub")]).claims(&ClaimFilter::default(), |_| String::new());
    assert_eq!((lines[0].csm.as_str(), lines[0].company.as_str()), ("", "?"));
    assert_eq!(lines[0].integrations[0].outcome, ClaimOutcome::NotCounted);
}

#[test]
fn a_part_of_the_list_is_counted_from_the_latest_and_never_overruns() {
    let ledger = ledger(world());
    let matching = ledger.matching_claims(&ClaimFilter::default());
    assert_eq!((matching.len(), matching.is_empty()), (5, false));
    for (wanted, rows) in [
        (0..2, vec![6, 5]),
        (3..9, vec![3, 2]),
        (7..9, vec![]),
        (0..0, vec![]),
        (0..usize::MAX, vec![6, 5, 4, 3, 2]),
    ] {
        let lines = matching.lines(wanted.clone(), |_| String::new());
        assert_eq!(
            lines.iter().map(|line| line.row).collect::<Vec<_>>(),
            rows,
            "{wanted:?}"
        );
    }
}

proptest! {
    #[test]
    fn every_row_is_listed_once_and_latest_first(rows in crowded_rows()) {
        let lines = ledger(rows.clone()).claims(&ClaimFilter::default(), |_| String::new());
        let mut listed: Vec<u32> = lines.iter().map(|line| line.row).collect();
        listed.sort_unstable();
        prop_assert_eq!(listed, rows.iter().map(|row| row.row).collect::<Vec<_>>());
        prop_assert!(lines.is_sorted_by(|left, right| left.submitted_at >= right.submitted_at));
    }

    #[test]
    fn the_credited_claims_of_all_rows_are_the_points_of_the_board(rows in crowded_rows()) {
        let ledger = ledger(rows);
        let lines = ledger.claims(&ClaimFilter::default(), |_| String::new());
        let credited = lines
            .iter()
            .flat_map(|line| &line.integrations)
            .filter(|claim| claim.in_catalog && claim.outcome == ClaimOutcome::Credited)
            .count();
        let standings = ledger.standings(Period::default(), march("20 00:00"), &TimeZone::UTC);
        prop_assert_eq!(credited, standings.totals.integrations as usize);
    }

    #[test]
    fn the_rows_behind_an_integration_are_as_many_as_its_claims_and_those_set_aside(rows in crowded_rows()) {
        let ledger = ledger(rows);
        let standings = ledger.standings(Period::default(), march("20 00:00"), &TimeZone::UTC);
        for service in &standings.by_service {
            let filter = ClaimFilter { integration: Some(service.integration.clone()), ..ClaimFilter::default() };
            let lines = ledger.claims(&filter, |_| String::new());
            let counting = lines.iter().filter(|line| {
                line.integrations.iter().all(|claim| claim.outcome != ClaimOutcome::NotCounted)
            });
            prop_assert_eq!(counting.count(), service.claims as usize, "{}", service.integration);
        }
    }
}
