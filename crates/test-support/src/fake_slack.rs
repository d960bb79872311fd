//! Fake Slack webhook.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use serde_json::Value;

/// Fake Slack webhook: records messages and fails the next `failures` requests.
#[derive(Clone, Default)]
pub struct FakeSlack {
    messages: Arc<Mutex<Vec<String>>>,
    /// Number of requests that fail next.
    pub failures: Arc<AtomicUsize>,
}

impl FakeSlack {
    /// Starts the server and returns the address of the webhook.
    pub async fn start(&self) -> String {
        let router = Router::new().route("/hook", post(take)).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}/hook")
    }

    /// Texts received so far.
    pub fn messages(&self) -> Vec<String> {
        self.messages.lock().expect("lock").clone()
    }
}

async fn take(State(slack): State<FakeSlack>, body: String) -> (StatusCode, &'static str) {
    let fails = slack
        .failures
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    if fails.is_ok() {
        return (StatusCode::SERVICE_UNAVAILABLE, "try later");
    }
    let body: Value = serde_json::from_str(&body).expect("JSON");
    slack
        .messages
        .lock()
        .expect("lock")
        .push(body["text"].as_str().expect("text").to_owned());
    (StatusCode::OK, "ok")
}
