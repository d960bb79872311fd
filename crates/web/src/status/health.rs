//! Health check `GET /health`, for hosts and monitors.

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
use domain::language::Language;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sheets_store::{FailureReason, Store};
use tokio::sync::watch;

use crate::status::{caller::Caller, storage::StorageTrouble};

/// Time limit of a deep check.
const DEEP_CHECK_TIMEOUT: Duration = Duration::from_secs(4);
/// Time to live of a deep check. All callers within this time share one call, so that at most six checks a minute reach
/// Google and nine tenths of the quota remain.
const DEEP_CHECK_TTL: Duration = Duration::from_secs(10);

/// Deep check: one call to Google, shared by concurrent callers.
#[derive(Clone)]
pub(crate) struct DeepCheck {
    store: Arc<Store>,
    last: Arc<Mutex<Option<PendingCheck>>>,
}

/// Deep check in progress or completed; its result is `None` until Google answers.
#[derive(Clone)]
struct PendingCheck {
    at: Instant,
    answer: watch::Receiver<Option<Result<(), FailureReason>>>,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct HealthQuery {
    /// Also checks the spreadsheet; `0`, `false` and `no` do not.
    deep: Option<String>,
}

/// Health of the program.
#[derive(Serialize, JsonSchema)]
pub(crate) struct HealthResponse {
    /// `ok` or `down`.
    status: &'static str,
    /// Reason if it is `down`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(default)]
    reason: Option<String>,
    /// Version of the program.
    version: &'static str,
}

impl HealthQuery {
    /// Whether a deep check is requested: `?deep`, `?deep=1`, but not `?deep=0`, `?deep=false`, `?deep=no`.
    fn is_deep(&self) -> bool {
        self.deep
            .as_deref()
            .is_some_and(|deep| !matches!(deep.trim(), "0" | "false" | "no"))
    }
}

pub(crate) async fn get_health(
    State(check): State<DeepCheck>,
    caller: Caller,
    Query(query): Query<HealthQuery>,
) -> Response {
    let verdict = if query.is_deep() {
        check
            .verdict()
            .await
            .and_then(|()| check.writes())
            .map_err(|reason| match caller {
                Caller::ThisMachine => reason.full,
                Caller::Anybody => reason.public,
            })
    } else {
        Ok(())
    };
    let version = env!("CARGO_PKG_VERSION");
    let (code, status, reason) = match verdict {
        Ok(()) => (StatusCode::OK, "ok", None),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, "down", Some(reason)),
    };
    let health = HealthResponse {
        status,
        reason,
        version,
    };
    (code, [(header::CACHE_CONTROL, "no-store")], Json(health)).into_response()
}

/// Reason in words of the program itself, which anybody may read.
fn own_reason(text: String) -> FailureReason {
    FailureReason {
        full: text.clone(),
        public: text,
    }
}

impl DeepCheck {
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self {
            store,
            last: Arc::default(),
        }
    }

    /// Result of the current or a recent check.
    async fn verdict(&self) -> Result<(), FailureReason> {
        let mut answer = self.current_check().answer;
        match tokio::time::timeout(DEEP_CHECK_TIMEOUT, answer.wait_for(Option::is_some)).await {
            Ok(Ok(verdict)) => verdict.clone().unwrap_or(Ok(())),
            Ok(Err(_)) => Err(own_reason("the check ended without an answer".to_owned())),
            Err(_) => Err(own_reason(format!(
                "no answer within {} s",
                DEEP_CHECK_TIMEOUT.as_secs()
            ))),
        }
    }

    /// Whether the last write was neither refused nor impossible to store. Known without a call, so that it is never
    /// older than the last write.
    fn writes(&self) -> Result<(), FailureReason> {
        if let Some(problem) = self.store.status().storage_problem {
            return Err(own_reason(
                StorageTrouble::of(problem, Language::English).happened.to_owned(),
            ));
        }
        match self.store.write_failure() {
            Some(reason) => Err(FailureReason {
                full: format!("the last write failed: {}", reason.full),
                public: format!("the last write failed: {}", reason.public),
            }),
            None => Ok(()),
        }
    }

    /// Current check if it is open or recent, or else a new one. It runs in a task of its own, so that a client that
    /// disconnects does not cancel it for the others.
    fn current_check(&self) -> PendingCheck {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(check) = last.as_ref()
            && (check.at.elapsed() < DEEP_CHECK_TTL
                || check.answer.borrow().is_none() && check.answer.has_changed().is_ok())
        {
            return check.clone();
        }
        let (sender, answer) = watch::channel(None);
        let store = Arc::clone(&self.store);
        tokio::spawn(async move {
            let verdict = store.ping().await.map_err(|error| FailureReason {
                full: error.to_string(),
                public: error.public_reason(),
            });
            // Fails if no caller waits any more.
            let _ = sender.send(Some(verdict));
        });
        let check = PendingCheck {
            at: Instant::now(),
            answer,
        };
        *last = Some(check.clone());
        check
    }
}
