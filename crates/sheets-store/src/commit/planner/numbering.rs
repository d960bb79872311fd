//! Numbering: assigns ids to rows that staff typed without one.
//!
//! Such a row can only be identified by its row number and its content. Both are checked in the read before the write.
//! If staff move rows between the two, the audit line shows the previous value of the cell that was hit: an overwritten
//! id is restored, and an id in an empty row is removed.

use crate::{
    audit::action,
    cell::CellContent,
    commit::{
        batch::RowNumbering,
        job::ChangeOutcome,
        plan::{CellLogging, RowEdit, WritePlan, WritePurpose},
        planner::{CellBefore, ChangeSource, Planner, RowKey},
        tab_index::{LookupResult, LookupScope, RowLookup},
    },
};

/// Lookup of the row at its row number.
pub(crate) fn lookup_of(numbering: &RowNumbering) -> RowLookup {
    let (tab, id) = row_key(numbering);
    let search = LookupScope::At(numbering.row);
    RowLookup { tab, id, search }
}

/// Key of the row. Ids of the tab are numbers, so no row has this id.
fn row_key(numbering: &RowNumbering) -> RowKey {
    (numbering.tab.title, format!("row {}", numbering.row))
}

impl Planner<'_> {
    pub(super) fn number(&mut self, numbering: &RowNumbering, source: ChangeSource<'_>, part: &mut WritePlan) {
        let tab = numbering.tab;
        let key = row_key(numbering);
        let position = |column: usize| self.context.indexes.place(tab).layout.position(column);
        let row = match self.lookup_results.get(&key) {
            Some(row @ LookupResult::Row { .. })
                if self.content(&key, row, position(0)) == CellContent::Empty
                    && numbering
                        .seen
                        .iter()
                        .all(|(column, seen)| row.content(position(*column)).is_same_as(seen)) =>
            {
                row
            }
            _ => {
                part.already_done.push((source.origin, ChangeOutcome::Unchanged));
                return;
            }
        };
        let LookupResult::Row { number, .. } = *row else { return };
        let id_position = position(0);
        let id = self.next_number(tab);
        let before = CellBefore {
            column: 0,
            found: CellContent::Empty,
        };
        let cell = self.cell_edit(tab, before, &id, CellLogging::Line);
        let staged = self.staged.cells.entry(key).or_default();
        staged.insert(id_position, id.content());
        part.edits.push(RowEdit {
            purpose: WritePurpose::Change(source.origin),
            by: source.by.to_owned(),
            action: action::NUMBERED,
            tab,
            id: String::new(),
            number,
            cells: vec![cell],
        });
    }
}
