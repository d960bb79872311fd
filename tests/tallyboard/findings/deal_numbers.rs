//! Findings of rows that staff typed without an id, until they get the next number.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    sold_deals::create,
    world::{Plan, World},
};

const PATIENCE: Duration = Duration::from_secs(30);

/// A world with deal 7 in row 2 and three rows without an id below it.
async fn typed() -> World {
    let world = World::new().await;
    create(
        &world,
        json!({"client": "Acme", "statut": "Prospect", "montant_brut": 100}),
    )
    .await;
    world.staff_type("deals!A2", json!(7)).await;
    for (row, client) in [(3, "Bleu"), (4, "Ciel"), (5, "Dune")] {
        world.staff_type(&format!("deals!B{row}"), json!(client)).await;
        world.staff_type(&format!("deals!C{row}"), json!("negociation")).await;
        world.staff_type(&format!("deals!D{row}"), json!(1000)).await;
    }
    world
}

/// Id, client, probability and weighted value of each row.
async fn rows(world: &World) -> Vec<Vec<Value>> {
    let cell = |row: &Vec<Value>, place: usize| row.get(place).cloned().unwrap_or(Value::Null);
    let rows = world.rows("deals").await;
    rows.iter()
        .map(|row| [0, 1, 4, 5].map(|place| cell(row, place)).to_vec())
        .collect()
}

/// Audit lines about the id column.
async fn log(world: &World) -> Vec<String> {
    let rows = world.rows("audit_log").await;
    let about_ids = rows.iter().filter(|row| row.get(6) == Some(&json!("id")));
    about_ids
        .map(|row| {
            let cells = [4, 5, 7, 8].map(|place| match row.get(place) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            });
            cells.join("|")
        })
        .collect()
}

#[tokio::test]
async fn a_row_that_staff_typed_without_an_id_gets_the_next_number_once() {
    let world = typed().await;
    let other = world.another_instance(&Plan::default()).await;
    let elsewhere = world.client.get(format!("{other}/deals")).send();
    let (here, elsewhere) = tokio::join!(world.page("/deals"), elsewhere);
    here.says("4 affaires");
    assert!(elsewhere.expect("answer").status().is_success());
    let wanted = [
        [json!(7), json!("Acme"), json!(0.1), json!(10)],
        [json!(8), json!("Bleu"), json!(0.7), json!(700)],
        [json!(9), json!("Ciel"), json!(0.7), json!(700)],
        [json!(10), json!("Dune"), json!(0.7), json!(700)],
    ]
    .map(|row| row.to_vec());
    let numbered = async {
        while rows(&world).await != wanted {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let all = tokio::time::timeout(PATIENCE, numbered).await;
    assert!(all.is_ok(), "{:?}", rows(&world).await);
    assert_eq!(log(&world).await, ["8|numbered||8", "9|numbered||9", "10|numbered||10"]);
    world.page("/deals/9").await.says("Ajoutée dans le tableur");
    world.page("/findings").await;
    let next = json!({"client": "Eau", "statut": "Prospect", "montant_brut": 1});
    assert_eq!(create(&world, next).await, 11);
}
