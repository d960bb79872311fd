//! Tests of the deals import over the emulator: preview as a diff, idempotent write, rollback.

use std::{fmt::Write as _, time::Duration};

use deals::import::{DEMO, DEMO_NAME};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use test_support::Page;

use crate::world::World;

pub(crate) const BOUNDARY: &str = "----the-end-of-a-part";
pub(crate) const HEADER: &str = "Client;Statut;Montant;Secteur;Échéance;Commercial;Notes\n";

/// Multipart body of an upload form.
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

pub(crate) struct Sending<'a> {
    pub(crate) name: &'a str,
    pub(crate) file: &'a [u8],
    pub(crate) fields: &'a [(&'a str, &'a str)],
}

impl<'a> Sending<'a> {
    pub(crate) fn of(file: &'a [u8]) -> Self {
        Self {
            name: "deals.csv",
            file,
            fields: &[],
        }
    }

    pub(crate) async fn to(&self, world: &World, path: &str, accept: &str) -> Response {
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
        let response = self.to(world, "/deals/import?apply=true", "application/json").await;
        let mut answer: Value = response.json().await.expect("JSON");
        answer["written"] = over(world, &answer).await;
        answer["applied"] = json!(answer["written"]["state"]["state"] == "done");
        answer
    }
}

/// Final state of the import in a response, polled while the import is still running.
async fn over(world: &World, answer: &Value) -> Value {
    let mut written = answer["written"].clone();
    while written["state"]["state"] == "running" {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let address = answer["address"].as_str().expect("an address");
        written = world.json(address).await["written"].clone();
    }
    written
}

fn counts(answer: &Value) -> [u64; 4] {
    let number = |name: &str| answer[name].as_u64().expect("a number");
    let refused = answer["refused"].as_array().expect("refused").len() as u64;
    [number("new"), number("changed"), number("identical"), refused]
}

/// Rows of the tab (entered values, formats, notes), without trailing empty rows.
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

/// Panics with the first cell that differs.
#[track_caller]
fn assert_same(now: &[Value], before: &[Value]) {
    assert_eq!(now.len(), before.len(), "rows");
    for (number, (now, before)) in (1..).zip(now.iter().zip(before)) {
        let cells = |row: &Value| row["values"].as_array().cloned().unwrap_or_default();
        for (column, (now, before)) in ('A'..).zip(cells(now).iter().zip(&cells(before))) {
            for part in ["userEnteredValue", "userEnteredFormat"] {
                assert_eq!(now[part], before[part], "{part} of {column}{number}");
            }
        }
        assert_eq!(now, before, "row {number}");
    }
}

async fn undo(world: &World, answer: &Value) -> Value {
    let address = answer["address"].as_str().expect("an address");
    let response = world.post(&format!("{address}/undo")).send().await.expect("answer");
    let answer: Value = response.json().await.expect("JSON");
    over(world, &answer).await
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
    assert_same(&grid(&world).await, &before);

    let once_more = demo.apply(&world).await;
    assert_eq!(
        once_more["written"]["inserted"],
        json!(38),
        "what was taken back can be imported again"
    );
    assert_eq!(world.rows("deals").await.len(), 38);
}

/// A world with existing deals, written partly by the program and partly by staff.
async fn world_with_deals() -> World {
    let world = World::new().await;
    let file = format!(
        "{HEADER}Acme;Prospect;1000;Énergie;31/12/2026;Claire;ancien\nDurand;Gagné;250,50;;;;\nMartin;Qualifié;900;Santé;01/10/2026;Marc;\n"
    );
    Sending::of(file.as_bytes()).apply(&world).await;
    world.staff_type("deals!G4", json!("santé ")).await;
    world.staff_type("deals!D4", json!("'900 €")).await;
    world.json("/deals/1").await;
    // Waits until the audit log contains the edits; their timestamps are then in the rows.
    let told = async {
        while world.rows("audit_log").await.len() < 5 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told)
        .await
        .expect("edits of staff are told");
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
    assert_same(&grid(&world).await, &before);
}

