//! `GET /status` and `GET /health`.

use std::{collections::BTreeMap, future::Future, pin::Pin, sync::Arc};

use axum::{
    Router,
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    health::{self, DeepCheck},
    view::StatusPage,
};
use crate::{
    answer::{Face, Rendered},
    clock::Clock,
    error::{Error, FieldError},
    page::{Frame, STATUS},
    store::{Status, Store},
};

/// What the page is made from.
pub struct Parts {
    /// The spreadsheet.
    pub store: Arc<Store>,
    /// Where the time comes from.
    pub clock: Clock,
    /// What surrounds the page before any tab was read.
    pub frame: Frame,
    /// Ask each board what it found in its tabs.
    pub boards: Vec<AtHand>,
}

/// What a board found in the tabs that were read last.
pub struct Known {
    /// Number of findings, by tab.
    pub findings: BTreeMap<&'static str, usize>,
    /// What surrounds the board's pages.
    pub frame: Frame,
}

/// Asks a board what it knows without asking the spreadsheet; none before the first read.
pub type AtHand = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Option<Known>> + Send>> + Send + Sync>;

/// How the program fares.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Version of the program.
    pub version: &'static str,
    /// When it started.
    pub started_at: Timestamp,
    /// Whole seconds since then.
    pub uptime_seconds: i64,
    /// The store.
    #[serde(flatten)]
    pub store: Status,
}

struct Desk {
    parts: Parts,
    started_at: Timestamp,
}

/// The page for whoever runs the program, and the health check.
pub fn router(parts: Parts) -> Router {
    let check = DeepCheck::new(Arc::clone(&parts.store));
    let started_at = parts.clock.now();
    let desk = Arc::new(Desk { parts, started_at });
    let health = Router::new().route("/health", get(health::show)).with_state(check);
    Router::new().route(STATUS, get(show)).with_state(desk).merge(health)
}

#[derive(Deserialize)]
struct Question {
    format: Option<String>,
}

async fn show(
    State(desk): State<Arc<Desk>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let face = Face::negotiate(question.format.as_deref(), &headers, Face::PAGE)
        .map_err(|unknown| Error::bad_question(vec![FieldError::new("format", unknown.to_string())]))?;
    let known = desk.known().await;
    let report = desk.report(&known);
    let rendered = match face {
        Face::Html => Rendered::html(
            StatusPage {
                report: &report,
                now: &desk.parts.clock.zoned_now(),
            }
            .document(&desk.frame(&known)),
        ),
        _ => Rendered::json(&report).map_err(Error::internal)?,
    };
    Ok(rendered.respond(&headers))
}

impl Desk {
    async fn known(&self) -> Vec<Known> {
        let mut known = Vec::new();
        for board in &self.parts.boards {
            known.extend(board().await);
        }
        known
    }

    fn report(&self, known: &[Known]) -> Report {
        let mut store = self.parts.store.status();
        for tab in &mut store.tabs {
            // A board finds more than cells that cannot be read, such as a name that it does not know.
            let counted = known.iter().find_map(|board| board.findings.get(tab.tab));
            tab.findings = counted.copied().unwrap_or(tab.findings);
        }
        let uptime: SignedDuration = self.parts.clock.since(self.started_at);
        Report {
            version: env!("CARGO_PKG_VERSION"),
            started_at: self.started_at,
            uptime_seconds: uptime.as_secs(),
            store,
        }
    }

    /// Without the line about the data and its button: this page tells the age of each tab, and never reads one.
    fn frame(&self, known: &[Known]) -> Frame {
        let frame = known.first().map_or(&self.parts.frame, |board| &board.frame);
        Frame {
            freshness: None,
            ..frame.clone()
        }
    }
}
