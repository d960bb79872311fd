//! Numbering: assigns ids to rows that staff typed without one.
//!
//! Such a row can only be identified by its row number and its content. Both are checked in the read before the write.
//! If staff move rows between the two, the audit line shows the previous value of the cell that was hit: an overwritten
//! id is restored, and an id in an empty row is removed.

use super::{
    super::{
        super::{
            audit::action,
            batch::Numbering,
            cell::Content,
            tail::{Found, Search, Wanted},
        },
        job::{Done, Origin},
        plan::{Edit, InLog, Plan, Purpose},
    },
    Planner, RowKey,
};

/// Lookup of the row at its row number.
pub(super) fn wanted(numbering: &Numbering) -> Wanted {
    let (tab, id) = key(numbering);
    let search = Search::At(numbering.row);
    Wanted { tab, id, search }
}

/// Key of the row. Ids of the tab are numbers, so no row has this id.
fn key(numbering: &Numbering) -> RowKey {
    (numbering.tab.title, format!("row {}", numbering.row))
}

impl Planner<'_> {
    pub(super) fn number(&mut self, numbering: &Numbering, (origin, by): (Origin, &str), part: &mut Plan) {
        let tab = numbering.tab;
        let key = key(numbering);
        let position = |column: usize| self.circumstances.tails.place(tab).layout.position(column);
        let row = match self.sight.get(&key) {
            Some(row @ Found::Row { .. })
                if self.content(&key, row, position(0)) == Content::Empty
                    && numbering
                        .seen
                        .iter()
                        .all(|(column, seen)| row.content(position(*column)).is_same_as(seen)) =>
            {
                row
            }
            _ => {
                part.settled.push((origin, Done::Unchanged));
                return;
            }
        };
        let Found::Row { number, .. } = *row else { return };
        let id_position = position(0);
        let id = self.next_number(tab);
        let cell = self.cell_edit(tab, (0, Content::Empty), &id, InLog::Line);
        let staged = self.staged.cells.entry(key).or_default();
        staged.insert(id_position, id.content());
        part.edits.push(Edit {
            purpose: Purpose::Change(origin),
            by: by.to_owned(),
            action: action::NUMBERED,
            tab,
            id: String::new(),
            number,
            cells: vec![cell],
        });
    }
}
