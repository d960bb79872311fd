//! Handler of `GET /customers/report`: the weekly report as page, JSON or PDF.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use schemars::JsonSchema;
use serde::Deserialize;
use web::{
    error::Error,
    request_context::RequestContext,
    response::{Format, RenderedResponse},
};

use crate::{
    reports::weekly::{
        report::{WeeklyReport, WeeklyReportInputs},
        view::{WeeklyPage, WeeklyPdf},
    },
    state::{Customers, CustomersSnapshot},
};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct WeeklyReportQuery {
    /// `html`, `json` or `pdf`.
    format: Option<String>,
}

pub(crate) async fn show_weekly_report(
    State(customers): State<Arc<Customers>>,
    Query(query): Query<WeeklyReportQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(query.format.as_deref(), &headers, &uri, Format::PRINTED)?;
    let current = customers.current().await?;
    let make = async || {
        let week = load_weekly_report(&customers, &current).await?;
        render(&customers, &current, &week, &request)
    };
    let rendered = customers.cached_response(&current, &request, make).await?;
    Ok(rendered.respond(&headers))
}

async fn load_weekly_report(customers: &Customers, current: &CustomersSnapshot) -> Result<WeeklyReport, Error> {
    let derived = customers.derived_records().await?;
    let report = customers.report().await?;
    Ok(WeeklyReport::of(&WeeklyReportInputs {
        as_of: current.read_at,
        currency: current.currency,
        overview: &current.aggregates.overview,
        report: &report,
        events: &derived.tables.events,
    }))
}

fn render(
    customers: &Customers,
    current: &CustomersSnapshot,
    week: &WeeklyReport,
    request: &RequestContext,
) -> Result<RenderedResponse, Error> {
    match request.format {
        Format::Json => RenderedResponse::json(week).map_err(Error::internal),
        Format::Pdf => {
            let pdf = WeeklyPdf {
                week,
                currency: current.currency,
                read_at: &current.read_at.to_zoned(customers.clock.zone().clone()),
            };
            RenderedResponse::pdf(&format!("customers-{}.pdf", week.day), || pdf.document())
        }
        _ => {
            let page = WeeklyPage {
                week,
                currency: current.currency,
                address: &request.address,
            };
            Ok(RenderedResponse::html(page.document(&customers.frame(current))))
        }
    }
}
