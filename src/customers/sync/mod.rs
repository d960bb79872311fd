//! Syncs: what the sources know, brought into the spreadsheet.
//!
//! A run reads one source page by page ([`run`]), compares what it says with the rows of `source_records`,
//! `customer_events` and `revenue_metrics`, and writes what differs, some thousand rows a call ([`writing`]). The place up
//! to which it has come is written in the same call: a run that broke goes on from there, with nothing lost and nothing
//! twice. After it the customers are derived anew and their changed cells written ([`deriving`]).
//!
//! A source is read by one run at a time: to ask for another one meanwhile is answered with “already running”. Sources do
//! not wait for each other, and one that fails leaves the others alone. Two programs on one spreadsheet that sync the same
//! source at once do the work twice and harm nothing, because every row has an id.

mod book;
pub mod deriving;
pub mod run;
pub mod writing;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use serde::Serialize;
use tokio::sync::watch;

use super::{
    amount::Currency,
    mrr::FiniteDiscounts,
    rows::run_row::SyncRun,
    sources::{Mode, OpenSource},
};
use crate::{clock::Clock, error::Error, store::Store};

/// Brings the sources into the spreadsheet.
pub struct Syncing {
    pub(super) store: Arc<Store>,
    pub(super) clock: Clock,
    pub(super) sources: Vec<Arc<OpenSource>>,
    pub(super) currency: Currency,
    pub(super) finite: FiniteDiscounts,
    /// How far the runs are that go on, by short name of the source.
    running: Mutex<HashMap<&'static str, watch::Receiver<Progress>>>,
    /// Held while customers are derived, so that two runs that end together do not write the same cells.
    pub(super) deriving: tokio::sync::Mutex<()>,
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
}

/// How far a run is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Records that the source brought so far.
    pub seen: u64,
    /// How many it holds in the list that is being read, where it tells.
    pub expected: Option<u64>,
    /// Rows that are written.
    pub written: u64,
}

/// What became of a wish for a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Ended {
    /// It ran; the line of the log says how it went.
    Ran {
        /// The line.
        run: Box<SyncRun>,
    },
    /// Another run of this source goes on.
    AlreadyRunning,
}

impl Syncing {
    /// Puts it together.
    pub fn new(parts: Parts) -> Self {
        Self {
            store: parts.store,
            clock: parts.clock,
            sources: parts.sources.into_iter().map(Arc::new).collect(),
            currency: parts.currency,
            finite: FiniteDiscounts::default(),
            running: Mutex::default(),
            deriving: tokio::sync::Mutex::default(),
        }
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
        let running = self.lock();
        running.get(source).map(|progress| progress.borrow().clone())
    }

    /// Reads a source and brings its customers up to date.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written. That a source fails is no error here: the line of the log says so.
    pub async fn sync(&self, source: &Arc<OpenSource>, mode: Mode) -> Result<Ended, Error> {
        let Some(turn) = self.begin(source.vendor.name) else {
            return Ok(Ended::AlreadyRunning);
        };
        let run = run::carry_out(self, source, mode, &turn.progress).await?;
        self.derive().await?;
        Ok(Ended::Ran { run: Box::new(run) })
    }

    fn begin(&self, source: &'static str) -> Option<Turn<'_>> {
        let mut running = self.lock();
        if running.contains_key(source) {
            return None;
        }
        let (progress, seen) = watch::channel(Progress::default());
        running.insert(source, seen);
        Some(Turn {
            syncing: self,
            source,
            progress,
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, watch::Receiver<Progress>>> {
        self.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The right to read a source; given back when it is dropped.
struct Turn<'a> {
    syncing: &'a Syncing,
    source: &'static str,
    progress: watch::Sender<Progress>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.syncing.lock().remove(self.source);
    }
}
