//! Handlers of `GET /sync/status` (sync status) and `POST /sync/{source}/test` (test of a source's key).

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, Uri, header},
    response::{Html, IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Deserialize;
use web::{
    error::{Error, FieldError},
    request_context::RequestContext,
    response::Format,
};

use crate::{
    state::Customers,
    sync::{
        status::{KeyTestListResponse, KeyTestResponse},
        view::{KeyTestPage, SyncsPage},
    },
};

/// Timeout of a key test.
const TEST_TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Deserialize, JsonSchema)]
pub(crate) struct SyncStatusQuery {
    /// `html` or `json`.
    format: Option<String>,
}

pub(crate) async fn show_sync_status(
    State(customers): State<Arc<Customers>>,
    Query(query): Query<SyncStatusQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(query.format.as_deref(), &headers, &uri, Format::PAGE)?;
    let status = customers.sync.status().await?;
    if request.format == Format::Json {
        return Ok(Json(status).into_response());
    }
    let is_running = status.sources.iter().any(|source| source.running.is_some());
    let current = customers.current().await?;
    let page = SyncsPage {
        status: &status,
        now: &current.now,
        address: &request.address,
    };
    let document = page.document(&customers.frame(&current));
    let mut response = ([(header::CACHE_CONTROL, "private, no-store")], Html(document)).into_response();
    if is_running {
        // The page refreshes during a run, without script.
        response
            .headers_mut()
            .insert(header::REFRESH, header::HeaderValue::from_static("3"));
    }
    Ok(response)
}

pub(crate) async fn test_key(
    State(customers): State<Arc<Customers>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Some(source) = customers.sync.source(&name) else {
        let status = customers.sync.status().await?;
        let known = status.sources.iter().find(|source| source.source == name);
        let known = known.ok_or_else(Error::not_found)?;
        let message = format!("{} is not switched on. Set its key first.", known.title);
        return Err(Error::invalid(vec![FieldError::new("source", message)]));
    };
    let tested = match tokio::time::timeout(TEST_TIMEOUT, source.check()).await {
        Ok(probes) => KeyTestResponse {
            source: source.vendor.name,
            title: source.vendor.title,
            works: probes.iter().all(|probe| probe.outcome.is_ok()),
            lists: probes
                .iter()
                .map(|probe| KeyTestListResponse {
                    list: probe.what,
                    problem: probe.outcome.as_ref().err().map(ToString::to_string),
                    cure: probe.outcome.as_ref().err().map(|failure| failure.cure().clone()),
                })
                .collect(),
        },
        Err(_) => timed_out(source.vendor.name, source.vendor.title),
    };
    if Format::accepted(&headers) == Format::Json {
        return Ok(Json(tested).into_response());
    }
    let page = KeyTestPage { tested: &tested };
    let document = page.document(&customers.bare_frame());
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Html(document)).into_response())
}

fn timed_out(source: &'static str, title: &'static str) -> KeyTestResponse {
    KeyTestResponse {
        source,
        title,
        works: false,
        lists: vec![KeyTestListResponse {
            list: "connection",
            problem: Some(format!("{title} did not answer within {} s.", TEST_TIMEOUT.as_secs())),
            cure: Some("Look at the vendor’s status page and at the network, then test again.".to_owned()),
        }],
    }
}
