//! Tests of batch updates: response, order of requests, and what moves with a row.

use serde_json::{Value, json};

use crate::world::{World, message};

/// Field mask of a client that reads back the rows it wrote.
const SEEN: &str = "replies,updatedSpreadsheet(sheets(properties.sheetId,data(startRow,startColumn,rowData.values(effectiveValue,userEnteredValue))))";

impl World {
    /// Sends a batch that returns the given ranges as they are after it.
    async fn batch_and_see(&self, requests: Value, ranges: &[&str], mask: &str) -> (u16, Value) {
        let body = json!({
            "requests": requests,
            "includeSpreadsheetInResponse": true,
            "responseRanges": ranges,
            "responseIncludeGridData": true,
        });
        self.post(&format!(":batchUpdate?fields={mask}"), body).await
    }

    /// First tab, with the given fields.
    async fn tab(&self, fields: &str) -> Value {
        let (status, body) = self.get(&format!("?fields=sheets({fields})")).await;
        assert_eq!(status, 200, "{body}");
        body["sheets"][0].clone()
    }
}

fn rows(start: u32, end: u32) -> Value {
    json!({"sheetId": 0, "dimension": "ROWS", "startIndex": start, "endIndex": end})
}

fn cells(top: u32, bottom: u32, left: u32, right: u32) -> Value {
    json!({"sheetId": 0, "startRowIndex": top, "endRowIndex": bottom, "startColumnIndex": left, "endColumnIndex": right})
}

#[tokio::test]
async fn a_batch_shows_the_asked_ranges_of_the_asked_tabs_as_they_are_afterwards() {
    let world = World::new().await;
    world
        .write("A1:B3", json!([["id", "n"], ["a", 1], ["b", "=B2+1"]]))
        .await;
    let requests = json!([
        {"addSheet": {"properties": {"sheetId": 7, "title": "Other"}}},
        {"updateCells": {
            "start": {"sheetId": 0, "rowIndex": 1, "columnIndex": 1},
            "rows": [{"values": [{"userEnteredValue": {"numberValue": 5}}]}],
            "fields": "userEnteredValue",
        }},
    ]);
    let (status, body) = world
        .batch_and_see(requests, &["Sheet1!A1:A2", "Sheet1!B3:C4", "Sheet1!F9"], SEEN)
        .await;
    assert_eq!(status, 200, "{body}");
    let text = |text: &str| json!({"effectiveValue": {"stringValue": text}, "userEnteredValue": {"stringValue": text}});
    let formula = json!({"effectiveValue": {"numberValue": 6}, "userEnteredValue": {"formulaValue": "=B2+1"}});
    let data = json!([
        {"rowData": [{"values": [text("id")]}, {"values": [text("a")]}]},
        {"startRow": 2, "startColumn": 1, "rowData": [{"values": [formula]}]},
        {"startRow": 8, "startColumn": 5},
    ]);
    assert_eq!(
        body["updatedSpreadsheet"],
        json!({"sheets": [{"properties": {"sheetId": 0}, "data": data}]})
    );
    assert_eq!(body["replies"][1], json!({}));
    assert_eq!(body.get("spreadsheetId"), None);
}

#[tokio::test]
async fn a_mask_without_the_spreadsheet_leaves_it_out_and_a_wrong_range_fails_the_batch() {
    let world = World::new().await;
    let write = |text: &str| {
        json!([{"updateCells": {
            "start": {"sheetId": 0},
            "rows": [{"values": [{"userEnteredValue": {"stringValue": text}}]}],
            "fields": "userEnteredValue",
        }}])
    };
    let (_, body) = world.batch_and_see(write("one"), &["A1"], "replies").await;
    assert_eq!(body, json!({"replies": [{}]}));
    let (status, body) = world.batch_and_see(write("two"), &["Nowhere!A1"], "replies").await;
    assert_eq!((status, message(&body)), (400, "Unable to parse range: Nowhere!A1"));
    assert_eq!(world.values("A1").await, json!([["one"]]));
    let body = json!({"requests": write("three"), "includeSpreadsheetInResponse": true, "responseRanges": ["A1"]});
    let (_, body) = world.post(":batchUpdate", body).await;
    assert_eq!(
        body["updatedSpreadsheet"]["sheets"][0].get("data"),
        None,
        "not asked for"
    );
}

