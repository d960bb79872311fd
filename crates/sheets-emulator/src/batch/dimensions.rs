//! Requests that insert, delete, move, append and resize rows or columns.

use serde_json::{Map, Value as Json, json};

use crate::{
    a1::Rectangle,
    batch::{
        flag, mask, object,
        range_shift::{self, DimensionShift},
        targets::{self, DimensionSpan},
        whole,
    },
    formula::Evaluator,
    proto::error::ApiError,
    values::{read, write::check_size},
    workbook::{
        Workbook,
        dimension::{Dimension, IndexSpan},
        sheet::Sheet,
    },
};

fn grown(sheet: &Sheet, dimension: Dimension, count: u32) -> (u32, u32) {
    match dimension {
        Dimension::Rows => (sheet.row_count.saturating_add(count), sheet.column_count),
        Dimension::Columns => (sheet.row_count, sheet.column_count.saturating_add(count)),
    }
}

/// Applies `insertDimension`.
pub fn insert(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let span = targets::span(workbook, body.get("range").unwrap_or(&Json::Null))?;
    let inherit = flag(body, "inheritFromBefore");
    let sheet = &workbook.sheets[span.sheet];
    let length = targets::length(sheet, span.dimension);
    let count = span.end - span.start;
    if inherit && span.start == 0 {
        return Err(ApiError::invalid(
            "inheritFromBefore cannot be true if inserting at the first index.",
        ));
    }
    if span.start > length || (span.start == length && !inherit) {
        let start = span.start;
        return Err(ApiError::invalid(format!(
            "range.startIndex[{start}] must be less than the grid size[{length}]"
        )));
    }
    let (rows, columns) = grown(sheet, span.dimension, count);
    check_size(workbook, span.sheet, rows, columns)?;
    match span.dimension {
        Dimension::Rows => {
            let neighbour = if inherit { span.start - 1 } else { span.start };
            let template = sheet.row(neighbour).cloned();
            workbook
                .sheet_mut(span.sheet)
                .insert_rows(span.start, count, template.as_deref());
        }
        Dimension::Columns => {
            // Without `inheritFromBefore` the new columns take the format of the column that moves right.
            let neighbour = if inherit { span.start - 1 } else { span.start };
            workbook
                .sheet_mut(span.sheet)
                .insert_columns(span.start, count, Some(neighbour));
        }
    }
    range_shift::shift(
        workbook,
        span.sheet,
        span.dimension,
        DimensionShift::Insert {
            index: span.start,
            count,
        },
    );
    Ok(())
}

/// Inserts blank rows into a tab, with the format of the row above.
pub fn insert_rows_at(workbook: &mut Workbook, position: usize, index: u32, count: u32) {
    let template = index
        .checked_sub(1)
        .and_then(|above| workbook.sheets[position].row(above).cloned());
    workbook
        .sheet_mut(position)
        .insert_rows(index, count, template.as_deref());
    range_shift::shift(
        workbook,
        position,
        Dimension::Rows,
        DimensionShift::Insert { index, count },
    );
}

/// Deletes rows of a tab.
pub fn delete_rows_at(workbook: &mut Workbook, position: usize, start: u32, end: u32) {
    workbook.sheet_mut(position).delete_rows(start, end);
    range_shift::shift(
        workbook,
        position,
        Dimension::Rows,
        DimensionShift::Delete(IndexSpan { start, end }),
    );
}

/// Applies `deleteDimension`.
pub fn delete(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let DimensionSpan {
        sheet,
        dimension,
        start,
        end,
    } = targets::span(workbook, body.get("range").unwrap_or(&Json::Null))?;
    let length = targets::length(&workbook.sheets[sheet], dimension);
    if start >= length {
        return Err(ApiError::invalid(format!(
            "Cannot delete a {} that doesn't exist. Tried to delete {} index {start} but there are only {length} {}s.",
            name_of(dimension),
            name_of(dimension),
            name_of(dimension)
        )));
    }
    let end = end.min(length);
    if start == 0 && end == length {
        return Err(ApiError::invalid(format!(
            "You can't delete all the {}s on the sheet.",
            name_of(dimension)
        )));
    }
    if end - start == length - frozen(&workbook.sheets[sheet], dimension) && start > 0 && end == length {
        let noun = name_of(dimension);
        return Err(ApiError::invalid(format!(
            "Sorry, it is not possible to delete all non-frozen {noun}s."
        )));
    }
    match dimension {
        Dimension::Rows => workbook.sheet_mut(sheet).delete_rows(start, end),
        Dimension::Columns => workbook.sheet_mut(sheet).delete_columns(start, end),
    }
    range_shift::shift(
        workbook,
        sheet,
        dimension,
        DimensionShift::Delete(IndexSpan { start, end }),
    );
    Ok(())
}

fn name_of(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Rows => "row",
        Dimension::Columns => "column",
    }
}

/// Number of frozen rows or columns of a tab.
fn frozen(sheet: &Sheet, dimension: Dimension) -> u32 {
    let name = match dimension {
        Dimension::Rows => "frozenRowCount",
        Dimension::Columns => "frozenColumnCount",
    };
    sheet
        .details
        .properties
        .get("gridProperties")
        .map_or(0, |grid| whole(grid, name))
}

