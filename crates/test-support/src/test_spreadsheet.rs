//! Test spreadsheet: an emulated one per test or, if configured, a real one.
//!
//! `TEST_SPREADSHEET_ID` and `TEST_SERVICE_ACCOUNT` (path of a key file) select the real one; **everything in it is
//! deleted**. `TEST_SHEETS_URL` replaces the address of the Google API.

use std::sync::{Arc, LazyLock};

use reqwest::{Client, Method, StatusCode, redirect::Policy};
use serde_json::{Value, json};
use sheets_emulator::Emulator;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Spreadsheet of a test.
pub enum TestSpreadsheet {
    /// In the memory of this process.
    Emulated(Emulator),
    /// At Google.
    Real(RealSpreadsheet),
}

/// Spreadsheet at Google, used by one test at a time.
pub struct RealSpreadsheet {
    url: String,
    id: String,
    token: String,
    /// Serialises the tests that share the real spreadsheet.
    _guard: OwnedMutexGuard<()>,
}

impl TestSpreadsheet {
    /// Emulated spreadsheet, which supports call counts and fault injection.
    pub async fn emulated() -> Self {
        Self::Emulated(
            Emulator::start(sheets_emulator::EmulatorOptions::default())
                .await
                .expect("emulator"),
        )
    }

    /// Real spreadsheet, emptied, if one is configured; otherwise an emulated one.
    pub async fn anywhere() -> Self {
        static SHARED: LazyLock<Arc<Mutex<()>>> = LazyLock::new(Arc::default);
        let setting = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let Some((id, key)) = setting("TEST_SPREADSHEET_ID").zip(setting("TEST_SERVICE_ACCOUNT")) else {
            return Self::emulated().await;
        };
        let real = RealSpreadsheet {
            url: setting("TEST_SHEETS_URL").unwrap_or_else(|| "https://sheets.googleapis.com".to_owned()),
            id,
            token: token(&key).await,
            _guard: Arc::clone(&SHARED).lock_owned().await,
        };
        real.empty().await;
        Self::Real(real)
    }

    /// Whether this is the real one.
    pub fn is_real(&self) -> bool {
        matches!(self, Self::Real(_))
    }

    /// Address of the API.
    pub fn url(&self) -> String {
        match self {
            Self::Emulated(emulator) => emulator.url(),
            Self::Real(real) => real.url.clone(),
        }
    }

    /// Id of the spreadsheet.
    pub fn spreadsheet_id(&self) -> &str {
        match self {
            Self::Emulated(emulator) => emulator.spreadsheet_id(),
            Self::Real(real) => &real.id,
        }
    }

    /// Token with full access.
    pub fn owner_token(&self) -> &str {
        match self {
            Self::Emulated(emulator) => emulator.owner_token(),
            Self::Real(real) => &real.token,
        }
    }
}

/// Obtains an access token the same way as the program.
async fn token(key_file: &str) -> String {
    let key = yup_oauth2::read_service_account_key(key_file).await;
    let key = key.unwrap_or_else(|error| panic!("TEST_SERVICE_ACCOUNT={key_file}: {error}"));
    let provider = rustls::crypto::ring::default_provider();
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(provider)
        .expect("certificates")
        .https_or_http()
        .enable_http1()
        .build();
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build(connector);
    let builder =
        yup_oauth2::ServiceAccountAuthenticator::with_client(key, yup_oauth2::CustomHyperClientBuilder::from(client));
    let account = builder.build().await.expect("key");
    let token = account.token(&["https://www.googleapis.com/auth/spreadsheets"]).await;
    token.expect("token").token().expect("token").to_owned()
}

impl RealSpreadsheet {
    /// Deletes all named ranges and all tabs except one new, empty tab.
    async fn empty(&self) {
        let found = self.ask(
            Method::GET,
            "?fields=sheets.properties.sheetId,namedRanges.namedRangeId",
            None,
        );
        let found = found.await;
        let ids = |list: &Value, pointer: &str| -> Vec<Value> {
            let items = list.as_array().into_iter().flatten();
            items.filter_map(|item| item.pointer(pointer).cloned()).collect()
        };
        let ranges = ids(&found["namedRanges"], "/namedRangeId").into_iter();
        let ranges = ranges.map(|id| json!({"deleteNamedRange": {"namedRangeId": id}}));
        let title = format!("empty {}", uuid::Uuid::new_v4());
        let empty = json!({"addSheet": {"properties": {"title": title}}});
        let sheets = ids(&found["sheets"], "/properties/sheetId").into_iter();
        let sheets = sheets.map(|id| json!({"deleteSheet": {"sheetId": id}}));
        let requests: Vec<Value> = ranges.chain([empty]).chain(sheets).collect();
        self.ask(Method::POST, ":batchUpdate", Some(json!({"requests": requests})))
            .await;
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}/v4/spreadsheets/{}{path}", self.url, self.id);
        let client = Client::builder().redirect(Policy::none()).build().expect("client");
        let mut request = client.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.expect("answer");
        let (status, answer) = (response.status(), response.json::<Value>().await.expect("JSON"));
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }
}
