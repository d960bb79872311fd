//! Tests of repairs: a write that hits another row or column is put right, whatever staff and the network do in between.

use reqwest::StatusCode;
use serde_json::{Value, json};
use sheets_store::{CellContent, CellEntry, RowChange, RowUpdate};
use test_support::proxy::{Event, store_behind_proxy};
use tokio::sync::oneshot;

use crate::fixtures::library::{
    BOOKS, LOANS, PRICE, TITLE, book, by_ann, cell, delete, emulated_library, library, loan, log, pairs, retitle,
    sorted_backwards, text, titles,
};

#[tokio::test]
async fn a_write_that_hits_another_row_is_put_right() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    let (proxy, store) = store_behind_proxy(&world).await;
    proxy.expect([Event::Staff(sorted_backwards(sheet))]);
    let update = RowUpdate {
        tab: &BOOKS,
        id: "b".to_owned(),
        cells: vec![
            cell(TITLE, CellContent::Text("Beta".to_owned()), text("Bravo")),
            cell(PRICE, CellContent::Number(2.0), CellEntry::Number(2.5)),
        ],
    };
    let committed = store
        .commit(by_ann([RowChange::Update(update)]))
        .await
        .expect("written");
    assert_eq!((committed.updated, proxy.left()), (1, 0));
    let expected = [
        ("e", "Epsilon"),
        ("d", "Delta"),
        ("c", "Gamma"),
        ("b", "Bravo"),
        ("a", "Alpha"),
    ];
    assert_eq!(titles(&world).await, pairs(&expected));
    let prices: Vec<Value> = world.rows("books").await.iter().map(|row| row[PRICE].clone()).collect();
    assert_eq!(prices, [json!(5), json!(4), json!(3), json!(2.5), json!(1)]);
    let expected = [
        "Ann|books|d|updated|title|Delta|Bravo",
        "Ann|books|d|updated|price|4|2.5",
        "tallyboard|books|d|put right|title|Bravo|Delta",
        "tallyboard|books|d|put right|price|2.5|4",
        "Ann|books|b|updated|title|Beta|Bravo",
        "Ann|books|b|updated|price|2|2.5",
    ];
    assert_eq!(log(&world).await, expected);
}

#[tokio::test]
async fn a_deletion_that_hits_another_row_is_put_right() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    world.staff_type("books!H1", json!("staff's own")).await;
    world.staff_type("books!H5", json!("keep me")).await;
    let before = world.rows("books").await;
    let (proxy, store) = store_behind_proxy(&world).await;
    proxy.expect([Event::Staff(sorted_backwards(sheet))]);
    let committed = store.commit(by_ann([delete("b", "Beta")])).await.expect("written");
    assert_eq!(committed.deleted, 1);
    let expected: Vec<_> = [4, 3, 2, 0]
        .into_iter()
        .map(|index: usize| before[index].clone())
        .collect();
    assert_eq!(world.rows("books").await, expected);
}

#[tokio::test]
async fn a_write_into_a_column_that_was_moved_meanwhile_is_put_right() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    let (proxy, store) = store_behind_proxy(&world).await;
    let swapped = json!([{"moveDimension": {
        "source": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}, "destinationIndex": 3,
    }}]);
    proxy.expect([Event::Staff(swapped)]);
    store
        .commit(by_ann([retitle("b", "Beta", "Bravo")]))
        .await
        .expect("written");
    assert_eq!(
        world.rows("books").await[1][..3],
        [json!("b"), json!(2), json!("Bravo")]
    );

    // The id column itself.
    let first = json!([{"moveDimension": {
        "source": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}, "destinationIndex": 3,
    }}]);
    proxy.expect([Event::Staff(first)]);
    store
        .commit(by_ann([retitle("c", "Gamma", "Caesar")]))
        .await
        .expect("written");
    assert_eq!(
        world.rows("books").await[2][..3],
        [json!(3), json!("Caesar"), json!("c")]
    );
}

#[tokio::test]
async fn a_row_that_is_added_while_columns_are_moved_lands_in_its_columns() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    let (proxy, store) = store_behind_proxy(&world).await;
    let title = ["f", "g"];
    for (id, from) in title.iter().zip([1, 0]) {
        let moved = json!([{"moveDimension": {
            "source": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": from, "endIndex": from + 1}, "destinationIndex": 3,
        }}]);
        proxy.expect([Event::Staff(moved)]);
        let committed = store.commit(by_ann([book(id, "Zeta", 6.0)])).await.expect("written");
        assert_eq!((committed.inserted, proxy.left()), (1, 0));
    }
    let rows = world.rows("books").await;
    assert_eq!(rows.len(), 7);
    assert_eq!(
        rows[5][..5],
        [json!(6), json!("Zeta"), json!("f"), json!(""), json!("left")]
    );
    assert_eq!(
        rows[6][..5],
        [json!(6), json!("Zeta"), json!("g"), json!(""), json!("left")]
    );
}

