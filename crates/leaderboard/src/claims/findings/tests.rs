//! Unit tests of findings in submissions.

use sheets_store::finding::{Effect, FindingKind};

use crate::claims::{
    dataset::LeaderboardRows,
    findings::{BURST_ROWS, future_count, future_findings, row_findings},
    fixture::{ledger, march, row},
    ledger::Ledger,
    submission::Submission,
};

fn rows_of(ledger: &Ledger) -> LeaderboardRows {
    LeaderboardRows::of_submissions(ledger.submissions())
}

fn findings_of(rows: Vec<Submission>) -> Vec<(FindingKind, u32, String)> {
    let ledger = ledger(rows);
    let findings = row_findings(&ledger, &rows_of(&ledger), ledger.catalog(), Vec::new());
    findings
        .into_iter()
        .map(|finding| (finding.kind, finding.row, finding.proposal.unwrap_or_default()))
        .collect()
}

fn claims_of_kate(moments: impl Iterator<Item = String>) -> Vec<Submission> {
    let rows = (2..).zip(moments);
    rows.map(|(number, when)| row(number, &when, "Kate", &format!("Company {number}"), "GitHub"))
        .collect()
}

#[test]
fn a_name_outside_the_catalog_comes_with_the_one_that_was_probably_meant() {
    let rows = vec![row(2, "02 09:00", "Kate", "Acme", "GitHb, Telex")];
    let kind = FindingKind::UnknownValue;
    assert_eq!(
        findings_of(rows),
        [(kind, 2, "GitHub".to_owned()), (kind, 2, String::new())]
    );
}

#[test]
fn text_that_another_program_would_run_is_told_with_what_it_probably_means() {
    let mut rows = vec![
        row(2, "02 09:00", "Kate", "=Acme", "GitHub"),
        row(3, "02 09:30", "Kate", "Beta - Sons", "GitHub"),
        row(4, "02 10:00", "Kate", "Gamma", "GitHub"),
    ];
    rows[2].note = "@home".to_owned();
    rows[1].note = "- a list".to_owned();
    let kind = FindingKind::FormulaLike;
    assert_eq!(
        findings_of(rows),
        [(kind, 2, "Acme".to_owned()), (kind, 4, "home".to_owned())]
    );
}

#[test]
fn very_many_claims_within_minutes_are_one_finding_at_the_first_of_them() {
    let quick = claims_of_kate((0..30).map(|claim| format!("02 10:{:02}", (claim + 9) / 10)));
    assert_eq!(findings_of(quick), [(FindingKind::Burst, 2, String::new())]);
    let slow = claims_of_kate((0..30).map(|minute| format!("02 10:{minute:02}")));
    assert_eq!(findings_of(slow), []);
    let few = claims_of_kate((0..BURST_ROWS - 1).map(|_| "02 10:00".to_owned()));
    assert_eq!(findings_of(few), []);
}

#[test]
fn a_claim_that_is_dated_later_than_now_is_told_and_counts() {
    let ledger = ledger(vec![
        row(2, "02 09:00", "Kate", "Acme", "GitHub"),
        row(3, "09 09:00", "Kate", "Beta", "GitHub"),
    ]);
    let rows = rows_of(&ledger);
    assert_eq!(future_count(&ledger, march("02 08:56")), 1);
    let later = future_findings(&ledger, &rows, march("02 08:56"));
    assert_eq!((later.len(), later[0].row, later[0].effect), (1, 3, Effect::Counted));
    assert_eq!(future_count(&ledger, march("09 09:00")), 0);
}
