//! Write batch: row changes that are applied atomically.
//!
//! An update carries, for each cell, the value that the person saw and the new value. The committer compares both with
//! the current value in the row that has the id at the moment of the write:
//!
//! | current value | outcome |
//! | --- | --- |
//! | the new value | nothing to write, so a repetition is harmless |
//! | the value that the person saw | written, with a line in the audit log |
//! | any other value | a [`CellConflict`]; nothing of the batch is written |
//!
//! A batch cannot change a row that it inserts itself. Concurrent batches are applied in the order of their arrival:
//! the second is compared with the outcome of the first. A batch is one call to Google, whatever its size, and several
//! hundred changed rows are already a large one; an import submits its rows in parts.

use uuid::Uuid;

use crate::{
    cell::{CellContent, CellEntry},
    read::read_error::ReadError,
    schema::tab::Tab,
    status::StorageProblem,
};

/// Changes that are written atomically.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Author, as the audit log shows it.
    pub(crate) by: String,
    pub(crate) changes: Vec<RowChange>,
}

/// Change of one row.
#[derive(Clone, Debug)]
pub enum RowChange {
    /// Inserts a row.
    Insert(RowInsert),
    /// Updates some cells of a row.
    Update(RowUpdate),
    /// Deletes a row.
    Delete(RowDelete),
    /// Assigns an id to a row that has none.
    Number(RowNumbering),
}

impl RowChange {
    /// Tab of the changed row.
    pub fn tab(&self) -> &'static Tab {
        match self {
            Self::Insert(insert) => insert.tab,
            Self::Update(update) => update.tab,
            Self::Delete(delete) => delete.tab,
            Self::Number(numbering) => numbering.tab,
        }
    }
}

/// New row.
#[derive(Clone, Debug)]
pub struct RowInsert {
    /// Tab that gets the row.
    pub tab: &'static Tab,
    /// Id of the row, which makes the insert idempotent.
    pub id: NewId,
    /// Cells after the id, in the order of the tab's columns from the second on.
    pub cells: Vec<CellEntry>,
}

/// Id of a row to insert.
#[derive(Clone, Debug, PartialEq)]
pub enum NewId {
    /// Created before the first attempt: a repetition with the same id writes nothing.
    Given(String),
    /// Next whole number of the tab, assigned by the committer. `key` is created before the first attempt; the id of
    /// the audit line “created” is derived from it, so a repetition with the same key writes nothing.
    Counted {
        /// Idempotency key that the form, the import or the request carries.
        key: String,
        /// Digest of what the caller sent under the key, kept in that audit line; `None` when the program makes the
        /// key itself.
        content: Option<Uuid>,
    },
    /// Created before the first attempt, like `Given`, for a caller who names the content with a key. The audit line
    /// “created” keeps the digest, so a repetition writes nothing, even if the row was deleted since.
    Keyed {
        /// The id.
        id: String,
        /// Idempotency key that the request carries.
        key: String,
        /// Digest of what the caller sent under the key.
        content: Uuid,
    },
    /// Number of a deleted row of a tab with counted ids: restores the row. If a row has the number, nothing is
    /// written.
    Restored {
        /// The number.
        id: String,
        /// Idempotency key of the deletion that is undone.
        key: String,
        /// Values of columns that the tab does not declare, by header. Columns that no longer exist are skipped.
        others: Vec<(String, CellContent)>,
    },
}

impl NewId {
    /// Idempotency key: the id itself, or the key of a counted id.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Given(id) | Self::Keyed { id, .. } | Self::Restored { id, .. } => id,
            Self::Counted { key, .. } => key,
        }
    }

    /// Key whose audit line shows whether the row was inserted before, with the digest of its content.
    pub(crate) fn key(&self) -> Option<(&str, Option<Uuid>)> {
        match self {
            Self::Given(_) | Self::Restored { .. } => None,
            Self::Counted { key, content } => Some((key, *content)),
            Self::Keyed { key, content, .. } => Some((key, Some(*content))),
        }
    }
}

/// Update of some cells of the row that has this id at the moment of the write.
#[derive(Clone, Debug)]
pub struct RowUpdate {
    /// Tab of the row.
    pub tab: &'static Tab,
    /// Its id.
    pub id: String,
    /// Changed cells; other cells of the row stay as they are.
    pub cells: Vec<CellUpdate>,
}

/// New value of one cell.
#[derive(Clone, Debug)]
pub struct CellUpdate {
    /// Index of the column in [`Tab::columns`](crate::schema::tab::Tab::columns).
    pub column: usize,
    /// Value that the person saw; any other current value is a conflict, unless it equals the new value.
    pub from: CellContent,
    /// New value.
    pub to: CellEntry,
}