#[tokio::test]
async fn a_line_that_shows_a_neighbour_though_the_right_row_was_hit_is_mended() {
    let world = library().await;
    let (proxy, store) = store_behind_proxy(&world).await;
    proxy.expect([Event::CopiesShifted, Event::CopiesShifted]);
    let both = by_ann([retitle("b", "Beta", "Bravo"), retitle("c", "Gamma", "Caesar")]);
    assert_eq!(store.commit(both).await.expect("written").updated, 2);
    store.commit(by_ann([delete("e", "Epsilon")])).await.expect("written");
    let expected = [("a", "Alpha"), ("b", "Bravo"), ("c", "Caesar"), ("d", "Delta")];
    assert_eq!(titles(&world).await, pairs(&expected));
    let expected = [
        "Ann|books|b|updated|title|Beta|Bravo",
        "Ann|books|c|updated|title|Gamma|Caesar",
    ];
    assert_eq!(log(&world).await[..2], expected);
}

#[tokio::test]
async fn a_write_that_arrives_long_after_it_was_given_up_does_nothing() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    let (proxy, store) = store_behind_proxy(&world).await;
    let (release, held) = oneshot::channel();
    proxy.expect([Event::Held(held)]);
    store
        .commit(by_ann([retitle("b", "Beta", "Bravo"), book("f", "Zeta", 6.0)]))
        .await
        .expect("written");
    world.staff(sorted_backwards(sheet)).await;
    let before = (world.rows("books").await, log(&world).await);
    release.send(()).expect("held");
    while proxy.late().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(proxy.late(), [StatusCode::BAD_REQUEST]);
    assert_eq!((world.rows("books").await, log(&world).await), before);
}

#[tokio::test]
async fn changes_are_made_once_when_answers_are_lost_throttled_or_broken() {
    for fault in [
        "429",
        "503",
        "commit-then-503",
        "commit-then-truncate",
        "commit-then-reset",
        "truncate",
        "reset",
        "html",
    ] {
        let world = emulated_library().await;
        for (matches, times) in [("batchUpdate", 3), ("batchGet", 1)] {
            world
                .fault(json!({"match": matches, "times": times, "fault": fault}))
                .await;
        }
        let batch = by_ann([
            retitle("b", "Beta", "Bravo"),
            delete("d", "Delta"),
            book("f", "Zeta", 6.0),
        ]);
        let committed = world
            .store
            .commit(batch)
            .await
            .unwrap_or_else(|error| panic!("{fault}: {error}"));
        assert_eq!(
            (committed.updated, committed.deleted, committed.inserted),
            (1, 1, 1),
            "{fault}"
        );
        let expected = [
            ("a", "Alpha"),
            ("b", "Bravo"),
            ("c", "Gamma"),
            ("e", "Epsilon"),
            ("f", "Zeta"),
        ];
        assert_eq!(titles(&world).await, pairs(&expected), "{fault}");
        assert_eq!(log(&world).await.len(), 7, "{fault}");
    }
}

#[tokio::test]
async fn a_misplaced_write_whose_answer_got_lost_is_put_right_too() {
    let world = emulated_library().await;
    let sheet = world.sheet_id("books").await;
    let (proxy, store) = store_behind_proxy(&world).await;
    proxy.expect([Event::Staff(sorted_backwards(sheet))]);
    world
        .fault(json!({"match": "batchUpdate", "times": 1, "after": 1, "fault": "commit-then-503"}))
        .await;
    let batch = by_ann([retitle("b", "Beta", "Bravo"), delete("a", "Alpha")]);
    store.commit(batch).await.expect("written");
    let expected = [("e", "Epsilon"), ("d", "Delta"), ("c", "Gamma"), ("b", "Bravo")];
    assert_eq!(titles(&world).await, pairs(&expected));
}

#[tokio::test]
async fn a_misplaced_update_of_a_tab_without_history_is_made_again_in_its_place() {
    let world = library().await;
    let sheet = world.sheet_id("loans").await;
    world
        .store
        .commit(by_ann([loan("x", "Kim", 0.1), loan("y", "Lou", 0.2)]))
        .await
        .expect("written");
    let lend = |from: &str, to: &str| {
        RowChange::Update(RowUpdate {
            tab: &LOANS,
            id: "1".to_owned(),
            cells: vec![cell(1, CellContent::Text(from.to_owned()), text(to))],
        })
    };
    let (proxy, store) = store_behind_proxy(&world).await;
    store.commit(by_ann([lend("Kim", "Kit")])).await.expect("written");
    assert_eq!(log(&world).await.len(), 2, "only that they were created");
    let up = json!([{"insertDimension": {"range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}}}]);
    proxy.expect([Event::Staff(up)]);
    store.commit(by_ann([lend("Kit", "Kay")])).await.expect("written");
    let rows = world.rows("loans").await;
    assert_eq!(rows[1][..2], [json!(1), json!("Kay")]);
}
