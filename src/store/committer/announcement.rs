//! Tells the reader what will be written, so that it is not taken for an edit of staff, and which rows need reading again.

use super::{
    super::{cell::Entry, own_writes::OwnWrite, reader::Written, tab::Tab},
    Committer,
    plan::Plan,
};

impl Committer {
    /// Call before `plan` is sent.
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
            let cells = cells.filter_map(|(at, _, content)| Some((self.place(restored.tab, *at)?, content.clone())));
            let write = OwnWrite::Restored(cells.collect());
            self.reader.will_write(restored.tab, &restored.id, write);
        }
    }

    /// Which of the tab's columns stands there.
    fn place(&self, tab: &'static Tab, position: usize) -> Option<usize> {
        let place = self.tails.place(tab);
        place.layout.positions().iter().position(|known| *known == position)
    }
}
