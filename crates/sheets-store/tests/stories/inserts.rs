//! Tests of inserts: load, faults, edits by staff.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::json;
use sheets_store::{Batch, CommitError, options::StoreOptions};
use test_support::{StoreSettings, sheet_world::IDENTITY, sheet_world::store_with};

use crate::fixtures::visits::{Visits, ids, insert, visits, visits_with};

#[tokio::test]
async fn a_hundred_inserts_at_once_take_a_handful_of_writes() {
    let world = Arc::new(visits().await);
    let written = (0..100).map(|number| {
        let store = Arc::clone(&world.store);
        tokio::spawn(async move {
            store
                .commit(Batch::inserts([insert(&format!("id-{number}"), "Acme")]))
                .await
        })
    });
    for written in written.collect::<Vec<_>>() {
        assert_eq!(written.await.expect("task").expect("written").inserted, 1);
    }
    let found: BTreeSet<String> = ids(&world).await.into_iter().collect();
    assert_eq!((found.len(), ids(&world).await.len()), (100, 100));
    let writes = world.calls().await["writes"].as_u64().expect("count");
    assert!(writes <= 4, "{writes} writes");
}

#[tokio::test]
async fn every_row_is_there_once_when_answers_are_lost_throttled_or_broken() {
    for fault in [
        "429",
        "503",
        "commit-then-503",
        "commit-then-timeout",
        "commit-then-truncate",
        "commit-then-reset",
        "truncate",
        "reset",
        "html",
    ] {
        let world = Arc::new(visits().await);
        world
            .fault(json!({"match": "batchUpdate", "times": 2, "fault": fault, "delay_ms": 2_500}))
            .await;
        let committed = (0..20).map(|number| {
            let store = Arc::clone(&world.store);
            tokio::spawn(async move {
                store
                    .commit(Batch::inserts([insert(&format!("id-{number:02}"), "Acme")]))
                    .await
            })
        });
        for committed in committed.collect::<Vec<_>>() {
            committed
                .await
                .expect("task")
                .unwrap_or_else(|error| panic!("{fault}: {error}"));
        }
        let mut found = ids(&world).await;
        found.sort();
        assert_eq!(
            found,
            (0..20).map(|number| format!("id-{number:02}")).collect::<Vec<_>>(),
            "{fault}"
        );
    }
}

#[tokio::test]
async fn the_same_id_is_written_once_however_often_it_is_sent() {
    let world = visits().await;
    let first = world
        .store
        .commit(Batch::inserts([insert("a", "Acme")]))
        .await
        .expect("written");
    assert_eq!((first.inserted, first.already_there), (1, 0));
    let batch = Batch::inserts([insert("a", "Acme"), insert("b", "Beta"), insert("b", "Beta")]);
    let second = world.store.commit(batch).await.expect("written");
    assert_eq!((second.inserted, second.already_there), (1, 2));
    assert_eq!(ids(&world).await, ["a", "b"]);
}

#[tokio::test]
async fn a_poisonous_row_fails_alone() {
    let world = Arc::new(visits().await);
    let jobs: Vec<_> = (0..10)
        .map(|number| {
            let store = Arc::clone(&world.store);
            let company = if number == 4 {
                "x".repeat(50_001)
            } else {
                "Acme".to_owned()
            };
            tokio::spawn(async move {
                store
                    .commit(Batch::inserts([insert(&format!("id-{number}"), &company)]))
                    .await
            })
        })
        .collect();
    for (number, job) in jobs.into_iter().enumerate() {
        let result = job.await.expect("task");
        if number == 4 {
            assert!(matches!(result, Err(CommitError::Refused(_))), "{result:?}");
        } else {
            assert!(result.is_ok(), "{result:?}");
        }
    }
    assert_eq!(ids(&world).await.len(), 9);
}

#[tokio::test]
async fn rows_go_below_the_data_wherever_staff_have_moved_it() {
    let world = visits().await;
    for id in ["a", "b", "c"] {
        world
            .store
            .commit(Batch::inserts([insert(id, "Acme")]))
            .await
            .expect("written");
    }
    let sheet = world.sheet_id("visits").await;
    // Staff sort by id in descending order, insert a column in front, and type a row without an id below the data.
    world
        .staff(json!([
            {"sortRange": {"range": {"sheetId": sheet, "startRowIndex": 1, "endRowIndex": 4}, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]}},
            {"insertDimension": {"range": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}}},
        ]))
        .await;
    world.staff_type("visits!A1", json!("our own")).await;
    world.staff_type("visits!D5", json!("a row without id")).await;
    world
        .store
        .commit(Batch::inserts([insert("d", "Delta")]))
        .await
        .expect("written");
    let rows = world.rows("visits").await;
    let column = |index: usize| {
        rows.iter()
            .map(|row| row.get(index).cloned().unwrap_or_default())
            .collect::<Vec<_>>()
    };
    assert_eq!(column(1), [json!("c"), json!("b"), json!("a"), json!(""), json!("d")]);
    assert_eq!(rows[4][4], "Delta");
}

