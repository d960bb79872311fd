//! Handler of `GET /customers`: the customer list, or the setup checklist when there are no customers.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use web::{
    error::{Error, FieldError},
    openapi::parameters::{choice, page_number},
    request_context::RequestContext,
    response::{ExportSheet, Format, RenderedResponse},
};

use crate::{
    list::{
        answers::{CustomerListResponse, CustomerResponse, SheetNames, customer_sheet},
        checklist::SetupChecklist,
        filter::{CustomerFilter, Pagination, SortKey, SortOrder},
        listing::{CustomerListQuery, CustomerListing, ListScope},
        view::ListPage,
    },
    sample::sample_availability,
    state::{Customers, CustomersSnapshot},
};

/// Names of the table for download.
const NAMES: SheetNames = SheetNames {
    file_name: "customers",
    title: "Customers",
};

/// Query fields besides the filter.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct CustomerListParams {
    /// `html`, `json`, `csv` or `xlsx`.
    format: Option<String>,
    /// `name`, `mrr`, `health_score`, `last_seen` or `risk`, with a leading hyphen for descending order.
    #[serde(default)]
    #[schemars(schema_with = "sort_orders")]
    sort: Option<String>,
    /// Page number, from 1.
    #[serde(default)]
    #[schemars(schema_with = "page_number")]
    page: Option<String>,
}

/// Parsed query of a list.
pub(crate) struct ParsedListQuery {
    pub(crate) query: CustomerListQuery,
    pub(crate) page: usize,
}

fn sort_orders(_: &mut SchemaGenerator) -> Schema {
    let orders: Vec<String> = SortKey::ALL
        .into_iter()
        .flat_map(|key| [key.word().to_owned(), format!("-{}", key.word())])
        .collect();
    choice(orders.iter().map(String::as_str))
}

impl CustomerListParams {
    pub(crate) fn request_context(&self, headers: &HeaderMap, uri: &Uri) -> Result<RequestContext, Error> {
        RequestContext::new(self.format.as_deref(), headers, uri, Format::TABLE)
    }

    fn page_number(&self) -> Result<usize, Error> {
        match self.page.as_deref().map(str::trim).filter(|page| !page.is_empty()) {
            None => Ok(1),
            Some(page) => page.parse().map_err(|_| {
                let message = format!("“{page}” is no number of a page. Write 1 for the first.");
                Error::invalid_query(vec![FieldError::new("page", message)])
            }),
        }
    }

    pub(crate) fn parse(&self, uri: &Uri, among: ListScope) -> Result<ParsedListQuery, Error> {
        let refused = |error: crate::list::filter::FilterError| {
            Error::invalid_query(vec![FieldError::new(error.field, error.message)])
        };
        let sort = self.sort.as_deref().filter(|sort| !sort.trim().is_empty());
        let order = sort.map(SortOrder::parse).transpose().map_err(refused)?;
        let query = CustomerListQuery {
            filter: CustomerFilter::parse(uri.query().unwrap_or_default()).map_err(refused)?,
            among,
            order: order.unwrap_or(among.default_order()),
        };
        Ok(ParsedListQuery {
            query,
            page: self.page_number()?,
        })
    }
}

pub(crate) async fn show_customer_list(
    State(customers): State<Arc<Customers>>,
    Query(query): Query<CustomerListParams>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = query.request_context(&headers, &uri)?;
    let parsed = query.parse(&uri, ListScope::All)?;
    let current = customers.current().await?;
    if request.format == Format::Html && current.aggregates.overview.summary.total_customers == 0 {
        return Ok(render_checklist(&customers, &current, &request)
            .await?
            .respond(&headers));
    }
    let make = async || {
        let listing = customers.listing(&current, &parsed.query).await;
        render(&customers, &current, &listing, &request, &parsed)
    };
    let rendered = customers.cached_response(&current, &request, make).await?;
    Ok(rendered.respond(&headers))
}

fn render(
    customers: &Customers,
    current: &CustomersSnapshot,
    listing: &CustomerListing,
    request: &RequestContext,
    parsed: &ParsedListQuery,
) -> Result<RenderedResponse, Error> {
    let table = || full_table(customers, current, listing, NAMES);
    let paging = Pagination::of(listing.indices.len(), parsed.page);
    let part = || CustomerListResponse::of(listing, &current.rows, paging, current.read_at, current.currency);
    match request.format {
        Format::Csv => Ok(RenderedResponse::csv(&table())),
        Format::Xlsx => RenderedResponse::xlsx(&table()),
        Format::Json => RenderedResponse::json(&part()).map_err(Error::internal),
        _ => {
            let page = ListPage {
                filter: &parsed.query.filter,
                order: parsed.query.order,
                list: &part(),
                aggregates: &current.aggregates,
                currency: current.currency,
                now: &current.now,
                address: &request.address,
            };
            Ok(RenderedResponse::html(page.document(&customers.frame(current))))
        }
    }
}

/// All matching customers, as a table for download.
pub(crate) fn full_table(
    customers: &Customers,
    current: &CustomersSnapshot,
    listing: &CustomerListing,
    names: SheetNames,
) -> ExportSheet {
    let zone = customers.clock.zone();
    let answers = listing.indices.iter();
    let answers: Vec<CustomerResponse> = answers
        .map(|index| CustomerResponse::of(current.rows.at(*index), &current.rows, current.currency))
        .collect();
    customer_sheet(&answers, names, current.as_of().datetime(), zone)
}

async fn render_checklist(
    customers: &Customers,
    current: &CustomersSnapshot,
    request: &RequestContext,
) -> Result<RenderedResponse, Error> {
    let page = SetupChecklist {
        status: &customers.sync.status().await?,
        sample: sample_availability(customers.source),
        now: &current.now,
        address: &request.address,
    };
    Ok(RenderedResponse::html(page.document(&customers.frame(current))))
}
