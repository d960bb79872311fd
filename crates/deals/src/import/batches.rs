//! Batches of sheet changes, each small enough for one API call.

use sheets_store::RowChange;

/// Maximum number of rows in a batch. The store would take 2,000, but the client library needs kilobytes of memory for
/// each cell of a call, and a small host has half a gigabyte.
const MAX_ROWS: usize = 500;
/// Maximum number of requests for the updates and deletions of a batch, so that the store writes it in one call.
const MAX_REQUESTS: usize = 900;

/// Number of adjacent rows after which one more needs no further request: the store copies and deletes such a block at
/// once, with three requests per column.
const MIN_BLOCK_ROWS: usize = 10;

/// Change of the sheet with the line and deal it concerns.
#[derive(Clone, Debug)]
pub struct PlannedChange {
    /// Line number in the file; 0 for a change without a line, such as an undo.
    pub line: usize,
    /// Id of the changed deal; `None` for a new one.
    pub deal: Option<u64>,
    /// Number of the row to delete, for a deletion.
    pub row: Option<u32>,
    /// Change to write.
    pub change: RowChange,
    /// Audit line to write before the change.
    pub note: Option<RowChange>,
}

/// Splits the changes into batches of one call each, in order.
pub fn split_into_batches(changes: Vec<PlannedChange>) -> Vec<Vec<PlannedChange>> {
    let mut batches: Vec<Vec<PlannedChange>> = Vec::new();
    let mut requests = 0;
    // Number of adjacent rows deleted so far.
    let mut together = 0;
    for planned in changes {
        let is_next = |below: &PlannedChange| planned.row.is_some() && below.row == planned.row.map(|row| row + 1);
        let continues = batches.last().and_then(|batch| batch.last()).is_some_and(is_next);
        together = if continues { together + 1 } else { 0 };
        let needed = requests_needed(&planned.change, together);
        requests += needed;
        match batches.last_mut() {
            Some(batch) if batch.len() < MAX_ROWS && requests <= MAX_REQUESTS => batch.push(planned),
            _ => {
                requests = requests_needed(&planned.change, 0);
                together = 0;
                batches.push(vec![planned]);
            }
        }
    }
    batches
}

/// Maximum number of requests for a change, after `together` adjacent deletions.
fn requests_needed(change: &RowChange, together: usize) -> usize {
    match change {
        RowChange::Insert(_) => 0,
        RowChange::Update(update) => 1 + 2 * update.cells.len(),
        RowChange::Delete(_) if together >= MIN_BLOCK_ROWS => 0,
        RowChange::Delete(_) => 6,
        RowChange::Number(_) => 2,
    }
}

#[cfg(test)]
mod tests {
    use sheets_store::RowDelete;

    use super::*;
    use crate::deal::columns::DEALS;

    pub(crate) fn sizes(rows: impl IntoIterator<Item = u32>) -> Vec<usize> {
        let changes = rows.into_iter().map(|row| PlannedChange {
            line: 0,
            deal: Some(u64::from(row)),
            row: Some(row),
            change: RowChange::Delete(RowDelete {
                tab: &DEALS,
                id: row.to_string(),
                seen: Vec::new(),
            }),
            note: None,
        });
        split_into_batches(changes.collect()).iter().map(Vec::len).collect()
    }

    #[test]
    fn rows_that_go_one_above_the_other_share_their_requests() {
        assert_eq!(sizes((2..1_202).rev()), [500, 500, 200]);
        assert_eq!(sizes((2..602).rev().map(|row| 2 * row)), [150, 150, 150, 150]);
        // Long blocks with gaps between them.
        assert_eq!(sizes((2..602).rev().filter(|row| row % 100 != 0)), [500, 94]);
        assert_eq!(sizes([]), [0; 0]);
    }
}
