//! Test world: the real router and the real store over an emulated spreadsheet, with a manual clock.

use std::{
    net::SocketAddr,
    num::NonZeroUsize,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use customer_sources::{OpenSource, amount::Currency, vendors};
use customers::sync::{self, SyncService, schedule::SyncSchedule};
use deals::{DealRules, ReminderSettings};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use leaderboard::{
    claims::{catalog::file::CatalogFile, correction::signing::SigningKey},
    standings::{
        goal::Goal,
        weekly::{WeeklySettings, schedule::WeeklyMoment},
    },
};
use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect::Policy};
use scraper::{Html, Selector};
use serde_json::{Value, json};
use sheets_store::{
    SpreadsheetConnection, Store,
    clock::Clock,
    google::connection::Credentials,
    options::{ChangeCheck, StoreOptions},
};
use tallyboard::app::{AppParts, STORE_IDENTITY, router, tabs};
use tempfile::TempDir;
use web::{delivery::Delivery, page::DataSource};

use crate::ground::Ground;

pub const CATALOG: &str = "GitHub | GH\nCursor\nClickHouse\nDatadog\nOpenAI\n~ Segment\n";

/// Start time: a Tuesday at noon UTC, 13:00 in Paris.
pub const START: &str = "2026-03-03T12:00:00Z";

pub struct World {
    pub sheets: Ground,
    pub store: Arc<Store>,
    pub client: Client,
    pub address: String,
    pub syncing: Arc<SyncService>,
    milliseconds: Arc<AtomicI64>,
    folder: TempDir,
}

/// Settings of a test world.
pub struct Plan {
    pub catalog: &'static str,
    pub posts_per_minute: u32,
    pub trusted_proxies: usize,
    pub patience: Duration,
    pub source: DataSource,
    /// Maximum number of queued writes.
    pub queue: NonZeroUsize,
    /// Method that decides whether stale data must be read again.
    pub change_check: ChangeCheck,
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
            posts_per_minute: 10_000,
            trusted_proxies: 0,
            patience: Duration::from_secs(20),
            source: DataSource::EmbeddedSpreadsheet,
            queue: NonZeroUsize::new(1_000).expect("positive"),
            change_check: ChangeCheck::ByReading,
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

    fn options(&self, clock: Clock) -> StoreOptions {
        StoreOptions {
            calls_per_minute: None,
            first_pause: Duration::from_millis(5),
            patience: self.patience,
            queue: self.queue,
            change_check: self.change_check,
            ..StoreOptions::for_google(clock, STORE_IDENTITY)
        }
    }
}

impl World {
    pub async fn new() -> Self {
        Self::of(Plan::default()).await
    }

    /// World on the real spreadsheet, if one is configured; there, calls cannot be counted and faults cannot be
    /// injected.
    pub async fn anywhere() -> Self {
        Self::on(Ground::anywhere().await, Plan::default()).await
    }

    pub async fn of(plan: Plan) -> Self {
        Self::on(Ground::emulated().await, plan).await
    }

