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

use super::{start::private, upload::status_of};
use crate::{
    answer::Face,
    asked::Asked,
    deals::{
        desk::Deals,
        import::log::RunName,
        importer::progress::Progress,
        view::import::{RunPage, Told, in_language, run_address},
    },
    error::Error,
};

/// Maximum time that a program waits for the end of the job; after it, the response gives the address to poll.
const PATIENCE: Duration = Duration::from_secs(20);
/// Refresh interval of a running import's page, in seconds.
const LOOK_AGAIN: HeaderValue = HeaderValue::from_static("2");

/// Query parameters.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Parameters {
    format: Option<String>,
    lang: Option<String>,
}

pub(super) async fn show(
    State(deals): State<Arc<Deals>>,
    Path(run): Path<String>,
    Query(asked_for): Query<Parameters>,
    (headers, uri): (HeaderMap, Uri),
) -> Result<Response, Error> {
    let asked = (asked_for.format.as_deref(), asked_for.lang.as_deref());
    let asked = Asked::in_language_of(asked, &headers, &uri, Face::PAGE)?;
    let run = RunName::parse(&run).ok_or_else(Error::not_found)?;
    let progress = deals.importer.progress(&run);
    let progress = progress.map(|progress| progress.borrow().clone().told(asked.language));
    let told = match progress {
        Some(progress) => Told::Progress(progress),
        None => Told::Log(
            deals
                .importer
                .log()
                .await?
                .run(&run)
                .cloned()
                .ok_or_else(Error::not_found)?,
        ),
    };
    if asked.face == Face::Json {
        return Ok(Json(told.answer(&run)).into_response());
    }
    let is_running = told.is_running();
    let page = RunPage {
        language: asked.language,
        run: &run,
        told,
        zone: deals.clock.zone().clone(),
    };
    let mut response = private(Html(page.document(&deals.bare_frame(asked.language))));
    if is_running {
        response.headers_mut().insert(header::REFRESH, LOOK_AGAIN);
    }
    Ok(response)
}

pub(super) async fn take_back(
    State(deals): State<Arc<Deals>>,
    Path(run): Path<String>,
    Query(asked_for): Query<Parameters>,
    (headers, uri): (HeaderMap, Uri),
) -> Result<Response, Error> {
    let asked = (asked_for.format.as_deref(), asked_for.lang.as_deref());
    let asked = Asked::in_language_of(asked, &headers, &uri, Face::PAGE)?;
    let run = RunName::parse(&run).ok_or_else(Error::not_found)?;
    let mut progress = deals.importer.take_back(&run).await?.ok_or_else(Error::not_found)?;
    let patience = if asked.face == Face::Html {
        PATIENCE / 10
    } else {
        PATIENCE
    };
    let _ = tokio::time::timeout(patience, progress.wait_for(Progress::is_over)).await;
    if asked.face == Face::Html {
        return Ok(Redirect::to(&in_language(&run_address(&run), asked.language)).into_response());
    }
    let written = progress.borrow().clone().told(asked.language);
    let status = status_of(&written.state);
    let answer = json!({"run": run.to_string(), "address": run_address(&run), "written": written});
    Ok((status, Json(answer)).into_response())
}
