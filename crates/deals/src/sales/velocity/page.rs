//! `GET /deals/velocity`: sales velocity by month, assignee and sector, and time in each stage.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use web::{
    error::Error,
    response::{Format, RenderedResponse},
};

use crate::{
    deal::grouping::GroupBy,
    list::query_params::DealQueryParams,
    sales::{
        page::{self, SalesContext, SalesRequest},
        velocity::{
            SalesVelocity, by_month, by_property, response::VelocityResponse, time_in_stages, view::VelocityPage,
        },
    },
    state::Deals,
};

pub(crate) async fn show(
    State(deals): State<Arc<Deals>>,
    Query(common): Query<DealQueryParams>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let sent = SalesRequest {
        common: &common,
        headers: &headers,
        uri: &uri,
    };
    page::respond(&deals, sent, Format::PAGE, render).await
}

fn render(scene: &SalesContext<'_>) -> Result<RenderedResponse, Error> {
    let answer = build_response(scene);
    let request = scene.request;
    if request.format == Format::Json {
        return RenderedResponse::json(&answer).map_err(Error::internal);
    }
    let zone = scene.deals.clock.zone();
    let page = VelocityPage {
        language: request.language,
        filter: scene.filter,
        answer: &answer,
        history_since: answer.history_since.map(|since| since.to_zoned(zone.clone()).date()),
    };
    let frame = scene.deals.frame(scene.current, request.language);
    Ok(RenderedResponse::html(page.document(&frame, &request.address)))
}

fn build_response(scene: &SalesContext<'_>) -> VelocityResponse {
    let (current, history) = (scene.current, scene.history);
    let chosen = scene.chosen();
    let velocity = SalesVelocity::of(&chosen, history);
    let gaps = velocity.gaps().into_iter();
    VelocityResponse {
        as_of: current.read_at,
        filter: scene.filter.to_query(),
        gaps: gaps.map(|gap| gap.message(scene.request.language)).collect(),
        velocity,
        months: by_month(&chosen, history, scene.deals.clock.zone()),
        assignees: by_property(&chosen, history, GroupBy::Assignee),
        sectors: by_property(&chosen, history, GroupBy::Sector),
        stages: time_in_stages(&chosen, history, current.now.timestamp()),
        history_since: history.since(),
    }
}
