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
/// Time beyond the callers' deadline for the repair of a misplaced write.
const REPAIR_TIME: Duration = Duration::from_secs(60);

/// Write with an unconfirmed outcome.
pub(crate) struct UnconfirmedWrite {
    shot: WriteRequest,
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
        let mut looked_anew = false;
        let mut pauses = crate::backoff::retry_delays(self.first_pause);
        for _ in 0..MAX_STEPS {
            let failure = match self.advance(group).await {
                Ok(LoopStep::Over) => return Ok(()),
                Ok(LoopStep::Further) => continue,
                Err(failure) => failure,
            };
            tracing::debug!(%failure, fixes = self.fixes.len(), "a step of a write failed");
            if failure.is_about_the_request() && !looked_anew {
                // Staff may have replaced the tab, which changes its sheet id: read everything again and retry once.
                looked_anew = true;
                self.tails.forget().await;
                continue;
            }
            let pause = pauses.next().unwrap_or(self.first_pause);
            if !failure.is_passing() || Instant::now() + pause >= self.deadline(group) {
                let is_in_doubt = self.lost.is_some() || !self.fixes.is_empty();
                self.defer_repairs(&failure);
                return Err(failure.into_commit_error(is_in_doubt));
            }
            tokio::time::sleep(pause).await;
        }
        Err(CommitError::NotWritten(
            "the tab changes faster than it can be written".to_owned(),
        ))
    }

    fn deadline(&self, group: &[WriteJob]) -> Instant {
        let open = group.iter().filter(|job| !job.is_answered());
        let deadline = open.map(|job| job.deadline).min().unwrap_or_else(Instant::now);
        if self.fixes.is_empty() {
            deadline
        } else {
            deadline + REPAIR_TIME
        }
    }

    async fn advance(&mut self, group: &mut [WriteJob]) -> Result<LoopStep, WriteFailure> {
        if let Some(lost) = self.lost.take() {
            let result = self.resolve_unconfirmed(&lost, group).await;
            if let Err(failure) = &result {
                self.keep(lost, failure);
            }
            return result.map(|()| LoopStep::Further);
        }
        let tabs = tabs_of(group, self.identity.audit_log);
        let before = self.current_token(&tabs).await?;
        let plan = if self.fixes.is_empty() {
            if tabs.is_empty() {
                return Ok(LoopStep::Over);
            }
            self.plan_changes(&tabs, group).await?
        } else {
            self.plan_repairs().await?
        };
        if !plan.writes_nothing() {
            let shot = WriteRequest::new(plan, &self.tails, (&before, &self.now()));
            self.send(shot, group).await?;
        }
        Ok(LoopStep::Further)
    }

    /// Keeps an unconfirmed write for another attempt. If a retry cannot help, its outcome is taken from the audit log.
    fn keep(&mut self, lost: UnconfirmedWrite, failure: &WriteFailure) {
        if failure.is_passing() {
            self.lost = Some(lost);
        } else {
            tracing::warn!(%failure, "a write whose answer got lost is looked for in the audit log alone");
            self.turn = None;
        }
    }

    async fn plan_changes(&mut self, tabs: &[&'static Tab], group: &mut [WriteJob]) -> Result<WritePlan, WriteFailure> {
        let wanted = planner::lookups_of(group, self.identity.audit_log);
        let sight = self.tails.look(tabs, &wanted).await.map_err(WriteFailure::Looking)?;
        if self.another_program_wrote {
            self.fixes = self.find_orphans(tabs).await?;
            self.another_program_wrote = false;
        }
        let resent_orphans = self.resent_orphans(group);
        self.fixes.extend(resent_orphans);
        if !self.fixes.is_empty() {
            return Ok(WritePlan::default());
        }
        let circumstances = PlanningContext {
            tails: &self.tails,
            given: &self.given,
            now: self.now(),
        };
        let mut plan = planner::plan_changes_of(group, &sight, &circumstances);
        for (origin, done) in plan.settled.drain(..) {
            group[origin.job].settle(origin.change, done);
        }
        for (job, error) in plan.failed.drain(..) {
            group[job].answer(Err(error));
        }
        self.skip_array_formula_cells(&mut plan).await?;
        Ok(plan)
    }

    fn now(&self) -> CellEntry {
        CellEntry::instant(&self.clock.zoned_now())
    }

    async fn send(&mut self, mut shot: WriteRequest, group: &mut [WriteJob]) -> Result<(), WriteFailure> {
        self.announce(&shot.plan);
        let plan = &shot.plan;
        tracing::debug!(
            turn = shot.turn.number,
            fixes = self.fixes.len(),
            edits = plan.edits.len(),
            removals = plan.removals.len(),
            additions = plan.additions.len(),
            restored = plan.restored.len(),
            "a write is sent"
        );
        let requests = std::mem::take(&mut shot.requests);
        match self.spreadsheet.apply_and_read_back(requests, &shot.ranges).await {
            Ok(shown) => {
                self.turn = Some(shot.turn.clone());
                if let Some(verdict) = shot.verdict(&shown, &self.tails) {
                    self.settle(&shot, verdict, group);
                } else {
                    // The response shows too little: its lines are read like those of a write whose response was lost.
                    self.lost = Some(self.as_unconfirmed(shot, WriteOutcome::Applied));
                }
                Ok(())
            }
            Err(error) if is_fencing_conflict(&error) => self.handle_refused_token(&shot.before, error).await,
            Err(error) => {
                if error.leaves_outcome_unknown() {
                    self.lost = Some(self.as_unconfirmed(shot, WriteOutcome::Unknown));
                }
                Err(WriteFailure::Writing(error))
            }
        }
    }

    fn as_unconfirmed(&self, shot: WriteRequest, outcome: WriteOutcome) -> UnconfirmedWrite {
        UnconfirmedWrite {
            shot,
            group: self.group,
            outcome,
        }
    }

    /// Records that `shot` was applied, and what it hit.
    fn settle(&mut self, shot: &WriteRequest, verdict: WriteVerification, group: &mut [WriteJob]) {
        // Before the callers get their responses: the next page that they load must not come from an earlier read.
        self.announce(&shot.plan);
        self.reader.write_finished(self.written);
        let plan = &shot.plan;
        for (tab, id) in plan.counted_ids() {
            let given = self.given.entry(tab.title).or_default();
            *given = id.max(*given);
        }
        let is_misplaced = |misplaced: &[(usize, _)], index: usize| misplaced.iter().any(|(place, _)| *place == index);
        let mut done: Vec<(ChangeOrigin, ChangeOutcome)> = Vec::new();
        for (index, edit) in plan.edits.iter().enumerate() {
            if let WritePurpose::Change(origin) = edit.purpose
                && !is_misplaced(&verdict.misplaced_edits, index)
            {
                done.push((origin, ChangeOutcome::Updated));
            }
        }
        for (index, removal) in plan.removals.iter().enumerate() {
            let WritePurpose::Change(origin) = removal.purpose else {
                continue;
            };
            if !is_misplaced(&verdict.misplaced_removals, index) {
                done.push((origin, ChangeOutcome::Deleted));
            } else if let Some(job) = group.get_mut(origin.job) {
                job.mark_doubtful(origin.change);
            }
        }
        for addition in &plan.additions {
            if !verdict.scatters(addition) {
                done.push((addition.origin, ChangeOutcome::Inserted(addition.id_text())));
            } else if let Some(job) = group.get_mut(addition.origin.job) {
                job.mark_added(addition.origin.change);
            }
        }
        for (origin, done) in done {
            if let Some(job) = group.get_mut(origin.job) {
                job.settle(origin.change, done);
            }
        }
        if plan.is_repair() {
            self.retain_failed_repairs(plan, &verdict);
        }
        if verdict.is_clean() {
            shot.note(&mut self.tails);
            let lines = verdict.garbled_lines.iter();
            self.record_line_repairs(lines.map(|line| shot.known_of(*line)));
        } else {
            tracing::warn!(
                edits = verdict.misplaced_edits.len(),
                deletions = verdict.misplaced_removals.len(),
                "rows were moved at the moment of a write; it is put right"
            );
            self.record_column_shifts(plan, &verdict);
            let lines = verdict.garbled_removals.iter();
            self.record_line_repairs(lines.filter_map(|(line, removal)| shot.known_of_removal(*line, *removal)));
            shot.forget(&mut self.tails);
            self.record_repairs(plan, verdict);
        }
    }

    /// Finds out whether an unconfirmed write was applied, and prevents that it is applied later.
    async fn resolve_unconfirmed(
        &mut self,
        lost: &UnconfirmedWrite,
        group: &mut [WriteJob],
    ) -> Result<(), WriteFailure> {
        let shot = &lost.shot;
        if lost.outcome == WriteOutcome::Applied {
            return self.accept_confirmed(lost, group).await;
        }
        let now = self.last_turn().await?;
        tracing::debug!(turn = shot.turn.number, now = now.number, "an answer got lost");
        if now == shot.turn {
            self.turn = Some(now);
            return self.accept_confirmed(lost, group).await;
        }
        if now.has_same_ranges(&shot.before) {
            return self.take_token(&now, shot.sheet_id).await;
        }
        // Other programs have written since, after it or instead of it.
        self.turn = None;
        if now.number == shot.turn.number {
            return Ok(());
        }
        self.look_up_evidence(shot).await?;
        if shot.was_applied(&self.tails) == Some(true) {
            self.accept_confirmed(lost, group).await?;
        }
        Ok(())
    }

    async fn look_up_evidence(&mut self, shot: &WriteRequest) -> Result<LookupResults, WriteFailure> {
        let audit_log = self.identity.audit_log;
        let looked = self.tails.look(&shot.tabs(audit_log), &shot.evidence(audit_log)).await;
        looked.map_err(WriteFailure::Looking)
    }

    /// Records the effects of a write that is known to be applied.
    async fn accept_confirmed(&mut self, lost: &UnconfirmedWrite, group: &mut [WriteJob]) -> Result<(), WriteFailure> {
        let sight = self.look_up_evidence(&lost.shot).await?;
        let group = if lost.group == self.group { group } else { &mut [] };
        let verdict = lost.shot.verify_from_log(&sight, &self.tails);
        self.settle(&lost.shot, verdict, group);
        // The lookup has already seen its rows.
        lost.shot.forget(&mut self.tails);
        Ok(())
    }
}

impl WriteRequest {
    /// Tabs that show whether it was applied.
    fn tabs(&self, audit_log: &'static Tab) -> Vec<&'static Tab> {
        let mut tabs = self.plan.tabs();
        if self.is_logged() {
            tabs.push(audit_log);
        }
        tabs
    }

    /// Drops the index of its tabs, since the rows have moved.
    fn forget(&self, tails: &mut crate::commit::tab_index::TabIndexes) {
        let tabs = self.tabs(tails.audit_log());
        tabs.iter().for_each(|tab| tails.invalidate_tab(tab));
    }
}

impl Committer {
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
        let place = self.tails.place(tab);
        place.layout.positions().iter().position(|known| *known == position)
    }
}
