//! Tests of duplicate detection, the findings page and the matrix.

use leaderboard::claims::{rows::NewSubmission, submission::SubmissionStatus};
use reqwest::StatusCode;
use serde_json::json;
use sheets_store::Batch;
use test_support::Page;

use crate::world::{World, form};

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
    assert_eq!(all["companies"].as_array().expect("companies").len(), 500);
    let rest = world
        .json("/leaderboard/matrix?csm=manny&missing=Cursor&sort=most_open&page=2")
        .await;
    assert_eq!(rest["companies"].as_array().expect("companies").len(), 167);
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
