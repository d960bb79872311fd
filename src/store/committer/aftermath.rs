//! Crash recovery: repairs what another program left behind, which took the last fencing token and may have been killed
//! before it could verify its write.
//!
//! A program takes a fencing token only if the write of the previous token was verified, or if it repairs that write
//! with its very next one. So it suffices to check the last write and, if that one was a repair, the writes before it.
//! The audit log records what they hit (`audit_replay`).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    super::{
        ReadError,
        audit::{AUDIT_LOG, column},
        call_error::CallError,
        cell::{Cell, Content},
        tab::{Layout, Tab, column_letters, quoted},
    },
    Committer,
    attempt::Failure,
    damage::{self, Told},
    fix::Fix,
    turn::{CallKey, Turn},
};

/// Lines read from the end of the log; the next step follows if they do not go back far enough.
const LINES_READ: [usize; 3] = [300, 8_000, 100_000];

/// The service names the rejected request in its message: `Invalid requests[0].addNamedRange: …`.
pub(super) fn is_about_the_turn(error: &CallError) -> bool {
    matches!(error, CallError::Rejected { message, .. }
        if message.contains(".addNamedRange") || message.contains(".deleteNamedRange"))
}

/// Tabs in which misplaced writes of other programs can be repaired.
#[derive(Clone, Default)]
pub(super) struct KnownTabs(Arc<Mutex<HashMap<&'static str, &'static Tab>>>);

impl KnownTabs {
    pub(super) fn learn(&self, tabs: &[&'static Tab]) {
        self.by_title().extend(tabs.iter().map(|tab| (tab.title, *tab)));
    }

    fn find(&self, title: &str) -> Option<&'static Tab> {
        self.by_title().get(title).copied()
    }

    fn by_title(&self) -> MutexGuard<'_, HashMap<&'static str, &'static Tab>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Committer {
    /// Returns the last fencing token. If another program took it, the repairs that it left are recorded first.
    pub(super) async fn turn_before(&mut self, tabs: &[&'static Tab]) -> Result<Turn, Failure> {
        self.tabs.learn(tabs);
        if let Some(turn) = &self.turn {
            return Ok(turn.clone());
        }
        let turn = match self.turn_seen.take() {
            Some(turn) => turn,
            None => self.last_turn().await?,
        };
        // Rows may have moved or changed in any tab.
        self.tails.forget_rows();
        self.others_wrote = true;
        // Repairs known from the log are derived again: the program that took the token may have done them.
        self.fixes.retain(|fix| !fix.is_told_by_the_log());
        let left = self.left_by(&turn).await?;
        self.fixes.extend(left);
        self.turn = Some(turn.clone());
        Ok(turn)
    }

    pub(super) async fn last_turn(&self) -> Result<Turn, Failure> {
        let ranges = self.spreadsheet.named_ranges().await;
        let ranges = ranges.map_err(|error| Failure::Looking(error.into()))?;
        let mut turn = Turn::among(&ranges);
        turn.pass_over(self.unlisted_turn);
        Ok(turn)
    }

    /// Takes a token without writing anything, so that a call prepared for this token is rejected.
    pub(super) async fn take_turn(&mut self, before: &Turn, sheet_id: i32) -> Result<(), Failure> {
        let turn = before.next_without_a_write();
        match self.spreadsheet.apply(&turn.requests(before, sheet_id)).await {
            Ok(()) => {
                self.turn = Some(turn);
                Ok(())
            }
            Err(error) if is_about_the_turn(&error) => {
                self.turn_was_refused(before, error).await?;
                let reason = "another program writes at this moment".to_owned();
                Err(Failure::Looking(ReadError::Unreachable(reason)))
            }
            Err(error) => Err(Failure::Writing(error)),
        }
    }

    /// Handles a rejected token: most likely another program has taken it.
    pub(super) async fn turn_was_refused(&mut self, before: &Turn, error: CallError) -> Result<(), Failure> {
        self.turn = None;
        let now = self.last_turn().await?;
        tracing::debug!(before = before.number, now = now.number, "another program has written");
        if now.is_listed_like(before) {
            self.unlisted_turn = before.number + 1;
            return Err(Failure::Writing(error));
        }
        self.turn_seen = Some(now);
        Ok(())
    }

    /// Repairs that the last writes made necessary and that are still pending.
    async fn left_by(&mut self, turn: &Turn) -> Result<Vec<Fix>, Failure> {
        let Some(call) = turn.key else {
            return Ok(Vec::new());
        };
        let lines = match self.lines_up_to(call).await {
            Ok(lines) => lines,
            Err(failure) if failure.is_passing() => return Err(failure),
            Err(failure) => {
                // Without the log only new rows can have been written.
                tracing::debug!(%failure, "what another program wrote last cannot be looked at");
                return Ok(Vec::new());
            }
        };
        let fixes = damage::left(&lines, |title| self.tabs.find(title));
        if !fixes.is_empty() {
            tracing::warn!(
                count = fixes.len(),
                "another program's write hit what it should not; it is put right"
            );
        }
        Ok(fixes)
    }

    /// Lines of `call`, and of the calls before it as far as they matter.
    async fn lines_up_to(&mut self, call: CallKey) -> Result<Vec<Told>, Failure> {
        let looked = self.tails.look(&[&AUDIT_LOG], &[]).await;
        looked.map_err(Failure::Looking)?;
        let place = self.tails.place(&AUDIT_LOG);
        let (end, layout) = (place.after_row, place.layout.clone());
        let last_column = column_letters(layout.width().saturating_sub(1));
        for count in LINES_READ {
            let first = (end + 1).saturating_sub(count).max(2);
            let range = format!("{}!A{first}:{last_column}", quoted(AUDIT_LOG.title));
            let found = self.spreadsheet.values(&[range]).await;
            let found = found.map_err(|error| Failure::Looking(error.into()))?;
            let rows = found.into_iter().filter_map(|range| range.values).flatten();
            let told: Vec<Told> = rows.filter_map(|row| told(&layout, &row)).collect();
            if let Some(lines) = damage::chain(told, call, first == 2) {
                return Ok(lines);
            }
        }
        Ok(Vec::new())
    }
}

fn told(layout: &Layout, row: &[serde_json::Value]) -> Option<Told> {
    let cell = |place: usize| Cell::of(row.get(layout.position(place)));
    let content = |place: usize| Content::from(cell(place));
    Told::of(
        &cell(column::ID).text(),
        [
            cell(column::TAB).text(),
            cell(column::ROW).text(),
            cell(column::ACTION).text(),
            cell(column::HEADER).text(),
        ],
        (content(column::OLD), content(column::NEW)),
    )
}
