//! Tests of concurrent writers on one spreadsheet, and of recovery after a writer is killed during a write.

use serde_json::{Value, json};
use sheets_store::{Batch, CellContent, CellEntry, NewId, RowChange, RowInsert, RowUpdate, Store, audit::SHEET_EDITOR};
use test_support::{
    SheetWorld,
    proxy::{Event, Proxy, store_behind_proxy},
    sheet_world::AUDIT_LOG,
};

use crate::fixtures::library::{
    BOOKS, PRICE, TITLE, book, by_ann, cell, delete, library, loan, log, pairs, reprice, retitle, sorted_backwards,
    text, titles,
};

/// Request by staff that moves the column at `from` in front of the column at `to`.
fn column_moved(sheet: i64, from: u32, to: u32) -> Value {
    json!([{"moveDimension": {
        "source": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": from, "endIndex": from + 1},
        "destinationIndex": to,
    }}])
}

/// Commits a change through `store` and returns once the write has been applied and the store is cut off.
async fn killed_while(store: &Store, proxy: &Proxy, change: RowChange) {
    killed_while_making(store, proxy, [change]).await;
}

async fn killed_while_making(store: &Store, proxy: &Proxy, changes: impl IntoIterator<Item = RowChange>) {
    let write = store.commit(by_ann(changes));
    let arrived = async {
        while proxy.late().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        answer = write => panic!("answered: {answer:?}"),
        () = arrived => {}
    }
}

async fn row(world: &SheetWorld, id: &str) -> Vec<Value> {
    let rows = world.rows("books").await;
    let found = rows.into_iter().find(|row| row.iter().any(|cell| cell == id));
    found.unwrap_or_else(|| panic!("no row {id}"))
}

#[tokio::test]
async fn what_a_killed_program_hit_by_mistake_is_put_right_by_the_next_one() {
    for moved in ["sorted", "column"] {
        let world = library().await;
        let sheet = world.sheet_id("books").await;
        let before = world.rows("books").await;
        let (proxy, store) = store_behind_proxy(&world).await;
        let event = match moved {
            "sorted" => sorted_backwards(sheet),
            _ => column_moved(sheet, 1, 3),
        };
        proxy.expect([Event::Killed(event)]);
        killed_while(&store, &proxy, retitle("b", "Beta", "Bravo")).await;
        // The other store has written before and assumes that its fencing token is still current.
        world
            .store
            .commit(by_ann([reprice("a", 1.0, 1.5)]))
            .await
            .expect("written");
        let mut cells = before[1][..5].to_vec();
        cells.sort_by_key(ToString::to_string);
        let mut after = row(&world, "b").await[..5].to_vec();
        after.sort_by_key(ToString::to_string);
        assert_eq!(after, cells, "{moved}: {:#?}", log(&world).await);
        for (id, title) in [("a", "Alpha"), ("c", "Gamma"), ("d", "Delta"), ("e", "Epsilon")] {
            assert!(row(&world, id).await.contains(&json!(title)), "{moved} {id}");
        }
    }
}

#[tokio::test]
async fn a_row_that_a_killed_program_deleted_by_mistake_comes_back() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    let (proxy, store) = store_behind_proxy(&world).await;
    proxy.expect([Event::Killed(sorted_backwards(sheet))]);
    killed_while(&store, &proxy, delete("b", "Beta")).await;
    assert_eq!(titles(&world).await.len(), 4);
    world
        .store
        .commit(by_ann([reprice("a", 1.0, 1.5)]))
        .await
        .expect("written");
    let mut found = titles(&world).await;
    found.sort();
    let expected = [
        ("a", "Alpha"),
        ("b", "Beta"),
        ("c", "Gamma"),
        ("d", "Delta"),
        ("e", "Epsilon"),
    ];
    assert_eq!(found, pairs(&expected));
}