/// Resizes a grid; ranges beyond the new size are clipped.
pub fn truncate(workbook: &mut Workbook, position: usize, rows: u32, columns: u32) {
    let (old_rows, old_columns) = (
        workbook.sheets[position].row_count,
        workbook.sheets[position].column_count,
    );
    workbook.sheet_mut(position).resize(rows, columns);
    if rows < old_rows {
        range_shift::shift(
            workbook,
            position,
            Dimension::Rows,
            DimensionShift::Delete(IndexSpan {
                start: rows,
                end: old_rows,
            }),
        );
    }
    if columns < old_columns {
        range_shift::shift(
            workbook,
            position,
            Dimension::Columns,
            DimensionShift::Delete(IndexSpan {
                start: columns,
                end: old_columns,
            }),
        );
    }
}

/// Applies `appendDimension`.
pub fn append(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let position = targets::position(workbook, body)?;
    let length = whole(body, "length");
    if length == 0 {
        return Err(ApiError::invalid("length must be greater than 0."));
    }
    let (rows, columns) = grown(&workbook.sheets[position], targets::dimension(body)?, length);
    check_size(workbook, position, rows, columns)?;
    let sheet = workbook.sheet_mut(position);
    sheet.row_count = rows;
    sheet.column_count = columns;
    Ok(())
}

/// Applies `moveDimension`; the destination index refers to the positions before the move.
pub fn relocate(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let DimensionSpan {
        sheet,
        dimension,
        start,
        end,
    } = targets::span(workbook, body.get("source").unwrap_or(&Json::Null))?;
    let destination = whole(body, "destinationIndex");
    let length = targets::length(&workbook.sheets[sheet], dimension);
    if start >= length || end > length || destination > length {
        return Err(ApiError::invalid(format!(
            "Cannot move {}s outside of the grid.",
            name_of(dimension)
        )));
    }
    if (start..=end).contains(&destination) {
        return Err(ApiError::invalid(format!(
            "destinationIndex[{destination}] must be outside the requested range[{start}-{end}]"
        )));
    }
    let target = workbook.sheet_mut(sheet);
    match dimension {
        Dimension::Rows => target.move_rows(start, end, destination),
        Dimension::Columns => target.move_columns(start, end, destination),
    }
    range_shift::shift(
        workbook,
        sheet,
        dimension,
        DimensionShift::Move {
            span: IndexSpan { start, end },
            destination,
        },
    );
    Ok(())
}

/// Applies `updateDimensionProperties`.
pub fn update_properties(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let DimensionSpan {
        sheet,
        dimension,
        start,
        end,
    } = targets::span(workbook, body.get("range").unwrap_or(&Json::Null))?;
    let (mask, source) = (mask(body)?, object(body, "properties"));
    let end = end.min(targets::length(&workbook.sheets[sheet], dimension));
    for index in start..end {
        change_properties(workbook.sheet_mut(sheet), dimension, index, &|fields| {
            mask.copy(&source, fields);
            crate::proto::json::without_defaults(fields);
        });
    }
    Ok(())
}

fn change_properties(sheet: &mut Sheet, dimension: Dimension, index: u32, change: &dyn Fn(&mut Map<String, Json>)) {
    match dimension {
        Dimension::Rows => sheet.edit_row(index, |row| {
            let mut fields = row.properties.take().map(|fields| *fields).unwrap_or_default();
            change(&mut fields);
            row.properties = (!fields.is_empty()).then(|| Box::new(fields));
        }),
        Dimension::Columns => {
            let columns = &mut sheet.details_mut().columns;
            let fields = columns.entry(index).or_default();
            change(fields);
            if fields.is_empty() {
                columns.remove(&index);
            }
        }
    }
}

/// Applies `autoResizeDimensions`: column width of the longest text at about seven pixels a character.
pub fn auto_resize(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let DimensionSpan {
        sheet,
        dimension,
        start,
        end,
    } = targets::span(workbook, body.get("dimensions").unwrap_or(&Json::Null))?;
    let end = end.min(targets::length(&workbook.sheets[sheet], dimension));
    let sizes: Vec<u32> = (start..end)
        .map(|index| match dimension {
            Dimension::Rows => 21,
            Dimension::Columns => column_width(workbook, sheet, index),
        })
        .collect();
    for (index, size) in (start..).zip(sizes) {
        if dimension == Dimension::Columns {
            change_properties(workbook.sheet_mut(sheet), dimension, index, &|fields| {
                fields.insert("pixelSize".to_owned(), json!(size));
            });
        }
    }
    Ok(())
}

fn column_width(workbook: &Workbook, position: usize, column: u32) -> u32 {
    let evaluator = Evaluator::new(workbook);
    let sheet = &workbook.sheets[position];
    let filled = Rectangle {
        left: column,
        right: column + 1,
        bottom: sheet.filled_rows(),
        top: 0,
    };
    let longest = (filled.top..filled.bottom)
        .filter_map(|row| {
            let cell = sheet.cell(row, column)?;
            Some(
                read::display_text(&evaluator.cell(position, row, column), cell, evaluator.locale)
                    .chars()
                    .count(),
            )
        })
        .max();
    longest
        .filter(|length| *length > 0)
        .map_or(100, |length| u32::try_from(length * 7 + 8).unwrap_or(2000).min(2000))
}
