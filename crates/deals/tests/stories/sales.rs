//! Tests of the sales pages: what-if, performance, velocity, reminders.

use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::World;

/// Creates a deal through the API and returns its id.
pub async fn create(world: &World, fields: Value) -> u64 {
    let response = world.post("/deals").json(&fields).send().await.expect("answer");
    let status = response.status();
    let answer: Value = response.json().await.expect("JSON");
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer["id"].as_u64().expect("id")
}

async fn set(world: &World, id: u64, fields: Value) {
    let request = world
        .client
        .patch(format!("{}/deals/{id}", world.address))
        .json(&fields);
    let response = request.send().await.expect("answer");
    assert_eq!(response.status(), StatusCode::OK, "{:?}", response.text().await);
}

/// Two deals of Zoé and one of Kate; Zoé's second deal is won after twenty days.
pub async fn sold() -> World {
    let world = World::new().await;
    let zoe = json!({"client": "Acme", "statut": "Prospect", "montant_brut": 10000, "assignee": "Zoé", "secteur": "Banque", "date_echeance": "2026-04-10"});
    create(&world, zoe).await;
    let won = json!({"client": "Boulanger", "statut": "Négociation", "montant_brut": 40000, "assignee": "zoe", "secteur": "Santé", "date_echeance": "2026-03-10"});
    let won = create(&world, won).await;
    let kate = json!({"client": "Comet", "statut": "Qualifié", "montant_brut": "30 000,50", "assignee": "Kate", "secteur": "Banque", "date_echeance": "2026-04-20"});
    create(&world, kate).await;
    world.pass(SignedDuration::from_hours(20 * 24));
    set(&world, won, json!({"statut": "Gagné"})).await;
    world
}

#[tokio::test]
async fn a_basket_of_ten_percent_more_is_worth_what_the_formula_says_to_the_cent() {
    let world = sold().await;
    let answer = world.json("/deals/what-if?basket=10").await;
    // Velocity: 80 000,50 € × a win rate of one in three ÷ 20 days; the scenario adds ten percent.
    for (figure, today, then) in [
        ("velocity", "1333.34", "1466.68"),
        ("expected_revenue", "26666.83", "29333.52"),
        ("weighted_pipeline", "50000.15", "55000.17"),
    ] {
        let split = &answer[figure];
        assert_eq!(split["today"].to_string(), today, "{figure}: {answer}");
        assert_eq!(split["then"].to_string(), then, "{figure}: {answer}");
        assert_eq!(split["effects"][0]["effect"], split["difference"], "{figure}");
    }
    assert_eq!(answer["moved"][0]["today"].to_string(), "26666.83");
    let page = world.page("/deals/what-if?basket=10&lang=en").await;
    assert_eq!(page.status, StatusCode::OK);
    page.says("€29,333.52");
    assert_eq!(page.attributes("input#basket", "value"), ["10"]);
    assert_eq!(page.attributes("input[data-slider=basket]", "value"), ["10"]);
}

#[tokio::test]
async fn levers_are_ranked_by_what_they_do_and_their_parts_add_up() {
    let world = sold().await;
    let page = world.page("/deals/what-if?basket=10&conversion=20&cycle=-50").await;
    let levers = page.all(".outcome section:first-of-type .effects th.name");
    assert_eq!(levers, ["Durée du cycle", "Taux de conversion", "Panier moyen"]);
    let answer = world.json("/deals/what-if?basket=10&conversion=20&cycle=-50").await;
    let cents = |value: &Value| (value.as_f64().expect("amount") * 100.0).round();
    let effects = answer["velocity"]["effects"].as_array().expect("effects");
    let sum: f64 = effects.iter().map(|effect| cents(&effect["effect"])).sum();
    assert!((sum - cents(&answer["velocity"]["difference"])).abs() < 0.5, "{answer}");
}

