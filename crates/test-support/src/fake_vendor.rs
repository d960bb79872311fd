//! Fake vendor server: serves lists with the vendor's pagination, records the calls, fails on demand.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode},
};
use serde_json::Value;
use tokio::net::TcpListener;

/// Records by the path of their list.
pub type Lists = BTreeMap<String, Vec<Value>>;

/// Received call.
#[derive(Clone, Debug)]
pub struct ReceivedCall {
    /// Method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Decoded query.
    pub query: Vec<(String, String)>,
    /// Headers.
    pub headers: HeaderMap,
    /// Body as JSON; null if it is none.
    pub body: Value,
}

impl ReceivedCall {
    /// Value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Response of the server.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: String,
}

impl Reply {
    /// JSON with status 200.
    pub fn json(value: &Value) -> Self {
        Self::with_status(200, value)
    }

    /// JSON with another status.
    pub fn with_status(status: u16, value: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: value.to_string(),
        }
    }

    /// A web page instead of data.
    pub fn html(status: u16) -> Self {
        Self {
            status,
            headers: vec![("content-type", "text/html;charset=utf-8".to_owned())],
            body: "<html><body><h1>Something is wrong</h1></body></html>".to_owned(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }
}

/// How a vendor answers a call.
pub type Serve = fn(&Lists, &ReceivedCall) -> Reply;

struct Inner {
    lists: Lists,
    serve: Serve,
    faults: Mutex<VecDeque<Reply>>,
    calls: Mutex<Vec<ReceivedCall>>,
}

/// Fake vendor server on a local port.
pub struct FakeVendor {
    inner: Arc<Inner>,
    url: String,
}

impl FakeVendor {
    /// Starts a server with these lists.
    pub async fn start(lists: Lists, serve: Serve) -> Self {
        let inner = Arc::new(Inner {
            lists,
            serve,
            faults: Mutex::default(),
            calls: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let url = format!("http://{}", listener.local_addr().expect("address"));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { inner, url }
    }

    /// Queues responses for the next calls, regardless of their paths.
    pub fn fail(&self, replies: impl IntoIterator<Item = Reply>) {
        self.inner.faults.lock().expect("faults").extend(replies);
    }

    /// Calls received so far.
    pub fn calls(&self) -> Vec<ReceivedCall> {
        self.inner.calls.lock().expect("calls").clone()
    }

    /// Address of the server.
    pub fn url(&self) -> &str {
        &self.url
    }
}

async fn answer(State(inner): State<Arc<Inner>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("body");
    let query = parts.uri.query().unwrap_or_default();
    let seen = ReceivedCall {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: serde_urlencoded::from_str(query).expect("query"),
        headers: parts.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    let fault = inner.faults.lock().expect("faults").pop_front();
    let reply = fault.unwrap_or_else(|| (inner.serve)(&inner.lists, &seen));
    inner.calls.lock().expect("calls").push(seen);
    let mut response = Response::builder().status(StatusCode::from_u16(reply.status).expect("status"));
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(reply.body)).expect("response")
}
