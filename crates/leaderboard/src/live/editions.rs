//! Editions of the board: the state at one data version, with recent news for viewers.

use std::{
    collections::VecDeque,
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
};

use tokio::sync::{Notify, watch};
use web::server::seats::Seat;

use crate::{
    live::new_claims::{NewClaim, NewClaims},
    snapshot::{BoardVersions, LeaderboardData},
};

/// Maximum claims named in one event.
pub(crate) const MAX_NAMED_CLAIMS: usize = 20;

/// Maximum claims kept for viewers that reconnect.
pub(crate) const MAX_REMEMBERED_CLAIMS: usize = 100;

/// Id of an edition within one run of the program, such as `0a1b2c3d-12-1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EditionId {
    pub(crate) run: u32,
    pub(crate) versions: BoardVersions,
}

/// The board at one data version, with recent news.
#[derive(Clone)]
pub(crate) struct BoardEdition {
    pub(crate) id: EditionId,
    pub(crate) remembered: Arc<VecDeque<(BoardVersions, EditionEntry)>>,
    pub(crate) is_last: bool,
}

/// One piece of news in an edition.
#[derive(Clone)]
pub(crate) enum EditionEntry {
    Claim(Arc<NewClaim>),
    /// Number of claims beyond the limit of named ones.
    Others(u32),
}

/// Current edition and its subscribers.
pub(crate) struct LiveUpdates {
    pub(crate) editions: watch::Sender<BoardEdition>,
    /// Data of the latest edition, for the comparison with the next one.
    latest: Mutex<Option<Arc<LeaderboardData>>>,
    pub(crate) written: Notify,
    pub(crate) has_pacemaker: AtomicBool,
}

/// A viewer of the board.
pub(crate) struct LiveViewer {
    /// Place of the viewer, free again when it leaves.
    pub(crate) _seat: Seat,
    pub(crate) editions: watch::Receiver<BoardEdition>,
    pub(crate) seen: Option<EditionId>,
}

impl Default for LiveUpdates {
    fn default() -> Self {
        let first = BoardEdition {
            id: EditionId {
                run: rand::random(),
                versions: BoardVersions::default(),
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

impl LiveUpdates {
    /// Id of the edition with these data versions.
    pub(crate) fn id(&self, versions: BoardVersions) -> EditionId {
        EditionId {
            run: self.editions.borrow().id.run,
            versions,
        }
    }

    /// Publishes data that is newer than the current edition.
    pub(crate) fn publish(&self, versions: BoardVersions, data: &Arc<LeaderboardData>) {
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
                data.ledger.new_claims_since(earlier, MAX_NAMED_CLAIMS)
            });
            edition.id.versions = versions;
            edition.remember(new.unwrap_or_default());
            *latest = Some(Arc::clone(data));
            true
        });
    }

    /// Current edition.
    pub(crate) fn current(&self) -> BoardEdition {
        self.editions.borrow().clone()
    }

    /// Ends all streams permanently.
    pub(crate) fn end(&self) {
        self.editions.send_modify(|edition| edition.is_last = true);
    }

    pub(crate) fn viewers(&self) -> usize {
        self.editions.receiver_count()
    }
}

impl BoardEdition {
    pub(crate) fn id(&self) -> EditionId {
        self.id
    }

    pub(crate) fn remember(&mut self, new: NewClaims) {
        if new == NewClaims::default() {
            return;
        }
        let versions = self.id.versions;
        let remembered = Arc::make_mut(&mut self.remembered);
        let others = Some(new.others).filter(|others| *others > 0).map(EditionEntry::Others);
        let claims = new.latest.into_iter().map(|claim| EditionEntry::Claim(Arc::new(claim)));
        remembered.extend(others.into_iter().chain(claims).map(|entry| (versions, entry)));
        while remembered.len() > MAX_REMEMBERED_CLAIMS {
            remembered.pop_front();
        }
    }

