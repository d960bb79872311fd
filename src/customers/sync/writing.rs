//! Changes of many rows, written in portions.

use std::collections::HashMap;

use crate::store::{Batch, Change, CommitError, Committed, Content, Entry, RowProblem, Store};

/// Rows in one call, at most.
pub const PORTION: usize = 3_000;
/// Filled cells in one call, at most: with some fifty characters each they stay near the 2 MB that Google recommends
/// (<https://developers.google.com/workspace/sheets/api/limits>).
const CELLS: usize = 40_000;
/// How often a portion is sent; the store itself tries for as long as a person would wait.
const TRIES: usize = 5;

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows that were added.
    pub created: u64,
    /// Rows of which a cell was changed.
    pub updated: u64,
}

impl Written {
    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            created: self.created + other.created,
            updated: self.updated + other.updated,
        }
    }
}

/// Writes every change, portion by portion.
///
/// # Errors
/// See [`CommitError`]; portions before the one that failed are written.
pub async fn write_all(store: &Store, by: &str, changes: Vec<Change>) -> Result<Written, CommitError> {
    let mut written = Written::default();
    let mut portion: Vec<Change> = Vec::new();
    let mut filled = 0;
    for change in changes {
        filled += filled_cells(&change);
        if portion.len() == PORTION || (filled > CELLS && !portion.is_empty()) {
            filled = filled_cells(&change);
            written = written.plus(write(store, by, std::mem::take(&mut portion)).await?);
        }
        portion.push(change);
    }
    Ok(written.plus(write(store, by, portion).await?))
}

fn filled_cells(change: &Change) -> usize {
    match change {
        Change::Insert(insert) => insert.cells.iter().filter(|cell| **cell != Entry::Empty).count(),
        Change::Update(update) => update.cells.len(),
        Change::Delete(_) | Change::Number(_) => 1,
    }
}

/// Writes one portion, all of it at once. The rows follow from what the sources say, so a cell that somebody changed
/// meanwhile is changed back, and a row that somebody deleted meanwhile is left to the next run.
///
/// # Errors
/// See [`CommitError`]; nothing of the portion is written then.
pub async fn write(store: &Store, by: &str, mut changes: Vec<Change>) -> Result<Written, CommitError> {
    let mut tries = 1;
    loop {
        if changes.is_empty() {
            return Ok(Written::default());
        }
        let error = match store.commit(Batch::by(by, changes.iter().cloned())).await {
            Ok(committed) => return Ok(count(&committed)),
            Err(error) => error,
        };
        match &error {
            CommitError::Conflict(conflicts) => {
                let found = conflicts.iter().map(|conflict| {
                    let place = (conflict.tab, conflict.id.clone(), conflict.column);
                    (place, conflict.found.clone())
                });
                let found = found.collect();
                changes.iter_mut().for_each(|change| see(change, &found));
            }
            CommitError::NoSuchRow { id, tab, problem } => {
                tracing::warn!(tab, id, "a row cannot be changed: it {problem}");
                match problem {
                    RowProblem::Gone | RowProblem::Repeated => changes.retain(|change| !is_of(change, tab, id)),
                }
                // Each round takes a row away, so it ends.
                continue;
            }
            CommitError::NotWritten(_) | CommitError::Unknown(_) | CommitError::Busy => {}
            CommitError::Closed(_) | CommitError::Refused(_) => return Err(error),
        }
        if tries == TRIES {
            return Err(error);
        }
        tries += 1;
    }
}

fn count(committed: &Committed) -> Written {
    let number = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
    Written {
        created: number(committed.inserted),
        updated: number(committed.updated),
    }
}

/// Tab, id and header of a cell.
type Place = (&'static str, String, &'static str);

/// Takes what stands there now for what was seen.
fn see(change: &mut Change, found: &HashMap<Place, Content>) {
    let Change::Update(update) = change else { return };
    for cell in &mut update.cells {
        let place = (
            update.tab.title,
            update.id.clone(),
            update.tab.columns[cell.column].header,
        );
        if let Some(content) = found.get(&place) {
            cell.from = content.clone();
        }
    }
}

fn is_of(change: &Change, tab: &str, id: &str) -> bool {
    match change {
        Change::Update(update) => update.tab.title == tab && update.id == id,
        Change::Insert(_) | Change::Delete(_) | Change::Number(_) => false,
    }
}
