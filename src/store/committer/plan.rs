//! Write plan: row edits, removals, additions and restored rows of one call.

use super::{
    super::{
        audit::action,
        batch::CommitError,
        cell::{Content, Entry},
        requests::Filling,
        tab::{Kind, Tab},
    },
    fix::WrittenRow,
    job::{Done, Origin},
};

/// Changes that one call writes.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) edits: Vec<Edit>,
    pub(super) removals: Vec<Removal>,
    pub(super) additions: Vec<Addition>,
    /// Rows that a misplaced deletion took.
    pub(super) restored: Vec<Restored>,
    /// Changes that need no write.
    pub(super) settled: Vec<(Origin, Done)>,
    /// Jobs that failed.
    pub(super) failed: Vec<(usize, CommitError)>,
}

/// New values of cells of one row.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    pub(super) purpose: Purpose,
    pub(super) by: String,
    pub(super) action: &'static str,
    pub(super) tab: &'static Tab,
    /// Text of the id; empty for a row that staff typed without one.
    pub(super) id: String,
    pub(super) number: usize,
    /// Sorted by position in the sheet.
    pub(super) cells: Vec<CellEdit>,
}

/// Purpose of an edit or a removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Requested by a caller.
    Change(Origin),
    /// Repair, by index in the list of repairs.
    Fix(usize),
}

/// New value of one cell.
#[derive(Clone, Debug)]
pub(super) struct CellEdit {
    /// Position in the sheet, zero-based.
    pub(super) position: usize,
    /// Header as it is in the sheet.
    pub(super) header: String,
    pub(super) kind: Option<Kind>,
    pub(super) found: Content,
    pub(super) wanted: Content,
    pub(super) filling: Filling,
    pub(super) in_log: InLog,
}

/// Whether a cell gets an audit line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InLog {
    Line,
    /// Line for a cell that only holds the time of the last change.
    Moment,
    /// The cell belongs to an audit line itself.
    NoLine,
}

/// Deletion of a row.
#[derive(Clone, Debug)]
pub(super) struct Removal {
    pub(super) purpose: Purpose,
    pub(super) by: String,
    pub(super) tab: &'static Tab,
    pub(super) id: String,
    pub(super) number: usize,
    /// Cells in every column with a header, by position in the sheet.
    pub(super) columns: Vec<RemovedCell>,
    /// Values under each header; empty if the id identifies the row.
    pub(super) shows: Vec<(String, Content)>,
}

/// Cell of a deleted row.
#[derive(Clone, Debug)]
pub(super) struct RemovedCell {
    /// Position in the sheet, zero-based.
    pub(super) position: usize,
    pub(super) header: String,
    pub(super) kind: Option<Kind>,
    /// Value that was read; `None` in a column that was not read.
    pub(super) found: Option<Content>,
}

/// New row.
#[derive(Clone, Debug)]
pub(super) struct Addition {
    pub(super) origin: Origin,
    pub(super) by: String,
    pub(super) tab: &'static Tab,
    pub(super) id: Entry,
    pub(super) cells: Vec<Entry>,
    /// Restored values of staff's own columns, by position in the sheet.
    pub(super) others: Vec<(usize, Content)>,
    /// Audit line of the row, unless its id was given.
    pub(super) line: Option<NewLine>,
}

/// Audit line of a new row.
#[derive(Clone, Debug)]
pub(super) struct NewLine {
    pub(super) id: String,
    pub(super) action: &'static str,
}

impl Addition {
    pub(super) fn id_text(&self) -> String {
        self.id.content().as_cell().text()
    }

    fn written_row(&self) -> WrittenRow {
        WrittenRow::of(self.tab, &self.id, &self.cells)
    }

    /// Whether its id was counted.
    pub(super) fn is_counted(&self) -> bool {
        self.line.as_ref().is_some_and(|line| line.action == action::CREATED)
    }
}

/// Row that is restored.
#[derive(Clone, Debug)]
pub(super) struct Restored {
    pub(super) tab: &'static Tab,
    pub(super) id: String,
    /// Row number below which it is inserted.
    pub(super) after_row: usize,
    pub(super) cells: Vec<RestoredCell>,
}

/// Cell of a restored row.
#[derive(Clone, Debug)]
pub(super) struct RestoredCell {
    /// Position in the sheet, zero-based.
    pub(super) position: usize,
    pub(super) header: String,
    pub(super) kind: Option<Kind>,
    pub(super) content: Content,
}

impl RestoredCell {
    fn written(&self) -> (String, Option<Kind>, Content) {
        (self.header.clone(), self.kind, self.content.clone())
    }
}

impl Edit {
    /// Whether it assigns an id to its row.
    pub(super) fn is_numbering(&self) -> bool {
        self.action == action::NUMBERED
    }

    /// Id that it assigns to its row; otherwise the id of the row.
    pub(super) fn given_id(&self) -> String {
        match self.cells.first().filter(|_| self.is_numbering()) {
            Some(cell) => cell.wanted.as_cell().text(),
            None => self.id.clone(),
        }
    }
}

impl Plan {
    /// New and restored rows, as they are written.
    pub(super) fn written_rows(&self) -> Vec<WrittenRow> {
        let added = self.additions.iter().map(Addition::written_row);
        let restored = self.restored.iter().map(|restored| WrittenRow {
            tab: restored.tab,
            id: restored.id.clone(),
            cells: restored.cells.iter().map(|cell| cell.written()).collect(),
        });
        added.chain(restored).collect()
    }

    pub(super) fn writes_nothing(&self) -> bool {
        self.edits.is_empty() && self.removals.is_empty() && self.additions.is_empty() && self.restored.is_empty()
    }

    /// Whether it is a repair; such a plan does nothing else.
    pub(super) fn mends(&self) -> bool {
        let removals = self.removals.iter().map(|removal| removal.purpose);
        let mut purposes = self.edits.iter().map(|edit| edit.purpose).chain(removals);
        !self.restored.is_empty() || purposes.any(|purpose| matches!(purpose, Purpose::Fix(_)))
    }

    /// Tabs whose rows it changes.
    pub(super) fn tabs(&self) -> Vec<&'static Tab> {
        let edited = self.edits.iter().map(|edit| edit.tab);
        let removed = self.removals.iter().map(|removal| removal.tab);
        let added = self.additions.iter().map(|addition| addition.tab);
        let restored = self.restored.iter().map(|restored| restored.tab);
        let mut tabs: Vec<&'static Tab> = Vec::new();
        for tab in edited.chain(removed).chain(added).chain(restored) {
            if !tabs.contains(&tab) {
                tabs.push(tab);
            }
        }
        tabs
    }
}
