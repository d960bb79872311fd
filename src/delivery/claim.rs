//! Which of several instances tells a reason.
//!
//! The spreadsheet cannot compare and swap, so two instances can claim the same reason at once. Each writes its claim first
//! and reads afterwards, so at least one of two sees the other. Seen from that one, with the larger id: it gives way. With
//! the smaller id: it waits, for the other may have read before this claim was there and be about to send.

use std::{collections::HashSet, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::history::{ALERT_HISTORY, AT, BOARD, CHANNEL, OUTCOME, Outcome, REASON};
use crate::{
    clock::Clock,
    store::{
        Batch, CellUpdate, Change, Content, Dataset, Decoding, Entry, ReadError, Reading, Row, Store, Tab, TabRows,
        Update,
    },
};

/// How long a claim keeps others away; a program that was ended before it sent anything holds it no longer.
pub const HOLDS: SignedDuration = SignedDuration::from_mins(10);
/// Between two looks at the claims of others.
pub const PAUSE: Duration = Duration::from_millis(250);
/// A claim older than this is not used any more: others may be about to take it for dead.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(5);
/// How often the claims of others are looked at.
const LOOKS: usize = 20;

/// Whether a line means that somebody is at it: a claim holds for a while only, in case its program was ended.
pub fn holds(outcome: &Outcome, at: Option<Timestamp>, now: Timestamp) -> bool {
    *outcome == Outcome::Claimed && at.is_some_and(|at| now.duration_since(at) < HOLDS)
}

/// A line of `alert_history`, of any board.
#[derive(Debug)]
struct Line {
    id: String,
    at: Option<Timestamp>,
    /// Board, channel and reason.
    what: [String; 3],
    outcome: Outcome,
}

/// Every line, as far as claims go.
#[derive(Debug)]
struct Lines(Vec<Line>);

impl Dataset for Lines {
    const TABS: &'static [&'static Tab] = &[&ALERT_HISTORY];

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let rows = tabs.iter().flat_map(TabRows::rows);
        let line = |row: Row<'_>| Line {
            id: row.cell(0).text(),
            at: row.cell(AT).instant(&decoding.zone).ok(),
            what: [BOARD, CHANNEL, REASON].map(|column| row.cell(column).text()),
            outcome: Outcome::parse(row.cell(OUTCOME).text()),
        };
        Self(rows.map(line).collect())
    }
}

/// What a contest is held with.
pub struct Contest<'a> {
    /// The spreadsheet.
    pub store: &'a Store,
    /// Where the time comes from.
    pub clock: &'a Clock,
    /// Between two looks at the claims of others.
    pub pause: Duration,
    /// Who gives way, as the audit log would say.
    pub by: &'a str,
}

enum Verdict {
    Won,
    Lost,
    Wait,
}

impl Contest<'_> {
    /// Those of the lines `own`, written as claimed before, whose reason this instance tells. The others are marked as left.
    /// `considered` are ids of lines that were known when the claims were made, and are none of a rival.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read; the claims run out by themselves.
    pub async fn won(&self, own: &[String], considered: &HashSet<String>) -> Result<HashSet<String>, ReadError> {
        let mut open: Vec<&String> = own.iter().collect();
        let mut won = HashSet::new();
        let began = self.clock.now();
        for look in 0..LOOKS {
            if open.is_empty() {
                break;
            }
            if look > 0 {
                tokio::time::sleep(self.pause).await;
                self.store.refresh();
            }
            let lines: Reading<Lines> = self.store.read_now().await?;
            let (mut lost, mut waiting) = (Vec::new(), Vec::new());
            for id in open {
                match self.verdict(&lines.snapshot.data.0, id, considered) {
                    Verdict::Won => drop(won.insert(id.clone())),
                    Verdict::Lost => lost.push(id),
                    Verdict::Wait => waiting.push(id),
                }
            }
            open = waiting;
            // Given way at once, so that nobody waits for it.
            self.leave(lost).await;
        }
        self.leave(open).await;
        if self.clock.since(began) > GOOD_FOR {
            self.leave(won.iter().collect()).await;
            won.clear();
        }
        Ok(won)
    }

    fn verdict(&self, lines: &[Line], own: &str, considered: &HashSet<String>) -> Verdict {
        let Some(claim) = lines.iter().find(|line| line.id == own) else {
            // Staff deleted the line: nobody knows any more that it was meant to be told.
            return Verdict::Lost;
        };
        let now = self.clock.now();
        let is_rival = |line: &&Line| line.what == claim.what && line.id != own && !considered.contains(&line.id);
        let mut verdict = Verdict::Won;
        for rival in lines.iter().filter(is_rival) {
            let is_claimed = holds(&rival.outcome, rival.at, now);
            if rival.outcome.is_told() || (is_claimed && *rival.id < *own) {
                return Verdict::Lost;
            }
            if is_claimed {
                verdict = Verdict::Wait;
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
            .map(|id| become_of(id, &Outcome::Claimed, &Outcome::Left));
        if let Err(error) = self.store.commit(Batch::by(self.by, changes)).await {
            // The claim runs out by itself.
            tracing::warn!("a claim could not be given back: {error}");
        }
    }
}

/// The change of the outcome of a line.
pub fn become_of(id: &str, from: &Outcome, to: &Outcome) -> Change {
    Change::Update(Update {
        tab: &ALERT_HISTORY,
        id: id.to_owned(),
        cells: vec![CellUpdate {
            column: OUTCOME,
            from: Content::Text(from.words()),
            to: Entry::Text(to.words()),
        }],
    })
}
