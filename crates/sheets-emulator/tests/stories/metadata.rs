//! Tests of developer metadata attached to rows, columns, tabs and spreadsheets.

use serde_json::{Value, json};
use sheets_emulator::EmulatorOptions;

use crate::world::{World, message};

fn row(index: u32) -> Value {
    json!({"dimensionRange": {"sheetId": 0, "dimension": "ROWS", "startIndex": index, "endIndex": index + 1}})
}

fn lookup(lookup: Value) -> Value {
    json!({ "developerMetadataLookup": lookup })
}

impl World {
    async fn tie(&self, key: &str, location: Value) -> Value {
        let metadata =
            json!({"metadataKey": key, "metadataValue": "v", "location": location, "visibility": "DOCUMENT"});
        let (status, body) = self
            .batch(json!([{"createDeveloperMetadata": {"developerMetadata": metadata}}]))
            .await;
        assert_eq!(status, 200, "{body}");
        body["replies"][0]["createDeveloperMetadata"]["developerMetadata"].clone()
    }

    async fn search(&self, filter: Value) -> Vec<Value> {
        let (status, body) = self
            .post("/developerMetadata:search", json!({"dataFilters": [filter]}))
            .await;
        assert_eq!(status, 200, "{body}");
        let found = body["matchedDeveloperMetadata"].as_array().cloned().unwrap_or_default();
        found.iter().map(|one| one["developerMetadata"].clone()).collect()
    }
}

#[tokio::test]
async fn metadata_of_a_row_moves_with_it_but_does_not_follow_a_sort() {
    let range = |start: u32, end: u32| json!({"sheetId": 0, "dimension": "ROWS", "startIndex": start, "endIndex": end});
    let sort = json!({"sortRange": {
        "range": {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 4},
        "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}],
    }});
    let cases = [
        (json!({"insertDimension": {"range": range(1, 3)}}), Some(4)),
        (json!({"deleteDimension": {"range": range(0, 1)}}), Some(1)),
        (
            json!({"moveDimension": {"source": range(2, 3), "destinationIndex": 0}}),
            Some(0),
        ),
        (json!({"deleteDimension": {"range": range(2, 3)}}), None),
        (sort, Some(2)),
    ];
    for (request, index) in cases {
        let world = World::new().await;
        world.write("A1:A4", json!([["id"], ["a"], ["b"], ["c"]])).await;
        world.tie("key", row(2)).await;
        assert_eq!(world.batch(json!([request.clone()])).await.0, 200);
        let found = world.search(lookup(json!({"metadataKey": "key"}))).await;
        let start = found
            .first()
            .map(|one| one["location"]["dimensionRange"]["startIndex"].clone());
        assert_eq!(start, index.map(|index: u32| json!(index)), "{request}");
    }
}

#[tokio::test]
async fn metadata_is_found_read_changed_and_deleted() {
    let directory = tempfile::tempdir().expect("directory");
    let options = || EmulatorOptions {
        data: Some(directory.path().to_owned()),
        ..EmulatorOptions::default()
    };
    let world = World::with(options()).await;
    world.write("A1:B3", json!([["id", "n"], ["a", 1], ["b", 2]])).await;
    let made = world.tie("row", row(1)).await;
    assert_eq!(made["location"]["locationType"], "ROW");
    world.tie("tab", json!({"sheetId": 0})).await;
    world.tie("all", json!({"spreadsheet": true})).await;
    world.emulator.stop().await;
    let world = World::with(options()).await;
    let id = &made["metadataId"];
    assert_eq!(
        world.get(&format!("/developerMetadata/{id}")).await,
        (200, made.clone())
    );
    let (status, body) = world.get("/developerMetadata/1").await;
    assert_eq!((status, message(&body)), (404, "No developer metadata with ID 1"));
    let fields = "developerMetadata.metadataKey,sheets(developerMetadata.metadataKey,data.rowMetadata.developerMetadata.metadataKey)";
    let (_, body) = world.get(&format!("?fields={fields}&ranges=A1:B3")).await;
    let key = |key: &str| json!([{"metadataKey": key}]);
    assert_eq!(
        (&body["developerMetadata"], &body["sheets"][0]["developerMetadata"]),
        (&key("all"), &key("tab"))
    );
    assert_eq!(
        body["sheets"][0]["data"][0]["rowMetadata"][1]["developerMetadata"],
        key("row")
    );
    let filter = lookup(json!({"metadataId": id}));
    let (_, body) = world
        .post("/values:batchGetByDataFilter", json!({"dataFilters": [filter]}))
        .await;
    assert_eq!(body["valueRanges"][0]["valueRange"]["values"], json!([["a", "1"]]));
    let request = json!({"updateDeveloperMetadata": {
        "dataFilters": [filter], "developerMetadata": {"metadataValue": "new"}, "fields": "metadataValue",
    }});
    world.batch(json!([request])).await;
    let found = world
        .search(lookup(json!({"metadataValue": "new", "locationType": "ROW"})))
        .await;
    assert_eq!(found.len(), 1);
    let (_, body) = world
        .batch(
            json!([{"deleteDeveloperMetadata": {"dataFilter": lookup(json!({"metadataLocation": {"sheetId": 0}}))}}]),
        )
        .await;
    let gone = &body["replies"][0]["deleteDeveloperMetadata"]["deletedDeveloperMetadata"];
    assert_eq!(gone.as_array().map(Vec::len), Some(2), "the row is on the tab");
    assert_eq!(world.search(lookup(json!({"visibility": "DOCUMENT"}))).await.len(), 1);
}

#[tokio::test]
async fn a_copy_of_a_tab_has_ranges_and_ids_of_its_own() {
    let world = World::new().await;
    let range = json!({"sheetId": 0, "startRowIndex": 0, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 2});
    world.tie("key", row(1)).await;
    let requests = json!([
        {"addProtectedRange": {"protectedRange": {"range": range}}},
        {"setBasicFilter": {"filter": {"range": range}}},
        {"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 9, "insertSheetIndex": 1}},
        {"insertDimension": {"range": {"sheetId": 9, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}},
    ]);
    assert_eq!(world.batch(requests).await.0, 200);
    let (_, body) = world.get("").await;
    let (first, copy) = (&body["sheets"][0], &body["sheets"][1]);
    assert_ne!(
        first["protectedRanges"][0]["protectedRangeId"],
        copy["protectedRanges"][0]["protectedRangeId"]
    );
    assert_eq!(first["basicFilter"]["range"]["startRowIndex"], 0);
    assert_eq!(copy["basicFilter"]["range"]["startRowIndex"], 1);
    assert_eq!(copy["protectedRanges"][0]["range"]["sheetId"], 9);
    let found = world.search(lookup(json!({"metadataKey": "key"}))).await;
    let starts: Vec<&Value> = found
        .iter()
        .map(|one| &one["location"]["dimensionRange"]["startIndex"])
        .collect();
    assert_eq!(starts, [1, 2]);
}
