//! End-to-end tests of the Customers board (pages and API) over the sample data shipped with the program.

use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};
use test_support::Page;

use crate::world::{Plan, World};

/// A world filled with the sample customers.
pub async fn sampled() -> World {
    let world = World::new().await;
    let loaded = world.post("/customers/sample").send().await.expect("answer");
    assert_eq!(loaded.status(), StatusCode::SEE_OTHER);
    world
}

async fn customers(world: &World, query: &str) -> Vec<Value> {
    let answer = world.json(&format!("/customers?{query}")).await;
    answer["customers"].as_array().expect("customers").clone()
}

fn numbers(customers: &[Value], field: &str) -> Vec<f64> {
    customers
        .iter()
        .filter_map(|customer| customer[field].as_f64())
        .collect()
}

async fn first_in(world: &World, band: &str) -> Value {
    let found = customers(world, &format!("health_status={band}")).await;
    found.first().unwrap_or_else(|| panic!("nobody is {band}")).clone()
}

#[tokio::test]
async fn an_empty_board_says_how_to_begin_and_sample_data_fills_it_once() {
    let world = World::new().await;
    let page = world.page("/customers").await;
    page.says("Load sample data");
    page.says("STRIPE_API_KEY");
    for _ in 0..2 {
        let loaded = world.post("/customers/sample").send().await.expect("answer");
        assert_eq!(loaded.status(), StatusCode::SEE_OTHER);
        assert_eq!(world.json("/customers").await["total"], 40);
    }
    world.page("/customers").await.says("40 customers");
}

#[tokio::test]
async fn real_spreadsheets_are_never_filled_with_inventions() {
    let world = World::of(Plan {
        source: web::page::DataSource::GoogleSheets,
        ..Plan::default()
    })
    .await;
    let refused = world.post("/customers/sample").send().await.expect("answer");
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);
    assert!(!world.page("/customers").await.text.contains("sample data"));
}

#[tokio::test]
async fn the_summary_has_exactly_its_fields_and_the_bands_add_up() {
    let world = sampled().await;
    let summary = world.json("/dashboard/summary").await;
    let mut fields: Vec<&String> = summary.as_object().expect("object").keys().collect();
    fields.sort();
    assert_eq!(
        fields,
        [
            "at_risk_count",
            "avg_health_score",
            "critical_count",
            "health_distribution",
            "total_arr",
            "total_customers",
            "total_mrr"
        ]
    );
    let bands = ["healthy", "at_risk", "high_risk", "critical"].map(|band| &summary["health_distribution"][band]);
    for band in bands {
        assert!(
            band["count"].as_u64().expect("count") > 0,
            "the sample has every band: {summary}"
        );
        assert_eq!(band.as_object().map(serde_json::Map::len), Some(2));
    }
    let mrr: f64 = bands.iter().filter_map(|band| band["mrr"].as_f64()).sum();
    let total = summary["total_mrr"].as_f64().expect("total");
    assert!((mrr - total).abs() < 0.005 && total > 0.0, "{summary}");
    assert!((summary["total_arr"].as_f64().expect("ARR") - 12.0 * total).abs() < 0.005);
    let count = |band: usize| bands[band]["count"].as_u64().expect("count");
    assert_eq!(summary["at_risk_count"].as_u64(), Some(count(1) + count(2)));
    assert_eq!(summary["critical_count"].as_u64(), Some(count(3)));
    assert_eq!(summary["total_customers"], 40);

    let page = world.page("/dashboard/summary").await;
    page.says("MRR at risk");
    page.says("Look after first");
}

