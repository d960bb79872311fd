//! `GET /status` and `GET /health`.

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
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProgramStatus")]
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
