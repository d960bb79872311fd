//! Repository of spreadsheets: snapshots for readers, one writer per spreadsheet at a time, group commit.
//!
//! A write is applied to the working copy and queued for the committer thread, which writes all queued commits in one
//! transaction. Only then is the snapshot published and the request answered, so an acknowledged write cannot be lost.
//! Readers take the published snapshot and never wait.
//!
//! A failed transaction takes back all its commits, and every commit that was queued behind it and builds on them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, mpsc},
    thread::JoinHandle,
};

use tokio::sync::oneshot;

use crate::{
    proto::error::ApiError,
    storage::{
        commit::{self, Commit, SheetCommit},
        durable::DurableStorage,
        failure::StorageFault,
    },
    workbook::Workbook,
};

/// Maximum number of commits in one transaction.
const MAX_COMMITS_PER_TRANSACTION: usize = 256;

struct SpreadsheetEntry {
    published: RwLock<Arc<Workbook>>,
    working: Mutex<WorkingCopy>,
}

struct WorkingCopy {
    workbook: Arc<Workbook>,
    /// Serialized outline that the database has or is about to have.
    outline: Vec<u8>,
    /// Permanently deleted; further writes are refused.
    is_deleted: bool,
    /// Number of times that changes were taken back after a failure. A commit of an earlier time builds on changes that
    /// are gone.
    epoch: u64,
}

struct CommitJob {
    entry: Arc<SpreadsheetEntry>,
    snapshot: Arc<Workbook>,
    commit: Commit,
    epoch: u64,
    done: oneshot::Sender<Result<(), StorageFault>>,
}

type Entries = RwLock<HashMap<String, Arc<SpreadsheetEntry>>>;

