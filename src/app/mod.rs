//! Composition root: builds the store, the clock and the boards, connects them, and assembles all routes.

pub(crate) mod cross_board;
pub(crate) mod messaging;
pub(crate) mod shared_routes;
pub(crate) mod signing_key;
pub(crate) mod spreadsheet;

use std::{
    num::NonZeroU32,
    sync::{Arc, PoisonError},
};

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, middleware};
use customers::{
    Customers,
    alerts::sender::AlertSender,
    sync::{self, SyncService},
};
use deals::{DealRules, Deals, ImportJobs, ReminderSettings};
use domain::language::Language;
use leaderboard::{
    Leaderboard, LeaderboardParts,
    claims::{catalog::file::CatalogFile, correction::signing::SigningKey},
    standings::{goal::Goal, weekly::WeeklySettings},
    ui::{BOARD, SUBMIT},
};
use sheets_emulator::Emulator;
use sheets_store::{SetupProblem, SetupReport, Store, Tab, clock::Clock, memory};
use tokio::{sync::Mutex, task::JoinHandle};
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};
use web::{
    findings::counts::FindingCounts,
    keyboard,
    middleware::{ErrorFrame, HANDLER_TIMEOUT, MAX_BODY_BYTES, RequestGuard},
    openapi,
    page::{DataSource, Frame, NavLink},
    routes::FINDINGS,
};

use crate::{
    app::{
        cross_board::{collect_findings, cross_board_lookup, customers_status, deals_status, leaderboard_status},
        shared_routes::{fallback, shared_routes},
    },
    config::Config,
};

/// The assembled program.
pub struct App {
    store: Arc<Store>,
    router: Router,
    importer: Arc<ImportJobs>,
    emulator: Mutex<Option<Emulator>>,
    boards: Boards,
    syncing: Arc<SyncService>,
    alerting: Arc<AlertSender>,
    guard: Arc<RequestGuard>,
    /// Background jobs.
    jobs: std::sync::Mutex<Vec<JoinHandle<()>>>,
}

/// Boards whose background jobs the program runs.
struct Boards {
    deals: Arc<Deals>,
    leaderboard: Arc<Leaderboard>,
    customers: Arc<Customers>,
}

/// Dependencies of the program. Tests provide their own store and clock.
pub struct AppParts {
    /// Store of the spreadsheet.
    pub store: Arc<Store>,
    /// Clock.
    pub clock: Clock,
    /// File of the integration catalog.
    pub catalog: CatalogFile,
    /// Kind of spreadsheet, as named on pages.
    pub source: DataSource,
    /// Rate limit: forms per minute and client address.
    pub posts_per_minute: NonZeroU32,
    /// Number of proxies in front that add the client address to `X-Forwarded-For`.
    pub trusted_proxies: usize,
    /// Team goal of the leaderboard.
    pub team_goal: Option<Goal>,
    /// Settings of the deal reminders.
    pub reminders: ReminderSettings,
    /// Settings of the deal rules.
    pub rules: DealRules,
    /// Key that signs the links with which people correct their own claims.
    pub signing: SigningKey,
    /// Settings of the weekly standings.
    pub weekly: WeeklySettings,
    /// Sync of the customer sources.
    pub syncing: Arc<SyncService>,
}

