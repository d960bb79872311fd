//! Actions on one deal: change of stage, deletion, undo, snooze.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        answers::DealAnswer,
        change::{DealFields, lift, pause},
        deal::Deal,
        desk::Deals,
        editing::{BY_API, BY_FORM, NotChanged, with_deal},
        pause::Pause,
        submission::SentDeal,
        view::{
            deletion::DeletionPage,
            notice::{Deed, Notice},
            pause::PauseForm,
        },
    },
    BOARD, conflict, deal,
    form::{intention, trouble},
    sent::{Caller, Sent, heard, private_page, see},
};
use crate::{
    error::{Error, FieldError},
    language::Language,
    store::Batch,
};

/// Response to a deletion.
#[derive(Serialize, JsonSchema)]
pub(super) struct Deleted {
    /// Id of the deleted deal.
    pub(super) deleted: u64,
}

/// `POST /deals/{id}/status`: changes the stage.
pub(super) async fn status(
    State(deals): State<Arc<Deals>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let (sent, caller) = heard(&headers, &uri, &body)?;
    let since = deals.clock.now().as_millisecond();
    let by = author(&caller);
    let intend = |deal: &Deal| {
        let only_stage = |sent: &SentDeal| SentDeal {
            statut: Some(sent.statut.clone().unwrap_or_default()),
            ..SentDeal::default()
        };
        let mut change = sent.change.clone();
        change.wanted = only_stage(&change.wanted);
        intention(&deals, &change, deal, caller.language)
    };
    match deals.change((id, by), intend).await {
        Ok(()) if caller.wants_page() => {
            let notice = Notice::undoable(Deed::Changed, id, since);
            let own = format!("{BOARD}/{id}{}", caller.query());
            Ok(see(sent.back().unwrap_or(&own), &notice))
        }
        Ok(()) => shown(&deals, id).await,
        Err(problem) => not_changed(&deals, &caller, id, problem).await,
    }
}

/// `GET /deals/{id}/delete`: asks for confirmation.
pub(super) async fn ask_to_delete(
    State(deals): State<Arc<Deals>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let caller = Caller::of(&headers, &uri);
    deletion_page(&deals, &caller, (id, None)).await
}