#[tokio::test]
async fn filters_order_and_pages_are_those_of_the_address() {
    let world = sampled().await;
    let rich = customers(&world, "min_mrr=500&max_mrr=600").await;
    assert!(!rich.is_empty() && numbers(&rich, "mrr").iter().all(|mrr| (500.0..=600.0).contains(mrr)));
    let critical = customers(&world, "health_status=critical,high_risk").await;
    assert!(
        critical
            .iter()
            .all(|one| one["health_score"].as_f64().is_some_and(|score| score < 50.0))
    );
    let managed = customers(&world, "assigned_am=kate+oberg").await;
    assert!(!managed.is_empty() && managed.iter().all(|one| one["account_manager"] == "Kate Oberg"));
    let nobodys = customers(&world, "assigned_am=(none)").await;
    assert!(!nobodys.is_empty() && nobodys.iter().all(|one| one["account_manager"].is_null()));
    assert_eq!(customers(&world, "source=stripe").await.len(), 40);
    assert!(customers(&world, "source=fathom").await.is_empty());
    assert!(!customers(&world, "q=RIVIERE").await.is_empty(), "accents are forgiven");
    let sorted = numbers(&customers(&world, "sort=-health_score").await, "health_score");
    assert!(sorted.windows(2).all(|pair| pair[0] >= pair[1]), "{sorted:?}");
    assert_eq!(world.json("/customers?page=9").await["page"], 1);

    for (address, field) in [
        ("/customers?min_mrr=much", "min_mrr"),
        ("/customers?health_status=fine", "health_status"),
        ("/customers?sort=size", "sort"),
        ("/customers?format=pdf", "format"),
    ] {
        let refused = world.get(address).send().await.expect("answer");
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        let told: Value = refused.json().await.expect("JSON");
        assert_eq!(told["error"]["fields"][0]["field"], field);
    }
    world.page("/customers?q=nobody").await.says("No customer matches.");
}

#[tokio::test]
async fn the_same_customers_can_be_downloaded() {
    let world = sampled().await;
    let csv = world
        .get("/customers?format=csv&health_status=healthy")
        .send()
        .await
        .expect("answer");
    assert!(
        csv.headers()["content-disposition"]
            .to_str()
            .expect("text")
            .contains("customers.csv")
    );
    let lines = csv.text().await.expect("text").lines().count();
    assert_eq!(lines, customers(&world, "health_status=healthy").await.len() + 1);
    let workbook = world
        .get("/customers/at-risk?format=xlsx")
        .send()
        .await
        .expect("answer");
    assert_eq!(workbook.status(), StatusCode::OK);
}

#[tokio::test]
async fn whoever_has_most_at_stake_comes_first_and_the_reason_stands_beside() {
    let world = sampled().await;
    let answer = world.json("/customers/at-risk").await;
    let listed = answer["customers"].as_array().expect("customers");
    assert!(listed.iter().all(|one| one["health_status"] != "healthy"));
    let stakes = numbers(listed, "value_at_risk");
    assert!(
        stakes.len() > 5 && stakes.windows(2).all(|pair| pair[0] >= pair[1]),
        "{stakes:?}"
    );
    for one in listed.iter().filter(|one| one["value_at_risk"].is_number()) {
        let expected = one["mrr"].as_f64().expect("MRR") * one["risk"].as_f64().expect("risk");
        assert!(
            (expected - one["value_at_risk"].as_f64().expect("stake")).abs() < 0.01,
            "{one}"
        );
    }
    let page = world.page("/customers/at-risk").await;
    assert!(
        page.all(".why")
            .iter()
            .any(|why| why.to_lowercase().contains("payment overdue"))
    );
}

