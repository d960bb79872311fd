//! Tests of updates, inserts and deletes: only the intended cells of the right rows change, whatever staff and the
//! network do in between.

use std::{sync::Arc, time::Duration};

use reqwest::StatusCode;
use serde_json::{Value, json};
use sheets_store::{
    Batch, CellContent, CellEntry, CellUpdate, ChangeHistory, Column, ColumnKind, CommitError, IdSource, NewId,
    RowChange, RowDelete, RowInsert, RowProblem, RowUpdate, Store, Tab, options::StoreOptions,
    read::read_error::ReadError,
};
use tallyboard::app::STORE_IDENTITY;
use tokio::sync::oneshot;

use crate::{
    relay::{Event, Relay},
    world::{World, store_at},
};

pub static BOOKS: Tab = Tab {
    title: "books",
    columns: &[
        Column::new("id", ColumnKind::Text),
        Column::new("title", ColumnKind::Text),
        Column::new("price", ColumnKind::Euros),
        Column::new("due", ColumnKind::Date),
        Column::new("shelf", ColumnKind::Choice(&["left", "right"])),
        Column::new("updated at", ColumnKind::DateTime),
    ],
    ids: IdSource::Given,
    history: ChangeHistory::Kept,
    updated_at: Some(5),
};

pub static LOANS: Tab = Tab {
    title: "loans",
    columns: &[
        Column::new("id", ColumnKind::Integer),
        Column::new("reader", ColumnKind::Text),
        Column::new("fee", ColumnKind::Percent),
    ],
    ids: IdSource::Counted,
    history: ChangeHistory::NotKept,
    updated_at: None,
};

pub const TITLE: usize = 1;
pub const PRICE: usize = 2;
const DUE: usize = 3;
const SHELF: usize = 4;

pub fn text(text: &str) -> CellEntry {
    CellEntry::Text(text.to_owned())
}

pub fn book(id: &str, title: &str, price: f64) -> RowChange {
    RowChange::Insert(RowInsert {
        tab: &BOOKS,
        id: NewId::Given(id.to_owned()),
        cells: vec![text(title), CellEntry::Number(price), CellEntry::Empty, text("left")],
    })
}

pub fn cell(column: usize, from: CellContent, to: CellEntry) -> CellUpdate {
    CellUpdate { column, from, to }
}

pub fn retitle(id: &str, from: &str, to: &str) -> RowChange {
    RowChange::Update(RowUpdate {
        tab: &BOOKS,
        id: id.to_owned(),
        cells: vec![cell(TITLE, CellContent::Text(from.to_owned()), text(to))],
    })
}

pub fn reprice(id: &str, from: f64, to: f64) -> RowChange {
    RowChange::Update(RowUpdate {
        tab: &BOOKS,
        id: id.to_owned(),
        cells: vec![cell(PRICE, CellContent::Number(from), CellEntry::Number(to))],
    })
}

pub fn delete(id: &str, title: &str) -> RowChange {
    RowChange::Delete(RowDelete {
        tab: &BOOKS,
        id: id.to_owned(),
        seen: vec![(TITLE, CellContent::Text(title.to_owned()))],
    })
}

pub fn by_ann(changes: impl IntoIterator<Item = RowChange>) -> Batch {
    Batch::by("Ann", changes)
}

/// World with five books.
pub async fn library() -> World {
    library_in(World::anywhere().await).await
}

/// The same on the emulator, with call counts and fault injection.
async fn emulated_library() -> World {
    library_in(World::new().await).await
}

async fn library_in(world: World) -> World {
    let made = world.store.prepare(&[&BOOKS, &LOANS]).await;
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
    let sheet = world.sheet_id("books").await;
    world
        .staff(json!([{"appendDimension": {"sheetId": sheet, "dimension": "COLUMNS", "length": 3}}]))
        .await;
    world
}

