//! Request handling shared by the sales pages: filtered deals with their stage history.

use axum::{
    http::{HeaderMap, Uri},
    response::Response,
};
use web::{
    error::Error,
    request_context::RequestContext,
    response::{Format, RenderedResponse},
};

use crate::{
    deal::{Deal, stage_history::StageHistory},
    list::{
        filter::DealFilter,
        query_params::{DealQueryParams, parse_filter},
    },
    snapshot::DealsSnapshot,
    state::Deals,
};

/// Parts of a request, as the handler received them.
#[derive(Clone, Copy)]
pub(crate) struct SalesRequest<'a> {
    pub(crate) common: &'a DealQueryParams,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) uri: &'a Uri,
}

/// Inputs of a sales page.
pub(crate) struct SalesContext<'a> {
    pub(crate) deals: &'a Deals,
    pub(crate) current: &'a DealsSnapshot,
    pub(crate) request: &'a RequestContext,
    pub(crate) filter: &'a DealFilter,
    pub(crate) history: &'a StageHistory,
}

impl SalesContext<'_> {
    /// Deals that match the filter.
    pub(crate) fn chosen(&self) -> Vec<&Deal> {
        let rows = &self.current.rows;
        let chosen = self.filter.select(&rows.deals, || rows.search_texts());
        chosen.deals(&rows.deals)
    }
}

/// Response made by `render`, or taken from the cache.
pub(crate) async fn respond(
    deals: &Deals,
    sent: SalesRequest<'_>,
    offered: &'static [Format],
    render: impl FnOnce(&SalesContext<'_>) -> Result<RenderedResponse, Error>,
) -> Result<Response, Error> {
    let request = sent.common.request_context(sent.headers, sent.uri, offered)?;
    let filter = parse_filter(sent.uri, deals.message_style(request.language))?.filter;
    let current = deals.current().await?;
    let make = async || {
        render(&SalesContext {
            deals,
            current: &current,
            request: &request,
            filter: &filter,
            history: &deals.history(&current).await?,
        })
    };
    let answer = deals
        .cached_response(&current, &request, make)
        .await?
        .respond(sent.headers);
    Ok(sent.common.with_language_cookie(answer, request.language))
}
