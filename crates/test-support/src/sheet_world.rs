//! A spreadsheet with a store, a manual clock, and edits as staff make them.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use reqwest::{Client, StatusCode, redirect::Policy};
use serde_json::{Value, json};
use sheets_store::{
    SpreadsheetConnection, Store, Tab,
    audit::audit_log_tab,
    clock::Clock,
    google::connection::Credentials,
    options::{ChangeCheck, ProgramIdentity, SettingNames, StoreOptions},
};

use crate::test_spreadsheet::TestSpreadsheet;

/// Start time: a Tuesday at noon UTC, 13:00 in Paris.
pub const START: &str = "2026-03-03T12:00:00Z";

/// Audit log of the test spreadsheet.
pub static AUDIT_LOG: Tab = audit_log_tab("audit_log");

/// Names under which the store of a test appears in the spreadsheet.
pub const IDENTITY: ProgramIdentity = ProgramIdentity {
    audit_log: &AUDIT_LOG,
    author: "tallyboard",
    fencing_prefix: "test_token_",
    settings: SettingNames {
        spreadsheet_id: "SPREADSHEET_ID",
        api_url: "SHEETS_API_URL",
        guide: "the guide",
    },
};

/// Settings of the store of a test.
#[derive(Clone, Copy)]
pub struct StoreSettings {
    /// Deadline of one operation, with all its retries.
    pub patience: Duration,
    /// Maximum number of queued writes.
    pub queue: NonZeroUsize,
    /// Method that decides whether stale data must be read again.
    pub change_check: ChangeCheck,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(20),
            queue: NonZeroUsize::new(1_000).expect("positive"),
            change_check: ChangeCheck::ByReading,
        }
    }
}

impl StoreSettings {
    /// Settings with this deadline.
    pub fn with_patience(patience: Duration) -> Self {
        Self {
            patience,
            ..Self::default()
        }
    }

    fn options(self, clock: Clock) -> StoreOptions {
        StoreOptions {
            calls_per_minute: None,
            first_pause: Duration::from_millis(5),
            patience: self.patience,
            queue: self.queue,
            change_check: self.change_check,
            ..StoreOptions::for_google(clock, IDENTITY)
        }
    }
}

/// Spreadsheet with a store and a manual clock.
pub struct SheetWorld {
    /// The spreadsheet.
    pub sheets: TestSpreadsheet,
    /// The store under test.
    pub store: Arc<Store>,
    /// HTTP client of the test; follows no redirect.
    pub client: Client,
    milliseconds: Arc<AtomicI64>,
}

impl SheetWorld {
    /// World with `tabs` on an emulated spreadsheet.
    pub async fn new(tabs: &[&'static Tab]) -> Self {
        Self::with(tabs, StoreSettings::default()).await
    }

    /// The same with other settings of the store.
    pub async fn with(tabs: &[&'static Tab], settings: StoreSettings) -> Self {
        Self::on(TestSpreadsheet::emulated().await, tabs, settings).await
    }

    /// World on the real spreadsheet, if one is configured; there, calls cannot be counted and faults cannot be
    /// injected.
    pub async fn anywhere(tabs: &[&'static Tab]) -> Self {
        Self::on(TestSpreadsheet::anywhere().await, tabs, StoreSettings::default()).await
    }

    async fn on(sheets: TestSpreadsheet, tabs: &[&'static Tab], settings: StoreSettings) -> Self {
        let start: Timestamp = START.parse().expect("instant");
        let milliseconds = Arc::new(AtomicI64::new(start.as_millisecond()));
        let store = store_with(&sheets, settings.options(clock(&milliseconds))).await;
        let world = Self {
            store,
            client: client(),
            milliseconds,
            sheets,
        };
        let made = world.store.prepare(tabs).await;
        assert_eq!(made.problems, []);
        if !world.sheets.is_real() {
            world.forget_calls().await;
        }
        world
    }

    /// Second store on the same spreadsheet, as another instance has it.
    pub async fn another_store(&self, settings: StoreSettings) -> Arc<Store> {
        store_with(&self.sheets, settings.options(self.clock())).await
    }

    /// Advances the clock.
    pub fn pass(&self, time: SignedDuration) {
        let milliseconds = i64::try_from(time.as_millis()).expect("a short time");
        self.milliseconds.fetch_add(milliseconds, Ordering::SeqCst);
    }

    /// Clock of the store.
    pub fn clock(&self) -> Clock {
        clock(&self.milliseconds)
    }

    /// Sets the clock.
    pub fn set_clock(&self, instant: &str) {
        let instant: Timestamp = instant.parse().expect("instant");
        self.milliseconds.store(instant.as_millisecond(), Ordering::SeqCst);
    }

    /// Rows of a tab below its header, with unformatted values.
    pub async fn rows(&self, tab: &str) -> Vec<Vec<Value>> {
        let answer: Value = self
            .sheet_get(&format!("/values/{tab}?valueRenderOption=UNFORMATTED_VALUE"))
            .await;
        let rows: Vec<Vec<Value>> = serde_json::from_value(answer["values"].clone()).unwrap_or_default();
        rows.into_iter().skip(1).collect()
    }

    /// Reads from the spreadsheet as staff; `path` follows the address of the spreadsheet.
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

    /// Applies a batch update as staff, then refreshes the store of this world.
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

    /// Types a value into a cell as staff do in the editor, then refreshes the store of this world.
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

    /// Id of a tab.
    pub async fn sheet_id(&self, tab: &str) -> i64 {
        let answer = self.sheet_get("?fields=sheets.properties").await;
        let sheets = answer["sheets"].as_array().expect("sheets");
        let sheet = sheets
            .iter()
            .find(|sheet| sheet["properties"]["title"] == tab)
            .expect("tab");
        sheet["properties"]["sheetId"].as_i64().unwrap_or(0)
    }

    /// Injects a fault into the emulator.
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

    /// Removes all injected faults.
    pub async fn heal(&self) {
        let response = self
            .client
            .delete(format!("{}/_emulator/faults", self.sheets.url()))
            .send()
            .await
            .expect("answer");
        assert!(response.status().is_success());
    }

    /// Number of calls that the emulator received, by kind.
    pub async fn calls(&self) -> Value {
        let response = self
            .client
            .get(format!("{}/_emulator/calls", self.sheets.url()))
            .send()
            .await
            .expect("answer");
        response.json().await.expect("JSON")
    }

    /// Sets the number of calls to zero.
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

/// Store on the spreadsheet.
pub async fn store_with(sheets: &TestSpreadsheet, options: StoreOptions) -> Arc<Store> {
    store_at(&sheets.url(), sheets, options).await
}

/// Store that reaches the spreadsheet at `url`, for example through a proxy.
pub async fn store_at(url: &str, sheets: &TestSpreadsheet, options: StoreOptions) -> Arc<Store> {
    let mut options = options;
    if sheets.is_real() {
        let google = StoreOptions::for_google(options.clock.clone(), IDENTITY);
        options.calls_per_minute = google.calls_per_minute;
        options.first_pause = google.first_pause;
        options.patience = Duration::from_mins(2);
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
