//! Findings of deals: a row that cannot be read.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::World;

/// A world filled with deals, its clock at 3 March 2026.
async fn filled() -> World {
    let world = World::new().await;
    for (client, statut, montant, secteur, due, assignee) in [
        (
            "Énergie Rhône",
            "Négociation",
            "12 500,50 €",
            "Énergie",
            "2026-02-28",
            "Zoé",
        ),
        ("Banque Mistral", "Qualifié", "20000", "Banque", "2026-03-03", "Kate"),
        ("Clinique Azur", "Prospect", "9000", "", "2026-03-20", "Zoé"),
        ("Atelier Néon", "Gagné", "40000", "Énergie", "2026-01-15", "Kate"),
        ("Acme \"; =1+1", "Prospect", "1000", "énergie", "", ""),
    ] {
        let deal = json!({"client": client, "statut": statut, "montant_brut": montant, "secteur": secteur,
            "date_echeance": due, "assignee": assignee, "notes": "=SUM(A1)"});
        let answer = world.post("/deals").json(&deal).send().await.expect("answer");
        assert_eq!(answer.status(), StatusCode::CREATED);
    }
    world
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_told_with_its_amount_and_listed_among_the_findings() {
    let world = filled().await;
    world.staff_type("deals!C3", json!("Peut-être")).await;
    let page = world.page("/deals").await;
    page.says("1 ligne exclue (20 000 € non comptés) — voir");
    let found = world.json("/findings").await;
    let of_deals = |cell: &&Value| cell["tab"] == "deals" && cell["kind"] == "unknown_value";
    assert_eq!(
        found["cells"]
            .as_array()
            .expect("cells")
            .iter()
            .filter(of_deals)
            .count(),
        1
    );
    let status = world.json("/status").await;
    let tab = status["tabs"]
        .as_array()
        .expect("tabs")
        .iter()
        .find(|tab| tab["tab"] == "deals");
    // The notes of the four readable rows begin like a formula, which adds a finding each.
    assert_eq!(tab.expect("deals")["findings"], 1 + 4);
}
