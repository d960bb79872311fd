//! Audit lines that a call adds to the audit log.

use crate::{
    audit::{action, column},
    cell::{CellContent, CellEntry},
    commit::{
        fencing::{AuditLineId, CallKey},
        plan::{CellLogging, RemovedCell, RowEdit, RowRemoval, WritePlan},
        row_ranges::RowBlocks,
    },
    google::{
        requests::{cell_data, cell_with_content, number_format},
        wire_types::CellData,
    },
    schema::tab::{ColumnKind, Tab},
};

/// Audit line, as it is known before the call.
pub(crate) struct AuditLine {
    pub(crate) id: String,
    pub(crate) by: String,
    pub(crate) tab: &'static Tab,
    pub(crate) row: String,
    pub(crate) action: &'static str,
    pub(crate) header: String,
    pub(crate) kind: Option<ColumnKind>,
    pub(crate) old: CellContent,
    pub(crate) new: CellContent,
    pub(crate) subject: LineSubject,
}

/// Subject of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineSubject {
    /// Cell of an edit, by index in the plan and in the edit.
    Edit(usize, usize),
    Removal(usize, usize),
    /// New row, so nothing can be overwritten.
    New,
}

/// Lines of a plan: those of edits, of removals, and of new rows, in this order. Within a block, the lines of one
/// column come before those of the next.
pub(crate) fn audit_lines(plan: &WritePlan, blocks: &RowBlocks, call: CallKey) -> Vec<AuditLine> {
    let mut lines = Vec::new();
    for block in &blocks.edits {
        for (place, _) in plan.edits[block.start].logged() {
            lines.extend(
                block
                    .clone()
                    .map(|index| AuditLine::of_cell(&plan.edits[index], (index, place))),
            );
        }
    }
    for block in &blocks.removals {
        for column in 0..plan.removals[block.start].columns.len() {
            let of_row = |index| AuditLine::of_removed_cell(&plan.removals[index], (index, column));
            lines.extend(block.clone().map(of_row));
        }
    }
    let columns = plan.removals.iter().map(|removal| removal.columns.len()).max();
    let can_name = AuditLineId::can_name(plan.removals.len(), columns.unwrap_or(0));
    for (place, line) in lines.iter_mut().enumerate() {
        let (tab, row) = (line.tab.title, line.row.as_str());
        let id = match line.subject {
            LineSubject::Removal(index, column) if can_name => {
                AuditLineId::of_removal(call, (index, column), (tab, row))
            }
            LineSubject::Edit(..) => AuditLineId::new(call, place, (tab, row, &line.header)),
            // A deleted row includes the cells of all columns.
            LineSubject::Removal(..) | LineSubject::New => AuditLineId::new(call, place, (tab, row, "")),
        };
        line.id = id.to_string();
    }
    lines.extend(plan.additions.iter().filter_map(|addition| {
        let line = addition.line.clone()?;
        Some(AuditLine::of_new_row(
            (line.id, &addition.by, line.action),
            addition.tab,
            addition.id_text(),
        ))
    }));
    for restored in &plan.restored {
        let id = AuditLineId::new(call, lines.len(), (restored.tab.title, &restored.id, "")).to_string();
        lines.push(AuditLine::of_new_row(
            (id, restored.by, action::REPAIRED),
            restored.tab,
            restored.id.clone(),
        ));
    }
    lines
}

impl AuditLine {
    pub(crate) fn of_cell(edit: &RowEdit, (index, place): (usize, usize)) -> Self {
        let cell = &edit.cells[place];
        Self {
            id: String::new(),
            by: edit.by.clone(),
            tab: edit.tab,
            row: edit.given_id(),
            action: match cell.in_log {
                CellLogging::Moment => action::TIMESTAMPED,
                CellLogging::Line | CellLogging::NoLine => edit.action,
            },
            header: cell.header.clone(),
            kind: cell.kind,
            old: cell.found.clone(),
            new: cell.wanted.clone(),
            subject: LineSubject::Edit(index, place),
        }
    }

    fn of_removed_cell(removal: &RowRemoval, (index, column): (usize, usize)) -> Self {
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
            old: found.clone().unwrap_or(CellContent::Empty),
            new: CellContent::Empty,
            subject: LineSubject::Removal(index, column),
        }
    }

    /// Values that the line shows if nothing was moved.
    pub(crate) fn expected(&self) -> LoggedCell {
        LoggedCell {
            row: self.row.clone(),
            header: self.header.clone(),
            old: self.old.clone(),
        }
    }

    pub(crate) fn of_new_row((id, by, action): (String, &str, &'static str), tab: &'static Tab, row: String) -> Self {
        Self {
            id,
            by: by.to_owned(),
            tab,
            row,
            action,
            header: String::new(),
            kind: None,
            old: CellContent::Empty,
            new: CellContent::Empty,
            subject: LineSubject::New,
        }
    }

    /// Whether `below` has the same value in this column of the log.
    pub(crate) fn shows_same(&self, below: &Self, place: usize) -> bool {
        let [own, others] = [self, below].map(|line| {
            let is_removal = matches!(line.subject, LineSubject::Removal(..));
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
    pub(crate) fn cell(&self, place: usize, now: &CellEntry) -> CellData {
        if matches!(self.subject, LineSubject::Removal(..)) && matches!(place, column::ROW | column::OLD) {
            let format = self.kind.and_then(number_format).filter(|_| place == column::OLD);
            return cell_with_content(&CellContent::Empty, format);
        }
        let text = |text: &str| cell_data(&CellEntry::Text(text.to_owned()), None);
        let format = self.kind.and_then(number_format);
        match place {
            0 => text(&self.id),
            1 => cell_data(now, number_format(ColumnKind::DateTime)),
            2 => text(&self.by),
            3 => text(self.tab.title),
            column::ROW => text(&self.row),
            5 => text(self.action),
            column::HEADER => text(&self.header),
            column::OLD => cell_with_content(&self.old, format),
            column::NEW => cell_with_content(&self.new, format),
            _ => CellData::default(),
        }
    }
}

/// Target that a line shows after the call.
#[derive(Clone, Debug)]
pub(crate) struct LoggedCell {
    pub(crate) row: String,
    pub(crate) header: String,
    pub(crate) old: CellContent,
}
