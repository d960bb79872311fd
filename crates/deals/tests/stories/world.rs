//! Test world: the deals board alone over an emulated spreadsheet, with a manual clock.

use std::{ops::Deref, sync::Arc, time::Duration};

use axum::{Router, extract::DefaultBodyLimit, middleware};
use deals::{BOARD, DealRules, Deals, DealsParts, ReminderSettings, tabs::TABS};
use domain::language::Language;
use sheets_store::{Store, clock::Clock};
use test_support::{SheetWorld, SiteWorld, StoreSettings, site_world::serve};
use web::{
    findings::counts::FindingCounts,
    middleware::{MAX_BODY_BYTES, RequestGuard, RequestSettings, guard_request},
    openapi,
    page::{DataSource, Frame, NavLink},
};

pub struct World {
    site: SiteWorld,
}

impl Deref for World {
    type Target = SiteWorld;

    fn deref(&self) -> &SiteWorld {
        &self.site
    }
}

/// Settings of a test world.
pub struct Plan {
    pub patience: Duration,
    /// Settings of the reminders.
    pub reminders: Arc<dyn Fn() -> ReminderSettings + Send + Sync>,
    /// Rules of the board set by the operator.
    pub rules: DealRules,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(20),
            reminders: Arc::new(ReminderSettings::default),
            rules: DealRules::default(),
        }
    }
}

impl World {
    pub async fn new() -> Self {
        Self::of(Plan::default()).await
    }

    pub async fn of(plan: Plan) -> Self {
        let sheets = SheetWorld::with(TABS, StoreSettings::with_patience(plan.patience)).await;
        let router = board(&plan, Arc::clone(&sheets.store), sheets.clock());
        Self {
            site: SiteWorld::new(sheets, router).await,
        }
    }

    /// Starts a second instance on the same spreadsheet and returns its address.
    pub async fn another_instance(&self, plan: &Plan) -> String {
        let store = self.another_store(StoreSettings::with_patience(plan.patience)).await;
        serve(board(plan, store, self.clock())).await
    }
}

fn board(plan: &Plan, store: Arc<Store>, clock: Clock) -> Router {
    let frame = Frame {
        navigation: vec![NavLink::new("Deals", BOARD).with_french_label("Affaires")],
        action: NavLink::new("Claim integrations", "/leaderboard/submit"),
        freshness: None,
        language: Language::English,
        board: None,
    };
    let board = Arc::new(Deals::new(DealsParts {
        store,
        clock,
        source: DataSource::EmbeddedSpreadsheet,
        frame: frame.clone(),
        tally: Arc::<FindingCounts>::default(),
        reminders: (plan.reminders)(),
        rules: plan.rules,
    }));
    let around_errors = Arc::clone(&board);
    let guard = RequestGuard::new(
        RequestSettings::unlimited(),
        Box::new(move |uri, headers| around_errors.frame_at(uri, headers).unwrap_or_else(|| frame.clone())),
    );
    let (router, _) = openapi::build_document(deals::router(board), &[]);
    router.layer((
        middleware::from_fn_with_state(Arc::new(guard), guard_request),
        DefaultBodyLimit::max(MAX_BODY_BYTES),
    ))
}
