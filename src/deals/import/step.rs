//! Changes of the sheet in portions that one call can carry.

use crate::store::Change;

/// Rows of one batch. The store would take 2,000, but the client library holds each cell of a call in kilobytes of memory,
/// and a small host has half a gigabyte.
const MOST_ROWS: usize = 500;
/// Requests that the updates and deletions of one batch may need, so that the store writes it in one call.
const MOST_REQUESTS: usize = 900;

/// A change, and what a person knows it by.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The line of the file; 0 where a change comes from no line, such as one that takes an import back.
    pub line: usize,
    /// The deal that it changes; `None` for a new one.
    pub deal: Option<u64>,
    /// What is to be written.
    pub change: Change,
    /// What has to stand in the audit log before it is written.
    pub note: Option<Change>,
}

/// The same changes in their order, in portions for one call each.
pub fn portions(changes: Vec<Planned>) -> Vec<Vec<Planned>> {
    let mut portions: Vec<Vec<Planned>> = Vec::new();
    let mut requests = 0;
    for planned in changes {
        let needed = requests_needed(&planned.change);
        requests += needed;
        match portions.last_mut() {
            Some(portion) if portion.len() < MOST_ROWS && requests <= MOST_REQUESTS => portion.push(planned),
            _ => {
                requests = needed;
                portions.push(vec![planned]);
            }
        }
    }
    portions
}

fn requests_needed(change: &Change) -> usize {
    match change {
        Change::Insert(_) => 0,
        Change::Update(update) => 1 + 2 * update.cells.len(),
        Change::Delete(_) => 6,
        Change::Number(_) => 2,
    }
}
