//! Tests of duplicate detection, the findings page and the matrix.

use leaderboard::claims::{rows::NewSubmission, submission::SubmissionStatus};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use sheets_store::Batch;

use crate::world::{Page, World, form};

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
async fn a_name_that_looks_like_a_known_one_is_asked_about_beside_its_field() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    let fields = form("Katte", "Beta", &["Cursor"], "slip");
    let response = world.send_form(&fields).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = Page::of(response).await;
    page.says("“Katte” looks like a name that is known");
    assert_eq!(page.attributes("input[name=csm]", "value"), ["Katte"]);
    assert_eq!(page.attributes("input[name=csm_meant]", "value"), ["Kate", "Katte"]);
    assert_eq!(
        page.attributes("input[name=integrations][checked]", "value"),
        ["Cursor"]
    );
    assert_eq!(world.rows("submissions").await.len(), 1);

    let answer = |meant: &str, typed: &str| {
        let mut fields = form(typed, "Beta", &["Cursor"], "slip");
        fields.push(("csm_asked".to_owned(), "Katte".to_owned()));
        fields.push(("csm_meant".to_owned(), meant.to_owned()));
        fields
    };
    // The name was changed again, so the choice made for the previous name does not apply.
    let changed = world.send_form(&answer("Kate", "Kat")).await;
    assert_eq!(changed.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let recorded = world.send_form(&answer("Kate", "Katte")).await;
    assert_eq!(recorded.status(), StatusCode::SEE_OTHER);
    assert_eq!(world.rows("submissions").await[1][2], "Kate");
    let kept = world.send_form(&answer("Katte", "Katte")).await;
    assert_eq!(kept.status(), StatusCode::SEE_OTHER);
    assert_eq!(world.rows("submissions").await[2][2], "Katte");

    // The form's script runs the same check while the user types; API clients get no confirmation question.
    let near = world.json("/leaderboard/names?kind=company&name=acme.com").await;
    assert_eq!(near, json!({"near": [{"name": "Acme", "likeness": "same_domain"}]}));
    let sent = json!({"csm": "Kat", "company": "Acme", "integrations": ["OpenAI"]});
    let response = world
        .post("/leaderboard/submissions")
        .json(&sent)
        .send()
        .await
        .expect("answer");
    assert_eq!(response.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn a_decision_that_cannot_be_taken_says_why() {
    let world = typed_twice().await;
    world.staff_type("company_aliases!A2", json!("Acme Labs")).await;
    world.staff_type("company_aliases!B2", json!("Beta")).await;
    let decision =
        |merge: &str, keep: &str| json!({"kind": "company", "merge": merge, "keep": keep, "decision": "merge"});
    for (sent, says) in [
        (decision("Acme Labs", "Acme"), "sends “Acme Labs” to “Beta” already"),
        (decision("Nobody", "Acme"), "“Nobody” is not on the board any more"),
        (decision("ACME Inc.", "Acme"), "are one name already"),
    ] {
        let response = world
            .post("/leaderboard/names")
            .json(&sent)
            .send()
            .await
            .expect("answer");
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let text = response.text().await.expect("text");
        assert!(text.contains(says), "{text}");
    }
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

#[tokio::test]
async fn the_matrix_of_two_thousand_companies_stays_light_and_answers_in_every_face() {
    let world = World::new().await;
    let now = world.clock().zoned_now();
    let rows = (0..2_000).map(|number| {
        NewSubmission {
            id: format!("row-{number}"),
            submitted_at: now.clone(),
            csm: ["Kate", "Manny"][number % 2].to_owned(),
            company: format!("Company {number:04}"),
            integrations: if number % 3 == 0 { "GitHub, Cursor" } else { "GitHub" }.to_owned(),
            status: SubmissionStatus::Received,
            note: String::new(),
        }
        .into_insert()
    });
    world.store.commit(Batch::inserts(rows)).await.expect("written");
    let page = world.page("/leaderboard/matrix").await;
    page.says("7,333 integrations at 2,000 companies.");
    assert_eq!(page.all(".matrix tbody tr").len(), 100);
    page.says("Page 1 of 20");
    let last = world.page("/leaderboard/matrix?page=20").await;
    assert_eq!(last.all(".matrix tbody tr:last-child th"), ["Company 1999"]);
    assert!(page.text.len() < 100_000, "{} bytes", page.text.len());

    let all = world
        .json("/leaderboard/matrix?csm=manny&missing=Cursor&sort=most_open")
        .await;
    assert_eq!(all["companies"].as_array().expect("companies").len(), 667);
    assert_eq!(all["companies"][0]["credited_to"], json!({"GitHub": "Manny"}));
    let csv = world
        .get("/leaderboard/matrix?format=csv")
        .send()
        .await
        .expect("answer")
        .text()
        .await
        .expect("text");
    assert_eq!(csv.lines().count(), 2_001);
    assert!(
        csv.contains("Company 0000;2;3;Kate;Kate") || csv.contains("Company 0000,2,3,Kate,Kate"),
        "{}",
        &csv[..200]
    );
    let book = world
        .get("/leaderboard/matrix?format=xlsx")
        .send()
        .await
        .expect("answer");
    assert!(book.bytes().await.expect("bytes").starts_with(b"PK"));
    let unknown = world.get("/leaderboard/matrix?sort=size").send().await.expect("answer");
    assert_eq!(unknown.status(), StatusCode::UNPROCESSABLE_ENTITY);
}
