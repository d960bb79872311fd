//! The composition root: builds store, clock and boards, and hands each its part; every URL prefix is here.

mod between_boards;
mod own_routes;
mod spreadsheet;

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, middleware};
use tokio::{sync::Mutex, task::JoinHandle};
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

use crate::{
    clock::Clock,
    config::Config,
    customers::{
        self, Customers,
        alerting::{
            occasion::Stream,
            sending::{Alerting, Ways},
        },
        scoring, sources,
        sync::{self, Syncing},
    },
    deals::{self, Deals, Importer, Reminders, Rules},
    delivery::{Delivery, Mail, Slack},
    emulator::{self, Emulator},
    findings::{self, tally::Tally, view::FINDINGS},
    guard::{self, FrameOf, Guard, HANDLER_TIMEOUT, LARGEST_BODY},
    keyboard,
    language::Language,
    leaderboard::{
        self, Leaderboard, Parts,
        catalog_file::CatalogFile,
        goal::Goal,
        view::{BOARD, SUBMIT},
    },
    openapi,
    page::{Entry, Frame, Source},
    status,
    store::{SetupProblem, SetupReport, Store, Tab},
};
use between_boards::{at_hand, customers_at_hand, deals_at_hand, elsewhere_of, gather};
use own_routes::{elsewhere, own_routes};

/// The program, put together.
pub struct App {
    store: Arc<Store>,
    router: Router,
    importer: Arc<Importer>,
    emulator: Mutex<Option<Emulator>>,
    deals: Arc<Deals>,
    leaderboard: Arc<Leaderboard>,
    syncing: Arc<Syncing>,
    /// Reminds people once a day.
    daily: JoinHandle<()>,
    /// Reads the sources when their time has come.
    schedule: JoinHandle<()>,
    /// Tells people about customers.
    alerts: JoinHandle<()>,
}

/// What the app is built from; tests bring their own store and clock.
pub struct Materials {
    /// The spreadsheet.
    pub store: Arc<Store>,
    /// Where the time comes from.
    pub clock: Clock,
    /// The catalog's file.
    pub catalog: CatalogFile,
    /// What the spreadsheet is called on pages.
    pub source: Source,
    /// Forms that one address may send in a minute.
    pub posts_per_minute: NonZeroU32,
    /// How many proxies in front of the app add the caller's address.
    pub trusted_proxies: usize,
    /// What the team of the leaderboard wants to reach together.
    pub team_goal: Option<Goal>,
    /// How people are reminded of deals.
    pub reminders: Reminders,
    /// What the operator chose about the rules of the deals.
    pub rules: Rules,
    /// What brings the sources of the customers into the spreadsheet.
    pub syncing: Arc<Syncing>,
}

/// Why the program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The embedded spreadsheet cannot be opened.
    #[error("The embedded spreadsheet cannot be opened: {0}")]
    Emulator(#[from] emulator::StartError),
    /// The client cannot be prepared.
    #[error("{} {}", .0.problem, .0.cure)]
    Connection(SetupProblem),
    /// Mail or Slack cannot be prepared.
    #[error("{0}")]
    Messages(String),
    /// A source cannot be prepared.
    #[error("{0}")]
    Source(String),
}

impl App {
    /// Opens the spreadsheet that `config` names and puts the boards on it.
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
        let (router, deals, leaderboard) = put_together(Materials {
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
            reminders: reminders(config)?,
            rules: config.deals,
            team_goal: config.team_goal,
            syncing: Arc::clone(&syncing),
        });
        let alerting = Arc::new(alerting(config, &store, &syncing)?);
        Ok(Self {
            alerts: tokio::spawn(alerting.run()),
            daily: tokio::spawn(Arc::clone(&deals).remind_daily()),
            schedule: tokio::spawn(Arc::clone(&syncing).run_by_schedule()),
            syncing,
            deals,
            leaderboard,
            store,
            router,
            importer,
            emulator: Mutex::new(emulator),
        })
    }

    /// Makes missing tabs and headers and names what stands in the way.
    pub async fn prepare(&self) -> SetupReport {
        self.store.prepare(&tabs()).await
    }

    /// Every address of the program.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// What imports deals for the command line.
    pub fn importer(&self) -> &Arc<Importer> {
        &self.importer
    }

    /// What brings the sources of the customers into the spreadsheet.
    pub fn syncing(&self) -> &Arc<Syncing> {
        &self.syncing
    }

    /// Address of the spreadsheet in its own editor.
    pub fn spreadsheet_url(&self) -> &str {
        self.store.url()
    }

    /// Ends the answers that have no end of their own, so that the connections of callers can end.
    pub fn end_streams(&self) {
        self.leaderboard.end_streams();
    }

    /// Ends when every accepted write is in the spreadsheet.
    pub async fn finish(&self) {
        self.schedule.abort();
        self.alerts.abort();
        tokio::join!(self.deals.finish(), self.syncing.finish());
        self.daily.abort();
        self.store.finish().await;
        if let Some(emulator) = self.emulator.lock().await.take() {
            emulator.stop().await;
        }
    }
}

