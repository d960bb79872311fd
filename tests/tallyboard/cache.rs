//! Tests of the read cache in front of the spreadsheet: number of API calls, background refresh, stale data.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sheets_store::{Batch, SpreadsheetState, options::ChangeCheck};
use test_support::Page;

use crate::world::{Plan, World, form, insert};

async fn reads(world: &World) -> u64 {
    world.calls().await["reads"].as_u64().expect("count")
}

/// Requests the board `people` times concurrently.
async fn views(world: &Arc<World>, people: usize) -> Vec<Page> {
    let views: Vec<_> = (0..people)
        .map(|_| {
            let world = Arc::clone(world);
            tokio::spawn(async move { world.page("/leaderboard").await })
        })
        .collect();
    let mut pages = Vec::new();
    for view in views {
        pages.push(view.await.expect("task"));
    }
    pages
}

/// Changes the spreadsheet as staff do, without notifying the store.
async fn staff_silently(world: &World, requests: Value) {
    let url = format!(
        "{}/v4/spreadsheets/{}:batchUpdate",
        world.sheets.url(),
        world.sheets.spreadsheet_id()
    );
    let request = world.client.post(url).bearer_auth(world.sheets.owner_token());
    let response = request
        .json(&json!({"requests": requests}))
        .send()
        .await
        .expect("answer");
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_read_that_began_before_a_write_is_not_what_the_writer_waits_for() {
    let world = Arc::new(World::new().await);
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world
        .fault(json!({"match": "batchGet", "times": 1, "fault": "slow", "delay_ms": 1_500}))
        .await;
    world.forget_calls().await;
    world.store.refresh();
    let early = {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.page("/leaderboard").await })
    };
    while reads(&world).await == 0 {
        tokio::task::yield_now().await;
    }
    world
        .store
        .commit(Batch::inserts([insert("b", "Beta")]))
        .await
        .expect("written");
    world.forget_calls().await;
    let page = world.page("/leaderboard").await;
    assert_ne!(
        reads(&world).await,
        0,
        "the page was content with a read from before the write"
    );
    page.says("2 integrations at 2 companies");
    early.await.expect("task");
}

#[tokio::test]
async fn data_is_asked_for_again_only_when_it_is_old_and_then_once_however_many_look() {
    let world = Arc::new(World::new().await);
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.page("/leaderboard").await;
    world.forget_calls().await;
    world.pass(SignedDuration::from_secs(15));
    for page in views(&world, 20).await {
        page.says("(15 s ago)");
    }
    assert_eq!(reads(&world).await, 0);

    world.pass(SignedDuration::from_secs(1));
    for page in views(&world, 50).await {
        page.says("Kate");
    }
    // The refresh runs in the background.
    while !world
        .page("/leaderboard")
        .await
        .all(".status")
        .concat()
        .contains("(0 s ago)")
    {
        tokio::task::yield_now().await;
    }
    assert_eq!(reads(&world).await, 1);
}

