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
        listing::ListQuestion,
        order::Order,
        subset::Subset,
        view::{
            deal::{DealPage, Place},
            history::Event,
            pause::PauseForm,
        },
    },
    conflict::gone,
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

/// Page of a deal, with the snooze form as given.
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
        place: place(deals, current, caller, deal).await,
        stages: deals.rules.lost_stage.stages(Some(deal.stage)),
        query: caller.query(),
        now: current.now.clone(),
    };
    private_page(status, page.document(&deals.frame(current, caller.language)))
}

/// Position of the deal in the list that the address describes, with its neighbours.
async fn place(deals: &Deals, current: &Current, caller: &Caller, deal: &Deal) -> Place {
    let rows = &current.rows;
    let listing = deals.listing(current, &question(caller)).await;
    let own = rows.deals.partition_point(|other| other.row < deal.row);
    let number = listing.places.iter().position(|place| *place as usize == own);
    let of = listing.places.len();
    let Some(number) = number else {
        return Place { of, ..Place::default() };
    };
    let id_at = |place: &u32| rows.deals[*place as usize].id;
    Place {
        number: Some(number + 1),
        of,
        previous: listing.places[..number].iter().rev().find_map(id_at),
        next: listing.places[number + 1..].iter().find_map(id_at),
    }
}

/// Unreadable query fields are ignored: the deal itself is known.
fn question(caller: &Caller) -> ListQuestion {
    let query = caller.query();
    let field = |name: &str| {
        let mut pairs = caller.pairs().iter().rev();
        pairs.find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    };
    ListQuestion {
        filter: DealFilter::parse(query.trim_start_matches('?')).unwrap_or_default(),
        subset: field("show").and_then(Subset::parse),
        order: field("sort").and_then(|sort| Order::parse(sort).ok()),
    }
}