/// Error that prevents the start.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The embedded spreadsheet cannot be opened.
    #[error("The embedded spreadsheet cannot be opened: {0}")]
    Emulator(#[from] sheets_emulator::StartError),
    /// The client of the spreadsheet cannot be created.
    #[error("{} {}", .0.problem, .0.cure)]
    Connection(SetupProblem),
    /// The secret of signed links cannot be read or written.
    #[error("The file {0} with the secret of signed links cannot be read or written: {1}")]
    Secret(String, std::io::Error),
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
        let importer = Arc::new(ImportJobs::new(
            Arc::clone(&store),
            clock.clone(),
            config.deals.lost_stage,
        ));
        let syncing = Arc::new(open_syncing(config, &store, &clock)?);
        let together = assemble(AppParts {
            store: Arc::clone(&store),
            clock,
            catalog: CatalogFile::new(&config.integrations_file),
            source: if emulator.is_some() {
                DataSource::EmbeddedSpreadsheet
            } else {
                DataSource::GoogleSheets
            },
            posts_per_minute: config.posts_per_minute,
            trusted_proxies: config.trusted_proxies,
            reminders: messaging::reminders(config)?,
            rules: config.deals,
            team_goal: config.team_goal,
            signing: signing_key::signing_key(config)?,
            weekly: messaging::weekly(config)?,
            syncing: Arc::clone(&syncing),
        });
        let alerting = Arc::new(messaging::alerting(config, &store, &syncing)?);
        Ok(Self {
            alerting,
            jobs: std::sync::Mutex::default(),
            syncing,
            boards: together.boards,
            guard: together.guard,
            store,
            router: together.router,
            importer,
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
                tokio::spawn(Arc::clone(&self.syncing).run_by_schedule()),
                tokio::spawn(Arc::clone(&self.alerting).run()),
                tokio::spawn(memory::trim_when_idle({
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

    /// Importer of deals, for the command line.
    pub fn importer(&self) -> &Arc<ImportJobs> {
        &self.importer
    }

    /// Sync of the customer sources.
    pub fn syncing(&self) -> &Arc<SyncService> {
        &self.syncing
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
        tokio::join!(self.boards.deals.finish(), self.syncing.finish());
        let jobs = std::mem::take(&mut *self.jobs.lock().unwrap_or_else(PoisonError::into_inner));
        jobs.iter().for_each(JoinHandle::abort);
        self.store.finish().await;
        if let Some(emulator) = self.emulator.lock().await.take() {
            emulator.stop().await;
        }
    }
}

/// Builds the sync with the enabled sources and its schedule.
fn open_syncing(config: &Config, store: &Arc<Store>, clock: &Clock) -> Result<SyncService, BuildError> {
    let switched_on = config.sources.iter().map(|one| (one.source, one.settings.clone()));
    let opened = customer_sources::open_all(switched_on, &customer_sources::Timer::real(clock.clone()));
    Ok(SyncService::new(sync::SyncParts {
        store: Arc::clone(store),
        clock: clock.clone(),
        sources: opened.map_err(BuildError::Source)?,
        currency: config.syncing.currency,
        schedule: config.syncing.schedule.clone(),
    }))
}

/// Router with all routes on the given dependencies.
pub fn router(materials: AppParts) -> Router {
    assemble(materials).router
}

/// Router, boards and middleware.
struct AssembledApp {
    router: Router,
    boards: Boards,
    guard: Arc<RequestGuard>,
}

fn assemble(materials: AppParts) -> AssembledApp {
    let frame = Frame {
        navigation: vec![
            NavLink::new("Leaderboard", BOARD).with_french_label("Classement"),
            NavLink::new("Deals", deals::BOARD).with_french_label("Affaires"),
            NavLink::new("Customers", customers::ui::BOARD)
                .with_french_label("Clients")
                .with_related_pages(&[customers::ui::SUMMARY, customers::ui::SYNCS]),
            NavLink::new("Findings", FINDINGS).with_french_label("À corriger"),
        ],
        action: NavLink::new("Claim integrations", SUBMIT).with_french_label("Déclarer une intégration"),
        freshness: None,
        language: Language::English,
        board: None,
    };
    let tally = Arc::<FindingCounts>::default();
    let deals = Arc::new(Deals::new(deals::DealsParts {
        store: Arc::clone(&materials.store),
        clock: materials.clock.clone(),
        source: materials.source,
        frame: frame.clone(),
        tally: Arc::clone(&tally),
        reminders: materials.reminders,
        rules: materials.rules,
    }));
    let guard = Arc::new(RequestGuard::new(
        materials.posts_per_minute,
        materials.trusted_proxies,
        error_frame(&deals, &frame),
    ));
    let leaderboard = Arc::new(Leaderboard::new(LeaderboardParts {
        store: Arc::clone(&materials.store),
        clock: materials.clock.clone(),
        catalog: materials.catalog,
        source: materials.source,
        frame: frame.clone(),
        goal: materials.team_goal,
        tally: Arc::clone(&tally),
        signing: materials.signing,
        weekly: materials.weekly,
    }));
    let keyboard = keyboard::router(frame.clone());
    let customers = Arc::new(Customers::new(customers::CustomersParts {
        store: Arc::clone(&materials.store),
        clock: materials.clock.clone(),
        source: materials.source,
        frame: frame.clone(),
        tally,
        syncing: Arc::clone(&materials.syncing),
        elsewhere: cross_board_lookup(&leaderboard, &deals),
    }));
    let gather = collect_findings((&leaderboard, &deals, &customers), (&materials.store, &materials.clock));
    let status = web::status::page::StatusParts {
        store: Arc::clone(&materials.store),
        clock: materials.clock,
        frame,
        boards: vec![
            leaderboard_status(&leaderboard),
            deals_status(&deals),
            customers_status(&customers),
        ],
    };
    let document = openapi::OpenApiDocument::default();
    let routes = shared_routes(materials.store)
        .merge(web::findings::page::router(gather))
        .merge(leaderboard::router(Arc::clone(&leaderboard)))
        .merge(keyboard)
        .merge(web::status::page::router(status))
        .merge(deals::router(Arc::clone(&deals)))
        .merge(customers::health::scoring::page::router(Arc::clone(
            materials.syncing.scoring(),
        )))
        .merge(customers::sync::start::router(materials.syncing))
        .merge(customers::router::router(Arc::clone(&customers)))
        .merge(openapi::router(Arc::clone(&document)));
    let (router, written) = openapi::build_document(routes);
    openapi::publish_document(&document, &written);
    let router = router
        .fallback(fallback)
        // Outermost first. As one tuple they are one layer around each route; separately each would wrap it again.
        .layer((
            middleware::from_fn_with_state(Arc::clone(&guard), web::middleware::guard_request),
            TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, HANDLER_TIMEOUT),
            CatchPanicLayer::custom(web::middleware::panic_response),
            DefaultBodyLimit::max(MAX_BODY_BYTES),
        ));
    let boards = Boards {
        deals,
        leaderboard,
        customers,
    };
    AssembledApp { router, boards, guard }
}

/// Builds the frame of an error page: that of the board, in the language of the request.
fn error_frame(deals: &Arc<Deals>, frame: &Frame) -> ErrorFrame {
    let (deals, frame) = (Arc::clone(deals), frame.clone());
    Box::new(move |uri, headers| deals.frame_at(uri, headers).unwrap_or_else(|| frame.clone()))
}

/// Tabs of all boards.
pub fn tabs() -> Vec<&'static Tab> {
    [leaderboard::tabs::TABS, deals::tabs::TABS, customers::tabs::TABS].concat()
}
