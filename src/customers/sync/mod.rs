//! Syncs: what the sources know, brought into the spreadsheet.
//!
//! A run reads one source page by page ([`run`]), compares what it says with the rows of `source_records`,
//! `customer_events` and `revenue_metrics`, and writes what differs, some thousand rows a call ([`writing`]). The place up
//! to which it has come is written with the last of them: a run that broke goes on from there, with nothing lost and
//! nothing twice. After it the customers are derived anew and their changed cells written ([`deriving`]).
//!
//! A source is read by one run at a time: to ask for another one meanwhile is answered with “already running”. Sources do
//! not wait for each other, and one that fails leaves the others alone. Two programs on one spreadsheet that sync the same
//! source at once do the work twice and harm nothing, because every row has an id.
//!
//! Runs begin by the [`schedule`], by `POST /sync/…` ([`pages`]) or by `tallyboard sync`; [`status`] tells how they fare.

mod book;
pub mod deriving;
pub mod pages;
pub mod run;
pub mod schedule;
mod scheduled;
pub mod status;
pub mod writing;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::{sync::watch, task::JoinHandle};

use super::{
    amount::Currency,
    mrr::FiniteDiscounts,
    rows::run_row::{SyncLog, SyncRun},
    scoring::Scoring,
    sources::{Mode, OpenSource},
};
use crate::{
    cause::chain,
    clock::Clock,
    error::Error,
    store::{Reading, Store},
};
use schedule::Schedule;

/// Brings the sources into the spreadsheet.
pub struct Syncing {
    store: Arc<Store>,
    clock: Clock,
    sources: Vec<Arc<OpenSource>>,
    scoring: Arc<Scoring>,
    currency: Currency,
    finite: FiniteDiscounts,
    schedule: Schedule,
    /// How far the runs are that go on, by short name of the source.
    running: Mutex<HashMap<&'static str, watch::Receiver<Progress>>>,
    /// When this program last began a run of a source.
    begun: Mutex<HashMap<&'static str, Timestamp>>,
    /// Runs in the background.
    tasks: Mutex<Vec<JoinHandle<()>>>,
    stopping: AtomicBool,
    /// Whether the customers lack something that was read.
    is_behind: AtomicBool,
    /// Whether the log was asked what an earlier program left to be derived.
    has_looked_back: AtomicBool,
    /// Held while customers are derived, so that two runs that end together do not write the same cells.
    deriving: tokio::sync::Mutex<()>,
}

/// What the app hands to it.
pub struct Parts {
    /// The spreadsheet.
    pub store: Arc<Store>,
    /// Where the time comes from.
    pub clock: Clock,
    /// The sources that are switched on.
    pub sources: Vec<OpenSource>,
    /// The currency in which sums are made.
    pub currency: Currency,
    /// When runs begin by themselves.
    pub schedule: Schedule,
}

/// How far a run is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "SyncProgress")]
pub struct Progress {
    /// Records that the source brought so far.
    pub seen: u64,
    /// How many it holds in the list that is being read, where it tells.
    pub expected: Option<u64>,
    /// Rows that are written.
    pub written: u64,
}

/// What became of the wish to read a source.
#[derive(Debug)]
pub struct Synced {
    /// Short name of the source.
    pub source: &'static str,
    /// What became of it.
    pub ended: Ended,
}

/// What became of the wish for a run.
#[derive(Debug)]
pub enum Ended {
    /// It ran; the line of the log says how it went.
    Ran(Box<SyncRun>),
    /// Another run of this source goes on.
    AlreadyRunning,
    /// The spreadsheet could not be read or written. The next run goes on from what was written.
    Stopped(Error),
}

/// What became of the wish to begin a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Started {
    /// Short name of the source.
    pub source: &'static str,
    /// What became of it.
    pub outcome: Beginning,
}

/// Whether a run began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Beginning {
    /// It goes on in the background.
    Started,
    /// Another run of this source goes on.
    AlreadyRunning,
}

