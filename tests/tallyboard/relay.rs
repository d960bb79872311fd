//! Stands between a store and the emulated spreadsheet, so that something can happen at the moment of a write: staff act
//! between the read and the write, or a write arrives long after its sender has given up.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use reqwest::Client;
use serde_json::{Value, json};
use tallyboard::emulator::Emulator;
use tokio::sync::oneshot;

/// What happens at the next write.
pub enum Event {
    /// Staff send these requests first.
    Staff(Value),
    /// The write is held back until the sender of this channel says so; the store hears nothing.
    Held(oneshot::Receiver<()>),
}

#[derive(Clone)]
pub struct Relay {
    pub url: String,
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    target: String,
    spreadsheet: String,
    token: String,
    events: Mutex<VecDeque<Event>>,
    /// Answers of writes that were held back.
    late: Mutex<Vec<StatusCode>>,
}

impl Relay {
    pub async fn new(emulator: &Emulator) -> Self {
        let inner = Arc::new(Inner {
            client: Client::new(),
            target: emulator.url(),
            spreadsheet: emulator.spreadsheet_id().to_owned(),
            token: emulator.owner_token().to_owned(),
            events: Mutex::default(),
            late: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("address");
        let router = axum::Router::new().fallback(pass).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url: format!("http://{address}"),
            inner,
        }
    }

    /// Events of the next writes, one each.
    pub fn expect(&self, events: impl IntoIterator<Item = Event>) {
        self.inner.events.lock().expect("lock").extend(events);
    }

    /// Events that no write has met.
    pub fn left(&self) -> usize {
        self.inner.events.lock().expect("lock").len()
    }

    /// How the spreadsheet answered writes that were held back.
    pub fn late(&self) -> Vec<StatusCode> {
        self.inner.late.lock().expect("lock").clone()
    }
}

impl Inner {
    async fn staff(&self, requests: &Value) {
        let url = format!("{}/v4/spreadsheets/{}:batchUpdate", self.target, self.spreadsheet);
        let request = self.client.post(url).bearer_auth(&self.token);
        let response = request
            .json(&json!({"requests": requests}))
            .send()
            .await
            .expect("answer");
        assert_eq!(response.status(), StatusCode::OK, "{:?}", response.text().await);
    }

    async fn forward(&self, method: Method, uri: Uri, body: Bytes) -> Response {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("{}{path}", self.target);
        let request = self.client.request(method, url).bearer_auth(&self.token);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let answer = request.body(body).send().await.expect("answer");
        let status = answer.status();
        let body = answer.bytes().await.expect("body");
        (
            status,
            [(header::CONTENT_TYPE, "application/json; charset=UTF-8")],
            body,
        )
            .into_response()
    }
}

async fn pass(State(inner): State<Arc<Inner>>, method: Method, uri: Uri, _headers: HeaderMap, body: Bytes) -> Response {
    let event = if uri.path().ends_with(":batchUpdate") {
        inner.events.lock().expect("lock").pop_front()
    } else {
        None
    };
    match event {
        None => {}
        Some(Event::Staff(requests)) => inner.staff(&requests).await,
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