async fn deletion_page(
    deals: &Deals,
    caller: &Caller,
    (id, trouble): (u64, Option<String>),
) -> Result<Response, Error> {
    let current = deals.current().await?;
    let Some(deal) = current.rows.deal(id) else {
        return Ok(conflict::gone(deals, caller, (id, None)).await);
    };
    let status = if trouble.is_some() {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    let page = DeletionPage {
        deal: DealAnswer::of(deal, &current.rows),
        id,
        seen: SentDeal::of(&DealFields::of(deal), Language::English),
        trouble,
        query: caller.query(),
    };
    Ok(private_page(
        status,
        page.document(&deals.frame(&current, caller.language)),
    ))
}

/// `POST /deals/{id}/delete`: deletes the deal if it is as it was seen.
pub(super) async fn delete(
    State(deals): State<Arc<Deals>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let caller = Caller::of(&headers, &uri);
    let sent = Sent::read_if_any(&headers, &body, caller.language)?;
    let caller = caller.speaking(&sent);
    let since = deals.clock.now().as_millisecond();
    let seen = |deal: &Deal| super::api::seen_alone(&sent.change, deal, caller.language);
    match deals.remove((id, author(&caller)), seen).await {
        Ok(()) if caller.wants_page() => {
            let notice = Notice::undoable(Deed::Deleted, id, since);
            Ok(see(&format!("{BOARD}/{id}{}", caller.query()), &notice))
        }
        Ok(()) => Ok(Json(Deleted { deleted: id }).into_response()),
        Err(NotChanged::Clash(_)) if caller.wants_page() => {
            let trouble = caller.language.choose(
                "Rien n’a été supprimé : quelqu’un d’autre vient de modifier l’affaire. La voici telle qu’elle est maintenant.",
                "Nothing was deleted: somebody else has just changed the deal. Here it is as it is now.",
            );
            deletion_page(&deals, &caller, (id, Some(trouble.to_owned()))).await
        }
        Err(problem) => not_changed(&deals, &caller, id, problem).await,
    }
}

/// `POST /deals/{id}/undo`: undoes a form's change made at or after `since`.
pub(super) async fn undo(
    State(deals): State<Arc<Deals>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let (sent, caller) = heard(&headers, &uri, &body)?;
    let since = sent
        .field("since")
        .and_then(|since| since.parse().ok())
        .and_then(Notice::moment);
    let since = since.ok_or_else(|| {
        let message = caller.language.choose(
            "Indiquez le moment à partir duquel un changement est annulé, en millisecondes depuis 1970.",
            "Say the moment from which on a change is taken back, in milliseconds since 1970.",
        );
        Error::invalid(vec![FieldError::new("since", message)])
    })?;
    match deals.undo(id, since).await {
        Ok(undone) if caller.wants_page() => {
            let notice = Notice::of(Deed::Undone, undone.id);
            let own = format!("{BOARD}/{}{}", undone.id, caller.query());
            let back = sent.back().filter(|_| undone.id == id);
            Ok(see(back.unwrap_or(&own), &notice))
        }
        Ok(undone) => shown(&deals, undone.id).await,
        Err(problem) => not_changed(&deals, &caller, id, problem).await,
    }
}

/// `POST /deals/{id}/pause`: snoozes the deal until a day, or ends the snooze.
pub(super) async fn set_aside(
    State(deals): State<Arc<Deals>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let (sent, caller) = heard(&headers, &uri, &body)?;
    let (current, deal) = with_deal(&deals, id).await?;
    let known = current.rows.pauses.of_deal(id);
    let is_lifted = sent.field("lift").is_some();
    let change = if is_lifted {
        known.map(lift)
    } else {
        match wanted_pause(&sent, (id, current.now.date()), caller.language) {
            Ok(wanted) => Some(pause(known, &wanted, &current.now)),
            Err(complaint) if caller.wants_page() => {
                let typed = PauseForm {
                    in_force: None,
                    until: sent.field("until").unwrap_or_default().to_owned(),
                    reason: sent.field("reason").unwrap_or_default().to_owned(),
                    complaints: vec![complaint],
                };
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                return Ok(deal::page(&deals, &caller, (&current, &deal), typed, status).await);
            }
            Err(complaint) => return Err(Error::invalid(vec![complaint])),
        }
    };
    if let Some(change) = change {
        deals.store.commit(Batch::by(author(&caller), [change])).await?;
    }
    if !caller.wants_page() {
        return shown(&deals, id).await;
    }
    let deed = if is_lifted { Deed::Resumed } else { Deed::Paused };
    let own = format!("{BOARD}/{id}{}", caller.query());
    Ok(see(sent.back().unwrap_or(&own), &Notice::of(deed, id)))
}

fn wanted_pause(sent: &Sent, (deal, today): (u64, Date), language: Language) -> Result<Pause, FieldError> {
    let typed = sent.field("until").unwrap_or_default();
    let until = super::super::day::read(typed).map_err(|problem| {
        let rest = problem.text(language);
        FieldError::new(
            "until",
            language.choose(
                format!("La date « {typed} » {rest}."),
                format!("The day “{typed}” {rest}."),
            ),
        )
    })?;
    if until < today {
        let message = language.choose("Choisissez un jour à venir.", "Choose a day to come.");
        return Err(FieldError::new("until", message));
    }
    let reason: String = sent.field("reason").unwrap_or_default().chars().take(200).collect();
    Ok(Pause {
        deal,
        until,
        reason,
        by: BY_FORM.to_owned(),
        at: None,
    })
}

fn author(caller: &Caller) -> &'static str {
    if caller.wants_page() { BY_FORM } else { BY_API }
}

async fn shown(deals: &Deals, id: u64) -> Result<Response, Error> {
    let (current, deal) = with_deal(deals, id).await?;
    Ok(Json(DealAnswer::of(&deal, &current.rows)).into_response())
}

/// Error of an action, as a page or for a program.
async fn not_changed(deals: &Deals, caller: &Caller, id: u64, problem: NotChanged) -> Result<Response, Error> {
    match problem {
        NotChanged::Gone if caller.wants_page() => Ok(conflict::gone(deals, caller, (id, None)).await),
        NotChanged::Clash(clash) if caller.wants_page() => Ok(conflict::page(deals, caller, (id, &clash)).await),
        NotChanged::Gone => Err(Error::not_found()),
        NotChanged::Clash(clash) => Err(conflict::error(&clash)),
        NotChanged::Failed(mut error) if caller.wants_page() => {
            error.happened = trouble(&error, caller.language).into();
            Err(error)
        }
        NotChanged::Failed(error) => Err(error),
    }
}
