//! Test world: the router of the whole app over an emulated spreadsheet, with a manual clock.

use std::{num::NonZeroUsize, ops::Deref, path::PathBuf, sync::Arc, time::Duration};

use axum::Router;
use customer_sources::{OpenSource, amount::Currency, vendors};
use customers::sync::{self, SyncService, schedule::SyncSchedule};
use deals::{DealRules, ReminderSettings};
use jiff::SignedDuration;
use leaderboard::{
    claims::{catalog::file::CatalogFile, correction::signing::SigningKey, rows::SUBMISSIONS},
    standings::{
        goal::Goal,
        weekly::{WeeklySettings, schedule::WeeklyMoment},
    },
};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use sheets_store::{CellEntry, NewId, RowInsert, Store, clock::Clock, options::ChangeCheck};
use tallyboard::app::{AppParts, CallerLimits, SecurityContact, router, tabs};
use tempfile::TempDir;
use test_support::{Page, SheetWorld, SiteWorld, StoreSettings, site_world::serve};
use web::{
    delivery::Delivery,
    middleware::{RateClock, RequestSettings},
    page::DataSource,
};

pub const CATALOG: &str = "GitHub | GH\nCursor\nClickHouse\nDatadog\nOpenAI\n~ Segment\n";

pub struct World {
    site: SiteWorld,
    pub syncing: Arc<SyncService>,
    folder: TempDir,
}

impl Deref for World {
    type Target = SiteWorld;

    fn deref(&self) -> &SiteWorld {
        &self.site
    }
}

/// Settings of a test world.
pub struct Plan {
    pub catalog: &'static str,
    /// Rates, proxies, HTTPS and calls from other origins; the time of the rates is that of the world.
    pub requests: RequestSettings,
    pub security_contact: Option<SecurityContact>,
    pub patience: Duration,
    pub source: DataSource,
    /// Maximum number of queued writes.
    pub queue: NonZeroUsize,
    /// Method that decides whether stale data must be read again.
    pub change_check: ChangeCheck,
    /// Limits for callers.
    pub callers: CallerLimits,
    /// Goal of the team.
    pub team_goal: Option<Goal>,
    /// Settings of the reminders.
    pub reminders: Arc<dyn Fn() -> ReminderSettings + Send + Sync>,
    /// Rules of the deals board set by the operator.
    pub rules: DealRules,
    /// Settings of the weekly delivery of the standings.
    pub weekly: Arc<dyn Fn() -> WeeklySettings + Send + Sync>,
    /// Sources of customer data.
    pub sources: Arc<dyn Fn() -> Vec<OpenSource> + Send + Sync>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            catalog: CATALOG,
            requests: RequestSettings::unlimited(),
            security_contact: None,
            patience: Duration::from_secs(20),
            source: DataSource::EmbeddedSpreadsheet,
            queue: NonZeroUsize::new(1_000).expect("positive"),
            change_check: ChangeCheck::ByReading,
            callers: CallerLimits::default(),
            team_goal: None,
            reminders: Arc::new(ReminderSettings::default),
            rules: DealRules::default(),
            weekly: Arc::new(|| WeeklySettings {
                delivery: Delivery::default(),
                at: WeeklyMoment::parse("Monday 09:00").expect("a moment"),
                public_url: None,
            }),
            sources: Arc::new(Vec::new),
        }
    }
}

impl Plan {
    fn syncing(&self, store: &Arc<Store>, clock: Clock) -> Arc<SyncService> {
        let is_source = |name: &str| vendors::VENDORS.iter().any(|vendor| vendor.name == name);
        Arc::new(SyncService::new(sync::SyncParts {
            store: Arc::clone(store),
            clock,
            sources: (self.sources)(),
            currency: Currency::of("EUR").expect("a code"),
            schedule: SyncSchedule::parse(customers::sync::schedule::DEFAULT_SCHEDULE, is_source).expect("a schedule"),
        }))
    }

    fn store(&self) -> StoreSettings {
        StoreSettings {
            patience: self.patience,
            queue: self.queue,
            change_check: self.change_check,
        }
    }
}

