//! Contest lifecycle: puts rules in force at the start, freezes the result after the end.
//!
//! Runs when a contest is viewed and once a minute in the background. The first instance writes; the others find the
//! rows present.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use sheets_store::{Batch, Reading, RowChange, error_chain::error_chain};
use web::error::Error;

use crate::{
    claims::storage::saturating_u32,
    contests::{
        contest::{Contest, ContestPhase},
        dataset::ContestRows,
        result::FrozenResult,
        rows::{ConfirmationSource, confirmation_insert},
    },
    state::Leaderboard,
};

/// Author recorded in the audit log.
const BY: &str = "contests";
/// Interval between two background checks.
const CHECK_INTERVAL: Duration = Duration::from_mins(1);

/// A lifecycle step that is due.
#[derive(Clone, Debug, PartialEq)]
pub enum ContestTask {
    /// The contest has started: its rules come into force.
    Rules(Contest),
    /// The contest is over: its result is frozen under the rules in force.
    Result(Contest),
}

/// Steps that are due at `now`. Pure.
pub fn due_tasks(rows: &ContestRows, now: Timestamp) -> Vec<ContestTask> {
    let mut due = Vec::new();
    for (_, contest) in &rows.contests {
        if rows.results.contains_key(&contest.key()) {
            continue;
        }
        if contest.phase(now) != ContestPhase::Upcoming && rows.confirmations(contest) == 0 {
            due.push(ContestTask::Rules(contest.clone()));
        }
        if contest.freezable_from().is_some_and(|from| now >= from) {
            due.push(ContestTask::Result(contest.with_rules(rows.rules_in_force(contest))));
        }
    }
    due
}

impl Leaderboard {
    /// The contests, after due steps were written.
    ///
    /// # Errors
    /// When the tabs cannot be read. A failed write is retried at the next call.
    pub(crate) async fn contests(&self) -> Result<Reading<ContestRows>, Error> {
        let rows = self.reread_contests().await?;
        if due_tasks(&rows.snapshot.data, self.clock.now()).is_empty() {
            return Ok(rows);
        }
        if let Err(error) = self.advance_contests().await {
            tracing::warn!(
                "what is due for a contest could not be written: {}",
                error_chain(&error)
            );
        }
        self.reread_contests().await
    }

    /// Reads the contests and reports their findings to the navigation count.
    async fn reread_contests(&self) -> Result<Reading<ContestRows>, Error> {
        let rows: Reading<ContestRows> = self.store.read().await?;
        self.tally
            .record("contests", saturating_u32(rows.snapshot.findings.len()));
        Ok(rows)
    }

    /// Checks once a minute, forever. Also reads the disputes, so that the navigation count includes their findings.
    pub async fn run_contest_lifecycle(self: Arc<Self>) {
        loop {
            if let Err(error) = self.advance_contests().await {
                tracing::warn!("contests could not be looked after: {}", error_chain(&error));
            }
            if let Err(error) = self.disputes().await {
                tracing::warn!("disputes could not be looked after: {}", error_chain(&error));
            }
            tokio::time::sleep(CHECK_INTERVAL).await;
        }
    }

    /// Writes the steps that are due.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written.
    pub async fn advance_contests(&self) -> Result<(), Error> {
        let _turn = self.background.lock().await;
        let rows = self.reread_contests().await?;
        let due = due_tasks(&rows.snapshot.data, self.clock.now());
        if due.is_empty() {
            return Ok(());
        }
        // A frozen result is permanent, so it must be based on fresh data.
        self.store.refresh();
        for due in due {
            match due {
                ContestTask::Rules(contest) => {
                    let insert = confirmation_insert(&contest, 0, ConfirmationSource::AtTheStart, self.clock.now());
                    self.store.commit(Batch::by(BY, [RowChange::Insert(insert)])).await?;
                }
                ContestTask::Result(contest) => self.freeze(contest).await?,
            }
        }
        Ok(())
    }

    async fn freeze(&self, contest: Contest) -> Result<(), Error> {
        let current = self.current().await?;
        if contest.freezable_from().is_none_or(|from| current.read_at < from) {
            // The spreadsheet is unreachable; cached data may lack the last claims.
            return Ok(());
        }
        let scores = current.data.ledger.contest_scores(contest.rules, contest.span());
        let result = FrozenResult::new(contest, scores, self.clock.now());
        let inserts = result.inserts().into_iter().map(RowChange::Insert);
        let written = self.store.commit(Batch::by(BY, inserts)).await?;
        tracing::info!(
            contest = result.contest.name,
            lines = written.inserted,
            "the result of a contest is frozen"
        );
        Ok(())
    }
}
