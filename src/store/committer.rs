//! Committer: the single writer task. Batches that arrive while a write is in flight form the next write.
//!
//! A write is one atomic call (`write_request`). Before it, one read returns the header rows, the ends of the tabs and
//! the rows to change, wherever staff have moved them (`tab_index`); each change is compared with the current values
//! (`planner`). A batch that conflicts gets its error alone, with the cells that others changed, and the other batches
//! proceed.
//!
//! Staff can still move rows between the read and the write. The response shows which rows were hit (`verification`),
//! and misplaced writes are repaired before any caller gets a response (`repair`). If the response of a write is lost,
//! the sheet is searched for it, and its late arrival is prevented, before anything is written again (`write_loop`).
//!
//! Several programs on one spreadsheet write one after the other (`fencing`): Google itself rejects a write if another
//! program has written since it was prepared, and then everything is read again. So no number is assigned twice, no id
//! is inserted twice, and a call that was given up cannot arrive late. A program that takes the next fencing token
//! first verifies the write of the previous one, and repairs it with its own next write if it was misplaced
//! (`repair::recovery`, `repair::audit_replay`). This also covers a program that was killed between a misplaced write
//! and its repair: the audit lines record the intended and the actual target.
//!
//! Three invariants prevent the loss of a value:
//!
//! 1. The writes of all programs are totally ordered, and each was prepared from the state after the one before.
//! 2. A write that overwrites or deletes something copies it into the audit log in the same atomic call, on the server.
//! 3. Only the last write, or the writes it repairs, can still need repair.
//!
//! Limits:
//!
//! - If a write was misplaced and a part of its batch conflicts on the second attempt, that part is rejected although
//!   the other part is written.
//! - In tabs without history a misplaced update is repeated at the right place, but the overwritten value is not known.
//! - Between a misplaced write and its repair, a few seconds at most, the overwritten cell shows a wrong value. If the
//!   program is killed in between, this lasts until a program writes again, at the latest when one is started. A
//!   program that wants to write this very value into this very cell takes it as already written.
//! - A row inserted while staff moved columns is repaired by the program that wrote it. If that program is killed
//!   before, its values stay in the wrong columns until the same row is sent again; then the copy is removed
//!   (`repair::orphans`).
//! - After a write of another program, the ids of all tabs are read again before the next write.

mod aftermath;
mod announcement;
mod attempt;
mod block;
mod compare;
mod damage;
mod filled;
mod fix;
mod job;
mod line;
mod mend;
mod plan;
mod shot;
mod turn;
mod twins;
mod verdict;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use tokio::sync::mpsc;

use super::{
    Options,
    batch::{Batch, CommitError, Committed},
    google::Spreadsheet,
    reader::{Reader, Written},
    status::QueueStatus,
    tab::Tab,
    tail::Tails,
};
use crate::clock::Clock;

use aftermath::KnownTabs;
use attempt::Lost;
use fix::Fix;
use job::{Answer, Job};
use turn::Turn;

/// Delay of the first batch after idle time: batches submitted at the same moment share a write.
const GATHER: Duration = Duration::from_millis(20);
/// The same delay under load: one more write every few milliseconds would only use up the quota.
const GATHER_IN_A_RUSH: Duration = Duration::from_millis(400);
/// Time beyond its deadline that a caller waits for an attempt that has started.
const GRACE: Duration = Duration::from_secs(2);
/// Maximum number of batches that are taken from the queue at once.
const MOST_AT_ONCE: usize = 1_000;
/// Idle time after which pending repairs are retried.
const REST: Duration = Duration::from_secs(5);

/// Idle time after the start before the last write of another program is checked.
const TIME_TO_LOOK_BACK: Duration = Duration::from_secs(30);

enum Work {
    Commit(Job),
    /// Stops accepting batches; the committer ends when everything accepted is written.
    Finish,
}

/// Sending half of the write queue.
#[derive(Clone)]
pub(super) struct Queue {
    sender: mpsc::Sender<Work>,
    tabs: KnownTabs,
    patience: Duration,
}

impl Queue {
    /// Starts the committer; it ends after [`Queue::finish`].
    pub(super) fn start(
        spreadsheet: Arc<Spreadsheet>,
        reader: Arc<Reader>,
        options: &Options,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(options.queue.get());
        let tabs = KnownTabs::default();
        let committer = Committer {
            tails: Tails::new(Arc::clone(&spreadsheet), Arc::clone(&reader)),
            spreadsheet,
            reader,
            clock: options.clock.clone(),
            first_pause: options.first_pause,
            group: 0,
            lost: None,
            fixes: Vec::new(),
            put_off: Vec::new(),
            turn: None,
            others_wrote: true,
            astray: HashSet::new(),
            turn_seen: None,
            has_looked_back: false,
            unlisted_turn: 0,
            given: HashMap::new(),
            tabs: tabs.clone(),
            written: Written::RowsAdded,
        };
        let queue = Self {
            sender,
            tabs,
            patience: options.patience,
        };
        (queue, tokio::spawn(committer.run(receiver)))
    }