/// Id and title of each book, in sheet order.
pub async fn titles(world: &World) -> Vec<(String, String)> {
    let column = |row: &Vec<Value>, index: usize| row.get(index).and_then(Value::as_str).unwrap_or_default().to_owned();
    let rows = world.rows("books").await;
    rows.iter().map(|row| (column(row, 0), column(row, 1))).collect()
}

pub fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(left, right)| ((*left).to_owned(), (*right).to_owned()))
        .collect()
}

/// Audit lines without ids and times: by, tab, row, action, column, old, new. Updates of the timestamp column are left
/// out.
pub async fn log(world: &World) -> Vec<String> {
    let rows = world.rows("audit_log").await;
    rows.iter()
        .filter(|row| {
            row.get(5).is_some_and(|action| action == "deleted")
                || row.get(6).is_none_or(|column| column != "updated at")
        })
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

/// Second store on the same spreadsheet, connected through a proxy.
pub async fn relayed(world: &World) -> (Relay, Arc<Store>) {
    let relay = Relay::new(&world.sheets).await;
    let options = StoreOptions {
        calls_per_minute: None,
        first_pause: Duration::from_millis(2),
        patience: Duration::from_secs(10),
        ..StoreOptions::for_google(world.clock(), STORE_IDENTITY)
    };
    let store = store_at(&relay.url, &world.sheets, options).await;
    (relay, store)
}

/// Request by staff that sorts the books by id in descending order.
pub fn sorted_backwards(sheet: i64) -> Value {
    json!([{"sortRange": {
        "range": {"sheetId": sheet, "startRowIndex": 1, "endRowIndex": 6},
        "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}],
    }}])
}

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
async fn a_write_that_hits_another_row_is_put_right() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    let (relay, store) = relayed(&world).await;
    relay.expect([Event::Staff(sorted_backwards(sheet))]);
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
    assert_eq!((committed.updated, relay.left()), (1, 0));
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
    let (relay, store) = relayed(&world).await;
    relay.expect([Event::Staff(sorted_backwards(sheet))]);
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
    let (relay, store) = relayed(&world).await;
    let swapped = json!([{"moveDimension": {
        "source": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}, "destinationIndex": 3,
    }}]);
    relay.expect([Event::Staff(swapped)]);
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
    relay.expect([Event::Staff(first)]);
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
    let (relay, store) = relayed(&world).await;
    let title = ["f", "g"];
    for (id, from) in title.iter().zip([1, 0]) {
        let moved = json!([{"moveDimension": {
            "source": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": from, "endIndex": from + 1}, "destinationIndex": 3,
        }}]);
        relay.expect([Event::Staff(moved)]);
        let committed = store.commit(by_ann([book(id, "Zeta", 6.0)])).await.expect("written");
        assert_eq!((committed.inserted, relay.left()), (1, 0));
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
    let (relay, store) = relayed(&world).await;
    relay.expect([Event::CopiesPassOver, Event::CopiesPassOver]);
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
    let (relay, store) = relayed(&world).await;
    let (release, held) = oneshot::channel();
    relay.expect([Event::Held(held)]);
    store
        .commit(by_ann([retitle("b", "Beta", "Bravo"), book("f", "Zeta", 6.0)]))
        .await
        .expect("written");
    world.staff(sorted_backwards(sheet)).await;
    let before = (world.rows("books").await, log(&world).await);
    release.send(()).expect("held");
    while relay.late().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(relay.late(), [StatusCode::BAD_REQUEST]);
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
    let (relay, store) = relayed(&world).await;
    relay.expect([Event::Staff(sorted_backwards(sheet))]);
    world
        .fault(json!({"match": "batchUpdate", "times": 1, "after": 1, "fault": "commit-then-503"}))
        .await;
    let batch = by_ann([retitle("b", "Beta", "Bravo"), delete("a", "Alpha")]);
    store.commit(batch).await.expect("written");
    let expected = [("e", "Epsilon"), ("d", "Delta"), ("c", "Gamma"), ("b", "Bravo")];
    assert_eq!(titles(&world).await, pairs(&expected));
}

