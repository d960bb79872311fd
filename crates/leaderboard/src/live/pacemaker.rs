//! Pacemaker of the live updates, at a cost independent of the number of viewers.
//!
//! An edition is the board at one data version. Every read of the rows publishes its edition ([`LiveUpdates::publish`](crate::live::editions::LiveUpdates::publish)), so
//! viewers hear of a claim as soon as any request has read it. While there are viewers, one background task (the
//! pacemaker) checks the cached rows once a second without I/O, and reads the sheet after a local write or when the
//! cache has expired. Each viewer waits for the next edition and compares it with the last one it saw, so a
//! reconnecting viewer receives what it missed.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use sheets_store::{Batch, CommitError, CommitSummary};
use web::server::seats::Seat;

use crate::{
    live::editions::{EditionId, LiveViewer},
    state::Leaderboard,
};

/// Interval between two checks of the cached rows.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

impl Leaderboard {
    /// Writes a batch, then wakes the pacemaker.
    pub(crate) async fn commit(&self, batch: Batch) -> Result<CommitSummary, CommitError> {
        let committed = self.store.commit(batch).await;
        // Also after an error: some errors leave the outcome unknown.
        self.live.written.notify_one();
        committed
    }

    /// Registers a viewer that has seen `seen` and took the place `seat`. Requires cached rows.
    pub(crate) fn watch(self: &Arc<Self>, seen: Option<EditionId>, seat: Seat) -> LiveViewer {
        let viewer = LiveViewer {
            _seat: seat,
            editions: self.live.editions.subscribe(),
            seen,
        };
        if !self.live.has_pacemaker.swap(true, Ordering::SeqCst) {
            tokio::spawn(Arc::clone(self).run_pacemaker());
        }
        viewer
    }

    /// Ends the streams of all viewers for shutdown; no new viewers are accepted.
    pub fn end_streams(&self) {
        self.live.end();
    }

    /// Checks in a loop while there are viewers.
    async fn run_pacemaker(self: Arc<Self>) {
        loop {
            while self.live.viewers() > 0 && !self.live.editions.borrow().is_last {
                let is_written = tokio::select! {
                    () = self.live.written.notified() => true,
                    () = tokio::time::sleep(POLL_INTERVAL) => false,
                };
                self.publish_latest(is_written).await;
            }
            self.live.has_pacemaker.store(false, Ordering::SeqCst);
            // A viewer may have registered after the loop ended and before the flag was cleared, relying on this task.
            if self.live.viewers() == 0 || self.live.has_pacemaker.swap(true, Ordering::SeqCst) {
                return;
            }
            if self.live.editions.borrow().is_last {
                return;
            }
        }
    }

    /// Publishes the latest edition.
    async fn publish_latest(&self, is_written: bool) {
        let is_old = || async {
            let fully_read_at = self.fully_read_at().await;
            fully_read_at.is_none_or(|at| self.clock.now().duration_since(at) > self.store.fresh_for())
        };
        if is_written || is_old().await {
            if let Err(error) = self.current().await {
                tracing::debug!(%error, "nothing new can be told to viewers");
            }
        } else {
            drop(self.cached().await);
        }
    }
}
