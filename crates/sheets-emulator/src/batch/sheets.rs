//! Requests that add, delete, copy and change tabs, and change spreadsheet properties.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::{
    a1::MAX_COLUMNS,
    batch::{
        flag, mask, object,
        targets::{self, sheet_properties},
        text, whole,
    },
    proto::{error::ApiError, field_mask::FieldMask},
    values::write::check_size,
    workbook::{Workbook, sheet::Sheet},
};

const DEFAULT_ROWS: u32 = 1000;
const DEFAULT_COLUMNS: u32 = 26;

/// Applies `addSheet`.
pub fn add_sheet(workbook: &mut Workbook, body: &Json) -> Result<Json, ApiError> {
    let wanted = object(body, "properties");
    let properties = Json::Object(wanted.clone());
    let kind = text(&properties, "sheetType");
    if !matches!(kind, "" | "GRID") {
        return Err(ApiError::unsupported(&format!("addSheet of sheetType {kind}")));
    }
    let id = match properties.get("sheetId") {
        Some(_) => targets::sheet_id(&properties),
        None => workbook.free_sheet_id(),
    };
    if workbook.position(id).is_some() {
        return Err(ApiError::invalid(format!("Sheet with id {id} already exists.")));
    }
    let grid = properties.get("gridProperties").cloned().unwrap_or_else(|| json!({}));
    let size = |name: &str, default: u32| grid.get(name).map_or(default, |_| whole(&grid, name));
    let (rows, columns) = (size("rowCount", DEFAULT_ROWS), size("columnCount", DEFAULT_COLUMNS));
    check_grid(rows, columns)?;
    let title = match text(&properties, "title") {
        "" => free_title(workbook),
        title => title.to_owned(),
    };
    check_title(workbook, &title, None)?;
    check_size(workbook, usize::MAX, rows, columns)?;
    let mut sheet = Sheet::new(id, &title, rows, columns);
    sheet.details_mut().properties = extra_properties(wanted);
    let index = properties
        .get("index")
        .map_or(workbook.sheets.len(), |_| whole(&properties, "index") as usize);
    if index > workbook.sheets.len() {
        return Err(ApiError::invalid(format!(
            "Cannot set sheet index to {index}: there are only {} sheets.",
            workbook.sheets.len()
        )));
    }
    let reply = json!({"addSheet": {"properties": sheet_properties(&sheet, index)}});
    workbook.sheets.insert(index, Arc::new(sheet));
    Ok(reply)
}

/// Applies `deleteSheet`.
pub fn delete_sheet(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let id = targets::sheet_id(body);
    let position = workbook
        .position(id)
        .ok_or_else(|| ApiError::invalid(format!("No sheet with id: {id}")))?;
    if visible(workbook, Some(position)) == 0 {
        return Err(ApiError::invalid(
            "You can't remove all the visible sheets in a document.",
        ));
    }
    workbook.sheets.remove(position);
    let of_sheet = |range: &Json| range.get("range").is_some_and(|range| targets::sheet_id(range) == id);
    if workbook.named_ranges.iter().any(of_sheet) {
        Arc::make_mut(&mut workbook.named_ranges).retain(|range| !of_sheet(range));
    }
    Ok(())
}

/// Applies `duplicateSheet`.
pub fn duplicate_sheet(workbook: &mut Workbook, body: &Json) -> Result<Json, ApiError> {
    let source = json!({"sheetId": body.get("sourceSheetId").cloned().unwrap_or(json!(0))});
    let position = targets::position(workbook, &source)?;
    let id = match body.get("newSheetId") {
        Some(id) => targets::sheet_id(&json!({ "sheetId": id })),
        None => workbook.free_sheet_id(),
    };
    if workbook.position(id).is_some() {
        return Err(ApiError::invalid(format!("Sheet with id {id} already exists.")));
    }
    let original = Arc::clone(&workbook.sheets[position]);
    let title = match text(body, "newSheetName") {
        "" => copy_title(workbook, &original.title),
        title => title.to_owned(),
    };
    check_title(workbook, &title, None)?;
    check_size(workbook, usize::MAX, original.row_count, original.column_count)?;
    let index = (whole(body, "insertSheetIndex") as usize).min(workbook.sheets.len());
    let copy = original.duplicate(id, &title);
    let reply = json!({"duplicateSheet": {"properties": sheet_properties(&copy, index)}});
    workbook.sheets.insert(index, Arc::new(copy));
    Ok(reply)
}