    /// Claims that are new since an earlier edition; empty when that edition belongs to another run.
    pub(crate) fn since(&self, seen: Option<EditionId>) -> NewClaims {
        let mut new = NewClaims::default();
        let Some(seen) = seen.filter(|seen| seen.run == self.id.run) else {
            return new;
        };
        let missed = self.remembered.iter().filter(|(versions, _)| *versions > seen.versions);
        for (_, entry) in missed {
            match entry {
                EditionEntry::Claim(claim) => new.latest.push(NewClaim::clone(claim)),
                EditionEntry::Others(others) => new.others += others,
            }
        }
        let unnamed = new.latest.len().saturating_sub(MAX_NAMED_CLAIMS);
        new.latest.drain(..unnamed);
        new.others += u32::try_from(unnamed).unwrap_or(u32::MAX);
        new
    }
}

impl LiveViewer {
    /// Next unseen edition, with its new claims; `None` at shutdown.
    pub(crate) async fn next(&mut self) -> Option<(BoardEdition, NewClaims)> {
        let seen = self.seen;
        let unseen = |edition: &BoardEdition| edition.is_last || Some(edition.id) != seen;
        let edition = self.editions.wait_for(unseen).await.ok()?.clone();
        if edition.is_last {
            return None;
        }
        self.seen = Some(edition.id);
        let new = edition.since(seen);
        Some((edition, new))
    }
}

impl fmt::Display for EditionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BoardVersions { tabs, catalog } = self.versions;
        write!(formatter, "{:08x}-{tabs}-{catalog}", self.run)
    }
}

/// A text that is not an edition id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidEditionId;

impl FromStr for EditionId {
    type Err = InvalidEditionId;

    fn from_str(text: &str) -> Result<Self, InvalidEditionId> {
        let mut parts = text.split('-');
        let mut part = || parts.next().ok_or(InvalidEditionId);
        let (run, tabs, catalog) = (part()?, part()?, part()?);
        Ok(Self {
            run: u32::from_str_radix(run, 16).map_err(|_| InvalidEditionId)?,
            versions: BoardVersions {
                tabs: tabs.parse().map_err(|_| InvalidEditionId)?,
                catalog: catalog.parse().map_err(|_| InvalidEditionId)?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition() -> BoardEdition {
        LiveUpdates::default().editions.borrow().clone()
    }

    fn claim(number: usize) -> NewClaim {
        NewClaim {
            id: number.to_string(),
            csm: "Kate".to_owned(),
            company: "Acme".to_owned(),
            credited: vec![],
        }
    }

    fn published(mut edition: BoardEdition, version: u64, claims: std::ops::Range<usize>, others: u32) -> BoardEdition {
        edition.id.versions = BoardVersions {
            tabs: version,
            catalog: 1,
        };
        edition.remember(NewClaims {
            latest: claims.map(claim).collect(),
            others,
        });
        edition
    }

    /// Ids that are new since an edition of this run, and the number of other claims.
    fn since(edition: &BoardEdition, version: u64) -> (Vec<String>, u32) {
        let seen = EditionId {
            versions: BoardVersions {
                tabs: version,
                catalog: 1,
            },
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
            versions: BoardVersions::default(),
        };
        assert_eq!(edition.since(Some(of_another_run)), NewClaims::default());
    }

    #[test]
    fn only_so_many_claims_are_remembered_and_fewer_named_at_once() {
        let edition = published(edition(), 1, 0..MAX_REMEMBERED_CLAIMS + 50, 0);
        assert_eq!(edition.remembered.len(), MAX_REMEMBERED_CLAIMS);
        let (named, others) = since(&edition, 0);
        assert_eq!(named.len(), MAX_NAMED_CLAIMS);
        assert_eq!(others as usize, MAX_REMEMBERED_CLAIMS - MAX_NAMED_CLAIMS);
        assert_eq!(named.last().map(String::as_str), Some("149"));
    }

    #[test]
    fn an_edition_is_found_by_its_name_and_nothing_else_is_one() {
        let id = EditionId {
            run: 0x0a1b_2c3d,
            versions: BoardVersions { tabs: 12, catalog: 3 },
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
            assert_eq!(text.parse::<EditionId>(), Err(InvalidEditionId), "{text}");
        }
    }
}