#[tokio::test]
async fn nothing_but_the_wanted_cells_differs_after_an_update() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    let row = |row: u32, left: u32, right: u32| json!({"sheetId": sheet, "startRowIndex": row, "endRowIndex": row + 1, "startColumnIndex": left, "endColumnIndex": right});
    world
        .staff(json!([
            {"insertDimension": {"range": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 2, "endIndex": 3}}},
            {"repeatCell": {"range": row(2, 0, 5), "cell": {"note": "mind", "userEnteredFormat": {"textFormat": {"italic": true}, "numberFormat": {"type": "NUMBER", "pattern": "0.0"}}}, "fields": "note,userEnteredFormat"}},
            {"setDataValidation": {"range": row(2, 3, 4), "rule": {"condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "0"}]}}}},
            {"setBasicFilter": {"filter": {"range": {"sheetId": sheet, "startRowIndex": 0, "endRowIndex": 6, "startColumnIndex": 0, "endColumnIndex": 8}}}},
            {"updateDimensionProperties": {"range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 3, "endIndex": 4}, "properties": {"hiddenByUser": true}, "fields": "hiddenByUser"}},
        ]))
        .await;
    world.staff_type("books!C1", json!("in all")).await;
    world.staff_type("books!C2", json!("=D2*2")).await;
    world.staff_type("books!C3", json!("=D3*2")).await;
    let before = world.sheet_get("?includeGridData=true&ranges=books").await;
    world
        .store
        .commit(by_ann([reprice("b", 2.0, 2.5), retitle("c", "Gamma", "Caesar")]))
        .await
        .expect("written");
    let after = world.sheet_get("?includeGridData=true&ranges=books").await;
    let mut different = Vec::new();
    differences(&before, &after, "", &mut different);
    // The named range that holds the fencing token.
    different.retain(|path| !path.starts_with("/namedRanges/0"));
    let rows = "/sheets/0/data/0/rowData";
    let cells: std::collections::BTreeSet<&str> = different
        .iter()
        .map(|path| path.strip_prefix(rows).unwrap_or_else(|| panic!("{path}")))
        .map(|path| path.match_indices('/').nth(3).map_or(path, |(end, _)| &path[..end]))
        .collect();
    // The two updated cells, the formula that depends on the price, and the timestamps of both rows.
    let expected = [
        "/2/values/2",
        "/2/values/3",
        "/2/values/6",
        "/3/values/1",
        "/3/values/6",
    ];
    assert_eq!(cells.into_iter().collect::<Vec<_>>(), expected, "{different:#?}");
    let formula = &after["sheets"][0]["data"][0]["rowData"][2]["values"][2]["userEnteredValue"]["formulaValue"];
    assert_eq!(formula, "=D3*2");
    let price = &after["sheets"][0]["data"][0]["rowData"][2]["values"][3];
    assert_eq!(
        (&price["note"], &price["userEnteredFormat"]["numberFormat"]["pattern"]),
        (&json!("mind"), &json!("0.0"))
    );
}

/// Paths at which two JSON values differ.
fn differences(left: &Value, right: &Value, path: &str, found: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let keys: std::collections::BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            for key in keys {
                let none = Value::Null;
                let (left, right) = (left.get(key).unwrap_or(&none), right.get(key).unwrap_or(&none));
                differences(left, right, &format!("{path}/{key}"), found);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                differences(left, right, &format!("{path}/{index}"), found);
            }
        }
        (left, right) if left == right => {}
        _ => found.push(path.to_owned()),
    }
}

#[tokio::test]
async fn values_look_as_their_column_says() {
    let world = library().await;
    let due = RowUpdate {
        tab: &BOOKS,
        id: "b".to_owned(),
        cells: vec![cell(
            DUE,
            CellContent::Empty,
            CellEntry::Date(jiff::civil::date(2026, 4, 1)),
        )],
    };
    world
        .store
        .commit(by_ann([
            RowChange::Update(due),
            reprice("b", 2.0, 1_234.5),
            loan("l", "Kim", 0.25),
        ]))
        .await
        .expect("written");
    let shown = |range: &str| {
        let path = format!("/values/{range}");
        let world = &world;
        async move { world.sheet_get(&path).await["values"][0][0].clone() }
    };
    assert_eq!(shown("books!C3").await, "1,234.50 €");
    assert_eq!(shown("books!D3").await, "2026-04-01");
    assert_eq!(shown("books!F3").await, "2026-03-03 13:00:00.000");
    assert_eq!(shown("loans!A2").await, "1");
    assert_eq!(shown("loans!C2").await, "25%");
    assert_eq!(shown("audit_log!I2").await, "2026-04-01");
    assert_eq!(shown("audit_log!I3").await, "2026-03-03 13:00:00.000");
    assert_eq!(shown("audit_log!H4").await, "2.00 €");
    assert_eq!(shown("audit_log!I4").await, "1,234.50 €");
}

pub fn loan(key: &str, reader: &str, fee: f64) -> RowChange {
    RowChange::Insert(RowInsert {
        tab: &LOANS,
        id: NewId::Counted { key: key.to_owned() },
        cells: vec![text(reader), CellEntry::Number(fee)],
    })
}

#[tokio::test]
async fn counted_ids_go_on_from_the_highest_and_a_key_counts_once() {
    let world = library().await;
    world.staff_type("loans!A2", json!(41)).await;
    world.staff_type("loans!B2", json!("by hand")).await;
    let commit = |changes: Vec<RowChange>| world.store.commit(by_ann(changes));
    let first = commit(vec![
        loan("x", "Kim", 0.1),
        loan("y", "Lou", 0.2),
        loan("x", "Kim", 0.1),
    ])
    .await
    .expect("written");
    assert_eq!(first.ids, ["42", "43", "42"]);
    assert_eq!((first.inserted, first.already_there), (2, 1));
    let again = commit(vec![loan("z", "Max", 0.3), loan("y", "Lou", 0.2)])
        .await
        .expect("written");
    assert_eq!(again.ids, ["44", "43"]);
    // A restarted program reads the keys from the sheet.
    let (_relay, other) = relayed(&world).await;
    let known = other.commit(by_ann([loan("z", "Max", 0.3)])).await.expect("written");
    assert_eq!((known.already_there, known.ids), (1, vec!["44".to_owned()]));
    let rows = world.rows("loans").await;
    assert_eq!(
        rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>(),
        [json!(41), json!(42), json!(43), json!(44)]
    );
    assert_eq!(
        log(&world).await,
        [
            "Ann|loans|42|created|||",
            "Ann|loans|43|created|||",
            "Ann|loans|44|created|||"
        ]
    );
}

#[tokio::test]
async fn two_instances_never_count_the_same_id() {
    let world = Arc::new(library().await);
    let (_relay, other) = relayed(&world).await;
    let mut answers = Vec::new();
    for (name, store) in [("one", Arc::clone(&world.store)), ("two", other)] {
        for number in 0..100 {
            let store = Arc::clone(&store);
            answers.push(tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(number * 3)).await;
                store
                    .commit(by_ann([loan(&format!("{name} {number}"), name, 0.1)]))
                    .await
            }));
        }
    }
    let mut told = std::collections::BTreeSet::new();
    for answer in answers {
        told.extend(answer.await.expect("task").expect("written").ids);
    }
    let there: Vec<String> = world.rows("loans").await.iter().map(|row| row[0].to_string()).collect();
    let distinct: std::collections::BTreeSet<String> = there.iter().cloned().collect();
    assert_eq!((there.len(), distinct.len(), told.len()), (200, 200, 200));
    assert_eq!(distinct, told);
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
    let (relay, store) = relayed(&world).await;
    store.commit(by_ann([lend("Kim", "Kit")])).await.expect("written");
    assert_eq!(log(&world).await.len(), 2, "only that they were created");
    let up = json!([{"insertDimension": {"range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}}}]);
    relay.expect([Event::Staff(up)]);
    store.commit(by_ann([lend("Kit", "Kay")])).await.expect("written");
    let rows = world.rows("loans").await;
    assert_eq!(rows[1][..2], [json!(1), json!("Kay")]);
}

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

#[tokio::test]
async fn columns_may_stand_anywhere_under_any_spelling_and_with_others_between() {
    let world = library().await;
    let sheet = world.sheet_id("books").await;
    world
        .staff(json!([
            {"moveDimension": {"source": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}, "destinationIndex": 4}},
            {"insertDimension": {"range": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}}},
        ]))
        .await;
    world.staff_type("books!A1", json!("  TITLE ")).await;
    world.staff_type("books!C1", json!("Price")).await;
    world.staff_type("books!G1", json!("Updated_At")).await;
    world.staff_type("books!B1", json!("in all")).await;
    world.staff_type("books!B3", json!("=C3*2")).await;
    let update = RowUpdate {
        tab: &BOOKS,
        id: "b".to_owned(),
        cells: vec![
            cell(TITLE, CellContent::Text("Beta".to_owned()), text("Bravo")),
            cell(PRICE, CellContent::Number(2.0), CellEntry::Number(2.5)),
        ],
    };
    let changes = [RowChange::Update(update), book("f", "Zeta", 6.0), delete("d", "Delta")];
    let committed = world.store.commit(by_ann(changes)).await.expect("written");
    assert_eq!((committed.updated, committed.inserted, committed.deleted), (1, 1, 1));
    let rows = world.rows("books").await;
    assert_eq!(
        rows[1][..5],
        [json!("Bravo"), json!(5), json!(2.5), json!(""), json!("b")]
    );
    assert_eq!(
        rows[4][..6],
        [json!("Zeta"), json!(""), json!(6), json!(""), json!("f"), json!("left")]
    );
    assert_eq!(rows.len(), 5);
}

#[tokio::test]
async fn an_array_formula_of_staffs_own_goes_on_filling_its_column() {
    let world = library().await;
    // The formula fills its column to the end of the grid, with empty strings below the data.
    world.staff_type("books!G1", json!("twice")).await;
    world
        .staff_type("books!G2", json!("=ARRAYFORMULA(IF(A2:A=\"\",\"\",C2:C*2))"))
        .await;
    let changes = [reprice("b", 2.0, 2.5), book("f", "Zeta", 6.0), delete("d", "Delta")];
    let committed = world.store.commit(by_ann(changes)).await.expect("written");
    assert_eq!((committed.updated, committed.inserted, committed.deleted), (1, 1, 1));
    let found = |rows: Vec<Vec<Value>>| -> Vec<(Value, Value)> {
        rows.into_iter()
            .filter(|row| row[0] != "")
            .map(|row| (row[0].clone(), row[6].clone()))
            .collect()
    };
    let expected = [("a", 2), ("b", 5), ("c", 6), ("e", 10), ("f", 12)];
    assert_eq!(
        found(world.rows("books").await),
        expected.map(|(id, twice)| (json!(id), json!(twice)))
    );

    // The restored row must not contain the former result as a value, which would block the array formula.
    let back = RowChange::Insert(RowInsert {
        tab: &BOOKS,
        id: NewId::Restored {
            id: "d".to_owned(),
            key: "back".to_owned(),
            others: vec![("twice".to_owned(), CellContent::Number(8.0))],
        },
        cells: vec![text("Delta"), CellEntry::Number(4.0), CellEntry::Empty, text("left")],
    });
    world.store.commit(by_ann([back])).await.expect("written");
    let last = found(world.rows("books").await).pop();
    assert_eq!(last, Some((json!("d"), json!(8))));
}

#[tokio::test]
async fn a_renamed_or_repeated_header_closes_its_tab_alone_and_heals_by_itself() {
    let world = library().await;
    for (header, reason) in [
        ("titel", "tab books: no column “title”; the nearest header is “titel”"),
        (
            "price",
            "tab books: no column “title”; tab books: two columns are called “price”",
        ),
    ] {
        world.staff_type("books!B1", json!(header)).await;
        let (update, insert, other) = tokio::join!(
            world.store.commit(by_ann([retitle("b", "Beta", "Bravo")])),
            world.store.commit(by_ann([book("f", "Zeta", 6.0)])),
            world.store.commit(by_ann([loan(header, "Kim", 0.1)])),
        );
        for closed in [update, insert] {
            let Err(CommitError::Closed(found)) = closed else {
                panic!("{closed:?}")
            };
            assert_eq!(found.to_string(), reason);
        }
        assert_eq!(other.expect("written").inserted, 1);
        world.staff_type("books!B1", json!("title")).await;
    }
    let healed = world.store.commit(by_ann([retitle("b", "Beta", "Bravo")])).await;
    assert_eq!(healed.expect("written").updated, 1);
}

/// Outcome reported to a client.
#[derive(Debug)]
enum Told {
    Made,
    NotMade,
    Unknown,
}

fn told(result: &Result<sheets_store::CommitSummary, CommitError>) -> Told {
    match result {
        Ok(_) => Told::Made,
        Err(CommitError::Unknown(_)) => Told::Unknown,
        Err(_) => Told::NotMade,
    }
}

/// One randomised run: twelve clients, each with rows of its own, write through two stores under random faults while
/// staff sort the tab.
async fn schedule(seed: u64) {
    use rand::Rng;
    use rand::SeedableRng;
    use rand::seq::IndexedRandom;
    const FAULTS: [&str; 9] = [
        "429",
        "503",
        "commit-then-503",
        "truncate",
        "commit-then-truncate",
        "reset",
        "commit-then-reset",
        "html",
        "slow",
    ];
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let world = Arc::new(emulated_library().await);
    let books = (0..12).map(|number| book(&format!("row {number}"), "first", 1.0));
    world.store.commit(by_ann(books)).await.expect("written");
    let sheet = world.sheet_id("books").await;
    let (relay, other) = relayed(&world).await;
    for _ in 0..random.random_range(3..=6) {
        let matches = ["batchUpdate", "batchUpdate", "batchGet"]
            .choose(&mut random)
            .expect("one");
        let fault = FAULTS.choose(&mut random).expect("one");
        let (times, after) = (random.random_range(1..=2), random.random_range(0..=4));
        world
            .fault(json!({"match": matches, "times": times, "after": after, "fault": fault, "delay_ms": 5}))
            .await;
    }
    for _ in 0..random.random_range(0..=2) {
        let order = ["ASCENDING", "DESCENDING"].choose(&mut random).expect("one");
        relay.expect([Event::Staff(json!([{"sortRange": {
            "range": {"sheetId": sheet, "startRowIndex": 1, "endRowIndex": random.random_range(6..=18)},
            "sortSpecs": [{"dimensionIndex": random.random_range(0..=1), "sortOrder": order}],
        }}]))]);
    }
    let mut clients = Vec::new();
    for number in 0..12 {
        let store = Arc::clone(if random.random_bool(0.5) { &world.store } else { &other });
        let id = format!("row {number}");
        let changes = match number % 4 {
            0 | 1 => vec![
                retitle(&id, "first", &format!("second {number}")),
                reprice(&id, 1.0, f64::from(number) + 2.0),
            ],
            2 => vec![delete(&id, "first")],
            _ => vec![book(&format!("new {number}"), "second", 2.0), loan(&id, "Kim", 0.1)],
        };
        let pause = random.random_range(0..30);
        clients.push(tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            (number, told(&store.commit(by_ann(changes)).await))
        }));
    }
    let mut answers = Vec::new();
    for client in clients {
        answers.push(client.await.expect("task"));
    }
    world.heal().await;
    // Pending repairs are completed before the next write.
    for store in [&world.store, &other] {
        store
            .commit(by_ann([book("last", "last", 1.0)]))
            .await
            .expect("written");
    }
    let rows = world.rows("books").await;
    let loans = world.rows("loans").await;
    let context = format!("seed {seed}: {answers:?}\n{rows:#?}\n{:#?}", log(&world).await);
    let of = |id: &str| {
        rows.iter()
            .filter(|row| row.first().is_some_and(|cell| cell == id))
            .collect::<Vec<_>>()
    };
    let is = |row: &[Value], title: &str, price: i32| row[1] == title && row[2] == price;
    for (number, told) in &answers {
        let id = format!("row {number}");
        let (before, after) = match number % 4 {
            0 | 1 => {
                let [row] = of(&id)[..] else { panic!("{context}") };
                (is(row, "first", 1), is(row, &format!("second {number}"), number + 2))
            }
            2 => (of(&id).len() == 1 && is(of(&id)[0], "first", 1), of(&id).is_empty()),
            _ => {
                let [row] = of(&id)[..] else { panic!("{context}") };
                assert!(is(row, "first", 1), "{context}");
                let new = of(&format!("new {number}"));
                (new.is_empty(), new.len() == 1 && is(new[0], "second", 2))
            }
        };
        let fits = match told {
            Told::Made => after,
            Told::NotMade => before,
            Told::Unknown => before || after,
        };
        assert!(fits, "{number} {told:?} {context}");
    }
    for (id, title, price) in [
        ("a", "Alpha", 1),
        ("b", "Beta", 2),
        ("c", "Gamma", 3),
        ("d", "Delta", 4),
        ("e", "Epsilon", 5),
    ] {
        let [row] = of(id)[..] else { panic!("{id} {context}") };
        assert!(is(row, title, price), "{id} {context}");
    }
    let numbers: std::collections::BTreeSet<String> = loans.iter().map(|row| row[0].to_string()).collect();
    let lent = (0..12).filter(|number| of(&format!("new {number}")).len() == 1).count();
    assert_eq!((numbers.len(), loans.len()), (lent, lent), "{context}\n{loans:?}");
}

