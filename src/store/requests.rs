//! Turns rows into the requests of one atomic `spreadsheets.batchUpdate`.
//!
//! Rows are inserted below the data and then filled: a row that appeared there meanwhile is pushed down, not lost.
//! Values are typed and never formulas, so `=IMPORTXML(…)` from a form stays text.

use super::{
    batch::Insert,
    cell::{Entry, to_serial},
    google::{
        AddSheetRequest, AppendDimensionRequest, BooleanCondition, CellData, CellFormat, ConditionValue,
        DataValidationRule, DimensionRange, ExtendedValue, FieldMask, GridCoordinate, GridProperties, GridRange,
        InsertDimensionRequest, NumberFormat, RowData, SetDataValidationRequest, SheetProperties, SheetRequest,
        TabProperties, TextFormat, UpdateCellsRequest, UpdateSheetPropertiesRequest,
    },
    tab::{Kind, Layout, Tab},
};

/// Where new rows of a tab go.
pub(super) struct Place<'a> {
    pub(super) tab: &'static Tab,
    pub(super) sheet_id: i32,
    pub(super) layout: &'a Layout,
    /// Row number of the last row with anything in it.
    pub(super) after_row: usize,
}

/// Number format of dates with time of day; milliseconds decide who was first.
const DATE_TIME_PATTERN: &str = "yyyy-mm-dd hh:mm:ss.000";

pub(super) fn append_rows(sheet_id: i32, count: usize) -> SheetRequest {
    SheetRequest {
        append_dimension: Some(AppendDimensionRequest {
            sheet_id: Some(sheet_id),
            dimension: Some("ROWS".to_owned()),
            length: Some(signed(count)),
        }),
        ..Default::default()
    }
}

pub(super) fn insert_rows(place: &Place<'_>, inserts: &[&Insert]) -> Vec<SheetRequest> {
    if inserts.is_empty() {
        return Vec::new();
    }
    let mut requests = vec![SheetRequest {
        insert_dimension: Some(InsertDimensionRequest {
            // The row above the first data row is the header, whose bold type must not spread.
            inherit_from_before: Some(place.after_row > 1),
            range: Some(DimensionRange {
                sheet_id: Some(place.sheet_id),
                dimension: Some("ROWS".to_owned()),
                start_index: Some(signed(place.after_row)),
                end_index: Some(signed(place.after_row + inserts.len())),
            }),
        }),
        ..Default::default()
    }];
    requests.extend(runs(place).into_iter().map(|columns| {
        let rows = inserts
            .iter()
            .map(|insert| RowData {
                values: Some(columns.iter().map(|column| cell_data(insert, *column)).collect()),
            })
            .collect();
        let dates = columns
            .iter()
            .any(|column| place.tab.columns[*column].kind == Kind::DateTime);
        SheetRequest {
            update_cells: Some(UpdateCellsRequest {
                start: Some(GridCoordinate {
                    sheet_id: Some(place.sheet_id),
                    row_index: Some(signed(place.after_row)),
                    column_index: Some(signed(place.layout.position(columns[0]))),
                }),
                rows: Some(rows),
                fields: Some(FieldMask::new(if dates {
                    &["user_entered_value", "user_entered_format.number_format"]
                } else {
                    &["user_entered_value"]
                })),
                range: None,
            }),
            ..Default::default()
        }
    }));
    requests
}

/// Columns of the tab in runs that stand side by side in the sheet and share a format, so that columns of staff's own
/// between them are not touched.
fn runs(place: &Place<'_>) -> Vec<Vec<usize>> {
    let mut columns: Vec<usize> = (0..place.tab.columns.len()).collect();
    columns.sort_by_key(|column| place.layout.position(*column));
    let is_date = |column: usize| place.tab.columns[column].kind == Kind::DateTime;
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for column in columns {
        match runs.last_mut() {
            Some(run)
                if run.last().is_some_and(|last| {
                    place.layout.position(*last) + 1 == place.layout.position(column)
                        && is_date(*last) == is_date(column)
                }) =>
            {
                run.push(column);
            }
            _ => runs.push(vec![column]),
        }
    }
    runs
}

fn cell_data(insert: &Insert, column: usize) -> CellData {
    let id = Entry::Text(insert.id.as_str().to_owned());
    let entry = if column == 0 {
        &id
    } else {
        insert.cells.get(column - 1).unwrap_or(&Entry::Empty)
    };
    match entry {
        Entry::Empty => CellData::default(),
        Entry::Text(text) if text.is_empty() => CellData::default(),
        Entry::Text(text) => CellData {
            user_entered_value: Some(ExtendedValue {
                string_value: Some(text.clone()),
                ..Default::default()
            }),
            ..Default::default()
        },
        Entry::Number(number) => CellData {
            user_entered_value: Some(ExtendedValue {
                number_value: Some(*number),
                ..Default::default()
            }),
            ..Default::default()
        },
        Entry::Date(day) => CellData {
            user_entered_value: Some(ExtendedValue {
                number_value: Some(to_serial(day.to_datetime(jiff::civil::Time::midnight()))),
                ..Default::default()
            }),
            ..Default::default()
        },
        Entry::DateTime(moment) => CellData {
            user_entered_value: Some(ExtendedValue {
                number_value: Some(to_serial(*moment)),
                ..Default::default()
            }),
            user_entered_format: Some(CellFormat {
                number_format: Some(NumberFormat {
                    type_: Some("DATE_TIME".to_owned()),
                    pattern: Some(DATE_TIME_PATTERN.to_owned()),
                }),
                ..Default::default()
            }),
            ..Default::default()
        },
    }
}

