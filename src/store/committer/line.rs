//! Audit lines that a call adds to the audit log.

use super::{
    super::{
        audit::{TALLYBOARD, action, column},
        cell::{Content, Entry},
        google::CellData,
        requests::{Stretch, cell_data, cell_with, number_format},
        tab::{Kind, Tab},
    },
    block::Blocks,
    plan::{Edit, InLog, Plan, Removal, RemovedCell},
    turn::{CallKey, LineId},
    verdict::Hit,
};

#[derive(Clone)]
pub(super) struct Log {
    pub(super) sheet_id: i32,
    /// Row of the first line, zero-based.
    pub(super) first_row: usize,
    pub(super) row: usize,
    pub(super) header: usize,
    pub(super) old: usize,
}

/// Audit line, as it is known before the call.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) by: String,
    pub(super) tab: &'static Tab,
    pub(super) row: String,
    pub(super) action: &'static str,
    pub(super) header: String,
    pub(super) kind: Option<Kind>,
    pub(super) old: Content,
    pub(super) new: Content,
    pub(super) subject: Subject,
}

/// Subject of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// Cell of an edit, by index in the plan and in the edit.
    Edit(usize, usize),
    Removal(usize, usize),
    /// New row, so nothing can be overwritten.
    New,
}

impl Log {
    pub(super) fn stretch(&self, line: usize, lines: usize, column: usize) -> Stretch {
        Stretch {
            sheet_id: self.sheet_id,
            row: self.first_row + line,
            column,
            rows: lines,
            columns: 1,
        }
    }
}

/// Lines of a plan: those of edits, of removals, and of new rows, in this order. Within a block, the lines of one
/// column come before those of the next.
pub(super) fn lines(plan: &Plan, blocks: &Blocks, call: CallKey) -> Vec<Line> {
    let mut lines = Vec::new();
    for block in &blocks.edits {
        for (place, _) in plan.edits[block.start].logged() {
            lines.extend(
                block
                    .clone()
                    .map(|index| Line::of_cell(&plan.edits[index], (index, place))),
            );
        }
    }
    for block in &blocks.removals {
        for column in 0..plan.removals[block.start].columns.len() {
            let of_row = |index| Line::of_removed_cell(&plan.removals[index], (index, column));
            lines.extend(block.clone().map(of_row));
        }
    }
    let columns = plan.removals.iter().map(|removal| removal.columns.len()).max();
    let can_name = LineId::can_name(plan.removals.len(), columns.unwrap_or(0));
    for (place, line) in lines.iter_mut().enumerate() {
        let (tab, row) = (line.tab.title, line.row.as_str());
        let id = match line.subject {
            Subject::Removal(index, column) if can_name => LineId::of_removal(call, (index, column), (tab, row)),
            Subject::Edit(..) => LineId::new(call, place, (tab, row, &line.header)),
            // A deleted row includes the cells of all columns.
            Subject::Removal(..) | Subject::New => LineId::new(call, place, (tab, row, "")),
        };
        line.id = id.to_string();
    }
    lines.extend(plan.additions.iter().filter_map(|addition| {
        let line = addition.line.clone()?;
        Some(Line::of_new_row(
            (line.id, &addition.by, line.action),
            addition.tab,
            addition.id_text(),
        ))
    }));
    for restored in &plan.restored {
        let id = LineId::new(call, lines.len(), (restored.tab.title, &restored.id, "")).to_string();
        let by = TALLYBOARD;
        lines.push(Line::of_new_row(
            (id, by, action::PUT_RIGHT),
            restored.tab,
            restored.id.clone(),
        ));
    }
    lines
}

impl Line {
    pub(super) fn of_cell(edit: &Edit, (index, place): (usize, usize)) -> Self {
        let cell = &edit.cells[place];
        Self {
            id: String::new(),
            by: edit.by.clone(),
            tab: edit.tab,
            row: edit.given_id(),
            action: match cell.in_log {
                InLog::Moment => action::DATED,
                InLog::Line | InLog::NoLine => edit.action,
            },
            header: cell.header.clone(),
            kind: cell.kind,
            old: cell.found.clone(),
            new: cell.wanted.clone(),
            subject: Subject::Edit(index, place),
        }
    }

    fn of_removed_cell(removal: &Removal, (index, column): (usize, usize)) -> Self {
        let RemovedCell {
            header, kind, found, ..
        } = &removal.columns[column];
        Self {
            id: String::new(),
            by: removal.by.clone(),
            tab: removal.tab,
            row: removal.id.clone(),
            action: action::DELETED,
            header: header.clone(),
            kind: *kind,
            old: found.clone().unwrap_or(Content::Empty),
            new: Content::Empty,
            subject: Subject::Removal(index, column),
        }
    }

    /// Values that the line shows if nothing was moved.
    pub(super) fn expected(&self) -> Hit {
        Hit {
            row: self.row.clone(),
            header: self.header.clone(),
            old: self.old.clone(),
        }
    }

    pub(super) fn of_new_row((id, by, action): (String, &str, &'static str), tab: &'static Tab, row: String) -> Self {
        Self {
            id,
            by: by.to_owned(),
            tab,
            row,
            action,
            header: String::new(),
            kind: None,
            old: Content::Empty,
            new: Content::Empty,
            subject: Subject::New,
        }
    }

    /// Whether `below` has the same value in this column of the log.
    pub(super) fn shows_same(&self, below: &Self, place: usize) -> bool {
        let [own, others] = [self, below].map(|line| {
            let is_removal = matches!(line.subject, Subject::Removal(..));
            match place {
                column::ID => (Some(line.id.as_str()), None, None),
                column::BY => (Some(line.by.as_str()), None, None),
                column::TAB => (Some(line.tab.title), None, None),
                column::ROW => (Some(line.row.as_str()).filter(|_| !is_removal), None, None),
                column::ACTION => (Some(line.action), None, None),
                column::HEADER => (Some(line.header.as_str()), None, None),
                column::OLD => (None, line.kind, Some(&line.old).filter(|_| !is_removal)),
                column::NEW => (None, line.kind, Some(&line.new)),
                _ => (None, None, None),
            }
        });
        own == others
    }

    /// Value of a column of the log before the server copies anything into it. Lines of a deleted row get its id and
    /// its values only from the server: they show what was hit.
    pub(super) fn cell(&self, place: usize, now: &Entry) -> CellData {
        if matches!(self.subject, Subject::Removal(..)) && matches!(place, column::ROW | column::OLD) {
            let format = self.kind.and_then(number_format).filter(|_| place == column::OLD);
            return cell_with(&Content::Empty, format);
        }
        let text = |text: &str| cell_data(&Entry::Text(text.to_owned()), None);
        let format = self.kind.and_then(number_format);
        match place {
            0 => text(&self.id),
            1 => cell_data(now, number_format(Kind::DateTime)),
            2 => text(&self.by),
            3 => text(self.tab.title),
            column::ROW => text(&self.row),
            5 => text(self.action),
            column::HEADER => text(&self.header),
            column::OLD => cell_with(&self.old, format),
            column::NEW => cell_with(&self.new, format),
            _ => CellData::default(),
        }
    }
}
