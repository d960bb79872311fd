//! Composition root: builds the store, the clock and the boards, connects them, and assembles all routes.

mod between_boards;
mod messages;
mod own_routes;
mod secret;
mod spreadsheet;

use std::{
    num::NonZeroU32,
    sync::{Arc, PoisonError},
};

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, middleware};
use tokio::{sync::Mutex, task::JoinHandle};
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

use crate::{
    clock::Clock,
    config::Config,
    customers::{
        self, Customers,
        alerting::sending::Alerting,
        scoring, sources,
        sync::{self, Syncing},
    },
    deals::{self, Deals, Importer, Reminders, Rules},
    emulator::{self, Emulator},
    findings::{self, tally::Tally, view::FINDINGS},
    guard::{self, FrameOf, Guard, HANDLER_TIMEOUT, LARGEST_BODY},
    keyboard,
    language::Language,
    leaderboard::{
        self, Leaderboard, Parts,
        catalog_file::CatalogFile,
        goal::Goal,
        signing::SigningKey,
        view::{BOARD, SUBMIT},
        weekly::Weekly,
    },
    memory, openapi,
    page::{Entry, Frame, Source},
    status,
    store::{SetupProblem, SetupReport, Store, Tab},
};
use between_boards::{at_hand, customers_at_hand, deals_at_hand, elsewhere_of, gather};
use own_routes::{elsewhere, own_routes};

