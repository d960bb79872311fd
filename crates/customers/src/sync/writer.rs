//! Batch writer for many row changes.

use std::collections::HashMap;

use sheets_store::{Batch, CellContent, CellEntry, CommitError, CommitSummary, RowChange, RowProblem, Store};

/// Maximum number of rows per call.
pub const MAX_BATCH_ROWS: usize = 3_000;
/// Maximum number of filled cells per call: at about fifty characters each, a call stays near the 2 MB that Google
/// recommends (<https://developers.google.com/workspace/sheets/api/limits>).
const MAX_BATCH_CELLS: usize = 40_000;
/// Attempts per batch; the store itself retries only as long as a person would wait.
const MAX_ATTEMPTS: usize = 5;

/// Counts of written rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteCounts {
    /// Rows inserted.
    pub created: u64,
    /// Rows updated.
    pub updated: u64,
}

impl WriteCounts {
    /// Sum of two counts.
    pub fn plus(self, other: Self) -> Self {
        Self {
            created: self.created + other.created,
            updated: self.updated + other.updated,
        }
    }
}

/// Writes all changes, batch by batch.
///
/// # Errors
/// See [`CommitError`]; batches before the failed one are written.
pub async fn write_batches(store: &Store, by: &str, changes: Vec<RowChange>) -> Result<WriteCounts, CommitError> {
    let mut written = WriteCounts::default();
    let mut batch: Vec<RowChange> = Vec::new();
    let mut filled = 0;
    for change in changes {
        filled += filled_cells(&change);
        if batch.len() == MAX_BATCH_ROWS || (filled > MAX_BATCH_CELLS && !batch.is_empty()) {
            filled = filled_cells(&change);
            written = written.plus(write_batch(store, by, std::mem::take(&mut batch)).await?);
        }
        batch.push(change);
    }
    Ok(written.plus(write_batch(store, by, batch).await?))
}

fn filled_cells(change: &RowChange) -> usize {
    match change {
        RowChange::Insert(insert) => insert.cells.iter().filter(|cell| **cell != CellEntry::Empty).count(),
        RowChange::Update(update) => update.cells.len(),
        RowChange::Delete(_) | RowChange::Number(_) => 1,
    }
}

/// Writes one batch atomically. The rows are derived from the sources, so a cell that a person changed at the same time
/// is overwritten, and a row that was deleted is left to the next run.
///
/// # Errors
/// See [`CommitError`]; nothing of the batch is written.
pub async fn write_batch(store: &Store, by: &str, mut changes: Vec<RowChange>) -> Result<WriteCounts, CommitError> {
    let mut attempts = 1;
    loop {
        if changes.is_empty() {
            return Ok(WriteCounts::default());
        }
        let error = match store.commit(Batch::by(by, changes.iter().cloned())).await {
            Ok(committed) => return Ok(count(&committed)),
            Err(error) => error,
        };
        match &error {
            CommitError::Conflict(conflicts) => {
                let found = conflicts.iter().map(|conflict| {
                    let cell_key = (conflict.tab, conflict.id.clone(), conflict.column);
                    (cell_key, conflict.found.clone())
                });
                let found = found.collect();
                changes.iter_mut().for_each(|change| accept_current(change, &found));
            }
            CommitError::NoSuchRow { id, tab, problem } => {
                tracing::warn!(tab, id, "a row cannot be changed: it {problem}");
                match problem {
                    RowProblem::Gone | RowProblem::Repeated => changes.retain(|change| !changes_row(change, tab, id)),
                }
                // Terminates, because each attempt removes a row.
                continue;
            }
            CommitError::NotWritten(_) | CommitError::Unknown(_) | CommitError::Busy => {}
            CommitError::Closed(_)
            | CommitError::NotStored(_)
            | CommitError::Refused(_)
            | CommitError::KeyReused { .. } => return Err(error),
        }
        if attempts == MAX_ATTEMPTS {
            return Err(error);
        }
        attempts += 1;
    }
}

fn count(committed: &CommitSummary) -> WriteCounts {
    let number = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
    WriteCounts {
        created: number(committed.inserted),
        updated: number(committed.updated),
    }
}

/// Tab, row id and header of a cell.
type CellKey = (&'static str, String, &'static str);

/// Accepts the current content of the cells as seen.
fn accept_current(change: &mut RowChange, found: &HashMap<CellKey, CellContent>) {
    let RowChange::Update(update) = change else { return };
    for cell in &mut update.cells {
        let cell_key = (
            update.tab.title,
            update.id.clone(),
            update.tab.columns[cell.column].header,
        );
        if let Some(content) = found.get(&cell_key) {
            cell.from = content.clone();
        }
    }
}

fn changes_row(change: &RowChange, tab: &str, id: &str) -> bool {
    match change {
        RowChange::Update(update) => update.tab.title == tab && update.id == id,
        RowChange::Insert(_) | RowChange::Delete(_) | RowChange::Number(_) => false,
    }
}
