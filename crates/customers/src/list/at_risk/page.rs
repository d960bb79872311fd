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
        answers::{AtRiskCustomerResponse, AtRiskListResponse, CustomerResponse},
        at_risk::view::AtRiskPage,
        filter::Pagination,
        listing::{CustomerListing, ListScope},
        page::{CustomerListParams, ParsedListQuery, full_table},
    },
    state::{Customers, CustomersSnapshot},
};

pub(crate) async fn show_at_risk(
    State(customers): State<Arc<Customers>>,
    Query(question): Query<CustomerListParams>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = question.asked(&headers, &uri)?;
    let wanted = question.wanted(&uri, ListScope::AtRisk)?;
    let current = customers.current().await?;
    let make = async || {
        let listing = customers.listing(&current, &wanted.question).await;
        if matches!(asked.face, Format::Csv | Format::Xlsx) {
            return render_table(&customers, (&current, &listing), &asked);
        }
        let history: Reading<ScoreHistory> = customers.store.read().await?;
        let list = at_risk_response((&current, &history.snapshot.data), &listing, wanted.page);
        render(&customers, (&current, &list), &asked, &wanted)
    };
    let rendered = customers.answered(&current, &asked, make).await?;
    Ok(rendered.respond(&headers))
}

fn render_table(
    customers: &Customers,
    listed: (&CustomersSnapshot, &CustomerListing),
    asked: &RequestContext,
) -> Result<RenderedResponse, Error> {
    let sheet = full_table(customers, listed, ("customers-at-risk", "At risk"));
    match asked.face {
        Format::Csv => Ok(RenderedResponse::csv(&sheet)),
        _ => RenderedResponse::xlsx(&sheet).map_err(Error::internal),
    }
}

fn render(
    customers: &Customers,
    (current, list): (&CustomersSnapshot, &AtRiskListResponse),
    asked: &RequestContext,
    wanted: &ParsedListQuery,
) -> Result<RenderedResponse, Error> {
    if asked.face == Format::Json {
        return RenderedResponse::json(list).map_err(Error::internal);
    }
    let page = AtRiskPage {
        list,
        filter: &wanted.question.filter,
        customers: current.digest.overview.summary.total_customers,
        currency: current.currency,
        now: &current.now,
        address: &asked.address,
    };
    Ok(RenderedResponse::html(page.document(&customers.frame(current))))
}

fn at_risk_response(
    (current, history): (&CustomersSnapshot, &ScoreHistory),
    listing: &CustomerListing,
    page: usize,
) -> AtRiskListResponse {
    let paging = Pagination::of(listing.places.len(), page);
    let line = |place: &u32| {
        let customer = current.rows.at(*place);
        AtRiskCustomerResponse {
            customer: CustomerResponse::of(customer, &current.rows, current.currency),
            risk: JsonDecimal::new(risk::churn_probability(customer).unwrap_or_default()),
            reasons: risk::risk_reasons(customer, history.of(&customer.id)),
        }
    };
    AtRiskListResponse {
        as_of: current.read_at,
        total: listing.places.len(),
        value_at_risk: listing.value_at_risk,
        currency: current.currency.code().to_owned(),
        page: paging.page,
        pages: paging.pages,
        customers: paging.part(&listing.places).iter().map(line).collect(),
    }
}
