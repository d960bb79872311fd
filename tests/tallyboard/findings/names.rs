//! Page of findings: near names, kinds of findings, edits by staff.

use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use crate::world::{World, form};

async fn decide(world: &World, decision: &str, kind: &str, merge: &str, keep: &str) -> StatusCode {
    let fields = [("kind", kind), ("merge", merge), ("keep", keep), ("decision", decision)];
    let request = world
        .post("/leaderboard/names")
        .header(header::ACCEPT, "text/html,*/*;q=0.8");
    request.form(&fields).send().await.expect("answer").status()
}

/// JSON responses of the board, without the time of the read.
async fn told(world: &World) -> [Value; 3] {
    let mut told = [
        world.json("/leaderboard").await,
        world.json("/leaderboard/claims").await,
        world.json("/leaderboard/matrix").await,
    ];
    for answer in &mut told {
        answer["as_of"] = Value::Null;
    }
    told
}

async fn near_names(world: &World) -> Vec<(String, String, String)> {
    let found = world.json("/findings").await;
    let near = found["near_names"].as_array().expect("names").iter();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    near.map(|near| {
        (
            text(&near["kind"]),
            text(&near["merge"]["name"]),
            text(&near["keep"]["name"]),
        )
    })
    .collect()
}

async fn remove_row(world: &World, tab: &str, row: u32) {
    let sheet = world.sheet_id(tab).await;
    let range = json!({"sheetId": sheet, "dimension": "ROWS", "startIndex": row - 1, "endIndex": row});
    world.staff(json!([{"deleteDimension": {"range": range}}])).await;
}

fn pair(kind: &str, merge: &str, keep: &str) -> (String, String, String) {
    (kind.to_owned(), merge.to_owned(), keep.to_owned())
}

/// World with near-duplicate names: Kate has two claims and Kat one, Acme has two and Acme Labs one.
async fn typed_twice() -> World {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub", "Cursor"]).await;
    world.claim("Kate", "Beta", &["GitHub"]).await;
    world.claim("Manny", "Acme", &["OpenAI"]).await;
    world.claim("Manny", "Acme Labs", &["GitHub"]).await;
    let mut fields = form("Kat", "Gamma", &["GitHub"], "kat");
    fields
        .extend([("csm_asked", "Kat"), ("csm_meant", "Kat")].map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(world.send_form(&fields).await.status(), StatusCode::SEE_OTHER);
    world
}

#[tokio::test]
async fn one_click_merges_near_names_and_removing_the_line_restores_both_exactly() {
    let world = typed_twice().await;
    let before = told(&world).await;
    let asked = [pair("csm", "Kat", "Kate"), pair("company", "Acme Labs", "Acme")];
    assert_eq!(near_names(&world).await, asked);
    let page = world.page("/findings").await;
    page.says("Use “Kate” for both");
    page.says("1 credit would fall away, held twice now.");

    assert_eq!(
        decide(&world, "merge", "csm", "Kat", "Kate").await,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        decide(&world, "merge", "company", "Acme Labs", "Acme").await,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        decide(&world, "merge", "csm", "Kat", "Kate").await,
        StatusCode::SEE_OTHER
    );
    assert_eq!(world.rows("csm_aliases").await, [[json!("Kat"), json!("Kate")]]);
    assert_eq!(
        world.rows("company_aliases").await,
        [[json!("Acme Labs"), json!("Acme")]]
    );
    let board = world.json("/leaderboard").await;
    assert_eq!(
        (&board["by_csm"][0]["csm"], &board["by_csm"][0]["integrations"]),
        (&json!("Kate"), &json!(4))
    );
    assert_eq!(board["totals"]["integrations"], 5);
    assert_eq!(near_names(&world).await, []);

    remove_row(&world, "csm_aliases", 2).await;
    remove_row(&world, "company_aliases", 2).await;
    assert_eq!(told(&world).await, before);
    assert_eq!(near_names(&world).await, asked);
}

#[tokio::test]
async fn names_that_staff_tell_apart_are_not_asked_about_again_until_the_line_goes() {
    let world = typed_twice().await;
    let before = told(&world).await;
    for _ in 0..2 {
        assert_eq!(
            decide(&world, "distinct", "csm", "Kat", "Kate").await,
            StatusCode::SEE_OTHER
        );
    }
    let lines = world.rows("distinct_names").await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0][1..], [json!("csm"), json!("Kate"), json!("Kat")]);
    assert_eq!(near_names(&world).await, [pair("company", "Acme Labs", "Acme")]);
    let mut after = told(&world).await;
    assert_eq!((&after[0]["findings"], &before[0]["findings"]), (&json!(1), &json!(2)));
    after[0]["findings"] = before[0]["findings"].clone();
    assert_eq!(after, before);
    remove_row(&world, "distinct_names", 2).await;
    assert_eq!(near_names(&world).await.len(), 2);
}

