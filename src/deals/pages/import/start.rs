//! Upload form with the latest imports (`GET /deals/import`), and the sample file (`GET /deals/import/demo`).

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::sent_file::status;
use crate::{
    answer::Face,
    asked::Asked,
    deals::{
        desk::Deals,
        import::{self, file::FileProblem, log::ImportLog},
        view::import::{RunLine, StartPage, Trouble},
    },
    error::Error,
};

/// Maximum number of listed imports, latest first.
const MOST_LISTED: usize = 10;

/// Query parameters.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Parameters {
    format: Option<String>,
    lang: Option<String>,
}

pub(super) async fn show(
    State(deals): State<Arc<Deals>>,
    Query(asked_for): Query<Parameters>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = (asked_for.format.as_deref(), asked_for.lang.as_deref());
    let asked = Asked::in_language_of(asked, &headers, &uri, Face::PAGE)?;
    let log = deals.importer.log().await;
    if asked.face == Face::Html {
        return Ok(page(&deals, &asked, log.ok(), None));
    }
    Ok(axum::Json(lines(&deals, &*log?)).into_response())
}

/// Upload form with the reason why the file cannot be imported.
pub(super) async fn refused(deals: &Deals, asked: &Asked, problem: &FileProblem) -> Result<Response, Error> {
    let log = deals.importer.log().await.ok();
    let trouble = Trouble::File(problem.text(asked.language));
    let mut response = page(deals, asked, log, Some(trouble));
    *response.status_mut() = status(problem);
    Ok(response)
}

/// Upload form for a file whose upload has expired; `pairs` are the options chosen for it.
pub(super) async fn asked_again(deals: &Deals, asked: &Asked, pairs: Vec<(String, String)>) -> Response {
    let log = deals.importer.log().await.ok();
    let mut response = page(deals, asked, log, Some(Trouble::Lost { pairs }));
    *response.status_mut() = StatusCode::GONE;
    response
}

fn page(deals: &Deals, asked: &Asked, log: Option<Arc<ImportLog>>, trouble: Option<Trouble>) -> Response {
    let page = StartPage {
        language: asked.language,
        trouble,
        runs: log.map(|log| lines(deals, &log)).unwrap_or_default(),
    };
    let frame = deals.bare_frame(asked.language);
    private(Html(page.document(&frame)))
}

fn lines(deals: &Deals, log: &ImportLog) -> Vec<RunLine> {
    let runs = log.runs().iter().rev().take(MOST_LISTED);
    let zone = deals.clock.zone();
    runs.map(|run| RunLine {
        run: run.name.to_string(),
        file: run.file.clone(),
        at: run.at.map(|at| at.to_zoned(zone.clone())),
        created: run.created.len(),
        updated: run.updated(),
        is_taken_back: run.is_taken_back(),
    })
    .collect()
}

/// Response that no cache stores: the page shows one person's file.
pub(super) fn private(page: Html<String>) -> Response {
    ([(header::CACHE_CONTROL, "private, no-store")], page).into_response()
}

pub(super) async fn demo() -> Response {
    let disposition = format!("attachment; filename=\"{}\"", import::DEMO_NAME);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, import::DEMO).into_response()
}
