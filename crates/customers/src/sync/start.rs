//! Handler of `POST /sync/{source}`: starts sync runs.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::post_with};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use customer_sources::{OpenSource, SyncMode, vendors::VENDORS};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use web::{
    error::{Error, FieldError},
    openapi::{EndpointDocs, parameters::choice},
    response::Format,
};

use crate::{
    routes::SYNCS,
    sync::{SyncService, SyncStart, SyncStartOutcome},
};

/// Routes of syncs.
pub fn router(sync: Arc<SyncService>) -> ApiRouter {
    let start = post_with(start_sync, |it| {
        it.about(
            "Customers",
            "Begins to read a source, or `all`; the runs go on in the background.",
        )
        .path_parameter::<String>("source", "Short name of the source, or `all`.")
        .asks::<StartSyncQuery>()
        .responds_with::<StartSyncResponse>(200, "All of them are being read already.")
        .responds_with::<StartSyncResponse>(202, "Runs began.")
        .redirects()
    });
    ApiRouter::new().api_route("/sync/{source}", start).with_state(sync)
}

/// Query fields.
#[derive(Debug, Deserialize, JsonSchema)]
struct StartSyncQuery {
    /// `true` for a full sync.
    #[serde(default)]
    #[schemars(schema_with = "truth")]
    full: Option<String>,
}

/// Started runs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SyncsBegun")]
struct StartSyncResponse {
    sources: Vec<SyncStart>,
}

/// `POST /sync/{source}` and `POST /sync/all`. The runs continue in the background; `/sync/status` shows their
/// progress.
async fn start_sync(
    State(sync): State<Arc<SyncService>>,
    Path(source): Path<String>,
    Query(query): Query<StartSyncQuery>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let form: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    let in_form = form.into_iter().find(|(name, _)| name == "full").map(|(_, full)| full);
    let mode = parse_mode(query.full.or(in_form).as_deref())?;
    let started = sync.start(&requested_sources(&sync, &source)?, mode);
    if Format::accepted(&headers) == Format::Html {
        return Ok(Redirect::to(SYNCS).into_response());
    }
    let status = if started.iter().any(|one| one.outcome == SyncStartOutcome::Started) {
        StatusCode::ACCEPTED
    } else {
        StatusCode::OK
    };
    let location = [(header::LOCATION, SYNCS)];
    Ok((status, location, Json(StartSyncResponse { sources: started })).into_response())
}

fn truth(_: &mut SchemaGenerator) -> Schema {
    choice(["true", "false", "1", "0", "yes", "no", "on"])
}

fn parse_mode(full: Option<&str>) -> Result<SyncMode, Error> {
    match full.map(str::to_lowercase).as_deref() {
        None | Some("" | "false" | "0" | "no") => Ok(SyncMode::Incremental),
        Some("true" | "1" | "yes" | "on") => Ok(SyncMode::Full),
        Some(other) => {
            let message = format!("“{other}” is neither true nor false.");
            Err(Error::invalid_query(vec![FieldError::new("full", message)]))
        }
    }
}

fn requested_sources(sync: &SyncService, name: &str) -> Result<Vec<Arc<OpenSource>>, Error> {
    if name == "all" {
        if sync.sources().is_empty() {
            return Err(not_configured(
                "No source is switched on. Set the key of one, such as STRIPE_API_KEY.",
            ));
        }
        return Ok(sync.sources().to_vec());
    }
    if let Some(source) = sync.source(name) {
        return Ok(vec![Arc::clone(source)]);
    }
    match VENDORS.iter().find(|vendor| vendor.name == name) {
        Some(vendor) => {
            let key = format!("{}_API_KEY", name.to_uppercase());
            Err(not_configured(&format!(
                "{} is not switched on. Set {key}.",
                vendor.title
            )))
        }
        None => Err(Error::not_found()),
    }
}

fn not_configured(message: &str) -> Error {
    Error::invalid_query(vec![FieldError::new("source", message)])
}