#[tokio::test]
async fn neighbours_that_a_killed_program_deleted_by_mistake_come_back() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    let more: Vec<RowChange> = (10..40)
        .map(|number| book(&format!("n{number}"), "More", 7.0))
        .collect();
    world.store.commit(by_ann(more)).await.expect("written");
    let mut sorted = sorted_backwards(sheet);
    sorted[0]["sortRange"]["range"]["endRowIndex"] = json!(36);
    let (proxy, store) = store_behind_proxy(&world).await;
    proxy.expect([Event::Killed(sorted)]);
    // All but the last row. After the sort these positions also hold rows with letter ids, which must not be deleted.
    let changes = (10..39).map(|number| delete(&format!("n{number}"), "More"));
    killed_while_making(&store, &proxy, changes).await;
    world
        .store
        .commit(by_ann([reprice("n39", 7.0, 1.5)]))
        .await
        .expect("written");
    let found = titles(&world).await;
    for (id, title) in [
        ("a", "Alpha"),
        ("b", "Beta"),
        ("c", "Gamma"),
        ("d", "Delta"),
        ("e", "Epsilon"),
    ] {
        let row = (id.to_owned(), title.to_owned());
        assert_eq!(found.iter().filter(|found| **found == row).count(), 1, "{found:#?}");
    }
}

#[tokio::test]
async fn a_moment_that_hits_another_column_is_put_right() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    let (proxy, store) = store_behind_proxy(&world).await;
    // “updated at” moves to the front, so “shelf” takes its former position.
    proxy.expect([Event::Staff(column_moved(sheet, 5, 0))]);
    store.commit(by_ann([reprice("b", 2.0, 2.5)])).await.expect("written");
    let found = row(&world, "b").await;
    assert_eq!(
        found[1..],
        [json!("b"), json!("Beta"), json!(2.5), json!(""), json!("left")]
    );
    assert!(found[0].is_number());
}

#[tokio::test]
async fn a_row_of_staffs_own_without_an_id_gets_back_what_stood_there() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    let (proxy, store) = store_behind_proxy(&world).await;
    let inserted = json!([
        {"insertDimension": {"range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 2, "endIndex": 3}}},
        {"updateCells": {"start": {"sheetId": sheet, "rowIndex": 2, "columnIndex": 1}, "fields": "userEnteredValue",
                         "rows": [{"values": [{"userEnteredValue": {"stringValue": "staff's own"}}]}]}},
    ]);
    proxy.expect([Event::Staff(inserted)]);
    store
        .commit(by_ann([retitle("b", "Beta", "Bravo")]))
        .await
        .expect("written");
    let expected = [
        ("a", "Alpha"),
        ("", "staff's own"),
        ("b", "Bravo"),
        ("c", "Gamma"),
        ("d", "Delta"),
        ("e", "Epsilon"),
    ];
    assert_eq!(titles(&world).await, pairs(&expected));
}

#[tokio::test]
async fn a_write_that_travels_with_lines_of_the_log_is_judged_by_its_own() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    let (proxy, store) = store_behind_proxy(&world).await;
    proxy.expect([Event::Staff(sorted_backwards(sheet))]);
    let line = RowChange::Insert(RowInsert {
        tab: &AUDIT_LOG,
        id: NewId::Given("a line".to_owned()),
        cells: vec![CellEntry::Empty, text(SHEET_EDITOR), text("books"), text("zz")],
    });
    store
        .commit(by_ann([retitle("b", "Beta", "Bravo"), line]))
        .await
        .expect("written");
    let expected = [
        ("e", "Epsilon"),
        ("d", "Delta"),
        ("c", "Gamma"),
        ("b", "Bravo"),
        ("a", "Alpha"),
    ];
    assert_eq!(titles(&world).await, pairs(&expected));
    let log = log(&world).await;
    assert_eq!(log[0], "Ann|books|d|updated|title|Delta|Bravo", "{log:#?}");
}

#[tokio::test]
async fn a_row_whose_columns_moved_is_put_right_even_when_the_answer_gets_lost() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    let (proxy, store) = store_behind_proxy(&world).await;
    for (id, from) in [("f", 1), ("g", 0)] {
        proxy.expect([Event::Unanswered(column_moved(sheet, from, 3))]);
        let committed = store.commit(by_ann([book(id, "Zeta", 6.0)])).await.expect("written");
        assert_eq!((committed.inserted, proxy.left()), (1, 0));
    }
    let rows = world.rows("books").await;
    assert_eq!(rows.len(), 7, "{rows:#?}");
    for (row, id) in rows[5..].iter().zip(["f", "g"]) {
        assert_eq!(row[..5], [json!(6), json!("Zeta"), json!(id), json!(""), json!("left")]);
    }
}