#[tokio::test]
async fn tick_boxes_that_staff_filled_down_to_the_end_are_no_data() {
    let world = visits().await;
    world
        .store
        .commit(Batch::inserts([insert("a", "Acme")]))
        .await
        .expect("written");
    let sheet = world.sheet_id("visits").await;
    world
        .staff(json!([
            {"insertDimension": {"range": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}}},
            {"repeatCell": {
                "range": {"sheetId": sheet, "startRowIndex": 1, "endRowIndex": 1000, "startColumnIndex": 1, "endColumnIndex": 2},
                "cell": {"userEnteredValue": {"boolValue": false}}, "fields": "userEnteredValue"
            }},
        ]))
        .await;
    world
        .store
        .commit(Batch::inserts([insert("b", "Beta")]))
        .await
        .expect("written");
    let rows = world.rows("visits").await;
    assert_eq!(
        (&rows[0][0], &rows[1][0], &rows[1][4]),
        (&json!("a"), &json!("b"), &json!("Beta"))
    );
}

#[tokio::test]
async fn a_spreadsheet_that_never_answers_keeps_nobody_waiting_beyond_the_deadline() {
    let world = Arc::new(visits_with(StoreSettings::with_patience(std::time::Duration::from_millis(500))).await);
    world
        .fault(json!({"match": "", "times": 100_000, "fault": "timeout", "delay_ms": 60_000}))
        .await;
    let jobs: Vec<_> = (0..3)
        .map(|number| {
            let store = Arc::clone(&world.store);
            tokio::spawn(async move {
                store
                    .commit(Batch::inserts([insert(&format!("id-{number}"), "Acme")]))
                    .await
            })
        })
        .collect();
    for job in jobs {
        let result = job.await.expect("task");
        assert!(
            matches!(result, Err(CommitError::Unknown(_) | CommitError::NotWritten(_))),
            "{result:?}"
        );
    }
    world.heal().await;
}

#[tokio::test]
async fn waiting_for_our_own_quota_is_not_an_outage_of_google() {
    let world = visits().await;
    let options = StoreOptions {
        calls_per_minute: std::num::NonZeroU32::new(6),
        patience: std::time::Duration::from_millis(200),
        ..StoreOptions::for_google(world.clock(), IDENTITY)
    };
    let store = store_with(&world.sheets, options).await;
    let reading = store.read::<Visits>().await;
    assert!(reading.is_ok());
    for _ in 0..2 {
        store.refresh();
        let reading = store.read::<Visits>().await.expect("older data");
        assert_eq!(reading.unreachable_since, None);
    }
}

#[tokio::test]
async fn the_grid_grows_when_its_last_row_is_taken() {
    let world = visits().await;
    let sheet = world.sheet_id("visits").await;
    world.staff(json!([{"deleteDimension": {"range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 2, "endIndex": 1000}}}])).await;
    for id in ["a", "b", "c"] {
        world
            .store
            .commit(Batch::inserts([insert(id, "Acme")]))
            .await
            .expect("written");
    }
    assert_eq!(ids(&world).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn a_tab_that_was_replaced_is_found_again() {
    let world = visits().await;
    world
        .store
        .commit(Batch::inserts([insert("a", "Acme")]))
        .await
        .expect("written");
    let sheet = world.sheet_id("visits").await;
    world
        .staff(json!([
            {"duplicateSheet": {"sourceSheetId": sheet, "newSheetName": "copy"}},
            {"deleteSheet": {"sheetId": sheet}},
        ]))
        .await;
    let copy = world.sheet_id("copy").await;
    world
        .staff(
            json!([{"updateSheetProperties": {"properties": {"sheetId": copy, "title": "visits"}, "fields": "title"}}]),
        )
        .await;
    world
        .store
        .commit(Batch::inserts([insert("b", "Beta")]))
        .await
        .expect("written");
    assert_eq!(ids(&world).await, ["a", "b"]);
}
