//! The one writer: batches that arrive while a write is in flight form the next write.
//!
//! Before each write it reads the header row and the end of the tab, so that columns that staff moved and rows that they
//! added are seen; ids that are already in the tab are left out, which makes every repetition harmless.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{mpsc, oneshot};

use super::{
    Options, ReadError,
    batch::{Batch, Change, CommitError, Committed, Insert},
    call_error::CallError,
    cell::Entry,
    google::Spreadsheet,
    own_writes::OwnWrite,
    reader::{Reader, Written},
    requests,
    tab::Tab,
    tail::Tails,
};

/// Time in which the first batch after a rest waits for company: people who submit at the same moment share a write.
const GATHER: Duration = Duration::from_millis(20);
/// The same while many submit: one more write each blink of an eye would only use up the quota.
const GATHER_IN_A_RUSH: Duration = Duration::from_millis(400);
/// Beyond its deadline a caller waits this long for an attempt that has begun.
const GRACE: Duration = Duration::from_secs(2);
/// Batches that may wait; beyond it a caller hears [`CommitError::Busy`] at once.
const QUEUE: usize = 1_000;
/// Rows that one write carries at most, to stay near the 2 MB that Google recommends for a request.
const ROWS_A_WRITE: usize = 2_000;

type Answer = Result<Committed, CommitError>;

enum Work {
    Commit(Job),
    /// Take nothing more; end when everything accepted is written.
    Finish,
}

struct Job {
    batch: Batch,
    deadline: Instant,
    answer: oneshot::Sender<Answer>,
}

/// The callers' end of the queue.
#[derive(Clone)]
pub(super) struct Queue {
    sender: mpsc::Sender<Work>,
    patience: Duration,
}

impl Queue {
    /// Starts the committer; it ends after [`Queue::finish`].
    pub(super) fn start(
        spreadsheet: Arc<Spreadsheet>,
        reader: Arc<Reader>,
        options: &Options,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let committer = Committer {
            tails: Tails::new(Arc::clone(&spreadsheet), Arc::clone(&reader)),
            spreadsheet,
            reader,
            first_pause: options.first_pause,
        };
        let queue = Self {
            sender,
            patience: options.patience,
        };
        (queue, tokio::spawn(committer.run(receiver)))
    }

    /// Lets the committer end once everything accepted so far is written.
    pub(super) async fn finish(&self) {
        // An error means that it has ended already.
        let _ = self.sender.send(Work::Finish).await;
    }

    pub(super) async fn commit(&self, batch: Batch) -> Answer {
        if batch.changes.is_empty() {
            return Ok(Committed::default());
        }
        let (answer, result) = oneshot::channel();
        let deadline = Instant::now() + self.patience;
        let job = Job {
            batch,
            deadline,
            answer,
        };
        self.sender.try_send(Work::Commit(job)).map_err(|_| CommitError::Busy)?;
        match tokio::time::timeout_at((deadline + GRACE).into(), result).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(CommitError::Unknown("the writer stopped".to_owned())),
            Err(_) => Err(CommitError::Unknown("no answer in time".to_owned())),
        }
    }
}

struct Committer {
    spreadsheet: Arc<Spreadsheet>,
    reader: Arc<Reader>,
    tails: Tails,
    first_pause: Duration,
}

impl Committer {
    async fn run(mut self, mut receiver: mpsc::Receiver<Work>) {
        let mut gather = GATHER;
        loop {
            let jobs = gather_jobs(&mut receiver, gather).await;
            if jobs.is_empty() && receiver.is_closed() && receiver.is_empty() {
                return;
            }
            gather = if jobs.len() > 1 { GATHER_IN_A_RUSH } else { GATHER };
            for group in groups(jobs) {
                self.write_group(group).await;
            }
        }
    }

    /// Writes all jobs in one call; a call that Google refuses is taken apart so that only the faulty job fails.
    async fn write_group(&mut self, group: Vec<Job>) {
        let mut stack = vec![group];
        while let Some(group) = stack.pop() {
            self.reader.write_begins();
            let result = self.write(&group).await;
            self.reader.write_ended(Written::RowsAdded);
            match result {
                Ok(written) => answer_each(group, &written),
                Err(CommitError::Refused(_)) if group.len() > 1 => {
                    let mut first = group;
                    let second = first.split_off(first.len() / 2);
                    stack.push(second);
                    stack.push(first);
                }
                Err(error) => {
                    tracing::warn!(%error, batches = group.len(), "a write failed");
                    for job in group {
                        let _ = job.answer.send(Err(error.clone()));
                    }
                }
            }
        }
    }

