//! Handler of `GET /customers`: the customer list, or the setup checklist when there are no customers.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    super::{
        answers::{CustomerAnswer, ListAnswer, sheet},
        desk::{Current, Customers},
        filter::{CustomerFilter, Order, Paging},
        listing::{Among, ListQuestion, Listing},
        view::{checklist::Checklist, list::ListPage},
    },
    syncs::sample_state,
};
use crate::{
    answer::{Face, Rendered, Sheet},
    asked::Asked,
    error::{Error, FieldError},
};

/// Query fields besides the filter.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    /// `html`, `json`, `csv` or `xlsx`.
    format: Option<String>,
    /// `name`, `mrr`, `health_score`, `last_seen` or `risk`, with a leading hyphen for descending order.
    sort: Option<String>,
    /// Page number, from 1.
    page: Option<String>,
}

/// Parsed query of a list.
pub(super) struct Wanted {
    pub(super) question: ListQuestion,
    pub(super) page: usize,
}

impl Question {
    pub(super) fn asked(&self, headers: &HeaderMap, uri: &Uri) -> Result<Asked, Error> {
        Asked::new(self.format.as_deref(), headers, uri, Face::TABLE)
    }

    fn number(&self) -> Result<usize, Error> {
        match self.page.as_deref().map(str::trim).filter(|page| !page.is_empty()) {
            None => Ok(1),
            Some(page) => page.parse().map_err(|_| {
                let message = format!("“{page}” is no number of a page. Write 1 for the first.");
                Error::bad_question(vec![FieldError::new("page", message)])
            }),
        }
    }

    pub(super) fn wanted(&self, uri: &Uri, among: Among) -> Result<Wanted, Error> {
        let refused = |error: super::super::filter::FilterError| {
            Error::bad_question(vec![FieldError::new(error.field, error.message)])
        };
        let sort = self.sort.as_deref().filter(|sort| !sort.trim().is_empty());
        let order = sort.map(Order::parse).transpose().map_err(refused)?;
        let question = ListQuestion {
            filter: CustomerFilter::parse(uri.query().unwrap_or_default()).map_err(refused)?,
            among,
            order: order.unwrap_or(among.usual_order()),
        };
        Ok(Wanted {
            question,
            page: self.number()?,
        })
    }
}

pub(super) async fn show(
    State(customers): State<Arc<Customers>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = question.asked(&headers, &uri)?;
    let wanted = question.wanted(&uri, Among::All)?;
    let current = customers.current().await?;
    if asked.face == Face::Html && current.digest.overview.summary.total_customers == 0 {
        return Ok(first_steps(&customers, &current, &asked).await?.respond(&headers));
    }
    let make = async || {
        let listing = customers.listing(&current, &wanted.question).await;
        render(&customers, (&current, &listing), &asked, &wanted)
    };
    let rendered = customers.answered(&current, &asked, make).await?;
    Ok(rendered.respond(&headers))
}

fn render(
    customers: &Customers,
    (current, listing): (&Current, &Listing),
    asked: &Asked,
    wanted: &Wanted,
) -> Result<Rendered, Error> {
    let table = || whole_table(customers, (current, listing), ("customers", "Customers"));
    let paging = Paging::of(listing.places.len(), wanted.page);
    let part = || ListAnswer::of(listing, &current.rows, paging, (current.read_at, current.currency));
    match asked.face {
        Face::Csv => Ok(Rendered::csv(&table())),
        Face::Xlsx => Rendered::xlsx(&table()).map_err(Error::internal),
        Face::Json => Rendered::json(&part()).map_err(Error::internal),
        _ => {
            let page = ListPage {
                filter: &wanted.question.filter,
                order: wanted.question.order,
                list: &part(),
                digest: &current.digest,
                currency: current.currency,
                now: &current.now,
                address: &asked.address,
            };
            Ok(Rendered::html(page.document(&customers.frame(current))))
        }
    }
}

/// All matching customers, as a table for download.
pub(super) fn whole_table(
    customers: &Customers,
    (current, listing): (&Current, &Listing),
    names: (&str, &str),
) -> Sheet {
    let zone = customers.clock.zone();
    let answers = listing.places.iter();
    let answers: Vec<CustomerAnswer> = answers
        .map(|place| CustomerAnswer::of(current.rows.at(*place), &current.rows, current.currency))
        .collect();
    sheet(&answers, names, (current.as_of().datetime(), zone))
}

async fn first_steps(customers: &Customers, current: &Current, asked: &Asked) -> Result<Rendered, Error> {
    let page = Checklist {
        status: &customers.syncing.status().await?,
        sample: sample_state(customers.source),
        now: &current.now,
        address: &asked.address,
    };
    Ok(Rendered::html(page.document(&customers.frame(current))))
}
