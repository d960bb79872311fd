//! REST endpoints of one deal: replace, update, delete. Values that the client sends as seen must be unchanged.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Response},
};

use super::{
    super::{
        answers::DealAnswer,
        change::DealFields,
        deal::Deal,
        desk::Deals,
        editing::{BY_API, Intent, NotChanged, with_deal},
        submission::SentChange,
    },
    conflict,
    form::offered,
    sent::{Caller, Sent},
    steps::Deleted,
};
use crate::{error::Error, language::Language};

/// `PUT /deals/{id}`: missing fields become empty.
pub(super) async fn replace(
    State(deals): State<Arc<Deals>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let language = Caller::of(&headers, &uri).language;
    let sent = Sent::read(&headers, &body, language)?.change;
    let wanted = sent.wanted.check(None, language).map_err(Error::invalid)?;
    let intend = |deal: &Deal| {
        let wanted = offered(&deals, wanted.clone(), Some(deal.stage), language).map_err(Error::invalid)?;
        Ok(Intent {
            wanted,
            ..what_was_seen(&sent, deal, language)?
        })
    };
    answer(&deals, id, deals.change((id, BY_API), intend).await).await
}

/// `PATCH /deals/{id}`: missing fields keep their values.
pub(super) async fn change(
    State(deals): State<Arc<Deals>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let language = Caller::of(&headers, &uri).language;
    let sent = Sent::read(&headers, &body, language)?.change;
    let intend = |deal: &Deal| {
        let intent = what_was_seen(&sent, deal, language)?;
        let wanted = sent.wanted.check(Some(&intent.seen), language);
        let wanted = wanted.and_then(|wanted| offered(&deals, wanted, Some(deal.stage), language));
        let wanted = wanted.map_err(Error::invalid)?;
        Ok(Intent { wanted, ..intent })
    };
    answer(&deals, id, deals.change((id, BY_API), intend).await).await
}

/// `DELETE /deals/{id}`.
pub(super) async fn remove(
    State(deals): State<Arc<Deals>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let language = Caller::of(&headers, &uri).language;
    let sent = Sent::read_if_any(&headers, &body, language)?.change;
    let seen = |deal: &Deal| seen_alone(&sent, deal, language);
    match deals.remove((id, BY_API), seen).await {
        Ok(()) => Ok(Json(Deleted { deleted: id }).into_response()),
        Err(problem) => Err(refusal(problem)),
    }
}

/// Precondition: the values that the client saw, all of which must be unchanged; `None` when it sends none.
pub(super) fn seen_alone(sent: &SentChange, deal: &Deal, language: Language) -> Result<Option<Intent>, Error> {
    let seen = sent.seen.as_ref().map(|_| what_was_seen(sent, deal, language));
    seen.transpose()
}

/// Without seen values the last write wins.
fn what_was_seen(sent: &SentChange, deal: &Deal, language: Language) -> Result<Intent, Error> {
    let found = DealFields::of(deal);
    let Some(told) = &sent.seen else {
        return Ok(Intent::untouched(&found));
    };
    let seen = told.check(Some(&found), language).map_err(Error::invalid)?;
    Ok(Intent {
        wanted: seen.clone(),
        seen,
        watched: told.columns(),
    })
}

async fn answer(deals: &Deals, id: u64, result: Result<(), NotChanged>) -> Result<Response, Error> {
    result.map_err(refusal)?;
    let (current, deal) = with_deal(deals, id).await?;
    Ok(Json(DealAnswer::of(&deal, &current.rows)).into_response())
}

fn refusal(problem: NotChanged) -> Error {
    match problem {
        NotChanged::Gone => Error::not_found(),
        NotChanged::Clash(clash) => conflict::error(&clash),
        NotChanged::Failed(error) => error,
    }
}
