//! What a caller wants written, all of it or nothing.
//!
//! An update carries, for each cell, what the person saw and what it is to be. The committer compares both with what stands
//! in the row that has the id at the moment of the write:
//!
//! | the cell shows | what happens |
//! | --- | --- |
//! | what it is to be | nothing; so a repetition does no harm |
//! | what the person saw | it is written, with a line in the audit log |
//! | anything else | a [`Conflict`]; nothing of the batch is written |
//!
//! A batch cannot change a row that it inserts itself. Batches of one moment follow each other in the order of their
//! arrival: the second is compared with the outcome of the first. A batch is one call to Google, whatever its size, and
//! several hundred changed rows are already a large one; an import hands over its rows in parts.

use super::{
    ReadError,
    cell::{Content, Entry},
    tab::Tab,
};

/// Changes that reach the spreadsheet together or not at all.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Who makes them, as the audit log says.
    pub(super) by: String,
    pub(super) changes: Vec<Change>,
}

/// One change of a batch.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new row.
    Insert(Insert),
    /// New values in some cells of a row.
    Update(Update),
    /// A row that goes.
    Delete(Delete),
    /// An id for a row that has none.
    Number(Numbering),
}

impl Change {
    /// The tab that it changes.
    pub fn tab(&self) -> &'static Tab {
        match self {
            Self::Insert(insert) => insert.tab,
            Self::Update(update) => update.tab,
            Self::Delete(delete) => delete.tab,
            Self::Number(numbering) => numbering.tab,
        }
    }
}

/// A new row.
#[derive(Clone, Debug)]
pub struct Insert {
    /// Where it goes.
    pub tab: &'static Tab,
    /// How it is known.
    pub id: NewId,
    /// Its cells after the id, in the order of the tab's columns from the second on.
    pub cells: Vec<Entry>,
}

/// The id of a row that is to be added.
#[derive(Clone, Debug, PartialEq)]
pub enum NewId {
    /// Made before the first attempt: a repetition with the same id writes nothing.
    Given(String),
    /// The next whole number of the tab, which the committer counts up. `key` is made before the first attempt; the id of
    /// the line “created” of the audit log is derived from it: a repetition with the same key writes nothing.
    Counted {
        /// What the form, the import or the request carries to be known again.
        key: String,
    },
    /// The number that a deleted row of a tab with counted ids had: the row comes back. While a row has the number, nothing
    /// is written.
    Restored {
        /// The number.
        id: String,
        /// Stands for the deletion that is undone.
        key: String,
        /// What stood in columns that the tab does not name, by header. A column that is gone since is passed over.
        others: Vec<(String, Content)>,
    },
}

impl NewId {
    /// What tells a repetition: the id itself, or the key of one that is counted.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Given(id) | Self::Restored { id, .. } => id,
            Self::Counted { key } => key,
        }
    }
}

/// New values in some cells of the row that has this id at the moment of the write.
#[derive(Clone, Debug)]
pub struct Update {
    /// Where the row is.
    pub tab: &'static Tab,
    /// Its id.
    pub id: String,
    /// What changes; other cells of the row are left alone.
    pub cells: Vec<CellUpdate>,
}

/// A new value for one cell.
#[derive(Clone, Debug)]
pub struct CellUpdate {
    /// Place of the column in [`Tab::columns`].
    pub column: usize,
    /// What the person saw; anything else is a conflict, unless it is what they want anyway.
    pub from: Content,
    /// What it is to be.
    pub to: Entry,
}

/// The row that has this id at the moment of the write goes.
#[derive(Clone, Debug)]
pub struct Delete {
    /// Where the row is.
    pub tab: &'static Tab,
    /// Its id.
    pub id: String,
    /// What the person saw, by place of the column in [`Tab::columns`]; anything else is a conflict.
    pub seen: Vec<(usize, Content)>,
}

/// A row that staff typed without an id gets the next whole number of its tab. When the row with this number is not as
/// it was seen, or has an id by now, nothing is written.
#[derive(Clone, Debug)]
pub struct Numbering {
    /// Where the row is; its ids are counted.
    pub tab: &'static Tab,
    /// Row number as the spreadsheet shows it.
    pub row: u32,
    /// What stands in its other cells, by place of the column in [`Tab::columns`].
    pub seen: Vec<(usize, Content)>,
}

impl Batch {
    /// A batch that `by` makes: a person's name, “form”, “import of deals.csv”.
    pub fn by(by: impl Into<String>, changes: impl IntoIterator<Item = Change>) -> Self {
        Self {
            by: by.into(),
            changes: changes.into_iter().collect(),
        }
    }

    /// A batch of new rows.
    pub fn inserts(rows: impl IntoIterator<Item = Insert>) -> Self {
        Self::by("form", rows.into_iter().map(Change::Insert))
    }
}

/// What became of a batch that is now in the spreadsheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Rows this commit added.
    pub inserted: usize,
    /// Rows whose id stood in the tab before: an earlier attempt had added them.
    pub already_there: usize,
    /// Rows of which this commit changed a cell; rows that were as wanted already are not among them.
    pub updated: usize,
    /// Rows this commit removed.
    pub deleted: usize,
    /// The id of each inserted row, in the order of the batch, those that were already there included.
    pub ids: Vec<String>,
}

/// A cell that is not as the person saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// Title of the tab.
    pub tab: &'static str,
    /// Id of the row.
    pub id: String,
    /// Header of the column.
    pub column: &'static str,
    /// What the person saw.
    pub seen: Content,
    /// What stands there now.
    pub found: Content,
    /// What they want; `None` when they want the row to go.
    pub wanted: Option<Entry>,
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
    /// Somebody changed these cells meanwhile. Nothing was written; the person chooses.
    #[error("{} cells were changed meanwhile", .0.len())]
    Conflict(Vec<Conflict>),
    /// The row is not in the tab any more, or its id stands there twice. Nothing was written.
    #[error("tab {tab}: the row “{id}” {problem}")]
    NoSuchRow {
        /// Title of the tab.
        tab: &'static str,
        /// Id that was looked for.
        id: String,
        /// What is wrong with it.
        problem: RowProblem,
    },
    /// Too many writes are waiting. Nothing was written.
    #[error("too many writes are waiting")]
    Busy,
}

/// Why a row cannot be addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowProblem {
    /// Nothing has its id.
    #[error("is not there any more")]
    Gone,
    /// Several rows have its id.
    #[error("stands there more than once")]
    Repeated,
}
