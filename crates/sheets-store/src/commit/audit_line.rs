//! Audit lines that a call adds to the audit log.

use crate::{
    audit::{action, column},
    cell::{CellContent, CellEntry},
    commit::{
        fencing::{AuditLineId, CallKey, LineTarget, RemovedCellIndex},
        plan::{CellLogging, CreationLine, RemovedCell, WritePlan},
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
    /// Cell of an edit, by its index in the plan and in the edit.
    Edit { edit: usize, cell: usize },
    /// Cell of a removal, by its index in the plan and in the removal.
    Removal { removal: usize, column: usize },
    /// New row, so nothing can be overwritten.
    New,
}

/// Lines of a plan: those of edits, of removals, and of new rows, in this order. Within a block, the lines of one
/// column come before those of the next.
pub(crate) fn audit_lines(plan: &WritePlan, blocks: &RowBlocks, call: CallKey) -> Vec<AuditLine> {
    let mut lines = Vec::new();
    for block in &blocks.edits {
        for (cell, _) in plan.edits[block.start].logged() {
            lines.extend(block.clone().map(|edit| AuditLine::of_cell(plan, edit, cell)));
        }
    }
    for block in &blocks.removals {
        for column in 0..plan.removals[block.start].columns.len() {
            let of_row = |removal| AuditLine::of_removed_cell(plan, removal, column);
            lines.extend(block.clone().map(of_row));
        }
    }
    let columns = plan.removals.iter().map(|removal| removal.columns.len()).max();
    let can_name = AuditLineId::can_name(plan.removals.len(), columns.unwrap_or(0));
    for (place, line) in lines.iter_mut().enumerate() {
        // A deleted row includes the cells of all columns.
        let whole_row = LineTarget {
            tab: line.tab.title,
            row: &line.row,
            header: "",
        };
        let id = match line.subject {
            LineSubject::Removal { removal: row, column } if can_name => {
                AuditLineId::of_removal(call, RemovedCellIndex { row, column }, whole_row)
            }
            LineSubject::Edit { .. } => {
                let header = &line.header;
                AuditLineId::new(call, place, LineTarget { header, ..whole_row })
            }
            LineSubject::Removal { .. } | LineSubject::New => AuditLineId::new(call, place, whole_row),
        };
        line.id = id.to_string();
    }
    lines.extend(plan.additions.iter().filter_map(|addition| {
        let CreationLine { id, action, content } = addition.line.clone()?;
        Some(AuditLine {
            id,
            by: addition.by.clone(),
            action,
            new: content.map_or(CellContent::Empty, |content| CellContent::Text(content.to_string())),
            ..AuditLine::of_whole_row(addition.tab, addition.id_text())
        })
    }));
    for restored in &plan.restored {
        let target = LineTarget {
            tab: restored.tab.title,
            row: &restored.id,
            header: "",
        };
        lines.push(AuditLine {
            id: AuditLineId::new(call, lines.len(), target).to_string(),
            by: restored.by.to_owned(),
            action: action::REPAIRED,
            ..AuditLine::of_whole_row(restored.tab, restored.id.clone())
        });
    }
    lines
}

impl AuditLine {
    fn of_cell(plan: &WritePlan, edit: usize, cell: usize) -> Self {
        let subject = LineSubject::Edit { edit, cell };
        let edit = &plan.edits[edit];
        let cell = &edit.cells[cell];
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
            subject,
        }
    }

    fn of_removed_cell(plan: &WritePlan, removal: usize, column: usize) -> Self {
        let subject = LineSubject::Removal { removal, column };
        let removal = &plan.removals[removal];
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
            subject,
        }
    }

    /// Line about a whole row that overwrites nothing, without id, author and action.
    fn of_whole_row(tab: &'static Tab, row: String) -> Self {
        Self {
            id: String::new(),
            by: String::new(),
            tab,
            row,
            action: "",
            header: String::new(),
            kind: None,
            old: CellContent::Empty,
            new: CellContent::Empty,
            subject: LineSubject::New,
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

    /// Whether `below` has the same value in this column of the log.
    pub(crate) fn shows_same(&self, below: &Self, place: usize) -> bool {
        let [own, others] = [self, below].map(|line| {
            let is_removal = matches!(line.subject, LineSubject::Removal { .. });
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
        if matches!(self.subject, LineSubject::Removal { .. }) && matches!(place, column::ROW | column::OLD) {
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

/// Content of a line that has to be written again.
#[derive(Clone, Debug)]
pub(crate) struct LineContent {
    pub(crate) id: String,
    /// Id of the row.
    pub(crate) row: CellEntry,
    /// Value before the change.
    pub(crate) old: CellContent,
}
