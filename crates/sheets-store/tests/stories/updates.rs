//! Tests of updates and deletes: only the intended cells of the right rows change.

use std::sync::Arc;

use serde_json::json;
use sheets_store::{
    CellContent, CellEntry, CommitError, RowChange, RowProblem, RowUpdate, read::read_error::ReadError,
};

use crate::fixtures::library::{
    BOOKS, DUE, PRICE, SHELF, TITLE, book, by_ann, cell, delete, emulated_library, library, log, pairs, reprice,
    retitle, sorted_backwards, text, titles,
};

#[tokio::test]
async fn an_update_changes_its_cells_and_says_so_in_the_audit_log() {
    let world = emulated_library().await;
    let due = jiff::civil::date(2026, 4, 1);
    let update = RowUpdate {
        tab: &BOOKS,
        id: "b".to_owned(),
        cells: vec![
            cell(TITLE, CellContent::Text("Beta".to_owned()), text("Bravo")),
            cell(DUE, CellContent::Empty, CellEntry::Date(due)),
            cell(SHELF, CellContent::Text("left".to_owned()), text("left")),
        ],
    };
    let committed = world
        .store
        .commit(by_ann([RowChange::Update(update)]))
        .await
        .expect("written");
    assert_eq!(committed.updated, 1);
    let row = &world.rows("books").await[1];
    assert_eq!(
        row[..5],
        [json!("b"), json!("Bravo"), json!(2), json!(46_113), json!("left")]
    );
    assert_eq!(row[5], json!(46_084.541_666_666_664), "13:00 in Paris");
    assert_eq!(
        log(&world).await,
        ["Ann|books|b|updated|title|Beta|Bravo", "Ann|books|b|updated|due||46113"]
    );

    world.forget_calls().await;
    world
        .store
        .commit(by_ann([reprice("b", 2.0, 2.5)]))
        .await
        .expect("written");
    let calls = world.calls().await;
    assert_eq!((&calls["reads"], &calls["writes"]), (&json!(1), &json!(1)), "{calls}");
}

#[tokio::test]
async fn what_is_as_wanted_already_is_not_written_again() {
    let world = library().await;
    for expected in [1, 0] {
        let committed = world
            .store
            .commit(by_ann([retitle("b", "Beta", "Bravo")]))
            .await
            .expect("written");
        assert_eq!(committed.updated, expected);
    }
    assert_eq!(log(&world).await.len(), 1);
}