#[tokio::test]
async fn a_value_that_came_under_a_header_of_staffs_own_is_put_right() {
    for is_seen in [true, false] {
        let world = library().await;
        let sheet = world.sheet_id("books").await;
        world.staff_type("books!H1", json!("remark")).await;
        let (proxy, store) = store_behind_proxy(&world).await;
        // Staff swap the title column with their own column.
        let moves = |from: u32, to: u32| column_moved(sheet, from, to)[0].clone();
        let moves = json!([moves(7, 1), moves(2, 8)]);
        proxy.expect([if is_seen {
            Event::Staff(moves)
        } else {
            Event::Unanswered(moves)
        }]);
        let committed = store.commit(by_ann([book("f", "Zeta", 6.0)])).await.expect("written");
        assert_eq!((committed.inserted, proxy.left()), (1, 0));
        let rows = world.rows("books").await;
        assert_eq!(rows.len(), 6, "{rows:#?}");
        assert_eq!(
            (&rows[5][0], &rows[5][1], &rows[5][7]),
            (&json!("f"), &json!(""), &json!("Zeta"))
        );
    }
}

#[tokio::test]
async fn a_row_that_a_killed_program_left_in_wrong_columns_is_there_once_when_it_is_sent_again() {
    let id = "7a3f7c52-7b0e-5a59-9d5e-0c6b1f1d2e01";
    // Without and with another write before the retry.
    for writes_between in [0, 1] {
        let world = library().await;
        let sheet = world.sheet_id("books").await;
        let given = "7a3f7c52-7b0e-5a59-9d5e-0c6b1f1d2e00";
        world
            .store
            .commit(by_ann([book(given, "Eta", 5.0)]))
            .await
            .expect("written");
        let (proxy, store) = store_behind_proxy(&world).await;
        proxy.expect([Event::Killed(column_moved(sheet, 0, 2))]);
        killed_while(&store, &proxy, book(id, "Zeta", 6.0)).await;
        assert_eq!(
            row(&world, id).await[..2],
            [json!(id), json!("Zeta")],
            "the id stands under “title”"
        );
        for _ in 0..writes_between {
            let change = reprice("a", 1.0, 1.5);
            world.store.commit(by_ann([change])).await.expect("written");
        }
        let committed = world
            .store
            .commit(by_ann([book(id, "Zeta", 6.0)]))
            .await
            .expect("written");
        assert_eq!(committed.already_there + committed.inserted, 1);
        let rows = world.rows("books").await;
        let found: Vec<_> = rows.iter().filter(|row| row.contains(&json!(id))).collect();
        assert_eq!(found.len(), 1, "{rows:#?}");
        assert_eq!(found[0][..3], [json!("Zeta"), json!(id), json!(6)]);
        assert_eq!(rows.len(), 7);
    }
}

#[tokio::test]
async fn copies_of_rows_in_wrong_columns_never_come_back() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    let (proxy, store) = store_behind_proxy(&world).await;
    let new = [("f", "Zeta"), ("g", "Eta"), ("h", "Theta")];
    // The columns move at the insert; the tab is sorted at the repair, so each removal hits another of the new rows.
    let moved = column_moved(sheet, 0, 2);
    let turned_round = json!([{"sortRange": {
        "range": {"sheetId": sheet, "startRowIndex": 6, "endRowIndex": 9, "startColumnIndex": 0},
        "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}],
    }}]);
    proxy.expect([Event::Staff(moved), Event::Staff(turned_round)]);
    let books = new.map(|(id, title)| book(id, title, 6.0));
    let committed = store.commit(by_ann(books)).await.expect("written");
    assert_eq!((committed.inserted, proxy.left()), (3, 0));
    let rows = world.rows("books").await;
    let mut found: Vec<_> = rows[5..].iter().map(|row| (row[1].clone(), row[0].clone())).collect();
    found.sort_by_key(|(id, _)| id.to_string());
    assert_eq!(
        found,
        new.map(|(id, title)| (json!(id), json!(title))),
        "{:#?}",
        log(&world).await
    );
}