    /// Returns the ids that this call added, as opposed to those that were there before.
    async fn write(&mut self, group: &[Job]) -> Result<HashSet<String>, CommitError> {
        let inserts: Vec<&Insert> = distinct_inserts(group);
        let deadline = group.iter().map(|job| job.deadline).min().unwrap_or_else(Instant::now);
        let mut attempted = HashSet::new();
        let mut outcome_unknown = false;
        let mut looked_anew = false;
        for pause in super::pauses(self.first_pause) {
            let failure = match self.attempt(&inserts, &mut attempted).await {
                Ok(()) => return Ok(attempted),
                Err(failure) => failure,
            };
            if let Failure::Writing(error) = &failure {
                outcome_unknown = error.leaves_outcome_unknown();
            }
            if failure.is_about_the_request() && !looked_anew {
                // Staff may have replaced the tab, which gives it another number: look at everything and try once more.
                looked_anew = true;
                self.tails.forget().await;
                continue;
            }
            if !failure.is_passing() || Instant::now() + pause >= deadline {
                return Err(failure.into_commit_error(outcome_unknown));
            }
            tokio::time::sleep(pause).await;
        }
        unreachable!("the pauses never end")
    }

    async fn attempt(&mut self, inserts: &[&Insert], attempted: &mut HashSet<String>) -> Result<(), Failure> {
        let tabs = distinct_tabs(inserts);
        self.tails.look(&tabs).await.map_err(Failure::Looking)?;
        let missing: Vec<&Insert> = inserts
            .iter()
            .copied()
            .filter(|insert| !self.tails.contains(insert.tab, insert.id.as_str()))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let mut batch = Vec::new();
        for tab in &tabs {
            let rows: Vec<&Insert> = missing.iter().copied().filter(|insert| insert.tab == *tab).collect();
            batch.extend(self.tails.growth_needed(tab));
            batch.extend(requests::insert_rows(&self.tails.place(tab), &rows));
        }
        for insert in &missing {
            let cells = insert.cells.iter().map(Entry::content).collect();
            let write = OwnWrite::Added(cells);
            self.reader.will_write(insert.tab, insert.id.as_str(), write);
        }
        attempted.extend(missing.iter().map(|insert| insert.id.as_str().to_owned()));
        self.spreadsheet.apply(&batch).await.map_err(Failure::Writing)?;
        self.tails.added(&missing);
        Ok(())
    }
}

/// What arrives until nobody has come for `gather`; the first one is waited for.
async fn gather_jobs(receiver: &mut mpsc::Receiver<Work>, gather: Duration) -> Vec<Job> {
    let mut arrived = Vec::new();
    receiver.recv_many(&mut arrived, QUEUE).await;
    let until = tokio::time::Instant::now() + gather;
    while !arrived.iter().any(|work| matches!(work, Work::Finish))
        && let Ok(1..) = tokio::time::timeout_at(until, receiver.recv_many(&mut arrived, QUEUE)).await
    {}
    let mut jobs = Vec::new();
    for work in arrived {
        match work {
            // A caller who has given up was told that the outcome is unknown; sending again is up to them.
            Work::Commit(job) if job.answer.is_closed() => {}
            Work::Commit(job) => jobs.push(job),
            Work::Finish => receiver.close(),
        }
    }
    jobs
}

/// Jobs in the order of their arrival, so many together as one write may carry.
fn groups(jobs: Vec<Job>) -> Vec<Vec<Job>> {
    let mut groups: Vec<Vec<Job>> = Vec::new();
    let mut rows = 0;
    for job in jobs {
        rows += job.batch.changes.len();
        match groups.last_mut() {
            Some(group) if rows <= ROWS_A_WRITE => group.push(job),
            _ => {
                rows = job.batch.changes.len();
                groups.push(vec![job]);
            }
        }
    }
    groups
}

/// Where an attempt failed: before anything was sent to be written, or in the write itself.
enum Failure {
    Looking(ReadError),
    Writing(CallError),
}

impl Failure {
    fn is_passing(&self) -> bool {
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

fn distinct_inserts(group: &[Job]) -> Vec<&Insert> {
    let mut seen = HashSet::new();
    group
        .iter()
        .flat_map(|job| &job.batch.changes)
        .filter_map(|change| match change {
            Change::Insert(insert) => Some(insert),
            _ => None,
        })
        .filter(|insert| seen.insert((insert.tab.title, insert.id.as_str())))
        .collect()
}

fn distinct_tabs(inserts: &[&Insert]) -> Vec<&'static Tab> {
    let mut tabs: Vec<&'static Tab> = Vec::new();
    for insert in inserts {
        if !tabs.contains(&insert.tab) {
            tabs.push(insert.tab);
        }
    }
    tabs
}

fn answer_each(group: Vec<Job>, written: &HashSet<String>) {
    let mut claimed = HashSet::new();
    for job in group {
        let mut committed = Committed::default();
        for change in &job.batch.changes {
            let Change::Insert(insert) = change else { continue };
            if written.contains(insert.id.as_str()) && claimed.insert(insert.id.as_str().to_owned()) {
                committed.inserted += 1;
            } else {
                committed.already_there += 1;
            }
        }
        // The caller may have gone; its rows are in the spreadsheet all the same.
        let _ = job.answer.send(Ok(committed));
    }
}