impl Syncing {
    /// Puts it together.
    pub fn new(parts: Parts) -> Self {
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
            begun: Mutex::default(),
            tasks: Mutex::default(),
            is_behind: AtomicBool::new(false),
            has_looked_back: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            deriving: tokio::sync::Mutex::default(),
        }
    }

    /// What scores the customers after each run.
    pub fn scoring(&self) -> &Arc<Scoring> {
        &self.scoring
    }

    /// The sources that are switched on, in the order of the registry.
    pub fn sources(&self) -> &[Arc<OpenSource>] {
        &self.sources
    }

    /// The source with this short name, if it is switched on.
    pub fn source(&self, name: &str) -> Option<&Arc<OpenSource>> {
        self.sources.iter().find(|source| source.vendor.name == name)
    }

    /// How far the run of a source is; `None` when none goes on here.
    pub fn progress(&self, source: &str) -> Option<Progress> {
        let running = lock(&self.running);
        running.get(source).map(|progress| progress.borrow().clone())
    }

    /// Reads sources, all at once, and brings the customers up to date. One that fails leaves the others alone.
    ///
    /// # Errors
    /// When the customers cannot be derived, because the spreadsheet cannot be read or written; doing it again goes on.
    pub async fn sync(self: &Arc<Self>, sources: &[Arc<OpenSource>], mode: Mode) -> Result<Vec<Synced>, Error> {
        let turns = sources.iter().map(|source| (Arc::clone(source), self.begin(source)));
        self.carry_out(turns.collect(), mode).await
    }

    /// Begins to read sources in the background.
    pub fn start(self: &Arc<Self>, sources: &[Arc<OpenSource>], mode: Mode) -> Vec<Started> {
        let mut turns = Vec::new();
        let mut started = Vec::new();
        for source in sources {
            let turn = self.begin(source);
            let outcome = match turn {
                Some(_) => Beginning::Started,
                None => Beginning::AlreadyRunning,
            };
            started.push(Started {
                source: source.vendor.name,
                outcome,
            });
            if turn.is_some() {
                turns.push((Arc::clone(source), turn));
            }
        }
        if !turns.is_empty() {
            let syncing = Arc::clone(self);
            self.keep(tokio::spawn(async move {
                if let Err(error) = syncing.carry_out(turns, mode).await {
                    tracing::error!("the customers could not be derived: {}", chain(&error));
                }
            }));
        }
        started
    }

    /// Lets the runs that go on write what they have and stop; the next ones go on from there. Waits for them, but not for
    /// ever, because hosts do not wait either.
    pub async fn finish(&self) {
        const PATIENCE: Duration = Duration::from_secs(5);
        self.stopping.store(true, Ordering::SeqCst);
        let tasks = std::mem::take(&mut *lock(&self.tasks));
        if tokio::time::timeout(PATIENCE, join_all(tasks)).await.is_err() {
            tracing::warn!("a sync did not stop in time; the next one goes on from what was written");
        }
    }

    async fn carry_out(
        self: &Arc<Self>,
        turns: Vec<(Arc<OpenSource>, Option<Turn>)>,
        mode: Mode,
    ) -> Result<Vec<Synced>, Error> {
        let runs = turns.into_iter().map(async |(source, turn)| {
            let ended = match turn {
                Some(turn) => match run::carry_out(self, &source, mode, &turn.progress).await {
                    Ok(run) => Ended::Ran(Box::new(run)),
                    Err(error) => {
                        tracing::error!(source = source.vendor.name, "a sync stopped: {}", chain(&error));
                        Ended::Stopped(error)
                    }
                },
                None => Ended::AlreadyRunning,
            };
            Synced {
                source: source.vendor.name,
                ended,
            }
        });
        let synced = join_all(runs).await;
        if synced.iter().any(|synced| matches!(synced.ended, Ended::Ran(_))) {
            self.bring_up_to_date().await?;
        }
        Ok(synced)
    }

    /// Derives the customers and their scores of what the sources said. Until it succeeds it is owed: the schedule tries again,
    /// for the next run may be a day away. The lines of the runs tell it to a program that is started later.
    async fn bring_up_to_date(&self) -> Result<(), Error> {
        self.is_behind.store(true, Ordering::SeqCst);
        let log: Reading<SyncLog> = self.store.read_now().await?;
        self.derive().await?;
        self.scoring.recalculate().await?;
        self.note_derived(&log.snapshot.data).await?;
        self.is_behind.store(false, Ordering::SeqCst);
        Ok(())
    }

    fn begin(self: &Arc<Self>, source: &OpenSource) -> Option<Turn> {
        let name = source.vendor.name;
        let mut running = lock(&self.running);
        if running.contains_key(name) {
            return None;
        }
        let (progress, seen) = watch::channel(Progress::default());
        running.insert(name, seen);
        lock(&self.begun).insert(name, self.clock.now());
        Some(Turn {
            syncing: Arc::clone(self),
            source: name,
            progress,
        })
    }

    fn keep(&self, task: JoinHandle<()>) {
        let mut tasks = lock(&self.tasks);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
}

/// Nothing is left half done under these locks, so one that was poisoned still holds good data.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The right to read a source; given back when it is dropped.
struct Turn {
    syncing: Arc<Syncing>,
    source: &'static str,
    progress: watch::Sender<Progress>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock(&self.syncing.running).remove(self.source);
    }
}
