//! Handler of `GET /customers/at-risk`: customers who are not healthy, highest value at risk first, with reasons.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use domain::json_decimal::JsonDecimal;
use sheets_store::Reading;
use web::{
    error::Error,
    request_context::RequestContext,
    response::{Format, RenderedResponse},
};

use crate::{
    customer::risk,
    health::history::ScoreHistory,
    list::{
        answers::{AtRiskCustomerResponse, AtRiskListResponse, CustomerResponse, SheetNames},
        at_risk::view::AtRiskPage,
        filter::Pagination,
        listing::{CustomerListing, ListScope},
        page::{CustomerListParams, ParsedListQuery, full_table},
    },
    state::{Customers, CustomersSnapshot},
};

/// Names of the table for download.
const NAMES: SheetNames = SheetNames {
    file_name: "customers-at-risk",
    title: "At risk",
};

pub(crate) async fn show_at_risk(
    State(customers): State<Arc<Customers>>,
    Query(query): Query<CustomerListParams>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = query.request_context(&headers, &uri)?;
    let parsed = query.parse(&uri, ListScope::AtRisk)?;
    let current = customers.current().await?;
    let make = async || {
        let listing = customers.listing(&current, &parsed.query).await;
        if matches!(request.format, Format::Csv | Format::Xlsx) {
            return render_table(&customers, &current, &listing, &request);
        }
        let history: Reading<ScoreHistory> = customers.store.read().await?;
        let list = at_risk_response(&current, &history.snapshot.data, &listing, parsed.page);
        render(&customers, &current, &list, &request, &parsed)
    };
    let rendered = customers.cached_response(&current, &request, make).await?;
    Ok(rendered.respond(&headers))
}

fn render_table(
    customers: &Customers,
    current: &CustomersSnapshot,
    listing: &CustomerListing,
    request: &RequestContext,
) -> Result<RenderedResponse, Error> {
    let sheet = full_table(customers, current, listing, NAMES);
    match request.format {
        Format::Csv => Ok(RenderedResponse::csv(&sheet)),
        _ => RenderedResponse::xlsx(&sheet),
    }
}

fn render(
    customers: &Customers,
    current: &CustomersSnapshot,
    list: &AtRiskListResponse,
    request: &RequestContext,
    parsed: &ParsedListQuery,
) -> Result<RenderedResponse, Error> {
    if request.format == Format::Json {
        return RenderedResponse::json(list).map_err(Error::internal);
    }
    let page = AtRiskPage {
        list,
        filter: &parsed.query.filter,
        customers: current.aggregates.overview.summary.total_customers,
        currency: current.currency,
        now: &current.now,
        address: &request.address,
    };
    Ok(RenderedResponse::html(page.document(&customers.frame(current))))
}

fn at_risk_response(
    current: &CustomersSnapshot,
    history: &ScoreHistory,
    listing: &CustomerListing,
    page: usize,
) -> AtRiskListResponse {
    let paging = Pagination::of(listing.indices.len(), page);
    let line = |index: &u32| {
        let customer = current.rows.at(*index);
        AtRiskCustomerResponse {
            customer: CustomerResponse::of(customer, &current.rows, current.currency),
            risk: JsonDecimal::new(risk::churn_probability(customer).unwrap_or_default()),
            reasons: risk::risk_reasons(customer, history.of(&customer.id)),
        }
    };
    AtRiskListResponse {
        as_of: current.read_at,
        total: listing.indices.len(),
        value_at_risk: listing.value_at_risk,
        currency: current.currency.code().to_owned(),
        page: paging.page,
        pages: paging.pages,
        customers: paging.part(&listing.indices).iter().map(line).collect(),
    }
}
