//! Unit tests of the packed grid.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    cell::Cell,
    read::grid::{Grid, GridChunk, RowHasher},
};

/// Cells as the service returns them, with few distinct values, so that some repeat.
fn any_cell() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!("")),
        Just(json!("  ")),
        any::<bool>().prop_map(Value::from),
        (-3_i64..3).prop_map(Value::from),
        any::<f64>()
            .prop_filter("JSON has no other", |number| number.is_finite())
            .prop_map(Value::from),
        "[a-c ]{0,3}".prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ]
}

fn any_rows() -> impl Strategy<Value = Vec<Vec<Value>>> {
    prop::collection::vec(prop::collection::vec(any_cell(), 0..6), 0..12)
}

fn grid_of(pages: &[(usize, &[Vec<Value>])], positions: &[usize], hashing: &RowHasher) -> Grid {
    let mut grid = Grid::default();
    for (start, rows) in pages {
        grid.put(*start, Arc::new(GridChunk::pack(rows, positions, hashing)));
    }
    grid
}

fn cells(grid: &Grid, columns: usize) -> Vec<Vec<Cell<'_>>> {
    (0..grid.len())
        .map(|row| (0..columns).map(|column| grid.row(row).cell(column)).collect())
        .collect()
}

proptest! {
    #[test]
    fn every_cell_comes_out_as_it_went_in(rows in any_rows(), positions in prop::collection::vec(0..7_usize, 1..5)) {
        let hashing = RowHasher::default();
        let grid = grid_of(&[(0, &rows)], &positions, &hashing);
        let mut expected: Vec<Vec<Cell<'_>>> = rows
            .iter()
            .map(|row| positions.iter().map(|position| Cell::of(row.get(*position))).collect())
            .collect();
        while expected.last().is_some_and(|row| row.iter().all(|cell| *cell == Cell::Empty)) {
            expected.pop();
        }
        prop_assert_eq!(cells(&grid, positions.len()), expected);
        let fingerprints: Vec<u64> = (0..grid.len()).map(|row| grid.row(row).fingerprint()).collect();
        prop_assert_eq!(grid.fingerprints().collect::<Vec<_>>(), fingerprints);
    }

    #[test]
    fn a_grid_read_in_pages_equals_the_one_read_at_once(rows in any_rows(), cut in 0..12_usize, overlap in 0..2_usize) {
        let hashing = RowHasher::default();
        let cut = cut.min(rows.len());
        let from = cut.saturating_sub(overlap);
        // The service omits trailing blank rows of each page.
        let sent = |rows: &[Vec<Value>]| {
            let last = rows.iter().rposition(|row| row.iter().any(|cell| Cell::of(Some(cell)) != Cell::Empty));
            rows[..last.map_or(0, |last| last + 1)].to_vec()
        };
        let (first, second) = (sent(&rows[..cut]), sent(&rows[from..]));
        let whole = grid_of(&[(0, &rows)], &[0, 1, 2], &hashing);
        let paged = grid_of(&[(0, &first), (from, &second)], &[0, 1, 2], &hashing);
        prop_assert_eq!(cells(&paged, 3), cells(&whole, 3));
        prop_assert!(paged.fingerprints().eq(whole.fingerprints()));
        prop_assert!(paged.continues(&whole) && whole.continues(&paged));
    }

    #[test]
    fn a_grid_continues_exactly_the_grids_that_it_begins_with(rows in any_rows(), cut in 0..12_usize, changed in 0..12_usize) {
        let hashing = RowHasher::default();
        let whole = grid_of(&[(0, &rows)], &[0, 1], &hashing);
        let cut = cut.min(rows.len());
        prop_assert!(whole.continues(&grid_of(&[(0, &rows[..cut])], &[0, 1], &hashing)));
        if changed < cut {
            let mut other = rows[..cut].to_vec();
            other[changed] = vec![json!("another content")];
            prop_assert!(!whole.continues(&grid_of(&[(0, &other)], &[0, 1], &hashing)));
        }
    }
}

#[test]
fn undeclared_columns_do_not_change_the_fingerprint() {
    let hashing = RowHasher::default();
    let before = grid_of(&[(0, &[vec![json!("a"), json!(1), json!("staff")]])], &[0, 1], &hashing);
    let after = grid_of(&[(0, &[vec![json!(true), json!("a"), json!(1)]])], &[1, 2], &hashing);
    assert!(before.fingerprints().eq(after.fingerprints()));
}

#[test]
fn a_repeated_text_is_stored_once() {
    let hashing = RowHasher::default();
    let rows: Vec<Vec<Value>> = (0..1_000).map(|_| vec![json!("x".repeat(1_000)), json!(7.5)]).collect();
    let grid = grid_of(&[(0, &rows)], &[0, 1], &hashing);
    assert!(grid.bytes() < 1_000 * 20, "{} bytes", grid.bytes());
}

#[test]
fn a_row_takes_little_more_memory_than_its_new_texts() {
    let rows: Vec<Vec<Value>> = (0..20_000_u32)
        .map(|number| {
            vec![
                json!(uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, &number.to_be_bytes()).to_string()),
                json!(46_000.0 + f64::from(number) / 1_000.0),
                json!(format!("Colleague {}", number % 30)),
                json!(format!("Company of some length {}", number % 11_000)),
                json!(format!("GitHub, Integration {}", number % 5_000)),
                json!(["received", "validated"][number as usize % 2]),
                json!(""),
            ]
        })
        .collect();
    let grid = grid_of(&[(0, &rows)], &[0, 1, 2, 3, 4, 5, 6], &RowHasher::default());
    let bytes = grid.bytes() / rows.len();
    // 7 cells of 4 bytes, 36 of the id, its end, the number, the fingerprint: 88. The rest are new distinct names.
    assert!((88..130).contains(&bytes), "{bytes} bytes a row");
}
