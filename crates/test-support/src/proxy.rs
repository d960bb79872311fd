//! Proxy between a store and the emulated spreadsheet, for events at the moment of a write.
//!
//! It simulates edits by staff between the read and the write, lost responses, late writes and killed stores.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use reqwest::Client;
use serde_json::{Value, json};
use sheets_store::{Store, options::StoreOptions};
use tokio::sync::oneshot;

use crate::{
    sheet_world::{IDENTITY, SheetWorld, store_at},
    test_spreadsheet::TestSpreadsheet,
};

/// Event at the next write.
pub enum Event {
    /// Staff send these requests before the write.
    Staff(Value),
    /// The write waits for a message on this channel.
    Before(oneshot::Receiver<()>),
    /// Staff send these requests before the write; the store is then cut off, as if killed, and gets no response.
    Killed(Value),
    /// Staff send these requests before the write; the response to the write is lost.
    Unanswered(Value),
    /// Copy requests read from one row below their source, as when a filter hides the intended row.
    CopiesShifted,
    /// The store gets a timeout at once; the write is sent only after a message on this channel.
    Held(oneshot::Receiver<()>),
}

/// Proxy on a local port.
#[derive(Clone)]
pub struct Proxy {
    /// Address for the store.
    pub url: String,
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    target: String,
    spreadsheet: String,
    token: String,
    events: Mutex<VecDeque<Event>>,
    /// Whether the store counts as killed; its later calls get no response.
    is_cut: AtomicBool,
    /// Status codes of writes whose responses did not reach the store.
    late: Mutex<Vec<StatusCode>>,
}

impl Proxy {
    /// Starts a proxy in front of the spreadsheet.
    pub async fn new(sheets: &TestSpreadsheet) -> Self {
        let inner = Arc::new(Inner {
            client: Client::new(),
            target: sheets.url(),
            spreadsheet: sheets.spreadsheet_id().to_owned(),
            token: sheets.owner_token().to_owned(),
            events: Mutex::default(),
            is_cut: AtomicBool::new(false),
            late: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("address");
        let router = axum::Router::new().fallback(handle).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url: format!("http://{address}"),
            inner,
        }
    }

    /// Queues events, one per write.
    pub fn expect(&self, events: impl IntoIterator<Item = Event>) {
        self.inner.events.lock().expect("lock").extend(events);
    }

    /// Number of events still queued.
    pub fn left(&self) -> usize {
        self.inner.events.lock().expect("lock").len()
    }

    /// Status codes of late writes and of writes by killed stores.
    pub fn late(&self) -> Vec<StatusCode> {
        self.inner.late.lock().expect("lock").clone()
    }
}

impl Inner {
    async fn staff(&self, requests: &Value) {
        let url = format!("{}/v4/spreadsheets/{}:batchUpdate", self.target, self.spreadsheet);
        let body = json!({"requests": requests});
        // Injected faults are meant for the store but can hit these requests too.
        loop {
            let request = self.client.post(&url).bearer_auth(&self.token).json(&body);
            match request.send().await {
                Ok(response) if response.status() == StatusCode::OK => return,
                Ok(response) => assert_ne!(response.status(), StatusCode::BAD_REQUEST),
                Err(_) => {}
            }
        }
    }

    async fn forward(&self, method: Method, uri: Uri, body: Bytes) -> Response {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("{}{path}", self.target);
        let request = self.client.request(method, url).bearer_auth(&self.token);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let Ok(answer) = request.body(body).send().await else {
            return StatusCode::BAD_GATEWAY.into_response();
        };
        let status = answer.status();
        let Ok(body) = answer.bytes().await else {
            return StatusCode::BAD_GATEWAY.into_response();
        };
        (
            status,
            [(header::CONTENT_TYPE, "application/json; charset=UTF-8")],
            body,
        )
            .into_response()
    }
}

async fn handle(
    State(inner): State<Arc<Inner>>,
    method: Method,
    uri: Uri,
    _headers: HeaderMap,
    body: Bytes,
) -> Response {
    if inner.is_cut.load(Ordering::SeqCst) {
        return std::future::pending().await;
    }
    let event = if uri.path().ends_with(":batchUpdate") {
        inner.events.lock().expect("lock").pop_front()
    } else {
        None
    };
    let body = match event {
        Some(Event::CopiesShifted) => with_copies_shifted(&body),
        _ => body,
    };
    match event {
        None | Some(Event::CopiesShifted) => {}
        Some(Event::Staff(requests)) => inner.staff(&requests).await,
        Some(Event::Before(release)) => drop(release.await),
        Some(Event::Killed(requests)) => {
            inner.staff(&requests).await;
            inner.is_cut.store(true, Ordering::SeqCst);
            let answer = inner.forward(method, uri, body).await;
            inner.late.lock().expect("lock").push(answer.status());
            return std::future::pending().await;
        }
        Some(Event::Unanswered(requests)) => {
            inner.staff(&requests).await;
            inner.forward(method, uri, body).await;
            return StatusCode::GATEWAY_TIMEOUT.into_response();
        }
        Some(Event::Held(release)) => {
            tokio::spawn(async move {
                if release.await.is_ok() {
                    let answer = inner.forward(method, uri, body).await;
                    inner.late.lock().expect("lock").push(answer.status());
                }
            });
            return StatusCode::GATEWAY_TIMEOUT.into_response();
        }
    }
    inner.forward(method, uri, body).await
}

fn with_copies_shifted(body: &Bytes) -> Bytes {
    let mut batch: Value = serde_json::from_slice(body).expect("JSON");
    for request in batch["requests"].as_array_mut().expect("requests") {
        let source = request.pointer_mut("/copyPaste/source");
        if let Some(source) = source.filter(|source| source["startRowIndex"].as_u64() > Some(0)) {
            for edge in ["startRowIndex", "endRowIndex"] {
                source[edge] = json!(source[edge].as_u64().expect("row") + 1);
            }
        }
    }
    batch.to_string().into()
}

/// Second store on the spreadsheet of `world`, connected through a proxy.
pub async fn store_behind_proxy(world: &SheetWorld) -> (Proxy, Arc<Store>) {
    let proxy = Proxy::new(&world.sheets).await;
    let options = StoreOptions {
        calls_per_minute: None,
        first_pause: Duration::from_millis(2),
        patience: Duration::from_secs(10),
        ..StoreOptions::for_google(world.clock(), IDENTITY)
    };
    let store = store_at(&proxy.url, &world.sheets, options).await;
    (proxy, store)
}
