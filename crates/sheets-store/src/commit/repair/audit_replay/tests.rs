//! Tests of the replay of misplaced writes: every unrepaired mistake is found, and nothing else.

use std::collections::HashMap;

use proptest::prelude::*;

use crate::{
    audit::action::DELETED,
    cell::CellContent,
    commit::{
        fencing::{AuditLineId, CallKey, LineTarget},
        repair::{
            audit_replay::{LoggedChange, lines_to_replay, pending_repairs},
            task::{CellRepair, RepairTask, RowRepair},
        },
    },
    schema::tab::{ChangeHistory, Column, ColumnKind, IdSource, Tab},
};

static BOOKS: Tab = Tab {
    title: "books",
    columns: &[
        Column::new("id", ColumnKind::Integer),
        Column::new("status", ColumnKind::Text),
    ],
    ids: IdSource::Counted,
    history: ChangeHistory::Kept,
    updated_at: None,
};

fn tab_of(title: &str) -> Option<&'static Tab> {
    (title == BOOKS.title).then_some(&BOOKS)
}

fn text(text: &str) -> CellContent {
    CellContent::Text(text.to_owned()).tidy()
}

/// Intended and actual target of a call: row and header.
struct Aim<'a> {
    intended: (&'a str, &'a str),
    hit: (&'a str, &'a str),
}

/// Cell before and after a change.
struct Values<'a> {
    old: &'a str,
    new: &'a str,
}

fn line(call: CallKey, place: usize, action: &str, aim: &Aim<'_>, values: Values<'_>) -> LoggedChange {
    let (row, header) = aim.intended;
    let target = LineTarget {
        tab: BOOKS.title,
        row,
        header,
    };
    LoggedChange {
        id: AuditLineId::new(call, place, target),
        tab: BOOKS.title.to_owned(),
        row: aim.hit.0.to_owned(),
        action: action.to_owned(),
        header: aim.hit.1.to_owned(),
        old: text(values.old),
        new: text(values.new),
    }
}

fn at<'a>(row: &'a str, header: &'a str) -> Aim<'a> {
    Aim {
        intended: (row, header),
        hit: (row, header),
    }
}

/// Cells to repair: row, header, original value, current value.
fn cells(repairs: &[RepairTask]) -> Vec<(String, String, String, String)> {
    let cell = |repair: &RepairTask| match repair {
        RepairTask::Cell(CellRepair { cell, .. }) => Some((
            cell.id.clone(),
            cell.header.clone(),
            cell.old.as_cell().text(),
            cell.now.as_cell().text(),
        )),
        _ => None,
    };
    repairs.iter().filter_map(cell).collect()
}

fn one(row: &str, old: &str, now: &str) -> Vec<(String, String, String, String)> {
    vec![(row.to_owned(), "status".to_owned(), old.to_owned(), now.to_owned())]
}

#[test]
fn a_misplaced_cell_is_pending_until_it_is_repaired() {
    let (first, second) = (CallKey::new(), CallKey::new());
    let misplaced = Aim {
        intended: ("7", "status"),
        hit: ("9", "status"),
    };
    let mut lines = vec![
        line(first, 0, "updated", &at("6", "status"), Values { old: "A", new: "B" }),
        line(first, 1, "updated", &misplaced, Values { old: "C", new: "D" }),
    ];
    assert_eq!(cells(&pending_repairs(&lines, tab_of)), one("9", "C", "D"));
    lines.push(line(
        second,
        0,
        "put right",
        &at("9", "status"),
        Values { old: "D", new: "C" },
    ));
    assert!(pending_repairs(&lines, tab_of).is_empty());
}

