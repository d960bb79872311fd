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
use domain::{
    language::Language,
    text::{TextKind, check_characters},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{
    error::{Error, FieldError},
    openapi::{
        BodyKind, EndpointDocs,
        parameters::{line, paragraphs},
    },
    response::Format,
};

use crate::{
    health::scoring::{RecalculationResponse, Scoring},
    routes::{BOARD, RECALCULATE, SUMMARY, customer_address},
};

/// Tag of the board in the `OpenAPI` document.
const TAG: &str = "Customers";

/// Routes of scoring.
pub fn router(scoring: Arc<Scoring>) -> ApiRouter {
    let recalculate = post_with(recalculate, |it| {
        it.about(TAG, "Works out the health of every customer anew.")
            .answers::<RecalculationResponse>(&[Format::Json])
            .redirects()
    });
    let dismiss = post_with(dismiss, |it| {
        it.about(
            TAG,
            "Has a sentence not count as a word about leaving: “Not a cancellation”.",
        )
        .path_parameter::<String>("sentence", "Id of the sentence.")
        .reads::<DismissalBody>(BodyKind::JsonOrFormOrNone)
        .answers::<DismissalResponse>(&[Format::Json])
        .redirects()
    });
    ApiRouter::new()
        .api_route(RECALCULATE, recalculate)
        .api_route("/customers/sentences/{sentence}/dismiss", dismiss)
        .with_state(scoring)
}

/// Author and reason of a dismissal.
#[derive(Debug, Default, Deserialize, JsonSchema)]
struct DismissalBody {
    #[serde(default)]
    #[schemars(schema_with = "line")]
    by: String,
    #[serde(default)]
    #[schemars(schema_with = "paragraphs")]
    reason: String,
    /// Id of the customer whose page a browser returns to.
    #[serde(default)]
    customer: String,
}

/// Response after a dismissal.
#[derive(Debug, Serialize, JsonSchema)]
struct DismissalResponse {
    dismissed: String,
}

async fn recalculate(State(scoring): State<Arc<Scoring>>, headers: HeaderMap) -> Result<Response, Error> {
    let done = scoring.recalculate().await?;
    if Format::accepted(&headers) == Format::Html {
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
    let body: DismissalBody = json
        .or_else(|| serde_urlencoded::from_bytes(&body).ok())
        .unwrap_or_default();
    let (by, reason) = (body.by.trim(), body.reason.trim());
    for (field, text, kind) in [("by", by, TextKind::Line), ("reason", reason, TextKind::Paragraphs)] {
        check_characters(text, kind)
            .map_err(|refused| Error::invalid(vec![FieldError::new(field, refused.text(Language::English))]))?;
    }
    if !scoring.dismiss(&sentence, by, reason).await? {
        return Err(Error::not_found());
    }
    if Format::accepted(&headers) == Format::Html {
        let back = match body.customer.trim() {
            "" => BOARD.to_owned(),
            customer => format!("{}?done=dismissed", customer_address(customer)),
        };
        return Ok(Redirect::to(&back).into_response());
    }
    Ok(Json(DismissalResponse { dismissed: sentence }).into_response())
}