pub(super) fn signed(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Makes `tab` with its header row, frozen and bold, and a drop-down below each choice.
pub(super) fn new_tab(tab: &'static Tab, sheet_id: i32) -> Vec<SheetRequest> {
    let mut requests = vec![SheetRequest {
        add_sheet: Some(AddSheetRequest {
            properties: Some(SheetProperties {
                sheet_id: Some(sheet_id),
                title: Some(tab.title.to_owned()),
                grid_properties: Some(GridProperties {
                    row_count: Some(1_000),
                    column_count: Some(signed(tab.columns.len())),
                    frozen_row_count: Some(1),
                    ..Default::default()
                }),
                ..Default::default()
            }),
        }),
        ..Default::default()
    }];
    let headers: Vec<&str> = tab.columns.iter().map(|column| column.header).collect();
    requests.extend(header_cells(tab, sheet_id, 0, &headers));
    requests
}

/// Writes `headers` side by side from `first_column` on, and makes the grid wide enough for them.
pub(super) fn new_headers(
    tab: &'static Tab,
    sheet: &TabProperties,
    first_column: usize,
    headers: &[&str],
) -> Vec<SheetRequest> {
    if headers.is_empty() {
        return Vec::new();
    }
    let wanted = first_column + headers.len();
    let present = usize::try_from(sheet.column_count).unwrap_or(usize::MAX);
    let mut requests = Vec::new();
    if wanted > present {
        requests.push(SheetRequest {
            append_dimension: Some(AppendDimensionRequest {
                sheet_id: Some(sheet.sheet_id),
                dimension: Some("COLUMNS".to_owned()),
                length: Some(signed(wanted - present)),
            }),
            ..Default::default()
        });
    }
    requests.extend(header_cells(tab, sheet.sheet_id, first_column, headers));
    requests
}

/// A write that changes nothing: the tab gets the title that it has.
pub(super) fn same_title(sheet: &TabProperties) -> SheetRequest {
    SheetRequest {
        update_sheet_properties: Some(UpdateSheetPropertiesRequest {
            properties: Some(SheetProperties {
                sheet_id: Some(sheet.sheet_id),
                title: Some(sheet.title.clone()),
                ..Default::default()
            }),
            fields: Some(FieldMask::new(&["title"])),
        }),
        ..Default::default()
    }
}

fn header_cells(tab: &'static Tab, sheet_id: i32, first_column: usize, headers: &[&str]) -> Vec<SheetRequest> {
    let values = headers.iter().map(|header| header_cell(header)).collect();
    let mut requests = vec![SheetRequest {
        update_cells: Some(UpdateCellsRequest {
            start: Some(GridCoordinate {
                sheet_id: Some(sheet_id),
                row_index: Some(0),
                column_index: Some(signed(first_column)),
            }),
            rows: Some(vec![RowData { values: Some(values) }]),
            fields: Some(FieldMask::new(&[
                "user_entered_value",
                "user_entered_format.text_format.bold",
            ])),
            range: None,
        }),
        ..Default::default()
    }];
    for (offset, header) in headers.iter().enumerate() {
        let choices = tab
            .columns
            .iter()
            .find(|column| column.header == *header)
            .map(|column| column.kind);
        if let Some(Kind::Choice(words)) = choices {
            requests.push(drop_down(sheet_id, first_column + offset, words));
        }
    }
    requests
}

fn header_cell(header: &str) -> CellData {
    CellData {
        user_entered_value: Some(ExtendedValue {
            string_value: Some(header.to_owned()),
            ..Default::default()
        }),
        user_entered_format: Some(CellFormat {
            text_format: Some(TextFormat {
                bold: Some(true),
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Offers `words` below the header; other words are marked, not refused, since a refused paste would be lost work.
fn drop_down(sheet_id: i32, column: usize, words: &[&str]) -> SheetRequest {
    let values = words
        .iter()
        .map(|word| ConditionValue {
            user_entered_value: Some((*word).to_owned()),
            relative_date: None,
        })
        .collect();
    SheetRequest {
        set_data_validation: Some(SetDataValidationRequest {
            range: Some(GridRange {
                sheet_id: Some(sheet_id),
                start_row_index: Some(1),
                start_column_index: Some(signed(column)),
                end_column_index: Some(signed(column + 1)),
                end_row_index: None,
            }),
            rule: Some(DataValidationRule {
                condition: Some(BooleanCondition {
                    type_: Some("ONE_OF_LIST".to_owned()),
                    values: Some(values),
                }),
                show_custom_ui: Some(true),
                strict: Some(false),
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    }
}
