//! Write job: a batch in progress, and the outcome of each of its changes.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{
    commit::batch::{Batch, CommitError, CommitSummary, NewId, RowChange},
    schema::tab::{ChangeHistory, Tab},
};

/// Maximum number of rows per write, to stay near the request size of 2 MB that Google recommends.
const MAX_ROWS_PER_WRITE: usize = 2_000;
/// Maximum number of requests per write; each takes 30 kB of memory.
const MAX_REQUESTS_PER_WRITE: usize = 1_000;

pub(crate) type CommitResult = Result<CommitSummary, CommitError>;

pub(crate) struct WriteJob {
    pub(crate) batch: Batch,
    pub(crate) deadline: Instant,
    /// `None` once the caller has got its response.
    response_sender: Option<oneshot::Sender<CommitResult>>,
    outcomes: Vec<Option<ChangeOutcome>>,
    /// Deletions whose audit lines showed another row.
    doubtful: HashSet<usize>,
    /// Rows that this job has inserted, but that have to be repaired.
    added: HashSet<usize>,
}

/// Position of a change: its job in the group and its index in the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ChangeOrigin {
    pub(crate) job: usize,
    pub(crate) change: usize,
}

/// Outcome of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChangeOutcome {
    /// Inserted under this id.
    Inserted(String),
    /// Inserted under this id by an earlier attempt.
    AlreadyThere(String),
    Updated,
    /// All cells already had the new values.
    Unchanged,
    Deleted,
}

impl WriteJob {
    pub(crate) fn new(batch: Batch, patience: Duration) -> (Self, oneshot::Receiver<CommitResult>) {
        let (response_sender, result) = oneshot::channel();
        let job = Self {
            outcomes: vec![None; batch.changes.len()],
            deadline: Instant::now() + patience,
            response_sender: Some(response_sender),
            doubtful: HashSet::new(),
            added: HashSet::new(),
            batch,
        };
        (job, result)
    }

    /// Whether the caller no longer waits for the response.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.response_sender.as_ref().is_none_or(oneshot::Sender::is_closed)
    }

    pub(crate) fn is_answered(&self) -> bool {
        self.response_sender.is_none()
    }

    /// Changes that are still to be made.
    pub(crate) fn open_changes(&self) -> impl Iterator<Item = (usize, &RowChange)> {
        let open = !self.is_answered();
        self.batch
            .changes
            .iter()
            .enumerate()
            .filter(move |(index, _)| open && self.outcomes[*index].is_none())
    }

    /// Records the outcome of a change, and responds if it was the last one.
    pub(crate) fn record_outcome(&mut self, change: usize, outcome: ChangeOutcome) {
        let outcome = match outcome {
            ChangeOutcome::AlreadyThere(id) if self.added.contains(&change) => ChangeOutcome::Inserted(id),
            other => other,
        };
        self.outcomes[change] = Some(outcome);
        if self.outcomes.iter().all(Option::is_some) {
            let summary = self.summary();
            self.respond(Ok(summary));
        }
    }

    /// Records that a row was inserted that has to be repaired before the caller gets a response.
    pub(crate) fn mark_added(&mut self, change: usize) {
        self.added.insert(change);
    }

    /// Records that the lines of a deletion showed another row.
    pub(crate) fn mark_doubtful(&mut self, change: usize) {
        self.doubtful.insert(change);
    }

    /// Whether this deletion removed a row that is now missing: then its audit lines were wrong, not the deletion.
    pub(crate) fn is_doubtful(&self, change: usize) -> bool {
        self.doubtful.contains(&change)
    }

    pub(crate) fn respond(&mut self, result: CommitResult) {
        if let Some(sender) = self.response_sender.take() {
            // The caller may have gone; what was written stays in the spreadsheet.
            let _ = sender.send(result);
        }
    }

    fn summary(&self) -> CommitSummary {
        let mut summary = CommitSummary::default();
        for outcome in self.outcomes.iter().flatten() {
            match outcome {
                ChangeOutcome::Inserted(id) => {
                    summary.inserted += 1;
                    summary.ids.push(id.clone());
                }
                ChangeOutcome::AlreadyThere(id) => {
                    summary.already_there += 1;
                    summary.ids.push(id.clone());
                }
                ChangeOutcome::Updated => summary.updated += 1,
                ChangeOutcome::Deleted => summary.deleted += 1,
                ChangeOutcome::Unchanged => {}
            }
        }
        summary
    }

    /// Tabs that the job needs, including the audit log if it writes lines there.
    pub(crate) fn tabs(&self, audit_log: &'static Tab) -> Vec<&'static Tab> {
        let mut tabs: Vec<&'static Tab> = Vec::new();
        for (_, change) in self.open_changes() {
            let logs = match change {
                RowChange::Insert(insert) => !matches!(insert.id, NewId::Given(_)),
                RowChange::Update(_) => change.tab().history == ChangeHistory::Kept,
                // Without its lines a misplaced deletion could not be repaired.
                RowChange::Delete(_) | RowChange::Number(_) => true,
            };
            let needed = [Some(change.tab()), logs.then_some(audit_log)];
            for tab in needed.into_iter().flatten() {
                if !tabs.contains(&tab) {
                    tabs.push(tab);
                }
            }
        }
        tabs
    }
}

