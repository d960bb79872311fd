//! Writing of values: `update`, `clear`, and the summary of what was written.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use crate::{
    a1::{self, CellPosition, MAX_COLUMNS, Rectangle},
    format::user_entered,
    proto::error::ApiError,
    values::{InputContext, InputRows, ValueInputOption},
    workbook::{
        MAX_CELLS, Workbook,
        cell::{Cell, CellEntry, CellStyle, MAX_CHARACTERS},
        sheet::Sheet,
    },
};

/// Summary of a write.
#[derive(Debug, Default)]
pub struct WriteSummary {
    /// Position of the tab.
    pub sheet: usize,
    /// Area from the first target cell to the end of the data.
    pub area: Option<Rectangle>,
    /// Rows with at least one written cell.
    pub rows: BTreeSet<u32>,
    /// Columns with at least one written cell.
    pub columns: BTreeSet<u32>,
    /// Written cells.
    pub cells: u64,
}

impl WriteSummary {
    /// Builds the `UpdateValuesResponse` message.
    pub fn answer(&self, workbook: &Workbook) -> Map<String, Json> {
        let range = self
            .area
            .map(|area| a1::full_name(&workbook.sheets[self.sheet].title, area));
        let mut fields = Map::new();
        fields.insert("spreadsheetId".to_owned(), json!(&*workbook.id));
        fields.insert("updatedRange".to_owned(), json!(range));
        fields.insert("updatedRows".to_owned(), json!(self.rows.len()));
        fields.insert("updatedColumns".to_owned(), json!(self.columns.len()));
        fields.insert("updatedCells".to_owned(), json!(self.cells));
        crate::proto::json::without_defaults(&mut fields);
        fields
    }
}

/// Writes rows into a range given in A1 notation.
///
/// # Errors
/// 400 if the range is invalid or the data does not fit it.
pub fn update(
    workbook: &mut Workbook,
    range: &str,
    rows: &[Vec<Json>],
    input: ValueInputOption,
) -> Result<WriteSummary, ApiError> {
    let located = workbook.locate(range)?;
    let height = length(rows.len());
    let width = rows.iter().map(|row| length(row.len())).max().unwrap_or(0);
    let open = workbook.find(range)?.1;
    let limit = open.within(u32::MAX, u32::MAX);
    if !located.is_origin {
        let title = &workbook.sheets[located.sheet].title;
        let inside = |what: String| {
            let name = a1::full_name(title, located.area);
            Err(ApiError::invalid(format!(
                "Requested writing within range [{name}], but tried writing to {what}"
            )))
        };
        if located.area.left + width > limit.right {
            return inside(format!("column [{}]", a1::column_letters(limit.right)));
        }
        if located.area.top + height > limit.bottom {
            return inside(format!("row [{}]", u64::from(limit.bottom) + 1));
        }
    }
    put(
        workbook,
        located.sheet,
        located.area.first_cell(),
        InputRows { rows, input },
    )
}

fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Grows the grid to contain the given bounds.
///
/// # Errors
/// 400 if the grid would exceed Google's limits.
pub fn make_room(workbook: &mut Workbook, position: usize, bottom: u32, right: u32) -> Result<(), ApiError> {
    let sheet = &workbook.sheets[position];
    let (rows, columns) = (sheet.row_count.max(bottom), sheet.column_count.max(right));
    if (rows, columns) == (sheet.row_count, sheet.column_count) {
        return Ok(());
    }
    check_size(workbook, position, rows, columns)?;
    let sheet = workbook.sheet_mut(position);
    sheet.row_count = rows;
    sheet.column_count = columns;
    Ok(())
}

/// Refuses a grid beyond Google's limits on cells and columns.
///
/// # Errors
/// 400 with Google's message.
pub fn check_size(workbook: &Workbook, position: usize, rows: u32, columns: u32) -> Result<(), ApiError> {
    if columns > MAX_COLUMNS {
        return Err(ApiError::invalid(format!(
            "This action would increase the number of columns in the sheet above the limit of {MAX_COLUMNS} columns."
        )));
    }
    let sheet = workbook.sheets.get(position);
    let before = sheet.map_or(0, |sheet| u64::from(sheet.row_count) * u64::from(sheet.column_count));
    let after = workbook.cell_count() - before + u64::from(rows) * u64::from(columns);
    if after > MAX_CELLS && after > workbook.cell_count() {
        return Err(ApiError::invalid(format!(
            "This action would increase the number of cells in the workbook above the limit of {MAX_CELLS} cells."
        )));
    }
    Ok(())
}