#[tokio::test]
async fn a_counted_row_whose_columns_moved_keeps_its_number() {
    let world = library().await;
    let sheet = world.sheet_id("loans").await;
    world
        .staff(json!([{"appendDimension": {"sheetId": sheet, "dimension": "COLUMNS", "length": 2}}]))
        .await;
    let (proxy, store) = store_behind_proxy(&world).await;
    proxy.expect([Event::Staff(column_moved(sheet, 0, 3))]);
    let committed = store.commit(by_ann([loan("key", "Kim", 0.1)])).await.expect("written");
    assert_eq!((committed.inserted, committed.ids), (1, vec!["1".to_owned()]));
    assert_eq!(world.rows("loans").await, [[json!("Kim"), json!(0.1), json!(1)]]);
}

#[tokio::test]
async fn what_cannot_be_put_right_while_a_header_is_renamed_is_put_right_later() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    let (proxy, store) = store_behind_proxy(&world).await;
    let mut requests = sorted_backwards(sheet);
    let renamed = json!({"updateCells": {"start": {"sheetId": sheet, "rowIndex": 0, "columnIndex": 4}, "fields": "userEnteredValue",
                         "rows": [{"values": [{"userEnteredValue": {"stringValue": "shelves"}}]}]}});
    requests.as_array_mut().expect("requests").push(renamed);
    proxy.expect([Event::Staff(requests)]);
    let refused = store.commit(by_ann([retitle("b", "Beta", "Bravo")])).await;
    refused.expect_err("the tab is closed");
    world.staff_type("books!E1", json!("shelf")).await;
    store.commit(by_ann([reprice("a", 1.0, 1.5)])).await.expect("written");
    let expected = [
        ("e", "Epsilon"),
        ("d", "Delta"),
        ("c", "Gamma"),
        ("b", "Beta"),
        ("a", "Alpha"),
    ];
    assert_eq!(titles(&world).await, pairs(&expected));
}

#[tokio::test]
async fn two_programs_that_insert_the_same_row_at_once_write_it_once() {
    let world = library().await;
    let (proxy, store) = store_behind_proxy(&world).await;
    // The other store writes between the lookup and the write of this one.
    let other = std::sync::Arc::clone(&world.store);
    let (held, release) = tokio::sync::oneshot::channel();
    proxy.expect([Event::Before(release)]);
    let slow = tokio::spawn(async move { store.commit(by_ann([book("f", "Zeta", 6.0)])).await });
    while proxy.left() > 0 {
        tokio::task::yield_now().await;
    }
    let first = other.commit(by_ann([book("f", "Zeta", 6.0)])).await.expect("written");
    held.send(()).expect("waits");
    let second = slow.await.expect("task").expect("written");
    assert_eq!((first.inserted, second.inserted, second.already_there), (1, 0, 1));
    assert_eq!(titles(&world).await.len(), 6);
}

#[tokio::test]
async fn an_update_that_another_program_overtook_is_compared_again() {
    let world = library().await;
    let (proxy, store) = store_behind_proxy(&world).await;
    let other = std::sync::Arc::clone(&world.store);
    let (held, release) = tokio::sync::oneshot::channel();
    proxy.expect([Event::Before(release)]);
    let update = RowUpdate {
        tab: &BOOKS,
        id: "b".to_owned(),
        cells: vec![
            cell(TITLE, CellContent::Text("Beta".to_owned()), text("Bravo")),
            cell(PRICE, CellContent::Number(2.0), CellEntry::Number(3.0)),
        ],
    };
    let slow = tokio::spawn(async move { store.commit(Batch::by("Bob", [RowChange::Update(update)])).await });
    while proxy.left() > 0 {
        tokio::task::yield_now().await;
    }
    other
        .commit(by_ann([retitle("b", "Beta", "Bill")]))
        .await
        .expect("written");
    held.send(()).expect("waits");
    slow.await.expect("task").expect_err("a conflict");
    assert_eq!(row(&world, "b").await[1..3], [json!("Bill"), json!(2)]);
}
