//! Contest lifecycle: puts rules in force at the start, freezes the result after the end.
//!
//! Runs when a contest is viewed and once a minute in the background. The first instance writes; the others find the
//! rows present.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::{
    super::{desk::Leaderboard, roll::count},
    contest::{Contest, Phase},
    frozen::FrozenResult,
    rows::{Confirmed, ContestRows, confirmation},
};
use crate::{
    cause::chain,
    error::Error,
    store::{Batch, Change, Reading},
};

/// Author recorded in the audit log.
const BY: &str = "contests";
/// Interval between two background checks.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// A lifecycle step that is due.
#[derive(Clone, Debug, PartialEq)]
pub enum Due {
    /// The contest has started: its rules come into force.
    Rules(Contest),
    /// The contest is over: its result is frozen under the rules in force.
    Result(Contest),
}

/// Steps that are due at `now`. Pure.
pub fn due(rows: &ContestRows, now: Timestamp) -> Vec<Due> {
    let mut due = Vec::new();
    for (_, contest) in &rows.contests {
        if rows.results.contains_key(&contest.key()) {
            continue;
        }
        if contest.phase(now) != Phase::Upcoming && rows.confirmations(contest) == 0 {
            due.push(Due::Rules(contest.clone()));
        }
        if contest.can_be_frozen_from().is_some_and(|from| now >= from) {
            due.push(Due::Result(contest.under(rows.rules_in_force(contest))));
        }
    }
    due
}

impl Leaderboard {
    /// The contests, after due steps were written.
    ///
    /// # Errors
    /// When the tabs cannot be read. A failed write is retried at the next call.
    pub(in super::super) async fn contests(&self) -> Result<Reading<ContestRows>, Error> {
        let rows = self.contests_as_they_are().await?;
        if due(&rows.snapshot.data, self.clock.now()).is_empty() {
            return Ok(rows);
        }
        if let Err(error) = self.keep_contests().await {
            tracing::warn!("what is due for a contest could not be written: {}", chain(&error));
        }
        self.contests_as_they_are().await
    }

    /// Reads the contests and reports their findings to the navigation count.
    async fn contests_as_they_are(&self) -> Result<Reading<ContestRows>, Error> {
        let rows: Reading<ContestRows> = self.store.read().await?;
        self.tally.note("contests", count(rows.snapshot.findings.len()));
        Ok(rows)
    }

    /// Checks once a minute, forever. Also reads the disputes, so that the navigation count includes their findings.
    pub async fn keep_contests_forever(self: Arc<Self>) {
        loop {
            if let Err(error) = self.keep_contests().await {
                tracing::warn!("contests could not be looked after: {}", chain(&error));
            }
            if let Err(error) = self.disputes().await {
                tracing::warn!("disputes could not be looked after: {}", chain(&error));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Writes the steps that are due.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written.
    pub async fn keep_contests(&self) -> Result<(), Error> {
        let _turn = self.keeping.lock().await;
        let rows = self.contests_as_they_are().await?;
        let due = due(&rows.snapshot.data, self.clock.now());
        if due.is_empty() {
            return Ok(());
        }
        // A frozen result is permanent, so it must be based on fresh data.
        self.store.refresh();
        for due in due {
            match due {
                Due::Rules(contest) => {
                    let insert = confirmation(&contest, 0, Confirmed::AtTheStart, self.clock.now());
                    self.store.commit(Batch::by(BY, [Change::Insert(insert)])).await?;
                }
                Due::Result(contest) => self.freeze(contest).await?,
            }
        }
        Ok(())
    }

    async fn freeze(&self, contest: Contest) -> Result<(), Error> {
        let current = self.current().await?;
        if contest.can_be_frozen_from().is_none_or(|from| current.read_at < from) {
            // The spreadsheet is unreachable; cached data may lack the last claims.
            return Ok(());
        }
        let settlement = current.settled.ledger.settle(contest.rules, contest.span());
        let result = FrozenResult::new(contest, settlement, self.clock.now());
        let inserts = result.inserts().into_iter().map(Change::Insert);
        let written = self.store.commit(Batch::by(BY, inserts)).await?;
        tracing::info!(
            contest = result.contest.name,
            lines = written.inserted,
            "the result of a contest is frozen"
        );
        Ok(())
    }
}
