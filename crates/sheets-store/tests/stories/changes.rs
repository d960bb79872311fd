//! Tests of change detection: edits by staff appear in the audit log, writes of the program are not mistaken for them.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use sheets_store::{
    Batch, CellContent, CellEntry, CellUpdate, ChangeHistory, Column, ColumnKind, Dataset, DecodeContext, IdSource,
    NewId, RowChange, RowDelete, RowInsert, RowUpdate, Store, Tab, TabRows,
};
use test_support::{SheetWorld, StoreSettings};

use crate::fixtures::visits::{Visits, insert, visits};

const PATIENCE: Duration = Duration::from_secs(20);

/// Columns `by` to `new` of the audit log, once it has at least `count` lines.
async fn lines(world: &SheetWorld, count: usize) -> Vec<Vec<String>> {
    let enough = async {
        loop {
            let mut rows = world.rows("audit_log").await;
            rows.retain(|row| row.get(5).is_none_or(|action| action != "dated"));
            if rows.len() >= count {
                return rows;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let rows = tokio::time::timeout(PATIENCE, enough).await.expect("lines");
    let text = |cell: &Value| cell.as_str().map_or_else(|| cell.to_string(), str::to_owned);
    let texts = |row: &Vec<Value>| {
        let mut cells: Vec<String> = row.iter().skip(2).map(text).collect();
        cells.resize(7, String::new());
        cells
    };
    rows.iter().map(texts).collect()
}

async fn look(store: &Store) {
    store.refresh();
    store.read::<Visits>().await.expect("a reading");
}

async fn world_with(ids: &[&str]) -> SheetWorld {
    let world = visits().await;
    let rows = ids.iter().map(|id| insert(id, "Acme"));
    world.store.commit(Batch::inserts(rows)).await.expect("written");
    look(&world.store).await;
    world
}

fn edited(row: &str, action: &str, [column, old, new]: [&str; 3]) -> Vec<String> {
    ["edited in the sheet", "visits", row, action, column, old, new]
        .map(str::to_owned)
        .to_vec()
}

#[tokio::test]
async fn an_edit_that_was_noticed_is_told_before_the_program_ends() {
    let world = world_with(&["a", "b"]).await;
    world.staff_type("visits!D3", json!("Beta")).await;
    look(&world.store).await;
    world.store.finish().await;
    let log = world.rows("audit_log").await;
    let is_told = |row: &&Vec<Value>| row.get(5).is_some_and(|action| action == "changed");
    assert_eq!(log.iter().filter(is_told).count(), 1, "{log:?}");
}

#[tokio::test]
async fn a_cell_that_staff_change_is_in_the_audit_log_with_both_values() {
    let world = world_with(&["a", "b", "c"]).await;
    world.staff_type("visits!D3", json!("Beta")).await;
    world.staff_type("visits!B3", json!("2026-03-04 09:30:00")).await;
    look(&world.store).await;
    assert_eq!(
        lines(&world, 2).await,
        [
            edited(
                "b",
                "changed",
                ["visited_at", "2026-03-03T13:00:00", "2026-03-04T09:30:00"]
            ),
            edited("b", "changed", ["company", "Acme", "Beta"]),
        ]
    );
}

#[tokio::test]
async fn rows_that_staff_add_and_remove_are_in_the_audit_log() {
    let world = world_with(&["a", "b", "c"]).await;
    let sheet = world.sheet_id("visits").await;
    world
        .staff(json!([{"deleteDimension": {"range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}}}]))
        .await;
    world.staff_type("visits!A6", json!("of staff")).await;
    world.staff_type("visits!D6", json!("Delta")).await;
    world.staff_type("visits!D7", json!("a row without id")).await;
    look(&world.store).await;
    let removed = "visited_at: 2026-03-03T13:00:00; guide: Kate; company: Acme; topics: GitHub";
    assert_eq!(
        lines(&world, 3).await,
        [
            edited("of staff", "added", ["", "", "company: Delta"]),
            edited("row 7", "added", ["", "", "company: a row without id"]),
            edited("a", "removed", ["", removed, ""]),
        ]
    );
}

#[tokio::test]
async fn what_the_program_writes_and_what_staff_merely_move_is_no_edit() {
    let world = world_with(&["a", "b", "c"]).await;
    let sheet = world.sheet_id("visits").await;
    for id in ["d", "e"] {
        world
            .store
            .commit(Batch::inserts([insert(id, "Own")]))
            .await
            .expect("written");
        world.store.read::<Visits>().await.expect("a reading");
        look(&world.store).await;
    }
    world
        .staff(json!([
            {"sortRange": {"range": {"sheetId": sheet, "startRowIndex": 1, "endRowIndex": 6}, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]}},
            {"insertDimension": {"range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": 2, "endIndex": 4}}},
            {"insertDimension": {"range": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}}},
        ]))
        .await;
    look(&world.store).await;
    world
        .staff_type("visits!A2", json!("a note in a column of staff"))
        .await;
    look(&world.store).await;
    // Comparisons run one after another: once this edit is logged, the earlier comparisons are complete.
    world.staff_type("visits!H2", json!("the only edit")).await;
    look(&world.store).await;
    assert_eq!(
        lines(&world, 1).await,
        [edited("e", "changed", ["note", "", "the only edit"])]
    );
}

#[tokio::test]
async fn what_staff_change_in_a_row_before_it_was_ever_read_is_told_with_what_was_written() {
    let world = world_with(&["a"]).await;
    world
        .store
        .commit(Batch::inserts([insert("b", "Own")]))
        .await
        .expect("written");
    world.staff_type("visits!D3", json!("Corrected")).await;
    look(&world.store).await;
    assert_eq!(
        lines(&world, 1).await,
        [edited("b", "changed", ["company", "Own", "Corrected"])]
    );
}

#[tokio::test]
async fn two_instances_tell_an_edit_once_and_do_not_tell_of_each_other() {
    let world = world_with(&["a", "b"]).await;
    let other = world.another_store(StoreSettings::default()).await;
    look(&other).await;
    let id = "7b3f1a52-6c0e-4d0f-9a3e-2f1d8c5b4a10";
    world
        .store
        .commit(Batch::inserts([insert(id, "Own")]))
        .await
        .expect("written");
    world.staff_type("visits!D2", json!("Beta")).await;
    look(&world.store).await;
    assert_eq!(
        lines(&world, 1).await,
        [edited("a", "changed", ["company", "Acme", "Beta"])]
    );
    look(&other).await;
    world.staff_type("visits!D3", json!("Gamma")).await;
    look(&other).await;
    assert_eq!(
        lines(&world, 2).await[1..],
        [edited("b", "changed", ["company", "Acme", "Gamma"])]
    );
}

#[tokio::test]
async fn an_edit_that_is_taken_back_and_made_again_has_three_lines() {
    let world = world_with(&["a"]).await;
    for (count, company) in [(1, "Beta"), (2, "Acme"), (3, "Beta")] {
        world.staff_type("visits!D2", json!(company)).await;
        look(&world.store).await;
        assert_eq!(lines(&world, count).await.len(), count);
    }
}

#[tokio::test]
async fn very_many_edits_at_once_become_one_line_that_counts_them() {
    let ids: Vec<String> = (0..600).map(|number| format!("id-{number}")).collect();
    let world = world_with(&ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let sheet = world.sheet_id("visits").await;
    world
        .staff(json!([{"repeatCell": {
            "range": {"sheetId": sheet, "startRowIndex": 1, "endRowIndex": 601, "startColumnIndex": 3, "endColumnIndex": 4},
            "cell": {"userEnteredValue": {"stringValue": "Beta"}}, "fields": "userEnteredValue"
        }}]))
        .await;
    look(&world.store).await;
    let expected = edited("", "changed", ["", "", "0 rows added, 600 changed, 0 removed"]);
    assert_eq!(lines(&world, 1).await, [expected]);
}

#[tokio::test]
async fn an_edit_is_told_even_when_google_fails_at_first() {
    let world = Arc::new(world_with(&["a"]).await);
    world.staff_type("visits!D2", json!("Beta")).await;
    for fault in ["503", "commit-then-503"] {
        world
            .fault(json!({"match": "batchUpdate", "times": 1, "fault": fault}))
            .await;
    }
    look(&world.store).await;
    assert_eq!(
        lines(&world, 1).await,
        [edited("a", "changed", ["company", "Acme", "Beta"])]
    );
    // A retry after a lost response must not append the same id again.
    let ids: Vec<Value> = world.rows("audit_log").await.iter().map(|row| row[0].clone()).collect();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn a_spreadsheet_in_which_nothing_differs_costs_no_call() {
    let world = world_with(&["a", "b"]).await;
    look(&world.store).await;
    world.forget_calls().await;
    for _ in 0..3 {
        look(&world.store).await;
    }
    let calls = world.calls().await;
    assert_eq!((&calls["reads"], &calls["writes"]), (&json!(3), &json!(0)));
}

static ANIMALS: Tab = Tab {
    title: "animals",
    columns: &[
        Column::new("id", ColumnKind::Text),
        Column::new("name", ColumnKind::Text),
        Column::new("legs", ColumnKind::Integer),
        Column::new("updated_at", ColumnKind::DateTime),
        Column::new("born", ColumnKind::Date),
    ],
    ids: IdSource::Given,
    history: ChangeHistory::Kept,
    updated_at: Some(3),
};

/// Visits in sheet order.
struct Animals(Vec<String>);

impl Dataset for Animals {
    const TABS: &'static [&'static Tab] = &[&ANIMALS];

    fn decode(tabs: Vec<TabRows>, _: &mut DecodeContext) -> Self {
        Self(tabs[0].rows().map(|row| row.cell(1).text()).collect())
    }
}

async fn animals(world: &SheetWorld) -> Vec<String> {
    let reading = world.store.read::<Animals>().await.expect("a reading");
    reading.snapshot.data.0.clone()
}

/// A world with three rows: ant, bee and cat.
async fn zoo() -> SheetWorld {
    let world = SheetWorld::new(&[&ANIMALS]).await;
    let animal = |name: &str| {
        RowChange::Insert(RowInsert {
            tab: &ANIMALS,
            id: NewId::Given(name[..1].to_owned()),
            cells: vec![
                CellEntry::Text(name.to_owned()),
                CellEntry::Number(6.0),
                CellEntry::Empty,
                CellEntry::Date(jiff::civil::date(2026, 2, 1)),
            ],
        })
    };
    let batch = Batch::by("Ann", ["ant", "bee", "cat"].map(animal));
    world.store.commit(batch).await.expect("written");
    world.store.refresh();
    assert_eq!(animals(&world).await, ["ant", "bee", "cat"]);
    world
}

fn rename(id: &str, from: &str, to: &str) -> RowChange {
    RowChange::Update(RowUpdate {
        tab: &ANIMALS,
        id: id.to_owned(),
        cells: vec![CellUpdate {
            column: 1,
            from: CellContent::Text(from.to_owned()),
            to: CellEntry::Text(to.to_owned()),
        }],
    })
}

#[tokio::test]
async fn an_update_and_a_deletion_are_on_the_next_page_and_are_no_edits_of_staff() {
    let world = zoo().await;
    let batch = Batch::by("Ann", [rename("a", "ant", "ape")]);
    world.store.commit(batch).await.expect("written");
    assert_eq!(animals(&world).await, ["ape", "bee", "cat"]);
    let delete = RowChange::Delete(RowDelete {
        tab: &ANIMALS,
        id: "b".to_owned(),
        seen: vec![],
    });
    world.store.commit(Batch::by("Ann", [delete])).await.expect("written");
    assert_eq!(animals(&world).await, ["ape", "cat"]);
    let by_the_program = lines(&world, 0).await.len();
    // Comparisons run one after another: once this edit is logged, the earlier comparisons are complete.
    world.staff_type("animals!B3", json!("cow")).await;
    animals(&world).await;
    let all_lines = lines(&world, by_the_program + 1).await;
    let of_staff: Vec<&Vec<String>> = all_lines
        .iter()
        .filter(|line| line[0] == "edited in the sheet")
        .collect();
    let expected = ["edited in the sheet", "animals", "c", "changed", "name", "cat", "cow"];
    assert_eq!(of_staff, [&expected.map(str::to_owned).to_vec()]);
}

#[tokio::test]
async fn a_row_that_staff_edit_says_when_it_was_noticed() {
    let world = zoo().await;
    world.pass(jiff::SignedDuration::from_hours(24));
    world.staff_type("animals!B3", json!("boa")).await;
    world.staff_type("animals!C3", json!(0)).await;
    animals(&world).await;
    let stamped = async {
        loop {
            let rows = world.rows("animals").await;
            if let Some(moment) = rows[1].get(3).filter(|cell| cell.is_number()) {
                return moment.clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let stamped = tokio::time::timeout(PATIENCE, stamped).await.expect("a moment");
    // 4 March 2026, 13:00 in Paris, as a spreadsheet serial number.
    assert_eq!(stamped, json!(46_085.0 + 13.0 / 24.0));
    // The timestamp written by the program must not be logged as an edit.
    world.store.refresh();
    animals(&world).await;
    world.staff_type("animals!B2", json!("asp")).await;
    animals(&world).await;
    let columns: Vec<String> = lines(&world, 3).await.into_iter().map(|line| line[4].clone()).collect();
    assert_eq!(columns, ["name", "legs", "name"]);
    assert_eq!(world.rows("animals").await[2][3], "");
}

#[tokio::test]
async fn what_another_instance_changes_is_told_by_that_one_alone() {
    let world = zoo().await;
    let other = world.another_store(StoreSettings::default()).await;
    other.read::<Animals>().await.expect("a reading");
    let born = RowChange::Update(RowUpdate {
        tab: &ANIMALS,
        id: "c".to_owned(),
        cells: vec![CellUpdate {
            column: 4,
            from: CellEntry::Date(jiff::civil::date(2026, 2, 1)).content(),
            to: CellEntry::Date(jiff::civil::date(2026, 2, 28)),
        }],
    });
    let batch = Batch::by("Ann", [rename("a", "ant", "ape"), born]);
    world.store.commit(batch).await.expect("written");
    let delete = RowChange::Delete(RowDelete {
        tab: &ANIMALS,
        id: "b".to_owned(),
        seen: vec![],
    });
    world.store.commit(Batch::by("Ann", [delete])).await.expect("written");
    let by_ann = lines(&world, 0).await.len();
    other.refresh();
    other.read::<Animals>().await.expect("a reading");
    world.staff_type("animals!B3", json!("cow")).await;
    other.refresh();
    other.read::<Animals>().await.expect("a reading");
    let all_lines = lines(&world, by_ann + 1).await;
    let of_staff = all_lines.iter().filter(|line| line[0] == "edited in the sheet");
    let of_staff: Vec<&str> = of_staff.map(|line| line[6].as_str()).collect();
    assert_eq!(of_staff, ["cow"]);
}
