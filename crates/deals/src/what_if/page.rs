//! `GET /deals/what-if`: the figures under the scenario inputs in the address.

use std::sync::Arc;

use axum::{
    extract::{Query, RawQuery, State},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use web::{
    error::{Error, FieldError},
    response::{Format, RenderedResponse},
};

use crate::{
    list::query_params::{DealQueryParams, parse_filter},
    sales::{
        page::{self, SalesContext, SalesRequest},
        velocity::SalesVelocity,
    },
    state::Deals,
    what_if::{
        BaselineFigures, WhatIf,
        scenario_inputs::{ScenarioInputError, ScenarioInputs},
        view::WhatIfPage,
    },
};

fn percentage(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "pattern": "^(-(90|[0-8]?[0-9](\\.[0-9]{1,2})?)|200|1?[0-9]{1,2}(\\.[0-9]{1,2})?)?$"})
}

/// Query fields with the percentage changes of the figures, for the `OpenAPI` document.
#[derive(Default, JsonSchema)]
#[schemars(default)]
pub(crate) struct ScenarioFields {
    /// Average amount of a deal.
    #[schemars(schema_with = "percentage")]
    basket: Option<Decimal>,
    /// Ratio of won deals.
    #[schemars(schema_with = "percentage")]
    conversion: Option<Decimal>,
    /// Days from creation to won.
    #[schemars(schema_with = "percentage")]
    cycle: Option<Decimal>,
    /// Number of deals.
    #[schemars(schema_with = "percentage")]
    deals: Option<Decimal>,
    /// Probability of a prospect.
    #[schemars(schema_with = "percentage")]
    prospect: Option<Decimal>,
    /// Probability of a qualified deal.
    #[schemars(schema_with = "percentage")]
    qualified: Option<Decimal>,
    /// Probability of a deal in negotiation.
    #[schemars(schema_with = "percentage")]
    negotiation: Option<Decimal>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DealsWhatIf")]
pub(crate) struct WhatIfResponse {
    as_of: Timestamp,
    /// Filter as a query string.
    filter: String,
    /// Number of deals that match it.
    deals: usize,
    #[serde(flatten)]
    what_if: WhatIf,
    /// Reasons why a figure is unknown.
    gaps: Vec<String>,
}

pub(crate) async fn show(
    State(deals): State<Arc<Deals>>,
    Query(common): Query<DealQueryParams>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let sent = SalesRequest {
        common: &common,
        headers: &headers,
        uri: &uri,
    };
    let query = query.unwrap_or_default();
    match ScenarioInputs::parse(&query) {
        Ok(levers) => page::respond(&deals, sent, Format::PAGE, |scene| render(scene, &query, levers)).await,
        Err(errors) => render_errors(&deals, sent, &query, &errors).await,
    }
}

fn render(scene: &SalesContext<'_>, query: &str, levers: ScenarioInputs) -> Result<RenderedResponse, Error> {
    let (chosen, request) = (scene.chosen(), scene.request);
    let what_if = WhatIf::of(&BaselineFigures::of(&chosen, scene.history), levers);
    let gaps = SalesVelocity::of(&chosen, scene.history).gaps();
    let gaps: Vec<String> = gaps.into_iter().map(|gap| gap.message(request.language)).collect();
    if request.format == Format::Json {
        let answer = WhatIfResponse {
            as_of: scene.current.read_at,
            filter: scene.filter.to_query(),
            deals: chosen.len(),
            what_if,
            gaps,
        };
        return RenderedResponse::json(&answer).map_err(Error::internal);
    }
    let page = WhatIfPage {
        language: request.language,
        filter: scene.filter,
        query,
        errors: &[],
        deals: chosen.len(),
        answer: Some(&what_if),
        gaps: &gaps,
    };
    let frame = scene.deals.frame(scene.current, request.language);
    Ok(RenderedResponse::html(page.document(&frame, &request.address)))
}

/// Page with the values as typed and an error message at each field.
async fn render_errors(
    deals: &Deals,
    sent: SalesRequest<'_>,
    query: &str,
    errors: &[ScenarioInputError],
) -> Result<Response, Error> {
    let request = sent.common.request_context(sent.headers, sent.uri, Format::PAGE)?;
    let filter = parse_filter(sent.uri, deals.message_style(request.language))?.filter;
    if request.format == Format::Json {
        let fields = errors
            .iter()
            .map(|error| FieldError::new(error.lever.field(), error.message(request.language)));
        return Err(Error::invalid_query(fields.collect()));
    }
    let current = deals.current().await?;
    let page = WhatIfPage {
        language: request.language,
        filter: &filter,
        query,
        errors,
        deals: 0,
        answer: None,
        gaps: &[],
    };
    let document = page.document(&deals.frame(&current, request.language), &request.address);
    let mut response = RenderedResponse::html(document).respond(sent.headers);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
