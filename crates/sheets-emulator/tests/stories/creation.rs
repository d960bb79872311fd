//! Tests of spreadsheets created with content, names and formats.

use serde_json::{Value, json};

use crate::world::{World, message};

impl World {
    async fn create(&self, body: Value) -> (u16, Value) {
        let url = format!("{}/v4/spreadsheets", self.emulator.url());
        let request = self
            .client
            .post(url)
            .bearer_auth(self.emulator.owner_token())
            .json(&body);
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }
}

#[tokio::test]
async fn a_spreadsheet_is_made_with_its_cells_names_and_looks() {
    let world = World::new().await;
    let cell = |text: &str| json!({"userEnteredValue": {"stringValue": text}});
    let (status, made) = world
        .create(json!({
            "properties": {"title": "Made", "locale": "fr_FR"},
            "sheets": [
                {
                    "properties": {"sheetId": 5, "title": "First"},
                    "data": [{
                        "startRow": 1,
                        "startColumn": 1,
                        "rowData": [
                            {"values": [cell("id"), {"note": "mind", "userEnteredFormat": {"textFormat": {"bold": true}}}]},
                            {"values": [{"userEnteredValue": {"formulaValue": "=1+1"}}]},
                        ],
                        "columnMetadata": [{"pixelSize": 250}],
                    }],
                    "merges": [{"startRowIndex": 5, "endRowIndex": 6, "startColumnIndex": 0, "endColumnIndex": 2}],
                    "basicFilter": {"range": {"startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 1, "endColumnIndex": 3}},
                },
                {"properties": {"title": "Second"}},
            ],
            "namedRanges": [{"name": "Ids", "range": {"sheetId": 5, "startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 1, "endColumnIndex": 2}}],
        }))
        .await;
    assert_eq!(status, 200, "{made}");
    let (_, body) = world
        .get(&format!(
            "/../{}?includeGridData=true",
            made["spreadsheetId"].as_str().unwrap_or_default()
        ))
        .await;
    let first = &body["sheets"][0];
    let rows = &first["data"][0]["rowData"];
    assert_eq!(rows[1]["values"][1]["formattedValue"], "id");
    assert_eq!(rows[1]["values"][2]["note"], "mind");
    assert_eq!(rows[2]["values"][1]["effectiveValue"], json!({"numberValue": 2}));
    assert_eq!(first["data"][0]["columnMetadata"][1]["pixelSize"], 250);
    assert_eq!(first["merges"][0]["sheetId"], 5);
    assert_eq!(first["basicFilter"]["range"]["sheetId"], 5);
    assert_eq!(body["sheets"][1]["properties"]["title"], "Second");
    assert_eq!(body["namedRanges"][0]["name"], "Ids");
    assert_eq!(body["properties"]["locale"], "fr_FR");
}

#[tokio::test]
async fn what_cannot_be_made_is_named_and_nothing_is_made() {
    let world = World::new().await;
    let (status, body) = world.create(json!({"sheets": [{"charts": [{}]}]})).await;
    assert_eq!(
        (status, message(&body)),
        (501, "The emulator does not support spreadsheets.create with charts.")
    );
    let pivot = json!({"rowData": [{"values": [{"pivotTable": {}}]}]});
    let (status, body) = world.create(json!({"sheets": [{"data": [pivot]}]})).await;
    assert_eq!(
        (status, message(&body)),
        (501, "The emulator does not support CellData.pivotTable.")
    );
}