    async fn on(sheets: Ground, plan: Plan) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(folder.path().join("integrations.txt"), plan.catalog).expect("catalog");
        let start: Timestamp = START.parse().expect("instant");
        let milliseconds = Arc::new(AtomicI64::new(start.as_millisecond()));
        let store = store_with(&sheets, plan.options(clock(&milliseconds))).await;
        let mut world = Self {
            syncing: plan.syncing(&store, clock(&milliseconds)),
            store,
            client: client(),
            address: String::new(),
            milliseconds,
            sheets,
            folder,
        };
        let made = world.store.prepare(&tabs()).await;
        assert_eq!(made.problems, []);
        let syncing = Arc::clone(&world.syncing);
        world.address = world.serve(Arc::clone(&world.store), &plan, syncing).await;
        if !world.sheets.is_real() {
            world.forget_calls().await;
        }
        world
    }

    /// Starts a second instance on the same spreadsheet and returns its address.
    pub async fn another_instance(&self, plan: &Plan) -> String {
        let store = store_with(&self.sheets, plan.options(self.clock())).await;
        let syncing = plan.syncing(&store, self.clock());
        self.serve(store, plan, syncing).await
    }

    async fn serve(&self, store: Arc<Store>, plan: &Plan, syncing: Arc<SyncService>) -> String {
        let router = router(AppParts {
            store,
            clock: clock(&self.milliseconds),
            catalog: CatalogFile::new(self.catalog_path()),
            source: plan.source,
            posts_per_minute: plan.posts_per_minute.try_into().expect("positive"),
            trusted_proxies: plan.trusted_proxies,
            team_goal: plan.team_goal,
            reminders: (plan.reminders)(),
            rules: plan.rules,
            weekly: (plan.weekly)(),
            signing: SigningKey::from_secret(b"the secret of a small world"),
            sync: syncing,
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("address");
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        format!("http://{address}")
    }

    pub fn catalog_path(&self) -> PathBuf {
        self.folder.path().join("integrations.txt")
    }

    pub fn pass(&self, time: SignedDuration) {
        let milliseconds = i64::try_from(time.as_millis()).expect("a short time");
        self.milliseconds.fetch_add(milliseconds, Ordering::SeqCst);
    }

    pub fn clock(&self) -> Clock {
        clock(&self.milliseconds)
    }

    pub fn set_clock(&self, instant: &str) {
        let instant: Timestamp = instant.parse().expect("instant");
        self.milliseconds.store(instant.as_millisecond(), Ordering::SeqCst);
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.address))
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.address))
    }

    pub async fn page(&self, path: &str) -> Page {
        Page::of(
            self.get(path)
                .header("accept", "text/html")
                .send()
                .await
                .expect("answer"),
        )
        .await
    }

    pub async fn json(&self, path: &str) -> Value {
        let response = self.get(path).send().await.expect("answer");
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.json().await.expect("JSON")
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

    /// Rows of a tab below its header, with unformatted values.
    pub async fn rows(&self, tab: &str) -> Vec<Vec<Value>> {
        let answer: Value = self
            .sheet_get(&format!("/values/{tab}?valueRenderOption=UNFORMATTED_VALUE"))
            .await;
        let rows: Vec<Vec<Value>> = serde_json::from_value(answer["values"].clone()).unwrap_or_default();
        rows.into_iter().skip(1).collect()
    }

    pub async fn sheet_get(&self, path: &str) -> Value {
        let url = format!(
            "{}/v4/spreadsheets/{}{path}",
            self.sheets.url(),
            self.sheets.spreadsheet_id()
        );
        let response = self
            .client
            .get(url)
            .bearer_auth(self.sheets.owner_token())
            .send()
            .await
            .expect("answer");
        assert_eq!(response.status(), StatusCode::OK);
        response.json().await.expect("JSON")
    }

    /// Applies a batch update as staff, then refreshes the world's own store.
    pub async fn staff(&self, requests: Value) -> Value {
        let url = format!(
            "{}/v4/spreadsheets/{}:batchUpdate",
            self.sheets.url(),
            self.sheets.spreadsheet_id()
        );
        let response = self
            .client
            .post(url)
            .bearer_auth(self.sheets.owner_token())
            .json(&json!({"requests": requests}))
            .send()
            .await
            .expect("answer");
        let status = response.status();
        let answer: Value = response.json().await.expect("JSON");
        assert_eq!(status, StatusCode::OK, "{answer}");
        self.store.refresh();
        answer
    }

    /// Types a value into a cell as staff do in the editor, then refreshes the world's own store.
    pub async fn staff_type(&self, range: &str, value: Value) {
        let url = format!(
            "{}/v4/spreadsheets/{}/values:batchUpdate",
            self.sheets.url(),
            self.sheets.spreadsheet_id()
        );
        let body = json!({"valueInputOption": "USER_ENTERED", "data": [{"range": range, "values": [[value]]}]});
        let response = self
            .client
            .post(url)
            .bearer_auth(self.sheets.owner_token())
            .json(&body)
            .send()
            .await
            .expect("answer");
        assert_eq!(response.status(), StatusCode::OK, "{:?}", response.text().await);
        self.store.refresh();
    }

    pub async fn sheet_id(&self, tab: &str) -> i64 {
        let answer = self.sheet_get("?fields=sheets.properties").await;
        let sheets = answer["sheets"].as_array().expect("sheets");
        let sheet = sheets
            .iter()
            .find(|sheet| sheet["properties"]["title"] == tab)
            .expect("tab");
        sheet["properties"]["sheetId"].as_i64().unwrap_or(0)
    }

    pub async fn fault(&self, fault: Value) {
        let response = self
            .client
            .post(format!("{}/_emulator/faults", self.sheets.url()))
            .json(&fault)
            .send()
            .await
            .expect("answer");
        assert!(response.status().is_success(), "{:?}", response.text().await);
    }

    pub async fn heal(&self) {
        let response = self
            .client
            .delete(format!("{}/_emulator/faults", self.sheets.url()))
            .send()
            .await
            .expect("answer");
        assert!(response.status().is_success());
    }

    pub async fn calls(&self) -> Value {
        let response = self
            .client
            .get(format!("{}/_emulator/calls", self.sheets.url()))
            .send()
            .await
            .expect("answer");
        response.json().await.expect("JSON")
    }

    pub async fn forget_calls(&self) {
        let response = self
            .client
            .delete(format!("{}/_emulator/calls", self.sheets.url()))
            .send()
            .await
            .expect("answer");
        assert!(response.status().is_success());
    }
}

