//! Tests of concurrent clients.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sheets_emulator::EmulatorOptions;

use crate::world::World;

const CLIENTS: usize = 32;
const CALLS: usize = 8;

/// Emulator with a data directory, where every write waits for the disk.
async fn durable() -> (tempfile::TempDir, World) {
    let directory = tempfile::tempdir().expect("directory");
    let world = World::with(EmulatorOptions {
        data: Some(directory.path().to_owned()),
        ..EmulatorOptions::default()
    })
    .await;
    (directory, world)
}

impl World {
    fn write_of(&self, path: &str, body: &Value) -> impl Future<Output = u16> + use<> {
        let request = self.client.post(self.address(path)).json(body);
        let request = request.bearer_auth(self.emulator.owner_token());
        async move { request.send().await.expect("an answer").status().as_u16() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_appended_by_many_clients_at_once_are_each_there_once() {
    let (_directory, world) = durable().await;
    let mut tasks = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        let calls: Vec<_> = (0..CALLS)
            .map(|call| {
                let insert = if call % 2 == 0 { "INSERT_ROWS" } else { "OVERWRITE" };
                let path = format!("/values/A1:append?valueInputOption=RAW&insertDataOption={insert}");
                world.write_of(&path, &json!({"values": [[client, call]]}))
            })
            .collect();
        tasks.spawn(async move {
            for call in calls {
                assert_eq!(call.await, 200);
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("a client");
    }
    let values = world.values("A:B").await;
    let rows = values.as_array().expect("rows");
    let distinct: BTreeSet<String> = rows.iter().map(Value::to_string).collect();
    assert_eq!((rows.len(), distinct.len()), (CLIENTS * CALLS, CLIENTS * CALLS));
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_never_see_half_of_a_batch() {
    let (_directory, world) = durable().await;
    let cell = |row: u32, value: usize| {
        json!({"updateCells": {
            "start": {"sheetId": 0, "rowIndex": row},
            "rows": [{"values": [{"userEnteredValue": {"numberValue": value}}]}],
            "fields": "userEnteredValue",
        }})
    };
    let mut writers = tokio::task::JoinSet::new();
    for value in 1..=CLIENTS {
        writers.spawn(world.write_of(":batchUpdate", &json!({"requests": [cell(0, value), cell(900, value)]})));
    }
    let mut written = 0;
    while written < CLIENTS {
        let (_, body) = world.get("/values:batchGet?ranges=A1&ranges=A901").await;
        let ranges = &body["valueRanges"];
        assert_eq!(ranges[0].get("values"), ranges[1].get("values"), "{body}");
        while let Some(done) = writers.try_join_next() {
            assert_eq!(done.expect("a writer"), 200);
            written += 1;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_answer_holds_up_no_writer_and_shows_one_moment() {
    let world = World::new().await;
    let long = "x".repeat(700);
    let rows: Vec<Value> = (0..5000)
        .map(|_| json!([long, long, long, long, long, long, "old"]))
        .collect();
    let (status, _) = world
        .put("/values/A1?valueInputOption=RAW", json!({ "values": rows }))
        .await;
    assert_eq!(status, 200);
    let request = world.client.get(world.address("/values:batchGet?ranges=A:G"));
    let answer = request
        .bearer_auth(world.emulator.owner_token())
        .send()
        .await
        .expect("an answer");
    // The unread response of 21 MB exceeds the socket buffers, so the server is still sending it.
    world.write("G5000", json!([["new"]])).await;
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["valueRanges"][0]["values"][4999][6], "old");
    assert_eq!(world.values("G5000").await, json!([["new"]]));
}
