//! Write job: a batch in progress, and the outcome of each of its changes.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::super::{
    audit::AUDIT_LOG,
    batch::{Batch, Change, CommitError, Committed, NewId},
    tab::{History, Tab},
};

/// Maximum number of rows per write, to stay near the request size of 2 MB that Google recommends.
const ROWS_A_WRITE: usize = 2_000;
/// Maximum number of requests per write; each takes 30 kB of memory.
const REQUESTS_A_WRITE: usize = 1_000;

pub(super) type Answer = Result<Committed, CommitError>;

pub(super) struct Job {
    pub(super) batch: Batch,
    pub(super) deadline: Instant,
    /// `None` once the caller has got its response.
    answer: Option<oneshot::Sender<Answer>>,
    done: Vec<Option<Done>>,
    /// Deletions whose audit lines showed another row.
    doubtful: HashSet<usize>,
    /// Rows that this job has inserted, but that have to be repaired.
    added: HashSet<usize>,
}

/// Position of a change: its job in the group and its index in the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    pub(super) job: usize,
    pub(super) change: usize,
}

/// Outcome of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// Inserted under this id.
    Inserted(String),
    /// Inserted under this id by an earlier attempt.
    AlreadyThere(String),
    Updated,
    /// All cells already had the new values.
    Unchanged,
    Deleted,
}

impl Job {
    pub(super) fn new(batch: Batch, patience: Duration) -> (Self, oneshot::Receiver<Answer>) {
        let (answer, result) = oneshot::channel();
        let job = Self {
            done: vec![None; batch.changes.len()],
            deadline: Instant::now() + patience,
            answer: Some(answer),
            doubtful: HashSet::new(),
            added: HashSet::new(),
            batch,
        };
        (job, result)
    }

    /// Whether the caller no longer waits for the response.
    pub(super) fn is_abandoned(&self) -> bool {
        self.answer.as_ref().is_none_or(oneshot::Sender::is_closed)
    }

    pub(super) fn is_answered(&self) -> bool {
        self.answer.is_none()
    }

    /// Changes that are still to be made.
    pub(super) fn open_changes(&self) -> impl Iterator<Item = (usize, &Change)> {
        let open = !self.is_answered();
        self.batch
            .changes
            .iter()
            .enumerate()
            .filter(move |(index, _)| open && self.done[*index].is_none())
    }

    /// Records the outcome of a change, and responds if it was the last one.
    pub(super) fn settle(&mut self, change: usize, done: Done) {
        let done = match done {
            Done::AlreadyThere(id) if self.added.contains(&change) => Done::Inserted(id),
            other => other,
        };
        self.done[change] = Some(done);
        if self.done.iter().all(Option::is_some) {
            let committed = self.committed();
            self.answer(Ok(committed));
        }
    }

    /// Records that a row was inserted that has to be repaired before the caller gets a response.
    pub(super) fn note_added(&mut self, change: usize) {
        self.added.insert(change);
    }

    /// Records that the lines of a deletion showed another row.
    pub(super) fn doubt(&mut self, change: usize) {
        self.doubtful.insert(change);
    }

    /// Whether this deletion removed a row that is now missing: then its audit lines were wrong, not the deletion.
    pub(super) fn is_doubtful(&self, change: usize) -> bool {
        self.doubtful.contains(&change)
    }

    pub(super) fn answer(&mut self, answer: Answer) {
        if let Some(sender) = self.answer.take() {
            // The caller may have gone; what was written stays in the spreadsheet.
            let _ = sender.send(answer);
        }
    }

    fn committed(&self) -> Committed {
        let mut committed = Committed::default();
        for done in self.done.iter().flatten() {
            match done {
                Done::Inserted(id) => {
                    committed.inserted += 1;
                    committed.ids.push(id.clone());
                }
                Done::AlreadyThere(id) => {
                    committed.already_there += 1;
                    committed.ids.push(id.clone());
                }
                Done::Updated => committed.updated += 1,
                Done::Deleted => committed.deleted += 1,
                Done::Unchanged => {}
            }
        }
        committed
    }

    /// Tabs that the job needs, including the audit log if it writes lines there.
    pub(super) fn tabs(&self) -> Vec<&'static Tab> {
        let mut tabs: Vec<&'static Tab> = Vec::new();
        for (_, change) in self.open_changes() {
            let logs = match change {
                Change::Insert(insert) => !matches!(insert.id, NewId::Given(_)),
                Change::Update(_) => change.tab().history == History::Kept,
                // Without its lines a misplaced deletion could not be repaired.
                Change::Delete(_) | Change::Number(_) => true,
            };
            let needed = [Some(change.tab()), logs.then_some(&AUDIT_LOG)];
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
pub(super) fn groups(jobs: Vec<Job>) -> Vec<Vec<Job>> {
    let mut groups: Vec<Vec<Job>> = Vec::new();
    let (mut rows, mut requests) = (0, 0);
    let mut added = HashSet::new();
    for job in jobs {
        let needs_another = job.batch.changes.iter().any(|change| match change {
            Change::Insert(_) | Change::Number(_) => false,
            Change::Update(update) => added.contains(&(update.tab.title, update.id.clone())),
            Change::Delete(delete) => added.contains(&(delete.tab.title, delete.id.clone())),
        });
        let requests_of_job: usize = job.batch.changes.iter().map(requests_needed).sum();
        rows += job.batch.changes.len();
        requests += requests_of_job;
        if rows > ROWS_A_WRITE || requests > REQUESTS_A_WRITE || needs_another || groups.is_empty() {
            groups.push(Vec::new());
            (rows, requests) = (job.batch.changes.len(), requests_of_job);
            added.clear();
        }
        added.extend(job.batch.changes.iter().filter_map(|change| match change {
            Change::Insert(insert) => Some((insert.tab.title, insert.id.as_str().to_owned())),
            Change::Update(_) | Change::Delete(_) | Change::Number(_) => None,
        }));
        if let Some(group) = groups.last_mut() {
            group.push(job);
        }
    }
    groups
}

/// Rough estimate: new rows share a few requests, other changes have their own.
fn requests_needed(change: &Change) -> usize {
    match change {
        Change::Insert(_) => 0,
        Change::Update(update) => 1 + 2 * update.cells.len(),
        Change::Delete(_) => 6,
        Change::Number(_) => 2,
    }
}

/// Splits a group by sets of tabs, so that a closed tab does not block jobs for other tabs.
pub(super) fn by_tabs(group: Vec<Job>) -> Vec<Vec<Job>> {
    let mut sorted: Vec<(Vec<&'static Tab>, Vec<Job>)> = Vec::new();
    for job in group {
        let tabs = job.tabs();
        match sorted.iter_mut().find(|(known, _)| *known == tabs) {
            Some((_, jobs)) => jobs.push(job),
            None => sorted.push((tabs, vec![job])),
        }
    }
    sorted.into_iter().map(|(_, jobs)| jobs).collect()
}
