//! Tests of large tabs: paginated reads, incremental reads of added rows, completeness.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::SignedDuration;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use sheets_store::{Batch, Snapshot, Store, options::StoreOptions, read::read_error::ReadError};
use test_support::{SheetWorld, sheet_world::IDENTITY, sheet_world::store_with};

use crate::fixtures::visits::{Visits, insert, visits};

async fn filled(world: &SheetWorld, count: usize) {
    let rows = (0..count).map(|number| insert(&format!("id-{number:04}"), &format!("Company {number}")));
    world.store.commit(Batch::inserts(rows)).await.expect("written");
}

async fn paging(world: &SheetWorld, rows_a_page: u32) -> Arc<Store> {
    let options = StoreOptions {
        calls_per_minute: None,
        first_pause: Duration::from_millis(5),
        rows_a_page,
        ..StoreOptions::for_google(world.clock(), IDENTITY)
    };
    store_with(&world.sheets, options).await
}

async fn read(store: &Store) -> Arc<Snapshot<Visits>> {
    store.read::<Visits>().await.expect("a reading").snapshot
}

#[tokio::test]
async fn a_large_tab_comes_in_pages_and_is_the_same_as_at_once() {
    let world = visits().await;
    filled(&world, 700).await;
    let whole = read(&*paging(&world, 50_000).await).await;
    assert_eq!(whole.data.companies.len(), 700);
    assert_eq!(whole.data.companies[699].0, 701);
    for (rows_a_page, calls) in [(1_000, 2), (500, 4), (300, 6), (701, 3)] {
        let store = paging(&world, rows_a_page).await;
        world.forget_calls().await;
        let paged = read(&store).await;
        assert_eq!(paged.data.companies, whole.data.companies);
        // The grid has 1,700 rows; one additional call lists the tabs.
        assert_eq!(world.calls().await["reads"], calls + 1, "{rows_a_page} rows a page");
    }
}

