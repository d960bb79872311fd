//! Fake vendor server: serves lists with the vendor's pagination, records the calls, fails on demand.

use std::{
    collections::{BTreeMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode},
};
use customer_sources::{
    OpenSource, ReadProgress, SourceError, SourceRun, SyncCursor, Timer, Vendor, VendorSettings,
    event::CustomerEvent,
    observation::{MonthMetrics, Observation, RecordFinding, SourcePage},
    open,
};
use jiff::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;

/// Records by the path of their list.
pub type Lists = BTreeMap<String, Vec<Value>>;

/// Received call.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Seen {
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Response of the server.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Reply {
    pub fn json(value: &Value) -> Self {
        Self::with_status(200, value)
    }

    pub fn with_status(status: u16, value: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: value.to_string(),
        }
    }

    pub fn html(status: u16) -> Self {
        Self {
            status,
            headers: vec![("content-type", "text/html;charset=utf-8".to_owned())],
            body: "<html><body><h1>Something is wrong</h1></body></html>".to_owned(),
        }
    }

    pub fn header(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }
}

pub type Serve = fn(&Lists, &Seen) -> Reply;

struct Inside {
    lists: Lists,
    serve: Serve,
    faults: Mutex<VecDeque<Reply>>,
    seen: Mutex<Vec<Seen>>,
}

/// Fake vendor server on a local port.
pub struct Fake {
    inside: Arc<Inside>,
    url: String,
}

impl Fake {
    pub async fn start(lists: Lists, serve: Serve) -> Self {
        let inside = Arc::new(Inside {
            lists,
            serve,
            faults: Mutex::default(),
            seen: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let url = format!("http://{}", listener.local_addr().expect("address"));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inside));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { inside, url }
    }

    /// Queues responses for the next calls, regardless of their paths.
    pub fn fail(&self, replies: impl IntoIterator<Item = Reply>) {
        self.inside.faults.lock().expect("faults").extend(replies);
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.inside.seen.lock().expect("seen").clone()
    }

    pub fn url(&self) -> &str {
        &self.url
    }
}

async fn answer(State(inside): State<Arc<Inside>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("body");
    let query = parts.uri.query().unwrap_or_default();
    let seen = Seen {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: serde_urlencoded::from_str(query).expect("query"),
        headers: parts.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    let fault = inside.faults.lock().expect("faults").pop_front();
    let reply = fault.unwrap_or_else(|| (inside.serve)(&inside.lists, &seen));
    inside.seen.lock().expect("seen").push(seen);
    let mut response = Response::builder().status(StatusCode::from_u16(reply.status).expect("status"));
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(reply.body)).expect("response")
}

/// Manual clock that advances only by sleeping and records each sleep.
#[derive(Clone)]
pub struct TestTime {
    now: Arc<Mutex<Timestamp>>,
    slept: Arc<Mutex<Vec<Duration>>>,
}

pub const NOW: &str = "2026-03-01T12:00:00Z";

pub fn now() -> Timestamp {
    NOW.parse().expect("a time")
}

impl TestTime {
    pub fn new() -> Self {
        Self {
            now: Arc::new(Mutex::new(now())),
            slept: Arc::default(),
        }
    }

    pub fn time(&self) -> Timer {
        let (now, moving) = (Arc::clone(&self.now), self.clone());
        let instants = move || *now.lock().expect("now");
        Timer::with_sleep(instants, move |pause| {
            let moving = moving.clone();
            Box::pin(async move {
                moving.slept.lock().expect("slept").push(pause);
                let mut now = moving.now.lock().expect("now");
                *now = now.checked_add(pause).expect("a time");
            })
        })
    }

    pub fn slept(&self) -> Vec<Duration> {
        self.slept.lock().expect("slept").clone()
    }
}

/// Everything that a run returned.
#[derive(Debug, Default)]
pub struct Brought {
    pub pages: usize,
    pub observations: Vec<Observation>,
    pub events: Vec<CustomerEvent>,
    pub metrics: Vec<MonthMetrics>,
    pub findings: Vec<RecordFinding>,
}

impl Brought {
    pub fn take(&mut self, page: SourcePage) {
        self.pages += 1;
        self.observations.extend(page.observations);
        self.events.extend(page.events);
        self.metrics.extend(page.metrics);
        self.findings.extend(page.findings);
    }

    /// Ids of the subjects and events, sorted and without duplicates.
    pub fn ids(&self) -> Vec<String> {
        let of_subject = |seen: &Observation| format!("{:?} {}", seen.subject.kind, seen.subject.id);
        let mut ids: Vec<String> = self.observations.iter().map(of_subject).collect();
        ids.extend(
            self.events
                .iter()
                .map(|event| format!("{} {}", event.detail.kind(), event.id)),
        );
        ids.sort();
        ids.dedup();
        ids
    }

    pub fn observation(&self, id: &str) -> &Observation {
        let found = self.observations.iter().find(|seen| seen.subject.id == id);
        found.unwrap_or_else(|| panic!("no observation {id} among {:?}", self.ids()))
    }

    pub fn event(&self, id: &str) -> &CustomerEvent {
        let found = self.events.iter().find(|event| event.id == id);
        found.unwrap_or_else(|| panic!("no event {id} among {:?}", self.ids()))
    }
}

pub fn open_at(vendor: &'static Vendor, mut settings: VendorSettings, url: &str, time: &TestTime) -> OpenSource {
    settings.base_url = Some(url.to_owned());
    open(vendor, settings, time.time()).expect("settings")
}

/// Reads to the end; every cursor is serialised and parsed between the pages.
pub async fn read_all(source: &OpenSource, run: SourceRun) -> Result<Brought, SourceError> {
    read_on(source, source.start(run)).await
}

pub async fn read_on(source: &OpenSource, mut cursor: SyncCursor) -> Result<Brought, SourceError> {
    let mut brought = Brought::default();
    loop {
        let (page, progress) = source.next(&cursor).await?;
        brought.take(page);
        match progress {
            ReadProgress::More(next) => {
                let stored = serde_json::to_string(&next).expect("stored");
                assert_ne!(next, cursor, "the cursor stands still");
                cursor = serde_json::from_str(&stored).expect("read back");
            }
            ReadProgress::Done { watermark } => {
                assert_eq!(watermark, cursor.run.started_at);
                return Ok(brought);
            }
        }
        assert!(brought.pages < 1000, "the list has no end");
    }
}

/// Vendor file from `../shared/vendors`; `None`, with a message on stderr, if that folder is missing.
pub fn material(path: &str) -> Option<Value> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/vendors");
    if !root.is_dir() {
        eprintln!("skipped: {path} is not there, because there is no folder ../shared/vendors");
        return None;
    }
    let file = root.join(path);
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    Some(serde_json::from_str(&text).expect("JSON"))
}

/// Bodies of the recorded responses, in order.
pub fn recorded(path: &str) -> Option<Vec<Value>> {
    let recording = material(path)?;
    let exchanges = recording.as_array().expect("exchanges");
    Some(
        exchanges
            .iter()
            .map(|exchange| exchange["response"]["body"].clone())
            .collect(),
    )
}

/// Copy of `record` with another id.
pub fn with_id(record: &Value, place: &str, id: &str) -> Value {
    let mut copy = record.clone();
    *copy.pointer_mut(place).expect("a place") = id.into();
    copy
}
