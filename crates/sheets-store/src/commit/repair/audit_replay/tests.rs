//! Tests of the replay of misplaced writes: every unrepaired mistake is found, and nothing else.

use std::collections::HashMap;

use proptest::prelude::*;

use crate::{
    audit::action::DELETED,
    cell::CellContent,
    commit::{
        fencing::{AuditLineId, CallKey},
        repair::{
            audit_replay::{LoggedChange, lines_to_replay, pending_repairs},
            task::RepairTask,
        },
    },
    schema::tab::{ChangeHistory, Column, ColumnKind, IdSource, Tab},
};

static DEALS: Tab = Tab {
    title: "deals",
    columns: &[
        Column::new("id", ColumnKind::Integer),
        Column::new("statut", ColumnKind::Text),
    ],
    ids: IdSource::Counted,
    history: ChangeHistory::Kept,
    updated_at: None,
};

fn tab_of(title: &str) -> Option<&'static Tab> {
    (title == DEALS.title).then_some(&DEALS)
}

fn text(text: &str) -> CellContent {
    CellContent::Text(text.to_owned()).tidy()
}

/// Intended and actual target of a call: row and header.
struct Aim<'a> {
    meant: (&'a str, &'a str),
    hit: (&'a str, &'a str),
}

fn line(call: CallKey, place: usize, (action, aim): (&str, &Aim<'_>), (old, new): (&str, &str)) -> LoggedChange {
    let id = AuditLineId::new(call, place, (DEALS.title, aim.meant.0, aim.meant.1));
    let cells = [DEALS.title, aim.hit.0, action, aim.hit.1].map(str::to_owned);
    LoggedChange::of(&id.to_string(), cells, (text(old), text(new))).expect("a line of a call")
}

fn at<'a>(row: &'a str, header: &'a str) -> Aim<'a> {
    Aim {
        meant: (row, header),
        hit: (row, header),
    }
}

/// Cells to repair: row, header, original value, current value.
fn cells(fixes: &[RepairTask]) -> Vec<(String, String, String, String)> {
    let cell = |fix: &RepairTask| match fix {
        RepairTask::Cell { cell, .. } => Some((
            cell.id.clone(),
            cell.header.clone(),
            cell.old.as_cell().text(),
            cell.now.as_cell().text(),
        )),
        _ => None,
    };
    fixes.iter().filter_map(cell).collect()
}

fn one(row: &str, old: &str, now: &str) -> Vec<(String, String, String, String)> {
    vec![(row.to_owned(), "statut".to_owned(), old.to_owned(), now.to_owned())]
}

#[test]
fn a_cell_that_was_hit_in_place_of_another_is_found_until_it_is_put_right() {
    let (first, second) = (CallKey::new(), CallKey::new());
    let misplaced_ids = Aim {
        meant: ("7", "statut"),
        hit: ("9", "statut"),
    };
    let mut lines = vec![
        line(first, 0, ("updated", &at("6", "statut")), ("A", "B")),
        line(first, 1, ("updated", &misplaced_ids), ("C", "D")),
    ];
    assert_eq!(cells(&pending_repairs(&lines, tab_of)), one("9", "C", "D"));
    lines.push(line(second, 0, ("put right", &at("9", "statut")), ("D", "C")));
    assert!(pending_repairs(&lines, tab_of).is_empty());
}

#[test]
fn of_two_writes_that_hit_the_same_cell_the_first_knows_what_stood_there() {
    let (first, second) = (CallKey::new(), CallKey::new());
    let misplaced_ids = Aim {
        meant: ("7", "statut"),
        hit: ("9", "statut"),
    };
    let lines = [
        line(first, 0, ("updated", &misplaced_ids), ("C", "D")),
        line(second, 0, ("put right", &misplaced_ids), ("D", "E")),
    ];
    assert_eq!(cells(&pending_repairs(&lines, tab_of)), one("9", "C", "E"));
}

#[test]
fn a_row_that_was_deleted_in_place_of_another_is_found_with_all_its_cells() {
    let call = CallKey::new();
    let lines: Vec<LoggedChange> = [("id", "9"), ("statut", "C")]
        .into_iter()
        .zip(0..)
        .map(|((header, old), place)| {
            let aim = Aim {
                meant: ("7", ""),
                hit: ("9", header),
            };
            line(call, place, (DELETED, &aim), (old, ""))
        })
        .collect();
    let [RepairTask::Row { id, cells, .. }] = &pending_repairs(&lines, tab_of)[..] else {
        panic!("a row")
    };
    assert_eq!((id.as_str(), cells.len()), ("9", 2));
    let right: Vec<LoggedChange> = [("id", "7"), ("statut", "C")]
        .into_iter()
        .zip(0..)
        .map(|((header, old), place)| {
            let aim = Aim {
                meant: ("7", ""),
                hit: ("7", header),
            };
            line(call, place, (DELETED, &aim), (old, ""))
        })
        .collect();
    assert!(pending_repairs(&right, tab_of).is_empty());
}

#[test]
fn the_lines_that_matter_go_back_to_a_call_that_put_nothing_right() {
    let calls: Vec<CallKey> = (0..4).map(|_| CallKey::new()).collect();
    let lines: Vec<LoggedChange> = calls
        .iter()
        .zip(["updated", "updated", "put right", "put right"])
        .flat_map(|(call, action)| {
            (0..2).map(move |place| line(*call, place, (action, &at("1", "statut")), ("A", "B")))
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
    fn putting_back_what_is_found_undoes_every_write_that_went_astray(
        writes in proptest::collection::vec((0_usize..4, 0_usize..4), 0..6),
    ) {
        let rows = ["1", "2", "3", "4"];
        let mut sheet: HashMap<&str, String> = rows.iter().map(|row| (*row, format!("first {row}"))).collect();
        let mut wanted = sheet.clone();
        let call = CallKey::new();
        let mut lines = Vec::new();
        for (place, (meant, hit)) in writes.into_iter().enumerate() {
            let (meant, hit, new) = (rows[meant], rows[hit], format!("new {place}"));
            // A call changes a cell at most once.
            if sheet[hit].starts_with("new") || wanted[meant].starts_with("new") {
                continue;
            }
            let aim = Aim { meant: (meant, "statut"), hit: (hit, "statut") };
            lines.push(line(call, place, ("updated", &aim), (&sheet[hit], &new)));
            if meant == hit {
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