/// Before Slack is tried a second time.
const SLACK_PAUSE: Duration = Duration::from_millis(500);

/// How people are reminded, as it is set.
fn reminders(config: &Config) -> Result<Reminders, BuildError> {
    let messages = &config.messages;
    let mail = messages.smtp.as_ref().map(|(url, from)| Mail::new(url, from));
    let slack = messages
        .slack_webhook
        .as_ref()
        .map(|webhook| Slack::new(webhook, SLACK_PAUSE));
    Ok(Reminders {
        delivery: Delivery {
            mail: mail.transpose().map_err(BuildError::Messages)?,
            slack: slack.transpose().map_err(BuildError::Messages)?,
        },
        mail_to: messages.mail_to.clone(),
        language: messages.language,
        at: messages.remind_at,
        token: messages.remind_token.clone(),
        public_url: config.public_url.clone(),
        ..Reminders::default()
    })
}

/// Tells people about customers, where a way is configured.
fn alerting(config: &Config, store: &Arc<Store>, syncing: &Syncing) -> Result<Alerting, BuildError> {
    let way = |stream| {
        let mail = config.messages.smtp.as_ref().map(|(url, from)| Mail::new(url, from));
        let webhook = config.alerts.webhooks.get(&stream);
        let slack = webhook.map(|webhook| Slack::new(webhook, SLACK_PAUSE));
        let delivery = Delivery {
            mail: mail.transpose().map_err(BuildError::Messages)?,
            slack: slack.transpose().map_err(BuildError::Messages)?,
        };
        Ok((stream, delivery))
    };
    let ways = Ways {
        streams: Stream::ALL.into_iter().map(way).collect::<Result<_, BuildError>>()?,
        mail_to: config.alerts.mail_to.clone(),
        summary_at: config.alerts.summary_at,
    };
    let clock = Clock::system(config.time_zone.clone());
    let scoring = Arc::clone(syncing.scoring());
    Ok(Alerting::new(Arc::clone(store), clock, scoring, ways))
}

/// The sources that are switched on, and when they are read.
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

/// Every address, on the given materials.
pub fn router(materials: Materials) -> Router {
    put_together(materials).0
}

/// Every address, and the boards that the program has more to do with.
fn put_together(materials: Materials) -> (Router, Arc<Deals>, Arc<Leaderboard>) {
    let frame = Frame {
        navigation: vec![
            Entry::new("Leaderboard", BOARD),
            Entry::new("Deals", deals::BOARD),
            Entry::new("Customers", customers::view::BOARD),
            Entry::new("Findings", FINDINGS),
        ],
        action: Entry::new("Claim integrations", SUBMIT),
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
        tally,
    }));
    let customers = Arc::new(Customers::new(customers::Parts {
        store: Arc::clone(&materials.store),
        clock: materials.clock.clone(),
        source: materials.source,
        frame: frame.clone(),
        syncing: Arc::clone(&materials.syncing),
        elsewhere: elsewhere_of(&leaderboard, &deals),
    }));
    let keyboard = keyboard::router(frame.clone());
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
        .merge(customers::pages::router(customers))
        .merge(openapi::router(Arc::clone(&document)));
    let (router, written) = openapi::described(routes);
    openapi::publish(&document, &written);
    let router = router
        .fallback(elsewhere)
        // From the outside in. Together they are one wrapping around each address; one by one each would be its own.
        .layer((
            middleware::from_fn_with_state(guard, guard::watch),
            TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, HANDLER_TIMEOUT),
            CatchPanicLayer::custom(guard::panicked),
            DefaultBodyLimit::max(LARGEST_BODY),
        ));
    (router, deals, leaderboard)
}

/// The page of an error looks like the board it happened on, and speaks its language.
fn around_errors(deals: &Arc<Deals>, frame: &Frame) -> FrameOf {
    let (deals, frame) = (Arc::clone(deals), frame.clone());
    Box::new(move |uri, headers| deals.frame_at(uri, headers).unwrap_or_else(|| frame.clone()))
}

/// The tabs of every board.
pub fn tabs() -> Vec<&'static Tab> {
    [leaderboard::rows::TABS, deals::rows::TABS, customers::rows::TABS].concat()
}
