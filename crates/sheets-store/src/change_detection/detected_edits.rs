//! Detected edits of staff: the differences of two reads without this program's own writes, as audit lines. Pure.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::{
    audit::action::{ADDED, CHANGED, REMOVED},
    cell::{Cell, CellContent, from_serial},
    change_detection::{
        own_writes::OwnWriteNote,
        row_diff::{RowDifference, diff_rows},
    },
    read::dataset::{TabRow, TabRows},
    schema::tab::{ColumnKind, Tab},
};

/// Maximum number of rows with lines of their own; more, as after a paste or a clean-up, get one summary line.
const MAX_ROWS_LISTED: usize = 500;
/// Maximum number of characters of an added or removed row in its line.
const MAX_ROW_CHARS: usize = 2_000;

/// Audit line to be written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DetectedEdit {
    pub(crate) tab: &'static Tab,
    /// Id of the row, or its row number if it has none; empty for a summary.
    pub(crate) row: String,
    pub(crate) action: &'static str,
    /// Header of the cell; empty for a whole row.
    pub(crate) column: &'static str,
    pub(crate) old: String,
    pub(crate) new: String,
    /// New value as stored in the cell, dates as numbers.
    pub(crate) plain: String,
    /// The row and its cell “updated at”, if the tab has one and the row has an id.
    pub(crate) stamp: Option<UpdatedAtStamp>,
}

/// Row in which staff changed a cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UpdatedAtStamp {
    pub(crate) id: String,
    /// Index of the tab's column.
    pub(crate) column: usize,
    /// Current value of the cell.
    pub(crate) from: CellContent,
}

/// Lines for all differences that this program did not write.
pub(crate) fn detect_edits(then: &TabRows, now: &TabRows, own: &HashMap<String, OwnWriteNote>) -> Vec<DetectedEdit> {
    let mut found = Vec::new();
    for difference in diff_rows(then, now) {
        match difference {
            RowDifference::Added { now: number } => found.extend(row_added(now.row(number), own)),
            RowDifference::Removed { then: number } => found.extend(row_removed(then.row(number), own)),
            RowDifference::Changed {
                then: before,
                now: after,
                columns,
            } => found.extend(row_changed(then.row(before), now.row(after), &columns, own)),
        }
    }
    let rows: HashSet<(&str, &str)> = found.iter().map(|edit| (edit.action, edit.row.as_str())).collect();
    if rows.len() <= MAX_ROWS_LISTED {
        return found;
    }
    let count = |action: &str| rows.iter().filter(|(what, _)| *what == action).count();
    vec![DetectedEdit {
        tab: now.tab,
        row: String::new(),
        action: CHANGED,
        column: "",
        old: String::new(),
        new: format!(
            "{} rows {ADDED}, {} {CHANGED}, {} {REMOVED}",
            count(ADDED),
            count(CHANGED),
            count(REMOVED)
        ),
        plain: String::new(),
        stamp: None,
    }]
}

fn row_added(row: TabRow<'_>, own: &HashMap<String, OwnWriteNote>) -> Vec<DetectedEdit> {
    let id = row.cell(0).text();
    match own.get(&id).filter(|note| note.is_added) {
        // Own row, though staff may have corrected it before it was read.
        Some(note) => (1..row.columns())
            .filter_map(|column| {
                let written = note.cells.get(&column).cloned().unwrap_or_default();
                changed_cell(row, column, written)
            })
            .collect(),
        // Forms create such ids; another instance of the program wrote the row.
        None if Uuid::try_parse(&id).is_ok() => Vec::new(),
        None => vec![whole_row(row, ADDED)],
    }
}

fn row_removed(row: TabRow<'_>, own: &HashMap<String, OwnWriteNote>) -> Vec<DetectedEdit> {
    let is_ours = own.get(&row.cell(0).text()).is_some_and(|note| note.is_removed);
    if is_ours {
        Vec::new()
    } else {
        vec![whole_row(row, REMOVED)]
    }
}

fn row_changed(
    before: TabRow<'_>,
    after: TabRow<'_>,
    columns: &[usize],
    own: &HashMap<String, OwnWriteNote>,
) -> Vec<DetectedEdit> {
    let written = own.get(&after.cell(0).text());
    let old = |column: usize| {
        let written = written.and_then(|note| note.cells.get(&column)).cloned();
        written.unwrap_or_else(|| before.cell(column).into())
    };
    let changed = columns
        .iter()
        .filter_map(|column| changed_cell(after, *column, old(*column)));
    changed.collect()
}

/// `None` if the cell is unchanged, or only holds the time of the last change.
fn changed_cell(row: TabRow<'_>, column: usize, old: CellContent) -> Option<DetectedEdit> {
    let tab = row.tab();
    if tab.updated_at == Some(column) || old.is_same_as(&row.cell(column).into()) {
        return None;
    }
    let kind = tab.columns[column].kind;
    let id = row.cell(0).text();
    let stamp = tab.updated_at.filter(|_| !id.is_empty()).map(|column| UpdatedAtStamp {
        id,
        column,
        from: row.cell(column).into(),
    });
    Some(DetectedEdit {
        tab,
        row: row_name(row),
        action: CHANGED,
        column: tab.columns[column].header,
        old: display_text(old.as_cell(), kind),
        new: display_text(row.cell(column), kind),
        plain: row.cell(column).text(),
        stamp,
    })
}

fn whole_row(row: TabRow<'_>, action: &'static str) -> DetectedEdit {
    let tab = row.tab();
    let cells = tab.columns.iter().enumerate().skip(1);
    let filled = cells.filter(|(column, _)| row.cell(*column) != Cell::Empty);
    let texts: Vec<String> = filled
        .map(|(column, declared)| format!("{}: {}", declared.header, display_text(row.cell(column), declared.kind)))
        .collect();
    let content: String = texts.join("; ").chars().take(MAX_ROW_CHARS).collect();
    let (old, new) = if action == REMOVED {
        (content, String::new())
    } else {
        (String::new(), content)
    };
    DetectedEdit {
        tab,
        row: row_name(row),
        action,
        column: "",
        old,
        new,
        plain: String::new(),
        stamp: None,
    }
}

fn row_name(row: TabRow<'_>) -> String {
    match row.cell(0).text() {
        id if id.is_empty() => format!("row {}", row.number),
        id => id,
    }
}

/// Value as a person reads it; dates are stored as numbers.
fn display_text(cell: Cell<'_>, kind: ColumnKind) -> String {
    match (cell, kind) {
        (Cell::Number(serial), ColumnKind::DateTime) => from_serial(serial).map(|moment| moment.to_string()),
        (Cell::Number(serial), ColumnKind::Date) => from_serial(serial).map(|moment| moment.date().to_string()),
        _ => None,
    }
    .unwrap_or_else(|| cell.text())
}
