//! `GET /deals/{id}`: one deal.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use web::error::Error;

use crate::{
    deal::{
        Deal,
        response::DealResponse,
        view::{DealPage, DealPosition, HistoryEvent},
    },
    editing::{
        actions::view::DealSnoozeForm,
        conflict::page::deleted_page,
        request::{Caller, private_page},
    },
    list::{filter::DealFilter, listing::DealQuery, order::DealSortOrder, segment::DealSegment},
    routes::DealNumber,
    snapshot::DealsSnapshot,
    state::Deals,
};

pub(crate) async fn show(
    State(deals): State<Arc<Deals>>,
    DealNumber(id): DealNumber,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let caller = Caller::of(&headers, &uri);
    let current = deals.current().await?;
    match current.rows.deal(id) {
        Some(deal) if caller.wants_page() => {
            Ok(render_page(&deals, &caller, &current, deal, DealSnoozeForm::default()).await)
        }
        Some(deal) => Ok(Json(DealResponse::of(deal, &current.rows)).into_response()),
        None if caller.wants_page() => Ok(deleted_page(&deals, &caller, id, None).await),
        None => Err(Error::not_found()),
    }
}

/// Page of a deal, with the snooze form as given.
pub(crate) async fn render_page(
    deals: &Deals,
    caller: &Caller,
    current: &DealsSnapshot,
    deal: &Deal,
    typed: DealSnoozeForm,
) -> Response {
    let id = deal.id.unwrap_or_default();
    let status = if typed.complaints.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let log = deals.log().await.ok();
    let today = current.now.date();
    let page = DealPage {
        deal: DealResponse::of(deal, &current.rows),
        id,
        notice: caller.notice(),
        snooze: DealSnoozeForm {
            active: current.rows.snoozes.active(id, today).cloned(),
            ..typed
        },
        events: log.map(|log| HistoryEvent::of(log.snapshot.data.of_deal(id))),
        place: position_in_list(deals, current, caller, deal).await,
        stages: deals.rules.lost_stage.stages(Some(deal.stage)),
        query: caller.query(),
        now: current.now.clone(),
    };
    private_page(status, page.document(&deals.frame(current, caller.language)))
}

/// Position of the deal in the list that the address describes, with its neighbours.
async fn position_in_list(deals: &Deals, current: &DealsSnapshot, caller: &Caller, deal: &Deal) -> DealPosition {
    let rows = &current.rows;
    let listing = deals.listing(current, &list_query(caller)).await;
    let own = rows.deals.partition_point(|other| other.row < deal.row);
    let number = listing.places.iter().position(|place| *place as usize == own);
    let of = listing.places.len();
    let Some(number) = number else {
        return DealPosition {
            of,
            ..DealPosition::default()
        };
    };
    let id_at = |place: &u32| rows.deals[*place as usize].id;
    DealPosition {
        number: Some(number + 1),
        of,
        previous: listing.places[..number].iter().rev().find_map(id_at),
        next: listing.places[number + 1..].iter().find_map(id_at),
    }
}

/// Unreadable query fields are ignored: the deal itself is known.
fn list_query(caller: &Caller) -> DealQuery {
    let query = caller.query();
    let field = |name: &str| {
        let mut pairs = caller.pairs().iter().rev();
        pairs.find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    };
    DealQuery {
        filter: DealFilter::parse(query.trim_start_matches('?')).unwrap_or_default(),
        subset: field("show").and_then(DealSegment::parse),
        order: field("sort").and_then(|sort| DealSortOrder::parse(sort).ok()),
    }
}
