//! What a caller wants written, all of it or nothing.

use super::{ReadError, cell::Entry, tab::Tab};

/// Changes that reach the spreadsheet together or not at all.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub(super) changes: Vec<Change>,
}

/// One change of a batch.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Insert(Insert),
}

/// A new row.
#[derive(Clone, Debug)]
pub struct Insert {
    /// Where it goes.
    pub tab: &'static Tab,
    /// Its id, made before the first attempt: a repetition with the same id writes nothing.
    pub id: String,
    /// Its cells after the id, in the order of the tab's columns from the second on.
    pub cells: Vec<Entry>,
}

impl Batch {
    /// A batch of new rows.
    pub fn inserts(rows: impl IntoIterator<Item = Insert>) -> Self {
        Self {
            changes: rows.into_iter().map(Change::Insert).collect(),
        }
    }
}

/// What became of a batch that is now in the spreadsheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Rows this commit added.
    pub inserted: usize,
    /// Rows whose id stood in the tab before: an earlier attempt had added them.
    pub already_there: usize,
}

/// Why a batch is not known to be in the spreadsheet.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CommitError {
    /// Nothing was written and trying again later can help.
    #[error("nothing was written: {0}")]
    NotWritten(String),
    /// The answer got lost and the spreadsheet could not be asked again; the same ids can safely be sent once more.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
    /// The spreadsheet is not as it has to be, or closed to the program. Nothing was written; a person has to mend it.
    #[error("nothing was written: {0}")]
    Closed(ReadError),
    /// The spreadsheet refuses this batch; sending it again will not help.
    #[error("refused: {0}")]
    Refused(String),
    /// Too many writes are waiting. Nothing was written.
    #[error("too many writes are waiting")]
    Busy,
}
