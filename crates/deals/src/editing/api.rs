//! REST endpoints of one deal: replace, update, delete. Values that the client sends as seen must be unchanged.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use domain::language::Language;
use web::error::Error;

use crate::{
    deal::{Deal, response::DeletedDealResponse},
    editing::{
        changes::DealFields,
        conflict::{EditIntent, page::edit_error},
        form::page::check_stage_offered,
        request::{Caller, RequestBody},
        update::{BY_API, EditError, respond_with_written},
        update_input::{DealUpdateInput, check_seen},
    },
    routes::DealNumber,
    state::Deals,
};

/// `PUT /deals/{id}`: missing fields become empty.
pub(crate) async fn replace(
    State(deals): State<Arc<Deals>>,
    DealNumber(id): DealNumber,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let language = Caller::of(&headers, &uri).language;
    let sent = RequestBody::read(&headers, &body, language)?.change;
    let wanted = sent.wanted.check(None, language).map_err(Error::invalid)?;
    let intend = |deal: &Deal| {
        let wanted = check_stage_offered(&deals, wanted.clone(), Some(deal.stage), language).map_err(Error::invalid)?;
        Ok(EditIntent {
            wanted,
            ..seen_values(&sent, deal, language)?
        })
    };
    respond(&deals, id, deals.change(id, BY_API, intend).await).await
}

/// `PATCH /deals/{id}`: missing fields keep their values.
pub(crate) async fn change(
    State(deals): State<Arc<Deals>>,
    DealNumber(id): DealNumber,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let language = Caller::of(&headers, &uri).language;
    let sent = RequestBody::read(&headers, &body, language)?.change;
    let intend = |deal: &Deal| {
        let intent = seen_values(&sent, deal, language)?;
        let wanted = sent.wanted.check(Some(&intent.seen), language);
        let wanted = wanted.and_then(|wanted| check_stage_offered(&deals, wanted, Some(deal.stage), language));
        let wanted = wanted.map_err(Error::invalid)?;
        Ok(EditIntent { wanted, ..intent })
    };
    respond(&deals, id, deals.change(id, BY_API, intend).await).await
}

/// `DELETE /deals/{id}`.
pub(crate) async fn remove(
    State(deals): State<Arc<Deals>>,
    DealNumber(id): DealNumber,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let language = Caller::of(&headers, &uri).language;
    let sent = RequestBody::read_if_any(&headers, &body, language)?.change;
    let seen = |deal: &Deal| seen_intent(&sent, deal, language);
    match deals.remove(id, BY_API, seen).await {
        Ok(()) => Ok(Json(DeletedDealResponse { deleted: id }).into_response()),
        Err(problem) => Err(edit_error(problem)),
    }
}

/// Precondition: the values that the client saw, all of which must be unchanged; `None` when it sends none.
pub(crate) fn seen_intent(
    sent: &DealUpdateInput,
    deal: &Deal,
    language: Language,
) -> Result<Option<EditIntent>, Error> {
    let seen = sent.seen.as_ref().map(|_| seen_values(sent, deal, language));
    seen.transpose()
}

/// Without seen values the last write wins.
fn seen_values(sent: &DealUpdateInput, deal: &Deal, language: Language) -> Result<EditIntent, Error> {
    let found = DealFields::of(deal);
    let Some(input) = &sent.seen else {
        return Ok(EditIntent::untouched(&found));
    };
    let seen = check_seen(input, &found, language)?;
    Ok(EditIntent {
        wanted: seen.clone(),
        seen,
        watched: input.columns(),
    })
}

async fn respond(deals: &Deals, id: u64, result: Result<(), EditError>) -> Result<Response, Error> {
    result.map_err(edit_error)?;
    Ok(respond_with_written(deals, id, StatusCode::OK).await)
}