/// Groups jobs in the order of their arrival, as many together as one write may carry. A job that needs a row of an
/// earlier one waits for the next group: only rows that are in the sheet can be changed.
pub(crate) fn group_jobs(jobs: Vec<WriteJob>) -> Vec<Vec<WriteJob>> {
    let mut groups: Vec<Vec<WriteJob>> = Vec::new();
    let (mut rows, mut requests) = (0, 0);
    let mut added = HashSet::new();
    for job in jobs {
        let needs_another = job.batch.changes.iter().any(|change| match change {
            RowChange::Insert(_) | RowChange::Number(_) => false,
            RowChange::Update(update) => added.contains(&(update.tab.title, update.id.clone())),
            RowChange::Delete(delete) => added.contains(&(delete.tab.title, delete.id.clone())),
        });
        let requests_of_job: usize = job.batch.changes.iter().map(estimated_requests).sum();
        rows += job.batch.changes.len();
        requests += requests_of_job;
        if rows > MAX_ROWS_PER_WRITE || requests > MAX_REQUESTS_PER_WRITE || needs_another || groups.is_empty() {
            groups.push(Vec::new());
            (rows, requests) = (job.batch.changes.len(), requests_of_job);
            added.clear();
        }
        added.extend(job.batch.changes.iter().filter_map(|change| match change {
            RowChange::Insert(insert) => Some((insert.tab.title, insert.id.as_str().to_owned())),
            RowChange::Update(_) | RowChange::Delete(_) | RowChange::Number(_) => None,
        }));
        if let Some(group) = groups.last_mut() {
            group.push(job);
        }
    }
    groups
}

/// Rough estimate: new rows share a few requests, other changes have their own.
fn estimated_requests(change: &RowChange) -> usize {
    match change {
        RowChange::Insert(_) => 0,
        RowChange::Update(update) => 1 + 2 * update.cells.len(),
        RowChange::Delete(_) => 6,
        RowChange::Number(_) => 2,
    }
}

/// Splits a group by sets of tabs, so that a closed tab does not block jobs for other tabs.
pub(crate) fn split_by_tabs(group: Vec<WriteJob>, audit_log: &'static Tab) -> Vec<Vec<WriteJob>> {
    let mut sorted: Vec<(Vec<&'static Tab>, Vec<WriteJob>)> = Vec::new();
    for job in group {
        let tabs = job.tabs(audit_log);
        match sorted.iter_mut().find(|(known, _)| *known == tabs) {
            Some((_, jobs)) => jobs.push(job),
            None => sorted.push((tabs, vec![job])),
        }
    }
    sorted.into_iter().map(|(_, jobs)| jobs).collect()
}

pub(crate) fn tabs_of(group: &[WriteJob], audit_log: &'static Tab) -> Vec<&'static Tab> {
    let mut tabs: Vec<&'static Tab> = Vec::new();
    for tab in group.iter().flat_map(|job| job.tabs(audit_log)) {
        if !tabs.contains(&tab) {
            tabs.push(tab);
        }
    }
    tabs
}
