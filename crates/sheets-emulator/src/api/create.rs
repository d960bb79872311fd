//! Method `spreadsheets.create`: builds the described spreadsheet by batch requests.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::{
    api::{
        MethodResponse,
        get::{self, GetRequest},
    },
    batch,
    proto::error::ApiError,
    storage::repository::Repository,
    workbook::{Workbook, sheet::assign_sheet_id},
};

/// Fields of a sheet that a batch request can add: field, request, field of the message in the request.
const ADDED: [(&str, &str, &str); 5] = [
    ("protectedRanges", "addProtectedRange", "protectedRange"),
    ("filterViews", "addFilterView", "filter"),
    ("bandedRanges", "addBanding", "bandedRange"),
    ("conditionalFormats", "addConditionalFormatRule", "rule"),
    ("merges", "mergeCells", "range"),
];

/// Creates a spreadsheet and returns its `Spreadsheet` message.
///
/// # Errors
/// An error of the API, or 501 for an unsupported field.
pub async fn create(repository: &Repository, body: &Json, url: &str) -> Result<MethodResponse, ApiError> {
    refuse(body, &["developerMetadata", "dataSources", "dataSourceSchedules"])?;
    let title = body
        .get("properties")
        .and_then(|properties| properties.get("title"))
        .and_then(Json::as_str);
    let mut workbook = Workbook::new(title.unwrap_or("Untitled spreadsheet"));
    if let Some(Json::Object(more)) = body.get("properties") {
        Arc::make_mut(&mut workbook.properties).extend(more.clone());
    }
    let sheets = list(body, "sheets");
    if !sheets.is_empty() {
        workbook.sheets.clear();
    }
    for sheet in sheets {
        add_sheet(&mut workbook, sheet)?;
    }
    for range in list(body, "namedRanges") {
        apply(&mut workbook, json!({"addNamedRange": {"namedRange": range}}))?;
    }
    let snapshot = repository.add(workbook).await?;
    let request = GetRequest {
        ranges: &[],
        grid_data: false,
        mask: None,
        url,
        owner: repository.owner(),
    };
    get::describe(&snapshot, &request).map(MethodResponse::Message)
}

fn refuse(body: &Json, fields: &[&str]) -> Result<(), ApiError> {
    let given = |field: &&&str| {
        body.get(**field)
            .is_some_and(|value| !crate::proto::json::is_default(value))
    };
    match fields.iter().find(given) {
        Some(field) => Err(ApiError::unsupported(&format!("spreadsheets.create with {field}"))),
        None => Ok(()),
    }
}

fn list<'a>(body: &'a Json, field: &str) -> &'a [Json] {
    body.get(field).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn apply(workbook: &mut Workbook, request: Json) -> Result<Vec<Json>, ApiError> {
    batch::apply(workbook, &json!({ "requests": [request] }))
}

fn add_sheet(workbook: &mut Workbook, sheet: &Json) -> Result<(), ApiError> {
    let lacking = [
        "charts",
        "slicers",
        "tables",
        "developerMetadata",
        "rowGroups",
        "columnGroups",
    ];
    refuse(sheet, &lacking)?;
    let properties = sheet.get("properties").cloned().unwrap_or_else(|| json!({}));
    let replies = apply(workbook, json!({"addSheet": {"properties": properties}}))?;
    let id = &replies[0]["addSheet"]["properties"]["sheetId"];
    for block in list(sheet, "data") {
        put_block(workbook, id, block)?;
    }
    for (field, request, message) in ADDED {
        for (index, item) in list(sheet, field).iter().enumerate() {
            let mut item = item.clone();
            assign_sheet_id(&mut item, id);
            let mut fields = Map::from_iter([(message.to_owned(), item)]);
            match field {
                "merges" => fields.insert("mergeType".to_owned(), json!("MERGE_ALL")),
                "conditionalFormats" => fields.insert("index".to_owned(), json!(index)),
                _ => None,
            };
            apply(workbook, json!({ request: fields }))?;
        }
    }
    if let Some(filter) = sheet.get("basicFilter") {
        let mut filter = filter.clone();
        assign_sheet_id(&mut filter, id);
        apply(workbook, json!({"setBasicFilter": {"filter": filter}}))?;
    }
    Ok(())
}

/// Writes `GridData`: cells, and properties of rows and columns.
fn put_block(workbook: &mut Workbook, id: &Json, block: &Json) -> Result<(), ApiError> {
    let start = |name: &str| block.get(name).and_then(Json::as_u64).unwrap_or(0);
    let (row, column) = (start("startRow"), start("startColumn"));
    if !list(block, "rowData").is_empty() {
        let request = json!({"updateCells": {
            "start": {"sheetId": id, "rowIndex": row, "columnIndex": column},
            "rows": block["rowData"],
            "fields": "*",
        }});
        apply(workbook, request)?;
    }
    for (field, dimension, first) in [("rowMetadata", "ROWS", row), ("columnMetadata", "COLUMNS", column)] {
        for (index, properties) in (first..).zip(list(block, field)) {
            let request = json!({"updateDimensionProperties": {
                "range": {"sheetId": id, "dimension": dimension, "startIndex": index, "endIndex": index + 1},
                "properties": properties,
                "fields": "*",
            }});
            apply(workbook, request)?;
        }
    }
    Ok(())
}