#[tokio::test]
async fn pasted_values_are_those_of_that_point_of_the_batch() {
    let world = World::new().await;
    world.write("A1:A2", json!([[1], ["=MATCH(\"b\",B:B,0)"]])).await;
    let requests = json!([
        {"updateCells": {
            "start": {"sheetId": 0, "rowIndex": 4, "columnIndex": 1},
            "rows": [{"values": [{"userEnteredValue": {"stringValue": "b"}}]}],
            "fields": "userEnteredValue",
        }},
        {"copyPaste": {"source": cells(1, 2, 0, 1), "destination": cells(1, 2, 2, 3), "pasteType": "PASTE_VALUES"}},
        {"insertDimension": {"range": rows(2, 3)}},
        {"copyPaste": {"source": cells(1, 2, 0, 1), "destination": cells(1, 2, 3, 4), "pasteType": "PASTE_VALUES"}},
    ]);
    let (status, body) = world.batch(requests).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(world.values("C2:D2").await, json!([[5, 6]]));
}

/// World with three rows; the middle one has a note, bold text and a drop-down.
async fn dressed() -> World {
    let world = World::new().await;
    world
        .write(
            "A1:C4",
            json!([
                ["id", "n", "f"],
                ["c", 3, "=B2*2"],
                ["a", 1, "=B3*2"],
                ["b", 2, "=B4*2"]
            ]),
        )
        .await;
    let (status, body) = world
        .batch(json!([
            {"updateCells": {
                "start": {"sheetId": 0, "rowIndex": 2},
                "rows": [{"values": [{
                    "note": "mind this",
                    "userEnteredFormat": {"textFormat": {"bold": true}},
                    "dataValidation": {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "a"}]}},
                }]}],
                "fields": "note,userEnteredFormat.textFormat.bold,dataValidation",
            }},
            {"setBasicFilter": {"filter": {
                "range": cells(0, 4, 0, 3),
                "criteria": {"1": {"hiddenValues": ["9"]}},
                "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "ASCENDING"}],
            }}},
            {"addNamedRange": {"namedRange": {"name": "Row_a", "range": cells(2, 3, 0, 3)}}},
            {"updateDimensionProperties": {
                "range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2},
                "properties": {"pixelSize": 321},
                "fields": "pixelSize",
            }},
        ]))
        .await;
    assert_eq!(status, 200, "{body}");
    world
}

/// Indexes of the rows whose first cell has the note, the format and the validation.
async fn dressed_rows(world: &World) -> Vec<usize> {
    let tab = world
        .tab("data(rowData(values(note,userEnteredFormat,dataValidation)))")
        .await;
    let rows = tab["data"][0]["rowData"].as_array().cloned().unwrap_or_default();
    let is_dressed = |row: &Value| {
        let cell = &row["values"][0];
        cell["note"] == "mind this"
            && cell["userEnteredFormat"]["textFormat"]["bold"] == true
            && cell["dataValidation"]["condition"]["type"] == "ONE_OF_LIST"
    };
    (0..rows.len()).filter(|row| is_dressed(&rows[*row])).collect()
}

#[tokio::test]
async fn notes_formats_and_validation_go_with_their_cells_when_rows_are_sorted() {
    let world = dressed().await;
    let (status, body) = world
        .batch(json!([{"sortRange": {
            "range": cells(1, 4, 0, 3),
            "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}],
        }}]))
        .await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(
        world.values("A2:C4").await,
        json!([["a", 1, 2], ["b", 2, 4], ["c", 3, 6]])
    );
    assert_eq!(dressed_rows(&world).await, [1]);
    let (_, body) = world.get("?fields=namedRanges.range").await;
    assert_eq!(
        body["namedRanges"][0]["range"]["startRowIndex"], 2,
        "a name keeps its place"
    );
}

