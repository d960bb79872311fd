//! Adjustment of ranges and formulas after rows or columns were inserted, deleted or moved.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::{
    a1::Rectangle,
    batch::targets,
    formula,
    workbook::{
        Workbook,
        cell::{Cell, CellEntry},
        dimension::{Dimension, landing},
        sheet::DimensionGroup,
    },
};

/// Change of rows or columns.
#[derive(Clone, Copy, Debug)]
pub enum DimensionShift {
    /// Insertion: index, count.
    Insert(u32, u32),
    /// Deletion: start, exclusive end.
    Delete(u32, u32),
    /// Move: start, exclusive end, and the destination index before the move.
    Move(u32, u32, u32),
}

impl DimensionShift {
    /// Position of a range after the change; `None` if it was deleted.
    fn moved(self, start: u32, end: u32) -> Option<(u32, u32)> {
        match self {
            Self::Insert(index, count) if index <= start => Some((start + count, end + count)),
            Self::Insert(index, count) if index < end => Some((start, end + count)),
            Self::Insert(..) => Some((start, end)),
            Self::Delete(first, last) => {
                let fall = |at: u32| {
                    if at <= first {
                        at
                    } else {
                        first.max(at.saturating_sub(last - first))
                    }
                };
                let moved = (fall(start), fall(end));
                (moved.0 < moved.1).then_some(moved)
            }
            Self::Move(first, last, destination) => Some(after_move((start, end), (first, last), destination)),
        }
    }
}

/// Position of a range after a move. If only part of it moved, the part that stayed counts, unless the two still touch.
fn after_move((start, end): (u32, u32), (first, last): (u32, u32), destination: u32) -> (u32, u32) {
    let landing = |at| landing(at, (first, last), destination);
    let span = |start: u32, end: u32| (start < end).then(|| (landing(start), landing(end - 1) + 1));
    let before = span(start, end.min(first));
    let behind = span(start.max(last), end);
    let moved = span(start.max(first), end.min(last));
    let bounds = |one: (u32, u32), other: (u32, u32)| (one.0.min(other.0), one.1.max(other.1));
    let stayed = match (before, behind) {
        (Some(before), Some(behind)) => Some(bounds(before, behind)),
        (before, behind) => before.or(behind),
    };
    match (stayed, moved) {
        (Some(stayed), Some(moved)) if moved.0 <= stayed.1 && stayed.0 <= moved.1 => bounds(stayed, moved),
        (Some(stayed), _) => stayed,
        (None, moved) => moved.unwrap_or((start, end)),
    }
}

/// Adjusts everything in the spreadsheet that refers to cells of a tab.
pub fn shift(workbook: &mut Workbook, position: usize, dimension: Dimension, shift: DimensionShift) {
    let id = workbook.sheets[position].id;
    let adjust = |value: &mut Json| adjust(value, id, dimension, shift);
    if !workbook.named_ranges.is_empty() {
        Arc::make_mut(&mut workbook.named_ranges).retain_mut(adjust);
    }
    let furniture = Arc::clone(&workbook.sheets[position].furniture);
    let is_plain = furniture.merges.is_empty()
        && furniture.basic_filter.is_none()
        && furniture.lists.values().all(Vec::is_empty)
        && furniture.row_groups.is_empty()
        && furniture.column_groups.is_empty();
    if !is_plain {
        let furniture = workbook.sheet_mut(position).details_mut();
        furniture.merges = furniture
            .merges
            .iter()
            .filter_map(|merge| rectangle(*merge, dimension, shift))
            .collect();
        furniture.merges.retain(|merge| merge.height() > 1 || merge.width() > 1);
        let views = furniture.lists.get_mut("filterViews").into_iter().flatten();
        if dimension == Dimension::Columns {
            views
                .chain(furniture.basic_filter.as_mut())
                .for_each(|filter| shift_filter_columns(filter, shift));
        }
        if furniture.basic_filter.as_mut().is_some_and(|filter| !adjust(filter)) {
            furniture.basic_filter = None;
        }
        for list in furniture.lists.values_mut() {
            list.retain_mut(adjust);
        }
        let groups = match dimension {
            Dimension::Rows => &mut furniture.row_groups,
            Dimension::Columns => &mut furniture.column_groups,
        };
        *groups = groups.iter().filter_map(|group| moved_group(group, shift)).collect();
    }
    shift_formulas(workbook, position, dimension, shift);
}

fn moved_group(group: &DimensionGroup, shift: DimensionShift) -> Option<DimensionGroup> {
    let (start, end) = shift.moved(group.start, group.end)?;
    Some(DimensionGroup {
        start,
        end,
        ..group.clone()
    })
}

