//! Deals for the stories over several boards.

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
