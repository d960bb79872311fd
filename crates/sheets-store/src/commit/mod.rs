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

pub(crate) mod audit_line;
pub mod batch;
pub(crate) mod failure;
pub(crate) mod fencing;
pub(crate) mod job;
pub(crate) mod plan;
pub(crate) mod planner;
pub(crate) mod queue;
pub(crate) mod repair;
pub(crate) mod row_ranges;
pub(crate) mod tab_index;
pub(crate) mod verification;
pub(crate) mod write_loop;
pub(crate) mod write_request;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use tokio::{sync::mpsc, task::JoinHandle};

use crate::{
    clock::Clock,
    commit::{
        batch::CommitError,
        fencing::FencingToken,
        job::WriteJob,
        queue::{KnownTabs, QueueItem, WriteQueue},
        repair::task::RepairTask,
        tab_index::TabIndexes,
        write_loop::UnconfirmedWrite,
    },
    google::client::SpreadsheetClient,
    options::{ProgramIdentity, StoreOptions},
    read::reader::{Reader, WriteEffect},
};

/// Delay of the first batch after idle time: batches submitted at the same moment share a write.
const GATHER_DELAY: Duration = Duration::from_millis(20);
/// The same delay under load: one more write every few milliseconds would only use up the quota.
const GATHER_DELAY_UNDER_LOAD: Duration = Duration::from_millis(400);
/// Maximum number of batches that are taken from the queue at once.
const MAX_BATCHES_PER_RECEIVE: usize = 1_000;
/// Idle time after which pending repairs are retried.
const REPAIR_RETRY_DELAY: Duration = Duration::from_secs(5);

/// Idle time after the start before the last write of another program is checked.
const STARTUP_CHECK_DELAY: Duration = Duration::from_secs(30);

/// Starts the committer; it ends after [`WriteQueue::finish`].
pub(crate) fn start_committer(
    spreadsheet: Arc<SpreadsheetClient>,
    reader: Arc<Reader>,
    options: &StoreOptions,
) -> (WriteQueue, JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel(options.queue.get());
    let tabs = KnownTabs::default();
    let committer = Committer {
        indexes: TabIndexes::new(
            Arc::clone(&spreadsheet),
            Arc::clone(&reader),
            options.identity.audit_log,
        ),
        spreadsheet,
        reader,
        clock: options.clock.clone(),
        identity: options.identity,
        first_pause: options.first_pause,
        group: 0,
        unconfirmed: None,
        repairs: Vec::new(),
        deferred_repairs: Vec::new(),
        token: None,
        another_program_wrote: true,
        misplaced_ids: HashSet::new(),
        observed_token: None,
        has_checked_previous_writer: false,
        unlisted_token: 0,
        highest_given_ids: HashMap::new(),
        tabs: tabs.clone(),
        written: WriteEffect::RowsAdded,
    };
    let queue = WriteQueue {
        sender,
        tabs,
        patience: options.patience,
    };
    (queue, tokio::spawn(committer.run(receiver)))
}

struct Committer {
    spreadsheet: Arc<SpreadsheetClient>,
    reader: Arc<Reader>,
    indexes: TabIndexes,
    clock: Clock,
    identity: ProgramIdentity,
    first_pause: Duration,
    /// Number of the current group.
    group: u64,
    /// Write whose response was lost; it is resolved before anything else is written.
    unconfirmed: Option<UnconfirmedWrite>,
    /// Repairs that a misplaced write made necessary; they are done before anything else is written.
    repairs: Vec<RepairTask>,
    /// Repairs in tabs that are closed at the moment.
    deferred_repairs: Vec<RepairTask>,
    /// Last fencing token; `None` if another program may have taken a newer one.
    token: Option<FencingToken>,
    /// Whether another program may have left copies behind.
    another_program_wrote: bool,
    /// Ids that were found only in wrong columns, by title of the tab.
    misplaced_ids: HashSet<(&'static str, String)>,
    /// Fencing token that was read after a rejected call.
    observed_token: Option<FencingToken>,
    /// Whether the last write of another program was checked without a write pending.
    has_checked_previous_writer: bool,
    /// Number of a token whose named range exists although the spreadsheet does not list it.
    unlisted_token: u64,
    /// Highest counted ids that were assigned.
    highest_given_ids: HashMap<&'static str, i64>,
    tabs: KnownTabs,
    /// Effect of this write on existing rows.
    written: WriteEffect,
}

impl Committer {
    async fn run(mut self, mut receiver: mpsc::Receiver<QueueItem>) {
        let mut gather = GATHER_DELAY;
        loop {
            let jobs = gather_jobs(&mut receiver, gather, self.idle_timeout()).await;
            if jobs.is_empty() && receiver.is_closed() && receiver.is_empty() {
                self.finish_repairs().await;
                return;
            }
            gather = if jobs.len() > 1 {
                GATHER_DELAY_UNDER_LOAD
            } else {
                GATHER_DELAY
            };
            if jobs.is_empty() {
                self.check_previous_writer().await;
                self.finish_repairs().await;
            }
            for group in job::group_jobs(jobs) {
                self.write_group(group).await;
            }
        }
    }

