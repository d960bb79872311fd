//! One step after the other until every change of a group is made, and known to be.
//!
//! A write whose answer got lost comes first: its lines or rows are looked for, and when they are not there, a named range
//! with its name is made, which Google refuses to make twice. Since the lost write begins by making it, it cannot be applied
//! from then on, however late it arrives. Only then is anything written again.

use std::time::{Duration, Instant};

use super::{
    super::{ReadError, audit::AUDIT_LOG, batch::CommitError, call_error::CallError, cell::Entry, requests, tab::Tab},
    Committer,
    compare::{self, Circumstances},
    job::{Done, Job, Origin},
    plan::{Plan, Purpose},
    shot::Shot,
    verdict::Verdict,
};

/// Steps of one group; more mean that somebody moves rows faster than they can be written.
const MOST_STEPS: usize = 40;
/// Time beyond the callers' deadline in which a misplaced write is put right.
const TIME_TO_MEND: Duration = Duration::from_secs(60);
/// Longer than Google works on a request (180 s), so that no late write passes a named range that is gone.
pub(super) const NAMES_STAND: Duration = Duration::from_secs(300);

/// A write whose answer got lost.
pub(super) struct Lost {
    shot: Shot,
    /// The group it belonged to.
    group: u64,
    name: Name,
}

/// The named range that keeps a lost write from being applied late.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Unmade,
    /// Its making was sent; the answer got lost too.
    Sent,
}

/// Where an attempt failed: before anything was sent to be written, or in the write itself.
pub(super) enum Failure {
    Looking(ReadError),
    Writing(CallError),
}

/// How far a group is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Further,
    Over,
}

