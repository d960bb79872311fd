//! Write queue: the handle through which batches reach the committer.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::mpsc;

use crate::{
    commit::{
        batch::{Batch, CommitError, CommitSummary},
        job::{CommitResult, WriteJob},
    },
    schema::tab::Tab,
    status::QueueStatus,
};

/// Time beyond its deadline that a caller waits for an attempt that has started.
const DEADLINE_GRACE: Duration = Duration::from_secs(2);

pub(crate) enum QueueItem {
    Commit(WriteJob),
    /// Stops accepting batches; the committer ends when everything accepted is written.
    Finish,
}

/// Sending half of the write queue.
#[derive(Clone)]
pub(crate) struct WriteQueue {
    pub(crate) sender: mpsc::Sender<QueueItem>,
    pub(crate) tabs: KnownTabs,
    pub(crate) patience: Duration,
}

impl WriteQueue {
    /// Registers tabs before anything is written to them, so that misplaced writes in them can be repaired.
    pub(crate) fn register_tabs(&self, tabs: &[&'static Tab]) {
        self.tabs.register(tabs);
    }

    pub(crate) fn status(&self) -> QueueStatus {
        let room = self.sender.max_capacity();
        QueueStatus {
            waiting: room - self.sender.capacity(),
            room,
        }
    }

    /// Makes the committer end once everything accepted so far is written.
    pub(crate) async fn finish(&self) {
        // An error means that it has already ended.
        let _ = self.sender.send(QueueItem::Finish).await;
    }

    pub(crate) async fn commit(&self, batch: Batch) -> CommitResult {
        if batch.changes.is_empty() {
            return Ok(CommitSummary::default());
        }
        let (job, result) = WriteJob::new(batch, self.patience);
        let deadline = job.deadline;
        self.sender
            .try_send(QueueItem::Commit(job))
            .map_err(|_| CommitError::Busy)?;
        match tokio::time::timeout_at((deadline + DEADLINE_GRACE).into(), result).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(CommitError::Unknown("the writer stopped".to_owned())),
            Err(_) => Err(CommitError::Unknown("no answer in time".to_owned())),
        }
    }
}

/// Tabs in which misplaced writes of other programs can be repaired.
#[derive(Clone, Default)]
pub(crate) struct KnownTabs(Arc<Mutex<HashMap<&'static str, &'static Tab>>>);

impl KnownTabs {
    pub(crate) fn register(&self, tabs: &[&'static Tab]) {
        self.by_title().extend(tabs.iter().map(|tab| (tab.title, *tab)));
    }

    pub(crate) fn find(&self, title: &str) -> Option<&'static Tab> {
        self.by_title().get(title).copied()
    }

    fn by_title(&self) -> MutexGuard<'_, HashMap<&'static str, &'static Tab>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
