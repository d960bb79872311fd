//! `GET /deals`: the dashboard, in every response format.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use web::{
    error::Error,
    request_context::RequestContext,
    response::{ExportDialect, Format, RenderedResponse},
};

use crate::{
    dashboard::{
        overview::{DashboardOverview, PRINTED_LINES},
        response::DashboardResponse,
        view::{DashboardPage, report::DashboardReport},
    },
    list::{
        download::deals_table,
        listing::DealQuery,
        query_params::{DealQueryParams, parse_filter},
    },
    snapshot::DealsSnapshot,
    state::Deals,
};

pub(crate) async fn show(
    State(deals): State<Arc<Deals>>,
    Query(common): Query<DealQueryParams>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = common.request_context(&headers, &uri, Format::REPORT)?;
    let query = DealQuery {
        filter: parse_filter(&uri, deals.message_style(request.language))?.filter,
        ..DealQuery::default()
    };
    let current = deals.current().await?;
    let make = async || render(&deals, &current, &query, &request).await;
    let rendered = deals.cached_response(&current, &request, make).await?;
    Ok(common.with_language_cookie(rendered.respond(&headers), request.language))
}

async fn render(
    deals: &Deals,
    current: &DealsSnapshot,
    query: &DealQuery,
    request: &RequestContext,
) -> Result<RenderedResponse, Error> {
    match request.format {
        Format::Html => {
            let overview = deals.overview(current, &query.filter).await;
            let page = DashboardPage {
                query,
                overview: &overview,
                address: &request.address,
            };
            Ok(RenderedResponse::html(
                page.document(&deals.frame(current, request.language)),
            ))
        }
        Format::Json => {
            let answer = DashboardResponse::of(&current.rows, &query.filter, &deals.rule_context(current));
            RenderedResponse::json(&answer).map_err(Error::internal)
        }
        _ => render_download(deals, current, query, request).await,
    }
}

/// Every deal that matches `query`, on all pages.
pub(crate) async fn render_download(
    deals: &Deals,
    current: &DealsSnapshot,
    query: &DealQuery,
    request: &RequestContext,
) -> Result<RenderedResponse, Error> {
    if request.format == Format::Pdf {
        return render_report(deals, current, query, request);
    }
    let listing = deals.listing(current, query).await;
    let as_of = current.read_at.to_zoned(deals.clock.zone().clone());
    let sheet = deals_table(&current.rows, &listing, &as_of);
    match request.format {
        Format::Xlsx => RenderedResponse::xlsx_in(&sheet, ExportDialect::of(request.language)),
        _ => Ok(RenderedResponse::csv_in(&sheet, ExportDialect::of(request.language))),
    }
}

fn render_report(
    deals: &Deals,
    current: &DealsSnapshot,
    query: &DealQuery,
    request: &RequestContext,
) -> Result<RenderedResponse, Error> {
    let context = deals.rule_context(current);
    let overview = DashboardOverview::with_lines(&current.rows, &query.filter, &context, PRINTED_LINES);
    let report = DashboardReport {
        overview: &overview,
        filter: &query.filter,
        read_at: &current.read_at.to_zoned(deals.clock.zone().clone()),
        language: request.language,
    };
    let name = format!("deals-{}.pdf", current.now.date());
    RenderedResponse::pdf(&name, || report.document())
}
