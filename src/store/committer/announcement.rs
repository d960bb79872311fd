//! Own-write announcements: tell the reader what will be written, so that it is not logged as an edit of staff, and
//! whether existing rows have to be read again.

use super::{
    super::{cell::Entry, own_writes::OwnWrite, reader::Written, tab::Tab},
    Committer,
    plan::Plan,
};

impl Committer {
    /// Announces `plan`; has to be called before it is sent.
    pub(super) fn announce(&mut self, plan: &Plan) {
        if !(plan.edits.is_empty() && plan.removals.is_empty() && plan.restored.is_empty()) {
            self.written = Written::RowsChanged;
        }
        for edit in &plan.edits {
            let cells = edit.cells.iter();
            let cells = cells.filter_map(|cell| Some((self.place(edit.tab, cell.position)?, cell.wanted.clone())));
            let write = OwnWrite::Changed(cells.collect());
            self.reader.will_write(edit.tab, &edit.given_id(), write);
        }
        for removal in &plan.removals {
            self.reader.will_write(removal.tab, &removal.id, OwnWrite::Removed);
        }
        for addition in &plan.additions {
            let cells = addition.cells.iter().map(Entry::content).collect();
            self.reader
                .will_write(addition.tab, &addition.id_text(), OwnWrite::Added(cells));
        }
        for restored in &plan.restored {
            let cells = restored.cells.iter();
            let cells = cells.filter_map(|cell| Some((self.place(restored.tab, cell.position)?, cell.content.clone())));
            let write = OwnWrite::Restored(cells.collect());
            self.reader.will_write(restored.tab, &restored.id, write);
        }
    }

    /// Index of the tab's column at this position of the sheet.
    fn place(&self, tab: &'static Tab, position: usize) -> Option<usize> {
        let place = self.tails.place(tab);
        place.layout.positions().iter().position(|known| *known == position)
    }
}
