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
        dimension::{Dimension, IndexSpan, index_after_move},
        sheet::DimensionGroup,
    },
};

/// Change of rows or columns.
#[derive(Clone, Copy, Debug)]
pub enum DimensionShift {
    /// Insertion of `count` rows or columns before `index`.
    Insert {
        /// Index that the first inserted one gets.
        index: u32,
        /// Number of inserted ones.
        count: u32,
    },
    /// Deletion.
    Delete(IndexSpan),
    /// Move.
    Move {
        /// What moves.
        span: IndexSpan,
        /// Index that it moves to, before the move.
        destination: u32,
    },
}

impl DimensionShift {
    /// Position of a range after the change; `None` if it was deleted.
    fn moved(self, span: IndexSpan) -> Option<IndexSpan> {
        let IndexSpan { start, end } = span;
        match self {
            Self::Insert { index, count } if index <= start => Some(IndexSpan {
                start: start + count,
                end: end + count,
            }),
            Self::Insert { index, count } if index < end => Some(IndexSpan {
                start,
                end: end + count,
            }),
            Self::Insert { .. } => Some(span),
            Self::Delete(deleted) => {
                let after_deletion = |at: u32| {
                    if at <= deleted.start {
                        at
                    } else {
                        deleted.start.max(at.saturating_sub(deleted.end - deleted.start))
                    }
                };
                let (start, end) = (after_deletion(start), after_deletion(end));
                (start < end).then_some(IndexSpan { start, end })
            }
            Self::Move {
                span: moved,
                destination,
            } => Some(after_move(span, moved, destination)),
        }
    }
}

/// Position of a range after a move. If only part of it moved, the part that stayed counts, unless the two still touch.
fn after_move(range: IndexSpan, moved: IndexSpan, destination: u32) -> IndexSpan {
    let after = |at| index_after_move(at, moved, destination);
    let part = |start: u32, end: u32| {
        (start < end).then(|| IndexSpan {
            start: after(start),
            end: after(end - 1) + 1,
        })
    };
    let before = part(range.start, range.end.min(moved.start));
    let behind = part(range.start.max(moved.end), range.end);
    let inside = part(range.start.max(moved.start), range.end.min(moved.end));
    let bounds = |one: IndexSpan, other: IndexSpan| IndexSpan {
        start: one.start.min(other.start),
        end: one.end.max(other.end),
    };
    let stayed = match (before, behind) {
        (Some(before), Some(behind)) => Some(bounds(before, behind)),
        (before, behind) => before.or(behind),
    };
    match (stayed, inside) {
        (Some(stayed), Some(inside)) if inside.start <= stayed.end && stayed.start <= inside.end => {
            bounds(stayed, inside)
        }
        (Some(stayed), _) => stayed,
        (None, inside) => inside.unwrap_or(range),
    }
}

/// Adjusts everything in the spreadsheet that refers to cells of a tab.
pub fn shift(workbook: &mut Workbook, position: usize, dimension: Dimension, shift: DimensionShift) {
    let id = workbook.sheets[position].id;
    let shift_value = |value: &mut Json| shift_ranges(value, id, dimension, shift);
    if !workbook.named_ranges.is_empty() {
        Arc::make_mut(&mut workbook.named_ranges).retain_mut(shift_value);
    }
    let details = Arc::clone(&workbook.sheets[position].details);
    let is_plain = details.merges.is_empty()
        && details.basic_filter.is_none()
        && details.lists.values().all(Vec::is_empty)
        && details.row_groups.is_empty()
        && details.column_groups.is_empty();
    if !is_plain {
        let details = workbook.sheet_mut(position).details_mut();
        details.merges = details
            .merges
            .iter()
            .filter_map(|merge| rectangle(*merge, dimension, shift))
            .collect();
        details.merges.retain(|merge| merge.height() > 1 || merge.width() > 1);
        let views = details.lists.get_mut("filterViews").into_iter().flatten();
        if dimension == Dimension::Columns {
            views
                .chain(details.basic_filter.as_mut())
                .for_each(|filter| shift_filter_columns(filter, shift));
        }
        if details.basic_filter.as_mut().is_some_and(|filter| !shift_value(filter)) {
            details.basic_filter = None;
        }
        for list in details.lists.values_mut() {
            list.retain_mut(shift_value);
        }
        let groups = match dimension {
            Dimension::Rows => &mut details.row_groups,
            Dimension::Columns => &mut details.column_groups,
        };
        *groups = groups.iter().filter_map(|group| moved_group(group, shift)).collect();
    }
    shift_formulas(workbook, position, dimension, shift);
}

fn moved_group(group: &DimensionGroup, shift: DimensionShift) -> Option<DimensionGroup> {
    let IndexSpan { start, end } = shift.moved(IndexSpan {
        start: group.start,
        end: group.end,
    })?;
    Some(DimensionGroup {
        start,
        end,
        ..group.clone()
    })
}

fn rectangle(area: Rectangle, dimension: Dimension, shift: DimensionShift) -> Option<Rectangle> {
    Some(match dimension {
        Dimension::Rows => {
            let rows = shift.moved(IndexSpan {
                start: area.top,
                end: area.bottom,
            })?;
            Rectangle {
                top: rows.start,
                bottom: rows.end,
                ..area
            }
        }
        Dimension::Columns => {
            let columns = shift.moved(IndexSpan {
                start: area.left,
                end: area.right,
            })?;
            Rectangle {
                left: columns.start,
                right: columns.end,
                ..area
            }
        }
    })
}

/// Adjusts every `GridRange` in a message; `false` if one of them was deleted.
fn shift_ranges(value: &mut Json, id: i32, dimension: Dimension, shift: DimensionShift) -> bool {
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
                let span = IndexSpan {
                    start: narrow(start),
                    end: narrow(end),
                };
                let Some(span) = shift.moved(span) else {
                    return false;
                };
                fields.insert(first.to_owned(), json!(span.start));
                fields.insert(last.to_owned(), json!(span.end));
            }
            fields
                .values_mut()
                .all(|value| shift_ranges(value, id, dimension, shift))
        }
        Json::Array(items) => items.iter_mut().all(|item| shift_ranges(item, id, dimension, shift)),
        _ => true,
    }
}

/// Adjusts the column indices in the criteria and sort order of a filter.
fn shift_filter_columns(filter: &mut Json, shift: DimensionShift) {
    let moved = |column: u64| {
        let column = u32::try_from(column).ok()?;
        shift
            .moved(IndexSpan {
                start: column,
                end: column + 1,
            })
            .map(|span| span.start)
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
        let rewrite = |formula: &str| formula::after_dimension_change(formula, place, |span| shift.moved(span));
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
