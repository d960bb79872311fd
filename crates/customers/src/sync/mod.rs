//! Syncs: fetch the records of the sources and write them into the spreadsheet.
//!
//! A run fetches one source page by page ([`run`]), compares the data with the rows of `source_records`,
//! `customer_events` and `revenue_metrics`, and writes the differences in batches of some thousand rows ([`writer`]).
//! The cursor is written with the last batch, so that an interrupted run resumes there without losses or duplicates.
//! Afterwards the customers are derived again and their changed cells written ([`derive`](mod@derive)).
//!
//! Each source has at most one run at a time; a second request is answered with “already running”. Sources run in
//! parallel, and the failure of one does not affect the others. Two instances that sync the same source on one
//! spreadsheet repeat the work without harm, because every row has an id.
//!
//! Runs are started by the [`schedule`], by `POST /sync/…` ([`start`]) or by `tallyboard sync`; [`status`] reports
//! them.

pub(crate) mod derive;
pub(crate) mod diff;
pub(crate) mod page;
pub mod rows;
pub(crate) mod run;
pub mod schedule;
pub(crate) mod scheduler;
pub mod start;
pub(crate) mod status;
pub(crate) mod view;
pub(crate) mod writer;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use customer_sources::{OpenSource, SyncMode, amount::Currency, mrr::FiniteDiscounts};
use futures_util::future::join_all;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::{Reading, Store, clock::Clock, error_chain::error_chain};
use tokio::{sync::watch, task::JoinHandle};
use web::error::Error;

use crate::{
    health::scoring::Scoring,
    sync::{
        rows::runs::{SyncLog, SyncRun},
        schedule::SyncSchedule,
    },
};

/// Sync service.
pub struct SyncService {
    store: Arc<Store>,
    clock: Clock,
    sources: Vec<Arc<OpenSource>>,
    scoring: Arc<Scoring>,
    currency: Currency,
    finite: FiniteDiscounts,
    schedule: SyncSchedule,
    /// Progress of running syncs, by short name of the source.
    running: Mutex<HashMap<&'static str, watch::Receiver<SyncProgress>>>,
    /// Time at which this process last started a run of each source.
    started_at: Mutex<HashMap<&'static str, Timestamp>>,
    /// Background runs.
    tasks: Mutex<Vec<JoinHandle<()>>>,
    stopping: AtomicBool,
    /// Whether customers still have to be derived from fetched data.
    needs_derivation: AtomicBool,
    /// Whether the log was checked for runs of an earlier process from which customers were not derived.
    has_checked_log: AtomicBool,
    /// Held while customers are derived, so that two runs that end together do not write the same cells.
    derive_lock: tokio::sync::Mutex<()>,
}

/// Dependencies of the service, passed in by the app.
pub struct SyncParts {
    /// The spreadsheet.
    pub store: Arc<Store>,
    /// Source of the current time.
    pub clock: Clock,
    /// Configured sources.
    pub sources: Vec<OpenSource>,
    /// Reporting currency.
    pub currency: Currency,
    /// Schedule of the runs.
    pub schedule: SyncSchedule,
}

/// Progress of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "SyncProgress")]
pub struct SyncProgress {
    /// Number of records received so far.
    pub seen: u64,
    /// Total of the list that is being fetched, when the source reports it.
    pub expected: Option<u64>,
    /// Number of rows written.
    pub written: u64,
}

/// Result of a sync request for one source.
#[derive(Debug)]
pub struct SyncResult {
    /// Short name of the source.
    pub source: &'static str,
    /// Result.
    pub outcome: SyncOutcome,
}

/// Result of a requested run.
#[derive(Debug)]
pub enum SyncOutcome {
    /// The run ended; its row in the log has the outcome.
    Ran(Box<SyncRun>),
    /// Another run of this source is in progress.
    AlreadyRunning,
    /// The spreadsheet could not be read or written. The next run resumes.
    Stopped(Error),
}

/// Result of a start request for one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SyncStart {
    /// Short name of the source.
    pub source: &'static str,
    /// Result.
    pub outcome: SyncStartOutcome,
}

/// Result of a start request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncStartOutcome {
    /// The run was started in the background.
    Started,
    /// Another run of this source is in progress.
    AlreadyRunning,
}

impl SyncService {
    /// Creates the service.
    pub fn new(parts: SyncParts) -> Self {
        let scoring = Scoring::new(Arc::clone(&parts.store), parts.clock.clone(), parts.currency);
        Self {
            scoring: Arc::new(scoring),
            store: parts.store,
            clock: parts.clock,
            sources: parts.sources.into_iter().map(Arc::new).collect(),
            currency: parts.currency,
            finite: FiniteDiscounts::default(),
            schedule: parts.schedule,
            running: Mutex::default(),
            started_at: Mutex::default(),
            tasks: Mutex::default(),
            needs_derivation: AtomicBool::new(false),
            has_checked_log: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            derive_lock: tokio::sync::Mutex::default(),
        }
    }

    /// Scoring service, which runs after each sync.
    pub fn scoring(&self) -> &Arc<Scoring> {
        &self.scoring
    }

    /// Configured sources, in registry order.
    pub fn sources(&self) -> &[Arc<OpenSource>] {
        &self.sources
    }

