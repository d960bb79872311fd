//! Background job that corrects cells which contradict the rules.
//!
//! When staff change `statut` in the sheet, `probabilite` and `valeur_ponderee` follow a moment later; a row typed
//! without an id gets one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::{
    correction::{Correction, numberings, updates},
    desk::Current,
    rows::{DealRows, corrections},
};
use crate::store::{Batch, Change, CommitError, Reading, Store, audit::TALLYBOARD};

/// Maximum number of cells corrected by one write; the next pass corrects the rest.
const MOST: usize = 1_000;
/// Maximum number of consecutive passes: after ids come the derived values of their rows, after a large paste the rest
/// of it.
const MOST_LOOKS: usize = 100;

/// State of the job: the last corrections written.
#[derive(Default)]
pub(super) struct Correcting(Mutex<Last>);

#[derive(Default)]
struct Last {
    /// Corrections written or being written. The same set is not written twice: something other than staff keeps
    /// changing the cells.
    corrections: Vec<Correction>,
    is_running: bool,
    /// Read time of the rows behind the last failed attempt.
    failed: Option<Timestamp>,
}

impl Correcting {
    /// Starts correcting what `current` shows to be wrong, unless that was done already. Returns immediately.
    pub(super) fn begin(self: &Arc<Self>, store: &Arc<Store>, current: &Current) {
        let Some(due) = self.due(corrections(&current.rows), current.read_at) else {
            return;
        };
        let (correcting, store) = (Arc::clone(self), Arc::clone(store));
        let (rows, read_at) = (Arc::clone(&current.rows), current.read_at);
        tokio::spawn(async move { correcting.carry_on(&store, (rows, read_at), due).await });
    }

    /// Writes the `due` corrections, then those of each following pass, until none is left.
    async fn carry_on(&self, store: &Store, (mut rows, mut read_at): (Arc<DealRows>, Timestamp), due: Vec<Correction>) {
        let mut due = due;
        for _ in 0..MOST_LOOKS {
            let result = put_right(store, &rows, &due).await;
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
    fn due(&self, corrections: &[Correction], read_at: Timestamp) -> Option<Vec<Correction>> {
        // Derived values wait until their row has an id.
        let is_ready = |correction: &&Correction| correction.id.is_some() || correction.is_number();
        let due: Vec<Correction> = corrections.iter().filter(is_ready).take(MOST).cloned().collect();
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

    fn last(&self) -> MutexGuard<'_, Last> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes ids first, because a row without one cannot be addressed, and separately, so that a conflict in another row
/// does not hold them back.
async fn put_right(store: &Store, rows: &DealRows, due: &[Correction]) -> Result<(), CommitError> {
    let numbers = numberings(due, rows).into_iter().map(Change::Number);
    store.commit(Batch::by(TALLYBOARD, numbers)).await?;
    let updates = updates(due).into_iter().map(Change::Update);
    store.commit(Batch::by(TALLYBOARD, updates)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            correction::Corrected,
            fixture::at,
            rows::{ID, PROBABILITY},
        },
        *,
    };
    use crate::store::{Content, Entry};

    fn wrong(row: u32, id: Option<u64>) -> Correction {
        Correction {
            row,
            id,
            column: PROBABILITY,
            from: Content::Empty,
            to: Corrected::Value(Entry::Number(0.3)),
        }
    }

    fn ends(correcting: &Correcting, failed: Option<Timestamp>) {
        let mut last = correcting.last();
        last.is_running = false;
        last.failed = failed;
    }

    #[test]
    fn the_same_is_written_once_and_again_only_when_it_failed() {
        let correcting = Correcting::default();
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
        let missing = Correction {
            column: ID,
            to: Corrected::NextId,
            ..wrong(2, None)
        };
        let waiting = [missing, wrong(2, None)];
        let due = Correcting::default().due(&waiting, at("2026-03-01"));
        assert_eq!(due.as_deref(), Some(&waiting[..1]));
    }
}