    async fn finish_repairs(&mut self) {
        if self.has_pending_repairs() {
            self.write_group(Vec::new()).await;
        }
    }

    /// Checks once for repairs that a killed program left behind, in case no write arrives for a while.
    async fn check_previous_writer(&mut self) {
        if std::mem::replace(&mut self.has_checked_previous_writer, true) {
            return;
        }
        if let Err(failure) = self.current_token(&[]).await {
            tracing::debug!(%failure, "what was written last cannot be looked at");
        }
    }

    fn has_pending_repairs(&self) -> bool {
        self.unconfirmed.is_some() || !self.repairs.is_empty() || !self.deferred_repairs.is_empty()
    }

    /// Idle time after which pending repairs are retried.
    fn idle_timeout(&self) -> Option<Duration> {
        if self.has_pending_repairs() {
            Some(REPAIR_RETRY_DELAY)
        } else {
            (!self.has_checked_previous_writer).then_some(STARTUP_CHECK_DELAY)
        }
    }

    /// Writes all jobs in one call; a call that Google rejects is bisected, so that only the faulty job fails.
    async fn write_group(&mut self, group: Vec<WriteJob>) {
        let mut stack = vec![group];
        while let Some(mut group) = stack.pop() {
            self.written = WriteEffect::RowsAdded;
            self.reader.write_started();
            let result = self.write(&mut group).await;
            self.reader.write_finished(self.written);
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
                        let audit_log = self.identity.audit_log;
                        let split = |group| job::split_by_tabs(group, audit_log);
                        groups = groups.into_iter().flat_map(split).collect();
                    }
                    if groups.len() > 1 {
                        stack.extend(groups.into_iter().rev());
                        continue;
                    }
                    let jobs = groups.into_iter().flatten();
                    tracing::warn!(%error, "a write failed");
                    jobs.for_each(|mut job| job.respond(Err(error.clone())));
                }
            }
        }
    }
}

/// Receives jobs until none has arrived for `gather`; waits at most `rest` for the first one.
async fn gather_jobs(
    receiver: &mut mpsc::Receiver<QueueItem>,
    gather: Duration,
    rest: Option<Duration>,
) -> Vec<WriteJob> {
    let mut arrived = Vec::new();
    match rest {
        None => drop(receiver.recv_many(&mut arrived, MAX_BATCHES_PER_RECEIVE).await),
        Some(rest) => drop(tokio::time::timeout(rest, receiver.recv_many(&mut arrived, MAX_BATCHES_PER_RECEIVE)).await),
    }
    let until = tokio::time::Instant::now() + gather;
    while !arrived.is_empty()
        && !arrived.iter().any(|work| matches!(work, QueueItem::Finish))
        && let Ok(1..) = tokio::time::timeout_at(until, receiver.recv_many(&mut arrived, MAX_BATCHES_PER_RECEIVE)).await
    {
    }
    let mut jobs = Vec::new();
    for work in arrived {
        match work {
            // A caller that has given up got the error that the outcome is unknown, and decides about sending again.
            QueueItem::Commit(job) if job.is_abandoned() => {}
            QueueItem::Commit(job) => jobs.push(job),
            QueueItem::Finish => receiver.close(),
        }
    }
    jobs
}