#[tokio::test]
async fn the_inbox_has_each_sort_of_thing_with_its_count_its_effect_and_a_proposal() {
    let world = World::new().await;
    for company in ["Acme", "Beta", "Gamma", "Delta", "Epsilon", "Zeta"] {
        world.claim("Kate", company, &["GitHub"]).await;
    }
    world.staff_type("submissions!B2", json!("yesterday")).await;
    world.staff_type("submissions!E3", json!("GitHb")).await;
    world.staff_type("submissions!F4", json!("validate")).await;
    world.staff_type("submissions!D5", json!("=1/0")).await;
    world.staff_type("submissions!B6", json!("2031-01-01 10:00:00")).await;
    world.staff_type("submissions!G7", json!("'=HYPERLINK(1)")).await;
    world.page("/leaderboard").await;
    let found = world.json("/findings").await;
    let groups: Vec<(&str, i64, i64, i64)> = found["groups"]
        .as_array()
        .expect("groups")
        .iter()
        .map(|group| {
            let number = |name: &str| group[name].as_i64().expect("number");
            (
                group["name"].as_str().expect("name"),
                number("count"),
                number("rows_excluded"),
                number("counted_apart"),
            )
        })
        .filter(|(name, ..)| *name != "edits")
        .collect();
    assert_eq!(
        groups,
        [
            ("unreadable", 1, 1, 0),
            ("formula_error", 1, 1, 0),
            ("unknown_value", 2, 0, 1),
            ("future", 1, 0, 0),
            ("formula_like", 1, 0, 0)
        ]
    );
    let proposals = found["cells"]
        .as_array()
        .expect("cells")
        .iter()
        .filter_map(|cell| cell["proposal"].as_str());
    assert_eq!(proposals.collect::<Vec<_>>(), ["GitHub", "validated", "HYPERLINK(1)"]);
    let alone = world.json("/findings?kind=future").await;
    assert_eq!(
        (&alone["cells"][0]["row"], &alone["near_names"]),
        (&json!(6), &json!([]))
    );
    let unknown = world.get("/findings?kind=drawers").send().await.expect("answer");
    assert_eq!(unknown.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_staff_change_in_the_sheet_is_listed_for_the_record_and_not_counted() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.page("/leaderboard").await;
    world.staff_type("submissions!D2", json!("Acme Corporation")).await;
    world.page("/leaderboard").await;
    // The audit log is written in the background.
    let mut found = Value::Null;
    for _ in 0..200 {
        world.store.refresh();
        found = world.json("/findings").await;
        if found["edits"].as_array().is_some_and(|edits| !edits.is_empty()) {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(
        (&found["edits"][0]["old"], &found["edits"][0]["new"]),
        (&json!("Acme"), &json!("Acme Corporation"))
    );
    assert_eq!(found["count"], 0);
    world.page("/findings").await.says("Changed in the spreadsheet itself");
}

#[tokio::test]
async fn a_renamed_header_is_a_finding_while_its_board_is_closed_and_the_others_go_on() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.staff_type("deals!B2", json!("Client")).await;
    world.staff_type("submissions!D1", json!("compagny")).await;
    let found = world.json("/findings").await;
    let cell = &found["cells"][0];
    assert_eq!(
        (&cell["kind"], &cell["column"], &cell["value"], &cell["effect"]),
        (
            &json!("header"),
            &json!("company"),
            &json!("compagny"),
            &json!("board_closed")
        )
    );
    let others = found["cells"].as_array().expect("cells");
    assert!(others.iter().any(|cell| cell["tab"] == "deals"), "{found}");
    world.page("/findings").await.says("the board is closed");
    world.staff_type("submissions!D1", json!("company")).await;
    assert_eq!(world.json("/leaderboard").await["totals"]["integrations"], 1);
}
