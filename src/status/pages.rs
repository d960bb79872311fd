//! Handler of `GET /status`, and the routes of status and health.

use std::{collections::BTreeMap, future::Future, pin::Pin, sync::Arc};

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    health::{self, DeepCheck, Health},
    view::StatusPage,
};
use crate::{
    answer::{Face, Rendered},
    clock::Clock,
    error::{Error, FieldError},
    openapi::Endpoint,
    page::{Frame, STATUS},
    store::{Status, Store},
};

/// Dependencies of the status page.
pub struct Parts {
    /// Store of the spreadsheet.
    pub store: Arc<Store>,
    /// Clock.
    pub clock: Clock,
    /// Frame of the page before any tab has been read.
    pub frame: Frame,
    /// Readers of each board's status.
    pub boards: Vec<AtHand>,
}

/// Status of a board, from the tabs that were read last.
pub struct Known {
    /// Number of data issues by tab.
    pub findings: BTreeMap<&'static str, usize>,
    /// Frame of the board's pages.
    pub frame: Frame,
}

/// Reads the status of a board without calling Google; `None` before the first read.
pub type AtHand = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Option<Known>> + Send>> + Send + Sync>;

/// Status of the program.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProgramStatus")]
pub struct Report {
    /// Version of the program.
    pub version: &'static str,
    /// Time of the start.
    pub started_at: Timestamp,
    /// Whole seconds since the start.
    pub uptime_seconds: i64,
    /// Status of the store.
    #[serde(flatten)]
    pub store: Status,
}

struct Desk {
    parts: Parts,
    started_at: Timestamp,
}

/// Routes of the status page and the health check.
pub fn router(parts: Parts) -> ApiRouter {
    let check = DeepCheck::new(Arc::clone(&parts.store));
    let started_at = parts.clock.now();
    let desk = Arc::new(Desk { parts, started_at });
    let health = get_with(health::show, |it| {
        it.about(
            "Program",
            "Whether the program is alive; with `deep`, whether the spreadsheet answers too.",
        )
        .answers_with::<Health>(200, "It is well.")
        .answers_with::<Health>(503, "It is not.")
    });
    let status = get_with(show, |it| {
        it.about("Program", "How the program fares.")
            .answers::<Report>(Face::PAGE)
    });
    let health = ApiRouter::new().api_route("/health", health).with_state(check);
    ApiRouter::new()
        .api_route(STATUS, status)
        .with_state(desk)
        .merge(health)
}

#[derive(Deserialize, JsonSchema)]
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
            // A board finds more issues than unreadable cells, such as unknown names.
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

    /// Frame without the freshness line: this page shows the age of each tab and never reads one.
    fn frame(&self, known: &[Known]) -> Frame {
        let frame = known.first().map_or(&self.parts.frame, |board| &board.frame);
        Frame {
            freshness: None,
            ..frame.clone()
        }
    }
}
