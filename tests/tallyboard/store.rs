//! Tests of the store: load, faults, edits by staff, preparation of the spreadsheet.

use std::{collections::BTreeSet, sync::Arc};

use deals::deal::columns::{DEALS, STAGE};
use jiff::SignedDuration;
use leaderboard::{
    claims::{dataset::LeaderboardRows, rows::SUBMISSIONS},
    tabs::TABS,
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sheets_store::{Batch, CellEntry, CommitError, DropDownChoice, NewId, RowInsert, options::StoreOptions};
use tallyboard::app::STORE_IDENTITY;

use crate::world::{World, form};

pub fn insert(id: &str, company: &str) -> RowInsert {
    RowInsert {
        tab: &SUBMISSIONS,
        id: NewId::Given(id.to_owned()),
        cells: vec![
            CellEntry::DateTime(jiff::civil::datetime(2026, 3, 3, 13, 0, 0, 0)),
            CellEntry::Text("Kate".to_owned()),
            CellEntry::Text(company.to_owned()),
            CellEntry::Text("GitHub".to_owned()),
        ],
    }
}

pub async fn ids(world: &World) -> Vec<String> {
    let rows = world.rows("submissions").await;
    rows.iter()
        .map(|row| row.first().and_then(Value::as_str).unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn a_hundred_submissions_at_once_take_a_handful_of_writes() {
    let world = Arc::new(World::new().await);
    let sent = (0..100).map(|number| {
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            world
                .send_form(&form(
                    "Kate",
                    &format!("Company {number}"),
                    &["GitHub"],
                    &format!("key-{number}"),
                ))
                .await
                .status()
        })
    });
    for sent in sent.collect::<Vec<_>>() {
        assert_eq!(sent.await.expect("task"), StatusCode::SEE_OTHER);
    }
    let companies: BTreeSet<String> = world
        .rows("submissions")
        .await
        .iter()
        .map(|row| row[3].to_string())
        .collect();
    assert_eq!((companies.len(), world.rows("submissions").await.len()), (100, 100));
    let writes = world.calls().await["writes"].as_u64().expect("count");
    assert!(writes <= 4, "{writes} writes");
}

#[tokio::test]
async fn every_row_is_there_once_when_answers_are_lost_throttled_or_broken() {
    for fault in [
        "429",
        "503",
        "commit-then-503",
        "commit-then-timeout",
        "commit-then-truncate",
        "commit-then-reset",
        "truncate",
        "reset",
        "html",
    ] {
        let world = Arc::new(World::new().await);
        world
            .fault(json!({"match": "batchUpdate", "times": 2, "fault": fault, "delay_ms": 2_500}))
            .await;
        let committed = (0..20).map(|number| {
            let store = Arc::clone(&world.store);
            tokio::spawn(async move {
                store
                    .commit(Batch::inserts([insert(&format!("id-{number:02}"), "Acme")]))
                    .await
            })
        });
        for committed in committed.collect::<Vec<_>>() {
            committed
                .await
                .expect("task")
                .unwrap_or_else(|error| panic!("{fault}: {error}"));
        }
        let mut found = ids(&world).await;
        found.sort();
        assert_eq!(
            found,
            (0..20).map(|number| format!("id-{number:02}")).collect::<Vec<_>>(),
            "{fault}"
        );
    }
}

#[tokio::test]
async fn the_same_id_is_written_once_however_often_it_is_sent() {
    let world = World::new().await;
    let first = world
        .store
        .commit(Batch::inserts([insert("a", "Acme")]))
        .await
        .expect("written");
    assert_eq!((first.inserted, first.already_there), (1, 0));
    let batch = Batch::inserts([insert("a", "Acme"), insert("b", "Beta"), insert("b", "Beta")]);
    let second = world.store.commit(batch).await.expect("written");
    assert_eq!((second.inserted, second.already_there), (1, 2));
    assert_eq!(ids(&world).await, ["a", "b"]);
}

#[tokio::test]
async fn a_poisonous_row_fails_alone() {
    let world = Arc::new(World::new().await);
    let jobs: Vec<_> = (0..10)
        .map(|number| {
            let store = Arc::clone(&world.store);
            let company = if number == 4 {
                "x".repeat(50_001)
            } else {
                "Acme".to_owned()
            };
            tokio::spawn(async move {
                store
                    .commit(Batch::inserts([insert(&format!("id-{number}"), &company)]))
                    .await
            })
        })
        .collect();
    for (number, job) in jobs.into_iter().enumerate() {
        let result = job.await.expect("task");
        if number == 4 {
            assert!(matches!(result, Err(CommitError::Refused(_))), "{result:?}");
        } else {
            assert!(result.is_ok(), "{result:?}");
        }
    }
    assert_eq!(ids(&world).await.len(), 9);
}

#[tokio::test]
async fn rows_go_below_the_data_wherever_staff_have_moved_it() {
    let world = World::new().await;
    for id in ["a", "b", "c"] {
        world
            .store
            .commit(Batch::inserts([insert(id, "Acme")]))
            .await
            .expect("written");
    }
    let sheet = world.sheet_id("submissions").await;
    // Staff sort by id in descending order, insert a column in front, and type a row without an id below the data.
    world
        .staff(json!([
            {"sortRange": {"range": {"sheetId": sheet, "startRowIndex": 1, "endRowIndex": 4}, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]}},
            {"insertDimension": {"range": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}}},
        ]))
        .await;
    world.staff_type("submissions!A1", json!("our own")).await;
    world.staff_type("submissions!D5", json!("a row without id")).await;
    world
        .store
        .commit(Batch::inserts([insert("d", "Delta")]))
        .await
        .expect("written");
    let rows = world.rows("submissions").await;
    let column = |index: usize| {
        rows.iter()
            .map(|row| row.get(index).cloned().unwrap_or_default())
            .collect::<Vec<_>>()
    };
    assert_eq!(column(1), [json!("c"), json!("b"), json!("a"), json!(""), json!("d")]);
    assert_eq!(rows[4][4], "Delta");
}

