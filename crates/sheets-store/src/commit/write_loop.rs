//! Write loop: state machine that retries until every change in a group is confirmed.
//!
//! A write whose response was lost comes first: the current fencing token shows whether it was applied (`fencing`). If
//! it was, its audit lines or rows show what it hit; if not, its token is taken, so that it cannot be applied later,
//! however late it arrives. Only then is anything written again. If another program took the last token, the repairs
//! that it may have left come next (`repair::recovery`).

use std::time::{Duration, Instant};

use crate::{
    cell::CellEntry,
    change_detection::own_writes::OwnWrite,
    commit::{
        Committer,
        batch::CommitError,
        failure::WriteFailure,
        fencing::is_fencing_conflict,
        job::{ChangeOrigin, ChangeOutcome, WriteJob, tabs_of},
        plan::{WritePlan, WritePurpose},
        planner::{self, PlanningContext},
        tab_index::LookupResults,
        verification::WriteVerification,
        write_request::WriteRequest,
    },
    read::reader::WriteEffect,
    schema::tab::Tab,
};

/// Maximum number of steps per group; more mean that rows move faster than they can be written.
const MAX_STEPS: usize = 40;
/// Maximum number of attempts while nothing can be stored: the first retry finds out whether the fault was a passing one,
/// and nobody has to wait for a disk that is full.
const MAX_STORAGE_ATTEMPTS: usize = 2;
/// Time beyond the callers' deadline for the repair of a misplaced write.
const REPAIR_TIME: Duration = Duration::from_mins(1);

/// Write with an unconfirmed outcome.
pub(crate) struct UnconfirmedWrite {
    request: WriteRequest,
    /// Group that it belonged to.
    group: u64,
    outcome: WriteOutcome,
}

/// Whether a write was applied.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WriteOutcome {
    Applied,
    Unknown,
}

/// Progress of a group.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LoopStep {
    Further,
    Over,
}

impl Committer {
    /// Makes every open change of `group` and responds to each job as soon as its last change is confirmed.
    pub(crate) async fn write(&mut self, group: &mut [WriteJob]) -> Result<(), CommitError> {
        self.group += 1;
        self.resume_deferred_repairs(group);
        let mut has_reread = false;
        let mut storage_failures = 0;
        let mut delays = crate::backoff::retry_delays(self.first_pause);
        for _ in 0..MAX_STEPS {
            let failure = match self.advance(group).await {
                Ok(LoopStep::Over) => return Ok(()),
                Ok(LoopStep::Further) => continue,
                Err(failure) => failure,
            };
            tracing::debug!(%failure, repairs = self.repairs.len(), "a step of a write failed");
            if failure.is_about_the_request() && !has_reread {
                // Staff may have replaced the tab, which changes its sheet id: read everything again and retry once.
                has_reread = true;
                self.indexes.clear().await;
                continue;
            }
            storage_failures += usize::from(failure.is_about_storage());
            let is_hopeless = !failure.is_transient() || storage_failures >= MAX_STORAGE_ATTEMPTS;
            let delay = delays.next().unwrap_or(self.first_pause);
            if is_hopeless || Instant::now() + delay >= self.deadline(group) {
                let is_in_doubt = self.unconfirmed.is_some() || !self.repairs.is_empty();
                self.defer_repairs(&failure);
                return Err(failure.into_commit_error(is_in_doubt));
            }
            tokio::time::sleep(delay).await;
        }
        Err(CommitError::NotWritten(
            "the tab changes faster than it can be written".to_owned(),
        ))
    }

    fn deadline(&self, group: &[WriteJob]) -> Instant {
        let open = group.iter().filter(|job| !job.is_answered());
        let deadline = open.map(|job| job.deadline).min().unwrap_or_else(Instant::now);
        if self.repairs.is_empty() {
            deadline
        } else {
            deadline + REPAIR_TIME
        }
    }

    async fn advance(&mut self, group: &mut [WriteJob]) -> Result<LoopStep, WriteFailure> {
        if let Some(unconfirmed) = self.unconfirmed.take() {
            let result = self.resolve_unconfirmed(&unconfirmed, group).await;
            if let Err(failure) = &result {
                self.keep_unconfirmed(unconfirmed, failure);
            }
            return result.map(|()| LoopStep::Further);
        }
        let tabs = tabs_of(group, self.identity.audit_log);
        let before = self.current_token(&tabs).await?;
        let plan = if self.repairs.is_empty() {
            if tabs.is_empty() {
                return Ok(LoopStep::Over);
            }
            self.plan_changes(&tabs, group).await?
        } else {
            self.plan_repairs().await?
        };
        if !plan.writes_nothing() {
            let request = WriteRequest::new(plan, &self.indexes, &before, &self.now());
            self.send(request, group).await?;
        }
        Ok(LoopStep::Further)
    }