#[tokio::test]
async fn a_tab_that_grew_or_shrank_since_it_was_listed_is_read_whole() {
    let world = visits().await;
    filled(&world, 300).await;
    let store = paging(&world, 400).await;
    assert_eq!(read(&store).await.data.companies.len(), 300);
    for number in 300..310 {
        let row = insert(&format!("id-{number:04}"), "Acme");
        world.store.commit(Batch::inserts([row])).await.expect("written");
    }
    store.refresh();
    assert_eq!(read(&store).await.data.companies.len(), 310);
    let sheet = world.sheet_id("visits").await;
    world
        .staff(json!([{"deleteDimension": {"range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 11, "endIndex": 1200}}}]))
        .await;
    store.refresh();
    assert_eq!(read(&store).await.data.companies.len(), 10);
    store.refresh();
    assert_eq!(read(&store).await.data.companies.len(), 10);
}

#[tokio::test]
async fn rows_that_move_between_two_pages_are_neither_lost_nor_doubled() {
    let world = Arc::new(visits().await);
    filled(&world, 200).await;
    let sheet = world.sheet_id("visits").await;
    let staff = tokio::spawn({
        let world = Arc::clone(&world);
        async move {
            let mut random = ChaCha8Rng::seed_from_u64(7);
            for _ in 0..120 {
                let order = ["ASCENDING", "DESCENDING"][random.random_range(0..2)];
                let row = random.random_range(1..200);
                let request = match random.random_range(0..3) {
                    0 => {
                        json!({"sortRange": {"range": {"sheetId": sheet, "startRowIndex": 1, "endRowIndex": 230}, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": order}]}})
                    }
                    1 => {
                        json!({"insertDimension": {"range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": row, "endIndex": row + 1}, "inheritFromBefore": row > 1}})
                    }
                    _ => {
                        json!({"moveDimension": {"source": {"sheetId": sheet, "dimension": "ROWS", "startIndex": row, "endIndex": row + 3}, "destinationIndex": 1}})
                    }
                };
                world.staff(json!([request])).await;
            }
        }
    });
    let store = paging(&world, 60).await;
    let expected: BTreeMap<String, usize> = (0..200).map(|number| (format!("id-{number:04}"), 1)).collect();
    let mut complete = 0;
    while !staff.is_finished() || complete == 0 {
        store.refresh();
        match store.read::<Visits>().await {
            Ok(reading) => {
                let mut counts = BTreeMap::new();
                for (_, id, _) in &reading.snapshot.data.companies {
                    *counts.entry(id.clone()).or_insert(0) += 1;
                }
                assert_eq!(counts, expected);
                complete += 1;
            }
            Err(error) => assert!(matches!(error, ReadError::Unreachable(_)), "{error}"),
        }
    }
    staff.await.expect("staff");
}

#[tokio::test]
async fn ids_that_stand_twice_for_good_do_not_keep_a_large_tab_from_being_read() {
    let world = visits().await;
    filled(&world, 100).await;
    world.staff_type("visits!A90", json!("id-0003")).await;
    let store = paging(&world, 300).await;
    assert_eq!(read(&store).await.data.companies.len(), 100);
}

#[tokio::test]
async fn after_an_insert_only_the_end_of_the_tab_is_read() {
    let world = visits().await;
    filled(&world, 50).await;
    let store = paging(&world, 50_000).await;
    let before = read(&store).await;
    assert_eq!((before.data.decoded, before.extends()), (50, None));
    // `staff_type` refreshes only the world's own store; this store sees the edit when its data is stale.
    world.staff_type("visits!D10", json!("edited")).await;
    world.forget_calls().await;
    for number in 50..53 {
        let row = insert(&format!("id-{number:04}"), "Acme");
        store.commit(Batch::inserts([row])).await.expect("written");
    }
    let reads_of_writes = world.calls().await["reads"].as_u64().expect("count");
    let after = read(&store).await;
    assert_eq!(
        world.calls().await["reads"].as_u64().expect("count") - reads_of_writes,
        1
    );
    assert_eq!((after.data.decoded, after.extends()), (3, Some(before.version)));
    assert_eq!(after.data.companies.len(), 53);
    assert_eq!(after.data.companies[52], (54, "id-0052".to_owned(), "Acme".to_owned()));
    assert_eq!(after.data.companies[8].2, "Company 8");

    world.pass(SignedDuration::from_secs(16));
    let mut later = read(&store).await;
    while later.data.companies[8].2 != "edited" {
        tokio::task::yield_now().await;
        later = read(&store).await;
    }
    assert_eq!((later.data.decoded, later.extends()), (53, None));
}

#[tokio::test]
async fn an_insert_after_staff_moved_the_end_is_followed_by_a_read_of_everything() {
    let world = visits().await;
    filled(&world, 20).await;
    let store = paging(&world, 50_000).await;
    read(&store).await;
    let sheet = world.sheet_id("visits").await;
    let requests = [
        json!({"sortRange": {"range": {"sheetId": sheet, "startRowIndex": 1, "endRowIndex": 21}, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]}}),
        json!({"deleteDimension": {"range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 4, "endIndex": 6}}}),
        json!({"insertDimension": {"range": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}}}),
    ];
    for (number, request) in requests.into_iter().enumerate() {
        world.staff(json!([request])).await;
        store
            .commit(Batch::inserts([insert(&format!("new-{number}"), "Acme")]))
            .await
            .expect("written");
        let incremental = read(&store).await;
        let anew = read(&*paging(&world, 50_000).await).await;
        assert_eq!(incremental.data.companies, anew.data.companies);
        assert_eq!(incremental.data.first_cell, anew.data.first_cell);
    }
}

#[tokio::test]
async fn what_follows_from_added_rows_is_what_reading_everything_gives() {
    let world = visits().await;
    let store = paging(&world, 50_000).await;
    let mut random = ChaCha8Rng::seed_from_u64(11);
    for step in 0..40 {
        match random.random_range(0..6) {
            0 => {
                world
                    .staff_type(&format!("visits!A{}", random.random_range(2..9)), json!("typed"))
                    .await;
            }
            1 => {
                let range = format!("visits!D{}", random.random_range(2..30));
                world.staff_type(&range, json!("a row of staff")).await;
            }
            2 => store.refresh(),
            _ => {
                let count = random.random_range(1..4);
                let rows = (0..count).map(|number| insert(&format!("id-{step}-{number}"), "Acme"));
                store.commit(Batch::inserts(rows)).await.expect("written");
            }
        }
        let incremental = read(&store).await;
        if incremental.extends().is_none() {
            store.refresh();
        }
        let incremental = read(&store).await;
        let anew = read(&*paging(&world, 50_000).await).await;
        // Edits by staff above the end appear only with the next full read.
        let ends = |rows: &Snapshot<Visits>| rows.data.companies.last().cloned();
        assert_eq!(ends(&incremental), ends(&anew), "step {step}");
        store.refresh();
        assert_eq!(read(&store).await.data.companies, anew.data.companies, "step {step}");
    }
}

#[tokio::test]
async fn columns_of_staff_change_no_version_but_links_follow_columns_that_move() {
    let world = visits().await;
    filled(&world, 3).await;
    let store = paging(&world, 50_000).await;
    let before = read(&store).await;
    let sheet = world.sheet_id("visits").await;
    world
        .staff(json!([{"appendDimension": {"sheetId": sheet, "dimension": "COLUMNS", "length": 3}}]))
        .await;
    world.staff_type("visits!J2", json!("our own note")).await;
    store.refresh();
    let noted = read(&store).await;
    assert_eq!(noted.version, before.version);
    world
        .staff(json!([{"insertDimension": {"range": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}}}]))
        .await;
    store.refresh();
    let moved = read(&store).await;
    assert!(moved.version > before.version);
    assert!(
        before.data.first_cell.ends_with("range=A2:G2"),
        "{}",
        before.data.first_cell
    );
    assert!(
        moved.data.first_cell.ends_with("range=A2:H2"),
        "{}",
        moved.data.first_cell
    );
}

#[tokio::test]
async fn fifty_people_who_refresh_at_once_share_a_read() {
    let world = visits().await;
    filled(&world, 3).await;
    let store = paging(&world, 50_000).await;
    read(&store).await;
    world.forget_calls().await;
    for _ in 0..50 {
        store.refresh();
    }
    let readers = (0..50).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { read(&store).await.rows })
    });
    for reader in readers.collect::<Vec<_>>() {
        assert_eq!(reader.await.expect("a reader"), 3);
    }
    assert_eq!(world.calls().await["reads"], 1);
}
