//! Tests of live updates: recipients, order, missed events, API calls per open board.

use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use test_support::event_stream::EventStream;

use crate::world::{Plan, World, form};

/// Opens the stream of an open board.
async fn open(world: &World, query: &str) -> EventStream {
    open_with(world, query, "").await
}

async fn open_with(world: &World, query: &str, headers: &str) -> EventStream {
    EventStream::open(&world.address, &format!("/leaderboard/live{query}"), headers).await
}

async fn viewers(world: &World, number: usize) -> Vec<EventStream> {
    let opened = (0..number).map(|_| open(world, ""));
    let mut viewers = join_all(opened).await;
    for edition in join_all(viewers.iter_mut().map(EventStream::edition)).await {
        assert_eq!(edition["claims"], json!([]), "a new viewer has missed nothing");
    }
    viewers
}

async fn editions(viewers: &mut [EventStream]) -> Vec<Value> {
    join_all(viewers.iter_mut().map(EventStream::edition)).await
}

fn messages(edition: &Value) -> Vec<&str> {
    let claims = edition["claims"].as_array().expect("claims").iter();
    claims
        .map(|claim| claim["message"].as_str().expect("message"))
        .collect()
}

async fn reads(world: &World) -> u64 {
    world.calls().await["reads"].as_u64().expect("count")
}

/// Types a row into the spreadsheet as staff do, without notifying the program.
async fn staff_type_a_row(world: &World, cells: [&str; 5]) {
    let row = world.rows("submissions").await.len() + 2;
    let url = format!(
        "{}/v4/spreadsheets/{}/values:batchUpdate",
        world.sheets.url(),
        world.sheets.spreadsheet_id()
    );
    let data = json!([{"range": format!("submissions!A{row}:E{row}"), "values": [cells]}]);
    let response = world
        .client
        .post(url)
        .bearer_auth(world.sheets.owner_token())
        .json(&json!({"valueInputOption": "USER_ENTERED", "data": data}))
        .send()
        .await
        .expect("answer");
    assert!(response.status().is_success());
}

/// Reads of the spreadsheet caused by one claim, and by one row that staff typed, with `boards` open boards.
async fn cost(boards: usize) -> (u64, u64) {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    let mut viewers = viewers(&world, boards).await;

    world.forget_calls().await;
    world.claim("Manny", "Beta", &["GitHub", "Cursor"]).await;
    for edition in editions(&mut viewers).await {
        assert_eq!(messages(&edition), ["Manny: +2 at Beta (GitHub, Cursor)."]);
    }
    let for_a_claim = reads(&world).await;

    staff_type_a_row(&world, ["", "2026-03-03 13:00:00", "Zoé", "Globex", "OpenAI"]).await;
    world.forget_calls().await;
    world.pass(SignedDuration::from_secs(16));
    for edition in editions(&mut viewers).await {
        assert_eq!(messages(&edition), ["Zoé: +1 at Globex (OpenAI)."]);
    }
    (for_a_claim, reads(&world).await)
}

#[tokio::test]
async fn five_hundred_open_boards_hear_of_a_claim_at_the_cost_of_one() {
    let (one, many) = (cost(1).await, cost(500).await);
    // The program logs edits by staff in the background, so the number of reads varies by one or two.
    assert!(
        many.0 <= one.0 + 1 && many.1 <= one.1 + 2,
        "one board: {one:?}, five hundred: {many:?}"
    );
    assert!(many.0 <= 2, "the receipt and the boards share a read: {many:?}");
}

#[tokio::test]
async fn a_claim_is_told_though_the_claimant_never_looks_at_the_receipt() {
    let world = World::new().await;
    let mut viewer = viewers(&world, 1).await;
    world.pass(SignedDuration::from_millis(1));
    world.send_form(&form("Kate", "Acme", &["GitHub"], "")).await;
    let edition = viewer[0].edition().await;
    assert_eq!(messages(&edition), ["Kate: +1 at Acme (GitHub)."]);
    assert_eq!(edition["others"], 0);

    world.claim("Manny", "Acme", &["GitHub"]).await;
    let edition = viewer[0].edition().await;
    assert_eq!(messages(&edition), ["Manny: a claim at Acme, nothing new to credit."]);
}

#[tokio::test]
async fn whoever_was_away_is_told_once_what_they_missed() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    let mut first = viewers(&world, 1).await;
    world.claim("Kate", "Beta", &["GitHub"]).await;
    let seen = first[0].edition().await["edition"]
        .as_str()
        .expect("edition")
        .to_owned();
    drop(first);
    world.claim("Manny", "Beta", &["Cursor"]).await;
    world.claim("Manny", "Globex", &["Cursor"]).await;

    let missed = ["Manny: +1 at Beta (Cursor).", "Manny: +1 at Globex (Cursor)."];
    let mut by_address = open(&world, &format!("?since={seen}")).await;
    assert_eq!(messages(&by_address.edition().await), missed);
    // A browser that reconnects sends `Last-Event-ID`, which takes precedence over `since` in the address.
    let header = format!("Last-Event-ID: {seen}\r\n");
    let mut returned = open_with(&world, "?since=0-0-0", &header).await;
    let edition = returned.edition().await;
    assert_eq!(messages(&edition), missed);

    let seen = edition["edition"].as_str().expect("edition");
    let mut up_to_date = open(&world, &format!("?since={seen}")).await;
    world.claim("Zoé", "Acme", &["OpenAI"]).await;
    assert_eq!(messages(&up_to_date.edition().await), ["Zoé: +1 at Acme (OpenAI)."]);
    for unknown in ["?since=00000000-1-1", "?since=nonsense", "?since=", ""] {
        let mut stranger = open(&world, unknown).await;
        let heard = stranger.hears("data: {").await;
        assert!(
            heard.contains("event: edition") && !heard.contains("event: claims"),
            "{unknown}: {heard}"
        );
    }
}

