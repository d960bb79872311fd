//! `GET /health`, for hosts that restart what does not answer, and for monitors.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Json,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::store::Store;

/// Time that a deep check waits for Google.
const PATIENCE: Duration = Duration::from_secs(4);
/// An answer serves everyone who asks within this time: six checks a minute leave nine tenths of the quota to people.
const KEPT: Duration = Duration::from_secs(10);

/// Asks Google for those who want to know, together.
#[derive(Clone)]
pub(super) struct DeepCheck {
    store: Arc<Store>,
    last: Arc<Mutex<Option<Asked>>>,
}

/// A question that Google was asked; the answer is none until it comes.
#[derive(Clone)]
struct Asked {
    at: Instant,
    answer: watch::Receiver<Option<Result<(), String>>>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    /// Also asks the spreadsheet; `0`, `false` and `no` do not.
    deep: Option<String>,
}

/// Whether the program is well.
#[derive(Serialize, JsonSchema)]
pub(super) struct Health {
    /// `ok` or `down`.
    status: &'static str,
    /// Why it is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(default)]
    reason: Option<String>,
    /// Version of the program.
    version: &'static str,
}

impl Question {
    /// `?deep`, `?deep=1` and the like; `?deep=0` and `?deep=false` are a plain check.
    fn is_deep(&self) -> bool {
        self.deep
            .as_deref()
            .is_some_and(|deep| !matches!(deep.trim(), "0" | "false" | "no"))
    }
}

pub(super) async fn show(State(check): State<DeepCheck>, Query(question): Query<Question>) -> Response {
    let verdict = if question.is_deep() {
        check.verdict().await
    } else {
        Ok(())
    };
    let version = env!("CARGO_PKG_VERSION");
    let (code, status, reason) = match verdict {
        Ok(()) => (StatusCode::OK, "ok", None),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, "down", Some(reason)),
    };
    let health = Health {
        status,
        reason,
        version,
    };
    (code, [(header::CACHE_CONTROL, "no-store")], Json(health)).into_response()
}

impl DeepCheck {
    pub(super) fn new(store: Arc<Store>) -> Self {
        Self {
            store,
            last: Arc::default(),
        }
    }

    /// Whether Google answers, now or some seconds ago.
    async fn verdict(&self) -> Result<(), String> {
        let mut answer = self.asked().answer;
        match tokio::time::timeout(PATIENCE, answer.wait_for(Option::is_some)).await {
            Ok(Ok(verdict)) => verdict.clone().unwrap_or(Ok(())),
            Ok(Err(_)) => Err("the check ended without an answer".to_owned()),
            Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
        }
    }

    /// The question that is still open or was answered lately; else a new one. It is asked beside the request, so that
    /// a caller who hangs up does not leave the next one to begin anew.
    fn asked(&self) -> Asked {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(asked) = last.as_ref()
            && (asked.at.elapsed() < KEPT || asked.answer.borrow().is_none() && asked.answer.has_changed().is_ok())
        {
            return asked.clone();
        }
        let (sender, answer) = watch::channel(None);
        let store = Arc::clone(&self.store);
        tokio::spawn(async move {
            let verdict = store.ask().await.map_err(|error| error.to_string());
            // An error means that nobody waits any more.
            let _ = sender.send(Some(verdict));
        });
        let asked = Asked {
            at: Instant::now(),
            answer,
        };
        *last = Some(asked.clone());
        asked
    }
}