#[tokio::test]
async fn what_somebody_changed_after_the_import_is_not_taken_back() {
    let world = world_with_deals().await;
    let file = format!(
        "id;{HEADER}1;Acme;Gagné;1000;;;;\n2;Durand;;;Industrie;;;\n;Neuf;Prospect;10;;;;\n;Autre;Prospect;20;;;;\n"
    );
    let fields = [("key", "id"), ("key", "client")];
    let sending = Sending {
        fields: &fields,
        ..Sending::of(file.as_bytes())
    };
    let applied = sending.apply(&world).await;
    assert_eq!(counts(&applied), [2, 2, 0, 0], "{applied}");
    world.set_clock("2026-03-03T13:00:00Z");
    let corrected = world
        .client
        .patch(format!("{}/deals/4", world.address))
        .json(&json!({"notes": "à garder"}));
    assert_eq!(corrected.send().await.expect("answer").status(), StatusCode::OK);
    world.staff_type("deals!C2", json!("Négociation")).await;

    let undone = undo(&world, &applied).await;
    let left: Vec<&Value> = undone["left"]
        .as_array()
        .expect("left")
        .iter()
        .map(|left| &left["deal"])
        .collect();
    assert_eq!(left, [&json!(4), &json!(1)], "{undone}");
    assert_eq!(
        (&undone["updated"], &undone["deleted"]),
        (&json!(1), &json!(1)),
        "{undone}"
    );
    let rows = world.rows("deals").await;
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0][2], json!("Négociation"), "the status of staff stays");
    assert_eq!(
        rows[1].get(6).cloned().unwrap_or(json!("")),
        json!(""),
        "the sector is as before"
    );
    assert_eq!(rows[3][9], json!("à garder"));
}

#[tokio::test]
async fn an_import_that_another_instance_made_can_be_taken_back() {
    let world = World::new().await;
    let applied = Sending::of(DEMO).apply(&world).await;
    // A second instance on the same spreadsheet shares no memory with the first.
    let other = world.another_instance(&crate::world::Plan::default()).await;
    let address = applied["address"].as_str().expect("an address");
    let told: Value = reqwest::get(format!("{other}{address}"))
        .await
        .expect("answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(
        (&told["created"], &told["taken_back"]),
        (&json!(38), &json!(false)),
        "{told}"
    );
    let undone = world
        .client
        .post(format!("{other}{address}/undo"))
        .send()
        .await
        .expect("answer");
    let undone: Value = undone.json().await.expect("JSON");
    assert_eq!(undone["written"]["deleted"], json!(38), "{undone}");
    assert_eq!(world.rows("deals").await.len(), 0);
}

#[tokio::test]
async fn every_alphabet_and_format_of_a_spreadsheet_is_read() {
    let text = format!("{HEADER}Société Générale;Négociation;12 500,50 €;Énergie;31/12/2026;Zoé;\n");
    let (windows, utf_16): (Vec<u8>, Vec<u8>) = (
        text.chars()
            .map(|sign| {
                if sign == '€' {
                    0x80
                } else {
                    u8::try_from(u32::from(sign)).expect("Latin")
                }
            })
            .collect(),
        [0xFEFF]
            .into_iter()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect(),
    );
    for file in [text.into_bytes(), windows, utf_16] {
        let world = World::new().await;
        let applied = Sending::of(&file).apply(&world).await;
        assert_eq!(counts(&applied), [1, 0, 0, 0], "{applied}");
        let row = &world.rows("deals").await[0];
        assert_eq!(
            row[1..4],
            [json!("Société Générale"), json!("Négociation"), json!(12500.5)]
        );
        assert_eq!(row[8], json!("Zoé"));
    }
}

#[tokio::test]
async fn a_workbook_is_read() {
    let world = World::new().await;
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, header) in (0..).zip(["Client", "Statut", "Montant", "Échéance"]) {
        sheet.write(0, column, header).expect("written");
    }
    sheet.write(1, 0, "Acme").expect("written");
    sheet.write(1, 1, "gagne").expect("written");
    sheet.write(1, 2, 1234.5).expect("written");
    let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 12, 31).expect("a day");
    let format = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    sheet.write_with_format(1, 3, &day, &format).expect("written");
    let file = workbook.save_to_buffer().expect("a workbook");
    let applied = Sending {
        name: "deals.xlsx",
        ..Sending::of(&file)
    }
    .apply(&world)
    .await;
    assert_eq!(counts(&applied), [1, 0, 0, 0], "{applied}");
    let deal = world.json("/deals/1").await;
    assert_eq!(
        (&deal["montant_brut"], &deal["date_echeance"]),
        (&json!(1234.5), &json!("2026-12-31"))
    );
    assert_eq!(deal["statut"], json!("Gagné"));
}

