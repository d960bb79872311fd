//! Handler of `GET /customers/preview`: customers who would change band under other weights. Writes nothing.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use web::{
    error::{Error, FieldError},
    page::field::FormValue,
    request_context::RequestContext,
    response::{Format, ListPage, RenderedResponse, work_budget::charge_work},
};

use crate::{
    customer::CustomerId,
    health::{
        preview::{
            BandChange,
            answers::{BandMoveResponse, PreviewResponse, ScoreWithBand},
            view::PreviewPage,
        },
        rules::{HealthBand, ScoreComponent},
        weights::ScoreFormula,
    },
    state::{Customers, CustomersSnapshot},
};

/// Weights in percent; an omitted weight keeps its value.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct PreviewQuery {
    /// Weight of activity recency.
    #[serde(default)]
    #[schemars(schema_with = "weight")]
    activity: Option<String>,
    /// Weight of support sentiment.
    #[serde(default)]
    #[schemars(schema_with = "weight")]
    sentiment: Option<String>,
    /// Weight of payment health.
    #[serde(default)]
    #[schemars(schema_with = "weight")]
    payment: Option<String>,
    /// Weight of engagement.
    #[serde(default)]
    #[schemars(schema_with = "weight")]
    engagement: Option<String>,
    /// Weight of tenure.
    #[serde(default)]
    #[schemars(schema_with = "weight")]
    tenure: Option<String>,
    /// Weight of MRR.
    #[serde(default)]
    #[schemars(schema_with = "weight")]
    mrr: Option<String>,
    /// Number of the page in JSON, 1 for the first.
    page: Option<String>,
    /// `html` or `json`.
    format: Option<String>,
}

/// Changes on a page in JSON.
const CHANGES_PER_PAGE: usize = 1_000;

fn weight(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "pattern": "^(100(\\.0{1,2})?|[0-9]{1,2}(\\.[0-9]{1,2})?)?$"})
}

pub(crate) async fn show_preview(
    State(customers): State<Arc<Customers>>,
    Query(weights): Query<PreviewQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(weights.format.as_deref(), &headers, &uri, Format::PAGE)?;
    let current = customers.current().await?;
    let (other, typed) = weights.parse();
    let preview = match &other {
        Ok(other) => Some(load_preview(&customers, &current, other).await?),
        Err(_) => None,
    };
    if request.format == Format::Json {
        let preview = preview.ok_or_else(|| Error::invalid_query(other.err().unwrap_or_default()))?;
        let page = ListPage::new(weights.page.as_deref(), CHANGES_PER_PAGE);
        let preview = preview.on_page(page, &request.address);
        let rendered = RenderedResponse::json(&preview).map_err(Error::internal)?;
        return Ok(rendered.respond(&headers));
    }
    let complaints = other.err().unwrap_or_default();
    let page = PreviewPage {
        preview: preview.as_ref(),
        weights: &typed,
        complaint: complaints
            .iter()
            .find(|complaint| complaint.field == ALL_WEIGHTS)
            .map(|one| one.message.as_str()),
        address: &request.address,
    };
    let rendered = RenderedResponse::html(page.document(&customers.frame(&current)));
    if complaints.is_empty() {
        return Ok(rendered.respond(&headers));
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, rendered.respond(&HeaderMap::new())).into_response())
}

async fn load_preview(
    customers: &Customers,
    current: &CustomersSnapshot,
    other: &ScoreFormula,
) -> Result<PreviewResponse, Error> {
    charge_work()?;
    let (compared, changes) = customers.sync.scoring().preview(other).await?;
    let band_move = |change: BandChange<CustomerId>| {
        let customer = current.rows.by_id(&change.customer);
        let scored = |scored: Option<(u8, HealthBand)>| scored.map(|(score, band)| ScoreWithBand { score, band });
        BandMoveResponse {
            title: customer.map_or_else(|| change.customer.to_string(), |customer| customer.title().to_owned()),
            customer: change.customer.to_string(),
            now: scored(change.now),
            then: scored(change.then),
        }
    };
    Ok(PreviewResponse {
        formula: other.version.clone(),
        customers: compared,
        changes: changes.into_iter().map(band_move).collect(),
        cut: Vec::new(),
    })
}

/// Values of the weight fields.
type WeightFields = Vec<(ScoreComponent, FormValue)>;

/// Field name for errors about all weights together.
const ALL_WEIGHTS: &str = "weights";

impl PreviewQuery {
    /// Formula with these weights, or the field errors; and the field values.
    fn parse(&self) -> (Result<ScoreFormula, Vec<FieldError>>, WeightFields) {
        let (mut weights, mut complaints, mut typed) = (Vec::new(), Vec::new(), Vec::new());
        for (component, text) in self.texts() {
            let current = ScoreFormula::current().weight(component);
            let text = text.map(str::trim).filter(|text| !text.is_empty());
            match text.map_or(Ok(current), |text| parse_weight(component, text)) {
                Ok(weight) => {
                    weights.push((component, weight));
                    typed.push((component, FormValue::valid(weight.to_string())));
                }
                Err(complaint) => {
                    typed.push((
                        component,
                        FormValue::refused(text.unwrap_or_default(), complaint.clone()),
                    ));
                    complaints.push(FieldError::new(component.word(), complaint));
                }
            }
        }
        if !complaints.is_empty() {
            return (Err(complaints), typed);
        }
        let formula = ScoreFormula::current().with_weights(&weights);
        (
            formula.map_err(|message| vec![FieldError::new(ALL_WEIGHTS, message)]),
            typed,
        )
    }

    fn texts(&self) -> [(ScoreComponent, Option<&str>); 6] {
        ScoreComponent::ALL.map(|component| {
            let text = match component {
                ScoreComponent::Activity => &self.activity,
                ScoreComponent::Sentiment => &self.sentiment,
                ScoreComponent::Payment => &self.payment,
                ScoreComponent::Engagement => &self.engagement,
                ScoreComponent::Tenure => &self.tenure,
                ScoreComponent::Mrr => &self.mrr,
            };
            (component, text.as_deref())
        })
    }
}

fn parse_weight(component: ScoreComponent, text: &str) -> Result<Decimal, String> {
    let number = text.trim_end_matches(['%', ' ']).replace(',', ".");
    let number: Decimal = number
        .parse()
        .map_err(|_| format!("“{text}” is no number; a weight from 0 to 100 is expected."))?;
    let alone = ScoreFormula::current().with_weights(&[(component, number)]);
    alone.map(|_| number)
}
