//! `GET /customers/at-risk`: who is not healthy, those with the most at stake first, each with the reason.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};

use super::{
    super::{
        answers::{AtRiskAnswer, AtRiskList, CustomerAnswer, sheet},
        customer::Customer,
        desk::{Current, Customers},
        filter::{Order, Paging, SortKey},
        number::Number,
        risk,
        rows::history_row::ScoreHistory,
        view::at_risk::AtRiskPage,
    },
    list::{Question, Wanted},
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::Error,
    store::Reading,
};

/// The most at stake first.
const MOST_AT_STAKE: Order = Order {
    key: SortKey::Risk,
    descending: true,
};

pub(super) async fn show(
    State(customers): State<Arc<Customers>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = question.asked(&headers, &uri)?;
    let wanted = question.wanted(&uri, MOST_AT_STAKE)?;
    let current = customers.current().await?;
    let make = async || {
        let history: Reading<ScoreHistory> = customers.store.read().await?;
        render(&customers, (&current, &history.snapshot.data), &asked, &wanted)
    };
    let rendered = customers.answered(&current, &asked, make).await?;
    Ok(rendered.respond(&headers))
}

fn render(
    customers: &Customers,
    (current, history): (&Current, &ScoreHistory),
    asked: &Asked,
    wanted: &Wanted,
) -> Result<Rendered, Error> {
    let found = wanted.of(current, risk::is_at_risk);
    let zone = customers.clock.zone();
    let table = || {
        let answers = found.iter();
        let answers: Vec<CustomerAnswer> = answers
            .map(|customer| CustomerAnswer::of(customer, &current.rows, current.currency))
            .collect();
        let as_of = current.read_at.to_zoned(zone.clone()).datetime();
        sheet(&answers, ("customers-at-risk", "At risk"), (as_of, zone))
    };
    match asked.face {
        Face::Csv => Ok(Rendered::csv(&table())),
        Face::Xlsx => Rendered::xlsx(&table()).map_err(Error::internal),
        face => {
            let list = answer((current, history), &found, Paging::of(found.len(), wanted.page));
            if face == Face::Json {
                return Rendered::json(&list).map_err(Error::internal);
            }
            let page = AtRiskPage {
                list: &list,
                filter: &wanted.filter,
                customers: current.rows.current().count(),
                currency: current.currency,
                now: &current.now,
                address: &asked.address,
            };
            Ok(Rendered::html(page.document(&customers.frame(current))))
        }
    }
}

fn answer((current, history): (&Current, &ScoreHistory), found: &[&Customer], paging: Paging) -> AtRiskList {
    let at_stake = found
        .iter()
        .filter_map(|customer| risk::value_at_risk(customer, current.currency));
    let line = |customer: &&Customer| AtRiskAnswer {
        customer: CustomerAnswer::of(customer, &current.rows, current.currency),
        risk: Number::new(risk::risk(customer).unwrap_or_default()),
        reasons: risk::reasons(customer, history.of(&customer.id)),
    };
    AtRiskList {
        as_of: current.read_at,
        total: found.len(),
        value_at_risk: Number::new(at_stake.sum()),
        currency: current.currency.code().to_owned(),
        page: paging.page,
        pages: paging.pages,
        customers: paging.part(found).iter().map(line).collect(),
    }
}
