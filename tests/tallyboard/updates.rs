//! Stories of changes: only the wanted cells of the right row change, whatever staff and the network do meanwhile.

use std::sync::Arc;

use serde_json::{Value, json};
use tallyboard::store::{
    Batch, CellUpdate, Change, Column, CommitError, Content, Delete, Entry, History, Ids, Insert, Kind, NewId,
    RowProblem, Store, Tab, Update, audit::AUDIT_LOG,
};

use crate::world::World;

static BOOKS: Tab = Tab {
    title: "books",
    columns: &[
        Column::new("id", Kind::Text),
        Column::new("title", Kind::Text),
        Column::new("price", Kind::Euros),
        Column::new("due", Kind::Date),
        Column::new("shelf", Kind::Choice(&["left", "right"])),
        Column::new("updated at", Kind::DateTime),
    ],
    ids: Ids::Given,
    history: History::Kept,
    updated_at: Some(5),
};

const TITLE: usize = 1;
const PRICE: usize = 2;
const DUE: usize = 3;
const SHELF: usize = 4;

fn text(text: &str) -> Entry {
    Entry::Text(text.to_owned())
}

fn book(id: &str, title: &str, price: f64) -> Change {
    Change::Insert(Insert {
        tab: &BOOKS,
        id: NewId::Given(id.to_owned()),
        cells: vec![text(title), Entry::Number(price), Entry::Empty, text("left")],
    })
}

fn cell(column: usize, from: Content, to: Entry) -> CellUpdate {
    CellUpdate { column, from, to }
}

fn retitle(id: &str, from: &str, to: &str) -> Change {
    Change::Update(Update {
        tab: &BOOKS,
        id: id.to_owned(),
        cells: vec![cell(TITLE, Content::Text(from.to_owned()), text(to))],
    })
}

fn reprice(id: &str, from: f64, to: f64) -> Change {
    Change::Update(Update {
        tab: &BOOKS,
        id: id.to_owned(),
        cells: vec![cell(PRICE, Content::Number(from), Entry::Number(to))],
    })
}

fn delete(id: &str, title: &str) -> Change {
    Change::Delete(Delete {
        tab: &BOOKS,
        id: id.to_owned(),
        seen: vec![(TITLE, Content::Text(title.to_owned()))],
    })
}

fn by_ann(changes: impl IntoIterator<Item = Change>) -> Batch {
    Batch::by("Ann", changes)
}

/// A world with five books in it.
async fn library() -> World {
    let world = World::new().await;
    let made = world.store.prepare(&[&BOOKS, &AUDIT_LOG]).await;
    assert_eq!(made.problems, []);
    let books = [
        ("a", "Alpha"),
        ("b", "Beta"),
        ("c", "Gamma"),
        ("d", "Delta"),
        ("e", "Epsilon"),
    ];
    let books = books
        .iter()
        .zip(1_u8..)
        .map(|((id, title), price)| book(id, title, f64::from(price)));
    world.store.commit(by_ann(books)).await.expect("written");
    world
}

/// Id and title of each book, as staff see them.
async fn titles(world: &World) -> Vec<(String, String)> {
    let column = |row: &Vec<Value>, index: usize| row.get(index).and_then(Value::as_str).unwrap_or_default().to_owned();
    let rows = world.rows("books").await;
    rows.iter().map(|row| (column(row, 0), column(row, 1))).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(left, right)| ((*left).to_owned(), (*right).to_owned()))
        .collect()
}

/// The audit log without ids and times: by, tab, row, action, column, old, new.
async fn log(world: &World) -> Vec<String> {
    let rows = world.rows("audit_log").await;
    rows.iter()
        .map(|row| {
            let cells = (2..9).map(|index| match row.get(index) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            });
            cells.collect::<Vec<_>>().join("|")
        })
        .collect()
}

#[tokio::test]
async fn an_update_changes_its_cells_and_says_so_in_the_audit_log() {
    let world = library().await;
    world.forget_calls().await;
    let due = jiff::civil::date(2026, 4, 1);
    let update = Update {
        tab: &BOOKS,
        id: "b".to_owned(),
        cells: vec![
            cell(TITLE, Content::Text("Beta".to_owned()), text("Bravo")),
            cell(DUE, Content::Empty, Entry::Date(due)),
            cell(SHELF, Content::Text("left".to_owned()), text("left")),
        ],
    };
    let committed = world
        .store
        .commit(by_ann([Change::Update(update)]))
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
    let calls = world.calls().await;
    assert_eq!((&calls["writes"], &calls["reads"]), (&json!(1), &json!(4)), "{calls}");
}
