//! Test fixtures for the rules.

use std::sync::Arc;

use domain::alias::Alias;
use jiff::{SignedDuration, Timestamp};
use proptest::{collection::vec, prelude::*, sample::select};

use crate::{
    claims::{
        catalog::Catalog,
        ledger::Ledger,
        submission::{Submission, SubmissionStatus, split_integrations},
    },
    names::rows::NameAliases,
};

/// GitHub, Slack (or "SL") and Cursor are offered, Segment is retired.
pub(crate) const CATALOG: &str = "GitHub | GH\nSlack | SL\n~Segment\nCursor";

/// The row `number` of a sheet, received on a day of March 2026 such as "02 09:30" (UTC), with the id `s<number>`.
pub(crate) fn row(number: u32, when: &str, csm: &str, company: &str, integrations: &str) -> Submission {
    Submission {
        row: number,
        id: format!("s{number}"),
        submitted_at: march(when),
        csm: csm.into(),
        company: company.into(),
        integrations: split_integrations(integrations).into_iter().map(Into::into).collect(),
        status: SubmissionStatus::Received,
        note: String::new(),
    }
}

/// "02 09:30" as 2 March 2026, 09:30 UTC.
pub(crate) fn march(when: &str) -> Timestamp {
    let (day, time) = when.split_once(' ').expect("day and time");
    format!("2026-03-{day}T{time}:00Z").parse().expect("instant")
}

pub(crate) fn with_status(status: SubmissionStatus, submission: Submission) -> Submission {
    Submission { status, ..submission }
}

pub(crate) fn ledger(rows: Vec<Submission>) -> Ledger {
    ledger_with_aliases(rows, &[])
}

pub(crate) fn ledger_with_aliases(rows: Vec<Submission>, aliases: &[(&str, &str)]) -> Ledger {
    ledger_with_names(rows, &[], aliases)
}

/// Ledger with rows of `csm_aliases` and `company_aliases`.
pub(crate) fn ledger_with_names(rows: Vec<Submission>, csms: &[(&str, &str)], companies: &[(&str, &str)]) -> Ledger {
    let (names, problems) = NameAliases::from_aliases(&lines(csms), &lines(companies));
    assert_eq!(problems, []);
    Ledger::build(
        Arc::new(rows.into_iter().collect()),
        Arc::new(Catalog::parse(CATALOG)),
        Arc::new(names),
    )
}

fn lines(aliases: &[(&str, &str)]) -> Vec<Alias> {
    let lines = (2..).zip(aliases).map(|(row, (alias, canonical))| Alias {
        row,
        alias: (*alias).to_owned(),
        canonical: (*canonical).to_owned(),
    });
    lines.collect()
}

/// Rows with many collisions: few people, companies, integrations, ids and instants, in several spellings.
pub(crate) fn crowded_rows() -> impl Strategy<Value = Vec<Submission>> {
    vec(crowded_row(), 0..24).prop_map(|mut rows| {
        for (number, row) in (2..).zip(&mut rows) {
            row.row = number;
        }
        rows
    })
}

fn crowded_row() -> impl Strategy<Value = Submission> {
    let integration = select(vec![
        "GitHub", "gh", "Slack", "SL", "Segment", "Cursor", "Fax", "FAX", "Telex",
    ]);
    (
        select(vec!["", "", "a", "b", "c", "d", "e"]),
        select(vec![0_i64, 0, 1, 20, 24 * 6, 24 * 7, 24 * 7 + 1, 24 * 8, 24 * 12]),
        select(vec!["Kate", "KATE", "Bo", "Zoé", "zoe", " "]),
        select(vec!["Acme", "ACME Inc.", "Globex", "Globex SAS", "Initech", "?"]),
        vec(integration, 0..5),
        select(vec![
            SubmissionStatus::Received,
            SubmissionStatus::Received,
            SubmissionStatus::Validated,
            SubmissionStatus::Rejected,
            SubmissionStatus::Withdrawn,
        ]),
    )
        .prop_map(|(id, hours, csm, company, integrations, status)| Submission {
            row: 0,
            id: id.to_owned(),
            submitted_at: march("02 00:00") + SignedDuration::from_hours(hours),
            csm: csm.into(),
            company: company.into(),
            integrations: integrations.into_iter().map(Into::into).collect(),
            status,
            note: String::new(),
        })
}
