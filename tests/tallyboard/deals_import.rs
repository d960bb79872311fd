//! Stories of the import: a file is shown as a diff, written once, and taken back, over the emulated spreadsheet.

use std::fmt::Write;

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tallyboard::deals::import::{DEMO, DEMO_NAME};

use crate::world::{Page, World};

const BOUNDARY: &str = "----the-end-of-a-part";
const HEADER: &str = "Client;Statut;Montant;Secteur;Échéance;Commercial;Notes\n";

/// A form with a file, as a browser sends it.
fn form_of(name: &str, file: &[u8], fields: &[(&str, &str)]) -> Vec<u8> {
    let mut body = String::new();
    for (name, value) in fields {
        let _ = write!(
            body,
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
    }
    let _ = write!(
        body,
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
    );
    let mut body = body.into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    body
}

struct Sending<'a> {
    name: &'a str,
    file: &'a [u8],
    fields: &'a [(&'a str, &'a str)],
}

impl<'a> Sending<'a> {
    fn of(file: &'a [u8]) -> Self {
        Self {
            name: "deals.csv",
            file,
            fields: &[],
        }
    }

    async fn to(&self, world: &World, path: &str, accept: &str) -> Response {
        world
            .post(path)
            .header("accept", accept)
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
            .body(form_of(self.name, self.file, self.fields))
            .send()
            .await
            .expect("answer")
    }

    async fn answer(&self, world: &World, path: &str) -> Value {
        let response = self.to(world, path, "application/json").await;
        let status = response.status();
        let answer: Value = response.json().await.expect("JSON");
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    async fn preview(&self, world: &World) -> Value {
        self.answer(world, "/deals/import").await
    }

    async fn apply(&self, world: &World) -> Value {
        self.answer(world, "/deals/import?apply=true").await
    }
}

fn counts(answer: &Value) -> [u64; 4] {
    let number = |name: &str| answer[name].as_u64().expect("a number");
    let refused = answer["refused"].as_array().expect("refused").len() as u64;
    [number("new"), number("changed"), number("identical"), refused]
}

/// Everything in the tab: values as typed, formats, notes; without the empty rows below.
async fn grid(world: &World) -> Vec<Value> {
    let answer = world.sheet_get("?includeGridData=true&ranges=deals").await;
    let rows = answer["sheets"][0]["data"][0]["rowData"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let has_value = |row: &Value| {
        let cells = row["values"].as_array().cloned().unwrap_or_default();
        cells.iter().any(|cell| cell.get("userEnteredValue").is_some())
    };
    let last = rows.iter().rposition(has_value).map_or(0, |last| last + 1);
    rows[..last].to_vec()
}

async fn undo(world: &World, answer: &Value) -> Value {
    let address = answer["address"].as_str().expect("an address");
    let response = world.post(&format!("{address}/undo")).send().await.expect("answer");
    let status = response.status();
    let answer: Value = response.json().await.expect("JSON");
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["written"].clone()
}

#[tokio::test]
async fn the_demo_file_is_shown_written_found_again_and_taken_back() {
    let world = World::new().await;
    let demo = Sending {
        name: DEMO_NAME,
        ..Sending::of(DEMO)
    };
    let before = grid(&world).await;
    let preview = demo.preview(&world).await;
    assert_eq!(counts(&preview), [38, 0, 0, 2], "{preview}");
    assert_eq!(preview["applied"], json!(false));
    assert_eq!(grid(&world).await, before, "a preview writes nothing");

    let applied = demo.apply(&world).await;
    assert_eq!(counts(&applied), [38, 0, 0, 2]);
    assert_eq!(
        (&applied["applied"], &applied["written"]["inserted"]),
        (&json!(true), &json!(38))
    );
    assert_eq!(world.rows("deals").await.len(), 38);

    let again = demo.apply(&world).await;
    assert_eq!(counts(&again), [0, 0, 38, 2]);
    assert_eq!(world.rows("deals").await.len(), 38);

    let undone = undo(&world, &applied).await;
    assert_eq!((&undone["deleted"], &undone["left"]), (&json!(38), &json!([])));
    assert_eq!(grid(&world).await, before);

    let once_more = demo.apply(&world).await;
    assert_eq!(
        once_more["written"]["inserted"],
        json!(38),
        "what was taken back can be imported again"
    );
    assert_eq!(world.rows("deals").await.len(), 38);
}

/// Deals that were there before, as staff wrote them and as the program does.
async fn world_with_deals() -> World {
    let world = World::new().await;
    let file = format!(
        "{HEADER}Acme;Prospect;1000;Énergie;31/12/2026;Claire;ancien\nDurand;Gagné;250,50;;;;\nMartin;Qualifié;900;Santé;01/10/2026;Marc;\n"
    );
    Sending::of(file.as_bytes()).apply(&world).await;
    world.staff_type("deals!G4", json!("santé ")).await;
    world.staff_type("deals!D4", json!("'900 €")).await;
    world.json("/deals/1").await;
    world
}

#[tokio::test]
async fn taking_back_restores_the_values_of_changed_rows_to_the_last_format() {
    let world = world_with_deals().await;
    world.set_clock("2026-03-10T09:00:00Z");
    world.store.refresh();
    world.json("/deals/1").await;
    let before = grid(&world).await;
    world.set_clock("2026-03-12T09:00:00Z");
    let file = format!(
        "id;{HEADER}1;Acme;Négociation;1 200,00 €;Énergie;31/12/2026;Claire;neuf\n2;Durand;;;Industrie;15/01/2027;;\n3;Martin;Gagné;950;;;Sofia;\n;Nouveau;Prospect;10;;;;\n"
    );
    let fields = [("key", "id"), ("key", "client")];
    let sending = Sending {
        fields: &fields,
        ..Sending::of(file.as_bytes())
    };
    let applied = sending.apply(&world).await;
    assert_eq!(counts(&applied), [1, 3, 0, 0], "{applied}");
    assert_eq!(applied["written"]["updated"], json!(3), "{applied}");
    assert_ne!(grid(&world).await, before);
    world.set_clock("2026-03-13T09:00:00Z");
    let undone = undo(&world, &applied).await;
    assert_eq!(
        (&undone["updated"], &undone["deleted"], &undone["left"]),
        (&json!(3), &json!(1), &json!([])),
        "{undone}"
    );
    assert_eq!(grid(&world).await, before);
}
