//! Tests of the setup: missing tabs and headers are made, and what a person has to do is named.

use serde_json::{Value, json};
use sheets_store::{Batch, DropDownChoice};

use crate::fixtures::visits::{STATUS, TABS, VISITS, insert, visits};

#[tokio::test]
async fn check_makes_what_is_missing_and_names_what_a_person_has_to_do() {
    let world = visits().await;
    let report = world.store.prepare(TABS).await;
    assert!(report.made.is_empty() && report.problems.is_empty(), "{report:?}");

    // A blank header without values below it is restored; a renamed header is reported.
    world.staff_type("visits!G1", json!("")).await;
    let report = world.store.prepare(TABS).await;
    assert_eq!(report.made, ["Added the header “note” to the tab “visits”."]);
    world
        .store
        .commit(Batch::inserts([insert("a", "Acme")]))
        .await
        .expect("written");
    world.staff_type("visits!D1", json!("Companie")).await;
    let report = world.store.prepare(TABS).await;
    assert_eq!(report.problems.len(), 1, "{report:?}");
    assert_eq!(
        report.problems[0].cure,
        "In tab visits, rename the header “Companie” back to “company”."
    );
    world.staff_type("visits!D1", json!("Kunde")).await;
    let report = world.store.prepare(TABS).await;
    assert!(
        report.problems[0]
            .cure
            .contains("If one of the columns “Kunde” of the tab visits holds it"),
        "{report:?}"
    );

    // A blank or overwritten header with values below it is reported, not restored.
    world.staff_type("visits!D1", json!("")).await;
    let report = world.store.prepare(TABS).await;
    assert_eq!(report.made, Vec::<String>::new());
    assert!(
        report.problems[0].cure.contains("write “company” into D1"),
        "{report:?}"
    );
    world.staff_type("visits!D1", json!("note")).await;
    let report = world.store.prepare(TABS).await;
    assert_eq!(report.made, Vec::<String>::new());
    assert_eq!(report.problems.len(), 2, "{report:?}");

    let sheet = world.sheet_id("guides").await;
    world.staff(json!([{"deleteSheet": {"sheetId": sheet}}])).await;
    world.staff_type("visits!D1", json!("company")).await;
    let report = world.store.prepare(TABS).await;
    assert_eq!(report.made, ["Made the tab “guides”."]);
}

#[tokio::test]
async fn check_names_the_exact_cure_for_each_refusal_of_google() {
    let world = visits().await;
    for (fault, problem, cure) in [
        ("403", "is not shared with", "add the program's account as Editor"),
        ("service-disabled", "API is not enabled", "press Enable"),
        ("404", "There is no spreadsheet with the id", "between /d/ and /edit"),
        (
            "read-only",
            "may look at the spreadsheet, but not change it",
            "from Viewer to Editor",
        ),
    ] {
        world.fault(json!({"match": "", "times": 100, "fault": fault})).await;
        let report = world.store.prepare(TABS).await;
        world.heal().await;
        assert_eq!(report.problems.len(), 1, "{fault}: {report:?}");
        assert!(report.problems[0].problem.contains(problem), "{fault}: {report:?}");
        assert!(report.problems[0].cure.contains(cure), "{fault}: {report:?}");
    }
}

#[tokio::test]
async fn a_drop_down_gets_a_word_once_and_keeps_those_of_staff() {
    let world = visits().await;
    let cancelled = DropDownChoice {
        tab: &VISITS,
        column: STATUS,
        word: "cancelled",
    };
    let words = async || {
        let path = "?ranges=visits!F2:F3&fields=sheets.data.rowData.values.dataValidation";
        let shown = world.sheet_get(path).await;
        let rows = shown["sheets"][0]["data"][0]["rowData"].clone();
        assert_eq!(rows[0], rows[1], "the whole column has it");
        let values = rows[0]["values"][0]["dataValidation"]["condition"]["values"].clone();
        let values: Vec<Value> = serde_json::from_value(values).unwrap_or_default();
        let words = values
            .iter()
            .map(|value| value["userEnteredValue"].as_str().unwrap_or_default());
        words.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(words().await, "planned, held, missed");
    assert!(world.store.add_drop_down_choice(cancelled).await.expect("offered"));
    assert!(
        !world
            .store
            .add_drop_down_choice(cancelled)
            .await
            .expect("offered already")
    );
    assert_eq!(words().await, "planned, held, missed, cancelled");

    // Staff replace the list of the drop-down, then remove it.
    let sheet = world.sheet_id("visits").await;
    let column = json!({"sheetId": sheet, "startRowIndex": 1, "startColumnIndex": 5, "endColumnIndex": 6});
    let own = ["planned", "on hold"].map(|word| json!({"userEnteredValue": word}));
    let rule = json!({"condition": {"type": "ONE_OF_LIST", "values": own}});
    world
        .staff(json!([{"setDataValidation": {"range": column, "rule": rule}}]))
        .await;
    assert!(world.store.add_drop_down_choice(cancelled).await.expect("offered"));
    assert_eq!(words().await, "planned, on hold, cancelled");
    world.staff(json!([{"setDataValidation": {"range": column}}])).await;
    assert!(
        !world
            .store
            .add_drop_down_choice(cancelled)
            .await
            .expect("nothing to add to")
    );
    assert_eq!(words().await, "");
}