#[tokio::test]
async fn a_row_that_staff_moved_is_found_by_its_id() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    world
        .store
        .commit(by_ann([retitle("a", "Alpha", "Anton")]))
        .await
        .expect("written");
    world.staff(sorted_backwards(sheet)).await;
    world
        .store
        .commit(by_ann([retitle("b", "Beta", "Bravo")]))
        .await
        .expect("written");
    world
        .staff(json!([{"insertDimension": {"range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 1, "endIndex": 3}}}]))
        .await;
    world
        .store
        .commit(by_ann([retitle("c", "Gamma", "Caesar")]))
        .await
        .expect("written");
    world
        .staff(json!([{"deleteDimension": {"range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 1, "endIndex": 4}}}]))
        .await;
    world
        .store
        .commit(by_ann([retitle("d", "Delta", "Dora")]))
        .await
        .expect("written");
    let expected = [("d", "Dora"), ("c", "Caesar"), ("b", "Bravo"), ("a", "Anton")];
    assert_eq!(titles(&world).await, pairs(&expected));
}

#[tokio::test]
async fn a_conflict_names_each_cell_and_keeps_the_whole_batch_back_but_nobody_else() {
    let world = Arc::new(library().await);
    world.staff_type("books!B3", json!("Berta")).await;
    world.staff_type("books!C3", json!(7)).await;
    let both = RowUpdate {
        tab: &BOOKS,
        id: "b".to_owned(),
        cells: vec![
            cell(TITLE, CellContent::Text("Beta".to_owned()), text("Bravo")),
            cell(PRICE, CellContent::Number(2.0), CellEntry::Number(3.0)),
            cell(SHELF, CellContent::Text("left".to_owned()), text("right")),
        ],
    };
    let batches = [
        by_ann([retitle("a", "Alpha", "Anton"), RowChange::Update(both)]),
        by_ann([retitle("c", "Gamma", "Caesar")]),
        by_ann([delete("d", "something else")]),
    ];
    let mut answers = Vec::new();
    for batch in batches {
        let store = Arc::clone(&world.store);
        answers.push(tokio::spawn(async move { store.commit(batch).await }));
    }
    let Err(CommitError::Conflict(conflicts)) = answers.remove(0).await.expect("task") else {
        panic!("no conflict")
    };
    let told: Vec<_> = conflicts
        .iter()
        .map(|conflict| (conflict.column, &conflict.found))
        .collect();
    assert_eq!(
        told,
        [
            ("title", &CellContent::Text("Berta".to_owned())),
            ("price", &CellContent::Number(7.0))
        ]
    );
    assert_eq!(conflicts[0].wanted, Some(text("Bravo")));
    assert_eq!(answers.remove(0).await.expect("task").expect("written").updated, 1);
    let deletion = answers.remove(0).await.expect("task");
    assert!(matches!(deletion, Err(CommitError::Conflict(_))), "{deletion:?}");
    let expected = [
        ("a", "Alpha"),
        ("b", "Berta"),
        ("c", "Caesar"),
        ("d", "Delta"),
        ("e", "Epsilon"),
    ];
    assert_eq!(titles(&world).await, pairs(&expected));
}

#[tokio::test]
async fn changes_of_one_row_that_arrive_together_follow_each_other() {
    let world = library().await;
    let store = &world.store;
    let (first, second, third) = tokio::join!(
        store.commit(by_ann([retitle("b", "Beta", "Bravo")])),
        store.commit(by_ann([retitle("b", "Bravo", "Berta")])),
        store.commit(by_ann([retitle("b", "Beta", "Bruno")])),
    );
    assert_eq!(
        (first.expect("written").updated, second.expect("written").updated),
        (1, 1)
    );
    let Err(CommitError::Conflict(conflicts)) = third else {
        panic!("{third:?}")
    };
    assert_eq!(conflicts[0].found, CellContent::Text("Berta".to_owned()));
    let expected = [
        "Ann|books|b|updated|title|Beta|Bravo",
        "Ann|books|b|updated|title|Bravo|Berta",
    ];
    assert_eq!(log(&world).await, expected);
}

#[tokio::test]
async fn a_row_that_is_gone_or_there_twice_is_told_apart() {
    let world = library().await;
    world.staff_type("books!A3", json!("a")).await;
    for (id, title, expected) in [("b", "Beta", RowProblem::Gone), ("a", "Alpha", RowProblem::Repeated)] {
        for change in [retitle(id, title, "New"), delete(id, title)] {
            let result = world.store.commit(by_ann([change])).await;
            let Err(CommitError::NoSuchRow { problem, .. }) = result else {
                panic!("{result:?}")
            };
            assert_eq!(problem, expected);
        }
    }
}

#[tokio::test]
async fn rows_are_deleted_with_all_their_cells_in_the_audit_log() {
    let world = library().await;
    world.staff_type("books!G1", json!("staff's own")).await;
    world.staff_type("books!G3", json!("keep me")).await;
    let batch = by_ann([
        delete("b", "Beta"),
        delete("d", "Delta"),
        retitle("c", "Gamma", "Caesar"),
    ]);
    let committed = world.store.commit(batch).await.expect("written");
    assert_eq!((committed.deleted, committed.updated), (2, 1));
    let expected = [("a", "Alpha"), ("c", "Caesar"), ("e", "Epsilon")];
    assert_eq!(titles(&world).await, pairs(&expected));
    let log = log(&world).await;
    for line in [
        "Ann|books|b|deleted|title|Beta|",
        "Ann|books|b|deleted|staff's own|keep me|",
        "Ann|books|d|deleted|price|4|",
    ] {
        assert!(log.iter().any(|found| found == line), "{line}: {log:#?}");
    }
    assert_eq!(log.len(), 15);
    world
        .store
        .commit(by_ann([retitle("e", "Epsilon", "Emil")]))
        .await
        .expect("written");
    let expected = [("a", "Alpha"), ("c", "Caesar"), ("e", "Emil")];
    assert_eq!(titles(&world).await, pairs(&expected));
}

#[tokio::test]
async fn without_the_audit_log_updates_wait_and_new_rows_go_on() {
    let world = library().await;
    world.staff_type("audit_log!E1", json!("rows")).await;
    let (update, insert) = tokio::join!(
        world.store.commit(by_ann([retitle("b", "Beta", "Bravo")])),
        world.store.commit(by_ann([book("f", "Zeta", 6.0)])),
    );
    let Err(CommitError::Closed(reason)) = update else {
        panic!("{update:?}")
    };
    assert_eq!(
        reason.to_string(),
        "tab audit_log: no column “row”; the nearest header is “rows”"
    );
    assert_eq!(insert.expect("written").inserted, 1);
    world.staff_type("audit_log!E1", json!("row")).await;
    world
        .store
        .commit(by_ann([retitle("b", "Beta", "Bravo")]))
        .await
        .expect("written");
    let sheet = world.sheet_id("audit_log").await;
    world.staff(json!([{"deleteSheet": {"sheetId": sheet}}])).await;
    let update = world.store.commit(by_ann([retitle("b", "Bravo", "Beta")])).await;
    assert!(
        matches!(update, Err(CommitError::Closed(ReadError::TabMissing("audit_log")))),
        "{update:?}"
    );
    assert_eq!(world.store.prepare(&[&BOOKS]).await.made, ["Made the tab “audit_log”."]);
    world
        .store
        .commit(by_ann([retitle("b", "Bravo", "Beta")]))
        .await
        .expect("written");
}

#[tokio::test]
async fn a_poisonous_update_fails_alone() {
    let world = library().await;
    let store = &world.store;
    let poison = "x".repeat(50_001);
    let (first, second, third) = tokio::join!(
        store.commit(by_ann([retitle("a", "Alpha", "Anton")])),
        store.commit(by_ann([retitle("b", "Beta", &poison), retitle("c", "Gamma", "Caesar")])),
        store.commit(by_ann([delete("d", "Delta")])),
    );
    assert!(matches!(second, Err(CommitError::Refused(_))), "{second:?}");
    assert_eq!(
        (first.expect("written").updated, third.expect("written").deleted),
        (1, 1)
    );
    let expected = [("a", "Anton"), ("b", "Beta"), ("c", "Gamma"), ("e", "Epsilon")];
    assert_eq!(titles(&world).await, pairs(&expected));
}
