//! `GET /deals/{id}`: one deal.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};

use super::{
    super::{
        answers::DealAnswer,
        deal::Deal,
        desk::{Current, Deals},
        filter::DealFilter,
        order::Order,
        view::{
            deal::{DealPage, Place},
            history::Event,
            pause::PauseForm,
        },
    },
    conflict::gone,
    form::stages,
    sent::{Caller, private_page},
};
use crate::error::Error;

pub(super) async fn show(
    State(deals): State<Arc<Deals>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let caller = Caller::of(&headers, &uri);
    let current = deals.current().await?;
    match current.rows.deal(id) {
        Some(deal) if caller.wants_page() => {
            Ok(page(&deals, &caller, (&current, deal), PauseForm::default(), StatusCode::OK).await)
        }
        Some(deal) => Ok(Json(DealAnswer::of(deal, &current.rows)).into_response()),
        None if caller.wants_page() => Ok(gone(&deals, &caller, (id, None)).await),
        None => Err(Error::not_found()),
    }
}

/// The page of a deal, with what was typed about a pause.
pub(super) async fn page(
    deals: &Deals,
    caller: &Caller,
    (current, deal): (&Current, &Deal),
    typed: PauseForm,
    status: StatusCode,
) -> Response {
    let id = deal.id.unwrap_or_default();
    let log = deals.log().await.ok();
    let today = current.now.date();
    let page = DealPage {
        deal: DealAnswer::of(deal, &current.rows),
        id,
        notice: caller.notice(),
        pause: PauseForm {
            in_force: current.rows.pauses.in_force(id, today).cloned(),
            ..typed
        },
        events: log.map(|log| Event::of(log.snapshot.data.of_deal(id))),
        place: place(current, caller, id),
        stages: stages(Some(deal.stage)),
        query: caller.query(),
        now: current.now.clone(),
    };
    private_page(status, page.document(&deals.frame(current, caller.language)))
}

/// The deal's neighbours in the list that the filters of the address give.
fn place(current: &Current, caller: &Caller, id: u64) -> Place {
    let query = caller.query();
    let filter = DealFilter::parse(query.trim_start_matches('?')).unwrap_or_default();
    let rows = &current.rows;
    let selection = filter.select(&rows.deals, || rows.search_texts());
    let mut shown = selection.deals(&rows.deals);
    let sort = caller.pairs().iter().rev().find(|(name, _)| name == "sort");
    if let Some(order) = sort.and_then(|(_, sort)| Order::parse(sort).ok()) {
        order.sort(&mut shown);
    }
    let Some(number) = shown.iter().position(|deal| deal.id == Some(id)) else {
        return Place {
            of: shown.len(),
            ..Place::default()
        };
    };
    let before = shown[..number].iter().rev().find_map(|deal| deal.id);
    let after = shown[number + 1..].iter().find_map(|deal| deal.id);
    Place {
        number: Some(number + 1),
        of: shown.len(),
        previous: before,
        next: after,
    }
}