#[tokio::test]
async fn an_ambiguous_amount_is_asked_once_and_answered_for_the_whole_file() {
    let world = World::new().await;
    let file = format!("{HEADER}Acme;Prospect;12.500;;;;\nDurand;Prospect;7.250;;;;\n");
    let preview = Sending::of(file.as_bytes()).preview(&world).await;
    assert_eq!(counts(&preview), [0, 0, 0, 2]);
    assert_eq!(preview["question"]["lines"], json!(2));
    assert_eq!(preview["question"]["examples"][0]["comma"], json!(12500.0));
    let answered = Sending {
        fields: &[("decimal", "comma")],
        ..Sending::of(file.as_bytes())
    };
    assert_eq!(counts(&answered.apply(&world).await), [2, 0, 0, 0]);
    assert_eq!(world.rows("deals").await[1][3], json!(7250));
}

#[tokio::test]
async fn columns_key_and_empty_cells_are_adjustable() {
    let world = world_with_deals().await;
    let file = "Nom;Étape;Prix HT;Divers\nAcme;Prospect;1000;\n".as_bytes();
    let refused = Sending::of(file).to(&world, "/deals/import", "application/json").await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let refused: Value = refused.json().await.expect("JSON");
    assert_eq!(refused["error"]["fields"][0]["field"], json!("client"), "{refused}");
    let mut fields = vec![
        ("column_client", "0"),
        ("column_montant_brut", "2"),
        ("column_notes", "3"),
        ("key", "client"),
    ];
    let adjusted = Sending {
        fields: &fields,
        ..Sending::of(file)
    };
    assert_eq!(counts(&adjusted.preview(&world).await), [0, 0, 1, 0]);
    fields.push(("empty", "erase"));
    let erasing = Sending {
        fields: &fields,
        ..Sending::of(file)
    };
    let preview = erasing.preview(&world).await;
    assert_eq!(counts(&preview), [0, 1, 0, 0]);
    assert_eq!(
        preview["changes"][0]["fields"],
        json!([{"field": "notes", "old": "ancien", "new": ""}])
    );
}

fn many(count: usize) -> String {
    (0..count).fold(HEADER.to_owned(), |mut file, number| {
        let _ = writeln!(file, "Client {number};Prospect;{};;31/12/2026;;", number + 1);
        file
    })
}

/// A long write timeout, because large writes are slow on a loaded machine.
fn patient() -> crate::world::Plan {
    crate::world::Plan {
        patience: Duration::from_mins(2),
        ..crate::world::Plan::default()
    }
}

#[tokio::test]
async fn five_thousand_rows_travel_in_ten_writes() {
    let world = World::of(patient()).await;
    let file = many(5_000);
    Sending::of(many(1).as_bytes()).preview(&world).await;
    world.forget_calls().await;
    let applied = Sending::of(file.as_bytes()).apply(&world).await;
    assert_eq!(applied["written"]["inserted"], json!(5_000), "{}", applied["written"]);
    assert_eq!(world.calls().await["writes"], json!(10));
    assert_eq!(world.rows("deals").await.len(), 5_000);
    assert_eq!(
        counts(&Sending::of(file.as_bytes()).preview(&world).await),
        [0, 0, 5_000, 0]
    );
}

#[tokio::test]
async fn lost_answers_in_the_middle_leave_no_doubles() {
    let world = World::of(patient()).await;
    let file = many(4_500);
    for fault in ["commit-then-503", "503", "429"] {
        world
            .fault(json!({"match": "batchUpdate", "times": 1, "after": 1, "fault": fault}))
            .await;
    }
    let applied = Sending::of(file.as_bytes()).apply(&world).await;
    assert_eq!(applied["applied"], json!(true), "{}", applied["written"]);
    let mut clients: Vec<String> = world.rows("deals").await.iter().map(|row| row[1].to_string()).collect();
    clients.sort();
    clients.dedup();
    assert_eq!((clients.len(), world.rows("deals").await.len()), (4_500, 4_500));
}

#[tokio::test]
async fn an_import_that_stopped_is_finished_by_importing_the_file_again() {
    let world = World::of(crate::world::Plan {
        patience: Duration::from_millis(300),
        ..crate::world::Plan::default()
    })
    .await;
    let file = many(100);
    world
        .fault(json!({"match": "batchUpdate", "times": 1000, "fault": "503"}))
        .await;
    let stopped = Sending::of(file.as_bytes())
        .to(&world, "/deals/import?apply=true", "application/json")
        .await;
    assert_eq!(stopped.status(), StatusCode::SERVICE_UNAVAILABLE);
    let stopped: Value = stopped.json().await.expect("JSON");
    assert_eq!(stopped["applied"], json!(false));
    // Without a requested language the board's default language applies.
    let cause = stopped["written"]["state"]["cause"].as_str().expect("a cause");
    assert!(cause.contains("tableur"), "{cause}");
    assert_eq!(
        stopped["written"]["state"]["state"],
        json!("stopped"),
        "{}",
        stopped["written"]
    );
    world.heal().await;
    world.store.refresh();
    let applied = Sending::of(file.as_bytes()).apply(&world).await;
    assert_eq!(applied["applied"], json!(true), "{}", applied["written"]);
    assert_eq!(world.rows("deals").await.len(), 100);
}

