//! What one call writes: edits, rows that go and rows that come.

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

/// What one call writes.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) edits: Vec<Edit>,
    pub(super) removals: Vec<Removal>,
    pub(super) additions: Vec<Addition>,
    /// Rows that a misplaced deletion took.
    pub(super) restored: Vec<Restored>,
    /// Changes for which there is nothing to write.
    pub(super) settled: Vec<(Origin, Done)>,
    /// Jobs that cannot be done.
    pub(super) failed: Vec<(usize, CommitError)>,
}

/// New values in cells of one row.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    pub(super) purpose: Purpose,
    pub(super) by: String,
    pub(super) action: &'static str,
    pub(super) tab: &'static Tab,
    /// Text of the id; empty for a row of staff's own without one.
    pub(super) id: String,
    pub(super) number: usize,
    /// By place in the sheet.
    pub(super) cells: Vec<CellEdit>,
}

/// Why an edit is made, or a row goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A caller wants it.
    Change(Origin),
    /// It puts something right, by place in the list of what is to be put right.
    Fix(usize),
}

/// A new value in one cell.
#[derive(Clone, Debug)]
pub(super) struct CellEdit {
    /// Place in the sheet, counted from 0.
    pub(super) position: usize,
    /// Header as it stands there.
    pub(super) header: String,
    pub(super) kind: Option<Kind>,
    pub(super) found: Content,
    pub(super) wanted: Content,
    pub(super) filling: Filling,
    pub(super) in_log: InLog,
}

/// Whether a cell gets a line of the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InLog {
    Line,
    /// One that says that the cell only tells when the others changed.
    Moment,
    /// The cell is one of a line itself.
    NoLine,
}

/// A row that goes.
#[derive(Clone, Debug)]
pub(super) struct Removal {
    pub(super) purpose: Purpose,
    pub(super) by: String,
    pub(super) tab: &'static Tab,
    pub(super) id: String,
    pub(super) number: usize,
    /// Its cells in every column with a header, by place in the sheet.
    pub(super) columns: Vec<RemovedCell>,
    /// What it shows under each header; empty where its id is enough to know it.
    pub(super) shows: Vec<(String, Content)>,
}

/// A cell of a row that goes.
#[derive(Clone, Debug)]
pub(super) struct RemovedCell {
    /// Place in the sheet, counted from 0.
    pub(super) position: usize,
    pub(super) header: String,
    pub(super) kind: Option<Kind>,
    /// What was read there; `None` in a column that was not read.
    pub(super) found: Option<Content>,
}

/// A row that comes.
#[derive(Clone, Debug)]
pub(super) struct Addition {
    pub(super) origin: Origin,
    pub(super) by: String,
    pub(super) tab: &'static Tab,
    pub(super) id: Entry,
    pub(super) cells: Vec<Entry>,
    /// What comes back into columns of staff's own, by place in the sheet.
    pub(super) others: Vec<(usize, Content)>,
    /// What the log says of it, unless its id was given.
    pub(super) line: Option<NewLine>,
}

/// The line of the audit log that tells of a new row.
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

    /// Whether its id was counted up for it.
    pub(super) fn is_counted(&self) -> bool {
        self.line.as_ref().is_some_and(|line| line.action == action::CREATED)
    }
}

/// A row that is put back.
#[derive(Clone, Debug)]
pub(super) struct Restored {
    pub(super) tab: &'static Tab,
    pub(super) id: String,
    /// It comes below the row with this number.
    pub(super) after_row: usize,
    pub(super) cells: Vec<RestoredCell>,
}

/// A cell of a row that is put back.
#[derive(Clone, Debug)]
pub(super) struct RestoredCell {
    /// Place in the sheet, counted from 0.
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
    /// Whether it gives its row an id.
    pub(super) fn is_numbering(&self) -> bool {
        self.action == action::NUMBERED
    }

    /// The id that it gives to its row; otherwise the id of the row.
    pub(super) fn given_id(&self) -> String {
        match self.cells.first().filter(|_| self.is_numbering()) {
            Some(cell) => cell.wanted.as_cell().text(),
            None => self.id.clone(),
        }
    }
}

impl Plan {
    /// The rows that come, as they are written.
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

    /// Whether it puts something right; such a plan does nothing else.
    pub(super) fn mends(&self) -> bool {
        let removals = self.removals.iter().map(|removal| removal.purpose);
        let mut purposes = self.edits.iter().map(|edit| edit.purpose).chain(removals);
        !self.restored.is_empty() || purposes.any(|purpose| matches!(purpose, Purpose::Fix(_)))
    }

    /// The tabs whose rows it changes.
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
