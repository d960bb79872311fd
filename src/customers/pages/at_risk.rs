//! Handler of `GET /customers/at-risk`: customers who are not healthy, highest value at risk first, with reasons.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};

use super::{
    super::{
        answers::{AtRiskAnswer, AtRiskList, CustomerAnswer},
        desk::{Current, Customers},
        filter::Paging,
        listing::{Among, Listing},
        number::Number,
        risk,
        rows::history_row::ScoreHistory,
        view::at_risk::AtRiskPage,
    },
    list::{Question, Wanted, whole_table},
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::Error,
    store::Reading,
};

pub(super) async fn show(
    State(customers): State<Arc<Customers>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = question.asked(&headers, &uri)?;
    let wanted = question.wanted(&uri, Among::AtRisk)?;
    let current = customers.current().await?;
    let make = async || {
        let listing = customers.listing(&current, &wanted.question).await;
        if matches!(asked.face, Face::Csv | Face::Xlsx) {
            return table(&customers, (&current, &listing), &asked);
        }
        let history: Reading<ScoreHistory> = customers.store.read().await?;
        let list = answer((&current, &history.snapshot.data), &listing, wanted.page);
        render(&customers, (&current, &list), &asked, &wanted)
    };
    let rendered = customers.answered(&current, &asked, make).await?;
    Ok(rendered.respond(&headers))
}

fn table(customers: &Customers, listed: (&Current, &Listing), asked: &Asked) -> Result<Rendered, Error> {
    let sheet = whole_table(customers, listed, ("customers-at-risk", "At risk"));
    match asked.face {
        Face::Csv => Ok(Rendered::csv(&sheet)),
        _ => Rendered::xlsx(&sheet).map_err(Error::internal),
    }
}

fn render(
    customers: &Customers,
    (current, list): (&Current, &AtRiskList),
    asked: &Asked,
    wanted: &Wanted,
) -> Result<Rendered, Error> {
    if asked.face == Face::Json {
        return Rendered::json(list).map_err(Error::internal);
    }
    let page = AtRiskPage {
        list,
        filter: &wanted.question.filter,
        customers: current.digest.overview.summary.total_customers,
        currency: current.currency,
        now: &current.now,
        address: &asked.address,
    };
    Ok(Rendered::html(page.document(&customers.frame(current))))
}

fn answer((current, history): (&Current, &ScoreHistory), listing: &Listing, page: usize) -> AtRiskList {
    let paging = Paging::of(listing.places.len(), page);
    let line = |place: &u32| {
        let customer = current.rows.at(*place);
        AtRiskAnswer {
            customer: CustomerAnswer::of(customer, &current.rows, current.currency),
            risk: Number::new(risk::risk(customer).unwrap_or_default()),
            reasons: risk::reasons(customer, history.of(&customer.id)),
        }
    };
    AtRiskList {
        as_of: current.read_at,
        total: listing.places.len(),
        value_at_risk: listing.value_at_risk,
        currency: current.currency.code().to_owned(),
        page: paging.page,
        pages: paging.pages,
        customers: paging.part(&listing.places).iter().map(line).collect(),
    }
}