    /// Keeps an unconfirmed write for another attempt. If a retry cannot help, its outcome is taken from the audit log.
    fn keep_unconfirmed(&mut self, unconfirmed: UnconfirmedWrite, failure: &WriteFailure) {
        if failure.is_transient() {
            self.unconfirmed = Some(unconfirmed);
        } else {
            tracing::warn!(%failure, "a write whose answer got lost is looked for in the audit log alone");
            self.token = None;
        }
    }

    async fn plan_changes(&mut self, tabs: &[&'static Tab], group: &mut [WriteJob]) -> Result<WritePlan, WriteFailure> {
        let lookups = planner::lookups_of(group, self.identity.audit_log);
        let lookup_results = self
            .indexes
            .look_up(tabs, &lookups)
            .await
            .map_err(WriteFailure::Reading)?;
        if self.another_program_wrote {
            self.repairs = self.find_orphans(tabs).await?;
            self.another_program_wrote = false;
        }
        let resent_orphans = self.resent_orphans(group);
        self.repairs.extend(resent_orphans);
        if !self.repairs.is_empty() {
            return Ok(WritePlan::default());
        }
        let context = PlanningContext {
            indexes: &self.indexes,
            highest_given_ids: &self.highest_given_ids,
            now: self.now(),
        };
        let mut plan = planner::plan_changes_of(group, &lookup_results, &context);
        for (origin, outcome) in plan.already_done.drain(..) {
            group[origin.job].record_outcome(origin.change, outcome);
        }
        for (job, error) in plan.failed.drain(..) {
            group[job].respond(Err(error));
        }
        self.skip_array_formula_cells(&mut plan).await?;
        Ok(plan)
    }

    fn now(&self) -> CellEntry {
        CellEntry::instant(&self.clock.zoned_now())
    }

    async fn send(&mut self, mut request: WriteRequest, group: &mut [WriteJob]) -> Result<(), WriteFailure> {
        self.announce(&request.plan);
        let plan = &request.plan;
        tracing::debug!(
            token = request.token.number,
            repairs = self.repairs.len(),
            edits = plan.edits.len(),
            removals = plan.removals.len(),
            additions = plan.additions.len(),
            restored = plan.restored.len(),
            "a write is sent"
        );
        let requests = std::mem::take(&mut request.requests);
        match self.spreadsheet.apply_and_read_back(requests, &request.ranges).await {
            Ok(shown) => {
                self.token = Some(request.token.clone());
                if let Some(verification) = request.verify(&shown, &self.indexes) {
                    self.record_result(&request, verification, group);
                } else {
                    // The response shows too little: its lines are read like those of a write whose response was lost.
                    self.unconfirmed = Some(self.as_unconfirmed(request, WriteOutcome::Applied));
                }
                Ok(())
            }
            Err(error) if is_fencing_conflict(&error) => self.handle_refused_token(&request.before, error).await,
            Err(error) => {
                if error.leaves_outcome_unknown() {
                    self.unconfirmed = Some(self.as_unconfirmed(request, WriteOutcome::Unknown));
                }
                Err(WriteFailure::Writing(error))
            }
        }
    }

    fn as_unconfirmed(&self, request: WriteRequest, outcome: WriteOutcome) -> UnconfirmedWrite {
        UnconfirmedWrite {
            request,
            group: self.group,
            outcome,
        }
    }

    /// Records that `request` was applied, and what it hit.
    fn record_result(&mut self, request: &WriteRequest, verification: WriteVerification, group: &mut [WriteJob]) {
        // Before the callers get their responses: the next page that they load must not come from an earlier read.
        self.announce(&request.plan);
        self.reader.write_finished(self.written);
        let plan = &request.plan;
        for (tab, id) in plan.counted_ids() {
            let highest = self.highest_given_ids.entry(tab.title).or_default();
            *highest = id.max(*highest);
        }
        let is_misplaced = |misplaced: &[(usize, _)], index: usize| misplaced.iter().any(|(place, _)| *place == index);
        let mut outcomes: Vec<(ChangeOrigin, ChangeOutcome)> = Vec::new();
        for (index, edit) in plan.edits.iter().enumerate() {
            if let WritePurpose::Change(origin) = edit.purpose
                && !is_misplaced(&verification.misplaced_edits, index)
            {
                outcomes.push((origin, ChangeOutcome::Updated));
            }
        }
        for (index, removal) in plan.removals.iter().enumerate() {
            let WritePurpose::Change(origin) = removal.purpose else {
                continue;
            };
            if !is_misplaced(&verification.misplaced_removals, index) {
                outcomes.push((origin, ChangeOutcome::Deleted));
            } else if let Some(job) = group.get_mut(origin.job) {
                job.mark_doubtful(origin.change);
            }
        }
        for addition in &plan.additions {
            if !verification.may_have_shifted(addition) {
                outcomes.push((addition.origin, ChangeOutcome::Inserted(addition.id_text())));
            } else if let Some(job) = group.get_mut(addition.origin.job) {
                job.mark_added(addition.origin.change);
            }
        }
        for (origin, outcome) in outcomes {
            if let Some(job) = group.get_mut(origin.job) {
                job.record_outcome(origin.change, outcome);
            }
        }
        if plan.is_repair() {
            self.retain_failed_repairs(plan, &verification);
        }
        if verification.is_clean() {
            request.update_indexes(&mut self.indexes);
            let lines = verification.garbled_lines.iter();
            self.record_line_repairs(lines.map(|line| request.known_content(*line)));
        } else {
            tracing::warn!(
                edits = verification.misplaced_edits.len(),
                deletions = verification.misplaced_removals.len(),
                "rows were moved at the moment of a write; it is put right"
            );
            self.record_column_shifts(plan, &verification);
            let lines = verification.garbled_removals.iter();
            self.record_line_repairs(lines.filter_map(|(line, removal)| request.removed_content(*line, *removal)));
            request.invalidate_indexes(&mut self.indexes);
            self.record_repairs(plan, verification);
        }
    }

    /// Finds out whether an unconfirmed write was applied, and prevents that it is applied later.
    async fn resolve_unconfirmed(
        &mut self,
        unconfirmed: &UnconfirmedWrite,
        group: &mut [WriteJob],
    ) -> Result<(), WriteFailure> {
        let request = &unconfirmed.request;
        if unconfirmed.outcome == WriteOutcome::Applied {
            return self.accept_confirmed(unconfirmed, group).await;
        }
        let now = self.last_token().await?;
        tracing::debug!(token = request.token.number, now = now.number, "an answer got lost");
        if now == request.token {
            self.token = Some(now);
            return self.accept_confirmed(unconfirmed, group).await;
        }
        if now.has_same_ranges(&request.before) {
            return self.take_token(&now, request.sheet_id).await;
        }
        // Other programs have written since, after it or instead of it.
        self.token = None;
        if now.number == request.token.number {
            return Ok(());
        }
        self.look_up_evidence(request).await?;
        if request.was_applied(&self.indexes) == Some(true) {
            self.accept_confirmed(unconfirmed, group).await?;
        }
        Ok(())
    }

    async fn look_up_evidence(&mut self, request: &WriteRequest) -> Result<LookupResults, WriteFailure> {
        let audit_log = self.identity.audit_log;
        let lookup = self
            .indexes
            .look_up(&request.tabs(audit_log), &request.evidence(audit_log))
            .await;
        lookup.map_err(WriteFailure::Reading)
    }

    /// Records the effects of a write that is known to be applied.
    async fn accept_confirmed(
        &mut self,
        unconfirmed: &UnconfirmedWrite,
        group: &mut [WriteJob],
    ) -> Result<(), WriteFailure> {
        let lookup_results = self.look_up_evidence(&unconfirmed.request).await?;
        let group = if unconfirmed.group == self.group {
            group
        } else {
            &mut []
        };
        let verification = unconfirmed.request.verify_from_log(&lookup_results, &self.indexes);
        self.record_result(&unconfirmed.request, verification, group);
        // The lookup has already seen its rows.
        unconfirmed.request.invalidate_indexes(&mut self.indexes);
        Ok(())
    }

    /// Announces `plan`; has to be called before it is sent.
    pub(crate) fn announce(&mut self, plan: &WritePlan) {
        if !(plan.edits.is_empty() && plan.removals.is_empty() && plan.restored.is_empty()) {
            self.written = WriteEffect::RowsChanged;
        }
        for edit in &plan.edits {
            let cells = edit.cells.iter();
            let cells = cells.filter_map(|cell| Some((self.place(edit.tab, cell.position)?, cell.wanted.clone())));
            let write = OwnWrite::Changed(cells.collect());
            self.reader.announce_write(edit.tab, &edit.given_id(), write);
        }
        for removal in &plan.removals {
            self.reader.announce_write(removal.tab, &removal.id, OwnWrite::Removed);
        }
        for addition in &plan.additions {
            let cells = addition.cells.iter().map(CellEntry::content).collect();
            self.reader
                .announce_write(addition.tab, &addition.id_text(), OwnWrite::Added(cells));
        }
        for restored in &plan.restored {
            let cells = restored.cells.iter();
            let cells = cells.filter_map(|cell| Some((self.place(restored.tab, cell.position)?, cell.content.clone())));
            let write = OwnWrite::Restored(cells.collect());
            self.reader.announce_write(restored.tab, &restored.id, write);
        }
    }

    /// Index of the tab's column at this position of the sheet.
    fn place(&self, tab: &'static Tab, position: usize) -> Option<usize> {
        let place = self.indexes.place(tab);
        place.layout.positions().iter().position(|known| *known == position)
    }
}
