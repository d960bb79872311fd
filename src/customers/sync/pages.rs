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
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Beginning, Started, Syncing};
use crate::{
    answer::Face,
    customers::sources::{Mode, OpenSource, VENDORS},
    error::{Error, FieldError},
    openapi::Endpoint,
};

/// Path of the sync status.
pub const STATUS: &str = "/sync/status";

/// Routes of syncs.
pub fn router(syncing: Arc<Syncing>) -> ApiRouter {
    let start = post_with(start, |it| {
        it.about(
            "Customers",
            "Begins to read a source, or `all`; the runs go on in the background.",
        )
        .path_part::<String>("source", "Short name of the source, or `all`.")
        .asks::<Question>()
        .answers_with::<Answer>(200, "All of them are being read already.")
        .answers_with::<Answer>(202, "Runs began.")
        .leads_on()
    });
    ApiRouter::new().api_route("/sync/{source}", start).with_state(syncing)
}

/// Query fields.
#[derive(Debug, Deserialize, JsonSchema)]
struct Question {
    /// `true` for a full sync.
    full: Option<String>,
}

/// Started runs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SyncsBegun")]
struct Answer {
    sources: Vec<Started>,
}

/// `POST /sync/{source}` and `POST /sync/all`. The runs continue in the background; `/sync/status` shows their
/// progress.
async fn start(
    State(syncing): State<Arc<Syncing>>,
    Path(source): Path<String>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let form: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    let in_form = form.into_iter().find(|(name, _)| name == "full").map(|(_, full)| full);
    let mode = mode(question.full.or(in_form).as_deref())?;
    let started = syncing.start(&wanted(&syncing, &source)?, mode);
    if Face::accepted(&headers) == Face::Html {
        return Ok(Redirect::to(STATUS).into_response());
    }
    let status = if started.iter().any(|one| one.outcome == Beginning::Started) {
        StatusCode::ACCEPTED
    } else {
        StatusCode::OK
    };
    let location = [(header::LOCATION, STATUS)];
    Ok((status, location, Json(Answer { sources: started })).into_response())
}

fn mode(full: Option<&str>) -> Result<Mode, Error> {
    match full.map(str::to_lowercase).as_deref() {
        None | Some("" | "false" | "0" | "no") => Ok(Mode::Incremental),
        Some("true" | "1" | "yes" | "on") => Ok(Mode::Full),
        Some(other) => {
            let message = format!("“{other}” is neither true nor false.");
            Err(Error::bad_question(vec![FieldError::new("full", message)]))
        }
    }
}

fn wanted(syncing: &Syncing, name: &str) -> Result<Vec<Arc<OpenSource>>, Error> {
    if name == "all" {
        if syncing.sources().is_empty() {
            return Err(off(
                "No source is switched on. Set the key of one, such as STRIPE_API_KEY.",
            ));
        }
        return Ok(syncing.sources().to_vec());
    }
    if let Some(source) = syncing.source(name) {
        return Ok(vec![Arc::clone(source)]);
    }
    match VENDORS.iter().find(|vendor| vendor.name == name) {
        Some(vendor) => {
            let key = format!("{}_API_KEY", name.to_uppercase());
            Err(off(&format!("{} is not switched on. Set {key}.", vendor.title)))
        }
        None => Err(Error::not_found()),
    }
}

fn off(message: &str) -> Error {
    Error::bad_question(vec![FieldError::new("source", message)])
}
