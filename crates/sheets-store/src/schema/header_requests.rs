//! Requests that create tabs, their headers and drop-downs.

use crate::{
    google::{
        requests::to_i32,
        wire_types::{
            AddSheetRequest, AppendDimensionRequest, BooleanCondition, CellData, CellFormat, ConditionValue,
            DataValidationRule, ExtendedValue, FieldMask, GridCoordinate, GridProperties, GridRange, RowData,
            SetDataValidationRequest, SheetProperties, SheetRequest, TabProperties, TextFormat, UpdateCellsRequest,
            UpdateSheetPropertiesRequest,
        },
    },
    schema::tab::{ColumnKind, Tab},
};

/// Creates `tab` with its header row, frozen and bold, and a drop-down below each choice header.
pub(crate) fn new_tab_requests(tab: &'static Tab, sheet_id: i32) -> Vec<SheetRequest> {
    let mut requests = vec![SheetRequest {
        add_sheet: Some(AddSheetRequest {
            properties: Some(SheetProperties {
                sheet_id: Some(sheet_id),
                title: Some(tab.title.to_owned()),
                grid_properties: Some(GridProperties {
                    row_count: Some(1_000),
                    column_count: Some(to_i32(tab.columns.len())),
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

/// Writes `headers` side by side from `first_column` on, and extends the grid if it is too narrow.
pub(crate) fn new_header_requests(
    tab: &'static Tab,
    sheet: &TabProperties,
    first_column: usize,
    headers: &[&str],
) -> Vec<SheetRequest> {
    if headers.is_empty() {
        return Vec::new();
    }
    let needed = first_column + headers.len();
    let present = usize::try_from(sheet.column_count).unwrap_or(usize::MAX);
    let mut requests = Vec::new();
    if needed > present {
        requests.push(SheetRequest {
            append_dimension: Some(AppendDimensionRequest {
                sheet_id: Some(sheet.sheet_id),
                dimension: Some("COLUMNS".to_owned()),
                length: Some(to_i32(needed - present)),
            }),
            ..Default::default()
        });
    }
    requests.extend(header_cells(tab, sheet.sheet_id, first_column, headers));
    requests
}

/// No-op write: the tab gets its current title.
pub(crate) fn no_op_request(sheet: &TabProperties) -> SheetRequest {
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
                column_index: Some(to_i32(first_column)),
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
        if let Some(ColumnKind::Choice(words)) = choices {
            let words = words.iter().map(|word| (*word).to_owned());
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

/// Adds a drop-down with `words` below the header. Other values are flagged, not rejected, since a rejected paste would
/// be lost work.
pub(crate) fn drop_down(sheet_id: i32, column: usize, words: impl IntoIterator<Item = String>) -> SheetRequest {
    let value = |word: String| ConditionValue {
        user_entered_value: Some(word),
        relative_date: None,
    };
    let values = words.into_iter().map(value).collect();
    SheetRequest {
        set_data_validation: Some(SetDataValidationRequest {
            range: Some(GridRange {
                sheet_id: Some(sheet_id),
                start_row_index: Some(1),
                start_column_index: Some(to_i32(column)),
                end_column_index: Some(to_i32(column + 1)),
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
