//! Imports at work: uploaded files that wait for a yes, imports that are being written, and taking them back.
//!
//! - An upload is kept for two hours under the digest of its bytes ([`uploads`]). Nothing else of it is on the server: mapping
//!   and choices are in the address of the preview. After a restart, or on another instance, the preview asks for the file
//!   once more and goes on where it was.
//! - Writing happens beside the request, in portions that one call carries (`work`). The sheet alone decides what is
//!   written already: keys of new rows follow from file and line, updates compare old values. So an import that was
//!   interrupted is finished by importing the same file again, and nothing is in the sheet twice.
//! - What takes an import back is read from the audit log, not from memory
//!   ([`ImportLog`]).

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

/// Imports whose progress is remembered.
const MOST_REMEMBERED: usize = 50;

/// What imports need, and what is known of those at work.
pub struct Importer {
    store: Arc<Store>,
    clock: Clock,
    lost_stage: LostStage,
    /// Files that wait.
    pub uploads: Uploads,
    known: Mutex<HashMap<RunName, watch::Receiver<Progress>>>,
}

/// A file compared with the deals as they are.
pub struct Compared {
    /// What would become of it.
    pub prepared: Prepared,
    /// The deals that it was compared with.
    pub rows: Arc<DealRows>,
}

impl Importer {
    /// Nothing uploaded, nothing at work.
    pub fn new(store: Arc<Store>, clock: Clock, lost_stage: LostStage) -> Self {
        Self {
            store,
            lost_stage,
            uploads: Uploads::new(clock.clone()),
            clock,
            known: Mutex::default(),
        }
    }

    /// Compares a file with the deals as they are.
    ///
    /// # Errors
    /// When the deals cannot be read.
    pub async fn compare(&self, upload: Arc<Upload>, sent: Sent) -> Result<Compared, Error> {
        let rows = Arc::clone(&self.read::<DealRows>().await?.data);
        let deals = Arc::clone(&rows.deals);
        let lost_stage = self.lost_stage;
        let prepared = beside(move || prepare(upload, &deals, (sent, lost_stage))).await?;
        Ok(Compared { prepared, rows })
    }

    /// The tabs as they are. Older data, which a page would show while the spreadsheet does not answer, is no ground to
    /// write on: a file would look new that was imported already.
    async fn read<D: Dataset>(&self) -> Result<Arc<Snapshot<D>>, Error> {
        Ok(self.store.read_now::<D>().await?.snapshot)
    }

    /// What imports wrote so far.
    ///
    /// # Errors
    /// When the audit log cannot be read.
    pub async fn log(&self) -> Result<Arc<ImportLog>, Error> {
        Ok(Arc::clone(&self.read::<ImportLog>().await?.data))
    }

    /// Begins to write what `compared` says, unless the import of this name is at work already. The receiver shows how
    /// it goes on; the work goes on without it.
    ///
    /// # Errors
    /// When the audit log cannot be read.
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

    /// Begins to take an import back; `None` when the log knows none of this name.
    ///
    /// # Errors
    /// When deals or audit log cannot be read.
    pub async fn take_back(self: &Arc<Self>, run: &RunName) -> Result<Option<watch::Receiver<Progress>>, Error> {
        // Whoever changed a deal a moment ago keeps the change.
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

    /// How an import that this instance works on, or worked on lately, goes on.
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

/// Does `work` on a thread for long computations, so that pages are answered meanwhile.
pub async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}