    /// Configured source with this short name.
    pub fn source(&self, name: &str) -> Option<&Arc<OpenSource>> {
        self.sources.iter().find(|source| source.vendor.name == name)
    }

    /// Progress of a source's run; `None` when none is in progress in this process.
    pub fn progress(&self, source: &str) -> Option<SyncProgress> {
        let running = lock(&self.running);
        running.get(source).map(|progress| progress.borrow().clone())
    }

    /// Fetches the sources in parallel and brings the customers up to date. The failure of one source does not affect
    /// the others.
    ///
    /// # Errors
    /// When the customers cannot be derived because the spreadsheet cannot be read or written; a repeated call resumes.
    pub async fn sync(self: &Arc<Self>, sources: &[Arc<OpenSource>], mode: SyncMode) -> Result<Vec<SyncResult>, Error> {
        let permits = sources
            .iter()
            .map(|source| (Arc::clone(source), self.acquire_permit(source)));
        self.run_all(permits.collect(), mode).await
    }

    /// Starts runs in the background.
    pub fn start(self: &Arc<Self>, sources: &[Arc<OpenSource>], mode: SyncMode) -> Vec<SyncStart> {
        let mut permits = Vec::new();
        let mut started = Vec::new();
        for source in sources {
            let permit = self.acquire_permit(source);
            let outcome = match permit {
                Some(_) => SyncStartOutcome::Started,
                None => SyncStartOutcome::AlreadyRunning,
            };
            started.push(SyncStart {
                source: source.vendor.name,
                outcome,
            });
            if permit.is_some() {
                permits.push((Arc::clone(source), permit));
            }
        }
        if !permits.is_empty() {
            let sync = Arc::clone(self);
            self.track_task(tokio::spawn(async move {
                if let Err(error) = sync.run_all(permits, mode).await {
                    tracing::error!("the customers could not be derived: {}", error_chain(&error));
                }
            }));
        }
        started
    }

    /// Asks the running syncs to write their data and stop; the next runs resume. Waits for them with a timeout, since
    /// hosts limit the shutdown time.
    pub async fn finish(&self) {
        const STOP_TIMEOUT: Duration = Duration::from_secs(5);
        self.stopping.store(true, Ordering::SeqCst);
        let tasks = std::mem::take(&mut *lock(&self.tasks));
        if tokio::time::timeout(STOP_TIMEOUT, join_all(tasks)).await.is_err() {
            tracing::warn!("a sync did not stop in time; the next one goes on from what was written");
        }
    }

    async fn run_all(
        self: &Arc<Self>,
        permits: Vec<(Arc<OpenSource>, Option<SyncPermit>)>,
        mode: SyncMode,
    ) -> Result<Vec<SyncResult>, Error> {
        let runs = permits.into_iter().map(async |(source, permit)| {
            let outcome = match permit {
                Some(permit) => match run::run_source(self, &source, mode, &permit.progress).await {
                    Ok(run) => SyncOutcome::Ran(Box::new(run)),
                    Err(error) => {
                        tracing::error!(source = source.vendor.name, "a sync stopped: {}", error_chain(&error));
                        SyncOutcome::Stopped(error)
                    }
                },
                None => SyncOutcome::AlreadyRunning,
            };
            SyncResult {
                source: source.vendor.name,
                outcome,
            }
        });
        let synced = join_all(runs).await;
        if synced
            .iter()
            .any(|synced| matches!(synced.outcome, SyncOutcome::Ran(_)))
        {
            self.derive_and_score().await?;
        }
        Ok(synced)
    }

    /// Derives customers and scores. Until it succeeds it stays pending, and the scheduler retries, because the next
    /// run may be a day away. The rows of the runs record it for a later process.
    async fn derive_and_score(&self) -> Result<(), Error> {
        self.needs_derivation.store(true, Ordering::SeqCst);
        let log: Reading<SyncLog> = self.store.read_now().await?;
        self.derive().await?;
        self.scoring.recalculate().await?;
        self.mark_derived(&log.snapshot.data).await?;
        self.needs_derivation.store(false, Ordering::SeqCst);
        Ok(())
    }

    fn acquire_permit(self: &Arc<Self>, source: &OpenSource) -> Option<SyncPermit> {
        let name = source.vendor.name;
        let mut running = lock(&self.running);
        if running.contains_key(name) {
            return None;
        }
        let (progress, seen) = watch::channel(SyncProgress::default());
        running.insert(name, seen);
        lock(&self.started_at).insert(name, self.clock.now());
        Some(SyncPermit {
            sync: Arc::clone(self),
            source: name,
            progress,
        })
    }

    fn track_task(&self, task: JoinHandle<()>) {
        let mut tasks = lock(&self.tasks);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
}

/// No operation under these locks can leave inconsistent data, so a poisoned lock is safe to use.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Exclusive right to sync a source; released on drop.
struct SyncPermit {
    sync: Arc<SyncService>,
    source: &'static str,
    progress: watch::Sender<SyncProgress>,
}

impl Drop for SyncPermit {
    fn drop(&mut self) {
        lock(&self.sync.running).remove(self.source);
    }
}