#[tokio::test]
async fn filters_names_and_formulas_follow_when_rows_come_go_and_move() {
    let cases = [
        (
            json!({"insertDimension": {"range": rows(1, 3)}}),
            4,
            (0, 6),
            (4, 5),
            "=B5*2",
        ),
        (
            json!({"deleteDimension": {"range": rows(1, 2)}}),
            1,
            (0, 3),
            (1, 2),
            "=B2*2",
        ),
        (
            json!({"moveDimension": {"source": rows(2, 3), "destinationIndex": 1}}),
            1,
            (0, 4),
            (1, 2),
            "=B2*2",
        ),
        (
            json!({"moveDimension": {"source": rows(2, 3), "destinationIndex": 9}}),
            8,
            (0, 3),
            (8, 9),
            "=B9*2",
        ),
        (
            json!({"moveDimension": {"source": rows(8, 9), "destinationIndex": 1}}),
            3,
            (0, 5),
            (3, 4),
            "=B4*2",
        ),
    ];
    for (request, row, filter, name, formula) in cases {
        let world = dressed().await;
        let (status, body) = world.batch(json!([request.clone()])).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(dressed_rows(&world).await, [row], "{request}");
        let tab = world.tab("basicFilter.range").await;
        let range = &tab["basicFilter"]["range"];
        let top = range["startRowIndex"].as_u64().unwrap_or(0);
        assert_eq!(
            (top, range["endRowIndex"].as_u64()),
            (filter.0, Some(filter.1)),
            "{request}"
        );
        let (_, body) = world.get("?fields=namedRanges.range").await;
        let range = &body["namedRanges"][0]["range"];
        assert_eq!(
            (&range["startRowIndex"], &range["endRowIndex"]),
            (&json!(name.0), &json!(name.1)),
            "{request}"
        );
        let (_, body) = world
            .get(&format!("/values/C{}?valueRenderOption=FORMULA", row + 1))
            .await;
        assert_eq!(body["values"], json!([[formula]]), "{request}");
    }
}

#[tokio::test]
async fn widths_and_filter_criteria_stay_with_their_columns() {
    let columns =
        |start: u32, end: u32| json!({"sheetId": 0, "dimension": "COLUMNS", "startIndex": start, "endIndex": end});
    let cases = [
        (json!({"insertDimension": {"range": columns(1, 2)}}), Some(2), "=C2*2"),
        (
            json!({"moveDimension": {"source": columns(1, 2), "destinationIndex": 0}}),
            Some(0),
            "=A2*2",
        ),
        (json!({"deleteDimension": {"range": columns(1, 2)}}), None, "=#REF!*2"),
    ];
    for (request, column, formula) in cases {
        let world = dressed().await;
        let (status, body) = world.batch(json!([request.clone()])).await;
        assert_eq!(status, 200, "{body}");
        let tab = world.tab("basicFilter,data(columnMetadata.pixelSize)").await;
        let wide = tab["data"][0]["columnMetadata"]
            .as_array()
            .and_then(|list| list.iter().position(|column| column["pixelSize"] == 321));
        assert_eq!(wide, column, "{request}");
        let criteria = tab["basicFilter"]["criteria"].as_object().cloned().unwrap_or_default();
        assert_eq!(
            criteria.keys().next().cloned(),
            column.map(|at| at.to_string()),
            "{request}"
        );
        let (_, body) = world.get("/values/A2:D2?valueRenderOption=FORMULA").await;
        let last = body["values"][0].as_array().and_then(|row| row.last()).cloned();
        assert_eq!(last, Some(json!(formula)), "{request}");
    }
}
