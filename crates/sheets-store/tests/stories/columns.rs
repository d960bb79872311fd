//! Tests of columns: moved, renamed and added ones, formats, formulas of staff.

use serde_json::{Value, json};
use sheets_store::{CellContent, CellEntry, CommitError, NewId, RowChange, RowInsert, RowUpdate};

use crate::fixtures::library::{
    BOOKS, DUE, PRICE, TITLE, book, by_ann, cell, delete, library, loan, reprice, retitle, text,
};

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
