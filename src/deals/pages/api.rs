//! One deal for programs: create, show, change, delete.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{
    change::{DealChange, DealFields, NewDeal, deletion},
    deal::Deal,
    desk::Deals,
    submission::SentDeal,
};
use crate::{
    asked::remembered_language,
    error::Error,
    language::Language,
    store::{Batch, Change, CommitError},
};

/// Who changes a deal through this address, as the audit log says.
const BY: &str = "API";
/// How often a change is worked out anew when the row was changed meanwhile.
const TRIES: usize = 3;

pub(super) async fn create(
    State(deals): State<Arc<Deals>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let sent = read(&headers, &body)?;
    let fields = sent.check(None, language(&headers)).map_err(Error::invalid)?;
    let deal = NewDeal {
        key: sent.key.unwrap_or_else(|| Uuid::new_v4().to_string()),
        fields,
        created_at: deals.clock.zoned_now(),
    };
    let committed = deals
        .store
        .commit(Batch::by(BY, [Change::Insert(deal.into_insert())]))
        .await?;
    let id = committed
        .ids
        .first()
        .and_then(|id| id.parse().ok())
        .ok_or_else(Error::not_found)?;
    let status = if committed.inserted > 0 {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, current_answer(&deals, id).await?).into_response())
}

pub(super) async fn show(State(deals): State<Arc<Deals>>, Path(id): Path<u64>) -> Result<Response, Error> {
    Ok(current_answer(&deals, id).await?.into_response())
}

pub(super) async fn replace(
    State(deals): State<Arc<Deals>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let language = language(&headers);
    let wanted = read(&headers, &body)?.check(None, language).map_err(Error::invalid)?;
    apply(&deals, id, |_| Ok(wanted.clone())).await
}

pub(super) async fn change(
    State(deals): State<Arc<Deals>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let language = language(&headers);
    let sent = read(&headers, &body)?;
    apply(&deals, id, |seen| {
        sent.check(Some(&DealFields::of(seen)), language)
            .map_err(Error::invalid)
    })
    .await
}

pub(super) async fn remove(State(deals): State<Arc<Deals>>, Path(id): Path<u64>) -> Result<Response, Error> {
    let current = deals.current().await?;
    let seen = current.rows.deal(id).ok_or_else(Error::not_found)?;
    let deletion = deletion(seen, &current.rows).ok_or_else(Error::not_found)?;
    deals.store.commit(Batch::by(BY, [Change::Delete(deletion)])).await?;
    Ok(Json(json!({"deleted": id})).into_response())
}

/// Writes what `wanted` makes of the deal; worked out anew when somebody changed it between the look and the write.
async fn apply(deals: &Deals, id: u64, wanted: impl Fn(&Deal) -> Result<DealFields, Error>) -> Result<Response, Error> {
    let mut tries = 1;
    loop {
        let current = deals.current().await?;
        let seen = current.rows.deal(id).ok_or_else(Error::not_found)?;
        let wanted = wanted(seen)?;
        let Some(update) = DealChange { seen, wanted: &wanted }.into_update(&current.rows) else {
            return Ok(answer(seen).into_response());
        };
        match deals.store.commit(Batch::by(BY, [Change::Update(update)])).await {
            Ok(_) => return Ok(current_answer(deals, id).await?.into_response()),
            Err(CommitError::Conflict(_)) if tries < TRIES => deals.store.refresh(),
            Err(error) => return Err(error.into()),
        }
        tries += 1;
    }
}

async fn current_answer(deals: &Deals, id: u64) -> Result<Json<Value>, Error> {
    let current = deals.current().await?;
    current.rows.deal(id).map(answer).ok_or_else(Error::not_found)
}

fn answer(deal: &Deal) -> Json<Value> {
    Json(json!({
        "id": deal.id,
        "client": deal.client,
        "statut": deal.stage,
        "montant_brut": deal.amount,
        "valeur_ponderee": deal.weighted(),
        "secteur": deal.sector,
        "date_echeance": deal.due,
        "assignee": deal.assignee,
        "notes": deal.notes,
        "created_at": deal.created_at,
        "updated_at": deal.updated_at,
    }))
}

fn language(headers: &HeaderMap) -> Language {
    remembered_language(headers).unwrap_or(Language::English)
}

fn read(headers: &HeaderMap, body: &Bytes) -> Result<SentDeal, Error> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim() {
        "application/json" => serde_json::from_slice(body)
            .map_err(|error| Error::unreadable(format!("The JSON cannot be read: {error}."))),
        "application/x-www-form-urlencoded" => serde_urlencoded::from_bytes(body)
            .map(SentDeal::from_pairs)
            .map_err(|_| Error::unreadable("The form contains something that is not text.")),
        _ => Err(Error::unsupported_media_type()),
    }
}
