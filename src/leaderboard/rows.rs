//! The tabs of the leaderboard, column by column, and how their rows become values.

use std::sync::Arc;

use jiff::{Zoned, tz::TimeZone};

use super::{
    claim::{Status, Submission, join_integrations},
    names::{CSM_ALIASES, DISTINCT_NAMES, DistinctNames},
    reading::read_submissions,
    table::SubmissionTable,
};
use crate::{
    alias::Alias,
    store::{Column, Dataset, Decoding, Entry, History, Ids, Insert, Kind, NewId, Row, Tab, TabLink, TabRows},
};

/// One row for each submission; nothing is ever deleted, staff set `status`.
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

/// Spellings of company names that staff send to one name; deleting a line undoes the merge.
pub static COMPANY_ALIASES: Tab = Tab {
    title: "company_aliases",
    columns: &[Column::new("alias", Kind::Text), Column::new("canonical", Kind::Text)],
    ids: Ids::Given,
    history: History::Kept,
    updated_at: None,
};

/// Every tab of the board, for setting the spreadsheet up.
pub static TABS: &[&Tab] = &[&SUBMISSIONS, &COMPANY_ALIASES, &CSM_ALIASES, &DISTINCT_NAMES];

pub(super) const ID: usize = 0;
pub(super) const SUBMITTED_AT: usize = 1;
pub(super) const CSM: usize = 2;
pub(super) const COMPANY: usize = 3;
pub(super) const INTEGRATIONS: usize = 4;
pub(super) const STATUS: usize = 5;
pub(super) const NOTE: usize = 6;

/// The rows of the board, as far as they can be read.
#[derive(Debug)]
pub struct LeaderboardRows {
    /// Readable submissions in the order of the sheet.
    pub submissions: Arc<SubmissionTable>,
    /// Lines of the `company_aliases` tab.
    pub aliases: Vec<Alias>,
    /// Lines of the `csm_aliases` tab.
    pub csm_aliases: Vec<Alias>,
    /// Names that look alike and are two.
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
    /// The rows of the tabs, in the order of [`LeaderboardRows::TABS`].
    ///
    /// # Panics
    /// When there are not exactly as many tabs.
    pub fn of(tabs: &[TabRows], decoding: &mut Decoding) -> Self {
        let [submissions, names @ ..] = tabs else {
            unreachable!("one entry for each tab asked for")
        };
        let table = SubmissionTable::with_room_for(submissions.len());
        Self::read(table, (submissions, names), 0, decoding)
    }

    /// The rows after some were added below those of `previous`; `added_from` has the number of the first new row of
    /// each tab.
    pub fn extend(previous: &Self, tabs: &[TabRows], added_from: &[u32], decoding: &mut Decoding) -> Option<Self> {
        let ([submissions, names @ ..], [from, ..]) = (tabs, added_from) else {
            return None;
        };
        let more = submissions.len().saturating_sub(previous.submissions.len());
        let table = previous.submissions.continued(more);
        Some(Self::read(table, (submissions, names), *from, decoding))
    }

    /// Submissions are read from the row `from` on; what staff say about names is little and read whole.
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
    /// Submissions alone, for the tests of rules.
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
