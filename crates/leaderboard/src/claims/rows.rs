//! Tab `submissions`, column by column, and the row that records a submission.

use jiff::{Zoned, tz::TimeZone};
use sheets_store::{CellEntry, ChangeHistory, Column, ColumnKind, IdSource, NewId, RowInsert, Tab};

use crate::claims::submission::{Submission, SubmissionStatus, join_integrations};

/// One row for each submission; rows are never deleted, staff set `status`.
pub static SUBMISSIONS: Tab = Tab {
    title: "submissions",
    columns: &[
        Column::new("id", ColumnKind::Text),
        Column::new("submitted_at", ColumnKind::DateTime),
        Column::new("csm", ColumnKind::Text),
        Column::new("company", ColumnKind::Text),
        Column::new("integrations", ColumnKind::Text),
        Column::new(
            "status",
            ColumnKind::Choice(&["received", "validated", "rejected", "withdrawn"]),
        ),
        Column::new("note", ColumnKind::Text),
    ],
    ids: IdSource::Given,
    history: ChangeHistory::Kept,
    updated_at: None,
};

pub(crate) const ID: usize = 0;
pub(crate) const SUBMITTED_AT: usize = 1;
pub(crate) const CSM: usize = 2;
pub(crate) const COMPANY: usize = 3;
pub(crate) const INTEGRATIONS: usize = 4;
pub(crate) const STATUS: usize = 5;
pub(crate) const NOTE: usize = 6;

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
    pub status: SubmissionStatus,
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

    /// The row to insert, with the id of its key.
    pub fn into_insert_as(self, id: NewId) -> RowInsert {
        RowInsert {
            id,
            ..self.into_insert()
        }
    }

    /// The row to insert.
    pub fn into_insert(self) -> RowInsert {
        RowInsert {
            tab: &SUBMISSIONS,
            id: NewId::Given(self.id),
            cells: vec![
                CellEntry::instant(&self.submitted_at),
                CellEntry::Text(self.csm),
                CellEntry::Text(self.company),
                CellEntry::Text(self.integrations),
                CellEntry::Text(self.status.as_str().to_owned()),
                CellEntry::Text(self.note),
            ],
        }
    }
}
