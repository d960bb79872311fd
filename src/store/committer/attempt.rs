//! Write loop: state machine that retries until every change in a group is confirmed.
//!
//! A write whose response was lost comes first: the current fencing token shows whether it was applied (`fencing`). If
//! it was, its audit lines or rows show what it hit; if not, its token is taken, so that it cannot be applied later,
//! however late it arrives. Only then is anything written again. If another program took the last token, the repairs
//! that it may have left come next (`repair::recovery`).

use std::time::{Duration, Instant};

use super::{
    super::{
        ReadError, audit::AUDIT_LOG, batch::CommitError, call_error::CallError, cell::Entry, tab::Tab, tail::Sight,
    },
    Committer,
    aftermath::is_about_the_turn,
    compare::{self, Circumstances},
    job::{Done, Job, Origin},
    plan::{Plan, Purpose},
    shot::Shot,
    verdict::Verdict,
};

/// Maximum number of steps per group; more mean that rows move faster than they can be written.
const MOST_STEPS: usize = 40;
/// Time beyond the callers' deadline for the repair of a misplaced write.
const TIME_TO_MEND: Duration = Duration::from_secs(60);

/// Write with an unconfirmed outcome.
pub(super) struct Lost {
    shot: Shot,
    /// Group that it belonged to.
    group: u64,
    outcome: Outcome,
}

/// Whether a write was applied.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Applied,
    Unknown,
}

/// Failure of an attempt: while reading, before anything was sent to be written, or in the write itself.
pub(super) enum Failure {
    Looking(ReadError),
    Writing(CallError),
}

/// Progress of a group.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Further,
    Over,
}

impl Committer {
    /// Makes every open change of `group` and responds to each job as soon as its last change is confirmed.
    pub(super) async fn write(&mut self, group: &mut [Job]) -> Result<(), CommitError> {
        self.group += 1;
        self.take_up_fixes(group);
        let mut looked_anew = false;
        let mut pauses = super::super::pauses(self.first_pause);
        for _ in 0..MOST_STEPS {
            let failure = match self.advance(group).await {
                Ok(Step::Over) => return Ok(()),
                Ok(Step::Further) => continue,
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
                self.put_off_mending(&failure);
                return Err(failure.into_commit_error(is_in_doubt));
            }
            tokio::time::sleep(pause).await;
        }
        Err(CommitError::NotWritten(
            "the tab changes faster than it can be written".to_owned(),
        ))
    }

    fn deadline(&self, group: &[Job]) -> Instant {
        let open = group.iter().filter(|job| !job.is_answered());
        let deadline = open.map(|job| job.deadline).min().unwrap_or_else(Instant::now);
        if self.fixes.is_empty() {
            deadline
        } else {
            deadline + TIME_TO_MEND
        }
    }

    async fn advance(&mut self, group: &mut [Job]) -> Result<Step, Failure> {
        if let Some(lost) = self.lost.take() {
            let result = self.clear_up(&lost, group).await;
            if let Err(failure) = &result {
                self.keep(lost, failure);
            }
            return result.map(|()| Step::Further);
        }
        let tabs = tabs_of(group);
        let before = self.turn_before(&tabs).await?;
        let plan = if self.fixes.is_empty() {
            if tabs.is_empty() {
                return Ok(Step::Over);
            }
            self.plan_changes(&tabs, group).await?
        } else {
            self.plan_fixes().await?
        };
        if !plan.writes_nothing() {
            let shot = Shot::new(plan, &self.tails, (&before, &self.now()));
            self.send(shot, group).await?;
        }
        Ok(Step::Further)
    }

    /// Keeps an unconfirmed write for another attempt. If a retry cannot help, its outcome is taken from the audit log.
    fn keep(&mut self, lost: Lost, failure: &Failure) {
        if failure.is_passing() {
            self.lost = Some(lost);
        } else {
            tracing::warn!(%failure, "a write whose answer got lost is looked for in the audit log alone");
            self.turn = None;
        }
    }

