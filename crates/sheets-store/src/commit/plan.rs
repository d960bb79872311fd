//! Write plan: row edits, removals, additions and restored rows of one call.

use uuid::Uuid;

use crate::{
    audit::action,
    cell::{CellContent, CellEntry},
    commit::{
        batch::CommitError,
        job::{ChangeOrigin, ChangeOutcome},
        repair::row_image::{WrittenCell, WrittenRow},
    },
    google::requests::CellFill,
    schema::tab::{ColumnKind, IdSource, Tab},
};

/// Changes that one call writes.
#[derive(Default)]
pub(crate) struct WritePlan {
    pub(crate) edits: Vec<RowEdit>,
    pub(crate) removals: Vec<RowRemoval>,
    pub(crate) additions: Vec<RowAddition>,
    /// Rows that a misplaced deletion took.
    pub(crate) restored: Vec<RestoredRow>,
    /// Changes that need no write.
    pub(crate) already_done: Vec<(ChangeOrigin, ChangeOutcome)>,
    /// Jobs that failed.
    pub(crate) failed: Vec<(usize, CommitError)>,
}

/// New values of cells of one row.
#[derive(Clone, Debug)]
pub(crate) struct RowEdit {
    pub(crate) purpose: WritePurpose,
    pub(crate) by: String,
    pub(crate) action: &'static str,
    pub(crate) tab: &'static Tab,
    /// Text of the id; empty for a row that staff typed without one.
    pub(crate) id: String,
    pub(crate) number: usize,
    /// Sorted by position in the sheet.
    pub(crate) cells: Vec<CellEdit>,
}

/// Purpose of an edit or a removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WritePurpose {
    /// Requested by a caller.
    Change(ChangeOrigin),
    /// Repair, by index in the list of repairs.
    Repair(usize),
}

/// New value of one cell.
#[derive(Clone, Debug)]
pub(crate) struct CellEdit {
    /// Position in the sheet, zero-based.
    pub(crate) position: usize,
    /// Header as it is in the sheet.
    pub(crate) header: String,
    pub(crate) kind: Option<ColumnKind>,
    pub(crate) found: CellContent,
    pub(crate) wanted: CellContent,
    pub(crate) fill: CellFill,
    pub(crate) in_log: CellLogging,
}

/// Whether a cell gets an audit line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CellLogging {
    Line,
    /// Line for a cell that only holds the time of the last change.
    Moment,
    /// The cell belongs to an audit line itself.
    NoLine,
}

/// Deletion of a row.
#[derive(Clone, Debug)]
pub(crate) struct RowRemoval {
    pub(crate) purpose: WritePurpose,
    pub(crate) by: String,
    pub(crate) tab: &'static Tab,
    pub(crate) id: String,
    pub(crate) number: usize,
    /// Cells in every column with a header, by position in the sheet.
    pub(crate) columns: Vec<RemovedCell>,
    /// Values under each header; empty if the id identifies the row.
    pub(crate) identifying_values: Vec<(String, CellContent)>,
}

/// Cell of a deleted row.
#[derive(Clone, Debug)]
pub(crate) struct RemovedCell {
    /// Position in the sheet, zero-based.
    pub(crate) position: usize,
    pub(crate) header: String,
    pub(crate) kind: Option<ColumnKind>,
    /// Value that was read; `None` in a column that was not read.
    pub(crate) found: Option<CellContent>,
}

/// New row.
#[derive(Clone, Debug)]
pub(crate) struct RowAddition {
    pub(crate) origin: ChangeOrigin,
    pub(crate) by: String,
    pub(crate) tab: &'static Tab,
    pub(crate) id: CellEntry,
    pub(crate) cells: Vec<CellEntry>,
    /// Restored values of staff's own columns, by position in the sheet.
    pub(crate) others: Vec<(usize, CellContent)>,
    /// Audit line of the row, unless its id was given.
    pub(crate) line: Option<CreationLine>,
}

/// Audit line of a new row.
#[derive(Clone, Debug)]
pub(crate) struct CreationLine {
    pub(crate) id: String,
    pub(crate) action: &'static str,
    /// Digest of what the caller sent under the idempotency key.
    pub(crate) content: Option<Uuid>,
}

impl RowAddition {
    pub(crate) fn id_text(&self) -> String {
        self.id.content().as_cell().text()
    }

    fn written_row(&self) -> WrittenRow {
        WrittenRow::of(self.tab, &self.id, &self.cells)
    }

