//! Unit tests of paged reads.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    google::wire_types::TabProperties,
    read::{
        grid::{Grid, GridChunk, RowHasher},
        pages::{PagePlan, ids_on_several_pages},
    },
};

fn grid(pages: &[(usize, &[&str])], hasher: &RowHasher) -> Grid {
    let mut grid = Grid::default();
    for (start, ids) in pages {
        let rows: Vec<Vec<Value>> = ids.iter().map(|id| vec![json!(id)]).collect();
        grid.put(*start, Arc::new(GridChunk::pack(&rows, &[0], hasher)));
    }
    grid
}

#[test]
fn a_row_moved_across_a_page_boundary_is_detected() {
    let hasher = RowHasher::default();
    // Rows 2 to 4, then from row 4 on; "a" was moved from the first page to the second between the two reads.
    let moved = grid(&[(0, &["a", "b", "c"]), (2, &["c", "a", "d"])], &hasher);
    assert_eq!(ids_on_several_pages(&moved, &hasher, &[4]), [hasher.text("a")]);
    let still = grid(&[(0, &["a", "b", "c"]), (2, &["c", "d", "d", ""])], &hasher);
    assert!(ids_on_several_pages(&still, &hasher, &[4]).is_empty());
}

#[test]
fn pages_cover_every_row_and_share_one() {
    let list = |rows| {
        [TabProperties {
            title: crate::audit::TEST_AUDIT_LOG.title.to_owned(),
            sheet_id: 1,
            row_count: rows,
            column_count: 9,
        }]
    };
    for (rows, starts) in [
        (0, vec![]),
        (50, vec![]),
        (51, vec![26]),
        (100, vec![50]),
        (101, vec![34, 68]),
    ] {
        let plan = PagePlan::of(&crate::audit::TEST_AUDIT_LOG, &list(rows), 50);
        assert_eq!(plan.starts, starts, "{rows} rows");
    }
}
