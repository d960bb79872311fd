//! Requests of one atomic `spreadsheets.batchUpdate`, built from rows and cells.
//!
//! Rows are inserted below the data and then filled: a row that appeared there in the meantime is pushed down, not
//! lost. Values are typed and never formulas, so `=IMPORTXML(…)` from a form stays text. An update changes only the
//! value of a cell and keeps its format, note and validation.

use crate::{
    cell::{CellContent, CellEntry, to_serial},
    google::wire_types::{
        AddNamedRangeRequest, AppendDimensionRequest, CellData, CellFormat, CopyPasteRequest, DeleteDimensionRequest,
        DeleteNamedRangeRequest, DimensionRange, ExtendedValue, FieldMask, GridCoordinate, GridRange,
        InsertDimensionRequest, NamedRange, NumberFormat, RepeatCellRequest, RowData, SheetRequest, UpdateCellsRequest,
    },
    schema::tab::{ColumnKind, ColumnLayout, Tab},
};

/// Position at which new rows of a tab are inserted.
pub(crate) struct InsertPosition<'a> {
    pub(crate) tab: &'static Tab,
    pub(crate) sheet_id: i32,
    pub(crate) layout: &'a ColumnLayout,
    /// Row number of the last non-empty row.
    pub(crate) after_row: usize,
}

/// Row to insert.
pub(crate) struct NewRow<'a> {
    pub(crate) id: CellEntry,
    /// Cells after the id, in the order of the tab's columns from the second on.
    pub(crate) cells: &'a [CellEntry],
}

/// Position of a cell in its tab, zero-based.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CellPosition {
    pub(crate) row: usize,
    pub(crate) column: usize,
}

/// Rectangular range of cells of one tab, zero-based.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CellRange {
    pub(crate) sheet_id: i32,
    pub(crate) row: usize,
    pub(crate) column: usize,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

/// Minimum number of new rows for which equal columns are detected.
const MIN_ROWS_TO_COMPARE: usize = 50;

const VALUE: &[&str] = &["user_entered_value"];
const VALUE_AND_NUMBER_FORMAT: &[&str] = &["user_entered_value", "user_entered_format.number_format"];

pub(crate) fn append_rows(sheet_id: i32, count: usize) -> SheetRequest {
    SheetRequest {
        append_dimension: Some(AppendDimensionRequest {
            sheet_id: Some(sheet_id),
            dimension: Some("ROWS".to_owned()),
            length: Some(to_i32(count)),
        }),
        ..Default::default()
    }
}

/// Inserts `count` empty rows below the row `after_row`; they inherit its format.
pub(crate) fn empty_rows(sheet_id: i32, after_row: usize, count: usize) -> SheetRequest {
    SheetRequest {
        insert_dimension: Some(InsertDimensionRequest {
            // The row above the first data row is the header, whose bold format must not be inherited.
            inherit_from_before: Some(after_row > 1),
            range: Some(rows_from(sheet_id, after_row, count)),
        }),
        ..Default::default()
    }
}

fn rows_from(sheet_id: i32, start: usize, count: usize) -> DimensionRange {
    DimensionRange {
        sheet_id: Some(sheet_id),
        dimension: Some("ROWS".to_owned()),
        start_index: Some(to_i32(start)),
        end_index: Some(to_i32(start + count)),
    }
}

/// Deletes `count` rows from this row number on.
pub(crate) fn delete_rows(sheet_id: i32, number: usize, count: usize) -> SheetRequest {
    SheetRequest {
        delete_dimension: Some(DeleteDimensionRequest {
            range: Some(rows_from(sheet_id, number - 1, count)),
        }),
        ..Default::default()
    }
}

/// Inserts rows and fills them. If many rows have the same value in a column, it is written once for all of them, and
/// not at all if it is empty: each cell that is written separately takes kilobytes of memory.
pub(crate) fn insert_rows(place: &InsertPosition<'_>, rows: &[NewRow<'_>]) -> Vec<SheetRequest> {
    if rows.is_empty() {
        return Vec::new();
    }
    let (equal_columns, others): (Vec<usize>, Vec<usize>) =
        (0..place.tab.columns.len()).partition(|column| have_same_entry(rows, *column));
    let format = |column: usize| number_format(place.tab.columns[column].kind);
    let mut requests = vec![empty_rows(place.sheet_id, place.after_row, rows.len())];
    for column in equal_columns {
        let (entry, format) = (rows[0].entry(column), format(column));
        let range = CellRange {
            sheet_id: place.sheet_id,
            row: place.after_row,
            column: place.layout.position(column),
            rows: rows.len(),
            columns: 1,
        };
        if *entry != CellEntry::Empty || format.is_some() {
            requests.push(repeat_cell(range, cell_data(entry, format)));
        }
    }
    requests.extend(adjacent_columns(place, others).into_iter().map(|columns| {
        let cells = |row: &NewRow<'_>| {
            let cell = |column: &usize| cell_data(row.entry(*column), format(*column));
            columns.iter().map(cell).collect()
        };
        let start = CellPosition {
            row: place.after_row,
            column: place.layout.position(columns[0]),
        };
        update_cells(place.sheet_id, start, rows.iter().map(cells).collect())
    }));
    requests
}