fn rectangle(area: Rectangle, dimension: Dimension, shift: DimensionShift) -> Option<Rectangle> {
    Some(match dimension {
        Dimension::Rows => {
            let (top, bottom) = shift.moved(area.top, area.bottom)?;
            Rectangle { top, bottom, ..area }
        }
        Dimension::Columns => {
            let (left, right) = shift.moved(area.left, area.right)?;
            Rectangle { left, right, ..area }
        }
    })
}

/// Adjusts every `GridRange` in a message; `false` if one of them was deleted.
fn adjust(value: &mut Json, id: i32, dimension: Dimension, shift: DimensionShift) -> bool {
    match value {
        Json::Object(fields) => {
            let own = fields.get("dimension").and_then(Json::as_str);
            let (first, last) = match (dimension, own) {
                (Dimension::Rows, Some("ROWS")) | (Dimension::Columns, Some("COLUMNS")) => ("startIndex", "endIndex"),
                (Dimension::Rows, _) => ("startRowIndex", "endRowIndex"),
                (Dimension::Columns, _) => ("startColumnIndex", "endColumnIndex"),
            };
            let ends = (
                fields.get(first).and_then(Json::as_u64),
                fields.get(last).and_then(Json::as_u64),
            );
            let is_here = targets::sheet_id(&json!({"sheetId": fields.get("sheetId").cloned()})) == id;
            if let (true, (Some(start), Some(end))) = (is_here, ends) {
                let narrow = |index: u64| u32::try_from(index).unwrap_or(u32::MAX);
                let Some((start, end)) = shift.moved(narrow(start), narrow(end)) else {
                    return false;
                };
                fields.insert(first.to_owned(), json!(start));
                fields.insert(last.to_owned(), json!(end));
            }
            fields.values_mut().all(|value| adjust(value, id, dimension, shift))
        }
        Json::Array(items) => items.iter_mut().all(|item| adjust(item, id, dimension, shift)),
        _ => true,
    }
}

/// Adjusts the column indices in the criteria and sort order of a filter.
fn shift_filter_columns(filter: &mut Json, shift: DimensionShift) {
    let moved = |column: u64| {
        let column = u32::try_from(column).ok()?;
        shift.moved(column, column + 1).map(|(start, _)| start)
    };
    for (list, field) in [("sortSpecs", "dimensionIndex"), ("filterSpecs", "columnIndex")] {
        if let Some(specs) = filter.get_mut(list).and_then(Json::as_array_mut) {
            specs.retain_mut(|spec| {
                let column = moved(spec.get(field).and_then(Json::as_u64).unwrap_or(0));
                column.map(|column| spec[field] = json!(column)).is_some()
            });
        }
    }
    if let Some(Json::Object(criteria)) = filter.get_mut("criteria") {
        *criteria = std::mem::take(criteria)
            .into_iter()
            .filter_map(|(column, rule)| Some((moved(column.parse().ok()?)?.to_string(), rule)))
            .collect();
    }
}

fn shift_formulas(workbook: &mut Workbook, position: usize, dimension: Dimension, shift: DimensionShift) {
    let title = Arc::clone(&workbook.sheets[position].title);
    for index in 0..workbook.sheets.len() {
        if !workbook.sheets[index].has_formulas {
            continue;
        }
        let own_title = Arc::clone(&workbook.sheets[index].title);
        let place = formula::DimensionChange {
            own_title: &own_title,
            title: &title,
            dimension,
        };
        let rewrite =
            |formula: &str| formula::after_dimension_change(formula, place, |start, end| shift.moved(start, end));
        rewrite_formulas(workbook, index, &rewrite);
    }
}

/// Replaces every formula of a tab for which the rule returns a new text.
fn rewrite_formulas(workbook: &mut Workbook, position: usize, rule: &dyn Fn(&str) -> Option<String>) {
    let affected = |cell: &Cell| matches!(&cell.entry, CellEntry::Formula(text) if rule(text).is_some());
    let rows: Vec<u32> = (0u32..)
        .zip(workbook.sheets[position].rows())
        .filter(|(_, row)| row.cells.iter().any(affected))
        .map(|(index, _)| index)
        .collect();
    for index in rows {
        workbook.sheet_mut(position).edit_row(index, |row| {
            for cell in &mut row.cells {
                if let CellEntry::Formula(text) = &mut cell.entry
                    && let Some(changed) = rule(text)
                {
                    *text = changed.into();
                }
            }
        });
    }
}
