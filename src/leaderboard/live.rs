//! Pacemaker of the live updates, at a cost independent of the number of viewers.
//!
//! An edition is the board at one data version. Every read of the rows publishes its edition ([`Live::publish`]), so
//! viewers hear of a claim as soon as any request has read it. While there are viewers, one background task (the
//! pacemaker) checks the cached rows once a second without I/O, and reads the sheet after a local write or when the
//! cache has expired. Each viewer waits for the next edition and compares it with the last one it saw, so a
//! reconnecting viewer receives what it missed.

use std::{
    collections::VecDeque,
    fmt,
    str::FromStr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Notify, watch};

use super::{
    desk::{Leaderboard, Settled, Versions},
    new_claims::{NewClaim, NewClaims},
};
use crate::store::{Batch, CommitError, Committed};

/// Maximum viewers of one instance. Each holds a connection; the limit protects the host's open-file limit.
const MOST_VIEWERS: usize = 2_000;
/// Maximum claims named in one event.
const MOST_AT_ONCE: usize = 20;
/// Maximum claims kept for viewers that reconnect.
const MOST_REMEMBERED: usize = 100;
/// Interval between two checks of the cached rows.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Id of an edition within one run of the program, such as `0a1b2c3d-12-1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EditionId {
    run: u32,
    versions: Versions,
}

/// The board at one data version, with recent news.
#[derive(Clone)]
pub(super) struct Edition {
    id: EditionId,
    remembered: Arc<VecDeque<(Versions, Told)>>,
    is_last: bool,
}

/// One piece of news in an edition.
#[derive(Clone)]
enum Told {
    Claim(Arc<NewClaim>),
    /// Number of claims beyond the limit of named ones.
    Others(u32),
}

/// Current edition and its subscribers.
pub(super) struct Live {
    editions: watch::Sender<Edition>,
    /// Data of the latest edition, for the comparison with the next one.
    latest: Mutex<Option<Arc<Settled>>>,
    written: Notify,
    has_pacemaker: AtomicBool,
}

/// A viewer of the board.
pub(super) struct Viewer {
    editions: watch::Receiver<Edition>,
    seen: Option<EditionId>,
}

impl Default for Live {
    fn default() -> Self {
        let first = Edition {
            id: EditionId {
                run: rand::random(),
                versions: (0, 0),
            },
            remembered: Arc::default(),
            is_last: false,
        };
        Self {
            editions: watch::Sender::new(first),
            latest: Mutex::default(),
            written: Notify::new(),
            has_pacemaker: AtomicBool::new(false),
        }
    }
}

impl Live {
    /// Id of the edition with these data versions.
    pub(super) fn id(&self, versions: Versions) -> EditionId {
        EditionId {
            run: self.editions.borrow().id.run,
            versions,
        }
    }

    /// Publishes data that is newer than the current edition.
    pub(super) fn publish(&self, versions: Versions, settled: &Arc<Settled>) {
        if self.editions.borrow().id.versions >= versions {
            return;
        }
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        self.editions.send_if_modified(|edition| {
            if edition.id.versions >= versions {
                return false;
            }
            let new = latest.as_ref().map(|latest| {
                let earlier = &latest.ledger;
                settled.ledger.new_claims_since(earlier, MOST_AT_ONCE)
            });
            edition.id.versions = versions;
            edition.remember(new.unwrap_or_default());
            *latest = Some(Arc::clone(settled));
            true
        });
    }

    /// Ends all streams permanently.
    fn end(&self) {
        self.editions.send_modify(|edition| edition.is_last = true);
    }

    fn viewers(&self) -> usize {
        self.editions.receiver_count()
    }
}

impl Edition {
    pub(super) fn id(&self) -> EditionId {
        self.id
    }

    fn remember(&mut self, new: NewClaims) {
        if new == NewClaims::default() {
            return;
        }
        let versions = self.id.versions;
        let remembered = Arc::make_mut(&mut self.remembered);
        let others = Some(new.others).filter(|others| *others > 0).map(Told::Others);
        let claims = new.latest.into_iter().map(|claim| Told::Claim(Arc::new(claim)));
        remembered.extend(others.into_iter().chain(claims).map(|told| (versions, told)));
        while remembered.len() > MOST_REMEMBERED {
            remembered.pop_front();
        }
    }

    /// Claims that are new since an earlier edition; empty when that edition belongs to another run.
    pub(super) fn since(&self, seen: Option<EditionId>) -> NewClaims {
        let mut new = NewClaims::default();
        let Some(seen) = seen.filter(|seen| seen.run == self.id.run) else {
            return new;
        };
        let missed = self.remembered.iter().filter(|(versions, _)| *versions > seen.versions);
        for (_, told) in missed {
            match told {
                Told::Claim(claim) => new.latest.push(NewClaim::clone(claim)),
                Told::Others(others) => new.others += others,
            }
        }
        let unnamed = new.latest.len().saturating_sub(MOST_AT_ONCE);
        new.latest.drain(..unnamed);
        new.others += u32::try_from(unnamed).unwrap_or(u32::MAX);
        new
    }
}

impl Viewer {
    /// Next unseen edition, with its new claims; `None` at shutdown.
    pub(super) async fn next(&mut self) -> Option<(Edition, NewClaims)> {
        let seen = self.seen;
        let unseen = |edition: &Edition| edition.is_last || Some(edition.id) != seen;
        let edition = self.editions.wait_for(unseen).await.ok()?.clone();
        if edition.is_last {
            return None;
        }
        self.seen = Some(edition.id);
        let new = edition.since(seen);
        Some((edition, new))
    }
}

