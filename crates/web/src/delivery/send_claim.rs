//! Claim of a message by one of several instances, so that it is sent once.
//!
//! The spreadsheet has no compare-and-swap, so two instances can claim the same message at once. Each writes its claim
//! first and reads afterwards, so at least one of the two sees the other's claim. That instance gives way if its own id
//! is larger. If its id is smaller it waits, because the other may have read before this claim was written and be about
//! to send.

use std::{collections::HashSet, time::Duration};

use jiff::{SignedDuration, Timestamp};
use sheets_store::{
    Batch, CellContent, CellEntry, CellUpdate, Dataset, DecodeContext, Reading, RowChange, RowUpdate, Store, Tab,
    TabRow, TabRows, clock::Clock, read::read_error::ReadError,
};

use crate::delivery::alert_history::{ALERT_HISTORY, AT, BOARD, CHANNEL, DeliveryOutcome, OUTCOME, REASON};

/// Validity of a claim. A claim of an instance that stopped before it sent anything expires.
pub const CLAIM_TTL: SignedDuration = SignedDuration::from_mins(10);
/// Pause between two checks of the other claims.
pub const RECHECK_PAUSE: Duration = Duration::from_millis(250);
/// Maximum age of an own claim that is still used: after it, other instances are close to treating the claim as
/// expired.
const MAX_CLAIM_AGE: SignedDuration = SignedDuration::from_mins(5);
/// Maximum number of checks of the other claims.
const MAX_CHECKS: usize = 20;

/// Whether a row is a valid claim, that is, claimed less than [`CLAIM_TTL`] ago.
pub fn is_claim_active(outcome: &DeliveryOutcome, at: Option<Timestamp>, now: Timestamp) -> bool {
    *outcome == DeliveryOutcome::Claimed && at.is_some_and(|at| now.duration_since(at) < CLAIM_TTL)
}

/// Row of `alert_history`, of any board.
#[derive(Debug)]
struct ClaimLine {
    id: String,
    at: Option<Timestamp>,
    /// Board, channel and reason: what identifies the message.
    what: [String; 3],
    outcome: DeliveryOutcome,
}

/// All rows of `alert_history`, reduced to what claims need.
#[derive(Debug)]
struct ClaimLines(Vec<ClaimLine>);

impl Dataset for ClaimLines {
    const TABS: &'static [&'static Tab] = &[&ALERT_HISTORY];

    fn decode(tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let rows = tabs.iter().flat_map(TabRows::rows);
        let line = |row: TabRow<'_>| ClaimLine {
            id: row.cell(0).text(),
            at: row.cell(AT).instant(&decoding.zone).ok(),
            what: [BOARD, CHANNEL, REASON].map(|column| row.cell(column).text()),
            outcome: DeliveryOutcome::parse(row.cell(OUTCOME).text()),
        };
        Self(rows.map(line).collect())
    }
}

/// Election of the instance that sends.
pub struct ClaimElection<'a> {
    /// Store of the spreadsheet.
    pub store: &'a Store,
    /// Clock.
    pub clock: &'a Clock,
    /// Pause between two checks of the other claims.
    pub pause: Duration,
    /// Author of the changes in the audit log.
    pub by: &'a str,
}

enum ClaimVerdict {
    Won,
    Lost,
    Wait,
}

impl ClaimElection<'_> {
    /// Returns those of the claims `own` that this instance won and may send. The lost ones are marked as
    /// [`DeliveryOutcome::Left`]. `considered` are ids of rows that were known before the claims were made, and so belong to no
    /// rival.
    ///
    /// # Errors
    /// If the spreadsheet cannot be read; the claims then expire.
    pub async fn won(&self, own: &[String], considered: &HashSet<String>) -> Result<HashSet<String>, ReadError> {
        let mut open: Vec<&String> = own.iter().collect();
        let mut won = HashSet::new();
        let began = self.clock.now();
        for look in 0..MAX_CHECKS {
            if open.is_empty() {
                break;
            }
            if look > 0 {
                tokio::time::sleep(self.pause).await;
                self.store.refresh();
            }
            let lines: Reading<ClaimLines> = self.store.read_now().await?;
            let (mut lost, mut waiting) = (Vec::new(), Vec::new());
            for id in open {
                match self.verdict(&lines.snapshot.data.0, id, considered) {
                    ClaimVerdict::Won => drop(won.insert(id.clone())),
                    ClaimVerdict::Lost => lost.push(id),
                    ClaimVerdict::Wait => waiting.push(id),
                }
            }
            open = waiting;
            // At once, so that no rival waits for it.
            self.leave(lost).await;
        }
        self.leave(open).await;
        if self.clock.since(began) > MAX_CLAIM_AGE {
            self.leave(won.iter().collect()).await;
            won.clear();
        }
        Ok(won)
    }

    fn verdict(&self, lines: &[ClaimLine], own: &str, considered: &HashSet<String>) -> ClaimVerdict {
        let Some(claim) = lines.iter().find(|line| line.id == own) else {
            // Staff deleted the row, so the message is not to be sent any more.
            return ClaimVerdict::Lost;
        };
        let now = self.clock.now();
        let is_rival = |line: &&ClaimLine| line.what == claim.what && line.id != own && !considered.contains(&line.id);
        let mut verdict = ClaimVerdict::Won;
        for rival in lines.iter().filter(is_rival) {
            let is_claimed = is_claim_active(&rival.outcome, rival.at, now);
            if rival.outcome.counts_as_sent() || (is_claimed && *rival.id < *own) {
                return ClaimVerdict::Lost;
            }
            if is_claimed {
                verdict = ClaimVerdict::Wait;
            }
        }
        verdict
    }

    async fn leave(&self, lost: Vec<&String>) {
        if lost.is_empty() {
            return;
        }
        let changes = lost
            .into_iter()
            .map(|id| outcome_change(id, &DeliveryOutcome::Claimed, &DeliveryOutcome::Left));
        if let Err(error) = self.store.commit(Batch::by(self.by, changes)).await {
            // The claim expires by itself.
            tracing::warn!("a claim could not be given back: {error}");
        }
    }
}

/// Change of the outcome of a row.
pub fn outcome_change(id: &str, from: &DeliveryOutcome, to: &DeliveryOutcome) -> RowChange {
    RowChange::Update(RowUpdate {
        tab: &ALERT_HISTORY,
        id: id.to_owned(),
        cells: vec![CellUpdate {
            column: OUTCOME,
            from: CellContent::Text(from.words()),
            to: CellEntry::Text(to.words()),
        }],
    })
}
