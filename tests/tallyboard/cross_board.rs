//! What the boards know of each other.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::World;

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

#[tokio::test]
async fn what_the_other_boards_know_of_the_company_stands_on_its_page() {
    let world = sampled().await;
    let customer = &customers(&world, "q=birch").await[0];
    world.claim("Kate", "birch foods", &["GitHub"]).await;
    let deal = world
        .post("/deals")
        .json(&json!({"client": "Birch Foods", "montant_brut": "1200", "statut": "Prospect"}));
    assert_eq!(deal.send().await.expect("answer").status(), StatusCode::CREATED);
    let address = format!("/customers/{}", customer["id"].as_str().expect("id"));
    let elsewhere = world.json(&address).await["elsewhere"].clone();
    assert_eq!(elsewhere["integrations"][0]["name"], "GitHub");
    assert_eq!(elsewhere["open_deals"][0]["amount"], 1200.0);
    let page = world.page(&address).await;
    page.says("GitHub");
    page.says("€1,200.00");
}
