//! Browser tests of contests: view, dispute, correction, rule change.

use jiff::SignedDuration;

use crate::{
    browser::device::{Browser, Script},
    findings::contests::contest,
    world::World,
};

async fn spring(world: &World) {
    contest(world, 2, ["Spring", "2026-03-01", "2026-03-31", "", "A bike", "", ""]).await;
}

#[tokio::test]
async fn an_open_contest_follows_a_claim_and_its_address_can_be_passed_on() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    spring(&world).await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    browser
        .goto(&format!("{}/leaderboard?contest=Spring", world.address))
        .await;
    browser.reads(".lead", "Kate leads with 1 point.").await;
    browser.reads(".countdown", "28 days 10 h left").await;
    browser.find(".freshness button").await;
    world.claim("Manny", "Beta", &["GitHub", "Cursor"]).await;
    browser
        .reads(".news[role=status]", "Manny: +2 at Beta (GitHub, Cursor).")
        .await;
    browser.reads(".lead", "Manny leads with 2 points.").await;
    browser.reads(".ranking tr.fresh", "Manny").await;

    for place in ["/leaderboard?contest=Spring", "/leaderboard?period=month"] {
        browser.goto(&format!("{}{place}", world.address)).await;
        browser.press(".share summary").await;
        let address = browser.value("#share-address").await;
        assert!(
            address.starts_with("http://") && address.contains("/leaderboard?"),
            "{address}"
        );
        browser.reads("[data-share-ways]", "Print").await;
        browser.press("[data-share-ways] button").await;
        browser
            .until("document.getElementById('share-told').textContent !== ''")
            .await;
    }
    let files = "[...document.querySelectorAll('.downloads a')].map(link => new URL(link.href).searchParams.get('format')).slice(0, 2).join()";
    assert_eq!(browser.ask(files).await, "csv,xlsx");
}

#[tokio::test]
async fn a_dispute_a_correction_and_a_changed_rule_need_no_script() {
    let Some(browser) = Browser::open(Script::Off).await else {
        return;
    };
    let world = World::new().await;
    spring(&world).await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    browser.goto(&format!("{}/leaderboard/submit", world.address)).await;
    browser.write("#csm", "Manny").await;
    browser.write("#company", "ACME Inc.").await;
    browser.press("label:has(input[value=GitHub])").await;
    browser.press("label:has(input[value=Cursor])").await;
    world.pass(SignedDuration::from_secs(1));
    browser.press("form.claim button.action").await;
    browser.reads("h1", "Recorded").await;
    let receipt = browser.place().await;

    browser.press("a[href^='/leaderboard/disputes/new']").await;
    browser.reads(".lead", "already credited to Kate, 3 March").await;
    browser.write("#reason", "I was there first").await;
    browser.press("form.claim button.action").await;
    browser.reads("h1", "Disputes").await;
    browser.reads(".claims", "I was there first").await;

    browser.goto(&format!("{}{receipt}", world.address)).await;
    browser.press("a[href*='/correct?']").await;
    browser.find("#integrations").await.clear().await.expect("empty");
    browser.write("#integrations", "GitHub, ClickHouse").await;
    browser.press("form.claim button.action").await;
    browser.reads("h1", "Recorded").await;
    browser.reads("main", "ClickHouse").await;
    browser
        .goto(&format!("{}/leaderboard/corrections", world.address))
        .await;
    browser
        .reads(".corrections", "integrations: “GitHub, Cursor” → “GitHub, ClickHouse”")
        .await;

    world.json("/leaderboard?contest=Spring").await;
    world.staff_type("contests!F2", "all".into()).await;
    browser
        .goto(&format!("{}/leaderboard?contest=Spring", world.address))
        .await;
    browser.reads("#proposed", "With the changed rule").await;
    browser.write("#rule", "split").await;
    browser.press("form.narrow button").await;
    browser.reads(".error", "Type “all”.").await;
    assert_eq!(browser.value("#rule").await, "split");
    browser.find("#rule").await.clear().await.expect("empty");
    browser.write("#rule", "all").await;
    browser.press("form.narrow button").await;
    browser.reads(".lead", "Manny leads with 2 points.").await;
    browser.reads(".facts", "all, received").await;
}
