//! Browser tests of errors: the spreadsheet is unreachable.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;

use crate::{
    browser::device::{Browser, Script},
    world::{Plan, World},
};

#[tokio::test]
async fn an_unreachable_sheet_keeps_everything_and_the_next_try_records_it_once() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::of(Plan {
        patience: Duration::from_millis(300),
        ..Plan::default()
    })
    .await;
    browser.goto(&format!("{}/leaderboard/submit", world.address)).await;
    browser.write("#csm", "Kate").await;
    browser.write("#company", "Acme").await;
    browser.press("label:has(input[value=GitHub])").await;
    world.pass(SignedDuration::from_secs(1));
    world
        .fault(json!({"match": "", "times": 100_000, "fault": "503"}))
        .await;
    browser.press("form.claim button.action").await;

    browser.reads("[role=alert] h2", "NOT recorded").await;
    browser.until("!!document.activeElement.closest('[role=alert]')").await;
    assert!(browser.client.title().await.expect("title").starts_with("Not recorded"));
    assert_eq!(browser.value("#csm").await, "Kate");
    assert_eq!(browser.value("#company").await, "Acme");
    assert!(browser.ticked("input[value=GitHub]").await);

    world.heal().await;
    assert_eq!(world.rows("submissions").await.len(), 0);
    world.pass(SignedDuration::from_secs(60));
    browser.press("form.claim button.action").await;
    browser.reads("main", "+1 for Kate (GitHub).").await;
    assert_eq!(world.rows("submissions").await.len(), 1);
}
