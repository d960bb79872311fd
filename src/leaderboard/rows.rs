//! Tab `submissions`, column by column, and the row that records a submission.

use std::sync::Arc;

use jiff::{Zoned, tz::TimeZone};

use super::{
    claim::{Status, Submission, join_integrations},
    contests::rows::{CONTEST_RESULTS, CONTEST_RULES, CONTESTS},
    disputes::DISPUTES,
    names::{CSM_ALIASES, DISTINCT_NAMES, DistinctNames},
    reading::read_submissions,
    table::SubmissionTable,
    weekly::rows::STANDINGS_SENT,
};
use crate::{
    alias::Alias,
    store::{Column, Dataset, Decoding, Entry, History, Ids, Insert, Kind, NewId, Row, Tab, TabLink, TabRows},
};

/// One row for each submission; rows are never deleted, staff set `status`.
pub static SUBMISSIONS: Tab = Tab {
    title: "submissions",
    columns: &[
        Column::new("id", Kind::Text),
        Column::new("submitted_at", Kind::DateTime),
        Column::new("csm", Kind::Text),
        Column::new("company", Kind::Text),
        Column::new("integrations", Kind::Text),
        Column::new(
            "status",
            Kind::Choice(&["received", "validated", "rejected", "withdrawn"]),
        ),
        Column::new("note", Kind::Text),
    ],
    ids: Ids::Given,
    history: History::Kept,
    updated_at: None,
};

/// Company names that staff merge into one; deleting a row undoes the merge.
pub static COMPANY_ALIASES: Tab = Tab {
    title: "company_aliases",
    columns: &[Column::new("alias", Kind::Text), Column::new("canonical", Kind::Text)],
    ids: Ids::Given,
    history: History::Kept,
    updated_at: None,
};

/// All tabs of the board, for the setup of the spreadsheet.
pub static TABS: &[&Tab] = &[
    &SUBMISSIONS,
    &COMPANY_ALIASES,
    &CSM_ALIASES,
    &DISTINCT_NAMES,
    &CONTESTS,
    &CONTEST_RULES,
    &CONTEST_RESULTS,
    &DISPUTES,
    &STANDINGS_SENT,
];

pub(super) const ID: usize = 0;
pub(super) const SUBMITTED_AT: usize = 1;
pub(super) const CSM: usize = 2;
pub(super) const COMPANY: usize = 3;
pub(super) const INTEGRATIONS: usize = 4;
pub(super) const STATUS: usize = 5;
pub(super) const NOTE: usize = 6;

/// Readable rows of the board.
#[derive(Debug)]
pub struct LeaderboardRows {
    /// Readable submissions in sheet order.
    pub submissions: Arc<SubmissionTable>,
    /// Rows of the `company_aliases` tab.
    pub aliases: Vec<Alias>,
    /// Rows of the `csm_aliases` tab.
    pub csm_aliases: Vec<Alias>,
    /// Pairs of similar names that are distinct.
    pub distinct: DistinctNames,
    /// Addresses of the cells of `submissions`.
    pub submission_link: TabLink,
    /// Addresses of the cells of `company_aliases`.
    pub alias_link: TabLink,
    /// Addresses of the cells of `csm_aliases`.
    pub csm_alias_link: TabLink,
}

impl Dataset for LeaderboardRows {
    const TABS: &'static [&'static Tab] = &[&SUBMISSIONS, &COMPANY_ALIASES, &CSM_ALIASES, &DISTINCT_NAMES];

    fn extend(previous: &Self, tabs: &[TabRows], added_from: &[u32], decoding: &mut Decoding) -> Option<Self> {
        Self::extend(previous, tabs, added_from, decoding)
    }

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        Self::of(&tabs, decoding)
    }
}

impl LeaderboardRows {
    /// Decodes the tabs, in the order of [`LeaderboardRows::TABS`].
    ///
    /// # Panics
    /// When the number of tabs differs.
    pub fn of(tabs: &[TabRows], decoding: &mut Decoding) -> Self {
        let [submissions, names @ ..] = tabs else {
            unreachable!("one entry for each tab asked for")
        };
        let table = SubmissionTable::with_room_for(submissions.len());
        Self::read(table, (submissions, names), 0, decoding)
    }

    /// Extends `previous` with appended rows; `added_from` holds the number of the first new row of each tab.
    pub fn extend(previous: &Self, tabs: &[TabRows], added_from: &[u32], decoding: &mut Decoding) -> Option<Self> {
        let ([submissions, names @ ..], [from, ..]) = (tabs, added_from) else {
            return None;
        };
        let more = submissions.len().saturating_sub(previous.submissions.len());
        let table = previous.submissions.continued(more);
        Some(Self::read(table, (submissions, names), *from, decoding))
    }

    /// Decodes submissions from row `from` on; the small name tabs are read in full.
    fn read(
        mut table: SubmissionTable,
        (submissions, names): (&TabRows, &[TabRows]),
        from: u32,
        decoding: &mut Decoding,
    ) -> Self {
        let [aliases, csm_aliases, distinct] = names else {
            unreachable!("one entry for each tab asked for")
        };
        let mut distinct_names = DistinctNames::default();
        distinct.rows().for_each(|row| distinct_names.read(&row));
        read_submissions(submissions, from, &mut table, decoding);
        Self {
            submissions: Arc::new(table),
            aliases: aliases.rows().map(|row| read_alias(&row)).collect(),
            csm_aliases: csm_aliases.rows().map(|row| read_alias(&row)).collect(),
            distinct: distinct_names,
            submission_link: submissions.link().clone(),
            alias_link: aliases.link().clone(),
            csm_alias_link: csm_aliases.link().clone(),
        }
    }
}

#[cfg(test)]
impl LeaderboardRows {
    /// Submissions only, for tests of the rules.
    pub(super) fn of_submissions(submissions: &Arc<SubmissionTable>) -> Self {
        let tabs: Vec<TabRows> = Self::TABS
            .iter()
            .map(|tab| {
                let headers = tab.columns.iter().map(|column| column.header.into());
                TabRows::of_answer(tab, vec![headers.collect()])
            })
            .collect();
        let mut decoding = Decoding {
            zone: TimeZone::UTC,
            findings: Vec::new(),
        };
        Self {
            submissions: Arc::clone(submissions),
            ..Self::of(&tabs, &mut decoding)
        }
    }
}

fn read_alias(row: &Row<'_>) -> Alias {
    Alias {
        row: row.number,
        alias: row.cell(0).text(),
        canonical: row.cell(1).text(),
    }
}

/// A submission to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSubmission {
    /// Generated before the first attempt.
    pub id: String,
    /// Server time in the configured time zone.
    pub submitted_at: Zoned,
    /// CSM name as typed.
    pub csm: String,
    /// Company name as typed.
    pub company: String,
    /// Content of the integrations cell.
    pub integrations: String,
    /// Initial status.
    pub status: Status,
    /// A remark; may be empty.
    pub note: String,
}

impl NewSubmission {
    /// The submission as if it had been sent, with its time in `zone`.
    pub fn from_submission(submission: Submission, zone: &TimeZone) -> Self {
        Self {
            id: submission.id,
            submitted_at: submission.submitted_at.to_zoned(zone.clone()),
            csm: submission.csm.to_string(),
            company: submission.company.to_string(),
            integrations: join_integrations(&submission.integrations),
            status: submission.status,
            note: submission.note,
        }
    }

    /// The row to insert.
    pub fn into_insert(self) -> Insert {
        Insert {
            tab: &SUBMISSIONS,
            id: NewId::Given(self.id),
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
