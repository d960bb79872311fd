//! Handler of `GET /dashboard/summary`: all customers in figures.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use domain::json_decimal::JsonDecimal;
use schemars::JsonSchema;
use serde::Deserialize;
use web::{
    error::Error,
    request_context::RequestContext,
    response::{Format, RenderedResponse},
};

use crate::{
    customer::risk,
    list::listing::{CustomerListQuery, ListScope},
    reports::summary::view::{CustomerAtRisk, SummaryPage},
    state::{Customers, CustomersSnapshot},
};

/// Number of customers at risk that the page lists.
const LISTED_AT_RISK: usize = 5;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct SummaryQuery {
    /// `html` or `json`.
    format: Option<String>,
}

pub(crate) async fn show_summary(
    State(customers): State<Arc<Customers>>,
    Query(query): Query<SummaryQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(query.format.as_deref(), &headers, &uri, Format::PAGE)?;
    let current = customers.current().await?;
    let make = async || match request.format {
        Format::Json => RenderedResponse::json(&current.aggregates.overview.summary).map_err(Error::internal),
        _ => render_summary_page(&customers, &current, &request).await,
    };
    let rendered = customers.cached_response(&current, &request, make).await?;
    Ok(rendered.respond(&headers))
}

async fn render_summary_page(
    customers: &Customers,
    current: &CustomersSnapshot,
    request: &RequestContext,
) -> Result<RenderedResponse, Error> {
    let (history, weeks) = customers.history(current).await?;
    let worst = customers
        .listing(current, &CustomerListQuery::plain(ListScope::AtRisk))
        .await;
    let worst = worst.indices.iter().take(LISTED_AT_RISK).map(|index| {
        let customer = current.rows.at(*index);
        CustomerAtRisk {
            customer,
            at_stake: risk::value_at_risk(customer, current.currency).map(JsonDecimal::new),
            reasons: risk::risk_reasons(customer, history.of(&customer.id)),
        }
    });
    let page = SummaryPage {
        trend: &weeks,
        overview: &current.aggregates.overview,
        worst: &worst.collect::<Vec<_>>(),
        currency: current.currency,
        address: &request.address,
    };
    Ok(RenderedResponse::html(page.document(&customers.frame(current))))
}
