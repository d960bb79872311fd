//! Own-write registry: what this program wrote since the tabs were last compared, so that it is not logged as an edit
//! of staff.
//!
//! The committer notes each row before it writes it: a concurrent read may or may not include the write. A note is kept
//! until all rows were read once after the end of the write.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    cell::CellContent,
    schema::tab::{ChangeHistory, Tab},
};

/// Maximum number of noted rows. If more are written before the next read, edits that staff made in the same time are
/// not logged.
const MAX_NOTED_ROWS: usize = 20_000;

/// Row as the program writes it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum OwnWrite {
    /// New row: its cells after the id.
    Added(Vec<CellContent>),
    /// New values by index of the tab's columns.
    Changed(Vec<(usize, CellContent)>),
    /// Deletion of the row.
    Removed,
    /// Restored row: its cells by index of the tab's columns.
    Restored(Vec<(usize, CellContent)>),
}

/// Whether every write since the last comparison is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnWriteCoverage {
    /// All writes are noted.
    Whole,
    /// Earlier writes are missing; this read includes them, and the next one can be compared with it.
    Regained,
    /// Some writes are missing, and this read may not include them.
    Lost,
}

#[derive(Default)]
pub(crate) struct OwnWrites(Mutex<OwnWriteNotes>);

#[derive(Default)]
struct OwnWriteNotes {
    rows: HashMap<&'static str, HashMap<String, OwnWriteNote>>,
    count: usize,
    /// Whether more was written than is noted.
    is_incomplete: bool,
    /// Epoch in which the last write had ended.
    ended: u64,
    in_flight: bool,
}

/// Note of the writes to a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct OwnWriteNote {
    /// Values by index of the tab's columns; the last value wins.
    pub(crate) cells: HashMap<usize, CellContent>,
    pub(crate) is_added: bool,
    pub(crate) is_removed: bool,
    /// Epoch in which the write had ended; `None` before.
    ended: Option<u64>,
}

impl OwnWrites {
    /// Notes a write; has to be called before the row is written. `id` is the text of its first cell.
    pub(crate) fn note(&self, tab: &'static Tab, id: &str, write: OwnWrite) {
        if tab.history == ChangeHistory::NotKept {
            return;
        }
        let mut notes = self.notes();
        if notes.count >= MAX_NOTED_ROWS {
            *notes = OwnWriteNotes {
                is_incomplete: true,
                ended: notes.ended,
                in_flight: true,
                ..OwnWriteNotes::default()
            };
        }
        notes.in_flight = true;
        let rows = notes.rows.entry(tab.title).or_default();
        let is_new = !rows.contains_key(id);
        let note = rows.entry(id.to_owned()).or_default();
        note.ended = None;
        match write {
            OwnWrite::Added(cells) => {
                note.is_added = true;
                note.cells.extend((1..).zip(cells));
            }
            OwnWrite::Changed(cells) => note.cells.extend(cells),
            OwnWrite::Removed => note.is_removed = true,
            OwnWrite::Restored(cells) => {
                note.is_added = true;
                note.cells.extend(cells);
            }
        }
        notes.count += usize::from(is_new);
    }

    /// Records that everything noted so far is written or abandoned; reads that begin in `epoch` include it.
    pub(crate) fn ended(&self, epoch: u64) {
        let mut notes = self.notes();
        notes.ended = epoch;
        notes.in_flight = false;
        let open = notes.rows.values_mut().flat_map(HashMap::values_mut);
        for note in open.filter(|note| note.ended.is_none()) {
            note.ended = Some(epoch);
        }
    }

    /// Notes of the rows of a tab.
    pub(crate) fn of(&self, tab: &Tab) -> HashMap<String, OwnWriteNote> {
        self.notes().rows.get(tab.title).cloned().unwrap_or_default()
    }

    /// Drops the notes that are no longer needed after the comparison of a full read that began in `epoch`.
    pub(crate) fn forget_before(&self, tab: &Tab, epoch: u64) {
        let mut notes = self.notes();
        let Some(rows) = notes.rows.get_mut(tab.title) else {
            return;
        };
        let before = rows.len();
        rows.retain(|_, note| note.ended.is_none_or(|ended| ended > epoch));
        let forgotten = before - rows.len();
        notes.count -= forgotten;
    }

    /// Coverage of a full read that began in `epoch`.
    pub(crate) fn memory(&self, epoch: u64) -> OwnWriteCoverage {
        let mut notes = self.notes();
        if !notes.is_incomplete {
            OwnWriteCoverage::Whole
        } else if notes.in_flight || notes.ended > epoch {
            OwnWriteCoverage::Lost
        } else {
            notes.is_incomplete = false;
            OwnWriteCoverage::Regained
        }
    }

    fn notes(&self) -> MutexGuard<'_, OwnWriteNotes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::TEST_AUDIT_LOG;

    pub(crate) static TAB: Tab = Tab {
        title: "animals",
        columns: TEST_AUDIT_LOG.columns,
        ids: TEST_AUDIT_LOG.ids,
        history: ChangeHistory::Kept,
        updated_at: None,
    };

    #[test]
    fn a_note_is_kept_until_a_full_read_after_the_write() {
        let own = OwnWrites::default();
        own.note(&TAB, "a", OwnWrite::Removed);
        own.forget_before(&TAB, 9);
        own.ended(10);
        own.forget_before(&TAB, 9);
        assert!(own.of(&TAB).contains_key("a"));
        own.forget_before(&TAB, 10);
        assert_eq!(own.of(&TAB), HashMap::new());
    }

    #[test]
    fn beyond_the_limit_coverage_is_lost_until_the_next_read() {
        let own = OwnWrites::default();
        for number in 0..=MAX_NOTED_ROWS {
            own.note(&TAB, &number.to_string(), OwnWrite::Removed);
        }
        assert_eq!(own.memory(0), OwnWriteCoverage::Lost);
        own.ended(3);
        assert_eq!(own.memory(2), OwnWriteCoverage::Lost);
        assert_eq!(own.memory(3), OwnWriteCoverage::Regained);
        assert_eq!(own.memory(3), OwnWriteCoverage::Whole);
    }

    #[test]
    fn tabs_without_history_are_not_noted() {
        let own = OwnWrites::default();
        own.note(&TEST_AUDIT_LOG, "a", OwnWrite::Removed);
        assert_eq!(own.of(&TEST_AUDIT_LOG), HashMap::new());
    }
}
