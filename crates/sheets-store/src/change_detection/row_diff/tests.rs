//! Unit tests of the difference between two readings of a tab.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    change_detection::row_diff::{RowDifference, diff_rows},
    read::{
        dataset::{TabLink, TabRows},
        grid::{Grid, GridChunk, RowHasher},
    },
    schema::tab::{ChangeHistory, Column, ColumnKind, ColumnLayout, IdSource, Tab},
};

static TAB: Tab = Tab {
    title: "animals",
    columns: &[
        Column::new("id", ColumnKind::Text),
        Column::new("name", ColumnKind::Text),
        Column::new("legs", ColumnKind::Integer),
    ],
    ids: IdSource::Given,
    history: ChangeHistory::Kept,
    updated_at: None,
};

fn rows(hashing: &RowHasher, cells: &[Vec<Value>]) -> TabRows {
    let header = [json!("id"), json!("name"), json!("legs")];
    let layout = ColumnLayout::find(&TAB, &header).expect("the header is there");
    let mut grid = Grid::default();
    grid.put(0, Arc::new(GridChunk::pack(cells, layout.positions(), hashing)));
    TabRows {
        tab: &TAB,
        link: TabLink {
            spreadsheet_url: "".into(),
            sheet_id: 0,
            width: 3,
        },
        layout,
        grid,
    }
}

fn found(then: &[Vec<Value>], now: &[Vec<Value>]) -> Vec<RowDifference> {
    let hashing = RowHasher::default();
    diff_rows(&rows(&hashing, then), &rows(&hashing, now))
}

fn row(id: &str, name: &str) -> Vec<Value> {
    vec![json!(id), json!(name), json!(4)]
}

#[test]
fn changed_added_and_removed_rows_are_distinguished() {
    let then = [row("a", "ant"), row("b", "bee"), row("c", "cat")];
    let now = [row("c", "cat"), row("d", "dog"), row("a", "ape")];
    assert_eq!(
        found(&then, &now),
        [
            RowDifference::Added { now: 3 },
            RowDifference::Changed {
                then: 2,
                now: 4,
                columns: vec![1]
            },
            RowDifference::Removed { then: 3 },
        ]
    );
}

#[test]
fn rows_without_an_id_are_compared_by_content() {
    let then = [row("", "ant"), row("", "bee"), row("", "bee")];
    let now = [row("", "bee"), row("", "cat"), row("", "ant")];
    assert_eq!(
        found(&then, &now),
        [RowDifference::Added { now: 3 }, RowDifference::Removed { then: 3 }]
    );
}

#[test]
fn of_rows_with_a_duplicate_id_only_the_changed_one_differs() {
    let then = [row("a", "ant"), row("a", "ape")];
    let now = [row("a", "ape"), row("a", "asp")];
    assert_eq!(
        found(&then, &now),
        [RowDifference::Changed {
            then: 2,
            now: 3,
            columns: vec![1]
        }]
    );
}

#[test]
fn blank_rows_and_undeclared_columns_are_no_difference() {
    let then = [row("a", "ant"), vec![], row("b", "bee")];
    let mut with_a_note = row("b", "bee");
    with_a_note.push(json!("a note of staff"));
    assert_eq!(found(&then, &[row("a", "ant"), with_a_note]), []);
}

#[derive(Clone, Debug)]
enum Edit {
    Move { from: usize, to: usize },
    Change { row: usize, legs: i64 },
    Remove { row: usize },
    Add { at: usize },
}

fn any_edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (0..20_usize, 0..20_usize).prop_map(|(from, to)| Edit::Move { from, to }),
        (0..20_usize, 5..9_i64).prop_map(|(row, legs)| Edit::Change { row, legs }),
        (0..20_usize).prop_map(|row| Edit::Remove { row }),
        (0..20_usize).prop_map(|at| Edit::Add { at }),
    ]
}

proptest! {
    #[test]
    fn what_was_edited_is_what_is_found(count in 1..12_usize, edits in prop::collection::vec(any_edit(), 0..8)) {
        let then: Vec<Vec<Value>> = (0..count).map(|number| row(&format!("id-{number}"), "x")).collect();
        let mut now = then.clone();
        for (number, edit) in edits.into_iter().enumerate() {
            match edit {
                Edit::Move { from, to } if !now.is_empty() => {
                    let moved = now.remove(from % now.len());
                    now.insert(to % (now.len() + 1), moved);
                }
                Edit::Change { row, legs } if !now.is_empty() => {
                    let place = row % now.len();
                    now[place][2] = json!(legs);
                }
                Edit::Remove { row } if !now.is_empty() => drop(now.remove(row % now.len())),
                Edit::Add { at } => now.insert(at % (now.len() + 1), row(&format!("new-{number}"), "y")),
                _ => {}
            }
        }
        let id_in = |rows: &[Vec<Value>], number: u32| rows[number as usize - 2][0].clone();
        let has = |rows: &[Vec<Value>], id: &Value| rows.iter().find(|row| row[0] == *id).cloned();
        let differences = found(&then, &now);
        let (mut added, mut changed, mut removed) = (0, 0, 0);
        for difference in &differences {
            match difference {
                RowDifference::Added { now: number } => {
                    added += 1;
                    prop_assert_eq!(has(&then, &id_in(&now, *number)), None);
                }
                RowDifference::Changed { then: before, now: after, columns } => {
                    changed += 1;
                    prop_assert_eq!(id_in(&then, *before), id_in(&now, *after));
                    prop_assert_eq!(columns, &[2]);
                    prop_assert_ne!(&then[*before as usize - 2], &now[*after as usize - 2]);
                }
                RowDifference::Removed { then: number } => {
                    removed += 1;
                    prop_assert_eq!(has(&now, &id_in(&then, *number)), None);
                }
            }
        }
        let expected = |from: &[Vec<Value>], to: &[Vec<Value>]| {
            from.iter().filter(|row| has(to, &row[0]).is_none()).count()
        };
        let differing = then.iter().filter(|row| has(&now, &row[0]).is_some_and(|after| after != **row)).count();
        prop_assert_eq!((added, changed, removed), (expected(&now, &then), differing, expected(&then, &now)));
    }
}
