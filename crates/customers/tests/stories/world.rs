//! Test world: the customers board alone over an emulated spreadsheet, with a manual clock.

use std::{ops::Deref, sync::Arc};

use axum::{Router, extract::DefaultBodyLimit, middleware};
use customer_sources::{OpenSource, amount::Currency, vendors};
use customers::{
    Customers, CustomersParts,
    customer::cross_board::no_cross_board_data,
    routes::BOARD,
    sync::{SyncParts, SyncService, schedule::SyncSchedule},
    tabs::TABS,
};
use domain::language::Language;
use sheets_store::{Store, clock::Clock};
use test_support::{SheetWorld, SiteWorld};
use web::{
    delivery::alert_history::ALERT_HISTORY,
    findings::counts::FindingCounts,
    middleware::{MAX_BODY_BYTES, RequestGuard, RequestSettings, guard_request},
    openapi,
    page::{DataSource, Frame, NavLink},
};

pub struct World {
    site: SiteWorld,
    pub syncing: Arc<SyncService>,
}

impl Deref for World {
    type Target = SiteWorld;

    fn deref(&self) -> &SiteWorld {
        &self.site
    }
}

/// Settings of a test world.
pub struct Plan {
    pub source: DataSource,
    /// Sources of customer data.
    pub sources: Arc<dyn Fn() -> Vec<OpenSource> + Send + Sync>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            source: DataSource::EmbeddedSpreadsheet,
            sources: Arc::new(Vec::new),
        }
    }
}

impl World {
    pub async fn new() -> Self {
        Self::of(Plan::default()).await
    }

    pub async fn of(plan: Plan) -> Self {
        let sheets = SheetWorld::new(&[TABS, &[&ALERT_HISTORY]].concat()).await;
        let is_source = |name: &str| vendors::VENDORS.iter().any(|vendor| vendor.name == name);
        let syncing = Arc::new(SyncService::new(SyncParts {
            store: Arc::clone(&sheets.store),
            clock: sheets.clock(),
            sources: (plan.sources)(),
            currency: Currency::of("EUR").expect("a code"),
            schedule: SyncSchedule::parse(customers::sync::schedule::DEFAULT_SCHEDULE, is_source).expect("a schedule"),
        }));
        let router = board(&plan, Arc::clone(&sheets.store), sheets.clock(), Arc::clone(&syncing));
        Self {
            site: SiteWorld::new(sheets, router).await,
            syncing,
        }
    }
}

fn board(plan: &Plan, store: Arc<Store>, clock: Clock, syncing: Arc<SyncService>) -> Router {
    let frame = Frame {
        navigation: vec![NavLink::new("Customers", BOARD).with_french_label("Clients")],
        action: NavLink::new("Claim integrations", "/leaderboard/submit"),
        freshness: None,
        language: Language::English,
        board: None,
    };
    let around_errors = frame.clone();
    let guard = RequestGuard::new(
        RequestSettings::unlimited(),
        Box::new(move |_, _| around_errors.clone()),
    );
    let board = Customers::new(CustomersParts {
        store,
        clock,
        source: plan.source,
        frame,
        finding_counts: Arc::<FindingCounts>::default(),
        sync: Arc::clone(&syncing),
        cross_board: no_cross_board_data(),
    });
    let routes = customers::router::router(Arc::new(board))
        .merge(customers::health::scoring::page::router(Arc::clone(syncing.scoring())))
        .merge(customers::sync::start::router(syncing));
    let (router, _) = openapi::build_document(routes, &[]);
    router.layer((
        middleware::from_fn_with_state(Arc::new(guard), guard_request),
        DefaultBodyLimit::max(MAX_BODY_BYTES),
    ))
}