    async fn plan_changes(&mut self, tabs: &[&'static Tab], group: &mut [Job]) -> Result<Plan, Failure> {
        let wanted = compare::wanted(group);
        let sight = self.tails.look(tabs, &wanted).await.map_err(Failure::Looking)?;
        if self.others_wrote {
            self.fixes = self.twins_left(tabs).await?;
            self.others_wrote = false;
        }
        let sent_again = self.sent_again(group);
        self.fixes.extend(sent_again);
        if !self.fixes.is_empty() {
            return Ok(Plan::default());
        }
        let circumstances = Circumstances {
            tails: &self.tails,
            given: &self.given,
            now: self.now(),
        };
        let mut plan = compare::plan(group, &sight, &circumstances);
        for (origin, done) in plan.settled.drain(..) {
            group[origin.job].settle(origin.change, done);
        }
        for (job, error) in plan.failed.drain(..) {
            group[job].answer(Err(error));
        }
        self.leave_to_formulas(&mut plan).await?;
        Ok(plan)
    }

    fn now(&self) -> Entry {
        Entry::instant(&self.clock.zoned_now())
    }

    async fn send(&mut self, mut shot: Shot, group: &mut [Job]) -> Result<(), Failure> {
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
        match self.spreadsheet.apply_and_show(requests, &shot.ranges).await {
            Ok(shown) => {
                self.turn = Some(shot.turn.clone());
                if let Some(verdict) = shot.verdict(&shown, &self.tails) {
                    self.settle(&shot, verdict, group);
                } else {
                    // The response shows too little: its lines are read like those of a write whose response was lost.
                    self.lost = Some(self.as_lost(shot, Outcome::Applied));
                }
                Ok(())
            }
            Err(error) if is_about_the_turn(&error) => self.turn_was_refused(&shot.before, error).await,
            Err(error) => {
                if error.leaves_outcome_unknown() {
                    self.lost = Some(self.as_lost(shot, Outcome::Unknown));
                }
                Err(Failure::Writing(error))
            }
        }
    }

    fn as_lost(&self, shot: Shot, outcome: Outcome) -> Lost {
        Lost {
            shot,
            group: self.group,
            outcome,
        }
    }

    /// Records that `shot` was applied, and what it hit.
    fn settle(&mut self, shot: &Shot, verdict: Verdict, group: &mut [Job]) {
        // Before the callers get their responses: the next page that they load must not come from an earlier read.
        self.announce(&shot.plan);
        self.reader.write_ended(self.written);
        let plan = &shot.plan;
        for (tab, id) in plan.counted_ids() {
            let given = self.given.entry(tab.title).or_default();
            *given = id.max(*given);
        }
        let is_misplaced = |misplaced: &[(usize, _)], index: usize| misplaced.iter().any(|(place, _)| *place == index);
        let mut done: Vec<(Origin, Done)> = Vec::new();
        for (index, edit) in plan.edits.iter().enumerate() {
            if let Purpose::Change(origin) = edit.purpose
                && !is_misplaced(&verdict.misplaced_edits, index)
            {
                done.push((origin, Done::Updated));
            }
        }
        for (index, removal) in plan.removals.iter().enumerate() {
            let Purpose::Change(origin) = removal.purpose else {
                continue;
            };
            if !is_misplaced(&verdict.misplaced_removals, index) {
                done.push((origin, Done::Deleted));
            } else if let Some(job) = group.get_mut(origin.job) {
                job.doubt(origin.change);
            }
        }
        for addition in &plan.additions {
            if !verdict.scatters(addition) {
                done.push((addition.origin, Done::Inserted(addition.id_text())));
            } else if let Some(job) = group.get_mut(addition.origin.job) {
                job.note_added(addition.origin.change);
            }
        }
        for (origin, done) in done {
            if let Some(job) = group.get_mut(origin.job) {
                job.settle(origin.change, done);
            }
        }
        if plan.mends() {
            self.keep_fixes_that_missed(plan, &verdict);
        }
        if verdict.is_clean() {
            shot.note(&mut self.tails);
            let lines = verdict.garbled_lines.iter();
            self.note_garbled_lines(lines.map(|line| shot.known_of(*line)));
        } else {
            tracing::warn!(
                edits = verdict.misplaced_edits.len(),
                deletions = verdict.misplaced_removals.len(),
                "rows were moved at the moment of a write; it is put right"
            );
            self.note_scattered(plan, &verdict);
            let lines = verdict.garbled_removals.iter();
            self.note_garbled_lines(lines.filter_map(|(line, removal)| shot.known_of_removal(*line, *removal)));
            shot.forget(&mut self.tails);
            self.note_fixes(plan, verdict);
        }
    }

    /// Finds out whether an unconfirmed write was applied, and prevents that it is applied later.
    async fn clear_up(&mut self, lost: &Lost, group: &mut [Job]) -> Result<(), Failure> {
        let shot = &lost.shot;
        if lost.outcome == Outcome::Applied {
            return self.take_in(lost, group).await;
        }
        let now = self.last_turn().await?;
        tracing::debug!(turn = shot.turn.number, now = now.number, "an answer got lost");
        if now == shot.turn {
            self.turn = Some(now);
            return self.take_in(lost, group).await;
        }
        if now.is_listed_like(&shot.before) {
            return self.take_turn(&now, shot.sheet_id).await;
        }
        // Other programs have written since, after it or instead of it.
        self.turn = None;
        if now.number == shot.turn.number {
            return Ok(());
        }
        self.look_for(shot).await?;
        if shot.was_applied(&self.tails) == Some(true) {
            self.take_in(lost, group).await?;
        }
        Ok(())
    }

    async fn look_for(&mut self, shot: &Shot) -> Result<Sight, Failure> {
        let looked = self.tails.look(&shot.tabs(), &shot.evidence()).await;
        looked.map_err(Failure::Looking)
    }

    /// Records the effects of a write that is known to be applied.
    async fn take_in(&mut self, lost: &Lost, group: &mut [Job]) -> Result<(), Failure> {
        let sight = self.look_for(&lost.shot).await?;
        let group = if lost.group == self.group { group } else { &mut [] };
        let verdict = lost.shot.verdict_of_log(&sight, &self.tails);
        self.settle(&lost.shot, verdict, group);
        // The lookup has already seen its rows.
        lost.shot.forget(&mut self.tails);
        Ok(())
    }
}

pub(super) fn tabs_of(group: &[Job]) -> Vec<&'static Tab> {
    let mut tabs: Vec<&'static Tab> = Vec::new();
    for tab in group.iter().flat_map(Job::tabs) {
        if !tabs.contains(&tab) {
            tabs.push(tab);
        }
    }
    tabs
}