/// Deletion of the row that has this id at the moment of the write.
#[derive(Clone, Debug)]
pub struct RowDelete {
    /// Tab of the row.
    pub tab: &'static Tab,
    /// Its id.
    pub id: String,
    /// Values that the person saw, by index of the column in [`Tab::columns`](crate::schema::tab::Tab::columns); any other current value is a conflict.
    pub seen: Vec<(usize, CellContent)>,
}

/// Assignment of the next whole number of the tab to a row that staff typed without an id. If the row with this row
/// number differs from `seen`, or has an id by now, nothing is written.
#[derive(Clone, Debug)]
pub struct RowNumbering {
    /// Tab of the row; its ids are counted.
    pub tab: &'static Tab,
    /// Row number as the spreadsheet shows it.
    pub row: u32,
    /// Values of its other cells, by index of the column in [`Tab::columns`](crate::schema::tab::Tab::columns).
    pub seen: Vec<(usize, CellContent)>,
}

impl Batch {
    /// Creates a batch with the author `by`: a person's name, “form”, “import of deals.csv”.
    pub fn by(by: impl Into<String>, changes: impl IntoIterator<Item = RowChange>) -> Self {
        Self {
            by: by.into(),
            changes: changes.into_iter().collect(),
        }
    }

    /// Creates a batch of new rows with the author “form”.
    pub fn inserts(rows: impl IntoIterator<Item = RowInsert>) -> Self {
        Self::by("form", rows.into_iter().map(RowChange::Insert))
    }
}

/// Outcome of a batch that is now in the spreadsheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitSummary {
    /// Rows that this commit inserted.
    pub inserted: usize,
    /// Rows that an earlier attempt had inserted.
    pub already_there: usize,
    /// Rows in which this commit changed a cell; rows that already had the new values are not counted.
    pub updated: usize,
    /// Rows that this commit deleted.
    pub deleted: usize,
    /// Id of each inserted row, in the order of the batch, including those that were already there.
    pub ids: Vec<String>,
}

/// Cell whose current value differs from the value that the person saw.
#[derive(Clone, Debug, PartialEq)]
pub struct CellConflict {
    /// Title of the tab.
    pub tab: &'static str,
    /// Id of the row.
    pub id: String,
    /// Header of the column.
    pub column: &'static str,
    /// Value that the person saw.
    pub seen: CellContent,
    /// Current value.
    pub found: CellContent,
    /// New value that the person asked for; `None` for a deletion.
    pub wanted: Option<CellEntry>,
}

/// Error of a commit: the batch is not known to be in the spreadsheet.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CommitError {
    /// Nothing was written; a later retry can help.
    #[error("nothing was written: {0}")]
    NotWritten(String),
    /// The embedded spreadsheet cannot store anything at the moment. Nothing was written; a later retry can help once
    /// whoever runs the program has removed the cause.
    #[error("nothing was written: {0}")]
    NotStored(StorageProblem),
    /// The response was lost and the spreadsheet could not be read again; the same ids can safely be sent once more.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
    /// A tab does not match its schema, or the program has no access. Nothing was written; a person has to fix it.
    #[error("nothing was written: {0}")]
    Closed(ReadError),
    /// The spreadsheet rejects this batch; a retry will not help.
    #[error("refused: {0}")]
    Refused(String),
    /// These cells were changed in the meantime. Nothing was written; the person decides.
    #[error("{} cells were changed meanwhile", .0.len())]
    Conflict(Vec<CellConflict>),
    /// The row is no longer in the tab, or its id is duplicated. Nothing was written.
    #[error("tab {tab}: the row “{id}” {problem}")]
    NoSuchRow {
        /// Title of the tab.
        tab: &'static str,
        /// Id of the row.
        id: String,
        /// Reason why the row cannot be addressed.
        problem: RowProblem,
    },
    /// A key was sent again with other content. Nothing was written.
    #[error("tab {tab}: the key of the row “{id}” was sent again with other content")]
    KeyReused {
        /// Title of the tab.
        tab: &'static str,
        /// Id of the row that the key was sent for first.
        id: String,
    },
    /// The write queue is full. Nothing was written.
    #[error("too many writes are waiting")]
    Busy,
}

/// Reason why a row cannot be addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowProblem {
    /// No row has the id.
    #[error("is not there any more")]
    Gone,
    /// Several rows have the id.
    #[error("stands there more than once")]
    Repeated,
}
