//! Targets of a request: tab, cells, rows or columns.

use serde_json::{Map, Value as Json, json};

use crate::{
    a1::{self, Rectangle},
    batch::{text, whole},
    proto::error::ApiError,
    workbook::{self, SheetArea, Workbook, dimension::Dimension, sheet::Sheet},
};

/// `sheetId` of a message; 0 if absent.
pub fn sheet_id(body: &Json) -> i32 {
    body.get("sheetId")
        .and_then(Json::as_i64)
        .and_then(|id| i32::try_from(id).ok())
        .unwrap_or(0)
}

/// Position of the tab that a message names.
pub fn position(workbook: &Workbook, body: &Json) -> Result<usize, ApiError> {
    let id = sheet_id(body);
    workbook
        .position(id)
        .ok_or_else(|| ApiError::invalid(format!("No grid with id: {id}")))
}

/// Tab position and cells of a `GridRange`, clipped to the grid.
pub fn area(workbook: &Workbook, range: &Json) -> Result<SheetArea, ApiError> {
    let position = position(workbook, range)?;
    let sheet = &workbook.sheets[position];
    let area = workbook::open_area(range).within(sheet.row_count, sheet.column_count);
    if area.top >= sheet.row_count || area.left >= sheet.column_count {
        let name = a1::full_name(&sheet.title, area);
        return Err(ApiError::outside_grid(&name, sheet.row_count, sheet.column_count));
    }
    if area.height() == 0 || area.width() == 0 {
        return Err(ApiError::invalid(
            "The range is empty: its end must be greater than its start.",
        ));
    }
    let bottom = area.bottom.min(sheet.row_count);
    Ok(SheetArea {
        position,
        area: Rectangle {
            bottom,
            right: area.right.min(sheet.column_count),
            ..area
        },
    })
}

/// Tab position and cells of the `GridRange` in a required field.
pub fn area_in(workbook: &Workbook, body: &Json, name: &str) -> Result<SheetArea, ApiError> {
    let range = body
        .get(name)
        .ok_or_else(|| ApiError::invalid(format!("Must specify {name}.")))?;
    area(workbook, range)
}

/// Rows or columns of a `DimensionRange`.
pub struct DimensionSpan {
    /// Position of the tab.
    pub sheet: usize,
    /// Rows or columns.
    pub dimension: Dimension,
    /// First index.
    pub start: u32,
    /// One past the last index.
    pub end: u32,
}

/// Parses the field `dimension`.
pub fn dimension(range: &Json) -> Result<Dimension, ApiError> {
    match text(range, "dimension") {
        "ROWS" => Ok(Dimension::Rows),
        "COLUMNS" => Ok(Dimension::Columns),
        _ => Err(ApiError::invalid("Must specify a dimension.")),
    }
}

/// Parses a `DimensionRange`; a missing end is that of the grid.
pub fn span(workbook: &Workbook, range: &Json) -> Result<DimensionSpan, ApiError> {
    let sheet = position(workbook, range)?;
    let dimension = dimension(range)?;
    let start = whole(range, "startIndex");
    let end = range
        .get("endIndex")
        .map_or(length(&workbook.sheets[sheet], dimension), |_| whole(range, "endIndex"));
    if end <= start {
        return Err(ApiError::invalid(format!(
            "range.endIndex[{end}] must be greater than range.startIndex[{start}]"
        )));
    }
    Ok(DimensionSpan {
        sheet,
        dimension,
        start,
        end,
    })
}

/// Number of rows or columns of a tab.
pub fn length(sheet: &Sheet, dimension: Dimension) -> u32 {
    match dimension {
        Dimension::Rows => sheet.row_count,
        Dimension::Columns => sheet.column_count,
    }
}

/// `SheetProperties` message of a tab.
pub fn sheet_properties(sheet: &Sheet, index: usize) -> Map<String, Json> {
    let mut fields = Map::new();
    fields.insert("sheetId".to_owned(), json!(sheet.id));
    fields.insert("title".to_owned(), json!(&*sheet.title));
    fields.insert("index".to_owned(), json!(index));
    fields.insert("sheetType".to_owned(), json!("GRID"));
    let mut grid = Map::new();
    grid.insert("rowCount".to_owned(), json!(sheet.row_count));
    grid.insert("columnCount".to_owned(), json!(sheet.column_count));
    if let Some(Json::Object(more)) = sheet.details.properties.get("gridProperties") {
        grid.extend(more.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    fields.insert("gridProperties".to_owned(), Json::Object(grid));
    for (name, value) in &sheet.details.properties {
        if name != "gridProperties" {
            fields.insert(name.clone(), value.clone());
        }
    }
    fields
}
