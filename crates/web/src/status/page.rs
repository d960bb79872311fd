//! Handler of `GET /status`, and the routes of status and health.

use std::{collections::BTreeMap, future::Future, pin::Pin, sync::Arc};

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
};
use domain::language::Language;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use sheets_store::{Store, clock::Clock};

use crate::{
    error::{Error, FieldError},
    openapi::{EndpointDocs, PROGRAM},
    page::Frame,
    request_context::named_language,
    response::{Format, RenderedResponse},
    routes::{HEALTH, STATUS},
    server::hosts::HostNames,
    status::{
        caller::Caller,
        health::{self, DeepCheck, HealthResponse},
        report::StatusReport,
        storage::StorageTrouble,
        view::StatusPage,
    },
};

/// Dependencies of the status page.
pub struct StatusParts {
    /// Store of the spreadsheet.
    pub store: Arc<Store>,
    /// Clock.
    pub clock: Clock,
    /// Frame of the page before any tab has been read.
    pub frame: Frame,
    /// Host names under which the program answers.
    pub hosts: Arc<HostNames>,
    /// Readers of each board's status.
    pub boards: Vec<ReadBoardStatus>,
}

/// Status of a board, from the tabs that were read last.
pub struct BoardStatus {
    /// Number of data issues by tab.
    pub findings: BTreeMap<&'static str, usize>,
    /// Frame of the board's pages.
    pub frame: Frame,
}

/// Reads the status of a board without calling Google; `None` before the first read.
pub type ReadBoardStatus = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Option<BoardStatus>> + Send>> + Send + Sync>;

struct StatusState {
    parts: StatusParts,
    started_at: Timestamp,
}

/// Routes of the status page and the health check.
pub fn router(parts: StatusParts) -> ApiRouter {
    let check = DeepCheck::new(Arc::clone(&parts.store));
    let started_at = parts.clock.now();
    let state = Arc::new(StatusState { parts, started_at });
    let health = get_with(health::get_health, |it| {
        it.about(
            PROGRAM,
            "Whether the program is alive; with `deep`, whether the spreadsheet answers too.",
        )
        .responds_with::<HealthResponse>(200, "It is well.")
        .responds_with::<HealthResponse>(503, "It is not.")
    });
    let status = get_with(get_status, |it| {
        it.about(PROGRAM, "How the program fares.")
            .answers::<StatusReport>(Format::PAGE)
    });
    let health = ApiRouter::new().api_route(HEALTH, health).with_state(check);
    ApiRouter::new()
        .api_route(STATUS, status)
        .with_state(state)
        .merge(health)
}

#[derive(Deserialize, JsonSchema)]
struct StatusQuery {
    format: Option<String>,
    /// Language of the page and of its sentences, `en` or `fr`; by default that of the cookie, or else English.
    lang: Option<String>,
}

async fn get_status(
    State(state): State<Arc<StatusState>>,
    caller: Caller,
    Query(query): Query<StatusQuery>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let language = named_language(query.lang.as_deref(), &headers).unwrap_or(Language::English);
    let format = Format::negotiate(query.format.as_deref(), &headers, Format::PAGE)
        .map_err(|unknown| Error::invalid_query(vec![FieldError::new("format", unknown.to_string())]))?;
    let boards = state.board_statuses().await;
    let report = state.report(&boards, caller, language);
    let rendered = match format {
        Format::Html => RenderedResponse::html(
            StatusPage {
                report: &report,
                now: &state.parts.clock.zoned_now(),
                language,
            }
            .document(&state.frame(&boards, language)),
        ),
        _ => RenderedResponse::json(&report).map_err(Error::internal)?,
    };
    Ok(rendered.respond(&headers))
}

impl StatusState {
    async fn board_statuses(&self) -> Vec<BoardStatus> {
        let mut statuses = Vec::new();
        for read_status in &self.parts.boards {
            statuses.extend(read_status().await);
        }
        statuses
    }

    fn report(&self, boards: &[BoardStatus], caller: Caller, language: Language) -> StatusReport {
        let mut store = self.parts.store.status();
        if caller == Caller::Anybody {
            store = store.for_public();
        }
        for tab in &mut store.tabs {
            // A board finds more issues than unreadable cells, such as unknown names.
            let counted = boards.iter().find_map(|board| board.findings.get(tab.tab));
            tab.findings = counted.copied().unwrap_or(tab.findings);
        }
        let uptime: SignedDuration = self.parts.clock.since(self.started_at);
        StatusReport {
            version: env!("CARGO_PKG_VERSION"),
            started_at: self.started_at,
            uptime_seconds: uptime.as_secs(),
            any_host: self.parts.hosts.are_unlimited(),
            storage: store
                .storage_problem
                .map(|problem| StorageTrouble::of(problem, language)),
            store,
        }
    }

    /// Frame without the freshness line: this page shows the age of each tab and never reads one.
    fn frame(&self, boards: &[BoardStatus], language: Language) -> Frame {
        let frame = boards.first().map_or(&self.parts.frame, |board| &board.frame);
        Frame {
            freshness: None,
            language,
            ..frame.clone()
        }
    }
}