impl World {
    pub async fn new() -> Self {
        Self::of(Plan::default()).await
    }

    pub async fn of(plan: Plan) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(folder.path().join("integrations.txt"), plan.catalog).expect("catalog");
        let sheets = SheetWorld::with(&tabs(), plan.store()).await;
        let syncing = plan.syncing(&sheets.store, sheets.clock());
        let store = Arc::clone(&sheets.store);
        let router = app(&plan, store, sheets.clock(), Arc::clone(&syncing), &folder);
        Self {
            site: SiteWorld::new(sheets, router).await,
            syncing,
            folder,
        }
    }

    /// Starts a second instance on the same spreadsheet and returns its address.
    pub async fn another_instance(&self, plan: &Plan) -> String {
        self.another_instance_behind(plan, |router| router).await
    }

    /// The same, with what `wrap` puts before the program.
    pub async fn another_instance_behind(&self, plan: &Plan, wrap: impl FnOnce(Router) -> Router) -> String {
        let store = self.another_store(plan.store()).await;
        let syncing = plan.syncing(&store, self.clock());
        serve(wrap(app(plan, store, self.clock(), syncing, &self.folder))).await
    }

    pub fn catalog_path(&self) -> PathBuf {
        self.folder.path().join("integrations.txt")
    }

    /// Submits the form as a browser does and follows the redirect to the receipt.
    ///
    /// Advances the clock by 1 ms first, because claims of the same instant are ordered by their random ids.
    pub async fn claim(&self, csm: &str, company: &str, integrations: &[&str]) -> Page {
        self.pass(SignedDuration::from_millis(1));
        let response = self.send_form(&form(csm, company, integrations, "")).await;
        assert_eq!(
            response.status(),
            StatusCode::SEE_OTHER,
            "{}",
            response.text().await.unwrap_or_default()
        );
        let receipt = response.headers()["location"].to_str().expect("text").to_owned();
        self.page(&receipt).await
    }

    pub async fn send_form(&self, fields: &[(String, String)]) -> Response {
        let request = self
            .post("/leaderboard/submissions")
            .header("accept", "text/html,*/*;q=0.8");
        request.form(fields).send().await.expect("answer")
    }
}

fn app(plan: &Plan, store: Arc<Store>, clock: Clock, syncing: Arc<SyncService>, folder: &TempDir) -> Router {
    let (start, time) = (clock.now(), clock.clone());
    let rate_clock = RateClock::from_source(move || time.since(start).unsigned_abs());
    router(AppParts {
        store,
        clock,
        catalog: CatalogFile::new(folder.path().join("integrations.txt")),
        source: plan.source,
        requests: RequestSettings {
            clock: rate_clock,
            ..plan.requests.clone()
        },
        security_contact: plan.security_contact.clone(),
        callers: plan.callers.clone(),
        team_goal: plan.team_goal,
        reminders: (plan.reminders)(),
        rules: plan.rules,
        weekly: (plan.weekly)(),
        signing: SigningKey::from_secret(b"the secret of a small world"),
        sync: syncing,
    })
}

pub fn form(csm: &str, company: &str, integrations: &[&str], key: &str) -> Vec<(String, String)> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut fields = vec![pair("csm", csm), pair("company", company)];
    fields.extend(integrations.iter().map(|name| pair("integrations", name)));
    fields.push(pair("key", key));
    fields
}

/// A claim of Kate, for the store itself.
pub fn insert(id: &str, company: &str) -> RowInsert {
    RowInsert {
        tab: &SUBMISSIONS,
        id: NewId::Given(id.to_owned()),
        cells: vec![
            CellEntry::DateTime(jiff::civil::datetime(2026, 3, 3, 13, 0, 0, 0)),
            CellEntry::Text("Kate".to_owned()),
            CellEntry::Text(company.to_owned()),
            CellEntry::Text("GitHub".to_owned()),
        ],
    }
}

/// Ids of the claims, in sheet order.
pub async fn ids(world: &World) -> Vec<String> {
    let rows = world.rows("submissions").await;
    rows.iter()
        .map(|row| row.first().and_then(Value::as_str).unwrap_or_default().to_owned())
        .collect()
}
