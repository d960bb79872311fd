//! What a call really hit, by the answer to it or by its lines in the audit log.

use std::collections::HashMap;

use super::{
    super::{
        audit::{AUDIT_LOG, column},
        cell::{Content, Entry},
        shown::Shown,
        tab::normalise,
        tail::{Found, Search, Sight, Tails, Wanted},
    },
    line::{Line, Subject},
    plan::{Addition, CellEdit, Edit, Removal},
    shot::Shot,
};

/// What a line shows after the call.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub(super) row: String,
    pub(super) header: String,
    pub(super) old: Content,
}

impl Verdict {
    pub(super) fn is_clean(&self) -> bool {
        self.misplaced_edits.is_empty() && self.misplaced_removals.is_empty() && self.scattered.is_empty()
    }

    /// Whether the values of a new row stand in the wrong columns. A counted row is left to a person: its number is given.
    pub(super) fn scatters(&self, addition: &Addition) -> bool {
        addition.line.is_none() && self.scattered.iter().any(|(title, _)| *title == addition.tab.title)
    }
}

/// What the lines tell.
#[derive(Default)]
pub(super) struct Verdict {
    /// Edits and removals by place in the plan that hit another row or column.
    pub(super) misplaced_edits: Vec<(usize, Vec<Overwritten>)>,
    pub(super) misplaced_removals: Vec<(usize, Vec<Overwritten>)>,
    /// Tabs whose columns were moved before rows were added: title, and header where the ids were written.
    pub(super) scattered: Vec<(&'static str, String)>,
    /// Lines that show another row although the right one was hit, by place.
    pub(super) garbled_lines: Vec<usize>,
}

/// A cell that was hit in place of another one.
#[derive(Clone, Debug)]
pub(super) struct Overwritten {
    /// Id of its row, as far as it is known.
    pub(super) id: String,
    /// Place in the sheet at the time.
    pub(super) position: usize,
    /// Header of its column at the time.
    pub(super) header: String,
    pub(super) old: Content,
    /// What stands there now; for a removal, nothing.
    pub(super) now: Content,
}

impl Shot {
    /// What has to be read to learn whether the call was applied, and where.
    pub(super) fn evidence(&self) -> Vec<Wanted> {
        let line = |line: &Line| Wanted {
            tab: AUDIT_LOG.title,
            id: line.id.clone(),
            search: Search::Known,
        };
        let row = |edit: &Edit| Wanted {
            tab: edit.tab.title,
            id: edit.id.clone(),
            search: Search::Known,
        };
        let rows = self.plan.edits.iter().filter(|edit| !edit.is_logged()).map(row);
        self.lines.iter().map(line).chain(rows).collect()
    }
    /// Whether the call was applied, as far as rows and lines with ids tell; `None` when it wrote none.
    pub(super) fn was_applied(&self, tails: &Tails) -> Option<bool> {
        if let Some(line) = self.lines.first() {
            return Some(tails.contains(&AUDIT_LOG, &line.id));
        }
        let addition = self.plan.additions.first()?;
        Some(tails.contains(addition.tab, &addition.id_text()))
    }

    /// What the answer to the call tells.
    pub(super) fn verdict(&self, shown: &Shown, tails: &Tails) -> Verdict {
        let hit = |line: usize| {
            let Some(log) = &self.log else {
                return self.lines[line].expected();
            };
            let cell = |position: usize| shown.cell(log.sheet_id, log.first_row + line, position);
            Hit {
                row: cell(log.row).as_cell().text(),
                header: cell(log.header).as_cell().text(),
                old: cell(log.old),
            }
        };
        let is_right = |edit: &Edit| {
            let place = tails.place(edit.tab);
            let id_position = place.layout.position(0);
            if edit.is_numbering() {
                // Only the line tells whose id was written over; a row that was empty is seen here.
                let row = self.plan.number_after(edit)? - 1;
                let mut others = (0..place.layout.width()).filter(|position| *position != id_position);
                let is_alone = others.all(|position| shown.cell(place.sheet_id, row, position) == Content::Empty);
                return is_alone.then_some(false);
            }
            let id = shown.cell(place.sheet_id, self.plan.number_after(edit)? - 1, id_position);
            let has_header = |cell: &CellEdit| {
                let header = shown.cell(place.sheet_id, 0, cell.position).as_cell().text();
                normalise(&header) == normalise(&cell.header)
            };
            Some(id.as_cell().text() == edit.id_after(id_position) && edit.cells.iter().all(has_header))
        };
        let mut verdict = self.judge(&(0..self.lines.len()).map(hit).collect::<Vec<_>>(), is_right);
        for tab in self.plan.tabs_with_additions() {
            let place = tails.place(tab);
            let header = |position: usize| shown.cell(place.sheet_id, 0, position).as_cell().text();
            let has_moved = |column: &usize| {
                let position = place.layout.position(*column);
                normalise(&header(position)) != normalise(tab.columns[*column].header)
            };
            if (0..tab.columns.len()).any(|column| has_moved(&column)) {
                verdict.scattered.push((tab.title, header(place.layout.position(0))));
            }
        }
        verdict
    }

