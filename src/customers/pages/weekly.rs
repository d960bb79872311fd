//! Handler of `GET /customers/report`: the weekly report as page, JSON or PDF.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::{
    desk::{Current, Customers},
    view::weekly::{WeeklyPage, WeeklyPaper},
    weekly::{Material, WeeklyReport},
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::Error,
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    /// `html`, `json` or `pdf`.
    format: Option<String>,
}

pub(super) async fn show(
    State(customers): State<Arc<Customers>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = Asked::new(question.format.as_deref(), &headers, &uri, Face::PRINTED)?;
    let current = customers.current().await?;
    let make = async || {
        let week = week(&customers, &current).await?;
        render(&customers, (&current, &week), &asked)
    };
    let rendered = customers.answered(&current, &asked, make).await?;
    Ok(rendered.respond(&headers))
}

async fn week(customers: &Customers, current: &Current) -> Result<WeeklyReport, Error> {
    let told = customers.told().await?;
    let report = customers.report().await?;
    Ok(WeeklyReport::of(&Material {
        as_of: current.read_at,
        currency: current.currency,
        overview: &current.digest.overview,
        report: &report,
        events: &told.tables.events,
    }))
}

fn render(customers: &Customers, (current, week): (&Current, &WeeklyReport), asked: &Asked) -> Result<Rendered, Error> {
    match asked.face {
        Face::Json => Rendered::json(week).map_err(Error::internal),
        Face::Pdf => {
            let paper = WeeklyPaper {
                week,
                currency: current.currency,
                read_at: &current.read_at.to_zoned(customers.clock.zone().clone()),
            };
            let document = paper.document().map_err(Error::internal)?;
            let name = format!("customers-{}.pdf", week.day);
            Ok(Rendered::download("application/pdf", document.into(), &name))
        }
        _ => {
            let page = WeeklyPage {
                week,
                currency: current.currency,
                address: &asked.address,
            };
            Ok(Rendered::html(page.document(&customers.frame(current))))
        }
    }
}
