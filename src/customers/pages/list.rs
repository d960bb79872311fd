//! `GET /customers`: the customers row by row, or what to do first when there are none.

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
        customer::Customer,
        desk::{Current, Customers},
        filter::{CustomerFilter, Order, Paging},
        summary::Overview,
        view::{checklist::Checklist, list::ListPage},
    },
    syncs::sample_state,
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::{Error, FieldError},
};

/// What an address says beside the filter.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    /// `html`, `json`, `csv` or `xlsx`.
    format: Option<String>,
    /// `name`, `mrr`, `health_score`, `last_seen` or `risk`, with a hyphen before it for the greatest first.
    sort: Option<String>,
    /// Number of the page, 1 for the first.
    page: Option<String>,
}

/// What a list is asked for.
pub(super) struct Wanted {
    pub(super) filter: CustomerFilter,
    pub(super) order: Order,
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

    pub(super) fn wanted(&self, uri: &Uri, usual: Order) -> Result<Wanted, Error> {
        let refused = |error: super::super::filter::FilterError| {
            Error::bad_question(vec![FieldError::new(error.field, error.message)])
        };
        let sort = self.sort.as_deref().filter(|sort| !sort.trim().is_empty());
        Ok(Wanted {
            filter: CustomerFilter::parse(uri.query().unwrap_or_default()).map_err(refused)?,
            order: sort.map(Order::parse).transpose().map_err(refused)?.unwrap_or(usual),
            page: self.number()?,
        })
    }
}

impl Wanted {
    /// The customers, in order.
    pub(super) fn of<'a>(&self, current: &'a Current, also: impl Fn(&Customer) -> bool) -> Vec<&'a Customer> {
        let mut customers: Vec<&Customer> = current
            .rows
            .current()
            .filter(|customer| also(customer) && self.filter.lets_through(customer, current.currency))
            .collect();
        self.order.sort(&mut customers, current.currency);
        customers
    }
}

pub(super) async fn show(
    State(customers): State<Arc<Customers>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = question.asked(&headers, &uri)?;
    let wanted = question.wanted(&uri, Order::USUAL)?;
    let current = customers.current().await?;
    if asked.face == Face::Html && current.rows.current().next().is_none() {
        return Ok(first_steps(&customers, &current, &asked).await?.respond(&headers));
    }
    let make = async || render(&customers, &current, &asked, &wanted);
    let rendered = customers.answered(&current, &asked, make).await?;
    Ok(rendered.respond(&headers))
}

fn render(customers: &Customers, current: &Current, asked: &Asked, wanted: &Wanted) -> Result<Rendered, Error> {
    let found = wanted.of(current, |_| true);
    let zone = customers.clock.zone();
    let as_of = (current.read_at.to_zoned(zone.clone()).datetime(), zone);
    let all = || -> Vec<CustomerAnswer> {
        let answers = found.iter();
        answers
            .map(|customer| CustomerAnswer::of(customer, &current.rows, current.currency))
            .collect()
    };
    let paging = Paging::of(found.len(), wanted.page);
    let part = || ListAnswer::of(&found, &current.rows, paging, (current.read_at, current.currency));
    match asked.face {
        Face::Csv => Ok(Rendered::csv(&sheet(&all(), ("customers", "Customers"), as_of))),
        Face::Xlsx => Rendered::xlsx(&sheet(&all(), ("customers", "Customers"), as_of)).map_err(Error::internal),
        Face::Json => Rendered::json(&part()).map_err(Error::internal),
        _ => {
            let page = ListPage {
                filter: &wanted.filter,
                order: wanted.order,
                list: &part(),
                overview: &Overview::of(current.rows.current(), current.currency),
                managers: &managers(current),
                sources: &sources(current),
                currency: current.currency,
                now: &current.now,
                address: &asked.address,
            };
            Ok(Rendered::html(page.document(&customers.frame(current))))
        }
    }
}

/// Every account manager once, in alphabetical order.
fn managers(current: &Current) -> Vec<String> {
    let names = current.rows.current();
    let names = names.filter_map(|customer| customer.profile.account_manager.as_deref());
    let sorted: std::collections::BTreeMap<_, &str> =
        names.map(|name| (crate::language::sort_key(name), name)).collect();
    sorted.into_values().map(str::to_owned).collect()
}

/// Every source that knows somebody once, in alphabetical order.
fn sources(current: &Current) -> Vec<String> {
    let marks = current.rows.current().flat_map(|customer| &customer.sources);
    let names: std::collections::BTreeSet<&str> = marks.map(|mark| mark.source.as_str()).collect();
    names.into_iter().map(str::to_owned).collect()
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
