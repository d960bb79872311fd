//! The tabs of the leaderboard, column by column, and how their rows become values.

use std::{collections::HashMap, sync::Arc};

use jiff::{Zoned, tz::TimeZone};

use super::claim::{Status, Submission, join_integrations, split_integrations};
use crate::{
    company::{Alias, CompanyKey},
    finding::Effect,
    person::PersonKey,
    store::{Column, Dataset, Decoding, Entry, Insert, Kind, Row, Tab, TabLink, TabRows},
};

/// One row for each submission; nothing is ever deleted, staff set `status`.
pub static SUBMISSIONS: Tab = Tab {
    title: "submissions",
    columns: &[
        Column {
            header: "id",
            kind: Kind::Text,
        },
        Column {
            header: "submitted_at",
            kind: Kind::DateTime,
        },
        Column {
            header: "csm",
            kind: Kind::Text,
        },
        Column {
            header: "company",
            kind: Kind::Text,
        },
        Column {
            header: "integrations",
            kind: Kind::Text,
        },
        Column {
            header: "status",
            kind: Kind::Choice(&["received", "validated", "rejected", "withdrawn"]),
        },
        Column {
            header: "note",
            kind: Kind::Text,
        },
    ],
};

/// Spellings of company names that staff send to one name; deleting a line undoes the merge.
pub static COMPANY_ALIASES: Tab = Tab {
    title: "company_aliases",
    columns: &[
        Column {
            header: "alias",
            kind: Kind::Text,
        },
        Column {
            header: "canonical",
            kind: Kind::Text,
        },
    ],
};

/// Every tab of the board, for setting the spreadsheet up.
pub static TABS: &[&Tab] = &[&SUBMISSIONS, &COMPANY_ALIASES];

const ID: usize = 0;
const SUBMITTED_AT: usize = 1;
const CSM: usize = 2;
const COMPANY: usize = 3;
const INTEGRATIONS: usize = 4;
const STATUS: usize = 5;
const NOTE: usize = 6;

/// The rows of the board, as far as they can be read.
#[derive(Debug)]
pub struct LeaderboardRows {
    /// Readable submissions in the order of the sheet.
    pub submissions: Arc<[Submission]>,
    /// Lines of the `company_aliases` tab.
    pub aliases: Vec<Alias>,
    /// Addresses of the cells of `submissions`.
    pub submission_link: TabLink,
    /// Addresses of the cells of `company_aliases`.
    pub alias_link: TabLink,
}

impl Dataset for LeaderboardRows {
    const TABS: &'static [&'static Tab] = &[&SUBMISSIONS, &COMPANY_ALIASES];

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let [mut submissions, aliases] =
            <[TabRows; 2]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        Self {
            submissions: read_submissions(&mut submissions, decoding).into(),
            aliases: aliases.rows().map(|row| read_alias(&row)).collect(),
            submission_link: submissions.link().clone(),
            alias_link: aliases.link().clone(),
        }
    }
}

fn read_submissions(rows: &mut TabRows, decoding: &mut Decoding) -> Vec<Submission> {
    let mut place_of_id: HashMap<String, usize> = HashMap::new();
    let mut submissions: Vec<Submission> = Vec::with_capacity(rows.len());
    rows.consume_rows(|row| {
        let Some(submission) = read_submission(row, decoding) else {
            return;
        };
        let earlier = place_of_id.get(&submission.id).map(|place| &submissions[*place]);
        if submission.id.is_empty() {
            let reason = "The row has no id. It counts; write any text that no other row has, so that it can be told apart.";
            decoding.findings.push(row.finding(ID, Effect::Counted, reason));
        } else if let Some(earlier) = earlier.filter(|earlier| earlier.is_copy_of(&submission)) {
            // An answer that got lost and a write that arrived late can leave a row twice.
            let reason = format!("The row is the same as row {}, which counts. Delete one of the two.", earlier.row);
            decoding.findings.push(row.finding(ID, Effect::RowExcluded, reason));
            return;
        } else if let Some(earlier) = earlier {
            let reason = format!(
                "The id stands in row {} too. Both rows count; if one is a copy, delete it or set its status to withdrawn.",
                earlier.row
            );
            decoding.findings.push(row.finding(ID, Effect::Counted, reason));
        } else {
            place_of_id.insert(submission.id.clone(), submissions.len());
        }
        submissions.push(submission);
    });
    submissions
}