/// All spreadsheets of a server.
pub struct Repository {
    entries: Arc<Entries>,
    jobs: Mutex<Option<mpsc::Sender<CommitJob>>>,
    committer: Mutex<Option<JoinHandle<()>>>,
    owner: String,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Repository {
    /// Opens a repository with these spreadsheets, in memory or over the storage that holds them. `owner` is an e-mail
    /// address.
    pub fn open(storage: Option<DurableStorage>, workbooks: Vec<Workbook>, owner: &str) -> Self {
        let entries = workbooks
            .into_iter()
            .map(|workbook| (workbook.id.to_string(), Arc::new(SpreadsheetEntry::new(workbook))))
            .collect();
        let entries: Arc<Entries> = Arc::new(RwLock::new(entries));
        let (mut jobs, mut committer) = (None, None);
        if let Some(storage) = storage {
            let (sender, receiver) = mpsc::channel();
            let entries = Arc::clone(&entries);
            jobs = Some(sender);
            committer = Some(std::thread::spawn(move || run_committer(storage, &entries, &receiver)));
        }
        Self {
            entries,
            jobs: Mutex::new(jobs),
            committer: Mutex::new(committer),
            owner: owner.to_owned(),
        }
    }

    /// E-mail address of the account that owns all spreadsheets.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Published snapshot of a spreadsheet.
    pub fn read(&self, id: &str) -> Option<Arc<Workbook>> {
        Some(self.entry(id)?.published())
    }

    fn entry(&self, id: &str) -> Option<Arc<SpreadsheetEntry>> {
        self.entries
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    /// Adds a spreadsheet durably.
    ///
    /// # Errors
    /// 503 if it cannot be made durable.
    pub async fn add(&self, workbook: Workbook) -> Result<Arc<Workbook>, ApiError> {
        let entry = Arc::new(SpreadsheetEntry::new(workbook.clone()));
        locked(&entry.working).outline.clear();
        let done = self.submit(&entry, workbook);
        wait_until_durable(done).await
    }

    /// Changes a spreadsheet atomically and durably.
    ///
    /// # Errors
    /// The error of the change, 404 for an unknown spreadsheet, 503 if the change cannot be made durable.
    pub async fn write<R>(
        &self,
        id: &str,
        change: impl FnOnce(&mut Workbook) -> Result<R, ApiError>,
    ) -> Result<(R, Arc<Workbook>), ApiError> {
        let entry = self.entry(id).ok_or_else(ApiError::not_found)?;
        let (result, done) = {
            let mut working = locked(&entry.working);
            if working.is_deleted {
                return Err(ApiError::not_found());
            }
            let mut workbook = (*working.workbook).clone();
            let result = change(&mut workbook);
            if result.is_ok() {
                workbook.file = Arc::new(workbook.file.changed());
            } else {
                // The error may depend on a write that is not published yet, so it is returned only after that write is
                // durable.
                workbook = (*working.workbook).clone();
            }
            (result, self.submit_locked(&entry, workbook, &mut working))
        };
        let snapshot = wait_until_durable(done).await?;
        result.map(|result| (result, snapshot))
    }

    /// Deletes a spreadsheet permanently.
    ///
    /// # Errors
    /// 404 for an unknown spreadsheet, 503 if the deletion cannot be made durable.
    pub async fn remove(&self, id: &str) -> Result<(), ApiError> {
        let entry = self.entry(id).ok_or_else(ApiError::not_found)?;
        let done = {
            let mut working = locked(&entry.working);
            working.is_deleted = true;
            let workbook = (*working.workbook).clone();
            self.submit_locked(&entry, workbook, &mut working)
        };
        wait_until_durable(done).await.map(|_| ())
    }

    /// Published snapshots of all spreadsheets.
    pub fn all(&self) -> Vec<Arc<Workbook>> {
        published(&self.entries)
    }

    fn submit(&self, entry: &Arc<SpreadsheetEntry>, workbook: Workbook) -> PendingCommit {
        let mut working = locked(&entry.working);
        self.submit_locked(entry, workbook, &mut working)
    }

    /// Queues a changed workbook. The lock on `working` makes the queue order equal to the order of changes.
    fn submit_locked(
        &self,
        entry: &Arc<SpreadsheetEntry>,
        mut workbook: Workbook,
        working: &mut WorkingCopy,
    ) -> PendingCommit {
        let commit = collect_commit(&mut workbook, working);
        let snapshot = Arc::new(workbook);
        working.workbook = Arc::clone(&snapshot);
        match &*locked(&self.jobs) {
            Some(jobs) => {
                let (done, receiver) = oneshot::channel();
                // If the committer has stopped, `done` is dropped and the writer sees a failure.
                let _ = jobs.send(CommitJob {
                    entry: Arc::clone(entry),
                    snapshot: Arc::clone(&snapshot),
                    commit,
                    epoch: working.epoch,
                    done,
                });
                PendingCommit {
                    snapshot,
                    receiver: Some(receiver),
                }
            }
            None => {
                publish(&self.entries, entry, &snapshot, &commit);
                PendingCommit {
                    snapshot,
                    receiver: None,
                }
            }
        }
    }

    /// Waits until all queued commits are written and closes the database.
    pub fn close(&self) {
        drop(locked(&self.jobs).take());
        if let Some(committer) = locked(&self.committer).take() {
            let _ = committer.join();
        }
    }
}

struct PendingCommit {
    snapshot: Arc<Workbook>,
    receiver: Option<oneshot::Receiver<Result<(), StorageFault>>>,
}

async fn wait_until_durable(pending: PendingCommit) -> Result<Arc<Workbook>, ApiError> {
    if let Some(receiver) = pending.receiver {
        let written = receiver.await.map_err(|_| ApiError::unavailable())?;
        written.map_err(|fault| ApiError::not_stored(fault.reason(), fault.message()))?;
    }
    Ok(pending.snapshot)
}

/// Published snapshots of all spreadsheets.
fn published(entries: &Entries) -> Vec<Arc<Workbook>> {
    let entries = entries.read().unwrap_or_else(PoisonError::into_inner);
    entries.values().map(|entry| entry.published()).collect()
}

/// Shows readers what is durable by now.
fn publish(entries: &Entries, entry: &Arc<SpreadsheetEntry>, snapshot: &Arc<Workbook>, commit: &Commit) {
    *entry.published.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(snapshot);
    let is_deleted = commit.file.is_none();
    let is_known = |entries: &HashMap<_, _>| entries.contains_key(&commit.id);
    if is_deleted || !is_known(&entries.read().unwrap_or_else(PoisonError::into_inner)) {
        let mut entries = entries.write().unwrap_or_else(PoisonError::into_inner);
        if is_deleted {
            entries.remove(&commit.id);
        } else {
            entries.insert(commit.id.clone(), Arc::clone(entry));
        }
    }
}

impl SpreadsheetEntry {
    fn new(workbook: Workbook) -> Self {
        let outline = commit::outline(&workbook);
        let workbook = Arc::new(workbook);
        let working = Mutex::new(WorkingCopy {
            workbook: Arc::clone(&workbook),
            outline,
            is_deleted: false,
            epoch: 0,
        });
        Self {
            published: RwLock::new(workbook),
            working,
        }
    }

    fn published(&self) -> Arc<Workbook> {
        Arc::clone(&self.published.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Resets the working copy to the published state after a failed commit of `epoch`; later ones are up to date.
    fn roll_back(&self, epoch: u64) {
        let mut working = locked(&self.working);
        if working.epoch == epoch {
            working.workbook = self.published();
            working.outline.clear();
            working.is_deleted = false;
            working.epoch += 1;
        }
    }
}

/// Collects the changes for a commit and clears the change record.
fn collect_commit(workbook: &mut Workbook, working: &mut WorkingCopy) -> Commit {
    let before = &working.workbook;
    if working.is_deleted {
        return Commit::deletion(&before.id, before.sheets.iter().map(|sheet| sheet.key).collect());
    }
    let gone: Vec<u64> = before
        .sheets
        .iter()
        .map(|sheet| sheet.key)
        .filter(|key| workbook.sheets.iter().all(|sheet| sheet.key != *key))
        .collect();
    let mut sheets = Vec::new();
    for sheet in &mut workbook.sheets {
        if sheet.is_changed() {
            let sheet = Arc::make_mut(sheet);
            let changes = sheet.take_changes();
            let ids = |from: usize| sheet.rows().iter().skip(from).map(|row| row.id).collect();
            let order = changes
                .order_from
                .map(commit::chunk_start)
                .map(|from| (from, ids(from)));
            sheets.push(SheetCommit {
                key: sheet.key,
                rows: changes.rows,
                order,
            });
        }
    }
    let outline = commit::outline(workbook);
    let outline_changed = outline != working.outline;
    if outline_changed {
        working.outline.clone_from(&outline);
    }
    Commit {
        id: workbook.id.to_string(),
        outline: outline_changed.then_some(outline),
        file: Some((*workbook.file).clone()),
        sheets,
        gone,
    }
}

fn run_committer(mut storage: DurableStorage, entries: &Entries, jobs: &mpsc::Receiver<CommitJob>) {
    let published = || published(entries);
    let mut last_fault = StorageFault::DiskFailed;
    while let Ok(first) = jobs.recv() {
        let rest = jobs.try_iter().take(MAX_COMMITS_PER_TRANSACTION - 1);
        let (batch, stale): (Vec<CommitJob>, Vec<CommitJob>) = std::iter::once(first)
            .chain(rest)
            .partition(|job| job.epoch == locked(&job.entry.working).epoch);
        for job in stale {
            let _ = job.done.send(Err(last_fault));
        }
        if batch.is_empty() {
            continue;
        }
        let written = storage.write(batch.iter().map(|job| &job.commit), published);
        for job in &batch {
            match written {
                Ok(()) => publish(entries, &job.entry, &job.snapshot, &job.commit),
                Err(_) => job.entry.roll_back(job.epoch),
            }
        }
        if let Err(fault) = written {
            last_fault = fault;
        }
        for job in batch {
            let _ = job.done.send(written);
        }
        storage.secure(published);
    }
    storage.close(published);
}