#[tokio::test]
async fn the_page_of_a_customer_says_why_and_the_lines_add_up() {
    let world = sampled().await;
    let customer = first_in(&world, "critical").await;
    let id = customer["id"].as_str().expect("id");
    let detail = world.json(&format!("/customers/{id}")).await;
    let health = &detail["health"];
    let sum = |list: &str| {
        numbers(health[list].as_array().expect("list"), "points")
            .iter()
            .sum::<f64>()
    };
    let total = sum("lines") - sum("penalties")
        + health["clamped"].as_f64().expect("n")
        + health["rounded"].as_f64().expect("n");
    assert!(
        (total - health["score"].as_f64().expect("score")).abs() < 0.05,
        "{health}"
    );
    assert_eq!(
        health["score"].as_f64(),
        customer["health_score"].as_f64(),
        "the row says the same"
    );
    assert!(detail["timeline"].as_array().is_some_and(|lines| lines.len() > 2));
    assert!(detail["provenance"].as_array().is_some_and(|facts| !facts.is_empty()));

    let page = world.page(&format!("/customers/{id}")).await;
    page.says("Do first:");
    page.says("Support sentiment");
    page.says("What happened");
    page.says("Computed on");
    assert_eq!(
        world.page("/customers/nobody-has-this-id").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn an_address_in_any_case_leads_to_the_customer() {
    let world = sampled().await;
    let customer = first_in(&world, "healthy").await;
    let email = customer["email"].as_str().expect("address");
    let found = world
        .json(&format!("/customers/by-email/{}", email.to_uppercase()))
        .await;
    assert_eq!(found["id"], customer["id"]);
    let page = world
        .get(&format!("/customers/by-email/{email}"))
        .header("accept", "text/html");
    let page = page.send().await.expect("answer");
    assert_eq!(page.status(), StatusCode::SEE_OTHER);
    for (address, status) in [
        ("nobody@example.com", StatusCode::NOT_FOUND),
        ("nonsense", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = world
            .get(&format!("/customers/by-email/{address}"))
            .send()
            .await
            .expect("answer");
        assert_eq!(answer.status(), status, "{address}");
    }
}

#[tokio::test]
async fn two_customers_become_one_and_two_again_with_nothing_lost() {
    let world = sampled().await;
    let found = customers(&world, "sort=name").await;
    let (kept, other) = (&found[0], &found[1]);
    let (id, alias) = (
        kept["id"].as_str().expect("id"),
        other["email"].as_str().expect("address"),
    );
    let before = world.json("/customers?sort=name").await["customers"].clone();

    let form = [("alias", alias), ("reason", "one and the same person")];
    let merged = world
        .post(&format!("/customers/{id}/merge"))
        .header("accept", "text/html")
        .form(&form);
    let merged = merged.send().await.expect("answer");
    assert_eq!(merged.status(), StatusCode::SEE_OTHER);
    assert_eq!(world.json("/customers").await["total"], 39);
    let place = merged.headers()["location"].to_str().expect("text").to_owned();
    let page = world.page(&place).await;
    page.says("The two are one customer now.");
    page.says("one and the same person");
    let old = world
        .get(&format!("/customers/{}", other["id"].as_str().expect("id")))
        .header("accept", "text/html");
    assert_eq!(
        old.send().await.expect("answer").status(),
        StatusCode::SEE_OTHER,
        "the old page leads to the one that stays"
    );

    let undone = world
        .post(&format!("/customers/{id}/unmerge"))
        .json(&json!({"alias": alias}));
    assert_eq!(undone.send().await.expect("answer").status(), StatusCode::OK);
    let after = world.json("/customers?sort=name").await["customers"].clone();
    let told = |list: &Value| -> Vec<(Value, Value, Value)> {
        let list = list.as_array().expect("list").iter();
        list.map(|one| (one["id"].clone(), one["mrr"].clone(), one["health_score"].clone()))
            .collect()
    };
    assert_eq!(told(&after), told(&before));
}

#[tokio::test]
async fn a_merge_that_cannot_be_keeps_what_was_typed_and_says_why() {
    let world = sampled().await;
    let customer = &customers(&world, "").await[0];
    let address = format!("/customers/{}/merge", customer["id"].as_str().expect("id"));
    for (typed, told) in [
        ("nobody@example.com", "No customer has the address"),
        ("not an address", "Write an address"),
        (
            customer["email"].as_str().expect("address"),
            "belongs to this customer already",
        ),
    ] {
        let sent = world
            .post(&address)
            .header("accept", "text/html")
            .form(&[("alias", typed), ("reason", "because")]);
        let page = Page::of(sent.send().await.expect("answer")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.all(".error").join(" ").contains(told), "{:?}", page.all(".error"));
        assert_eq!(page.attributes("#alias", "value"), [typed]);
        assert_eq!(page.attributes("#reason", "value"), ["because"]);
    }
    let undo = world
        .post(&address.replace("/merge", "/unmerge"))
        .json(&json!({"alias": "a@example.com"}));
    assert_eq!(
        undo.send().await.expect("answer").status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn a_sentence_that_was_no_cancellation_does_not_count_any_more() {
    let world = sampled().await;
    let mut found = None;
    for customer in customers(&world, "sort=health_score").await {
        let detail = world
            .json(&format!("/customers/{}", customer["id"].as_str().expect("id")))
            .await;
        if detail["health"]["cancel_mentions"]
            .as_array()
            .is_some_and(|said| said.len() == 1)
        {
            found = Some(detail);
            break;
        }
    }
    let detail = found.expect("somebody spoke of leaving");
    let id = detail["id"].as_str().expect("id");
    world.page(&format!("/customers/{id}")).await.says("Not a cancellation");
    let sentence = detail["health"]["cancel_mentions"][0]["id"]
        .as_str()
        .expect("id")
        .to_owned();
    let dismissed = world
        .post(&format!("/customers/sentences/{sentence}/dismiss"))
        .send()
        .await
        .expect("answer");
    assert_eq!(dismissed.status(), StatusCode::OK);
    let after = world.json(&format!("/customers/{id}")).await;
    assert_eq!(after["health"]["cancel_mentions"], json!([]));
    assert!(after["health"]["score"].as_u64() >= detail["health"]["score"].as_u64());
}

#[tokio::test]
async fn revenue_is_told_month_by_month_and_by_cohorts() {
    let world = sampled().await;
    let answer = world.json("/customers/revenue").await;
    let months = answer["months"].as_array().expect("months");
    assert!(months.len() > 6);
    for pair in months.windows(2) {
        assert_eq!(
            pair[0]["end"], pair[1]["start"],
            "a month begins as the one before ended"
        );
    }
    assert!(answer["cohorts"].as_array().is_some_and(|cohorts| !cohorts.is_empty()));
    let page = world.page("/customers/revenue").await;
    page.says("Net revenue retention");
    page.says("Quick ratio");
    page.says("Cohorts");
    World::new()
        .await
        .page("/customers/revenue")
        .await
        .says("No source tells of changes of revenue yet.");
}

#[tokio::test]
async fn sources_that_are_off_say_so_and_cannot_be_tested() {
    let world = World::new().await;
    let page = world.page("/sync/status").await;
    page.says("No source is switched on");
    page.says("not verified against the live API");
    let test = world.post("/sync/stripe/test").send().await.expect("answer");
    assert_eq!(test.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let unknown = world.post("/sync/nobody/test").send().await.expect("answer");
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_trend_grows_out_of_the_history_of_scores() {
    let world = sampled().await;
    let page = world.page("/dashboard/summary").await;
    assert_eq!(page.all("#trend ~ details tbody tr").len(), 9, "the sample has a past");
    world.pass(SignedDuration::from_hours(24 * 15));
    let again = world.post("/customers/recalculate").send().await.expect("answer");
    assert_eq!(again.status(), StatusCode::OK);
    let page = world.page("/dashboard/summary").await;
    assert!(
        page.all("#trend ~ details tbody tr").len() >= 11,
        "{:?}",
        page.all("#trend ~ details")
    );
    let customer = &customers(&world, "").await[0];
    let page = world
        .page(&format!("/customers/{}", customer["id"].as_str().expect("id")))
        .await;
    page.says("Since 7 days ago");
}