impl NewRow<'_> {
    /// Cell of the tab's `column`-th column.
    fn entry(&self, column: usize) -> &CellEntry {
        let cell = column.checked_sub(1).map(|cell| self.cells.get(cell));
        cell.map_or(&self.id, |cell| cell.unwrap_or(&CellEntry::Empty))
    }
}

fn have_same_entry(rows: &[NewRow<'_>], column: usize) -> bool {
    rows.len() >= MIN_ROWS_TO_COMPARE && rows.iter().all(|row| row.entry(column) == rows[0].entry(column))
}

/// Fills cells from `start` on. If one cell has a number format, all must have one.
pub(crate) fn update_cells(sheet_id: i32, start: CellPosition, rows: Vec<Vec<CellData>>) -> SheetRequest {
    let formatted = rows.iter().flatten().any(|cell| cell.user_entered_format.is_some());
    let fields = if formatted { VALUE_AND_NUMBER_FORMAT } else { VALUE };
    SheetRequest {
        update_cells: Some(UpdateCellsRequest {
            start: Some(GridCoordinate {
                sheet_id: Some(sheet_id),
                row_index: Some(to_i32(start.row)),
                column_index: Some(to_i32(start.column)),
            }),
            rows: Some(
                rows.into_iter()
                    .map(|values| RowData { values: Some(values) })
                    .collect(),
            ),
            fields: Some(FieldMask::new(fields)),
            range: None,
        }),
        ..Default::default()
    }
}

/// Sets all cells of `range` to the value of `cell`, and to its number format if it has one.
pub(crate) fn repeat_cell(range: CellRange, cell: CellData) -> SheetRequest {
    let fields = if cell.user_entered_format.is_some() {
        VALUE_AND_NUMBER_FORMAT
    } else {
        VALUE
    };
    SheetRequest {
        repeat_cell: Some(RepeatCellRequest {
            range: Some(grid_range(range)),
            cell: Some(cell),
            fields: Some(FieldMask::new(fields)),
        }),
        ..Default::default()
    }
}

/// Groups columns of the tab into runs that are adjacent in the sheet and either all have a number format or none, so
/// that staff's own columns between them are not touched.
fn adjacent_columns(place: &InsertPosition<'_>, mut columns: Vec<usize>) -> Vec<Vec<usize>> {
    columns.sort_by_key(|column| place.layout.position(*column));
    let has_format = |column: usize| number_format(place.tab.columns[column].kind).is_some();
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for column in columns {
        match runs.last_mut() {
            Some(run)
                if run.last().is_some_and(|last| {
                    place.layout.position(*last) + 1 == place.layout.position(column)
                        && has_format(*last) == has_format(column)
                }) =>
            {
                run.push(column);
            }
            _ => runs.push(vec![column]),
        }
    }
    runs
}

/// Number format of a kind. It includes milliseconds, which decide ties between submissions.
pub(crate) fn number_format(kind: ColumnKind) -> Option<NumberFormat> {
    let (kind, pattern) = match kind {
        ColumnKind::DateTime => ("DATE_TIME", "yyyy-mm-dd hh:mm:ss.000"),
        ColumnKind::Date => ("DATE", "yyyy-mm-dd"),
        ColumnKind::Euros => ("CURRENCY", "#,##0.00 [$€]"),
        ColumnKind::Amount => ("NUMBER", "#,##0.00"),
        ColumnKind::Percent => ("PERCENT", "0%"),
        ColumnKind::Text | ColumnKind::Integer | ColumnKind::Choice(_) => return None,
    };
    Some(NumberFormat {
        type_: Some(kind.to_owned()),
        pattern: Some(pattern.to_owned()),
    })
}

/// Cell with the value of `entry` and this number format.
pub(crate) fn cell_data(entry: &CellEntry, format: Option<NumberFormat>) -> CellData {
    let value = match entry {
        CellEntry::Empty => None,
        CellEntry::Text(text) => text_value(text),
        CellEntry::Number(number) => Some(number_value(*number)),
        CellEntry::Date(day) => Some(number_value(to_serial(day.to_datetime(jiff::civil::Time::midnight())))),
        CellEntry::DateTime(moment) => Some(number_value(to_serial(*moment))),
    };
    formatted_cell(value, format)
}

/// Cell with a value that was read from another one.
pub(crate) fn cell_with_content(content: &CellContent, format: Option<NumberFormat>) -> CellData {
    let value = match content {
        CellContent::Empty => None,
        CellContent::Text(text) => text_value(text),
        CellContent::Number(number) => Some(number_value(*number)),
        CellContent::Bool(bool) => Some(ExtendedValue {
            bool_value: Some(*bool),
            ..Default::default()
        }),
    };
    formatted_cell(value, format)
}

/// Value to write into a cell. The request type of a cell takes three kilobytes, so it is created as late as possible.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CellFill {
    value: FillValue,
    /// Kind whose number format the cell gets.
    format_kind: Option<ColumnKind>,
}