/// Writes rows starting at a cell; `null` leaves its cell unchanged.
///
/// # Errors
/// 400 if a value is too long or the grid would exceed the limits.
pub fn put(
    workbook: &mut Workbook,
    position: usize,
    start: CellPosition,
    values: InputRows<'_>,
) -> Result<WriteSummary, ApiError> {
    let InputRows { rows, input } = values;
    let CellPosition { row: top, column: left } = start;
    let width = rows.iter().map(|row| length(row.len())).max().unwrap_or(0);
    let area = Rectangle {
        top,
        left,
        bottom: top + length(rows.len()),
        right: left + width,
    };
    make_room(workbook, position, area.bottom, area.right)?;
    let mut written = WriteSummary {
        sheet: position,
        area: Some(area),
        ..WriteSummary::default()
    };
    let typing = InputContext {
        input,
        locale: workbook.locale(),
    };
    let sheet = workbook.sheet_mut(position);
    for (row, values) in (top..).zip(rows) {
        put_row(sheet, CellPosition { row, ..start }, values, typing, &mut written)?;
    }
    if area.height() == 0 || area.width() == 0 {
        written.area = Some(Rectangle {
            top,
            left,
            bottom: top + 1,
            right: left + 1,
        });
    }
    Ok(written)
}

fn put_row(
    sheet: &mut Sheet,
    start: CellPosition,
    values: &[Json],
    typing: InputContext,
    written: &mut WriteSummary,
) -> Result<(), ApiError> {
    if values.iter().all(Json::is_null) {
        return Ok(());
    }
    written.rows.insert(start.row);
    sheet.edit_row(start.row, |cells| {
        for (column, value) in (start.column..).zip(values) {
            if value.is_null() {
                continue;
            }
            enter(cells.cell_mut(column), value, typing)?;
            written.columns.insert(column);
            written.cells += 1;
        }
        Ok(())
    })
}

/// Enters one value into one cell.
///
/// # Errors
/// 400 if the text is too long.
pub fn enter(cell: &mut Cell, value: &Json, typing: InputContext) -> Result<(), ApiError> {
    cell.entry = match value {
        Json::Number(number) => number.as_f64().map_or(CellEntry::Blank, CellEntry::Number),
        Json::Bool(flag) => CellEntry::Bool(*flag),
        Json::String(text) => {
            check_length(text)?;
            return enter_text(cell, text, typing);
        }
        _ => CellEntry::Blank,
    };
    Ok(())
}

/// Refuses a text longer than a cell can hold.
///
/// # Errors
/// 400 with Google's message.
pub fn check_length(text: &str) -> Result<(), ApiError> {
    if text.len() > MAX_CHARACTERS && text.encode_utf16().count() > MAX_CHARACTERS {
        return Err(ApiError::invalid(format!(
            "Your input contains more than the maximum of {MAX_CHARACTERS} characters in a single cell."
        )));
    }
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "stands where a fallible branch stands")]
fn enter_text(cell: &mut Cell, text: &str, typing: InputContext) -> Result<(), ApiError> {
    let is_text = cell
        .number_format()
        .is_some_and(crate::format::number_format::NumberFormat::is_text);
    if text.is_empty() {
        cell.entry = CellEntry::Blank;
    } else if typing.input == ValueInputOption::Raw || is_text {
        cell.entry = CellEntry::Text(text.into());
    } else {
        let typed = user_entered::read(text, typing.locale);
        cell.entry = typed.entry;
        if let Some((kind, pattern)) = typed.format {
            cell.style = CellStyle::with_inferred_format(cell.style.as_ref(), kind, &pattern);
        }
    }
    Ok(())
}

/// Clears the entries of a range and returns the range in Google's notation. Formats and notes remain.
///
/// # Errors
/// 400 if the range is invalid.
pub fn clear(workbook: &mut Workbook, range: &str) -> Result<String, ApiError> {
    let located = workbook.locate(range)?;
    let title = std::sync::Arc::clone(&workbook.sheets[located.sheet].title);
    workbook
        .sheet_mut(located.sheet)
        .edit_existing(located.area, |_, _, cell| cell.entry = CellEntry::Blank);
    Ok(a1::full_name(&title, located.area))
}
