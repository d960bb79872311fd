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
        navigation::{DashboardPage, DashboardReport},
        overview::{DashboardOverview, PRINTED_LINES},
        response::DashboardResponse,
    },
    list::{
        download::deals_table,
        listing::DealQuery,
        query_params::{QueryParams, parse_filter},
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
    let asked = common.asked(&headers, &uri, Format::REPORT)?;
    let question = DealQuery {
        filter: parse_filter(&uri, (asked.language, deals.rules.lost_stage))?.filter,
        ..DealQuery::default()
    };
    let current = deals.current().await?;
    let make = async || render(&deals, &current, &question, &asked).await;
    let rendered = deals.answered(&current, &asked, make).await?;
    Ok(common.remembering(rendered.respond(&headers), asked.language))
}

async fn render(
    deals: &Deals,
    current: &DealsSnapshot,
    question: &DealQuery,
    asked: &RequestContext,
) -> Result<RenderedResponse, Error> {
    match asked.face {
        Format::Html => {
            let overview = deals.overview(current, &question.filter).await;
            let page = DashboardPage {
                question,
                overview: &overview,
                address: &asked.address,
            };
            Ok(RenderedResponse::html(
                page.document(&deals.frame(current, asked.language)),
            ))
        }
        Format::Json => {
            let answer = DashboardResponse::of(&current.rows, &question.filter, &deals.context(current));
            RenderedResponse::json(&answer).map_err(Error::internal)
        }
        _ => render_download(deals, current, question, asked).await,
    }
}

/// Every deal that matches `question`, on all pages.
pub(crate) async fn render_download(
    deals: &Deals,
    current: &DealsSnapshot,
    question: &DealQuery,
    asked: &RequestContext,
) -> Result<RenderedResponse, Error> {
    if asked.face == Format::Pdf {
        return render_report(deals, current, question, asked);
    }
    let listing = deals.listing(current, question).await;
    let as_of = current.read_at.to_zoned(deals.clock.zone().clone());
    let sheet = deals_table(&current.rows, &listing, &as_of);
    match asked.face {
        Format::Xlsx => RenderedResponse::xlsx_in(&sheet, ExportDialect::of(asked.language)).map_err(Error::internal),
        _ => Ok(RenderedResponse::csv_in(&sheet, ExportDialect::of(asked.language))),
    }
}

fn render_report(
    deals: &Deals,
    current: &DealsSnapshot,
    question: &DealQuery,
    asked: &RequestContext,
) -> Result<RenderedResponse, Error> {
    let context = deals.context(current);
    let overview = DashboardOverview::with_lines(&current.rows, &question.filter, &context, PRINTED_LINES);
    let report = DashboardReport {
        overview: &overview,
        filter: &question.filter,
        read_at: &current.read_at.to_zoned(deals.clock.zone().clone()),
        language: asked.language,
    };
    let document = report.document().map_err(Error::internal)?;
    let name = format!("deals-{}.pdf", current.now.date());
    Ok(RenderedResponse::download("application/pdf", document.into(), &name))
}