#[derive(Clone, Debug, PartialEq)]
enum FillValue {
    Typed(CellEntry),
    Copied(CellContent),
}

impl CellFill {
    /// Value of `entry`, in the number format of a kind.
    pub(crate) fn of(entry: CellEntry, format_kind: Option<ColumnKind>) -> Self {
        let value = FillValue::Typed(entry);
        Self { value, format_kind }
    }

    /// Value that was read from another cell.
    pub(crate) fn with(content: CellContent, format_kind: Option<ColumnKind>) -> Self {
        let value = FillValue::Copied(content);
        Self { value, format_kind }
    }

    /// Whether it has a number format.
    pub(crate) fn has_format(&self) -> bool {
        self.format_kind.and_then(number_format).is_some()
    }

    /// Cell of the request.
    pub(crate) fn data(&self) -> CellData {
        let format = self.format_kind.and_then(number_format);
        match &self.value {
            FillValue::Typed(entry) => cell_data(entry, format),
            FillValue::Copied(content) => cell_with_content(content, format),
        }
    }
}

fn formatted_cell(value: Option<ExtendedValue>, format: Option<NumberFormat>) -> CellData {
    CellData {
        user_entered_value: value,
        user_entered_format: format.map(|number_format| CellFormat {
            number_format: Some(number_format),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn text_value(text: &str) -> Option<ExtendedValue> {
    (!text.is_empty()).then(|| ExtendedValue {
        string_value: Some(text.to_owned()),
        ..Default::default()
    })
}

fn number_value(number: f64) -> ExtendedValue {
    ExtendedValue {
        number_value: Some(number),
        ..Default::default()
    }
}

/// Orientation of copied cells at their destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PasteOrientation {
    /// Unchanged.
    Kept,
    /// Transposed: a row becomes a column.
    RowToColumn,
}

/// Makes the server copy values between ranges; a single cell fills a larger destination.
pub(crate) fn copy_values(source: CellRange, destination: CellRange, turn: PasteOrientation) -> SheetRequest {
    SheetRequest {
        copy_paste: Some(CopyPasteRequest {
            source: Some(grid_range(source)),
            destination: Some(grid_range(destination)),
            paste_type: Some("PASTE_VALUES".to_owned()),
            paste_orientation: Some(match turn {
                PasteOrientation::Kept => "NORMAL".to_owned(),
                PasteOrientation::RowToColumn => "TRANSPOSE".to_owned(),
            }),
        }),
        ..Default::default()
    }
}

fn grid_range(range: CellRange) -> GridRange {
    GridRange {
        sheet_id: Some(range.sheet_id),
        start_row_index: Some(to_i32(range.row)),
        end_row_index: Some(to_i32(range.row + range.rows)),
        start_column_index: Some(to_i32(range.column)),
        end_column_index: Some(to_i32(range.column + range.columns)),
    }
}

/// Adds a named range; the service rejects a name or an id that exists
/// (<https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request#addnamedrangerequest>).
pub(crate) fn add_named_range(id: &str, name: &str, sheet_id: i32) -> SheetRequest {
    let first_cell = CellRange {
        sheet_id,
        row: 0,
        column: 0,
        rows: 1,
        columns: 1,
    };
    SheetRequest {
        add_named_range: Some(AddNamedRangeRequest {
            named_range: Some(NamedRange {
                name: Some(name.to_owned()),
                named_range_id: Some(id.to_owned()),
                range: Some(grid_range(first_cell)),
            }),
        }),
        ..Default::default()
    }
}

/// Deletes a named range; the service rejects an id that does not exist (“No `NamedRange` with id”, as its response to
/// another request shows: <https://github.com/nithinmurali/pygsheets/issues/253>).
pub(crate) fn delete_named_range(id: &str) -> SheetRequest {
    SheetRequest {
        delete_named_range: Some(DeleteNamedRangeRequest {
            named_range_id: Some(id.to_owned()),
        }),
        ..Default::default()
    }
}

pub(crate) fn to_i32(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
