//! Durability tests: everything is as it was after a restart.

use serde_json::{Value, json};
use sheets_emulator::EmulatorOptions;

use crate::world::World;

#[tokio::test]
async fn everything_is_as_it_was_after_a_restart() {
    let directory = tempfile::tempdir().expect("directory");
    let options = EmulatorOptions {
        data: Some(directory.path().to_owned()),
        ..EmulatorOptions::default()
    };
    let world = World::with(options.clone()).await;
    let rows: Vec<Vec<Value>> = (0..2500)
        .map(|row| vec![json!(row), json!(format!("row {row}"))])
        .collect();
    world.write("A1", json!(rows)).await;
    world.write("C1", json!([["2020-01-31", "=SUM(A1:A10)", true]])).await;
    let span = |start: u32, end: u32| json!({"sheetId": 0, "dimension": "ROWS", "startIndex": start, "endIndex": end});
    let (status, body) = world
        .batch(json!([
            {"deleteDimension": {"range": span(10, 1500)}},
            {"insertDimension": {"range": span(3, 5)}},
            {"moveDimension": {"source": span(0, 1), "destinationIndex": 4}},
            {"addSheet": {"properties": {"title": "Second", "hidden": true}}},
            {"mergeCells": {"range": {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 5, "endColumnIndex": 6}}},
        ]))
        .await;
    assert_eq!(status, 200, "{body}");
    let before = (world.get("").await, world.get("/values/Sheet1").await);
    let key: Value = serde_json::from_str(&world.emulator.service_account_key().await.expect("key")).expect("JSON");
    world.emulator.stop().await;

    let world = World::with(options).await;
    let after = (world.get("").await, world.get("/values/Sheet1").await);
    assert_eq!(after.1, before.1);
    assert_eq!(after.0.1["sheets"], before.0.1["sheets"]);
    assert_eq!(after.0.1["spreadsheetId"], before.0.1["spreadsheetId"]);
    let again: Value = serde_json::from_str(&world.emulator.service_account_key().await.expect("key")).expect("JSON");
    assert_eq!(again["private_key"], key["private_key"]);
    assert_eq!(again["token_uri"], format!("{}/token", world.emulator.url()));
}

#[cfg(unix)]
#[tokio::test]
async fn the_key_file_can_be_read_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().expect("directory");
    let world = World::with(EmulatorOptions {
        data: Some(directory.path().to_owned()),
        ..EmulatorOptions::default()
    })
    .await;
    let lines = world.emulator.environment_lines().await.expect("lines");
    assert!(lines.contains(world.emulator.spreadsheet_id()), "{lines}");
    let mode = std::fs::metadata(directory.path().join("service-account.json"))
        .expect("the file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