    /// Whether its id was counted.
    pub(crate) fn is_counted(&self) -> bool {
        self.tab.ids == IdSource::Counted && self.line.as_ref().is_some_and(|line| line.action == action::CREATED)
    }
}

/// Row that is restored.
#[derive(Clone, Debug)]
pub(crate) struct RestoredRow {
    pub(crate) by: &'static str,
    pub(crate) tab: &'static Tab,
    pub(crate) id: String,
    /// Row number below which it is inserted.
    pub(crate) after_row: usize,
    pub(crate) cells: Vec<RestoredCell>,
}

/// Cell of a restored row.
#[derive(Clone, Debug)]
pub(crate) struct RestoredCell {
    /// Position in the sheet, zero-based.
    pub(crate) position: usize,
    pub(crate) header: String,
    pub(crate) kind: Option<ColumnKind>,
    pub(crate) content: CellContent,
}

impl RestoredCell {
    fn written(&self) -> WrittenCell {
        WrittenCell {
            header: self.header.clone(),
            content: self.content.clone(),
        }
    }
}

impl RowEdit {
    /// Whether it assigns an id to its row.
    pub(crate) fn is_numbering(&self) -> bool {
        self.action == action::NUMBERED
    }

    /// Id that it assigns to its row; otherwise the id of the row.
    pub(crate) fn given_id(&self) -> String {
        match self.cells.first().filter(|_| self.is_numbering()) {
            Some(cell) => cell.wanted.as_cell().text(),
            None => self.id.clone(),
        }
    }
}

impl WritePlan {
    /// New and restored rows, as they are written.
    pub(crate) fn written_rows(&self) -> Vec<WrittenRow> {
        let added = self.additions.iter().map(RowAddition::written_row);
        let restored = self.restored.iter().map(|restored| WrittenRow {
            tab: restored.tab,
            id: restored.id.clone(),
            cells: restored.cells.iter().map(RestoredCell::written).collect(),
        });
        added.chain(restored).collect()
    }

    pub(crate) fn writes_nothing(&self) -> bool {
        self.edits.is_empty() && self.removals.is_empty() && self.additions.is_empty() && self.restored.is_empty()
    }

    /// Whether it is a repair; such a plan does nothing else.
    pub(crate) fn is_repair(&self) -> bool {
        let removals = self.removals.iter().map(|removal| removal.purpose);
        let mut purposes = self.edits.iter().map(|edit| edit.purpose).chain(removals);
        !self.restored.is_empty() || purposes.any(|purpose| matches!(purpose, WritePurpose::Repair(_)))
    }

    /// Tabs whose rows it changes.
    pub(crate) fn tabs(&self) -> Vec<&'static Tab> {
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

    /// Counted ids per tab, in ascending order.
    pub(crate) fn counted_ids(&self) -> Vec<(&'static Tab, i64)> {
        let added = self.additions.iter().filter(|addition| addition.is_counted());
        let added = added.map(|addition| (addition.tab, addition.id_text()));
        let given = self.edits.iter().filter(|edit| edit.is_numbering());
        let given = given.map(|edit| (edit.tab, edit.given_id()));
        let ids = added.chain(given).map(|(tab, id)| (tab, id.parse().unwrap_or(0)));
        let mut ids: Vec<(&'static Tab, i64)> = ids.collect();
        ids.sort_by_key(|(_, id)| *id);
        ids
    }

    pub(crate) fn tabs_with_additions(&self) -> Vec<&'static Tab> {
        let mut tabs: Vec<&'static Tab> = Vec::new();
        for addition in &self.additions {
            if !tabs.contains(&addition.tab) {
                tabs.push(addition.tab);
            }
        }
        tabs
    }

    /// Row number of `edit` after rows above it were deleted or inserted; `None` if the row itself is deleted.
    pub(crate) fn number_after(&self, edit: &RowEdit) -> Option<usize> {
        let removed = self.removals.iter().filter(|removal| removal.tab == edit.tab);
        let restored = self.restored.iter().filter(|restored| restored.tab == edit.tab);
        let mut rows_deleted = 0;
        for removal in removed {
            if removal.number == edit.number {
                return None;
            }
            rows_deleted += usize::from(removal.number < edit.number);
        }
        let rows_inserted = restored.filter(|restored| restored.after_row < edit.number).count();
        Some(edit.number + rows_inserted - rows_deleted)
    }
}
