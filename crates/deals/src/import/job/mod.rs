//! Background job of the import: uploads waiting for confirmation, running imports and undo.
//!
//! - An upload is kept for two hours under the digest of its bytes ([`upload_cache`]). The server keeps no other state:
//!   mapping and options are in the address of the preview. After a restart, or on another instance, the preview asks
//!   for the file again and continues.
//! - Two files are read or compared at a time ([`reading_slots`]).
//! - Writing happens in the background, in batches of one call each (`work`). The sheet alone decides what is already
//!   written: keys of new rows derive from file and line, updates compare old values. So an interrupted import is
//!   completed by importing the same file again, without duplicates.
//! - An undo is derived from the audit log ([`ImportLog`]), not from memory.

pub mod progress;
pub mod reading_slots;
pub(crate) mod upload_cache;
pub(crate) mod writer;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use sheets_store::{Dataset, Snapshot, Store, clock::Clock};
use tokio::sync::watch;
use web::error::Error;

use crate::{
    deal::{rows::DealRows, stage::LostStage},
    import::{
        apply::{self, ApplyContext},
        file::problem::FileProblem,
        job::{
            progress::{ImportProgress, ImportTask, SkippedDeal},
            reading_slots::ReadingSlots,
            upload_cache::{KeptUpload, UploadCache},
            writer::ImportWriter,
        },
        log::{ImportLog, RunName, signature, undo_signature},
        preview::{ImportPreview, Upload, prepare},
        request::ImportRequest,
        undo,
    },
};

/// Maximum number of imports whose progress is kept in memory.
const MAX_REMEMBERED_RUNS: usize = 50;

/// Import jobs with their dependencies, uploads and progress.
pub struct ImportJobs {
    store: Arc<Store>,
    clock: Clock,
    lost_stage: LostStage,
    /// Uploads waiting for confirmation.
    pub uploads: UploadCache,
    /// Slots for reading files.
    pub slots: ReadingSlots,
    known: Mutex<HashMap<RunName, watch::Receiver<ImportProgress>>>,
}

/// File compared with the current deals.
pub struct ComparedUpload {
    /// Preview of the import.
    pub prepared: ImportPreview,
    /// Deals that the file was compared with.
    pub rows: Arc<DealRows>,
}

impl ImportJobs {
    /// Jobs without any upload or running import.
    pub fn new(store: Arc<Store>, clock: Clock, lost_stage: LostStage) -> Self {
        Self {
            store,
            lost_stage,
            uploads: UploadCache::new(clock.clone()),
            slots: ReadingSlots::default(),
            clock,
            known: Mutex::default(),
        }
    }

    /// Reads a file that was just sent.
    ///
    /// # Errors
    /// 503 if too many files wait to be read.
    pub async fn read_upload(&self, name: String, bytes: Bytes) -> Result<Result<Upload, FileProblem>, Error> {
        let _place = self.slots.wait()?;
        self.slots
            .run(move |deadline| Upload::read_until(&name, &bytes, deadline))
            .await
    }

    /// Reads a kept file again.
    ///
    /// # Errors
    /// If the work panics.
    pub async fn read_kept(&self, kept: &KeptUpload) -> Result<Result<Upload, FileProblem>, Error> {
        let (name, bytes) = (kept.name.clone(), kept.bytes.clone());
        self.slots
            .run(move |deadline| Upload::read_until(&name, &bytes, deadline))
            .await
    }

    /// Compares a file with the current deals.
    ///
    /// # Errors
    /// If the deals cannot be read.
    pub async fn compare(&self, upload: Arc<Upload>, sent: ImportRequest) -> Result<ComparedUpload, Error> {
        let rows = Arc::clone(&self.read::<DealRows>().await?.data);
        let deals = Arc::clone(&rows.deals);
        let lost_stage = self.lost_stage;
        let work = move |_: &_| prepare(upload, &deals, sent, lost_stage);
        let prepared = self.slots.run(work).await?;
        Ok(ComparedUpload { prepared, rows })
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
        compared: ComparedUpload,
        run: &RunName,
    ) -> Result<watch::Receiver<ImportProgress>, Error> {
        let log = self.log().await?;
        let ComparedUpload { prepared, rows } = compared;
        let mut progress = ImportProgress::of(ImportTask::Import, &prepared);
        let by = signature(&prepared.upload.name, run);
        let (name, now) = (run.clone(), self.clock.zoned_now());
        let planned = run_blocking(move || {
            let context = ApplyContext {
                rows: &rows,
                log: &log,
                file: &prepared.upload.name,
                digest: prepared.upload.digest,
                run: &name,
                now: &now,
            };
            let outcome = prepared.outcome.as_ref().ok();
            outcome.map(|outcome| apply::planned_changes(&outcome.plan, &context))
        })
        .await?
        .unwrap_or_default();
        progress
            .left
            .extend(planned.without_id.into_iter().map(SkippedDeal::without_id));
        Ok(self.start(run, progress, ImportWriter::new(&self.store, by, planned.changes)))
    }

    /// Starts the undo of an import; `None` if the audit log has no import of this name.
    ///
    /// # Errors
    /// If deals or audit log cannot be read.
    pub async fn undo(self: &Arc<Self>, run: &RunName) -> Result<Option<watch::Receiver<ImportProgress>>, Error> {
        // A change made a moment ago must be seen, so that the undo keeps it.
        self.store.refresh();
        let rows = Arc::clone(&self.read::<DealRows>().await?.data);
        let log = self.log().await?;
        let Some(known) = log.run(run).cloned() else {
            return Ok(None);
        };
        let mut progress = ImportProgress::named(ImportTask::Undo, &known.file);
        let by = undo_signature(&known.file, run);
        let zone = self.clock.zone().clone();
        let planned = run_blocking(move || undo::planned_changes(&known, &rows, &zone)).await?;
        progress
            .left
            .extend(planned.changed_since.into_iter().map(SkippedDeal::changed_since));
        Ok(Some(self.start(
            run,
            progress,
            ImportWriter::new(&self.store, by, planned.changes),
        )))
    }

    /// Progress of an import that runs on this instance or ran there recently.
    pub fn progress(&self, run: &RunName) -> Option<watch::Receiver<ImportProgress>> {
        self.known().get(run).cloned()
    }

    fn start(
        self: &Arc<Self>,
        run: &RunName,
        mut progress: ImportProgress,
        work: ImportWriter,
    ) -> watch::Receiver<ImportProgress> {
        let mut known = self.known();
        if let Some(receiver) = known.get(run).filter(|receiver| !receiver.borrow().is_over()) {
            return receiver.clone();
        }
        if known.len() >= MAX_REMEMBERED_RUNS {
            known.retain(|_, receiver| !receiver.borrow().is_over());
        }
        progress.total = work.len();
        progress.started_at = Some(self.clock.now());
        let (sender, receiver) = watch::channel(progress);
        known.insert(run.clone(), receiver.clone());
        tokio::spawn(work.run(sender));
        receiver
    }

    fn known(&self) -> MutexGuard<'_, HashMap<RunName, watch::Receiver<ImportProgress>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs `work` on a blocking thread, so that requests are answered in the meantime.
///
/// # Errors
/// An internal error when `work` panics.
pub async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}
