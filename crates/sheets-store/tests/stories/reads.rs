//! Tests of reads: number of calls, background refresh, stale data, an outage.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use serde_json::json;
use sheets_store::{Batch, Store, options::ChangeCheck, read::read_error::ReadError};
use test_support::{SheetWorld, StoreSettings};

use crate::fixtures::visits::{Visits, insert, visits, visits_with};

async fn reads(world: &SheetWorld) -> u64 {
    world.calls().await["reads"].as_u64().expect("count")
}

/// Number of visits that a page would show.
async fn count(store: &Store) -> usize {
    let reading = store.read::<Visits>().await.expect("at least older data");
    reading.snapshot.data.companies.len()
}

/// Changes the spreadsheet as staff do, without notifying the store.
async fn add_silently(world: &SheetWorld, id: &str) {
    let sheet = world.sheet_id("visits").await;
    let row = json!({"values": [{"userEnteredValue": {"stringValue": id}}]});
    let url = format!(
        "{}/v4/spreadsheets/{}:batchUpdate",
        world.sheets.url(),
        world.sheets.spreadsheet_id()
    );
    let request = world.client.post(url).bearer_auth(world.sheets.owner_token());
    let requests = json!([{"appendCells": {"sheetId": sheet, "rows": [row], "fields": "userEnteredValue"}}]);
    let response = request
        .json(&json!({"requests": requests}))
        .send()
        .await
        .expect("answer");
    assert!(response.status().is_success());
}