impl Shot {
    /// Tabs that show whether it was applied.
    fn tabs(&self) -> Vec<&'static Tab> {
        let mut tabs = self.plan.tabs();
        if self.is_logged() {
            tabs.push(&AUDIT_LOG);
        }
        tabs
    }

    /// Drops the index of its tabs, since the rows have moved.
    fn forget(&self, tails: &mut super::super::tail::Tails) {
        self.tabs().iter().for_each(|tab| tails.forget_tab(tab));
    }
}

impl Failure {
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Looking(error) => matches!(error, ReadError::Unreachable(_)),
            Self::Writing(error) => error.is_passing(),
        }
    }

    /// Whether the service understood the request and rejects it because it does not match the spreadsheet.
    fn is_about_the_request(&self) -> bool {
        matches!(
            self,
            Self::Looking(ReadError::Refused(CallError::Rejected { code: 400, .. }))
                | Self::Writing(CallError::Rejected { code: 400, .. })
        )
    }

    fn into_commit_error(self, outcome_unknown: bool) -> CommitError {
        match self {
            Self::Looking(error) if outcome_unknown => CommitError::Unknown(error.to_string()),
            Self::Writing(error) if outcome_unknown => CommitError::Unknown(error.to_string()),
            Self::Looking(ReadError::Unreachable(reason)) => CommitError::NotWritten(reason),
            Self::Looking(error) => CommitError::Closed(error),
            Self::Writing(error @ CallError::Rejected { code: 400, .. }) => CommitError::Refused(error.to_string()),
            Self::Writing(error) if error.is_passing() => CommitError::NotWritten(error.to_string()),
            Self::Writing(error) => CommitError::Closed(ReadError::Refused(error)),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Looking(error) => error.fmt(formatter),
            Self::Writing(error) => error.fmt(formatter),
        }
    }
}