#[tokio::test]
async fn tick_boxes_that_staff_filled_down_to_the_end_are_no_data() {
    let world = World::new().await;
    world
        .store
        .commit(Batch::inserts([insert("a", "Acme")]))
        .await
        .expect("written");
    let sheet = world.sheet_id("submissions").await;
    world
        .staff(json!([
            {"insertDimension": {"range": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}}},
            {"repeatCell": {
                "range": {"sheetId": sheet, "startRowIndex": 1, "endRowIndex": 1000, "startColumnIndex": 1, "endColumnIndex": 2},
                "cell": {"userEnteredValue": {"boolValue": false}}, "fields": "userEnteredValue"
            }},
        ]))
        .await;
    world
        .store
        .commit(Batch::inserts([insert("b", "Beta")]))
        .await
        .expect("written");
    let rows = world.rows("submissions").await;
    assert_eq!(
        (&rows[0][0], &rows[1][0], &rows[1][4]),
        (&json!("a"), &json!("b"), &json!("Beta"))
    );
}

#[tokio::test]
async fn a_board_whose_tab_is_gone_does_not_ask_again_for_each_view() {
    let world = World::new().await;
    let sheet = world.sheet_id("submissions").await;
    world.staff(json!([{"deleteSheet": {"sheetId": sheet}}])).await;
    world
        .page("/leaderboard")
        .await
        .says("The spreadsheet has no tab “submissions”.");
    world.forget_calls().await;
    for _ in 0..10 {
        assert_eq!(world.page("/leaderboard").await.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(world.calls().await["reads"], 0);
}

#[tokio::test]
async fn a_spreadsheet_that_never_answers_keeps_nobody_waiting_beyond_the_deadline() {
    let world = Arc::new(
        World::of(crate::world::Plan {
            patience: std::time::Duration::from_millis(500),
            ..Default::default()
        })
        .await,
    );
    world
        .fault(json!({"match": "", "times": 100_000, "fault": "timeout", "delay_ms": 60_000}))
        .await;
    let jobs: Vec<_> = (0..3)
        .map(|number| {
            let store = Arc::clone(&world.store);
            tokio::spawn(async move {
                store
                    .commit(Batch::inserts([insert(&format!("id-{number}"), "Acme")]))
                    .await
            })
        })
        .collect();
    for job in jobs {
        let result = job.await.expect("task");
        assert!(
            matches!(result, Err(CommitError::Unknown(_) | CommitError::NotWritten(_))),
            "{result:?}"
        );
    }
    world.heal().await;
}

#[tokio::test]
async fn waiting_for_our_own_quota_is_not_an_outage_of_google() {
    let world = World::new().await;
    let options = StoreOptions {
        calls_per_minute: std::num::NonZeroU32::new(6),
        patience: std::time::Duration::from_millis(200),
        ..StoreOptions::for_google(world.clock(), STORE_IDENTITY)
    };
    let store = crate::world::store_with(&world.sheets, options).await;
    let reading = store.read::<LeaderboardRows>().await;
    assert!(reading.is_ok());
    for _ in 0..2 {
        store.refresh();
        let reading = store.read::<LeaderboardRows>().await.expect("older data");
        assert_eq!(reading.unreachable_since, None);
    }
}

#[tokio::test]
async fn the_grid_grows_when_its_last_row_is_taken() {
    let world = World::new().await;
    let sheet = world.sheet_id("submissions").await;
    world.staff(json!([{"deleteDimension": {"range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 2, "endIndex": 1000}}}])).await;
    for id in ["a", "b", "c"] {
        world
            .store
            .commit(Batch::inserts([insert(id, "Acme")]))
            .await
            .expect("written");
    }
    assert_eq!(ids(&world).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn a_tab_that_was_replaced_is_found_again() {
    let world = World::new().await;
    world
        .store
        .commit(Batch::inserts([insert("a", "Acme")]))
        .await
        .expect("written");
    let sheet = world.sheet_id("submissions").await;
    world
        .staff(json!([
            {"duplicateSheet": {"sourceSheetId": sheet, "newSheetName": "copy"}},
            {"deleteSheet": {"sheetId": sheet}},
        ]))
        .await;
    let copy = world.sheet_id("copy").await;
    world.staff(json!([{"updateSheetProperties": {"properties": {"sheetId": copy, "title": "submissions"}, "fields": "title"}}])).await;
    world
        .store
        .commit(Batch::inserts([insert("b", "Beta")]))
        .await
        .expect("written");
    assert_eq!(ids(&world).await, ["a", "b"]);
}

#[tokio::test]
async fn two_hundred_views_of_a_cold_board_cost_one_read() {
    let world = Arc::new(World::new().await);
    let views: Vec<_> = (0..200)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.page("/leaderboard").await.status })
        })
        .collect();
    for view in views {
        assert_eq!(view.await.expect("task"), StatusCode::OK);
    }
    assert_eq!(world.calls().await["reads"], 1);
}

#[tokio::test]
async fn old_data_is_shown_at_once_while_one_refresh_runs() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.page("/leaderboard").await;
    world.forget_calls().await;
    world.pass(SignedDuration::from_secs(60));
    for _ in 0..5 {
        world.page("/leaderboard").await.says("Kate");
    }
    // The refresh runs in the background, so poll until its call is counted.
    let mut reads = world.calls().await["reads"].clone();
    while reads == 0 {
        tokio::task::yield_now().await;
        reads = world.calls().await["reads"].clone();
    }
    assert_eq!(reads, 1);
}

#[tokio::test]
async fn what_was_written_is_on_the_next_page_even_while_reads_are_slow() {
    let world = World::new().await;
    world.page("/leaderboard").await;
    world
        .fault(json!({"match": "batchGet", "times": 3, "fault": "slow", "delay_ms": 100}))
        .await;
    world.claim("Kate", "Acme", &["GitHub"]).await.says("+1 for Kate");
    world.page("/leaderboard").await.says("Kate");
}

#[tokio::test]
async fn check_makes_what_is_missing_and_names_what_a_person_has_to_do() {
    let world = World::new().await;
    let report = world.store.prepare(TABS).await;
    assert!(report.made.is_empty() && report.problems.is_empty(), "{report:?}");

    // A blank header without values below it is restored; a renamed header is reported.
    world.staff_type("submissions!G1", json!("")).await;
    let report = world.store.prepare(TABS).await;
    assert_eq!(report.made, ["Added the header “note” to the tab “submissions”."]);
    world
        .store
        .commit(Batch::inserts([insert("a", "Acme")]))
        .await
        .expect("written");
    world.staff_type("submissions!D1", json!("Companie")).await;
    let report = world.store.prepare(TABS).await;
    assert_eq!(report.problems.len(), 1, "{report:?}");
    assert_eq!(
        report.problems[0].cure,
        "In tab submissions, rename the header “Companie” back to “company”."
    );
    world.staff_type("submissions!D1", json!("Kunde")).await;
    let report = world.store.prepare(TABS).await;
    assert!(
        report.problems[0]
            .cure
            .contains("If one of the columns “Kunde” of the tab submissions holds it"),
        "{report:?}"
    );

    // A blank or overwritten header with values below it is reported, not restored.
    world.staff_type("submissions!D1", json!("")).await;
    let report = world.store.prepare(TABS).await;
    assert_eq!(report.made, Vec::<String>::new());
    assert!(
        report.problems[0].cure.contains("write “company” into D1"),
        "{report:?}"
    );
    world.staff_type("submissions!D1", json!("note")).await;
    let report = world.store.prepare(TABS).await;
    assert_eq!(report.made, Vec::<String>::new());
    assert_eq!(report.problems.len(), 2, "{report:?}");

    let sheet = world.sheet_id("company_aliases").await;
    world.staff(json!([{"deleteSheet": {"sheetId": sheet}}])).await;
    world.staff_type("submissions!D1", json!("company")).await;
    let report = world.store.prepare(TABS).await;
    assert_eq!(report.made, ["Made the tab “company_aliases”."]);
}

#[tokio::test]
async fn check_names_the_exact_cure_for_each_refusal_of_google() {
    let world = World::new().await;
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
    let world = World::new().await;
    let lost = DropDownChoice {
        tab: &DEALS,
        column: STAGE,
        word: "Perdu",
    };
    let words = async || {
        let path = "?ranges=deals!C2:C3&fields=sheets.data.rowData.values.dataValidation";
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
    assert_eq!(words().await, "Prospect, Qualifié, Négociation, Gagné");
    assert!(world.store.add_drop_down_choice(lost).await.expect("offered"));
    assert!(!world.store.add_drop_down_choice(lost).await.expect("offered already"));
    assert_eq!(words().await, "Prospect, Qualifié, Négociation, Gagné, Perdu");

    // Staff replace the list of the drop-down, then remove it.
    let sheet = world.sheet_id("deals").await;
    let column = json!({"sheetId": sheet, "startRowIndex": 1, "startColumnIndex": 2, "endColumnIndex": 3});
    let own = ["Prospect", "En pause"].map(|word| json!({"userEnteredValue": word}));
    let rule = json!({"condition": {"type": "ONE_OF_LIST", "values": own}});
    world
        .staff(json!([{"setDataValidation": {"range": column, "rule": rule}}]))
        .await;
    assert!(world.store.add_drop_down_choice(lost).await.expect("offered"));
    assert_eq!(words().await, "Prospect, En pause, Perdu");
    world.staff(json!([{"setDataValidation": {"range": column}}])).await;
    assert!(!world.store.add_drop_down_choice(lost).await.expect("nothing to add to"));
    assert_eq!(words().await, "");
}
