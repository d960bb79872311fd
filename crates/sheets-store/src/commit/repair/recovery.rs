//! Crash recovery: repairs what another program left behind, which took the last fencing token and may have been killed
//! before it could verify its write.
//!
//! A program takes a fencing token only if the write of the previous token was verified, or if it repairs that write
//! with its very next one. So it suffices to check the last write and, if that one was a repair, the writes before it.
//! The audit log records what they hit (`audit_replay`).

use crate::{
    audit::column,
    cell::Cell,
    commit::{
        Committer,
        failure::WriteFailure,
        fencing::{AuditLineId, CallKey, FencingToken, is_fencing_conflict},
        repair::{
            audit_replay::{self, LoggedChange},
            task::RepairTask,
        },
    },
    google::call_error::CallError,
    read::read_error::ReadError,
    schema::tab::{ColumnLayout, Tab, column_letters, quoted_title},
};

/// Lines read from the end of the log; the next step follows if they do not go back far enough.
const LINES_PER_READ: [usize; 3] = [300, 8_000, 100_000];

impl Committer {
    /// Returns the last fencing token. If another program took it, the repairs that it left are recorded first.
    pub(crate) async fn current_token(&mut self, tabs: &[&'static Tab]) -> Result<FencingToken, WriteFailure> {
        self.tabs.register(tabs);
        if let Some(token) = &self.token {
            return Ok(token.clone());
        }
        let token = match self.observed_token.take() {
            Some(token) => token,
            None => self.last_token().await?,
        };
        // Rows may have moved or changed in any tab.
        self.indexes.invalidate_rows();
        self.another_program_wrote = true;
        // Repairs known from the log are derived again: the program that took the token may have done them.
        self.repairs.retain(|repair| !repair.is_in_audit_log());
        let left = self.repairs_left_by(&token).await?;
        self.repairs.extend(left);
        self.token = Some(token.clone());
        Ok(token)
    }

    pub(crate) async fn last_token(&self) -> Result<FencingToken, WriteFailure> {
        let ranges = self.spreadsheet.named_ranges().await;
        let ranges = ranges.map_err(|error| WriteFailure::Reading(error.into()))?;
        let mut token = FencingToken::latest_in(&ranges, self.identity.fencing_prefix);
        token.skip_to(self.unlisted_token);
        Ok(token)
    }

    /// Takes a token without writing anything, so that a call prepared for this token is rejected.
    pub(crate) async fn take_token(&mut self, before: &FencingToken, sheet_id: i32) -> Result<(), WriteFailure> {
        let token = before.next_without_write();
        match self.spreadsheet.apply(&token.requests(before, sheet_id)).await {
            Ok(()) => {
                self.token = Some(token);
                Ok(())
            }
            Err(error) if is_fencing_conflict(&error) => {
                self.handle_refused_token(before, error).await?;
                let reason = "another program writes at this moment".to_owned();
                Err(WriteFailure::Reading(ReadError::Unreachable(reason)))
            }
            Err(error) => Err(WriteFailure::Writing(error)),
        }
    }

    /// Handles a rejected token: most likely another program has taken it.
    pub(crate) async fn handle_refused_token(
        &mut self,
        before: &FencingToken,
        error: CallError,
    ) -> Result<(), WriteFailure> {
        self.token = None;
        let now = self.last_token().await?;
        tracing::debug!(before = before.number, now = now.number, "another program has written");
        if now.has_same_ranges(before) {
            self.unlisted_token = before.number + 1;
            return Err(WriteFailure::Writing(error));
        }
        self.observed_token = Some(now);
        Ok(())
    }

    /// Repairs that the last writes made necessary and that are still pending.
    async fn repairs_left_by(&mut self, token: &FencingToken) -> Result<Vec<RepairTask>, WriteFailure> {
        let Some(call) = token.key else {
            return Ok(Vec::new());
        };
        let lines = match self.read_lines_back_to(call).await {
            Ok(lines) => lines,
            Err(failure) if failure.is_transient() => return Err(failure),
            Err(failure) => {
                // Without the log only new rows can have been written.
                tracing::debug!(%failure, "what another program wrote last cannot be looked at");
                return Ok(Vec::new());
            }
        };
        let repairs = audit_replay::pending_repairs(&lines, |title| self.tabs.find(title));
        if !repairs.is_empty() {
            tracing::warn!(
                count = repairs.len(),
                "another program's write hit what it should not; it is put right"
            );
        }
        Ok(repairs)
    }

    /// Lines of `call`, and of the calls before it as far as they matter.
    async fn read_lines_back_to(&mut self, call: CallKey) -> Result<Vec<LoggedChange>, WriteFailure> {
        let audit_log = self.identity.audit_log;
        let lookup = self.indexes.look_up(&[audit_log], &[]).await;
        lookup.map_err(WriteFailure::Reading)?;
        let place = self.indexes.place(audit_log);
        let (end, layout) = (place.after_row, place.layout.clone());
        let last_column = column_letters(layout.width().saturating_sub(1));
        for count in LINES_PER_READ {
            let first = (end + 1).saturating_sub(count).max(2);
            let range = format!("{}!A{first}:{last_column}", quoted_title(audit_log.title));
            let found = self.spreadsheet.values(&[range]).await;
            let found = found.map_err(|error| WriteFailure::Reading(error.into()))?;
            let rows = found.into_iter().filter_map(|range| range.values).flatten();
            let changes: Vec<LoggedChange> = rows.filter_map(|row| parse_logged_change(&layout, &row)).collect();
            if let Some(lines) = audit_replay::lines_to_replay(changes, call, first == 2) {
                return Ok(lines);
            }
        }
        Ok(Vec::new())
    }
}

/// `None` for lines about new rows or edits of staff.
fn parse_logged_change(layout: &ColumnLayout, row: &[serde_json::Value]) -> Option<LoggedChange> {
    let cell = |place: usize| Cell::of(row.get(layout.position(place)));
    Some(LoggedChange {
        id: AuditLineId::parse(&cell(column::ID).text())?,
        tab: cell(column::TAB).text(),
        row: cell(column::ROW).text(),
        action: cell(column::ACTION).text(),
        header: cell(column::HEADER).text(),
        old: cell(column::OLD).into(),
        new: cell(column::NEW).into(),
    })
}
