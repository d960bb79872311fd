//! Handlers of `GET /sync/status` (sync status) and `POST /sync/{source}/test` (test of a source's key).

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, Uri, header},
    response::{Html, IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{
    desk::Customers,
    view::{
        checklist::SampleState,
        syncs::{SyncsPage, TestedPage},
    },
};
use crate::{
    answer::Face,
    asked::Asked,
    error::{Error, FieldError},
    page::Source,
};

/// Timeout of a key test.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    /// `html` or `json`.
    format: Option<String>,
}

/// Result of a key test.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Tested {
    /// Short name of the source.
    pub source: &'static str,
    /// Display name.
    pub title: &'static str,
    /// Whether every list could be read.
    pub works: bool,
    /// Result for each list.
    pub lists: Vec<TestedList>,
}

/// Result for one list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TestedList {
    /// Name of the list.
    pub list: &'static str,
    /// Error; `None` when the list could be read.
    pub problem: Option<String>,
    /// Remedy for the error.
    pub cure: Option<String>,
}

pub(super) async fn show(
    State(customers): State<Arc<Customers>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = Asked::new(question.format.as_deref(), &headers, &uri, Face::PAGE)?;
    let status = customers.syncing.status().await?;
    if asked.face == Face::Json {
        return Ok(Json(status).into_response());
    }
    let is_running = status.sources.iter().any(|source| source.running.is_some());
    let current = customers.current().await?;
    let page = SyncsPage {
        status: &status,
        now: &current.now,
        address: &asked.address,
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

pub(super) async fn test(
    State(customers): State<Arc<Customers>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Some(source) = customers.syncing.source(&name) else {
        let status = customers.syncing.status().await?;
        let known = status.sources.iter().find(|source| source.source == name);
        let known = known.ok_or_else(Error::not_found)?;
        let message = format!("{} is not switched on. Set its key first.", known.title);
        return Err(Error::invalid(vec![FieldError::new("source", message)]));
    };
    let tested = match tokio::time::timeout(PATIENCE, source.check()).await {
        Ok(probes) => Tested {
            source: source.vendor.name,
            title: source.vendor.title,
            works: probes.iter().all(|probe| probe.outcome.is_ok()),
            lists: probes
                .iter()
                .map(|probe| TestedList {
                    list: probe.what,
                    problem: probe.outcome.as_ref().err().map(ToString::to_string),
                    cure: probe.outcome.as_ref().err().map(|failure| failure.cure().to_string()),
                })
                .collect(),
        },
        Err(_) => silent(source.vendor.name, source.vendor.title),
    };
    if Face::accepted(&headers) == Face::Json {
        return Ok(Json(tested).into_response());
    }
    let page = TestedPage { tested: &tested };
    let document = page.document(&customers.bare_frame());
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Html(document)).into_response())
}

fn silent(source: &'static str, title: &'static str) -> Tested {
    Tested {
        source,
        title,
        works: false,
        lists: vec![TestedList {
            list: "connection",
            problem: Some(format!("{title} did not answer within {} s.", PATIENCE.as_secs())),
            cure: Some("Look at the vendor’s status page and at the network, then test again.".to_owned()),
        }],
    }
}

/// Whether sample data is offered.
pub(super) fn sample_state(source: Source) -> SampleState {
    match source {
        Source::EmbeddedSpreadsheet => SampleState::Offered,
        Source::GoogleSheets => SampleState::NotOffered,
    }
}
