//! Background job that corrects cells which contradict the rules.
//!
//! When staff change `statut` in the sheet, `probabilite` and `valeur_ponderee` follow a moment later; a row typed
//! without an id gets one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use sheets_store::{
    Batch, CommitError, Reading, RowChange, Store,
    commit::batch::{CellUpdate, RowNumbering, RowUpdate},
};
use web::audit_log::PROGRAM_AUTHOR;

use crate::{
    deal::{
        Deal,
        columns::{CLIENT, DEALS, NOTES, PROBABILITY, WEIGHTED},
        corrections::{CorrectedValue, DealCorrection},
        rows::{DealRows, corrections},
    },
    snapshot::DealsSnapshot,
};

/// Maximum number of cells corrected by one write; the next pass corrects the rest.
const MAX_CELLS_PER_WRITE: usize = 1_000;
/// Maximum number of consecutive passes: after ids come the derived values of their rows, after a large paste the rest
/// of it.
const MAX_PASSES: usize = 100;

/// State of the job: the last corrections written.
#[derive(Default)]
pub(crate) struct AutoCorrector(Mutex<LastCorrections>);

#[derive(Default)]
struct LastCorrections {
    /// Corrections written or being written. The same set is not written twice: something other than staff keeps
    /// changing the cells.
    corrections: Vec<DealCorrection>,
    is_running: bool,
    /// Read time of the rows behind the last failed attempt.
    failed: Option<Timestamp>,
}

impl AutoCorrector {
    /// Starts correcting what `current` shows to be wrong, unless that was done already. Returns immediately.
    pub(crate) fn begin(self: &Arc<Self>, store: &Arc<Store>, current: &DealsSnapshot) {
        let Some(due) = self.due(corrections(&current.rows), current.read_at) else {
            return;
        };
        let (correcting, store) = (Arc::clone(self), Arc::clone(store));
        let (rows, read_at) = (Arc::clone(&current.rows), current.read_at);
        tokio::spawn(async move { correcting.carry_on(&store, rows, read_at, due).await });
    }

    /// Writes the `due` corrections, then those of each following pass, until none is left.
    async fn carry_on(
        &self,
        store: &Store,
        mut rows: Arc<DealRows>,
        mut read_at: Timestamp,
        mut due: Vec<DealCorrection>,
    ) {
        for _ in 0..MAX_PASSES {
            let result = write_corrections(store, &rows, &due).await;
            if let Err(error) = &result {
                tracing::warn!(%error, cells = due.len(), "cells of deals could not be put right");
            }
            {
                let mut last = self.last();
                last.is_running = false;
                last.failed = result.is_err().then_some(read_at);
            }
            let next: Reading<DealRows> = match store.read().await {
                Ok(next) if result.is_ok() => next,
                _ => return,
            };
            (rows, read_at) = (Arc::clone(&next.snapshot.data), next.snapshot.read_at);
            match self.due(corrections(&rows), read_at) {
                Some(more) => due = more,
                None => return,
            }
        }
        self.last().is_running = false;
    }

    /// Corrections to write now.
    fn due(&self, corrections: &[DealCorrection], read_at: Timestamp) -> Option<Vec<DealCorrection>> {
        // Derived values wait until their row has an id.
        let is_ready = |correction: &&DealCorrection| correction.id.is_some() || correction.is_number();
        let due: Vec<DealCorrection> = corrections
            .iter()
            .filter(is_ready)
            .take(MAX_CELLS_PER_WRITE)
            .cloned()
            .collect();
        let mut last = self.last();
        let may_try_again = last.failed.is_some_and(|failed| failed < read_at);
        if due.is_empty() || last.is_running || (due == last.corrections && !may_try_again) {
            return None;
        }
        last.corrections.clone_from(&due);
        last.is_running = true;
        last.failed = None;
        Some(due)
    }

