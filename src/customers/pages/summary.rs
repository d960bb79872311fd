//! `GET /dashboard/summary`: the customers as one picture.

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
    filter::{CustomerFilter, Order, SortKey},
    health::Snapshot,
    number::Number,
    risk,
    rows::history_row::ScoreHistory,
    summary::Overview,
    trend::trend,
    view::summary::{SummaryPage, Worst},
};
use super::list::Wanted;
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::Error,
    store::Reading,
};

/// Customers at risk that the page names.
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
    let make = async || {
        let history: Reading<ScoreHistory> = customers.store.read().await?;
        render(&customers, (&current, &history.snapshot.data), &asked)
    };
    let rendered = customers.answered(&current, &asked, make).await?;
    Ok(rendered.respond(&headers))
}

fn render(
    customers: &Customers,
    (current, history): (&Current, &ScoreHistory),
    asked: &Asked,
) -> Result<Rendered, Error> {
    let overview = Overview::of(current.rows.current(), current.currency);
    if asked.face == Face::Json {
        return Rendered::json(&overview.summary).map_err(Error::internal);
    }
    let wanted = Wanted {
        filter: CustomerFilter::default(),
        order: Order {
            key: SortKey::Risk,
            descending: true,
        },
        page: 1,
    };
    let mut worst = wanted.of(current, risk::is_at_risk);
    worst.truncate(NAMED);
    let lines: Vec<Worst<'_>> = worst
        .into_iter()
        .map(|customer| Worst {
            customer,
            at_stake: risk::value_at_risk(customer, current.currency).map(Number::new),
            reasons: risk::reasons(customer, history.of(&customer.id)),
        })
        .collect();
    let histories: Vec<&[Snapshot]> = current
        .rows
        .current()
        .map(|customer| history.of(&customer.id))
        .collect();
    let page = SummaryPage {
        trend: &trend(histories.iter().copied(), current.now.date()),
        overview: &overview,
        worst: &lines,
        currency: current.currency,
        address: &asked.address,
    };
    Ok(Rendered::html(page.document(&customers.frame(current))))
}
