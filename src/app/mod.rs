//! Composition root: builds the store, the clock and the boards, connects them, and assembles all routes.

mod assembly;
mod cross_board;
mod fallback;
mod messaging;
mod security_txt;
mod shared_routes;
mod signing_key;
mod spreadsheet;

use std::sync::{Arc, PoisonError};

use axum::Router;
use customers::{
    alerts::sender::AlertSender,
    sync::{SyncParts, SyncService},
};
use deals::ImportJobs;
use leaderboard::claims::catalog::file::CatalogFile;
use sheets_emulator::Emulator;
use sheets_store::{SetupProblem, SetupReport, Store, clock::Clock};
use tokio::{sync::Mutex, task::JoinHandle};
use web::{middleware::RequestGuard, page::DataSource};

pub use crate::app::{
    assembly::{AppParts, CallerLimits, router, tabs},
    security_txt::SecurityContact,
    spreadsheet::{STORE_IDENTITY, emulator_options},
};
use crate::{
    app::{assembly::assemble, cross_board::Boards, signing_key::SecretError},
    config::Config,
    memory::trim_when_idle,
};

/// The assembled program.
pub struct App {
    store: Arc<Store>,
    router: Router,
    import_jobs: Arc<ImportJobs>,
    emulator: Mutex<Option<Emulator>>,
    boards: Boards,
    sync: Arc<SyncService>,
    alerts: Arc<AlertSender>,
    guard: Arc<RequestGuard>,
    /// Background jobs.
    jobs: std::sync::Mutex<Vec<JoinHandle<()>>>,
}

/// Error that prevents the start.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The embedded spreadsheet cannot be opened.
    #[error("The embedded spreadsheet in DATA_DIR cannot be opened: {0}.")]
    Emulator(#[from] sheets_emulator::StartError),
    /// The client of the spreadsheet cannot be created.
    #[error("{} {}", .0.problem, .0.cure)]
    Connection(SetupProblem),
    /// The secret of signed links cannot be used.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The client of mail or Slack cannot be created.
    #[error("{0}")]
    Messages(String),
    /// The client of a customer source cannot be created.
    #[error("{0}")]
    Source(String),
}

impl App {
    /// Opens the spreadsheet of `config` and builds the boards.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub async fn build(config: &Config) -> Result<Self, BuildError> {
        let clock = Clock::system(config.time_zone.clone());
        let (store, emulator) = spreadsheet::open_store(config, &clock).await?;
        let store = Arc::new(store);
        let import_jobs = Arc::new(ImportJobs::new(
            Arc::clone(&store),
            clock.clone(),
            config.deals.lost_stage,
        ));
        let sync = Arc::new(open_sync(config, &store, &clock)?);
        let assembled = assemble(AppParts {
            store: Arc::clone(&store),
            clock,
            catalog: CatalogFile::new(&config.integrations_file),
            source: if emulator.is_some() {
                DataSource::EmbeddedSpreadsheet
            } else {
                DataSource::GoogleSheets
            },
            requests: config.requests.clone(),
            callers: CallerLimits {
                hosts: config.callers.hosts.clone(),
                streams: config.callers.streams,
            },
            security_contact: config.security_contact.clone().map(|uri| SecurityContact {
                uri,
                public_url: config.public_url.clone(),
            }),
            reminders: messaging::reminders(config)?,
            rules: config.deals,
            team_goal: config.team_goal,
            signing: signing_key::signing_key(config)?,
            weekly: messaging::weekly(config)?,
            sync: Arc::clone(&sync),
        });
        let alerts = Arc::new(messaging::alerts(config, &store, &sync)?);
        Ok(Self {
            alerts,
            jobs: std::sync::Mutex::default(),
            sync,
            boards: assembled.boards,
            guard: assembled.guard,
            store,
            router: assembled.router,
            import_jobs,
            emulator: Mutex::new(emulator),
        })
    }

    /// Creates missing tabs and headers; the report names what a person has to fix.
    pub async fn prepare(&self) -> SetupReport {
        let mut report = self.store.prepare(&tabs()).await;
        if report.problems.is_empty() && self.boards.deals.offer_lost_stage().await {
            let sentence = "Added “Perdu” to the drop-down of the column “statut” in the tab “deals”.";
            report.made.push(sentence.to_owned());
        }
        report
    }

    /// Starts the background jobs, which run until [`App::finish`]: reminders, contests, weekly standings, syncs,
    /// alerts, and the release of idle memory.
    ///
    /// Call it after the tabs have been prepared.
    pub fn start_jobs(&self) {
        let boards = &self.boards;
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if jobs.is_empty() {
            jobs.extend([
                tokio::spawn(Arc::clone(&boards.deals).remind_daily()),
                tokio::spawn(Arc::clone(&boards.leaderboard).run_contest_lifecycle()),
                tokio::spawn(Arc::clone(&boards.leaderboard).run_weekly_sending()),
                tokio::spawn(Arc::clone(&boards.customers).precompute()),
                tokio::spawn(Arc::clone(&self.sync).run_by_schedule()),
                tokio::spawn(Arc::clone(&self.alerts).run()),
                tokio::spawn(trim_when_idle({
                    let guard = Arc::clone(&self.guard);
                    move || guard.requests()
                })),
            ]);
        }
    }

    /// Router with all routes.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Import of deals, for the command line.
    pub fn import_jobs(&self) -> &Arc<ImportJobs> {
        &self.import_jobs
    }

    /// Sync of the customer sources.
    pub fn sync(&self) -> &Arc<SyncService> {
        &self.sync
    }

    /// Address of the spreadsheet in its editor.
    pub fn spreadsheet_url(&self) -> &str {
        self.store.url()
    }

    /// Ends the live streams, so that their connections can close.
    pub fn end_streams(&self) {
        self.boards.leaderboard.end_streams();
    }

    /// Stops the background jobs; returns when every accepted write is in the spreadsheet.
    pub async fn finish(&self) {
        tokio::join!(self.boards.deals.finish(), self.sync.finish());
        let jobs = std::mem::take(&mut *self.jobs.lock().unwrap_or_else(PoisonError::into_inner));
        jobs.iter().for_each(JoinHandle::abort);
        self.store.finish().await;
        if let Some(emulator) = self.emulator.lock().await.take() {
            emulator.stop().await;
        }
    }
}

/// Builds the sync with the enabled sources and its schedule.
fn open_sync(config: &Config, store: &Arc<Store>, clock: &Clock) -> Result<SyncService, BuildError> {
    let enabled = config.sources.iter().map(|one| (one.source, one.settings.clone()));
    let instants = clock.clone();
    let timer = customer_sources::Timer::real(move || instants.now());
    let opened = customer_sources::open_all(enabled, &timer);
    Ok(SyncService::new(SyncParts {
        store: Arc::clone(store),
        clock: clock.clone(),
        sources: opened.map_err(BuildError::Source)?,
        currency: config.sync.currency,
        schedule: config.sync.schedule.clone(),
    }))
}
