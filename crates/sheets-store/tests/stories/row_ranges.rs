//! Tests of row ranges: many rows are updated or deleted in one call.

use serde_json::{Value, json};
use sheets_store::{CellContent, CellEntry, RowChange, RowUpdate};
use test_support::{
    SheetWorld,
    proxy::{Event, store_behind_proxy},
};

use crate::fixtures::library::{
    BOOKS, PRICE, SHELF, TITLE, book, by_ann, cell, delete, emulated_library, library, log, retitle, sorted_backwards,
    text,
};

#[tokio::test]
async fn hundreds_of_rows_are_updated_in_one_call() {
    let world = emulated_library().await;
    let books = (0..600).map(|number| book(&format!("n{number}"), "New", 1.0));
    world.store.commit(by_ann(books)).await.expect("written");
    let updates = (0..600).map(|number| {
        RowChange::Update(RowUpdate {
            tab: &BOOKS,
            id: format!("n{number}"),
            cells: vec![
                cell(TITLE, CellContent::Text("New".to_owned()), text("Old")),
                cell(PRICE, CellContent::Number(1.0), CellEntry::Number(2.0)),
                cell(SHELF, CellContent::Text("left".to_owned()), text("right")),
            ],
        })
    });
    world.forget_calls().await;
    let committed = world.store.commit(by_ann(updates)).await.expect("written");
    assert_eq!((committed.updated, log(&world).await.len()), (600, 1_800));
    assert_eq!(world.calls().await["writes"], 1);
}

/// Adds sixty books below the others and returns their ids.
async fn long_shelf(world: &SheetWorld) -> Vec<String> {
    let ids: Vec<String> = (10..70).map(|number| format!("n{number}")).collect();
    let more = ids.iter().map(|id| book(id, &format!("Title {id}"), 7.0));
    world.store.commit(by_ann(more)).await.expect("written");
    ids
}

fn taken_out(ids: &[String]) -> Vec<RowChange> {
    ids.iter().map(|id| delete(id, &format!("Title {id}"))).collect()
}

fn all_sorted_backwards(sheet: i64) -> Value {
    let mut sorted = sorted_backwards(sheet);
    sorted[0]["sortRange"]["range"]["endRowIndex"] = json!(66);
    sorted
}

#[tokio::test]
async fn neighbours_go_together_with_all_their_cells_in_the_audit_log() {
    let world = library().await;
    world.staff_type("books!H1", json!("staff's own")).await;
    let ids = long_shelf(&world).await;
    world.staff_type("books!H20", json!("keep me")).await;
    let before = world.rows("books").await;
    let lines_before = log(&world).await.len();
    // Staff have moved a row that stays into the range of rows to delete.
    let sheet = world.sheet_id("books").await;
    world
        .staff(json!([{"moveDimension": {
            "source": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}, "destinationIndex": 30,
        }}]))
        .await;
    let committed = world.store.commit(by_ann(taken_out(&ids))).await.expect("written");
    assert_eq!(committed.deleted, 60);
    let expected: Vec<_> = [1, 2, 3, 4, 0]
        .into_iter()
        .map(|index: usize| before[index].clone())
        .collect();
    assert_eq!(world.rows("books").await, expected);
    let lines = log(&world).await.split_off(lines_before);
    assert_eq!(lines.len(), 60 * 7);
    for id in &ids {
        let title = format!("Ann|books|{id}|deleted|title|Title {id}|");
        assert_eq!(lines.iter().filter(|line| **line == title).count(), 1, "{lines:#?}");
    }
    let own = format!(
        "Ann|books|{}|deleted|staff's own|keep me|",
        before[18][0].as_str().expect("an id")
    );
    assert!(lines.contains(&own), "{lines:#?}");
    // The tab index is still valid.
    let committed = world.store.commit(by_ann([retitle("a", "Alpha", "Anna")])).await;
    assert_eq!(committed.expect("written").updated, 1);
}

#[tokio::test]
async fn neighbours_of_which_others_took_the_place_go_and_the_others_come_back() {
    for (first, last) in [(0, 60), (10, 50), (40, 60), (0, 15)] {
        let world = library().await;
        let sheet = world.sheet_id("books").await;
        let ids = long_shelf(&world).await;
        world.staff_type("books!H1", json!("staff's own")).await;
        world.staff_type("books!H3", json!("keep me")).await;
        let mut before = world.rows("books").await;
        let (proxy, store) = store_behind_proxy(&world).await;
        proxy.expect([Event::Staff(all_sorted_backwards(sheet))]);
        let committed = store
            .commit(by_ann(taken_out(&ids[first..last])))
            .await
            .expect("written");
        assert_eq!((committed.deleted, proxy.left()), (last - first, 0));
        before.retain(|row| !ids[first..last].iter().any(|id| row[0] == json!(id)));
        let mut found = world.rows("books").await;
        let id = |row: &Vec<Value>| row[0].to_string();
        before.sort_by_key(id);
        found.sort_by_key(id);
        assert_eq!(found, before, "{first}..{last}");
    }
}

#[tokio::test]
async fn neighbours_of_which_the_lines_show_others_go_alone() {
    for (first, last) in [(10, 50), (0, 60), (45, 60)] {
        let world = library().await;
        let ids = long_shelf(&world).await;
        let mut before = world.rows("books").await;
        let (proxy, store) = store_behind_proxy(&world).await;
        proxy.expect([Event::CopiesShifted]);
        let committed = store
            .commit(by_ann(taken_out(&ids[first..last])))
            .await
            .expect("written");
        assert_eq!((committed.deleted, proxy.left()), (last - first, 0));
        before.retain(|row| !ids[first..last].iter().any(|id| row[0] == json!(id)));
        assert_eq!(world.rows("books").await, before, "{first}..{last}");
        // The audit log also contains the rows that the copied lines did not show.
        let lines = log(&world).await;
        let title = format!("Ann|books|{}|deleted|title|Title {}|", ids[first], ids[first]);
        assert!(last < ids.len() || lines.contains(&title), "{title} in {lines:#?}");
    }
}
