//! Tests of id assignment: rows that staff type without an id each get the next number, also with concurrent readers
//! and moving rows.

use deals::deal::columns::{CLIENT, DEALS};
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sheets_store::{Batch, CellContent, RowChange, RowNumbering};
use test_support::proxy::{Event, store_behind_proxy};

use crate::{
    sales::create,
    world::{Plan, World},
};

/// A world with deal 7 in row 2 and three rows without an id below it.
async fn typed() -> World {
    let world = World::new().await;
    create(
        &world,
        json!({"client": "Acme", "statut": "Prospect", "montant_brut": 100}),
    )
    .await;
    world.staff_type("deals!A2", json!(7)).await;
    for (row, client) in [(3, "Bleu"), (4, "Ciel"), (5, "Dune")] {
        world.staff_type(&format!("deals!B{row}"), json!(client)).await;
        world.staff_type(&format!("deals!C{row}"), json!("negociation")).await;
        world.staff_type(&format!("deals!D{row}"), json!(1000)).await;
    }
    world
}

/// Id, client, probability and weighted value of each row.
async fn rows(world: &World) -> Vec<Vec<Value>> {
    let cell = |row: &Vec<Value>, place: usize| row.get(place).cloned().unwrap_or(Value::Null);
    let rows = world.rows("deals").await;
    rows.iter()
        .map(|row| [0, 1, 4, 5].map(|place| cell(row, place)).to_vec())
        .collect()
}

fn number(row: u32, client: &str) -> RowChange {
    RowChange::Number(RowNumbering {
        tab: &DEALS,
        row,
        seen: vec![(CLIENT, CellContent::Text(client.to_owned()))],
    })
}

/// Audit lines about the id column.
async fn log(world: &World) -> Vec<String> {
    let rows = world.rows("audit_log").await;
    let about_ids = rows.iter().filter(|row| row.get(6) == Some(&json!("id")));
    about_ids
        .map(|row| {
            let cells = [4, 5, 7, 8].map(|place| match row.get(place) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            });
            cells.join("|")
        })
        .collect()
}

#[tokio::test]
async fn two_instances_that_create_at_once_give_distinct_numbers() {
    let world = World::new().await;
    let other = world.another_instance(&Plan::default()).await;
    let creations = (1..=12).map(|number| {
        let instance = if number % 2 == 0 { &other } else { &world.address };
        let deal = json!({"client": format!("Client {number}"), "statut": "Prospect", "montant_brut": number});
        let request = world.client.post(format!("{instance}/deals")).json(&deal);
        async move {
            let response = request.send().await.expect("answer");
            assert_eq!(response.status(), StatusCode::CREATED);
            let answer: Value = response.json().await.expect("JSON");
            (answer["id"].clone(), answer["client"].clone())
        }
    });
    let mut told = join_all(creations).await;
    let mut stored: Vec<(Value, Value)> = rows(&world)
        .await
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    for pairs in [&mut told, &mut stored] {
        pairs.sort_by_key(|(id, _)| id.as_u64());
    }
    assert_eq!(told, stored, "each was told the number of its own row");
    let ids: Vec<Option<u64>> = stored.iter().map(|(id, _)| id.as_u64()).collect();
    assert_eq!(ids, (1..=12).map(Some).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_row_that_is_not_as_it_was_seen_gets_no_number() {
    let world = typed().await;
    let before = rows(&world).await;
    for change in [
        number(3, "Ciel"),
        number(2, "Acme"),
        number(6, ""),
        number(900_000, "Bleu"),
    ] {
        let committed = world
            .store
            .commit(Batch::by("test", [change]))
            .await
            .expect("committed");
        assert_eq!(committed.updated, 0);
    }
    assert_eq!(rows(&world).await, before);
}

#[tokio::test]
async fn a_number_that_hits_another_row_is_put_right() {
    let world = typed().await;
    let sheet = world.sheet_id("deals").await;
    let (proxy, store) = store_behind_proxy(&world).await;
    let to_the_bottom = json!([{"moveDimension": {
        "source": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 2, "endIndex": 5},
        "destinationIndex": 1,
    }}]);
    proxy.expect([Event::Staff(to_the_bottom)]);
    let committed = store
        .commit(Batch::by("test", [number(5, "Dune")]))
        .await
        .expect("committed");
    assert_eq!(
        (committed.updated, proxy.left()),
        (0, 0),
        "the row without a number stands elsewhere"
    );
    let ids: Vec<Value> = rows(&world).await.into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(ids, [json!(""), json!(""), json!(""), json!(7)]);
    let log = log(&world).await;
    assert_eq!(log, ["8|numbered|7|8", "8|put right|8|7"]);
}

#[tokio::test]
async fn a_number_that_hits_an_empty_row_is_taken_out_again() {
    let world = typed().await;
    let sheet = world.sheet_id("deals").await;
    let (proxy, store) = store_behind_proxy(&world).await;
    let shorter = json!([{"deleteDimension": {
        "range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 2, "endIndex": 3},
    }}]);
    proxy.expect([Event::Staff(shorter)]);
    let committed = store
        .commit(Batch::by("test", [number(5, "Dune")]))
        .await
        .expect("committed");
    assert_eq!((committed.updated, proxy.left()), (0, 0));
    let ids: Vec<Value> = rows(&world).await.into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(ids, [json!(7), json!(""), json!("")]);
}
