//! Method `values.append`: finds the table that a range touches and writes below it.
//!
//! A table is a block of adjacent filled cells, also at their corners. Of several tables in the range the last one is
//! used; without a table, rows are written at the start of the range. Therefore rows that start with a blank cell shift
//! to the right, as in the real service.
//!
//! Source: <https://developers.google.com/workspace/sheets/api/guides/values#append_values>

use crate::{
    a1::{CellPosition, Rectangle},
    proto::error::ApiError,
    values::{
        InputRows, InsertDataOption,
        write::{self, WriteSummary},
    },
    workbook::{Workbook, sheet::Sheet},
};

/// Result of an append.
pub struct AppendSummary {
    /// Table before the append, if the range touched one.
    pub table: Option<Rectangle>,
    /// Written cells.
    pub written: WriteSummary,
}

/// Appends rows to the table that a range touches.
///
/// # Errors
/// 400 if the range is invalid or the grid would exceed the limits.
pub fn append(
    workbook: &mut Workbook,
    range: &str,
    values: InputRows<'_>,
    insert: InsertDataOption,
) -> Result<AppendSummary, ApiError> {
    let located = workbook.locate(range)?;
    let sheet = &workbook.sheets[located.sheet];
    let table = last_table(sheet, located.area);
    let start = table.map_or(located.area.first_cell(), |table| CellPosition {
        row: table.bottom,
        column: table.left,
    });
    if insert == InsertDataOption::InsertRows && table.is_some() && start.row < sheet.row_count {
        let count = u32::try_from(values.rows.len()).unwrap_or(u32::MAX);
        write::check_size(
            workbook,
            located.sheet,
            sheet.row_count.saturating_add(count),
            sheet.column_count,
        )?;
        crate::batch::dimensions::insert_rows_at(workbook, located.sheet, start.row, count);
    }
    let written = write::put(workbook, located.sheet, start, values)?;
    Ok(AppendSummary { table, written })
}

/// Table with the lowest end among those that an area touches.
fn last_table(sheet: &Sheet, area: Rectangle) -> Option<Rectangle> {
    let last = area.bottom.min(sheet.filled_rows());
    let (row, column) = (area.top..last).rev().find_map(|row| {
        let width = sheet
            .row(row)
            .map_or(0, |row| u32::try_from(row.cells.len()).unwrap_or(u32::MAX));
        (area.left..area.right.min(width))
            .rev()
            .find(|column| sheet.is_filled(row, *column))
            .map(|column| (row, column))
    })?;
    Some(block(
        sheet,
        Rectangle {
            top: row,
            left: column,
            bottom: row + 1,
            right: column + 1,
        },
    ))
}

/// Extends a rectangle until no filled cell touches it.
fn block(sheet: &Sheet, seed: Rectangle) -> Rectangle {
    let mut area = seed;
    let rows = sheet.filled_rows();
    loop {
        let before = area;
        let filled_row = |row: u32, area: &Rectangle| {
            (area.left.saturating_sub(1)..=area.right).any(|column| sheet.is_filled(row, column))
        };
        while area.top > 0 && filled_row(area.top - 1, &area) {
            area.top -= 1;
        }
        while area.bottom < rows && filled_row(area.bottom, &area) {
            area.bottom += 1;
        }
        let filled_column = |column: u32, area: &Rectangle| {
            (area.top.saturating_sub(1)..=area.bottom).any(|row| sheet.is_filled(row, column))
        };
        while area.left > 0 && filled_column(area.left - 1, &area) {
            area.left -= 1;
        }
        while area.right < sheet.column_count && filled_column(area.right, &area) {
            area.right += 1;
        }
        if area == before {
            return area;
        }
    }
}