impl Committer {
    /// Makes every open change of `group`, answering each job as soon as its last one is known to be made.
    pub(super) async fn write(&mut self, group: &mut [Job]) -> Result<(), CommitError> {
        self.group += 1;
        let mut looked_anew = false;
        let mut pauses = super::super::pauses(self.first_pause);
        for _ in 0..MOST_STEPS {
            let failure = match self.advance(group).await {
                Ok(Step::Over) => return Ok(()),
                Ok(Step::Further) => continue,
                Err(failure) => failure,
            };
            if failure.is_about_the_request() && !looked_anew {
                // Staff may have replaced the tab, which gives it another number: look at everything and try once more.
                looked_anew = true;
                self.tails.forget().await;
                continue;
            }
            let pause = pauses.next().unwrap_or(self.first_pause);
            if !failure.is_passing() || Instant::now() + pause >= self.deadline(group) {
                self.give_up_mending(&failure);
                return Err(failure.into_commit_error(self.lost.is_some()));
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
        if let Some(mut lost) = self.lost.take() {
            return match self.clear_up(&mut lost, group).await {
                Ok(()) => Ok(Step::Further),
                Err(failure) => {
                    if failure.is_passing() {
                        self.lost = Some(lost);
                    } else {
                        tracing::error!(%failure, "a write whose answer got lost can no longer be looked for");
                    }
                    Err(failure)
                }
            };
        }
        let plan = if self.fixes.is_empty() {
            let tabs = tabs_of(group);
            if tabs.is_empty() {
                return Ok(Step::Over);
            }
            self.plan_changes(&tabs, group).await?
        } else {
            self.plan_fixes().await?
        };
        if !plan.writes_nothing() {
            self.send(plan, group).await?;
        }
        Ok(Step::Further)
    }

    async fn plan_changes(&mut self, tabs: &[&'static Tab], group: &mut [Job]) -> Result<Plan, Failure> {
        let wanted = compare::wanted(group);
        let sight = self.tails.look(tabs, &wanted).await.map_err(Failure::Looking)?;
        let circumstances = Circumstances {
            tails: &self.tails,
            taken: &self.taken,
            now: self.now(),
        };
        let mut plan = compare::plan(group, &sight, &circumstances);
        for (origin, done) in plan.settled.drain(..) {
            group[origin.job].settle(origin.change, done);
        }
        for (job, error) in plan.failed.drain(..) {
            group[job].answer(Err(error));
        }
        Ok(plan)
    }

    fn now(&self) -> Entry {
        Entry::instant(&self.clock.zoned_now())
    }

    async fn send(&mut self, plan: Plan, group: &mut [Job]) -> Result<(), Failure> {
        let mut shot = Shot::new(plan, &self.tails, &self.now());
        self.announce(&shot.plan);
        let requests = std::mem::take(&mut shot.requests);
        match self.spreadsheet.apply_and_show(requests, &shot.ranges).await {
            Ok(_) if shot.is_large() => {
                // Its lines are looked for like those of a write whose answer got lost.
                self.lost = Some(self.as_lost(shot));
                Ok(())
            }
            Ok(shown) => {
                let verdict = shot.verdict(&shown, &self.tails);
                self.settle(&shot, verdict, group);
                Ok(())
            }
            Err(CallError::Rejected { message, .. }) if !shot.counters.is_empty() && is_about_a_name(&message) => {
                // Another instance counted the same ids a moment ago. Its rows are looked for after a pause.
                for counter in &shot.counters {
                    self.taken.insert(counter.tab, counter.first);
                }
                let reason = "another instance counts ids at this moment".to_owned();
                Err(Failure::Looking(ReadError::Unreachable(reason)))
            }
            Err(error) => {
                if error.leaves_outcome_unknown() {
                    self.lost = Some(self.as_lost(shot));
                }
                Err(Failure::Writing(error))
            }
        }
    }

    fn as_lost(&self, shot: Shot) -> Lost {
        Lost {
            shot,
            group: self.group,
            name: Name::Unmade,
        }
    }

    /// Takes in that `shot` was applied, and what it hit.
    fn settle(&mut self, shot: &Shot, verdict: Verdict, group: &mut [Job]) {
        // Before anybody hears of it: the page that they look at next must not come from an earlier read.
        self.announce(&shot.plan);
        self.reader.write_ended(self.written);
        let stands_until = Instant::now() + NAMES_STAND;
        let names = shot.counters.iter().map(|counter| (counter.name.clone(), stands_until));
        self.names.extend(names);
        let plan = &shot.plan;
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
        let added = plan.additions.iter().filter(|added| !verdict.scatters(added));
        done.extend(added.map(|addition| (addition.origin, Done::Inserted(addition.id_text()))));
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
            self.note_garbled_lines(shot, &verdict);
        } else {
            tracing::warn!(
                edits = verdict.misplaced_edits.len(),
                deletions = verdict.misplaced_removals.len(),
                "rows were moved at the moment of a write; it is put right"
            );
            self.note_scattered(shot, &verdict);
            shot.forget(&mut self.tails);
            self.note_fixes(plan, verdict);
        }
    }

    /// Finds out whether a lost write was applied, and keeps it from being applied later.
    async fn clear_up(&mut self, lost: &mut Lost, group: &mut [Job]) -> Result<(), Failure> {
        if self.found(lost, group).await? {
            return Ok(());
        }
        let name = [requests::add_named_range(&lost.shot.name, lost.shot.sheet_id)];
        match self.spreadsheet.apply(&name).await {
            Ok(()) => {}
            // It was made by the try before, whose answer got lost.
            Err(CallError::Rejected { code: 400, .. }) if lost.name == Name::Sent => {}
            Err(error) => {
                if error.leaves_outcome_unknown() {
                    lost.name = Name::Sent;
                }
                return Err(Failure::Writing(error));
            }
        }
        self.names.push((lost.shot.name.clone(), Instant::now() + NAMES_STAND));
        self.found(lost, group).await?;
        Ok(())
    }

    /// Whether the lost write is in the sheet; if so, it is taken in.
    async fn found(&mut self, lost: &Lost, group: &mut [Job]) -> Result<bool, Failure> {
        let shot = &lost.shot;
        let looked = self.tails.look(&shot.tabs(), &shot.evidence()).await;
        let sight = looked.map_err(Failure::Looking)?;
        if shot.was_applied(&self.tails) != Some(true) {
            return Ok(false);
        }
        let group = if lost.group == self.group { group } else { &mut [] };
        let verdict = shot.verdict_of_log(&sight, &self.tails);
        self.settle(shot, verdict, group);
        // The look has seen its rows already.
        shot.forget(&mut self.tails);
        Ok(true)
    }

    /// Takes away named ranges that no late write can meet any more.
    pub(super) async fn tidy(&mut self) {
        let now = Instant::now();
        let (over, standing): (Vec<_>, Vec<_>) = self.names.drain(..).partition(|(_, until)| *until <= now);
        self.names = standing;
        let requests: Vec<_> = over
            .iter()
            .map(|(name, _)| requests::delete_named_range(name))
            .collect();
        if requests.is_empty() {
            return;
        }
        if let Err(error) = self.spreadsheet.apply(&requests).await {
            tracing::debug!(%error, "named ranges could not be taken away");
            if error.is_passing() {
                self.names.extend(over);
            }
        }
    }
}

fn tabs_of(group: &[Job]) -> Vec<&'static Tab> {
    let mut tabs: Vec<&'static Tab> = Vec::new();
    for tab in group.iter().flat_map(Job::tabs) {
        if !tabs.contains(&tab) {
            tabs.push(tab);
        }
    }
    tabs
}

/// The service names the request that it refuses: `Invalid requests[2].addNamedRange: …`.
fn is_about_a_name(message: &str) -> bool {
    message.contains(".addNamedRange")
}

impl Shot {
    /// The tabs that tell whether it was applied.
    fn tabs(&self) -> Vec<&'static Tab> {
        let mut tabs = self.plan.tabs();
        if self.is_logged() {
            tabs.push(&AUDIT_LOG);
        }
        tabs
    }

    /// Lets the knowledge of its tabs go, since the rows are not where they were.
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

    /// Whether the service understood the request and finds that it does not fit the spreadsheet.
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