    /// What the lines tell that were found in the log after the answer got lost.
    pub(super) fn verdict_of_log(&self, sight: &Sight, tails: &Tails) -> Verdict {
        let position = |column: usize| tails.place(&AUDIT_LOG).layout.position(column);
        let hit = |line: &Line| match sight.get(&(AUDIT_LOG.title, line.id.clone())) {
            Some(found @ Found::Row { .. }) => Hit {
                row: found.content(position(column::ROW)).as_cell().text(),
                header: found.content(position(column::HEADER)).as_cell().text(),
                old: found.content(position(column::OLD)),
            },
            // Staff deleted the line: nothing speaks against what was read before.
            _ => line.expected(),
        };
        // Of a row with lines its values tell nothing: another misplaced edit may have left the same there.
        let is_right = |edit: &Edit| {
            if edit.is_logged() {
                return None;
            }
            let found = sight.get(&(edit.tab.title, edit.id.clone()))?;
            let shows = |cell: &CellEdit| found.content(cell.position).is_same_as(&cell.wanted);
            edit.cells.iter().all(shows).then_some(true)
        };
        self.judge(&self.lines.iter().map(hit).collect::<Vec<_>>(), is_right)
    }

    /// Sorts edits and removals by what their lines show. `is_right` says what is known of an edit besides.
    fn judge(&self, hits: &[Hit], is_right: impl Fn(&Edit) -> Option<bool>) -> Verdict {
        let mut verdict = Verdict::default();
        // Only the first line of each column has a copy of its header.
        let mut headers: HashMap<(&'static str, usize), &str> = HashMap::new();
        let mut edits = vec![(true, Vec::new()); self.plan.edits.len()];
        let mut removals = vec![Vec::new(); self.plan.removals.len()];
        for (line, hit) in self.lines.iter().zip(hits) {
            let mut overwritten = Overwritten {
                id: hit.row.clone(),
                position: 0,
                header: hit.header.clone(),
                old: hit.old.clone(),
                now: line.new.clone(),
            };
            match line.subject {
                Subject::Edit(edit, cell) => {
                    let (fits, cells) = &mut edits[edit];
                    let edit = &self.plan.edits[edit];
                    let position = edit.cells[cell].position;
                    let header = headers.entry((edit.tab.title, position)).or_insert(&hit.header);
                    *fits &= hit.row == line.row && normalise(header) == normalise(&line.header);
                    *fits &= !edit.is_numbering() || hit.old == Content::Empty;
                    overwritten.position = position;
                    (*header).clone_into(&mut overwritten.header);
                    cells.push(overwritten);
                }
                Subject::Removal(removal, column) => {
                    overwritten.position = self.plan.removals[removal].columns[column].0;
                    removals[removal].push(overwritten);
                }
                Subject::New => {}
            }
        }
        for (index, (fits, overwritten)) in edits.into_iter().enumerate() {
            let edit = &self.plan.edits[index];
            let judged = if edit.is_logged() { fits } else { false };
            match is_right(edit).unwrap_or(judged) {
                false => verdict.misplaced_edits.push((index, overwritten)),
                true if edit.is_logged() && !fits => {
                    let of_edit = |line: &Line| matches!(line.subject, Subject::Edit(edit, _) if edit == index);
                    let lines = (0..self.lines.len()).filter(|line| of_edit(&self.lines[*line]));
                    verdict.garbled_lines.extend(lines);
                }
                true => {}
            }
        }
        for (index, overwritten) in removals.into_iter().enumerate() {
            if !self.plan.removals[index].is_shown_by(&overwritten) {
                verdict.misplaced_removals.push((index, overwritten));
            }
        }
        verdict
    }

    /// What is known of a line, to be written over what the copies left there: its id, the id of its row, the old value.
    pub(super) fn known_of(&self, line: usize) -> (String, Entry, Content) {
        let line = &self.lines[line];
        (line.id.clone(), Entry::Text(line.row.clone()), line.old.clone())
    }
}

impl Removal {
    /// Whether the lines show this row. Where columns were moved too, the id stands in another line.
    pub(super) fn is_shown_by(&self, cells: &[Overwritten]) -> bool {
        let id_header = normalise(self.tab.columns[0].header);
        let by_header = cells.iter().find(|cell| normalise(&cell.header) == id_header);
        match by_header {
            Some(cell) => cell.old.as_cell().text() == self.id,
            None => cells.iter().all(|cell| cell.id == self.id),
        }
    }
}
