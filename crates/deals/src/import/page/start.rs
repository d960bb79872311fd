//! Upload form with the latest imports (`GET /deals/import`), and the sample file (`GET /deals/import/demo`).

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use bytes::Bytes;
use schemars::JsonSchema;
use serde::Deserialize;
use web::{
    error::Error,
    openapi::parameters::language,
    request_context::RequestContext,
    response::{Format, rendered::RenderedResponse},
};

use crate::{
    import::{
        self, DEMO, DEMO_NAME,
        file::problem::FileProblem,
        log::ImportLog,
        page::upload_form::status,
        response::ImportRunSummary,
        view::start::{ImportStartPage, UploadProblem},
    },
    state::Deals,
};

/// Maximum number of listed imports, latest first.
const MAX_LISTED: usize = 10;

/// Query parameters.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct ImportStartQuery {
    format: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "language")]
    lang: Option<String>,
}

pub(crate) async fn show(
    State(deals): State<Arc<Deals>>,
    Query(query): Query<ImportStartQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = (query.format.as_deref(), query.lang.as_deref());
    let request = RequestContext::with_language(request, &headers, &uri, Format::PAGE)?;
    let log = deals.import_jobs.log().await;
    if request.format == Format::Html {
        return Ok(page(&deals, &request, log.ok(), None));
    }
    Ok(axum::Json(lines(&deals, &*log?)).into_response())
}

/// Upload form with the reason why the file cannot be imported.
pub(crate) async fn refused(deals: &Deals, request: &RequestContext, problem: &FileProblem) -> Result<Response, Error> {
    let log = deals.import_jobs.log().await.ok();
    let trouble = UploadProblem::File(problem.text(request.language));
    let mut response = page(deals, request, log, Some(trouble));
    *response.status_mut() = status(problem);
    Ok(response)
}

/// Upload form for a file whose upload has expired; `pairs` are the options chosen for it. An error for programs.
pub(crate) async fn ask_for_file_again(
    deals: &Deals,
    request: &RequestContext,
    pairs: Vec<(String, String)>,
) -> Result<Response, Error> {
    if request.format != Format::Html {
        return Err(upload_gone());
    }
    let log = deals.import_jobs.log().await.ok();
    let mut response = page(deals, request, log, Some(UploadProblem::Lost { pairs }));
    *response.status_mut() = StatusCode::GONE;
    Ok(response)
}

fn upload_gone() -> Error {
    Error::new(
        StatusCode::GONE,
        "upload_gone",
        "The file is not here any more",
        "The server keeps a file for two hours, unless it restarts or newer files take the room.",
    )
    .with_safety("Nothing was written.")
    .with_next_step("Send the file again with the same choices.")
}

fn page(
    deals: &Deals,
    request: &RequestContext,
    log: Option<Arc<ImportLog>>,
    trouble: Option<UploadProblem>,
) -> Response {
    let page = ImportStartPage {
        language: request.language,
        trouble,
        runs: log.map(|log| lines(deals, &log)).unwrap_or_default(),
    };
    let frame = deals.bare_frame(request.language);
    uncached(Html(page.document(&frame)))
}

fn lines(deals: &Deals, log: &ImportLog) -> Vec<ImportRunSummary> {
    let runs = log.runs().iter().rev().take(MAX_LISTED);
    let zone = deals.clock.zone();
    runs.map(|run| ImportRunSummary {
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
pub(crate) fn uncached(page: Html<String>) -> Response {
    ([(header::CACHE_CONTROL, "private, no-store")], page).into_response()
}

pub(crate) async fn demo() -> Response {
    let disposition = format!("attachment; filename=\"{}\"", import::DEMO_NAME);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, import::DEMO).into_response()
}

pub(crate) async fn download_demo_file(headers: HeaderMap) -> Response {
    RenderedResponse::download("text/csv; charset=utf-8", Bytes::from_static(DEMO), DEMO_NAME).respond(&headers)
}
