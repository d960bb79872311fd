//! Findings of the leaderboard, and the refresh button.

use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::json;
use test_support::Page;

use crate::world::{Plan, World};

#[tokio::test]
async fn the_hour_that_comes_twice_does_not_turn_the_order_of_claims_around() {
    let world = World::new().await;
    world.set_clock("2026-10-25T00:45:00Z");
    world.claim("First", "Acme", &["GitHub"]).await;
    world.set_clock("2026-10-25T01:15:00Z");
    let receipt = world.claim("Second", "Acme", &["GitHub"]).await;
    receipt.says("GitHub was already credited to First.");
    assert_eq!(world.json("/findings").await["cells"], json!([]));
}

#[tokio::test]
async fn a_row_that_a_late_write_left_twice_counts_once() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    let sheet = world.sheet_id("submissions").await;
    world
        .staff(json!([{"copyPaste": {
            "source": {"sheetId": sheet, "startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 7},
            "destination": {"sheetId": sheet, "startRowIndex": 2, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 7},
            "pasteType": "PASTE_NORMAL"
        }}]))
        .await;
    assert_eq!(world.rows("submissions").await.len(), 2);
    let board = world.json("/leaderboard").await;
    assert_eq!(board["by_csm"][0]["submissions"], 1);
    let findings = world.json("/findings").await;
    assert_eq!(
        (&findings["cells"][0]["row"], &findings["cells"][0]["effect"]),
        (&json!(3), &json!("row_excluded"))
    );
}

#[tokio::test]
async fn one_more_line_in_the_catalog_is_one_more_option_without_a_restart() {
    let world = World::new().await;
    let offered = |page: &Page| page.attributes("input[name=integrations]", "value");
    assert_eq!(
        offered(&world.page("/leaderboard/submit").await),
        ["GitHub", "Cursor", "ClickHouse", "Datadog", "OpenAI"]
    );
    std::fs::write(world.catalog_path(), "Linear\nGitHub\n|broken\n").expect("catalog");
    world.pass(SignedDuration::from_secs(2));
    assert_eq!(offered(&world.page("/leaderboard/submit").await), ["Linear", "GitHub"]);
    let findings = world.json("/findings").await;
    assert_eq!(findings["lines"][0]["line"], 3);
    assert_eq!(world.json("/leaderboard").await["findings"], 1);
}

#[tokio::test]
async fn cells_that_cannot_be_read_are_findings_with_a_link_and_the_rest_counts() {
    let world = World::new().await;
    for company in ["Acme", "Beta", "Gamma", "Delta"] {
        world.claim("Kate", company, &["GitHub"]).await;
    }
    world.staff_type("submissions!B2", json!("yesterday")).await;
    world.staff_type("submissions!E3", json!("GitHub, Kafka")).await;
    world.staff_type("submissions!F4", json!("maybe")).await;
    let id = world.rows("submissions").await[0][0].clone();
    world.staff_type("submissions!A5", id).await;

    let findings = world.json("/findings").await;
    let found: Vec<(i64, &str, &str)> = findings["cells"]
        .as_array()
        .expect("cells")
        .iter()
        .map(|cell| {
            (
                cell["row"].as_i64().expect("row"),
                cell["column"].as_str().expect("column"),
                cell["effect"].as_str().expect("effect"),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (2, "submitted_at", "row_excluded"),
            (3, "integrations", "counted_apart"),
            (4, "status", "counted")
        ]
    );
    let board = world.json("/leaderboard").await;
    assert_eq!(board["findings"], 3);
    assert_eq!(board["by_csm"][0]["integrations"], 3);
    assert_eq!(board["by_csm"][0]["outside_catalog"], 1);
    let page = world.page("/findings").await;
    let links = page.attributes("main a", "href");
    assert!(links.iter().any(|link| link.ends_with("&range=B2")), "{links:?}");
}

#[tokio::test]
async fn the_same_id_in_two_rows_is_a_finding() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.claim("Kate", "Beta", &["GitHub"]).await;
    let id = world.rows("submissions").await[0][0].clone();
    world.staff_type("submissions!A3", id).await;
    let findings = world.json("/findings").await;
    assert_eq!(findings["cells"][0]["row"], 3);
    assert_eq!(findings["cells"][0]["column"], "id");
}

#[tokio::test]
async fn every_page_says_how_old_its_data_is_and_refresh_comes_back_to_it() {
    let world = World::new().await;
    world
        .page("/leaderboard")
        .await
        .says("Embedded spreadsheet data of 13:00:00 (0 s ago)");
    world.pass(SignedDuration::from_secs(9));
    world
        .page("/leaderboard/claims")
        .await
        .says("data of 13:00:00 (9 s ago)");
    let refreshed = world
        .post("/refresh")
        .form(&[("to", "/leaderboard?from=2026-03-01")])
        .send()
        .await
        .expect("answer");
    assert_eq!(refreshed.status(), StatusCode::SEE_OTHER);
    assert_eq!(refreshed.headers()["location"], "/leaderboard?from=2026-03-01");
    world.page("/leaderboard").await.says("data of 13:00:09 (0 s ago)");
    for hostile in ["https://evil.example", "//evil.example", "/\\evil.example"] {
        let refreshed = world
            .post("/refresh")
            .form(&[("to", hostile)])
            .send()
            .await
            .expect("answer");
        assert_eq!(refreshed.headers()["location"], "/leaderboard");
    }
}

#[tokio::test]
async fn while_google_is_away_the_last_data_stays_with_a_banner() {
    let world = World::of(Plan {
        patience: std::time::Duration::from_millis(200),
        ..Plan::default()
    })
    .await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.page("/leaderboard").await.says("Kate");
    world
        .fault(json!({"match": "", "times": 100_000, "fault": "503"}))
        .await;
    world.pass(SignedDuration::from_mins(5));
    world.post("/refresh").send().await.expect("answer");
    let page = world.page("/leaderboard").await;
    assert_eq!(page.status, StatusCode::OK);
    page.says("Kate");
    page.says("cannot be reached since 13:05. You see the data of 13:00:00.");
    world.heal().await;
    world.pass(SignedDuration::from_secs(30));
    world.post("/refresh").send().await.expect("answer");
    let page = world.page("/leaderboard").await;
    assert!(!page.main().contains("cannot be reached"));
    page.says("data of 13:05:30");
}