#[tokio::test]
async fn a_change_without_a_new_claim_is_an_edition_and_no_news() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    let mut viewer = viewers(&world, 1).await;
    staff_type_a_row(&world, ["", "2026-03-03 13:00:00", "Zoé", "", ""]).await;
    world.pass(SignedDuration::from_secs(16));
    let heard = viewer[0].hears("data: {").await;
    assert!(heard.contains("event: edition"), "nothing is claimed yet: {heard}");
}

#[tokio::test]
async fn very_many_claims_at_once_are_counted_and_the_latest_named() {
    let world = World::new().await;
    let mut viewer = viewers(&world, 1).await;
    let filled = world.post("/leaderboard/sample").send().await.expect("answer");
    assert!(filled.status().is_redirection());
    let edition = viewer[0].edition().await;
    assert_eq!(messages(&edition).len(), 20);
    assert!(
        edition["others"].as_u64().expect("count") > 100,
        "{}",
        edition["others"]
    );
}

#[tokio::test]
async fn a_stream_is_never_kept_and_nobody_holds_it_back() {
    let world = World::new().await;
    let response = world.get("/leaderboard/live").send().await.expect("answer");
    assert!(response.status().is_success());
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-cache"),
        ("x-accel-buffering", "no"),
    ] {
        assert_eq!(response.headers()[name], value);
    }
}

#[tokio::test]
async fn a_program_reads_highlights_and_the_own_line_as_people_do() {
    let world = World::of(Plan {
        team_goal: "4/week".parse().ok(),
        ..Plan::default()
    })
    .await;
    world.claim("Kate", "Acme", &["GitHub", "Cursor"]).await;
    world.claim("Manny", "Beta", &["Cursor"]).await;

    let board = world.json("/leaderboard").await;
    let highlights = &board["highlights"];
    assert_eq!(highlights["team"]["reached"], 3);
    assert_eq!(highlights["team"]["goal"], json!({"integrations": 4, "every": "week"}));
    assert_eq!(highlights["team"]["days_left"], 6, "it is Tuesday");
    assert_eq!(highlights["first_of_week"]["csm"], "Kate");
    assert_eq!(
        highlights["most_improved"]["csms"],
        json!([{"csm": "Kate", "points": 2}])
    );
    let days = highlights["per_day"].as_array().expect("days");
    assert_eq!(days.len(), 28);
    assert_eq!(
        days.last(),
        Some(&json!({"day": "2026-03-03", "claims": 2, "integrations": 3}))
    );
    let page = world.page("/leaderboard").await;
    page.says("Team goal: 3 of 4 integrations this week, 6 days left.");
    let of_today = page.attributes(".highlights tbody tr:first-child a", "href");
    let claims = "/leaderboard/claims?from=2026-03-03&to=2026-03-03&outcome=";
    assert_eq!(
        of_today,
        ["counting", "credited"].map(|outcome| format!("{claims}{outcome}"))
    );

    let own = world.json("/leaderboard/you?csm=MANNY").await;
    assert_eq!(own["csm"], "Manny");
    assert_eq!(own["own_line"]["place"]["behind"], json!({"points": 1, "csm": "Kate"}));
    assert_eq!(own["own_line"]["listed"], 2);
    let unlisted = world.json("/leaderboard/you?csm=Manny&to=2026-01-01").await;
    assert_eq!(
        (&unlisted["csm"], &unlisted["own_line"]),
        (&json!("Manny"), &Value::Null)
    );
    let unknown = world.json("/leaderboard/you?csm=Nobody").await;
    assert_eq!((&unknown["csm"], &unknown["own_line"]), (&Value::Null, &Value::Null));
    world
        .page("/leaderboard/you?csm=%3Cb%3E")
        .await
        .says("Nobody called “<b>” has a claim yet.");
}

#[tokio::test]
async fn the_wall_names_its_period_and_refuses_what_is_none() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub", "Cursor"]).await;
    let wall = world.page("/leaderboard/tv?period=month").await;
    wall.says("2 integrations at 1 company, 1 March to 31 March");
    assert_eq!(wall.all(".wall-line"), ["1 Kate 2 integrations"]);
    world.page("/leaderboard/tv?period=month&slide=99").await.says("By CSM");
    world
        .page("/leaderboard/tv?to=2026-01-01")
        .await
        .says("No credits in this period yet.");
    let refused = world.page("/leaderboard/tv?period=fortnight").await;
    assert_eq!(refused.status, 422);
    refused.says("“fortnight” is no period of the wall. Write week, month, quarter or year");
}