/// Reads one row; a cell that the count depends on and that cannot be read leaves the row out, with a finding.
fn read_submission(row: &Row<'_>, decoding: &mut Decoding) -> Option<Submission> {
    let mut unreadable = Vec::new();
    let mut refuse = |column, reason: String| unreadable.push(row.finding(column, Effect::RowExcluded, reason));
    let text = |column: usize| row.cell(column).text();
    let submitted_at = match row.cell(SUBMITTED_AT).instant(&decoding.zone) {
        Ok(instant) => Some(instant),
        Err(reason) => {
            refuse(SUBMITTED_AT, format!("{reason}."));
            None
        }
    };
    if PersonKey::of(&text(CSM)).is_none() {
        refuse(CSM, "The name of the CSM is missing.".to_owned());
    }
    if CompanyKey::of(&text(COMPANY)).is_none() {
        refuse(
            COMPANY,
            "The company is missing, or has neither a letter nor a digit.".to_owned(),
        );
    }
    let integrations = split_integrations(&text(INTEGRATIONS));
    if integrations.is_empty() {
        refuse(
            INTEGRATIONS,
            "No integration is named; write names separated by commas.".to_owned(),
        );
    }
    for column in [ID, CSM, COMPANY, INTEGRATIONS] {
        if let Some(error) = row.cell(column).formula_error() {
            refuse(column, format!("A formula ends in {error}."));
        }
    }
    let is_readable = unreadable.is_empty();
    decoding.findings.append(&mut unreadable);
    let status = Status::parse(&text(STATUS)).unwrap_or_else(|unknown| {
        decoding
            .findings
            .push(row.finding(STATUS, Effect::Counted, format!("{unknown} Until then the row counts.")));
        Status::Received
    });
    is_readable.then_some(Submission {
        row: row.number,
        id: text(ID),
        submitted_at: submitted_at?,
        csm: text(CSM),
        company: text(COMPANY),
        integrations,
        status,
        note: text(NOTE),
    })
}

fn read_alias(row: &Row<'_>) -> Alias {
    Alias {
        row: row.number,
        alias: row.cell(0).text(),
        canonical: row.cell(1).text(),
    }
}

/// A submission on its way into the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSubmission {
    /// Made before the first attempt.
    pub id: String,
    /// Server time in the configured time zone.
    pub submitted_at: Zoned,
    /// As typed.
    pub csm: String,
    /// As typed.
    pub company: String,
    /// The cell of integrations.
    pub integrations: String,
    /// The status to begin with.
    pub status: Status,
    /// A remark; may be empty.
    pub note: String,
}

impl NewSubmission {
    /// A submission as it would have been sent, in the time of `zone`.
    pub fn from_submission(submission: Submission, zone: &TimeZone) -> Self {
        Self {
            id: submission.id,
            submitted_at: submission.submitted_at.to_zoned(zone.clone()),
            csm: submission.csm,
            company: submission.company,
            integrations: join_integrations(&submission.integrations),
            status: submission.status,
            note: submission.note,
        }
    }

    /// The row to insert.
    pub fn into_insert(self) -> Insert {
        Insert {
            tab: &SUBMISSIONS,
            id: self.id,
            cells: vec![
                Entry::instant(&self.submitted_at),
                Entry::Text(self.csm),
                Entry::Text(self.company),
                Entry::Text(self.integrations),
                Entry::Text(self.status.as_str().to_owned()),
                Entry::Text(self.note),
            ],
        }
    }
}
