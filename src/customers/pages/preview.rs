//! Handler of `GET /customers/preview`: customers who would change band under other weights. Writes nothing.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{
    customer::CustomerId,
    desk::{Current, Customers},
    health::{Band, BandChange, Component, Formula},
    view::preview::PreviewPage,
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::{Error, FieldError},
    page::field::Typed,
};

/// Weights in percent; an omitted weight keeps its value.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Weights {
    /// Weight of activity recency.
    activity: Option<String>,
    /// Weight of support sentiment.
    sentiment: Option<String>,
    /// Weight of payment health.
    payment: Option<String>,
    /// Weight of engagement.
    engagement: Option<String>,
    /// Weight of tenure.
    tenure: Option<String>,
    /// Weight of MRR.
    mrr: Option<String>,
    /// `html` or `json`.
    format: Option<String>,
}

/// Effect of other weights.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Preview {
    /// Formula version.
    pub formula: String,
    /// Number of scored customers.
    pub customers: usize,
    /// Customers whose band would change, largest loss first.
    pub changes: Vec<Moved>,
}

/// A customer whose band would change.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BandMoved")]
pub struct Moved {
    /// Customer id.
    pub customer: String,
    /// Display name.
    pub title: String,
    /// Current score and band; `null` without a score.
    pub now: Option<Judged>,
    /// Score and band under the other weights.
    pub then: Option<Judged>,
}

/// A score with its band.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Judged {
    /// Score, 0 to 100.
    pub score: u8,
    /// `healthy`, `at_risk`, `high_risk` or `critical`.
    #[schemars(with = "String")]
    pub band: Band,
}

pub(super) async fn show(
    State(customers): State<Arc<Customers>>,
    Query(weights): Query<Weights>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = Asked::new(weights.format.as_deref(), &headers, &uri, Face::PAGE)?;
    let current = customers.current().await?;
    let (other, typed) = weights.read();
    let preview = match &other {
        Ok(other) => Some(preview(&customers, &current, other).await?),
        Err(_) => None,
    };
    if asked.face == Face::Json {
        let preview = preview.ok_or_else(|| Error::bad_question(other.err().unwrap_or_default()))?;
        let rendered = Rendered::json(&preview).map_err(Error::internal)?;
        return Ok(rendered.respond(&headers));
    }
    let complaints = other.err().unwrap_or_default();
    let page = PreviewPage {
        preview: preview.as_ref(),
        weights: &typed,
        complaint: complaints
            .iter()
            .find(|complaint| complaint.field == ALL)
            .map(|one| one.message.as_str()),
        address: &asked.address,
    };
    let rendered = Rendered::html(page.document(&customers.frame(&current)));
    if complaints.is_empty() {
        return Ok(rendered.respond(&headers));
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, rendered.respond(&HeaderMap::new())).into_response())
}

async fn preview(customers: &Customers, current: &Current, other: &Formula) -> Result<Preview, Error> {
    let (looked_at, changes) = customers.syncing.scoring().preview(other).await?;
    let moved = |change: BandChange<CustomerId>| {
        let customer = current.rows.by_id(&change.customer);
        let judged = |judged: Option<(u8, Band)>| judged.map(|(score, band)| Judged { score, band });
        Moved {
            title: customer.map_or_else(|| change.customer.to_string(), |customer| customer.title().to_owned()),
            customer: change.customer.to_string(),
            now: judged(change.now),
            then: judged(change.then),
        }
    };
    Ok(Preview {
        formula: other.version.clone(),
        customers: looked_at,
        changes: changes.into_iter().map(moved).collect(),
    })
}

/// Values of the weight fields.
type Fields = Vec<(Component, Typed)>;

/// Field name for errors about all weights together.
const ALL: &str = "weights";

impl Weights {
    /// Formula with these weights, or the field errors; and the field values.
    fn read(&self) -> (Result<Formula, Vec<FieldError>>, Fields) {
        let (mut weights, mut complaints, mut typed) = (Vec::new(), Vec::new(), Vec::new());
        for (component, text) in self.given() {
            let usual = Formula::current().weight(component);
            let text = text.map(str::trim).filter(|text| !text.is_empty());
            match text.map_or(Ok(usual), |text| weight(component, text)) {
                Ok(weight) => {
                    weights.push((component, weight));
                    typed.push((component, Typed::valid(weight.to_string())));
                }
                Err(complaint) => {
                    typed.push((component, Typed::refused(text.unwrap_or_default(), complaint.clone())));
                    complaints.push(FieldError::new(component.word(), complaint));
                }
            }
        }
        if !complaints.is_empty() {
            return (Err(complaints), typed);
        }
        let formula = Formula::current().with_weights(&weights);
        (formula.map_err(|message| vec![FieldError::new(ALL, message)]), typed)
    }

    fn given(&self) -> [(Component, Option<&str>); 6] {
        Component::ALL.map(|component| {
            let text = match component {
                Component::Activity => &self.activity,
                Component::Sentiment => &self.sentiment,
                Component::Payment => &self.payment,
                Component::Engagement => &self.engagement,
                Component::Tenure => &self.tenure,
                Component::Mrr => &self.mrr,
            };
            (component, text.as_deref())
        })
    }
}

fn weight(component: Component, text: &str) -> Result<Decimal, String> {
    let number = text.trim_end_matches(['%', ' ']).replace(',', ".");
    let number: Decimal = number
        .parse()
        .map_err(|_| format!("“{text}” is no number; a weight from 0 to 100 is expected."))?;
    let alone = Formula::current().with_weights(&[(component, number)]);
    alone.map(|_| number)
}
