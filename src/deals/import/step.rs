//! Changes of the sheet in portions that one call can carry.

use crate::store::Change;

/// Rows of one batch. The store would take 2,000, but the client library holds each cell of a call in kilobytes of memory,
/// and a small host has half a gigabyte.
const MOST_ROWS: usize = 500;
/// Requests that the updates and deletions of one batch may need, so that the store writes it in one call.
const MOST_REQUESTS: usize = 900;

/// Rows one above the other from which number on one more needs no further request: the store copies and deletes them
/// together, with three requests a column.
const COPIED_TOGETHER: usize = 10;

/// A change, and what a person knows it by.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The line of the file; 0 where a change comes from no line, such as one that takes an import back.
    pub line: usize,
    /// The deal that it changes; `None` for a new one.
    pub deal: Option<u64>,
    /// Number of the row that goes, where one goes.
    pub row: Option<u32>,
    /// What is to be written.
    pub change: Change,
    /// What has to stand in the audit log before it is written.
    pub note: Option<Change>,
}

/// The same changes in their order, in portions for one call each.
pub fn portions(changes: Vec<Planned>) -> Vec<Vec<Planned>> {
    let mut portions: Vec<Vec<Planned>> = Vec::new();
    let mut requests = 0;
    // Rows that went one above the other so far.
    let mut together = 0;
    for planned in changes {
        let is_next = |below: &Planned| planned.row.is_some() && below.row == planned.row.map(|row| row + 1);
        let continues = portions.last().and_then(|portion| portion.last()).is_some_and(is_next);
        together = if continues { together + 1 } else { 0 };
        let needed = requests_needed(&planned.change, together);
        requests += needed;
        match portions.last_mut() {
            Some(portion) if portion.len() < MOST_ROWS && requests <= MOST_REQUESTS => portion.push(planned),
            _ => {
                requests = requests_needed(&planned.change, 0);
                together = 0;
                portions.push(vec![planned]);
            }
        }
    }
    portions
}

/// Requests that a change takes at most, after so many neighbours that go with it.
fn requests_needed(change: &Change, together: usize) -> usize {
    match change {
        Change::Insert(_) => 0,
        Change::Update(update) => 1 + 2 * update.cells.len(),
        Change::Delete(_) if together >= COPIED_TOGETHER => 0,
        Change::Delete(_) => 6,
        Change::Number(_) => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{deals::rows::DEALS, store::Delete};

    fn sizes(rows: impl IntoIterator<Item = u32>) -> Vec<usize> {
        let changes = rows.into_iter().map(|row| Planned {
            line: 0,
            deal: Some(u64::from(row)),
            row: Some(row),
            change: Change::Delete(Delete {
                tab: &DEALS,
                id: row.to_string(),
                seen: Vec::new(),
            }),
            note: None,
        });
        portions(changes.collect()).iter().map(Vec::len).collect()
    }

    #[test]
    fn rows_that_go_one_above_the_other_share_their_requests() {
        assert_eq!(sizes((2..1_202).rev()), [500, 500, 200]);
        assert_eq!(sizes((2..602).rev().map(|row| 2 * row)), [150, 150, 150, 150]);
        // Gaps between long blocks.
        assert_eq!(sizes((2..602).rev().filter(|row| row % 100 != 0)), [500, 94]);
        assert_eq!(sizes([]), [0; 0]);
    }
}
