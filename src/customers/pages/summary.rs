//! Handler of `GET /dashboard/summary`: all customers in figures.

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
    listing::{Among, ListQuestion},
    number::Number,
    risk,
    view::summary::{SummaryPage, Worst},
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::Error,
};

/// Number of customers at risk that the page lists.
const NAMED: usize = 5;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    /// `html` or `json`.
    format: Option<String>,
}

pub(super) async fn show(
    State(customers): State<Arc<Customers>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = Asked::new(question.format.as_deref(), &headers, &uri, Face::PAGE)?;
    let current = customers.current().await?;
    let make = async || match asked.face {
        Face::Json => Rendered::json(&current.digest.overview.summary).map_err(Error::internal),
        _ => page(&customers, &current, &asked).await,
    };
    let rendered = customers.answered(&current, &asked, make).await?;
    Ok(rendered.respond(&headers))
}

async fn page(customers: &Customers, current: &Current, asked: &Asked) -> Result<Rendered, Error> {
    let (history, weeks) = customers.history(current).await?;
    let worst = customers.listing(current, &ListQuestion::plain(Among::AtRisk)).await;
    let worst = worst.places.iter().take(NAMED).map(|place| {
        let customer = current.rows.at(*place);
        Worst {
            customer,
            at_stake: risk::value_at_risk(customer, current.currency).map(Number::new),
            reasons: risk::reasons(customer, history.of(&customer.id)),
        }
    });
    let page = SummaryPage {
        trend: &weeks,
        overview: &current.digest.overview,
        worst: &worst.collect::<Vec<_>>(),
        currency: current.currency,
        address: &asked.address,
    };
    Ok(Rendered::html(page.document(&customers.frame(current))))
}
