//! Puts cells right in the background that staff left behind the rules: who changes `statut` in the sheet finds the right
//! `probabilite` and `valeur_ponderee` there a moment later.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::{
    correction::{Corrected, Correction, updates},
    desk::Current,
    rows::corrections,
};
use crate::store::{Batch, Change, Store, audit::TALLYBOARD};

/// Cells that one write puts right at most; the next look at the rows brings the rest.
const MOST: usize = 1_000;

/// What was put right last.
#[derive(Default)]
pub(super) struct Correcting(Mutex<Last>);

#[derive(Default)]
struct Last {
    /// What was written, or is being written. The same is not written again: something else than staff keeps changing it.
    corrections: Vec<Correction>,
    is_running: bool,
    /// When the rows were read that the last failed attempt was made of.
    failed: Option<Timestamp>,
}

impl Correcting {
    /// Begins to put right what `current` shows to be wrong, unless that was done already. Answers at once.
    pub(super) fn begin(self: &Arc<Self>, store: &Arc<Store>, current: &Current) {
        let Some(due) = self.due(corrections(&current.rows), current.read_at) else {
            return;
        };
        let (correcting, store, read_at) = (Arc::clone(self), Arc::clone(store), current.read_at);
        tokio::spawn(async move {
            let updates = updates(&due).into_iter().map(Change::Update);
            let result = store.commit(Batch::by(TALLYBOARD, updates)).await;
            if let Err(error) = &result {
                tracing::warn!(%error, cells = due.len(), "cells of deals could not be put right");
            }
            let mut last = correcting.last();
            last.is_running = false;
            last.failed = result.is_err().then_some(read_at);
        });
    }

    /// What is to be written now.
    fn due(&self, corrections: &[Correction], read_at: Timestamp) -> Option<Vec<Correction>> {
        let is_ready = |correction: &&Correction| correction.id.is_some() && correction.to != Corrected::NextId;
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

#[cfg(test)]
mod tests {
    use super::{
        super::{
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
    fn rows_without_an_id_wait() {
        let missing = Correction {
            column: ID,
            to: Corrected::NextId,
            ..wrong(2, None)
        };
        let waiting = [missing, wrong(2, None)];
        assert_eq!(Correcting::default().due(&waiting, at("2026-03-01")), None);
    }
}