    /// Registers tabs before anything is written to them, so that misplaced writes in them can be repaired.
    pub(super) fn know(&self, tabs: &[&'static Tab]) {
        self.tabs.learn(tabs);
    }

    pub(super) fn status(&self) -> QueueStatus {
        let room = self.sender.max_capacity();
        QueueStatus {
            waiting: room - self.sender.capacity(),
            room,
        }
    }

    /// Makes the committer end once everything accepted so far is written.
    pub(super) async fn finish(&self) {
        // An error means that it has already ended.
        let _ = self.sender.send(Work::Finish).await;
    }

    pub(super) async fn commit(&self, batch: Batch) -> Answer {
        if batch.changes.is_empty() {
            return Ok(Committed::default());
        }
        let (job, result) = Job::new(batch, self.patience);
        let deadline = job.deadline;
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
    clock: Clock,
    first_pause: Duration,
    /// Number of the current group.
    group: u64,
    /// Write whose response was lost; it is resolved before anything else is written.
    lost: Option<Lost>,
    /// Repairs that a misplaced write made necessary; they are done before anything else is written.
    fixes: Vec<Fix>,
    /// Repairs in tabs that are closed at the moment.
    put_off: Vec<Fix>,
    /// Last fencing token; `None` if another program may have taken a newer one.
    turn: Option<Turn>,
    /// Whether another program may have left copies behind.
    others_wrote: bool,
    /// Ids that were found only in wrong columns, by title of the tab.
    astray: HashSet<(&'static str, String)>,
    /// Fencing token that was read after a rejected call.
    turn_seen: Option<Turn>,
    /// Whether the last write of another program was checked without a write pending.
    has_looked_back: bool,
    /// Number of a token whose named range exists although the spreadsheet does not list it.
    unlisted_turn: u64,
    /// Highest counted ids that were assigned.
    given: HashMap<&'static str, i64>,
    tabs: KnownTabs,
    /// Effect of this write on existing rows.
    written: Written,
}

impl Committer {
    async fn run(mut self, mut receiver: mpsc::Receiver<Work>) {
        let mut gather = GATHER;
        loop {
            let jobs = gather_jobs(&mut receiver, gather, self.longest_rest()).await;
            if jobs.is_empty() && receiver.is_closed() && receiver.is_empty() {
                self.look_after_what_is_left().await;
                return;
            }
            gather = if jobs.len() > 1 { GATHER_IN_A_RUSH } else { GATHER };
            if jobs.is_empty() {
                self.look_back().await;
                self.look_after_what_is_left().await;
            }
            for group in job::groups(jobs) {
                self.write_group(group).await;
            }
        }
    }

    async fn look_after_what_is_left(&mut self) {
        if self.has_left_over() {
            self.write_group(Vec::new()).await;
        }
    }

    /// Checks once for repairs that a killed program left behind, in case no write arrives for a while.
    async fn look_back(&mut self) {
        if std::mem::replace(&mut self.has_looked_back, true) {
            return;
        }
        if let Err(failure) = self.turn_before(&[]).await {
            tracing::debug!(%failure, "what was written last cannot be looked at");
        }
    }

    fn has_left_over(&self) -> bool {
        self.lost.is_some() || !self.fixes.is_empty() || !self.put_off.is_empty()
    }

    /// Idle time after which pending repairs are retried.
    fn longest_rest(&self) -> Option<Duration> {
        if self.has_left_over() {
            Some(REST)
        } else {
            (!self.has_looked_back).then_some(TIME_TO_LOOK_BACK)
        }
    }

    /// Writes all jobs in one call; a call that Google rejects is bisected, so that only the faulty job fails.
    async fn write_group(&mut self, group: Vec<Job>) {
        let mut stack = vec![group];
        while let Some(mut group) = stack.pop() {
            self.written = Written::RowsAdded;
            self.reader.write_begins();
            let result = self.write(&mut group).await;
            self.reader.write_ended(self.written);
            group.retain(|job| !job.is_answered());
            match result {
                Ok(()) => {}
                Err(CommitError::Refused(_)) if group.len() > 1 => {
                    let mut first = group;
                    let second = first.split_off(first.len() / 2);
                    stack.push(second);
                    stack.push(first);
                }
                Err(error) => {
                    let mut groups = vec![group];
                    if matches!(error, CommitError::Closed(_)) {
                        groups = groups.into_iter().flat_map(job::by_tabs).collect();
                    }
                    if groups.len() > 1 {
                        stack.extend(groups.into_iter().rev());
                        continue;
                    }
                    let jobs = groups.into_iter().flatten();
                    tracing::warn!(%error, "a write failed");
                    jobs.for_each(|mut job| job.answer(Err(error.clone())));
                }
            }
        }
    }
}

/// Receives jobs until none has arrived for `gather`; waits at most `rest` for the first one.
async fn gather_jobs(receiver: &mut mpsc::Receiver<Work>, gather: Duration, rest: Option<Duration>) -> Vec<Job> {
    let mut arrived = Vec::new();
    match rest {
        None => drop(receiver.recv_many(&mut arrived, MOST_AT_ONCE).await),
        Some(rest) => drop(tokio::time::timeout(rest, receiver.recv_many(&mut arrived, MOST_AT_ONCE)).await),
    }
    let until = tokio::time::Instant::now() + gather;
    while !arrived.is_empty()
        && !arrived.iter().any(|work| matches!(work, Work::Finish))
        && let Ok(1..) = tokio::time::timeout_at(until, receiver.recv_many(&mut arrived, MOST_AT_ONCE)).await
    {}
    let mut jobs = Vec::new();
    for work in arrived {
        match work {
            // A caller that has given up got the error that the outcome is unknown, and decides about sending again.
            Work::Commit(job) if job.is_abandoned() => {}
            Work::Commit(job) => jobs.push(job),
            Work::Finish => receiver.close(),
        }
    }
    jobs
}
