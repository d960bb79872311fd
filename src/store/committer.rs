//! The one writer: batches that arrive while a write is in flight form the next write.
//!
//! A write is one atomic call (`shot`). Before it, one read shows the header rows, the ends of the tabs and the rows that
//! are to be changed, wherever staff have moved them (`tail`); each change is compared with what stands there (`plan`). A
//! batch that does not fit is answered alone, with the cells that somebody else changed, and the others go on.
//!
//! The remaining gap is between the read and the write. The answer tells which rows were really hit, and what was hit by
//! mistake is put right before anybody is answered (`mend`). A write whose answer got lost is looked for in the sheet, and
//! kept from arriving late, before anything is written again (`attempt`).
//!
//! Several programs on one spreadsheet write in turns (`turn`): a write is refused by Google itself when another program
//! has written since it was prepared, and then everything is looked at again. So no number is counted twice, no id inserted
//! twice, and a call that was given up cannot arrive late. Whoever takes a turn first makes sure that the write of the turn
//! before hit what it should, and if not, puts it right with the very next write (`aftermath`, `damage`). That holds for a
//! program that was killed between a misplaced write and its repair too: the lines of the log tell what was meant and what
//! was hit.
//!
//! What keeps a value from getting lost, then, are these invariants:
//!
//! 1. The writes of all programs are in one order, and each was prepared from what stood there after the one before.
//! 2. A write that overwrites or deletes something puts it into the audit log in the same atomic call, copied by the server.
//! 3. Only the last write, and those it puts right, can have something left to be put right.
//!
//! Limits:
//! - When a write was misplaced and a part of its batch meets somebody else's change on the second try, that part is
//!   refused although the other part is written.
//! - In tabs without history a misplaced update is made again in its place, but what it overwrote is not known.
//! - Between a misplaced write and its repair, a few seconds at most, the hit cell shows a wrong value. After a program was
//!   killed right there, this lasts until a program writes again, at the latest when one is started. A program that wants
//!   this very value in this very cell takes it for there already.
//! - A row that came while staff moved columns is put right by the program that wrote it; when that one is killed before,
//!   its values stay in the wrong columns.
//! - When another program has written, the ids of all tabs are read anew before the next write.

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
mod verdict;

use std::{collections::HashMap, sync::Arc, time::Duration};

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

/// Time in which the first batch after a rest waits for company: people who submit at the same moment share a write.
const GATHER: Duration = Duration::from_millis(20);
/// The same while many submit: one more write each blink of an eye would only use up the quota.
const GATHER_IN_A_RUSH: Duration = Duration::from_millis(400);
/// Beyond its deadline a caller waits this long for an attempt that has begun.
const GRACE: Duration = Duration::from_secs(2);
/// Batches that are taken from the queue at once.
const MOST_AT_ONCE: usize = 1_000;
/// Time after which a rest is used to look after what is left over.
const REST: Duration = Duration::from_secs(5);

/// Time after the start in which somebody may write first.
const TIME_TO_LOOK_BACK: Duration = Duration::from_secs(30);

enum Work {
    Commit(Job),
    /// Take nothing more; end when everything accepted is written.
    Finish,
}

/// The callers' end of the queue.
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

    /// Lets the committer know tabs before anything is written to them.
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

    /// Lets the committer end once everything accepted so far is written.
    pub(super) async fn finish(&self) {
        // An error means that it has ended already.
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
    /// Number of the group that is being written.
    group: u64,
    /// A write whose answer got lost; it is cleared up before anything else is written.
    lost: Option<Lost>,
    /// What a misplaced write left to be put right; the same holds for it.
    fixes: Vec<Fix>,
    /// What is to be put right in tabs that are closed at the moment.
    put_off: Vec<Fix>,
    /// The last turn that was taken; `None` when another program may have taken it.
    turn: Option<Turn>,
    /// What a refused call led to be looked up.
    turn_seen: Option<Turn>,
    /// Whether it was looked, without a write at hand, at what another program may have left.
    has_looked_back: bool,
    /// A turn whose named range is there although the spreadsheet does not list it.
    unlisted_turn: u64,
    /// The highest counted ids that were given.
    given: HashMap<&'static str, i64>,
    tabs: KnownTabs,
    /// What this write does to the rows that were there before.
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

    /// Looks once at what a program that was killed may have left, should nobody write anything for a while.
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

    /// How long nothing may arrive before what is left over is looked after.
    fn longest_rest(&self) -> Option<Duration> {
        if self.has_left_over() {
            Some(REST)
        } else {
            (!self.has_looked_back).then_some(TIME_TO_LOOK_BACK)
        }
    }

    /// Writes all jobs in one call; a call that Google refuses is taken apart so that only the faulty job fails.
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

/// What arrives until nobody has come for `gather`; the first one is waited for, at most for `rest`.
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
            // A caller who has given up was told that the outcome is unknown; sending again is up to them.
            Work::Commit(job) if job.is_abandoned() => {}
            Work::Commit(job) => jobs.push(job),
            Work::Finish => receiver.close(),
        }
    }
    jobs
}