/// Requests the board until its data is 0 seconds old.
async fn view_until_fresh(world: &World) -> Page {
    loop {
        let page = world.page("/leaderboard").await;
        if page.all(".status").concat().contains("(0 s ago)") {
            return page;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn where_drive_is_asked_an_unchanged_spreadsheet_is_not_read_again() {
    let world = World::of(Plan {
        change_check: ChangeCheck::ByDrive,
        ..Plan::default()
    })
    .await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.page("/leaderboard").await;
    // The second refresh records the file version that belongs to the rows.
    world.pass(SignedDuration::from_secs(16));
    view_until_fresh(&world).await;
    world.forget_calls().await;
    world.pass(SignedDuration::from_secs(16));
    view_until_fresh(&world).await.says("Kate");
    assert_eq!(reads(&world).await, 0);

    let sheet = world.sheet_id("submissions").await;
    let renamed = json!({"userEnteredValue": {"stringValue": "Kat"}});
    let typed = json!([{"updateCells": {"start": {"sheetId": sheet, "rowIndex": 1, "columnIndex": 2},
                                        "fields": "userEnteredValue", "rows": [{"values": [renamed]}]}}]);
    staff_silently(&world, typed).await;
    world.forget_calls().await;
    world.pass(SignedDuration::from_secs(16));
    let page = view_until_fresh(&world).await;
    let ranking = page.all(".ranking").concat();
    assert!(ranking.contains("Kat") && !ranking.contains("Kate"), "{ranking}");
    assert_ne!(
        reads(&world).await,
        0,
        "the rows, and the end of the log for what staff changed"
    );
}

#[tokio::test]
async fn while_google_is_away_views_show_the_age_of_the_data_and_do_not_each_ask() {
    let world = Arc::new(
        World::of(Plan {
            patience: Duration::from_millis(200),
            ..Plan::default()
        })
        .await,
    );
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.page("/leaderboard").await;
    world
        .fault(json!({"match": "", "times": 100_000, "fault": "503"}))
        .await;
    world.pass(SignedDuration::from_mins(5));
    // The first view starts the refresh, which fails.
    world.page("/leaderboard").await.says("Kate");
    while !matches!(world.store.status().state, SpreadsheetState::Failing { .. }) {
        tokio::task::yield_now().await;
    }
    world.forget_calls().await;
    for page in views(&world, 50).await {
        assert_eq!(page.status, StatusCode::OK);
        page.says("You see the data of 13:00:00.");
        page.says("(5 min ago)");
    }
    assert_eq!(reads(&world).await, 0);
}

#[tokio::test]
async fn a_spreadsheet_that_is_away_from_the_start_is_asked_by_one_for_all() {
    let world = Arc::new(
        World::of(Plan {
            patience: Duration::from_millis(200),
            ..Plan::default()
        })
        .await,
    );
    world
        .fault(json!({"match": "", "times": 100_000, "fault": "503"}))
        .await;
    for page in views(&world, 50).await {
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
        page.says("The spreadsheet does not answer");
    }
    let asked = reads(&world).await;
    assert!(asked < 20, "{asked} reads for 50 views");
    world.forget_calls().await;
    views(&world, 50).await;
    assert_eq!(reads(&world).await, 0, "a moment after a failure nobody asks again");
}

#[tokio::test]
async fn a_board_whose_tab_was_gone_is_back_within_seconds_without_anybody_asking_for_it() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    let sheet = world.sheet_id("submissions").await;
    let rename = |title: &str| json!([{"updateSheetProperties": {"properties": {"sheetId": sheet, "title": title}, "fields": "title"}}]);
    world.staff(rename("renamed")).await;
    world
        .page("/leaderboard")
        .await
        .says("The spreadsheet has no tab “submissions”.");
    staff_silently(&world, rename("submissions")).await;
    let page = world.page("/leaderboard").await;
    assert_eq!(
        page.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "the reason is kept for a moment"
    );
    world.pass(SignedDuration::from_secs(4));
    world.page("/leaderboard").await.says("Kate");
}

#[tokio::test]
async fn a_hundred_people_who_press_refresh_at_once_cost_a_handful_of_reads() {
    let world = Arc::new(World::new().await);
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.page("/leaderboard").await;
    world.forget_calls().await;
    let people: Vec<_> = (0..100)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                let pressed = world.post("/refresh").send().await.expect("answer");
                assert_eq!(pressed.status(), StatusCode::SEE_OTHER);
                world.page("/leaderboard").await.says("Kate");
            })
        })
        .collect();
    for person in people {
        person.await.expect("task");
    }
    let reads = reads(&world).await;
    assert!((1..=10).contains(&reads), "{reads} reads");
}

#[tokio::test]
async fn a_hundred_submissions_at_once_take_a_handful_of_writes() {
    let world = Arc::new(World::new().await);
    let sent = (0..100).map(|number| {
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            world
                .send_form(&form(
                    "Kate",
                    &format!("Company {number}"),
                    &["GitHub"],
                    &format!("key-{number}"),
                ))
                .await
                .status()
        })
    });
    for sent in sent.collect::<Vec<_>>() {
        assert_eq!(sent.await.expect("task"), StatusCode::SEE_OTHER);
    }
    let companies: BTreeSet<String> = world
        .rows("submissions")
        .await
        .iter()
        .map(|row| row[3].to_string())
        .collect();
    assert_eq!((companies.len(), world.rows("submissions").await.len()), (100, 100));
    let writes = world.calls().await["writes"].as_u64().expect("count");
    assert!(writes <= 4, "{writes} writes");
}

#[tokio::test]
async fn a_board_whose_tab_is_gone_does_not_ask_again_for_each_view() {
    let world = World::new().await;
    let sheet = world.sheet_id("submissions").await;
    world.staff(json!([{"deleteSheet": {"sheetId": sheet}}])).await;
    world
        .page("/leaderboard")
        .await
        .says("The spreadsheet has no tab “submissions”.");
    world.forget_calls().await;
    for _ in 0..10 {
        assert_eq!(world.page("/leaderboard").await.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(world.calls().await["reads"], 0);
}

#[tokio::test]
async fn two_hundred_views_of_a_cold_board_cost_one_read() {
    let world = Arc::new(World::new().await);
    let views: Vec<_> = (0..200)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.page("/leaderboard").await.status })
        })
        .collect();
    for view in views {
        assert_eq!(view.await.expect("task"), StatusCode::OK);
    }
    assert_eq!(world.calls().await["reads"], 1);
}

#[tokio::test]
async fn old_data_is_shown_at_once_while_one_refresh_runs() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.page("/leaderboard").await;
    world.forget_calls().await;
    world.pass(SignedDuration::from_secs(60));
    for _ in 0..5 {
        world.page("/leaderboard").await.says("Kate");
    }
    // The refresh runs in the background, so poll until its call is counted.
    let mut reads = world.calls().await["reads"].clone();
    while reads == 0 {
        tokio::task::yield_now().await;
        reads = world.calls().await["reads"].clone();
    }
    assert_eq!(reads, 1);
}

#[tokio::test]
async fn what_was_written_is_on_the_next_page_even_while_reads_are_slow() {
    let world = World::new().await;
    world.page("/leaderboard").await;
    world
        .fault(json!({"match": "batchGet", "times": 3, "fault": "slow", "delay_ms": 100}))
        .await;
    world.claim("Kate", "Acme", &["GitHub"]).await.says("+1 for Kate");
    world.page("/leaderboard").await.says("Kate");
}