/// Appends a copy of a tab of this or another spreadsheet (`sheets.copyTo`).
///
/// # Errors
/// 400 if the spreadsheet would exceed the cell limit.
pub fn copy_sheet(workbook: &mut Workbook, original: &Sheet) -> Result<Json, ApiError> {
    let title = copy_title(workbook, &original.title);
    check_size(workbook, usize::MAX, original.row_count, original.column_count)?;
    let copy = original.duplicate(workbook.free_sheet_id(), &title);
    let reply = sheet_properties(&copy, workbook.sheets.len());
    workbook.sheets.push(Arc::new(copy));
    Ok(Json::Object(reply))
}

/// Applies `updateSheetProperties`.
pub fn update_sheet(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let wanted = object(body, "properties");
    let properties = Json::Object(wanted.clone());
    let mask = mask(body)?;
    let id = targets::sheet_id(&properties);
    let position = workbook
        .position(id)
        .ok_or_else(|| ApiError::invalid(format!("No sheet with id: {id}")))?;
    if mask.selects("title") && !(mask.is_everything() && text(&properties, "title").is_empty()) {
        let title = text(&properties, "title");
        check_title(workbook, title, Some(position))?;
        workbook.sheet_mut(position).title = title.into();
    }
    if let Some(grid) = mask.below("gridProperties") {
        resize(workbook, position, &properties["gridProperties"], &grid)?;
    }
    if mask.selects("hidden") && flag(&properties, "hidden") && visible(workbook, Some(position)) == 0 {
        return Err(ApiError::invalid("You can't hide all the sheets in a document."));
    }
    refuse_frozen_grid(workbook, position, &mask, &properties["gridProperties"])?;
    let details = workbook.sheet_mut(position).details_mut();
    let mut target = std::mem::take(&mut details.properties);
    crate::proto::json::remove_stale_color_field(&|name| mask.selects(name), &mut target);
    mask.copy(&wanted, &mut target);
    details.properties = extra_properties(target);
    if mask.selects("index") && (!mask.is_everything() || properties.get("index").is_some()) {
        relocate(workbook, position, whole(&properties, "index") as usize)?;
    }
    Ok(())
}

fn resize(workbook: &mut Workbook, position: usize, grid: &Json, mask: &FieldMask) -> Result<(), ApiError> {
    let sheet = &workbook.sheets[position];
    let chosen = |name: &str, now: u32| {
        let wanted = mask.selects(name) && (!mask.is_everything() || grid.get(name).is_some());
        if wanted { whole(grid, name) } else { now }
    };
    let (rows, columns) = (
        chosen("rowCount", sheet.row_count),
        chosen("columnCount", sheet.column_count),
    );
    if (rows, columns) == (sheet.row_count, sheet.column_count) {
        return Ok(());
    }
    check_grid(rows, columns)?;
    check_size(workbook, position, rows, columns)?;
    crate::batch::dimensions::truncate(workbook, position, rows, columns);
    Ok(())
}

/// Refuses to freeze all rows or all columns.
fn refuse_frozen_grid(workbook: &Workbook, position: usize, mask: &FieldMask, grid: &Json) -> Result<(), ApiError> {
    let sheet = &workbook.sheets[position];
    let frozen = |name: &str| {
        mask.below("gridProperties")
            .filter(|grid| grid.selects(name))
            .map_or(0, |_| whole(grid, name))
    };
    if frozen("frozenRowCount") >= sheet.row_count {
        return Err(ApiError::invalid("You can't freeze all visible rows on the sheet."));
    }
    if frozen("frozenColumnCount") >= sheet.column_count {
        return Err(ApiError::invalid("You can't freeze all visible columns on the sheet."));
    }
    Ok(())
}