/// Waits until a background refresh has brought `expected` visits.
async fn count_becomes(store: &Store, expected: usize) {
    while count(store).await != expected {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn two_hundred_readers_at_once_cost_one_read() {
    let world = Arc::new(visits().await);
    let readers = (0..200).map(|_| {
        let store = Arc::clone(&world.store);
        tokio::spawn(async move { count(&store).await })
    });
    for reader in readers.collect::<Vec<_>>() {
        assert_eq!(reader.await.expect("task"), 0);
    }
    assert_eq!(reads(&world).await, 1);
}

#[tokio::test]
async fn stale_data_is_returned_at_once_while_one_refresh_runs() {
    let world = visits().await;
    count(&world.store).await;
    world.forget_calls().await;
    world.pass(SignedDuration::from_secs(15));
    count(&world.store).await;
    assert_eq!(reads(&world).await, 0, "fifteen seconds are not stale");
    world.pass(SignedDuration::from_secs(1));
    for _ in 0..5 {
        count(&world.store).await;
    }
    // The refresh runs in the background, so poll until its call is counted.
    while reads(&world).await == 0 {
        tokio::task::yield_now().await;
    }
    count(&world.store).await;
    assert_eq!(reads(&world).await, 1);
}

#[tokio::test]
async fn what_was_written_is_in_the_next_read_even_while_reads_are_slow() {
    let world = visits().await;
    count(&world.store).await;
    world
        .fault(json!({"match": "batchGet", "times": 3, "fault": "slow", "delay_ms": 100}))
        .await;
    world
        .store
        .commit(Batch::inserts([insert("a", "Acme")]))
        .await
        .expect("written");
    assert_eq!(count(&world.store).await, 1);
}

#[tokio::test]
async fn a_read_that_began_before_a_write_is_never_returned_after_it() {
    let world = Arc::new(visits().await);
    count(&world.store).await;
    world
        .fault(json!({"match": "batchGet", "times": 1, "fault": "slow", "delay_ms": 1_500}))
        .await;
    world.forget_calls().await;
    world.store.refresh();
    let early = tokio::spawn({
        let store = Arc::clone(&world.store);
        async move { count(&store).await }
    });
    while reads(&world).await == 0 {
        tokio::task::yield_now().await;
    }
    world
        .store
        .commit(Batch::inserts([insert("a", "Acme")]))
        .await
        .expect("written");
    assert_eq!(count(&world.store).await, 1);
    early.await.expect("task");
}

#[tokio::test]
async fn during_an_outage_the_last_data_is_returned_with_its_beginning() {
    let world = visits_with(StoreSettings::with_patience(Duration::from_millis(200))).await;
    world
        .store
        .commit(Batch::inserts([insert("a", "Acme")]))
        .await
        .expect("written");
    count(&world.store).await;
    world
        .fault(json!({"match": "", "times": 100_000, "fault": "503"}))
        .await;
    world.pass(SignedDuration::from_mins(5));
    loop {
        let reading = world.store.read::<Visits>().await.expect("older data");
        assert_eq!(reading.snapshot.data.companies.len(), 1);
        if reading.unreachable_since.is_some() {
            break;
        }
        tokio::task::yield_now().await;
    }
    world.forget_calls().await;
    for _ in 0..50 {
        count(&world.store).await;
    }
    assert_eq!(reads(&world).await, 0, "a moment after a failure nobody asks again");
}

#[tokio::test]
async fn where_drive_is_asked_an_unchanged_spreadsheet_is_not_read_again() {
    let settings = StoreSettings {
        change_check: ChangeCheck::ByDrive,
        ..StoreSettings::default()
    };
    let world = visits_with(settings).await;
    count(&world.store).await;
    // The second refresh records the file version that belongs to the rows.
    world.store.refresh();
    count(&world.store).await;
    world.forget_calls().await;
    world.store.refresh();
    count(&world.store).await;
    assert_eq!(reads(&world).await, 0);
    add_silently(&world, "a").await;
    world.store.refresh();
    count_becomes(&world.store, 1).await;
    assert_ne!(reads(&world).await, 0);
}

#[tokio::test]
async fn whoever_is_about_to_write_is_shown_what_stands_there_now() {
    let world = visits_with(StoreSettings::with_patience(Duration::from_millis(300))).await;
    let visits_now = async |world: &SheetWorld| {
        let reading = world.store.read_now::<Visits>().await;
        reading.map(|reading| reading.snapshot.data.companies.len())
    };
    assert_eq!(visits_now(&world).await.expect("read"), 0);
    add_silently(&world, "a").await;
    // Pages may show stale data; a caller that is about to write must not rely on it.
    world.pass(SignedDuration::from_hours(1));
    assert_eq!(visits_now(&world).await.expect("read"), 1);

    world
        .fault(json!({"match": "", "times": 100_000, "fault": "503"}))
        .await;
    world.store.refresh();
    let error = visits_now(&world).await.expect_err("only older data can be had");
    assert!(matches!(error, ReadError::Unreachable(_)), "{error}");
    let page = world.store.read::<Visits>().await.expect("older data");
    assert_eq!(page.snapshot.data.companies.len(), 1);
    assert!(page.unreachable_since.is_some());
}

#[tokio::test]
async fn a_read_that_takes_longer_than_a_page_waits_is_shown_by_a_later_page() {
    let world = visits_with(StoreSettings::with_patience(Duration::from_millis(100))).await;
    let visits_now = async |world: &SheetWorld| {
        let reading = world.store.read::<Visits>().await.expect("at least older data");
        reading.snapshot.data.companies.len()
    };
    assert_eq!(visits_now(&world).await, 0);
    world.staff_type("visits!A2", json!(1)).await;
    world.staff_type("visits!B2", json!("Acme")).await;
    world.staff_type("visits!C2", json!("Prospect")).await;
    world.staff_type("visits!D2", json!(100)).await;
    world
        .fault(json!({"match": "batchGet", "times": 1, "fault": "slow", "delay_ms": 600}))
        .await;
    assert_eq!(visits_now(&world).await, 0, "the page shows what it has");
    world.forget_calls().await;
    // Later reads fail, so only the read in progress can bring the new row.
    world
        .fault(json!({"match": "batchGet", "times": 100_000, "fault": "503"}))
        .await;
    while visits_now(&world).await == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn whoever_works_ahead_hears_of_rows_that_changed_and_of_no_others() {
    let world = visits().await;
    let mut renewed = world.store.data_versions();
    let read = async || drop(world.store.read::<Visits>().await.expect("rows"));
    read().await;
    assert!(renewed.has_changed().expect("a store"), "read for the first time");
    renewed.mark_unchanged();
    world.store.refresh();
    read().await;
    assert!(
        !renewed.has_changed().expect("a store"),
        "read again, and nothing is new"
    );
    world.staff_type("visits!B2", json!("Acme")).await;
    read().await;
    assert!(renewed.has_changed().expect("a store"), "staff typed something");
}