#[tokio::test]
async fn a_file_that_cannot_be_imported_says_why() {
    let world = World::new().await;
    let oversize = vec![b'x'; (20 << 20) + 1];
    for (file, status, french, english) in [
        (
            &oversize[..],
            413,
            "Le fichier dépasse 20 Mo",
            "The file is larger than 20 MB",
        ),
        (b"", 422, "Le fichier est vide", "The file is empty"),
        (
            b"%PDF-1.4",
            422,
            "Ce fichier n’est pas un tableau",
            "This file is no spreadsheet",
        ),
    ] {
        let page = Page::of(Sending::of(file).to(&world, "/deals/import", "text/html").await).await;
        assert_eq!(page.status.as_u16(), status);
        page.says(french);
        page.says("Rien n’a été écrit.");
        let answer = Sending::of(file)
            .to(&world, "/deals/import?lang=en", "application/json")
            .await;
        assert_eq!(answer.status().as_u16(), status);
        let answer: Value = answer.json().await.expect("JSON");
        let message = answer["error"]["fields"][0]["message"]
            .as_str()
            .expect("a message")
            .to_owned();
        assert!(message.starts_with(english), "{message}");
    }
    assert_eq!(world.rows("deals").await.len(), 0);
}

/// Follows a redirect; returns its target and the page there.
async fn follow(world: &World, response: Response) -> (String, Page) {
    assert_eq!(response.status(), StatusCode::SEE_OTHER, "{:?}", response.text().await);
    let address = response.headers()["location"].to_str().expect("text").to_owned();
    let page = world.page(&address).await;
    (address, page)
}

/// Names and values of the hidden fields of a form.
fn fields_of(page: &Page, form: &str) -> Vec<(String, String)> {
    let hidden = format!("{form} input[type=hidden]");
    page.attributes(&hidden, "name")
        .into_iter()
        .zip(page.attributes(&hidden, "value"))
        .collect()
}

#[tokio::test]
async fn the_pages_lead_from_the_file_over_the_preview_to_the_import_and_back() {
    let world = world_with_deals().await;
    let start = world.page("/deals/import").await;
    start.says("Importer des affaires");
    let demo = world.get("/deals/import/demo").send().await.expect("answer");
    assert_eq!(demo.bytes().await.expect("bytes"), DEMO);

    let file = format!(
        "{HEADER}Acme;Gagné;1000;Énergie;31/12/2026;Claire;ancien\nNeuf;Prospect;12,5;;;;\nFaux;Prospect;abc;;;;\nDurand;Gagné;250,50;;;;\n"
    );
    let (address, preview) = follow(
        &world,
        Sending::of(file.as_bytes())
            .to(&world, "/deals/import", "text/html")
            .await,
    )
    .await;
    assert_eq!(preview.status, StatusCode::OK);
    assert_eq!(preview.all(".facts dd"), ["1", "1", "1", "1"]);
    assert_eq!(preview.all("del"), ["avant Prospect"]);
    assert_eq!(preview.all(".import-changed ins"), ["après Gagné"]);
    preview.says("Ligne 4 : montant « abc » illisible");
    assert_eq!(preview.all("#column_client option[selected]"), ["Client"]);
    preview.says("Acme · Neuf · Faux");
    preview.says("Une ligne retrouve son affaire par client + secteur + échéance.");

    let refused = world
        .get(&preview.attributes(".import-refused a", "href")[0])
        .send()
        .await
        .expect("answer");
    let refused = refused.text().await.expect("text");
    let lines: Vec<&str> = refused.trim_start_matches('\u{feff}').lines().collect();
    assert!(lines[0].ends_with(";motif"), "{refused}");
    assert!(
        lines[1].starts_with("Faux;") && lines[1].ends_with(";montant « abc » illisible"),
        "{refused}"
    );

    let form = fields_of(&preview, "form[action='/deals/import/apply']");
    let send = || {
        world
            .post("/deals/import/apply")
            .header("accept", "text/html")
            .form(&form)
            .send()
    };
    let (run, done) = follow(&world, send().await.expect("answer")).await;
    done.says("Import terminé");
    assert_eq!(world.rows("deals").await.len(), 4);
    let (same_run, _) = follow(&world, send().await.expect("answer")).await;
    assert_eq!(same_run, run);
    assert_eq!(world.rows("deals").await.len(), 4, "a second click adds nothing");

    assert_eq!(world.page(&address).await.all(".facts dd"), ["0", "0", "3", "1"]);
    world.page("/deals/import").await.says("deals.csv");
    let undo = world
        .post(&format!("{run}/undo"))
        .header("accept", "text/html")
        .send()
        .await
        .expect("answer");
    let (_, undone) = follow(&world, undo).await;
    undone.says("Import annulé");
    assert_eq!(world.rows("deals").await.len(), 3);
    assert_eq!(world.rows("deals").await[0][2], json!("Prospect"));
}

