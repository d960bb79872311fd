//! Handlers of one import: progress or result (`GET /deals/import/{run}`) and undo (`POST /deals/import/{run}/undo`).

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use web::{error::Error, openapi::parameters::language, request_context::RequestContext, response::Format};

use crate::{
    import::{
        job::progress::ImportProgress,
        log::RunName,
        page::{start::uncached, upload::status_of},
        response::ImportRunStatus,
        view::{import_run_address, run::ImportRunPage},
    },
    routes::with_language,
    state::Deals,
};

/// Maximum time that a program waits for the end of the job; after it, the response gives the address to poll.
const MAX_WAIT: Duration = Duration::from_secs(20);
/// Refresh interval of a running import's page, in seconds.
const REFRESH_SECONDS: HeaderValue = HeaderValue::from_static("2");

/// Query parameters.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct ImportRunQuery {
    format: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "language")]
    lang: Option<String>,
}

impl ImportRunQuery {
    fn request_context(&self, headers: &HeaderMap, uri: &Uri) -> Result<RequestContext, Error> {
        let choice = (self.format.as_deref(), self.lang.as_deref());
        RequestContext::with_language(choice, headers, uri, Format::PAGE)
    }
}

pub(crate) async fn show(
    State(deals): State<Arc<Deals>>,
    Path(run): Path<String>,
    Query(query): Query<ImportRunQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = query.request_context(&headers, &uri)?;
    let run = RunName::parse(&run).ok_or_else(Error::not_found)?;
    let progress = deals.import_jobs.progress(&run);
    let progress = progress.map(|progress| progress.borrow().clone().in_language(request.language));
    let status = match progress {
        Some(progress) => ImportRunStatus::Progress(progress),
        None => ImportRunStatus::Log(
            deals
                .import_jobs
                .log()
                .await?
                .run(&run)
                .cloned()
                .ok_or_else(Error::not_found)?,
        ),
    };
    if request.format == Format::Json {
        return Ok(Json(status.answer(&run)).into_response());
    }
    let is_running = status.is_running();
    let page = ImportRunPage {
        language: request.language,
        run: &run,
        status,
        zone: deals.clock.zone().clone(),
    };
    let mut response = uncached(Html(page.document(&deals.bare_frame(request.language))));
    if is_running {
        response.headers_mut().insert(header::REFRESH, REFRESH_SECONDS);
    }
    Ok(response)
}

pub(crate) async fn undo(
    State(deals): State<Arc<Deals>>,
    Path(run): Path<String>,
    Query(query): Query<ImportRunQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = query.request_context(&headers, &uri)?;
    let run = RunName::parse(&run).ok_or_else(Error::not_found)?;
    let mut progress = deals.import_jobs.undo(&run).await?.ok_or_else(Error::not_found)?;
    let patience = if request.format == Format::Html {
        MAX_WAIT / 10
    } else {
        MAX_WAIT
    };
    let _ = tokio::time::timeout(patience, progress.wait_for(ImportProgress::is_over)).await;
    if request.format == Format::Html {
        return Ok(Redirect::to(&with_language(&import_run_address(&run), request.language)).into_response());
    }
    let written = progress.borrow().clone().in_language(request.language);
    let status = status_of(&written.state);
    let answer = json!({"run": run.to_string(), "address": import_run_address(&run), "written": written});
    Ok((status, Json(answer)).into_response())
}
