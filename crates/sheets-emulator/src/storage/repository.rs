//! Repository of spreadsheets: snapshots for readers, one writer per spreadsheet at a time, group commit.
//!
//! A write is applied to the working copy and queued for the committer thread, which writes all queued commits in one
//! transaction. Only then is the snapshot published and the request answered, so an acknowledged write cannot be lost.
//! Readers take the published snapshot and never wait.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, mpsc},
    thread::JoinHandle,
};

use tokio::sync::oneshot;

use crate::{
    proto::error::ApiError,
    storage::database::{Commit, Database, DatabaseError, SheetCommit},
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
}

struct CommitJob {
    entry: Arc<SpreadsheetEntry>,
    snapshot: Arc<Workbook>,
    commit: Commit,
    done: oneshot::Sender<bool>,
}

/// All spreadsheets of a server.
pub struct Repository {
    entries: RwLock<HashMap<String, Arc<SpreadsheetEntry>>>,
    jobs: Mutex<Option<mpsc::Sender<CommitJob>>>,
    committer: Mutex<Option<JoinHandle<()>>>,
    owner: String,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Repository {
    /// Opens a repository in memory, or over a database whose spreadsheets it loads. `owner` is an e-mail address.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn open(database: Option<Database>, owner: &str) -> Result<Self, DatabaseError> {
        let mut entries = HashMap::new();
        let (mut jobs, mut committer) = (None, None);
        if let Some(database) = database {
            for workbook in database.load()? {
                entries.insert(workbook.id.to_string(), Arc::new(SpreadsheetEntry::new(workbook)));
            }
            let (sender, receiver) = mpsc::channel();
            jobs = Some(sender);
            committer = Some(std::thread::spawn(move || run_committer(&database, &receiver)));
        }
        let (jobs, committer) = (Mutex::new(jobs), Mutex::new(committer));
        Ok(Self {
            entries: RwLock::new(entries),
            jobs,
            committer,
            owner: owner.to_owned(),
        })
    }

    /// E-mail address of the account that owns all spreadsheets.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Published snapshot of a spreadsheet.
    pub fn read(&self, id: &str) -> Option<Arc<Workbook>> {
        let entry = self.entry(id)?;
        let published = entry.published.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&published))
    }

    fn entry(&self, id: &str) -> Option<Arc<SpreadsheetEntry>> {
        self.entries
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    /// Adds a spreadsheet without a commit: it is already durable, or the repository is in memory.
    pub fn keep(&self, workbook: Workbook) {
        let id = workbook.id.to_string();
        self.entries
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, Arc::new(SpreadsheetEntry::new(workbook)));
    }

    /// Adds a spreadsheet durably.
    ///
    /// # Errors
    /// 503 if it cannot be made durable.
    pub async fn add(&self, workbook: Workbook) -> Result<Arc<Workbook>, ApiError> {
        let entry = Arc::new(SpreadsheetEntry::new(workbook.clone()));
        locked(&entry.working).outline.clear();
        let id = workbook.id.to_string();
        let done = self.submit(&entry, workbook);
        let snapshot = wait_until_durable(done, &entry).await?;
        self.entries
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, entry);
        Ok(snapshot)
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
        let snapshot = wait_until_durable(done, &entry).await?;
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
        wait_until_durable(done, &entry).await?;
        self.entries.write().unwrap_or_else(PoisonError::into_inner).remove(id);
        Ok(())
    }

    /// Published snapshots of all spreadsheets.
    pub fn all(&self) -> Vec<Arc<Workbook>> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let published =
            |entry: &Arc<SpreadsheetEntry>| Arc::clone(&entry.published.read().unwrap_or_else(PoisonError::into_inner));
        entries.values().map(published).collect()
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
                    done,
                });
                PendingCommit {
                    snapshot,
                    receiver: Some(receiver),
                }
            }
            None => {
                entry.publish(&snapshot);
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
    receiver: Option<oneshot::Receiver<bool>>,
}

async fn wait_until_durable(pending: PendingCommit, entry: &SpreadsheetEntry) -> Result<Arc<Workbook>, ApiError> {
    if let Some(receiver) = pending.receiver
        && !receiver.await.unwrap_or(false)
    {
        entry.roll_back();
        return Err(ApiError::unavailable());
    }
    Ok(pending.snapshot)
}

impl SpreadsheetEntry {
    fn new(workbook: Workbook) -> Self {
        let outline = crate::storage::database::outline(&workbook);
        let workbook = Arc::new(workbook);
        let working = Mutex::new(WorkingCopy {
            workbook: Arc::clone(&workbook),
            outline,
            is_deleted: false,
        });
        Self {
            published: RwLock::new(workbook),
            working,
        }
    }

    fn publish(&self, snapshot: &Arc<Workbook>) {
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(snapshot);
    }

    /// Resets the working copy to the published state after a failed commit.
    fn roll_back(&self) {
        let mut working = locked(&self.working);
        working.workbook = Arc::clone(&self.published.read().unwrap_or_else(PoisonError::into_inner));
        working.outline.clear();
        working.is_deleted = false;
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
                .map(crate::storage::database::chunk_start)
                .map(|from| (from, ids(from)));
            sheets.push(SheetCommit {
                key: sheet.key,
                rows: changes.rows,
                order,
            });
        }
    }
    let outline = crate::storage::database::outline(workbook);
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

fn run_committer(database: &Database, jobs: &mpsc::Receiver<CommitJob>) {
    while let Ok(first) = jobs.recv() {
        let mut batch = vec![first];
        while batch.len() < MAX_COMMITS_PER_TRANSACTION {
            match jobs.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        let written = database.write(batch.iter().map(|job| &job.commit));
        if let Err(error) = &written {
            tracing::error!(%error, "the emulator could not write its database");
        }
        for job in batch {
            if written.is_ok() {
                job.entry.publish(&job.snapshot);
            }
            let _ = job.done.send(written.is_ok());
        }
    }
}