#[tokio::test]
async fn a_lever_that_is_no_percentage_is_told_beside_its_field_and_stays_typed() {
    let world = sold().await;
    let page = world.page("/deals/what-if?basket=dix&cycle=-5").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.attributes("input#basket", "value"), ["dix"]);
    assert_eq!(page.attributes("input#cycle", "value"), ["-5"]);
    assert_eq!(page.attributes("input#basket", "aria-describedby"), ["basket-error"]);
    assert!(
        page.all("#basket-error")[0].contains("« dix »"),
        "{:?}",
        page.all("#basket-error")
    );
    let answer = world.get("/deals/what-if?basket=dix").send().await.expect("answer");
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_empty_board_has_a_page_for_each_question() {
    let world = World::new().await;
    for path in [
        "/deals/what-if",
        "/deals/performance",
        "/deals/velocity",
        "/deals/reminders",
    ] {
        let page = world.page(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.main().contains("NaN"), "{path}");
    }
    world.page("/deals/velocity").await.says("L’historique est encore vide");
}

#[tokio::test]
async fn performance_is_told_by_assignee_with_the_period_before_below() {
    let world = sold().await;
    let answer = world.json("/deals/performance?from=2026-04-01&to=2026-04-30").await;
    assert_eq!(
        answer["period_before"],
        json!({"from": "2026-03-02", "to": "2026-03-31"})
    );
    let lines = answer["assignees"].as_array().expect("assignees");
    assert_eq!(lines[0]["assignee"], "Kate");
    assert_eq!(lines[1]["assignee"], "Zoé");
    assert_eq!(lines[1]["now"]["amount"], json!(10000.0));
    assert_eq!(lines[1]["before"]["won"], 1);
    assert_eq!(lines[1]["before"]["cycle"]["average_days"], json!(20.0));
    assert_eq!(lines[0]["before"], Value::Null);
    let page = world.page("/deals/performance?from=2026-04-01&to=2026-04-30").await;
    assert_eq!(page.all(".performance tbody th"), ["Kate", "Zoé", "Tous"]);
    page.says("02/03/2026");
    for (format, kind) in [("csv", "text/csv"), ("xlsx", "spreadsheetml")] {
        let file = world
            .get(&format!("/deals/performance?format={format}"))
            .send()
            .await
            .expect("answer");
        let content_type = file.headers()["content-type"].to_str().expect("text").to_owned();
        assert!(content_type.contains(kind), "{content_type}");
    }
    let file = world
        .get("/deals/performance?format=csv")
        .send()
        .await
        .expect("answer")
        .text()
        .await
        .expect("text");
    assert!(file.contains("Zoé;2;50000;41000;1;40000;50;25000;20"), "{file}");
}

#[tokio::test]
async fn velocity_and_time_in_each_status_come_from_the_history() {
    let world = sold().await;
    let answer = world.json("/deals/velocity").await;
    assert_eq!(answer["velocity"]["euros_a_day"].to_string(), "1333.34");
    assert_eq!(answer["months"][0]["month"], "2026-03-01");
    assert_eq!(answer["gaps"], json!([]));
    let stages = answer["stages"].as_array().expect("stages");
    assert_eq!(stages[2]["status"], "Négociation");
    assert_eq!(stages[2]["over"], 1);
    assert_eq!(stages[2]["average_days"], json!(20.0));
    let page = world.page("/deals/velocity").await;
    assert_eq!(page.all("svg.columns rect").len(), 1);
    page.says("mars 2026");
    page.says("L’historique des statuts commence le 03/03/2026.");
}

#[tokio::test]
async fn what_the_history_does_not_tell_is_said() {
    let world = World::new().await;
    create(
        &world,
        json!({"client": "Acme", "statut": "Gagné", "montant_brut": 1000}),
    )
    .await;
    world.staff_type("deals!K2", json!("")).await;
    let page = world.page("/deals/velocity?lang=en").await;
    page.says("1 deal won without a creation date: cycle not measured.");
    let what_if = world.json("/deals/what-if?basket=10").await;
    assert_eq!(what_if["velocity"], Value::Null);
    assert!(
        what_if["gaps"][0].as_str().is_some_and(|gap| gap.contains("cycle")),
        "{what_if}"
    );
}
