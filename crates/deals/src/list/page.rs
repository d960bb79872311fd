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
    dashboard::navigation::DealListPage,
    editing::{notice::ActionNotice, request::Caller},
    list::{
        listing::DealQuery,
        query_params::QueryParams,
        response::{DealListResponse, PageRequest},
    },
    snapshot::DealsSnapshot,
    state::Deals,
};

pub(crate) async fn show(
    State(deals): State<Arc<Deals>>,
    Query(common): Query<QueryParams>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = common.asked(&headers, &uri, Format::TABLE)?;
    let question = common.question(&uri, (asked.language, deals.rules.lost_stage))?;
    let current = deals.current().await?;
    let notice = Caller::of(&headers, &uri).notice();
    let make = async || match asked.face {
        Format::Html | Format::Json => render(&deals, &current, &question, (&asked, common.page(), notice)).await,
        _ => crate::dashboard::page::render_download(&deals, &current, &question, &asked).await,
    };
    let rendered = deals.answered(&current, &asked, make).await?;
    Ok(common.remembering(rendered.respond(&headers), asked.language))
}

async fn render(
    deals: &Deals,
    current: &DealsSnapshot,
    question: &DealQuery,
    (asked, number, notice): (&RequestContext, usize, Option<ActionNotice>),
) -> Result<RenderedResponse, Error> {
    let listing = deals.listing(current, question).await;
    let page = PageRequest {
        number,
        as_of: current.read_at,
    };
    let list = DealListResponse::of(&current.rows, question, &listing, page);
    if asked.face == Format::Json {
        return RenderedResponse::json(&list).map_err(Error::internal);
    }
    let page = DealListPage {
        question,
        list: &list,
        facets: &listing.facets,
        notice,
        lost_stage: deals.rules.lost_stage,
        now: &current.now,
        address: &asked.address,
    };
    Ok(RenderedResponse::html(
        page.document(&deals.frame(current, asked.language)),
    ))
}
