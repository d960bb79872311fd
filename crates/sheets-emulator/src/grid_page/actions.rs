//! Form actions of the grid page.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::{
    a1::{self, CellPosition, Rectangle},
    batch,
    grid_page::GridSelection,
    proto::error::ApiError,
    values::{ValueInputOption, write},
    workbook::{Workbook, grid_range},
};

/// Form of the grid page.
#[derive(Debug, Deserialize)]
pub struct GridForm {
    /// Name of the action.
    action: String,
    /// `sheetId` of the tab.
    gid: i32,
    /// Selected cell.
    range: String,
    /// Typed text.
    #[serde(default)]
    value: String,
}

/// Applies the action and returns the query of the page to show next.
///
/// # Errors
/// The error that the API would return.
pub fn apply(workbook: &mut Workbook, form: &GridForm) -> Result<String, ApiError> {
    let place = GridSelection {
        gid: Some(form.gid),
        range: form.range.clone(),
        top: None,
    };
    let position = place.sheet(workbook);
    let CellPosition { row, column } = place.cell();
    let sheet = &workbook.sheets[position];
    let rows =
        |start: u32| json!({"sheetId": form.gid, "dimension": "ROWS", "startIndex": start, "endIndex": start + 1});
    let request = match form.action.as_str() {
        "cell" => {
            let cell = Rectangle {
                top: row,
                left: column,
                bottom: row + 1,
                right: column + 1,
            };
            let range = a1::full_name(&sheet.title, cell);
            write::update(
                workbook,
                &range,
                &[vec![json!(form.value)]],
                ValueInputOption::UserEntered,
            )?;
            return Ok(query(form.gid, row + 1, column));
        }
        "insert-above" => json!({"insertDimension": {"range": rows(row)}}),
        "insert-below" => json!({"insertDimension": {"range": rows(row + 1), "inheritFromBefore": true}}),
        "delete-row" => json!({"deleteDimension": {"range": rows(row)}}),
        "sort-ascending" => sort(workbook, position, column, "ASCENDING"),
        "sort-descending" => sort(workbook, position, column, "DESCENDING"),
        "add-tab" if form.value.trim().is_empty() => json!({"addSheet": {}}),
        "add-tab" => json!({"addSheet": {"properties": {"title": form.value.trim()}}}),
        other => return Err(ApiError::invalid(format!("There is no action {other}."))),
    };
    let replies = batch::apply(workbook, &json!({ "requests": request }))?;
    let added = replies
        .first()
        .and_then(|reply| reply["addSheet"]["properties"]["sheetId"].as_i64());
    match added.and_then(|id| i32::try_from(id).ok()) {
        Some(id) => Ok(query(id, 0, 0)),
        None => Ok(query(form.gid, row + u32::from(form.action == "insert-below"), column)),
    }
}

/// Sort request over all rows except frozen ones, as in Sheets.
fn sort(workbook: &Workbook, position: usize, column: u32, order: &str) -> Json {
    let sheet = &workbook.sheets[position];
    let area = Rectangle {
        top: crate::grid_page::view::frozen_rows(sheet),
        ..sheet.grid()
    };
    let range = grid_range(sheet.id, area);
    json!({"sortRange": {"range": range, "sortSpecs": [{"dimensionIndex": column, "sortOrder": order}]}})
}

fn query(gid: i32, row: u32, column: u32) -> String {
    let cell = a1::cell_name(row, column);
    format!("gid={gid}&range={cell}#{cell}")
}