    fn last(&self) -> MutexGuard<'_, LastCorrections> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes ids first, because a row without one cannot be addressed, and separately, so that a conflict in another row
/// does not hold them back.
async fn write_corrections(store: &Store, rows: &DealRows, due: &[DealCorrection]) -> Result<(), CommitError> {
    let numbers = numberings(due, rows).into_iter().map(RowChange::Number);
    store.commit(Batch::by(PROGRAM_AUTHOR, numbers)).await?;
    let updates = correction_updates(due).into_iter().map(RowChange::Update);
    store.commit(Batch::by(PROGRAM_AUTHOR, updates)).await?;
    Ok(())
}

/// Id assignments for rows without an id, each conditional on the row as it was read.
pub fn numberings(corrections: &[DealCorrection], rows: &DealRows) -> Vec<RowNumbering> {
    let missing = corrections
        .iter()
        .filter(|correction| correction.to == CorrectedValue::NextId);
    let seen = |deal: &Deal| {
        let columns = (CLIENT..=NOTES).filter(|column| !matches!(*column, PROBABILITY | WEIGHTED));
        columns.map(|column| (column, rows.content_of(deal, column))).collect()
    };
    let deals = missing.filter_map(|correction| rows.deal_in_row(correction.row));
    deals
        .map(|deal| RowNumbering {
            tab: &DEALS,
            row: deal.row,
            seen: seen(deal),
        })
        .collect()
}

/// Corrections of rows with an id, as one update per deal. Corrections of rows without an id are skipped; they are
/// written once the id exists.
pub fn correction_updates(corrections: &[DealCorrection]) -> Vec<RowUpdate> {
    let rows = corrections.chunk_by(|left, right| left.row == right.row);
    rows.filter_map(|corrections| {
        let id = corrections.first()?.id?;
        let cells = corrections.iter().filter_map(|correction| match &correction.to {
            CorrectedValue::NextId => None,
            CorrectedValue::Value(to) => Some(CellUpdate {
                column: correction.column,
                from: correction.from.clone(),
                to: to.clone(),
            }),
        });
        Some(RowUpdate {
            tab: &DEALS,
            id: id.to_string(),
            cells: cells.collect(),
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use sheets_store::{CellContent, CellEntry};

    use super::*;
    use crate::deal::{
        columns::{ID, PROBABILITY},
        corrections::CorrectedValue,
        fixture::at,
    };

    pub(crate) fn wrong(row: u32, id: Option<u64>) -> DealCorrection {
        DealCorrection {
            row,
            id,
            column: PROBABILITY,
            from: CellContent::Empty,
            to: CorrectedValue::Value(CellEntry::Number(0.3)),
        }
    }

    pub(crate) fn ends(correcting: &AutoCorrector, failed: Option<Timestamp>) {
        let mut last = correcting.last();
        last.is_running = false;
        last.failed = failed;
    }

    #[test]
    fn the_same_is_written_once_and_again_only_when_it_failed() {
        let correcting = AutoCorrector::default();
        let (then, later) = (at("2026-03-01"), at("2026-03-02"));
        let one = [wrong(2, Some(1))];
        assert!(correcting.due(&one, then).is_some());
        assert_eq!(correcting.due(&one, then), None, "it is being written");
        ends(&correcting, None);
        assert_eq!(correcting.due(&one, later), None, "it was written");
        let two = [wrong(2, Some(1)), wrong(3, Some(2))];
        assert!(correcting.due(&two, later).is_some());
        ends(&correcting, Some(then));
        assert!(correcting.due(&two, later).is_some());
        ends(&correcting, Some(later));
        assert_eq!(correcting.due(&two, later), None, "nothing was read since it failed");
    }

    #[test]
    fn the_values_of_rows_without_an_id_wait_for_it() {
        let missing = DealCorrection {
            column: ID,
            to: CorrectedValue::NextId,
            ..wrong(2, None)
        };
        let waiting = [missing, wrong(2, None)];
        let due = AutoCorrector::default().due(&waiting, at("2026-03-01"));
        assert_eq!(due.as_deref(), Some(&waiting[..1]));
    }
}