impl Leaderboard {
    /// Writes a batch, then wakes the pacemaker.
    pub(super) async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        let committed = self.store.commit(batch).await;
        // Also after an error: some errors leave the outcome unknown.
        self.live.written.notify_one();
        committed
    }

    /// Registers a viewer that has seen `seen`; `None` when the limit is reached. Requires cached rows.
    pub(super) fn watch(self: &Arc<Self>, seen: Option<EditionId>) -> Option<Viewer> {
        if self.live.viewers() >= MOST_VIEWERS {
            return None;
        }
        let viewer = Viewer {
            editions: self.live.editions.subscribe(),
            seen,
        };
        if !self.live.has_pacemaker.swap(true, Ordering::SeqCst) {
            tokio::spawn(Arc::clone(self).keep_pace());
        }
        Some(viewer)
    }

    /// Ends the streams of all viewers for shutdown; no new viewers are accepted.
    pub fn end_streams(&self) {
        self.live.end();
    }

    /// Checks in a loop while there are viewers.
    async fn keep_pace(self: Arc<Self>) {
        loop {
            while self.live.viewers() > 0 && !self.live.editions.borrow().is_last {
                let is_written = tokio::select! {
                    () = self.live.written.notified() => true,
                    () = tokio::time::sleep(LOOK_EVERY) => false,
                };
                self.look(is_written).await;
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
    async fn look(&self, is_written: bool) {
        let is_old = || async {
            let fully_read_at = self.fully_read_at().await;
            fully_read_at.is_none_or(|at| self.clock.now().duration_since(at) > self.store.fresh_for())
        };
        if is_written || is_old().await {
            if let Err(error) = self.current().await {
                tracing::debug!(%error, "nothing new can be told to viewers");
            }
        } else {
            drop(self.at_hand().await);
        }
    }
}

impl fmt::Display for EditionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (data, catalog) = self.versions;
        write!(formatter, "{:08x}-{data}-{catalog}", self.run)
    }
}

/// A text that is not an edition id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoEdition;

impl FromStr for EditionId {
    type Err = NoEdition;

    fn from_str(text: &str) -> Result<Self, NoEdition> {
        let mut parts = text.split('-');
        let mut part = || parts.next().ok_or(NoEdition);
        let (run, data, catalog) = (part()?, part()?, part()?);
        Ok(Self {
            run: u32::from_str_radix(run, 16).map_err(|_| NoEdition)?,
            versions: (
                data.parse().map_err(|_| NoEdition)?,
                catalog.parse().map_err(|_| NoEdition)?,
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition() -> Edition {
        Live::default().editions.borrow().clone()
    }

    fn claim(number: usize) -> NewClaim {
        NewClaim {
            id: number.to_string(),
            csm: "Kate".to_owned(),
            company: "Acme".to_owned(),
            credited: vec![],
        }
    }

    fn published(mut edition: Edition, version: u64, claims: std::ops::Range<usize>, others: u32) -> Edition {
        edition.id.versions = (version, 1);
        edition.remember(NewClaims {
            latest: claims.map(claim).collect(),
            others,
        });
        edition
    }

    /// Ids that are new since an edition of this run, and the number of other claims.
    fn since(edition: &Edition, version: u64) -> (Vec<String>, u32) {
        let seen = EditionId {
            versions: (version, 1),
            ..edition.id
        };
        let new = edition.since(Some(seen));
        (new.latest.into_iter().map(|claim| claim.id).collect(), new.others)
    }

    #[test]
    fn somebody_who_was_away_is_told_what_they_missed_and_no_more() {
        let edition = published(published(edition(), 1, 0..1, 0), 2, 1..3, 7);
        assert_eq!(since(&edition, 0), (vec!["0".into(), "1".into(), "2".into()], 7));
        assert_eq!(since(&edition, 1), (vec!["1".into(), "2".into()], 7));
        assert_eq!(since(&edition, 2), (vec![], 0));
        assert_eq!(edition.since(None), NewClaims::default());
        let of_another_run = EditionId {
            run: edition.id.run.wrapping_add(1),
            versions: (0, 0),
        };
        assert_eq!(edition.since(Some(of_another_run)), NewClaims::default());
    }

    #[test]
    fn only_so_many_claims_are_remembered_and_fewer_named_at_once() {
        let edition = published(edition(), 1, 0..MOST_REMEMBERED + 50, 0);
        assert_eq!(edition.remembered.len(), MOST_REMEMBERED);
        let (named, others) = since(&edition, 0);
        assert_eq!(named.len(), MOST_AT_ONCE);
        assert_eq!(others as usize, MOST_REMEMBERED - MOST_AT_ONCE);
        assert_eq!(named.last().map(String::as_str), Some("149"));
    }

    #[test]
    fn an_edition_is_found_by_its_name_and_nothing_else_is_one() {
        let id = EditionId {
            run: 0x0a1b_2c3d,
            versions: (12, 3),
        };
        assert_eq!(id.to_string(), "0a1b2c3d-12-3");
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in [
            "",
            "x",
            "0a1b2c3d",
            "0a1b2c3d-12",
            "zz-1-1",
            "1--1",
            "1-1-99999999999999999999",
        ] {
            assert_eq!(text.parse::<EditionId>(), Err(NoEdition), "{text}");
        }
    }
}