pub fn form(csm: &str, company: &str, integrations: &[&str], key: &str) -> Vec<(String, String)> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut fields = vec![pair("csm", csm), pair("company", company)];
    fields.extend(integrations.iter().map(|name| pair("integrations", name)));
    fields.push(pair("key", key));
    fields
}

fn clock(milliseconds: &Arc<AtomicI64>) -> Clock {
    let milliseconds = Arc::clone(milliseconds);
    let now = move || Timestamp::from_millisecond(milliseconds.load(Ordering::SeqCst)).expect("instant");
    Clock::from_source(now, TimeZone::get("Europe/Paris").expect("zone"))
}

fn client() -> Client {
    // Loading the system certificates takes longer than most tests, and no test uses TLS.
    let builder = Client::builder()
        .redirect(Policy::none())
        .tls_built_in_root_certs(false);
    builder.build().expect("client")
}

pub async fn open_store(sheets: &Ground, clock: &Clock, patience: Duration) -> Arc<Store> {
    let plan = Plan {
        patience,
        ..Plan::default()
    };
    store_with(sheets, plan.options(clock.clone())).await
}

pub async fn store_with(sheets: &Ground, options: StoreOptions) -> Arc<Store> {
    store_at(&sheets.url(), sheets, options).await
}

/// Store that reaches the spreadsheet at `url`, for example through a proxy.
pub async fn store_at(url: &str, sheets: &Ground, options: StoreOptions) -> Arc<Store> {
    let mut options = options;
    if sheets.is_real() {
        let google = StoreOptions::for_google(options.clock.clone(), STORE_IDENTITY);
        options.calls_per_minute = google.calls_per_minute;
        options.first_pause = google.first_pause;
        options.patience = Duration::from_secs(120);
    }
    let connection = SpreadsheetConnection {
        spreadsheet_id: sheets.spreadsheet_id().to_owned(),
        api_url: Some(url.to_owned()),
        spreadsheet_url: format!("{}/spreadsheets/d/{}/edit", sheets.url(), sheets.spreadsheet_id()),
        credentials: Credentials::Bearer(sheets.owner_token().to_owned()),
        call_timeout: call_timeout(options.patience),
    };
    Arc::new(Store::open(connection, options).await.expect("store"))
}

/// Timeout of one call: a tenth of the store's deadline, at least 2 s. It is short because many tests lose responses.
fn call_timeout(patience: Duration) -> Duration {
    (patience / 10).max(Duration::from_secs(2))
}

/// Rendered page with its status code.
pub struct Page {
    pub status: StatusCode,
    pub text: String,
}

impl Page {
    pub async fn of(response: Response) -> Self {
        let status = response.status();
        let text = response.text().await.expect("text");
        Self { status, text }
    }

    /// Text of all elements that match `selector`, with whitespace collapsed.
    pub fn all(&self, selector: &str) -> Vec<String> {
        let document = Html::parse_document(&self.text);
        let selector = Selector::parse(selector).expect("selector");
        let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        document
            .select(&selector)
            .map(|element| words(element.text().collect()))
            .collect()
    }

    /// Values of `attribute` on all elements that match `selector`.
    pub fn attributes(&self, selector: &str, attribute: &str) -> Vec<String> {
        let document = Html::parse_document(&self.text);
        let selector = Selector::parse(selector).expect("selector");
        document
            .select(&selector)
            .filter_map(|element| element.attr(attribute).map(str::to_owned))
            .collect()
    }

    /// Text of the `main` element.
    pub fn main(&self) -> String {
        self.all("main").join(" ")
    }

    #[track_caller]
    pub fn says(&self, words: &str) {
        let body = self.all("body").join(" ");
        assert!(body.contains(words), "{words:?} is not on the page:\n{body}");
    }
}
