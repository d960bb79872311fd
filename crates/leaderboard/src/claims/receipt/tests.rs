//! Unit tests of the outcome of one submission.

use domain::period::Period;
use proptest::prelude::*;

use crate::claims::{
    fixture::{crowded_rows, ledger, march, row, with_status},
    list::CreditedTo,
    receipt::outcome::{CreditedElsewhere, RankGap, RankPlace, SubmissionOutcome},
    submission::SubmissionStatus,
};

fn place(rank: u32, tied: bool, integrations: u32, behind: Option<(u32, &str)>) -> Option<RankPlace> {
    let behind = behind.map(|(points, csm)| RankGap {
        points,
        csm: csm.to_owned(),
    });
    Some(RankPlace {
        rank,
        tied,
        integrations,
        behind,
    })
}

#[test]
fn a_submission_tells_what_it_earned_and_what_others_hold() {
    let ledger = ledger(vec![
        row(2, "02 10:00", "Kate", "Acme", "GitHub"),
        row(3, "02 11:00", "Bo", "Acme", "Slack"),
        row(4, "03 10:00", "bo", "acme inc", "Cursor, GH, Slack, Fax"),
    ]);
    let effect = ledger.effect_of("s4").expect("row 4");
    assert_eq!(
        effect,
        SubmissionOutcome {
            id: "s4".to_owned(),
            submitted_at: march("03 10:00"),
            csm: "Bo".to_owned(),
            company: "Acme".to_owned(),
            status: SubmissionStatus::Received,
            credited: vec!["Cursor".to_owned()],
            counted_apart: vec!["Fax".to_owned()],
            already_yours: vec!["Slack".to_owned()],
            already_theirs: vec![CreditedElsewhere {
                integration: "GitHub".to_owned(),
                credited_to: CreditedTo {
                    csm: "Kate".to_owned(),
                    at: march("02 10:00"),
                },
            }],
            place: place(1, false, 2, None),
        }
    );
}

#[test]
fn a_place_names_the_next_above_and_what_is_missing() {
    let ledger = ledger(vec![
        row(2, "02 10:00", "Kate", "Acme", "GitHub, Slack, Cursor"),
        row(3, "02 11:00", "Zoé", "Globex", "GitHub, Slack, Cursor"),
        row(4, "02 12:00", "Bo", "Initech", "GitHub"),
        row(5, "02 12:00", "Ana", "Umbrella", "Slack"),
        row(6, "02 13:00", "Cy", "Acme", "Fax, GitHub"),
    ]);
    for (id, expected) in [
        ("s2", place(1, true, 3, None)),
        ("s3", place(1, true, 3, None)),
        ("s4", place(3, true, 1, Some((2, "Kate")))),
        ("s5", place(3, true, 1, Some((2, "Kate")))),
        // A credit outside the catalog is counted separately and gives no place.
        ("s6", None),
    ] {
        assert_eq!(ledger.effect_of(id).expect(id).place, expected, "{id}");
    }
}

#[test]
fn a_submission_that_was_set_aside_has_earned_nothing_but_says_so() {
    for status in [SubmissionStatus::Rejected, SubmissionStatus::Withdrawn] {
        let ledger = ledger(vec![
            with_status(status, row(2, "02 10:00", "Kate", "Acme", "GitHub, Fax")),
            row(3, "03 10:00", "Kate", "Globex", "GitHub"),
        ]);
        let effect = ledger.effect_of("s2").expect("row 2");
        assert_eq!(effect.status, status);
        assert!(effect.credited.is_empty() && effect.counted_apart.is_empty());
        assert!(effect.already_yours.is_empty() && effect.already_theirs.is_empty());
        assert_eq!(effect.place, place(1, false, 1, None));
    }
}

#[test]
fn an_id_that_no_row_has_and_no_id_at_all_mean_no_submission() {
    let mut without_id = row(2, "02 10:00", "Kate", "Acme", "GitHub");
    without_id.id = String::new();
    let ledger = ledger(vec![without_id]);
    assert_eq!(ledger.effect_of("s2"), None);
    assert_eq!(ledger.effect_of(""), None);
}

#[test]
fn of_rows_that_share_an_id_the_earliest_is_meant() {
    let mut copy = row(3, "03 10:00", "Bo", "Acme", "GitHub");
    copy.id = "s2".to_owned();
    let ledger = ledger(vec![copy, row(2, "02 10:00", "Kate", "Acme", "GitHub")]);
    assert_eq!(ledger.effect_of("s2").map(|effect| effect.csm), Some("Kate".to_owned()));
}

proptest! {
    #[test]
    fn a_place_is_the_one_on_the_board(mut rows in crowded_rows()) {
        for row in &mut rows {
            row.id = format!("s{}", row.row);
        }
        let ledger = ledger(rows);
        let standings = ledger.standings(Period::default(), march("20 00:00"), &jiff::tz::TimeZone::UTC);
        for submission in ledger.submissions().iter() {
            let effect = ledger.effect_of(&submission.id()).expect("its row");
            let line = standings.by_csm.iter().find(|line| line.csm == effect.csm && line.integrations > 0);
            prop_assert_eq!(effect.place.as_ref().map(|place| place.rank), line.map(|line| line.rank));
            if let Some(gap) = effect.place.and_then(|place| place.behind) {
                let above = standings.by_csm.iter().rfind(|above| above.rank < line.expect("on the board").rank);
                let above = above.expect("somebody above");
                prop_assert_eq!(gap.points, above.integrations - line.expect("on the board").integrations);
                let first = standings.by_csm.iter().find(|other| other.rank == above.rank);
                prop_assert_eq!(Some(gap.csm), first.map(|first| first.csm.clone()));
            }
        }
    }
}
