//! The lines that a call adds to the audit log.

use std::ops::Range;

use uuid::Uuid;

use super::{
    super::{
        audit::{TALLYBOARD, action, column},
        cell::{Content, Entry},
        google::CellData,
        requests::{Stretch, cell_data, cell_with, number_format},
        tab::{Kind, Tab},
    },
    plan::{Edit, Plan},
    verdict::Hit,
};

#[derive(Clone)]
pub(super) struct Log {
    pub(super) sheet_id: i32,
    /// Of the first line, counted from 0.
    pub(super) first_row: usize,
    pub(super) row: usize,
    pub(super) header: usize,
    pub(super) old: usize,
}

/// A line of the audit log, as it is known before the call.
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

/// What a line is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// The cell of an edit, by place in the plan and in the edit.
    Edit(usize, usize),
    Removal(usize, usize),
    /// A row that is new, so that nothing can be overwritten.
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

/// The lines of a plan: those of edits, of removals, and of new rows, in this order.
pub(super) fn lines(plan: &Plan, blocks: &[Range<usize>], key: Uuid) -> Vec<Line> {
    let mut lines = Vec::new();
    for block in blocks {
        for (place, _) in plan.edits[block.start].logged() {
            lines.extend(
                block
                    .clone()
                    .map(|index| Line::of_cell(&plan.edits[index], (index, place))),
            );
        }
    }
    let removals = plan.removals.iter().enumerate();
    for (index, removal) in removals {
        let columns = removal.columns.iter().enumerate();
        lines.extend(columns.map(|(column, (_, header, kind))| Line {
            id: String::new(),
            by: removal.by.clone(),
            tab: removal.tab,
            row: removal.id.clone(),
            action: action::DELETED,
            header: header.clone(),
            kind: *kind,
            old: Content::Empty,
            new: Content::Empty,
            subject: Subject::Removal(index, column),
        }));
    }
    for (index, line) in lines.iter_mut().enumerate() {
        line.id = Uuid::new_v5(&key, &index.to_be_bytes()).to_string();
    }
    lines.extend(plan.additions.iter().filter_map(|addition| {
        let line = addition.line.clone()?;
        Some(Line::of_new_row(
            (line.id, &addition.by, line.action),
            addition.tab,
            addition.id_text(),
        ))
    }));
    for (index, restored) in plan.restored.iter().enumerate() {
        let id = Uuid::new_v5(&key, format!("restored {index}").as_bytes()).to_string();
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
            action: edit.action,
            header: cell.header.clone(),
            kind: cell.kind,
            old: cell.found.clone(),
            new: cell.wanted.clone(),
            subject: Subject::Edit(index, place),
        }
    }

    /// What it shows when nothing was moved.
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

    /// The cell of one of the log's columns.
    pub(super) fn cell(&self, place: usize, now: &Entry) -> CellData {
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