/// Moves a tab; the new index refers to the order before the move.
fn relocate(workbook: &mut Workbook, position: usize, index: usize) -> Result<(), ApiError> {
    let count = workbook.sheets.len();
    if index > count {
        return Err(ApiError::invalid(format!(
            "Cannot set sheet index to {index}: there are only {count} sheets."
        )));
    }
    let sheet = workbook.sheets.remove(position);
    let target = if index > position { index - 1 } else { index };
    workbook.sheets.insert(target, sheet);
    Ok(())
}

/// Applies `updateSpreadsheetProperties`.
pub fn update_spreadsheet(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let properties = object(body, "properties");
    let mask = mask(body)?;
    if mask.selects("title") && !mask.is_everything() && text(&body["properties"], "title").is_empty() {
        return Err(ApiError::invalid("The spreadsheet title cannot be empty."));
    }
    if let (true, Some(zone)) = (
        mask.selects("timeZone"),
        properties.get("timeZone").and_then(Json::as_str),
    ) && jiff::tz::TimeZone::get(zone).is_err()
    {
        return Err(ApiError::invalid(format!("Unsupported time zone: {zone}")));
    }
    let target = Arc::make_mut(&mut workbook.properties);
    if mask.is_everything() {
        target.extend(properties);
    } else {
        mask.copy(&properties, target);
    }
    Ok(())
}

fn extra_properties(mut properties: Map<String, Json>) -> Map<String, Json> {
    for name in ["sheetId", "title", "index", "sheetType"] {
        properties.remove(name);
    }
    if let Some(Json::Object(grid)) = properties.get_mut("gridProperties") {
        grid.remove("rowCount");
        grid.remove("columnCount");
        crate::proto::json::without_defaults(grid);
        if grid.is_empty() {
            properties.remove("gridProperties");
        }
    }
    crate::batch::tidy(properties)
}

fn visible(workbook: &Workbook, except: Option<usize>) -> usize {
    let hidden = |sheet: &Sheet| sheet.details.properties.get("hidden") == Some(&Json::Bool(true));
    workbook
        .sheets
        .iter()
        .enumerate()
        .filter(|(index, sheet)| Some(*index) != except && !hidden(sheet))
        .count()
}

fn check_title(workbook: &Workbook, title: &str, except: Option<usize>) -> Result<(), ApiError> {
    if title.is_empty() {
        return Err(ApiError::invalid("The sheet name cannot be empty."));
    }
    if workbook
        .position_by_title(title)
        .is_some_and(|found| Some(found) != except)
    {
        return Err(ApiError::invalid(format!(
            "A sheet with the name \"{title}\" already exists. Please enter another name."
        )));
    }
    Ok(())
}

fn check_grid(rows: u32, columns: u32) -> Result<(), ApiError> {
    if rows == 0 || columns == 0 {
        return Err(ApiError::invalid("A grid must have at least one row and one column."));
    }
    if columns > MAX_COLUMNS {
        return Err(ApiError::invalid(format!(
            "This action would increase the number of columns in the sheet above the limit of {MAX_COLUMNS} columns."
        )));
    }
    Ok(())
}

fn free_title(workbook: &Workbook) -> String {
    let mut number = workbook.sheets.len() + 1;
    while workbook.position_by_title(&format!("Sheet{number}")).is_some() {
        number += 1;
    }
    format!("Sheet{number}")
}

fn copy_title(workbook: &Workbook, title: &str) -> String {
    let plain = format!("Copy of {title}");
    if workbook.position_by_title(&plain).is_none() {
        return plain;
    }
    (1..)
        .map(|number| format!("{plain} {number}"))
        .find(|name| workbook.position_by_title(name).is_none())
        .unwrap_or(plain)
}