/// The assembled program.
pub struct App {
    store: Arc<Store>,
    router: Router,
    importer: Arc<Importer>,
    emulator: Mutex<Option<Emulator>>,
    boards: Boards,
    syncing: Arc<Syncing>,
    alerting: Arc<Alerting>,
    guard: Arc<Guard>,
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
pub struct Materials {
    /// Store of the spreadsheet.
    pub store: Arc<Store>,
    /// Clock.
    pub clock: Clock,
    /// File of the integration catalog.
    pub catalog: CatalogFile,
    /// Kind of spreadsheet, as named on pages.
    pub source: Source,
    /// Rate limit: forms per minute and client address.
    pub posts_per_minute: NonZeroU32,
    /// Number of proxies in front that add the client address to `X-Forwarded-For`.
    pub trusted_proxies: usize,
    /// Team goal of the leaderboard.
    pub team_goal: Option<Goal>,
    /// Settings of the deal reminders.
    pub reminders: Reminders,
    /// Settings of the deal rules.
    pub rules: Rules,
    /// Key that signs the links with which people correct their own claims.
    pub signing: SigningKey,
    /// Settings of the weekly standings.
    pub weekly: Weekly,
    /// Sync of the customer sources.
    pub syncing: Arc<Syncing>,
}

/// Error that prevents the start.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The embedded spreadsheet cannot be opened.
    #[error("The embedded spreadsheet cannot be opened: {0}")]
    Emulator(#[from] emulator::StartError),
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
        let importer = Arc::new(Importer::new(
            Arc::clone(&store),
            clock.clone(),
            config.deals.lost_stage,
        ));
        let syncing = Arc::new(syncing(config, &store, &clock)?);
        let together = put_together(Materials {
            store: Arc::clone(&store),
            clock,
            catalog: CatalogFile::new(&config.integrations_file),
            source: if emulator.is_some() {
                Source::EmbeddedSpreadsheet
            } else {
                Source::GoogleSheets
            },
            posts_per_minute: config.posts_per_minute,
            trusted_proxies: config.trusted_proxies,
            reminders: messages::reminders(config)?,
            rules: config.deals,
            team_goal: config.team_goal,
            signing: secret::signing_key(config)?,
            weekly: messages::weekly(config)?,
            syncing: Arc::clone(&syncing),
        });
        let alerting = Arc::new(messages::alerting(config, &store, &syncing)?);
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
                tokio::spawn(Arc::clone(&boards.leaderboard).keep_contests_forever()),
                tokio::spawn(Arc::clone(&boards.leaderboard).send_weekly_forever()),
                tokio::spawn(Arc::clone(&boards.customers).work_ahead()),
                tokio::spawn(Arc::clone(&self.syncing).run_by_schedule()),
                tokio::spawn(Arc::clone(&self.alerting).run()),
                tokio::spawn(memory::give_back_at_rest({
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
    pub fn importer(&self) -> &Arc<Importer> {
        &self.importer
    }

    /// Sync of the customer sources.
    pub fn syncing(&self) -> &Arc<Syncing> {
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
fn syncing(config: &Config, store: &Arc<Store>, clock: &Clock) -> Result<Syncing, BuildError> {
    let switched_on = config.sources.iter().map(|one| (one.source, one.settings.clone()));
    let opened = sources::open_all(switched_on, &sources::Time::real(clock.clone()));
    Ok(Syncing::new(sync::Parts {
        store: Arc::clone(store),
        clock: clock.clone(),
        sources: opened.map_err(BuildError::Source)?,
        currency: config.syncing.currency,
        schedule: config.syncing.schedule.clone(),
    }))
}

/// Router with all routes on the given dependencies.
pub fn router(materials: Materials) -> Router {
    put_together(materials).router
}

/// Router, boards and middleware.
struct Together {
    router: Router,
    boards: Boards,
    guard: Arc<Guard>,
}

fn put_together(materials: Materials) -> Together {
    let frame = Frame {
        navigation: vec![
            Entry::new("Leaderboard", BOARD).in_french("Classement"),
            Entry::new("Deals", deals::BOARD).in_french("Affaires"),
            Entry::new("Customers", customers::view::BOARD)
                .in_french("Clients")
                .also_of(&[customers::view::SUMMARY, customers::view::SYNCS]),
            Entry::new("Findings", FINDINGS).in_french("À corriger"),
        ],
        action: Entry::new("Claim integrations", SUBMIT).in_french("Déclarer une intégration"),
        freshness: None,
        language: Language::English,
        board: None,
    };
    let tally = Arc::<Tally>::default();
    let deals = Arc::new(Deals::new(deals::Parts {
        store: Arc::clone(&materials.store),
        clock: materials.clock.clone(),
        source: materials.source,
        frame: frame.clone(),
        tally: Arc::clone(&tally),
        reminders: materials.reminders,
        rules: materials.rules,
    }));
    let guard = Arc::new(Guard::new(
        materials.posts_per_minute,
        materials.trusted_proxies,
        around_errors(&deals, &frame),
    ));
    let leaderboard = Arc::new(Leaderboard::new(Parts {
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
    let customers = Arc::new(Customers::new(customers::Parts {
        store: Arc::clone(&materials.store),
        clock: materials.clock.clone(),
        source: materials.source,
        frame: frame.clone(),
        tally,
        syncing: Arc::clone(&materials.syncing),
        elsewhere: elsewhere_of(&leaderboard, &deals),
    }));
    let gather = gather((&leaderboard, &deals, &customers), (&materials.store, &materials.clock));
    let status = status::pages::Parts {
        store: Arc::clone(&materials.store),
        clock: materials.clock,
        frame,
        boards: vec![
            at_hand(&leaderboard),
            deals_at_hand(&deals),
            customers_at_hand(&customers),
        ],
    };
    let document = openapi::Document::default();
    let routes = own_routes(materials.store)
        .merge(findings::pages::router(gather))
        .merge(leaderboard::router(Arc::clone(&leaderboard)))
        .merge(keyboard)
        .merge(status::pages::router(status))
        .merge(deals::router(Arc::clone(&deals)))
        .merge(scoring::pages::router(Arc::clone(materials.syncing.scoring())))
        .merge(sync::pages::router(materials.syncing))
        .merge(customers::pages::router(Arc::clone(&customers)))
        .merge(openapi::router(Arc::clone(&document)));
    let (router, written) = openapi::described(routes);
    openapi::publish(&document, &written);
    let router = router
        .fallback(elsewhere)
        // Outermost first. As one tuple they are one layer around each route; separately each would wrap it again.
        .layer((
            middleware::from_fn_with_state(Arc::clone(&guard), guard::watch),
            TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, HANDLER_TIMEOUT),
            CatchPanicLayer::custom(guard::panicked),
            DefaultBodyLimit::max(LARGEST_BODY),
        ));
    let boards = Boards {
        deals,
        leaderboard,
        customers,
    };
    Together { router, boards, guard }
}

/// Builds the frame of an error page: that of the board, in the language of the request.
fn around_errors(deals: &Arc<Deals>, frame: &Frame) -> FrameOf {
    let (deals, frame) = (Arc::clone(deals), frame.clone());
    Box::new(move |uri, headers| deals.frame_at(uri, headers).unwrap_or_else(|| frame.clone()))
}

/// Tabs of all boards.
pub fn tabs() -> Vec<&'static Tab> {
    [leaderboard::rows::TABS, deals::rows::TABS, customers::rows::TABS].concat()
}
