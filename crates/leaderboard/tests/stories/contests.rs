//! Tests of contests: lifecycle, frozen results, corrections after the end.

use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::{Plan, World};

/// Types a row of the tab `contests`; `row` counts from 1 and includes the header. Empty cells stay untouched.
pub async fn contest(world: &World, row: u32, cells: [&str; 7]) {
    for (column, cell) in ('A'..='G').zip(cells) {
        if !cell.is_empty() {
            world.staff_type(&format!("contests!{column}{row}"), json!(cell)).await;
        }
    }
}

fn lines(result: &Value) -> Vec<String> {
    let standings = result["standings"].as_array().expect("standings");
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let line = |line: &Value| format!("{} {} {}", line["rank"], text(&line["csm"]), text(&line["points"]));
    standings.iter().map(line).collect()
}

#[tokio::test]
async fn a_contest_counts_to_its_last_millisecond_and_its_result_stands_still() {
    let world = World::new().await;
    contest(
        &world,
        2,
        [
            "Spring Prize",
            "2026-03-01",
            "2026-03-04",
            "America/New_York",
            "A bike",
            "split",
            "",
        ],
    )
    .await;
    world.claim("Kate", "Acme", &["GitHub", "Cursor"]).await;
    world.claim("Manny", "ACME Inc.", &["GitHub"]).await;
    let page = world.page("/leaderboard?contest=spring%20prize").await;
    page.says("1 day 17 h left");
    page.says("Kate leads with 1 1/2 points.");
    page.says("A bike");

    world.set_clock("2026-03-05T04:59:59.998Z");
    world.claim("Zoé", "Beta", &["GitHub"]).await;
    world.claim("Zoé", "Beta", &["Cursor"]).await;
    let report = world.json("/leaderboard?contest=Spring+Prize").await;
    assert_eq!(report["phase"], "over");
    assert_eq!(report["frozen"], Value::Null);
    assert_eq!(lines(&report["current"]), ["1 Kate 3/2", "2 Zoé 1", "3 Manny 1/2"]);
    assert_eq!(world.rows("contest_results").await.len(), 0);

    world.pass(SignedDuration::from_secs(61));
    let frozen = world.json("/leaderboard?contest=Spring+Prize").await["frozen"].clone();
    assert_eq!(lines(&frozen), ["1 Kate 3/2", "2 Zoé 1", "3 Manny 1/2"]);
    assert_eq!(frozen["intact"], true);
    assert_eq!(world.rows("contest_results").await.len(), 4);
    let final_part = world
        .page("/leaderboard?contest=Spring+Prize")
        .await
        .all("section[aria-labelledby='final']");

    // Later changes to the claims or to the contest's own row leave the frozen result unchanged.
    world.staff_type("submissions!F2", json!("rejected")).await;
    world.staff_type("submissions!C4", json!("Bo")).await;
    world.staff_type("contests!F2", json!("all")).await;
    world.staff_type("contests!C2", json!("2026-03-31")).await;
    world.pass(SignedDuration::from_secs(120));
    let report = world.json("/leaderboard?contest=Spring+Prize").await;
    assert_eq!(report["frozen"], frozen);
    assert_eq!(lines(&report["current"]), ["1 Manny 1", "1 Bo 1"]);
    let page = world.page("/leaderboard?contest=Spring+Prize").await;
    assert_eq!(page.all("section[aria-labelledby='final']"), final_part);
    assert_eq!(
        page.all(".shifts li"),
        [
            "Manny 1/2 → 1, rank 3 → 1",
            "Bo not listed → 1",
            "Kate 1 1/2 → not listed",
            "Zoé 1 → not listed"
        ]
    );

    // The result also survives the deletion of the contest's row.
    let sheet = world.sheet_id("contests").await;
    world
        .staff(json!([{"deleteDimension": {"range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}}}]))
        .await;
    assert_eq!(world.json("/leaderboard?contest=Spring+Prize").await["frozen"], frozen);
    world.page("/leaderboard/contests").await.says("Spring Prize");
    assert_eq!(world.rows("contest_results").await.len(), 4);
}

#[tokio::test]
async fn several_instances_freeze_a_result_once() {
    let world = World::new().await;
    contest(&world, 2, ["Spring", "2026-03-01", "2026-03-03", "UTC", "", "", ""]).await;
    for number in 0..5 {
        world
            .claim(&format!("CSM {number}"), "Acme", &["GitHub", "Cursor"])
            .await;
    }
    let others = [
        world.another_instance(&Plan::default()).await,
        world.another_instance(&Plan::default()).await,
    ];
    world.set_clock("2026-03-04T00:01:00Z");
    let ask = |address: String| {
        let request = world.client.get(format!("{address}/leaderboard?contest=Spring"));
        async move {
            request
                .send()
                .await
                .expect("answer")
                .json::<Value>()
                .await
                .expect("JSON")
        }
    };
    let (one, two, three) = tokio::join!(
        ask(world.address.clone()),
        ask(others[0].clone()),
        ask(others[1].clone())
    );
    assert_eq!(world.rows("contest_results").await.len(), 6);
    assert_eq!(world.rows("contest_rules").await.len(), 1);
    world.pass(SignedDuration::from_secs(20));
    for report in [one, two, three, ask(others[1].clone()).await] {
        assert_eq!(lines(&report["frozen"])[0], "1 CSM 0 2");
    }
}

#[tokio::test]
async fn a_changed_rule_shows_both_results_until_its_name_is_typed() {
    let world = World::new().await;
    contest(&world, 2, ["Spring", "2026-03-01", "2026-03-31", "", "", "", ""]).await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.claim("Manny", "Acme", &["GitHub"]).await;
    assert_eq!(world.json("/leaderboard?contest=Spring").await["proposed"], Value::Null);
    world.staff_type("contests!F2", json!("all")).await;

    let report = world.json("/leaderboard?contest=Spring").await;
    assert_eq!(lines(&report["current"]), ["1 Kate 1", "2 Manny 0"]);
    assert_eq!(lines(&report["proposed"]), ["1 Kate 1", "1 Manny 1"]);
    assert_eq!(report["proposed"]["confirm_by_typing"], "all");
    let page = world.page("/leaderboard?contest=Spring").await;
    page.says("Both results are shown until the change is confirmed.");
    world
        .page("/leaderboard/rules")
        .await
        .says("Staff have changed this to all received");

    let confirm = async |typed: &str| {
        let request = world.post("/leaderboard/contests/rules").header("accept", "text/html");
        request
            .form(&[("contest", "Spring"), ("rule", typed)])
            .send()
            .await
            .expect("answer")
    };
    let refused = confirm("everything").await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let refused = refused.text().await.expect("text");
    assert!(
        refused.contains("value=\"everything\"") && refused.contains("Type “all”."),
        "{refused}"
    );
    assert_eq!(confirm(" ALL ").await.status(), StatusCode::SEE_OTHER);
    let report = world.json("/leaderboard?contest=Spring").await;
    assert_eq!(lines(&report["current"]), ["1 Kate 1", "1 Manny 1"]);
    assert_eq!(report["proposed"], Value::Null);
    assert_eq!(world.rows("contest_rules").await.len(), 2);
    world
        .page("/leaderboard/rules")
        .await
        .says("Spring: Everybody who claimed an integration of a company gets a whole point for it, once.");
}

#[tokio::test]
async fn every_number_of_a_contest_leads_to_claims_that_add_up_to_it() {
    let world = World::new().await;
    contest(&world, 2, ["Spring", "2026-03-01", "2026-03-31", "", "", "split", ""]).await;
    world.claim("Kate", "Acme", &["GitHub", "Cursor"]).await;
    world.claim("Manny", "Acme", &["GitHub"]).await;
    let page = world.page("/leaderboard?contest=Spring").await;
    let links = page.attributes(".ranking td.measure a", "href");
    assert_eq!(links.len(), 2);
    let claims = world.json(&links[0]).await;
    assert_eq!((&claims["csm"], &claims["points"]), (&json!("Kate"), &json!("3/2")));
    let parts: Vec<&Value> = claims["claims"]
        .as_array()
        .expect("claims")
        .iter()
        .map(|claim| &claim["points"])
        .collect();
    assert_eq!(parts, [&json!("1"), &json!("1/2")]);
    assert!(
        claims["claims"][0]["link"]
            .as_str()
            .is_some_and(|link| link.contains("range=A2:G2"))
    );
    world.page(&links[1]).await.says("1/2 points.");
    for format in ["csv", "xlsx"] {
        for address in ["/leaderboard?contest=Spring", &links[0]] {
            let answer = world
                .get(&format!("{address}&format={format}"))
                .send()
                .await
                .expect("answer");
            assert_eq!(answer.status(), StatusCode::OK, "{address} {format}");
        }
    }
}

#[tokio::test]
async fn a_word_in_the_address_names_days_of_the_calendar() {
    let world = World::new().await;
    for (word, from, to) in [
        ("all", Value::Null, Value::Null),
        ("week", json!("2026-03-02"), json!("2026-03-03")),
        ("month", json!("2026-03-01"), json!("2026-03-03")),
        ("last-month", json!("2026-02-01"), json!("2026-02-28")),
        ("quarter", json!("2026-01-01"), json!("2026-03-03")),
    ] {
        let board = world.json(&format!("/leaderboard?period={word}")).await;
        assert_eq!(board["period"], json!({"from": from, "to": to}), "{word}");
    }
    for wrong in [
        "/leaderboard?period=fortnight",
        "/leaderboard?period=week&from=2026-01-01",
    ] {
        let answer = world.get(wrong).send().await.expect("answer");
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}