/// `SEED` sets the first seed, `SCHEDULES` the number of runs.
#[tokio::test]
async fn under_any_schedule_of_faults_each_change_is_made_once_or_not_at_all() {
    let first: u64 = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(1);
    let count: u64 = std::env::var("SCHEDULES")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(30);
    let seeds: Vec<u64> = (first..first + count).collect();
    for together in seeds.chunks(10) {
        let running: Vec<_> = together.iter().map(|seed| tokio::spawn(schedule(*seed))).collect();
        for schedule in running {
            schedule.await.expect("every change once or not at all");
        }
    }
}

/// Adds sixty books below the others and returns their ids.
async fn long_shelf(world: &World) -> Vec<String> {
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
        let (relay, store) = relayed(&world).await;
        relay.expect([Event::Staff(all_sorted_backwards(sheet))]);
        let committed = store
            .commit(by_ann(taken_out(&ids[first..last])))
            .await
            .expect("written");
        assert_eq!((committed.deleted, relay.left()), (last - first, 0));
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
        let (relay, store) = relayed(&world).await;
        relay.expect([Event::CopiesPassOver]);
        let committed = store
            .commit(by_ann(taken_out(&ids[first..last])))
            .await
            .expect("written");
        assert_eq!((committed.deleted, relay.left()), (last - first, 0));
        before.retain(|row| !ids[first..last].iter().any(|id| row[0] == json!(id)));
        assert_eq!(world.rows("books").await, before, "{first}..{last}");
        // The audit log also contains the rows that the copied lines did not show.
        let lines = log(&world).await;
        let title = format!("Ann|books|{}|deleted|title|Title {}|", ids[first], ids[first]);
        assert!(last < ids.len() || lines.contains(&title), "{title} in {lines:#?}");
    }
}
