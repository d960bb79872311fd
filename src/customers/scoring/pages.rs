//! Handlers that recalculate the scores and dismiss mentions of cancellation.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::post_with};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Recalculated, Scoring};
use crate::{
    answer::Face,
    customers::address::{BOARD, RECALCULATE, SUMMARY, customer_address},
    error::Error,
    openapi::{Body, Endpoint},
};

/// Tag of the board in the OpenAPI document.
const TAG: &str = "Customers";

/// Routes of scoring.
pub fn router(scoring: Arc<Scoring>) -> ApiRouter {
    let recalculate = post_with(recalculate, |it| {
        it.about(TAG, "Works out the health of every customer anew.")
            .answers::<Recalculated>(&[Face::Json])
            .leads_on()
    });
    let dismiss = post_with(dismiss, |it| {
        it.about(
            TAG,
            "Has a sentence not count as a word about leaving: “Not a cancellation”.",
        )
        .path_part::<String>("sentence", "Id of the sentence.")
        .reads::<Dismissal>(Body::JsonOrFormOrNone)
        .answers::<Dismissed>(&[Face::Json])
        .leads_on()
    });
    ApiRouter::new()
        .api_route(RECALCULATE, recalculate)
        .api_route("/customers/sentences/{sentence}/dismiss", dismiss)
        .with_state(scoring)
}

/// Author and reason of a dismissal.
#[derive(Debug, Default, Deserialize, JsonSchema)]
struct Dismissal {
    #[serde(default)]
    by: String,
    #[serde(default)]
    reason: String,
    /// Id of the customer whose page a browser returns to.
    #[serde(default)]
    customer: String,
}

/// Response after a dismissal.
#[derive(Debug, Serialize, JsonSchema)]
struct Dismissed {
    dismissed: String,
}

async fn recalculate(State(scoring): State<Arc<Scoring>>, headers: HeaderMap) -> Result<Response, Error> {
    let done = scoring.recalculate().await?;
    if Face::accepted(&headers) == Face::Html {
        return Ok(Redirect::to(SUMMARY).into_response());
    }
    Ok(Json(done).into_response())
}

async fn dismiss(
    State(scoring): State<Arc<Scoring>>,
    Path(sentence): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let json = serde_json::from_slice(&body).ok();
    let said: Dismissal = json
        .or_else(|| serde_urlencoded::from_bytes(&body).ok())
        .unwrap_or_default();
    if !scoring.dismiss(&sentence, said.by.trim(), said.reason.trim()).await? {
        return Err(Error::not_found());
    }
    if Face::accepted(&headers) == Face::Html {
        let back = match said.customer.trim() {
            "" => BOARD.to_owned(),
            customer => format!("{}?done=dismissed", customer_address(customer)),
        };
        return Ok(Redirect::to(&back).into_response());
    }
    Ok(Json(Dismissed { dismissed: sentence }).into_response())
}
