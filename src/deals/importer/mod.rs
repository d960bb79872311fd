//! Background job of the import: uploads waiting for confirmation, running imports and undo.
//!
//! - An upload is kept for two hours under the digest of its bytes ([`uploads`]). The server keeps no other state:
//!   mapping and options are in the address of the preview. After a restart, or on another instance, the preview asks
//!   for
//!   the file again and continues.
//! - Writing happens in the background, in batches of one call each (`work`). The sheet alone decides what is already
//!   written: keys of new rows derive from file and line, updates compare old values. So an interrupted import is
//!   completed by importing the same file again, without duplicates.
//! - An undo is derived from the audit log ([`ImportLog`]), not from memory.

pub mod progress;
pub mod uploads;
mod work;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::{
    import::{
        carry_out::{self, Circumstances},
        log::{ImportLog, RunName, signature, undo_signature},
        prepared::{Prepared, Upload, prepare},
        sent::Sent,
        undo,
    },
    rows::DealRows,
    stage::LostStage,
};
use crate::{
    clock::Clock,
    error::Error,
    store::{Dataset, Snapshot, Store},
};
use progress::{Left, Progress, Task};
use uploads::Uploads;
use work::Work;

/// Maximum number of imports whose progress is kept in memory.
const MOST_REMEMBERED: usize = 50;

/// Import jobs with their dependencies, uploads and progress.
pub struct Importer {
    store: Arc<Store>,
    clock: Clock,
    lost_stage: LostStage,
    /// Uploads waiting for confirmation.
    pub uploads: Uploads,
    known: Mutex<HashMap<RunName, watch::Receiver<Progress>>>,
}

/// File compared with the current deals.
pub struct Compared {
    /// Preview of the import.
    pub prepared: Prepared,
    /// Deals that the file was compared with.
    pub rows: Arc<DealRows>,
}

impl Importer {
    /// Jobs without any upload or running import.
    pub fn new(store: Arc<Store>, clock: Clock, lost_stage: LostStage) -> Self {
        Self {
            store,
            lost_stage,
            uploads: Uploads::new(clock.clone()),
            clock,
            known: Mutex::default(),
        }
    }

    /// Compares a file with the current deals.
    ///
    /// # Errors
    /// If the deals cannot be read.
    pub async fn compare(&self, upload: Arc<Upload>, sent: Sent) -> Result<Compared, Error> {
        let rows = Arc::clone(&self.read::<DealRows>().await?.data);
        let deals = Arc::clone(&rows.deals);
        let lost_stage = self.lost_stage;
        let prepared = beside(move || prepare(upload, &deals, (sent, lost_stage))).await?;
        Ok(Compared { prepared, rows })
    }

    /// Current tabs. Stale data, which a page may show during an outage, is not safe to write on: an imported file
    /// would look new.
    async fn read<D: Dataset>(&self) -> Result<Arc<Snapshot<D>>, Error> {
        Ok(self.store.read_now::<D>().await?.snapshot)
    }

    /// Earlier imports from the audit log.
    ///
    /// # Errors
    /// If the audit log cannot be read.
    pub async fn log(&self) -> Result<Arc<ImportLog>, Error> {
        Ok(Arc::clone(&self.read::<ImportLog>().await?.data))
    }

    /// Starts the import of `compared`, unless the import of this name is already running. The receiver reports the
    /// progress; the job continues without it.
    ///
    /// # Errors
    /// If the audit log cannot be read.
    pub async fn begin(
        self: &Arc<Self>,
        compared: Compared,
        run: &RunName,
    ) -> Result<watch::Receiver<Progress>, Error> {
        let log = self.log().await?;
        let Compared { prepared, rows } = compared;
        let mut progress = Progress::of(Task::Import, &prepared);
        let by = signature(&prepared.upload.name, run);
        let (name, now) = (run.clone(), self.clock.zoned_now());
        let steps = beside(move || {
            let circumstances = Circumstances {
                rows: &rows,
                log: &log,
                file: &prepared.upload.name,
                digest: prepared.upload.digest,
                run: &name,
                now: &now,
            };
            let outcome = prepared.outcome.as_ref().ok();
            outcome.map(|outcome| carry_out::steps(&outcome.plan, &circumstances))
        })
        .await?
        .unwrap_or_default();
        progress.left.extend(steps.without_id.into_iter().map(Left::without_id));
        Ok(self.start(run, progress, Work::new(&self.store, by, steps.changes)))
    }

    /// Starts the undo of an import; `None` if the audit log has no import of this name.
    ///
    /// # Errors
    /// If deals or audit log cannot be read.
    pub async fn take_back(self: &Arc<Self>, run: &RunName) -> Result<Option<watch::Receiver<Progress>>, Error> {
        // A change made a moment ago must be seen, so that the undo keeps it.
        self.store.refresh();
        let rows = Arc::clone(&self.read::<DealRows>().await?.data);
        let log = self.log().await?;
        let Some(known) = log.run(run).cloned() else {
            return Ok(None);
        };
        let mut progress = Progress::named(Task::Undo, &known.file);
        let by = undo_signature(&known.file, run);
        let zone = self.clock.zone().clone();
        let steps = beside(move || undo::steps(&known, &rows, &zone)).await?;
        progress
            .left
            .extend(steps.changed_since.into_iter().map(Left::changed_since));
        Ok(Some(self.start(
            run,
            progress,
            Work::new(&self.store, by, steps.changes),
        )))
    }

    /// Progress of an import that runs on this instance or ran there recently.
    pub fn progress(&self, run: &RunName) -> Option<watch::Receiver<Progress>> {
        self.known().get(run).cloned()
    }

    fn start(self: &Arc<Self>, run: &RunName, mut progress: Progress, work: Work) -> watch::Receiver<Progress> {
        let mut known = self.known();
        if let Some(receiver) = known.get(run).filter(|receiver| !receiver.borrow().is_over()) {
            return receiver.clone();
        }
        if known.len() >= MOST_REMEMBERED {
            known.retain(|_, receiver| !receiver.borrow().is_over());
        }
        progress.total = work.len();
        progress.started_at = Some(self.clock.now());
        let (sender, receiver) = watch::channel(progress);
        known.insert(run.clone(), receiver.clone());
        tokio::spawn(work.carry_out(sender));
        receiver
    }

    fn known(&self) -> MutexGuard<'_, HashMap<RunName, watch::Receiver<Progress>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs `work` on a blocking thread, so that requests are answered in the meantime.
pub async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}
