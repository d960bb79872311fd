//! Unit tests of the claims announced on open boards.

use proptest::prelude::*;

use crate::{
    claims::{
        fixture::{crowded_rows, ledger, row, with_status},
        ledger::Ledger,
        submission::{Submission, SubmissionStatus},
    },
    live::new_claims::NewClaims,
};

/// "csm company: credited integrations" for each new claim, and the number of unnamed ones.
fn new(earlier: Vec<Submission>, now: Vec<Submission>) -> (Vec<String>, u32) {
    let found = ledger(now).new_claims_since(&ledger(earlier), 3);
    let summary = found.latest.iter();
    let summary = summary.map(|claim| format!("{} {}: {}", claim.csm, claim.company, claim.credited.join(" ")));
    (summary.collect(), found.others)
}

fn without_id(submission: Submission) -> Submission {
    Submission {
        id: String::new(),
        ..submission
    }
}

fn kate() -> Submission {
    row(2, "02 10:00", "Kate", "Acme", "GitHub")
}

#[test]
fn a_row_that_was_added_is_new_with_what_it_earned() {
    let added = row(3, "02 11:00", "Bo", "Acme", "GitHub, Slack, Fax");
    assert_eq!(
        new(vec![kate()], vec![kate(), added]),
        (vec!["Bo Acme: Slack".to_owned()], 0)
    );
}

#[test]
fn nothing_is_new_when_rows_are_moved_corrected_or_deleted() {
    let bo = row(3, "02 11:00", "Bo", "Acme", "Slack");
    let before = vec![kate(), bo.clone()];
    let moved = vec![
        Submission { row: 2, ..bo.clone() },
        Submission {
            row: 3,
            company: "Globex".into(),
            ..kate()
        },
    ];
    assert_eq!(new(before.clone(), moved), (vec![], 0));
    assert_eq!(new(before, vec![bo]), (vec![], 0));
}

#[test]
fn a_row_typed_cell_by_cell_is_new_once_it_is_complete() {
    for id in ["s3", ""] {
        let typed = |company: &str, integrations: &str| Submission {
            id: id.to_owned(),
            ..row(3, "02 11:00", "Bo", company, integrations)
        };
        let begun = vec![kate(), typed("", "")];
        let named = vec![kate(), typed("Globex", "")];
        let complete = vec![kate(), typed("Globex", "Slack")];
        assert_eq!(new(vec![kate()], begun.clone()), (vec![], 0), "{id}");
        assert_eq!(new(begun, named.clone()), (vec![], 0), "{id}");
        let summary = vec!["Bo Globex: Slack".to_owned()];
        assert_eq!(new(named, complete.clone()), (summary, 0), "{id}");
        assert_eq!(new(complete.clone(), complete), (vec![], 0), "{id}");
    }
}

#[test]
fn rows_without_an_id_are_told_apart_by_what_they_say_and_counted() {
    let twin = |number| without_id(row(number, "02 10:00", "Kate", "Acme", "GitHub"));
    assert_eq!(new(vec![twin(2)], vec![twin(5)]), (vec![], 0));
    assert_eq!(
        new(vec![twin(2)], vec![twin(5), twin(6)]),
        (vec!["Kate Acme: ".to_owned()], 0)
    );
}

#[test]
fn what_staff_set_aside_is_no_news_and_what_they_take_back_is() {
    let rejected = || with_status(SubmissionStatus::Rejected, kate());
    assert_eq!(new(vec![], vec![rejected()]), (vec![], 0));
    assert_eq!(new(vec![kate()], vec![rejected()]), (vec![], 0));
    assert_eq!(
        new(vec![rejected()], vec![kate()]),
        (vec!["Kate Acme: GitHub".to_owned()], 0)
    );
}

#[test]
fn of_very_many_the_latest_are_named_and_the_others_counted() {
    let rows: Vec<Submission> = (0..5)
        .map(|number| row(number + 2, &format!("0{} 10:00", number + 1), "Kate", "Acme", "Fax"))
        .collect();
    let (named, others) = new(vec![], rows);
    assert_eq!((named.len(), others), (3, 2));
}

proptest! {
    /// The result is the same whether rows are appended or inserted.
    #[test]
    fn added_rows_are_new_and_no_others(rows in crowded_rows(), split in 0_usize..24) {
        // Rows that share an id count as one.
        let mut seen = std::collections::HashSet::new();
        let mut rows = rows;
        rows.retain(|row| row.id.is_empty() || seen.insert(row.id.clone()));
        let split = split.min(rows.len());
        let (first, added) = rows.split_at(split);

        let before = ledger(first.to_vec());
        let mut table = before.submissions().extended(added.len());
        table.extend(added.to_vec());
        let extended = before.extended(&std::sync::Arc::new(table)).expect("rows were only added");
        let anew = ledger(rows.clone());
        let sorted = |ledger: &Ledger| {
            let mut found = ledger.new_claims_since(&before, 100).latest;
            found.sort_by(|one, other| format!("{one:?}").cmp(&format!("{other:?}")));
            found
        };
        let found = sorted(&extended);
        prop_assert!(found.len() <= added.len());
        prop_assert_eq!(found, sorted(&anew));
        prop_assert_eq!(anew.new_claims_since(&anew, 100), NewClaims::default());
        prop_assert_eq!(anew.new_claims_since(&ledger(anew_rows(&rows)), 100), NewClaims::default());
    }
}

/// The same rows in another order.
fn anew_rows(rows: &[Submission]) -> Vec<Submission> {
    let mut rows: Vec<Submission> = rows.iter().rev().cloned().collect();
    for (number, row) in (2..).zip(&mut rows) {
        row.row = number;
    }
    rows
}
