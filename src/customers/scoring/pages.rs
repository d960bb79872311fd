//! The addresses that score anew, try other weights, and take back a sentence about leaving.

use std::sync::Arc;

use aide::axum::{
    ApiRouter,
    routing::{get_with, post_with},
};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Recalculated, Scoring};
use crate::{
    answer::Face,
    customers::{
        address::{BOARD, customer_address},
        customer::CustomerId,
        health::{Band, BandChange, Component, Formula},
    },
    error::{Error, FieldError},
    openapi::{Body, Endpoint},
};

/// The board, in the document of the addresses.
const TAG: &str = "Customers";

/// The addresses.
pub fn router(scoring: Arc<Scoring>) -> ApiRouter {
    let recalculate = post_with(recalculate, |it| {
        it.about(TAG, "Works out the health of every customer anew.")
            .answers::<Recalculated>(&[Face::Json])
            .leads_on()
    });
    let preview = get_with(preview, |it| {
        it.about(TAG, "Who would change band under other weights.")
            .asks::<Weights>()
            .answers::<Preview>(&[Face::Json])
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
        .api_route("/customers/recalculate", recalculate)
        .api_route("/customers/preview", preview)
        .api_route("/customers/sentences/{sentence}/dismiss", dismiss)
        .with_state(scoring)
}

/// Weights in per cent; one that is left out stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
struct Weights {
    activity: Option<String>,
    sentiment: Option<String>,
    payment: Option<String>,
    engagement: Option<String>,
    tenure: Option<String>,
    mrr: Option<String>,
}

/// What other weights would change.
#[derive(Debug, Serialize, JsonSchema)]
struct Preview {
    /// Version of the formula.
    formula: String,
    /// Those whose band would change, the deepest fall first.
    changes: Vec<Moved>,
}

/// A customer whose band would change.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BandMoved")]
struct Moved {
    customer: String,
    now: Option<Judged>,
    then: Option<Judged>,
}

/// A score and its band.
#[derive(Debug, Serialize, JsonSchema)]
struct Judged {
    score: u8,
    #[schemars(with = "String")]
    band: Band,
}

/// Who dismisses a sentence, and why.
#[derive(Debug, Default, Deserialize, JsonSchema)]
struct Dismissal {
    #[serde(default)]
    by: String,
    #[serde(default)]
    reason: String,
    /// Id of the customer whose page a browser goes back to.
    #[serde(default)]
    customer: String,
}

/// That a sentence does not count any more.
#[derive(Debug, Serialize, JsonSchema)]
struct Dismissed {
    dismissed: String,
}

async fn recalculate(State(scoring): State<Arc<Scoring>>, headers: HeaderMap) -> Result<Response, Error> {
    let done = scoring.recalculate().await?;
    if Face::accepted(&headers) == Face::Html {
        return Ok(Redirect::to(BOARD).into_response());
    }
    Ok(Json(done).into_response())
}

async fn preview(State(scoring): State<Arc<Scoring>>, Query(weights): Query<Weights>) -> Result<Response, Error> {
    let other = weights.formula()?;
    let changes = scoring.preview(&other).await?;
    let preview = Preview {
        formula: other.version,
        changes: changes.into_iter().map(Moved::from).collect(),
    };
    Ok(Json(preview).into_response())
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

impl Weights {
    fn formula(&self) -> Result<Formula, Error> {
        let given = [
            (Component::Activity, &self.activity),
            (Component::Sentiment, &self.sentiment),
            (Component::Payment, &self.payment),
            (Component::Engagement, &self.engagement),
            (Component::Tenure, &self.tenure),
            (Component::Mrr, &self.mrr),
        ];
        let filled = given.into_iter().filter_map(|(component, text)| {
            let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
            Some((component, text))
        });
        let mut weights: Vec<(Component, Decimal)> = Vec::new();
        for (component, text) in filled {
            let number = text.trim_end_matches(['%', ' ']).replace(',', ".");
            let number = number.parse().map_err(|_| {
                let message = format!("“{text}” is no number; a weight from 0 to 100 is expected.");
                Error::bad_question(vec![FieldError::new(component.word(), message)])
            })?;
            weights.push((component, number));
        }
        let refuse = |message| Error::bad_question(vec![FieldError::new("weights", message)]);
        Formula::current().with_weights(&weights).map_err(refuse)
    }
}

impl From<BandChange<CustomerId>> for Moved {
    fn from(change: BandChange<CustomerId>) -> Self {
        let judged = |judged: Option<(u8, Band)>| judged.map(|(score, band)| Judged { score, band });
        Self {
            customer: change.customer.to_string(),
            now: judged(change.now),
            then: judged(change.then),
        }
    }
}
