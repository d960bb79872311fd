//! `GET /deals/list`: the deals behind a figure, page by page.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use web::{
    error::Error,
    request_context::RequestContext,
    response::{Format, RenderedResponse},
};

use crate::{
    editing::{notice::ActionNotice, request::Caller},
    list::{
        listing::DealQuery,
        query_params::DealQueryParams,
        response::{DealListResponse, DealPageRequest},
        view::DealListPage,
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
    let request = common.request_context(&headers, &uri, Format::TABLE)?;
    let query = common.deal_query(&uri, deals.message_style(request.language))?;
    let current = deals.current().await?;
    let notice = Caller::of(&headers, &uri).notice();
    let list = DealListRequest {
        request: &request,
        query: &query,
        page: common.page(),
    };
    let make = async || match request.format {
        Format::Html | Format::Json => render(&deals, &current, &list, notice).await,
        _ => crate::dashboard::page::render_download(&deals, &current, &query, &request).await,
    };
    let rendered = deals.cached_response(&current, &request, make).await?;
    Ok(common.with_language_cookie(rendered.respond(&headers), request.language))
}

/// One page of a list, as it was requested.
struct DealListRequest<'a> {
    request: &'a RequestContext,
    query: &'a DealQuery,
    /// Number of the page, from 1.
    page: usize,
}

async fn render(
    deals: &Deals,
    current: &DealsSnapshot,
    list: &DealListRequest<'_>,
    notice: Option<ActionNotice>,
) -> Result<RenderedResponse, Error> {
    let DealListRequest { request, query, page } = *list;
    let listing = deals.listing(current, query).await;
    let page = DealPageRequest {
        number: page,
        as_of: current.read_at,
    };
    let list = DealListResponse::of(&current.rows, query, &listing, page);
    if request.format == Format::Json {
        return RenderedResponse::json(&list).map_err(Error::internal);
    }
    let page = DealListPage {
        query,
        list: &list,
        facets: &listing.facets,
        notice,
        lost_stage: deals.rules.lost_stage,
        now: &current.now,
        address: &request.address,
    };
    Ok(RenderedResponse::html(
        page.document(&deals.frame(current, request.language)),
    ))
}