#[tokio::test]
async fn a_file_that_is_not_here_any_more_is_asked_for_again_and_the_choices_are_kept() {
    let world = World::new().await;
    let file = format!("{HEADER}Acme;Prospect;12.500;;;;\n");
    let (address, _) = follow(
        &world,
        Sending::of(file.as_bytes())
            .to(&world, "/deals/import", "text/html")
            .await,
    )
    .await;
    world.pass(jiff::SignedDuration::from_hours(3));
    let lost = world.page(&format!("{address}&decimal=comma&key=client")).await;
    assert_eq!(lost.status, StatusCode::GONE);
    lost.says("Choisissez le fichier encore une fois");
    let program = world.get(&address).header("accept", "application/json");
    let program = program.send().await.expect("an answer");
    assert_eq!(program.status(), StatusCode::GONE);
    let program: Value = program.json().await.expect("JSON");
    assert_eq!(program["error"]["code"], "upload_gone", "{program}");
    let kept = fields_of(&lost, "form.upload");
    let kept: Vec<(&str, &str)> = kept
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let again = Sending {
        fields: &kept,
        ..Sending::of(file.as_bytes())
    };
    let (_, preview) = follow(&world, again.to(&world, "/deals/import", "text/html").await).await;
    assert_eq!(preview.all(".facts dd"), ["1", "0", "0", "0"]);
}

#[tokio::test]
async fn the_pages_speak_english_when_asked() {
    let world = World::new().await;
    let file = format!("{HEADER}Acme;Prospect;abc;;;;\n");
    let response = Sending::of(file.as_bytes())
        .to(&world, "/deals/import?lang=en", "text/html")
        .await;
    let (_, preview) = follow(&world, response).await;
    preview.says("Line 2: amount “abc” cannot be read");
    world.page("/deals/import?lang=en").await.says("Import deals");
}

#[tokio::test]
async fn taking_back_in_a_spreadsheet_without_room_says_what_to_clear_away_and_goes_on_then() {
    let world = World::new().await;
    let applied = Sending::of(many(20).as_bytes()).apply(&world).await;
    assert_eq!(applied["applied"], json!(true), "{applied}");
    // Staff fill the spreadsheet to fewer than ten cells below its limit; a rollback adds twelve audit lines.
    let rest = 10_000_000 - cells_in_all(&world).await;
    let properties =
        json!({"sheetId": 77, "title": "archive", "gridProperties": {"rowCount": rest / 10, "columnCount": 10}});
    world.staff(json!([{"addSheet": {"properties": properties}}])).await;

    let address = applied["address"].as_str().expect("address");
    let stopped = world
        .post(&format!("{address}/undo?lang=en"))
        .send()
        .await
        .expect("answer");
    assert_eq!(stopped.status(), StatusCode::SERVICE_UNAVAILABLE);
    let stopped: Value = stopped.json().await.expect("JSON");
    let cause = stopped["written"]["state"]["cause"].as_str().expect("a cause");
    assert!(
        cause.contains("ten million cells") && cause.contains("audit_log"),
        "{cause}"
    );
    assert_eq!(world.rows("deals").await.len(), 20);
    world.page(address).await.says("dix millions de cellules");

    world.staff(json!([{"deleteSheet": {"sheetId": 77}}])).await;
    world.store.refresh();
    let undone = undo(&world, &applied).await;
    assert_eq!((&undone["deleted"], &undone["left"]), (&json!(20), &json!([])));
    assert_eq!(world.rows("deals").await.len(), 0);
}

/// Total number of cells in all tabs, empty ones included.
async fn cells_in_all(world: &World) -> u64 {
    let answer = world.sheet_get("?fields=sheets.properties").await;
    let tabs = answer["sheets"].as_array().expect("tabs").iter();
    let size = |tab: &Value, name: &str| tab["properties"]["gridProperties"][name].as_u64().expect("a size");
    tabs.map(|tab| size(tab, "rowCount") * size(tab, "columnCount")).sum()
}