#[test]
fn of_two_writes_that_hit_the_same_cell_the_first_has_the_original_value() {
    let (first, second) = (CallKey::new(), CallKey::new());
    let misplaced = Aim {
        intended: ("7", "status"),
        hit: ("9", "status"),
    };
    let lines = [
        line(first, 0, "updated", &misplaced, Values { old: "C", new: "D" }),
        line(second, 0, "put right", &misplaced, Values { old: "D", new: "E" }),
    ];
    assert_eq!(cells(&pending_repairs(&lines, tab_of)), one("9", "C", "E"));
}

#[test]
fn a_row_deleted_by_mistake_is_found_with_all_its_cells() {
    let call = CallKey::new();
    let lines: Vec<LoggedChange> = [("id", "9"), ("status", "C")]
        .into_iter()
        .zip(0..)
        .map(|((header, old), place)| {
            let aim = Aim {
                intended: ("7", ""),
                hit: ("9", header),
            };
            line(call, place, DELETED, &aim, Values { old, new: "" })
        })
        .collect();
    let [RepairTask::Row(RowRepair { id, cells, .. })] = &pending_repairs(&lines, tab_of)[..] else {
        panic!("a row")
    };
    assert_eq!((id.as_str(), cells.len()), ("9", 2));
    let right: Vec<LoggedChange> = [("id", "7"), ("status", "C")]
        .into_iter()
        .zip(0..)
        .map(|((header, old), place)| {
            let aim = Aim {
                intended: ("7", ""),
                hit: ("7", header),
            };
            line(call, place, DELETED, &aim, Values { old, new: "" })
        })
        .collect();
    assert!(pending_repairs(&right, tab_of).is_empty());
}

#[test]
fn the_replay_starts_at_the_last_call_that_repaired_nothing() {
    let calls: Vec<CallKey> = (0..4).map(|_| CallKey::new()).collect();
    let lines: Vec<LoggedChange> = calls
        .iter()
        .zip(["updated", "updated", "put right", "put right"])
        .flat_map(|(call, action)| {
            (0..2).map(move |place| line(*call, place, action, &at("1", "status"), Values { old: "A", new: "B" }))
        })
        .collect();
    let count = |last: usize, all: bool| lines_to_replay(lines.clone(), calls[last], all).map(|lines| lines.len());
    assert_eq!(count(3, true), Some(6));
    assert_eq!(count(1, true), Some(2));
    assert_eq!(count(0, true), Some(2));
    // The first lines of the read may not be the first ones of their call.
    assert_eq!(count(0, false), None);
    assert_eq!(
        lines_to_replay(lines, CallKey::new(), true).map(|lines| lines.len()),
        Some(0)
    );
}

proptest! {
    /// Random writes, some of them misplaced, on a few rows: applying the repairs found by the replay must result in
    /// the rows that correct writes would have produced.
    #[test]
    fn the_repairs_undo_every_misplaced_write(
        writes in proptest::collection::vec((0_usize..4, 0_usize..4), 0..6),
    ) {
        let rows = ["1", "2", "3", "4"];
        let mut sheet: HashMap<&str, String> = rows.iter().map(|row| (*row, format!("first {row}"))).collect();
        let mut wanted = sheet.clone();
        let call = CallKey::new();
        let mut lines = Vec::new();
        for (place, (intended, hit)) in writes.into_iter().enumerate() {
            let (intended, hit, new) = (rows[intended], rows[hit], format!("new {place}"));
            // A call changes a cell at most once.
            if sheet[hit].starts_with("new") || wanted[intended].starts_with("new") {
                continue;
            }
            let aim = Aim { intended: (intended, "status"), hit: (hit, "status") };
            lines.push(line(call, place, "updated", &aim, Values { old: &sheet[hit], new: &new }));
            if intended == hit {
                wanted.insert(hit, new.clone());
            }
            sheet.insert(hit, new);
        }
        for (row, _, old, now) in cells(&pending_repairs(&lines, tab_of)) {
            let cell = sheet.get_mut(row.as_str()).expect("a row");
            prop_assert_eq!(&*cell, &now);
            *cell = old;
        }
        prop_assert_eq!(sheet, wanted);
    }
}
