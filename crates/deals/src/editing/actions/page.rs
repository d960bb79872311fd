//! Actions on one deal: change of stage, deletion, undo, snooze.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use domain::{
    language::Language,
    text::{TextKind, check_characters},
};
use jiff::civil::Date;
use schemars::JsonSchema;
use sheets_store::Batch;
use web::error::{Error, FieldError};

use crate::{
    deal::{
        Deal,
        response::{DealResponse, DeletedDealResponse},
        snooze::DealSnooze,
    },
    editing::{
        actions::view::{DealSnoozeForm, DeletionPage},
        changes::{DealFields, end_snooze, save_snooze},
        conflict::page,
        form::page::{edit_intent, error_message},
        input::DealInput,
        notice::{ActionNotice, CompletedAction},
        request::{Caller, RequestBody, private_page, read_request, redirect_with_notice},
        update::{BY_API, BY_FORM, EditError, load_deal},
    },
    routes::{BOARD, DealNumber},
    state::Deals,
};

/// Form fields of an undo, for the `OpenAPI` document.
#[expect(dead_code, reason = "only its names, types and descriptions are read")]
#[derive(JsonSchema)]
pub(crate) struct DealUndoFields {
    /// Milliseconds since 1970; the first change at or after this time is undone.
    #[schemars(range(min = 0, max = 253_402_207_200_000_i64))]
    since: i64,
}

/// Form fields of a snooze, for the `OpenAPI` document.
#[derive(Default, JsonSchema)]
#[schemars(default)]
pub(crate) struct DealSnoozeFields {
    /// Last day of the snooze, in any date format.
    #[schemars(schema_with = "crate::editing::schemas::due")]
    until: Option<String>,
    /// Reason.
    reason: Option<String>,
    /// Any value ends the snooze.
    lift: Option<String>,
}

/// `POST /deals/{id}/status`: changes the stage.
pub(crate) async fn change_stage(
    State(deals): State<Arc<Deals>>,
    DealNumber(id): DealNumber,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let (sent, caller) = read_request(&headers, &uri, &body)?;
    let since = deals.clock.now().as_millisecond();
    let by = author(&caller);
    let intend = |deal: &Deal| {
        let only_stage = |sent: &DealInput| DealInput {
            statut: Some(sent.statut.clone().unwrap_or_default()),
            ..DealInput::default()
        };
        let mut change = sent.change.clone();
        change.wanted = only_stage(&change.wanted);
        edit_intent(&deals, &change, deal, caller.language)
    };
    match deals.change(id, by, intend).await {
        Ok(()) if caller.wants_page() => {
            let notice = ActionNotice::undoable(CompletedAction::Changed, id, since);
            let own = format!("{BOARD}/{id}{}", caller.query());
            Ok(redirect_with_notice(sent.back().unwrap_or(&own), &notice))
        }
        Ok(()) => respond_with_deal(&deals, id).await,
        Err(problem) => respond_with_error(&deals, &caller, id, problem).await,
    }
}

/// `GET /deals/{id}/delete`: asks for confirmation.
pub(crate) async fn confirm_deletion(
    State(deals): State<Arc<Deals>>,
    DealNumber(id): DealNumber,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let caller = Caller::of(&headers, &uri);
    deletion_page(&deals, &caller, id, None).await
}

async fn deletion_page(deals: &Deals, caller: &Caller, id: u64, trouble: Option<String>) -> Result<Response, Error> {
    let current = deals.current().await?;
    let Some(deal) = current.rows.deal(id) else {
        if !caller.wants_page() {
            return Err(Error::not_found());
        }
        return Ok(page::deleted_page(deals, caller, id, None).await);
    };
    let status = if trouble.is_some() {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    let page = DeletionPage {
        deal: DealResponse::of(deal, &current.rows),
        id,
        seen: DealInput::of(&DealFields::of(deal), Language::English),
        trouble,
        query: caller.query(),
    };
    Ok(private_page(
        status,
        page.document(&deals.frame(&current, caller.language)),
    ))
}

/// `POST /deals/{id}/delete`: deletes the deal if it is as it was seen.
pub(crate) async fn delete(
    State(deals): State<Arc<Deals>>,
    DealNumber(id): DealNumber,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let caller = Caller::of(&headers, &uri);
    let sent = RequestBody::read_if_any(&headers, &body, caller.language)?;
    let caller = caller.in_language_of(&sent);
    let since = deals.clock.now().as_millisecond();
    let seen = |deal: &Deal| crate::editing::api::seen_intent(&sent.change, deal, caller.language);
    match deals.remove(id, author(&caller), seen).await {
        Ok(()) if caller.wants_page() => {
            let notice = ActionNotice::undoable(CompletedAction::Deleted, id, since);
            Ok(redirect_with_notice(
                &format!("{BOARD}/{id}{}", caller.query()),
                &notice,
            ))
        }
        Ok(()) => Ok(Json(DeletedDealResponse { deleted: id }).into_response()),
        Err(EditError::Clash(_)) if caller.wants_page() => {
            let trouble = caller.language.choose(
                "Rien n’a été supprimé : quelqu’un d’autre vient de modifier l’affaire. La voici telle qu’elle est maintenant.",
                "Nothing was deleted: somebody else has just changed the deal. Here it is as it is now.",
            );
            deletion_page(&deals, &caller, id, Some(trouble.to_owned())).await
        }
        Err(problem) => respond_with_error(&deals, &caller, id, problem).await,
    }
}

/// `POST /deals/{id}/undo`: undoes a form's change made at or after `since`.
pub(crate) async fn undo(
    State(deals): State<Arc<Deals>>,
    DealNumber(id): DealNumber,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let (sent, caller) = read_request(&headers, &uri, &body)?;
    let since = sent
        .field("since")
        .and_then(|since| since.parse().ok())
        .and_then(ActionNotice::moment);
    let since = since.ok_or_else(|| {
        let message = caller.language.choose(
            "Indiquez le moment à partir duquel un changement est annulé, en millisecondes depuis 1970.",
            "Say the moment from which on a change is taken back, in milliseconds since 1970.",
        );
        Error::invalid(vec![FieldError::new("since", message)])
    })?;
    match deals.undo(id, since).await {
        Ok(undone) if caller.wants_page() => {
            let notice = ActionNotice::of(CompletedAction::Undone, undone.id);
            let own = format!("{BOARD}/{}{}", undone.id, caller.query());
            let back = sent.back().filter(|_| undone.id == id);
            Ok(redirect_with_notice(back.unwrap_or(&own), &notice))
        }
        Ok(undone) => respond_with_deal(&deals, undone.id).await,
        Err(problem) => respond_with_error(&deals, &caller, id, problem).await,
    }
}

/// `POST /deals/{id}/pause`: snoozes the deal until a day, or ends the snooze.
pub(crate) async fn snooze(
    State(deals): State<Arc<Deals>>,
    DealNumber(id): DealNumber,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let (sent, caller) = read_request(&headers, &uri, &body)?;
    let (current, deal) = load_deal(&deals, id).await?;
    let known = current.rows.snoozes.of_deal(id);
    let is_lifted = sent.field("lift").is_some();
    let change = if is_lifted {
        known.map(end_snooze)
    } else {
        match requested_snooze(&sent, id, current.now.date(), caller.language) {
            Ok(wanted) => Some(save_snooze(known, &wanted, &current.now)),
            Err(complaint) if caller.wants_page() => {
                let typed = DealSnoozeForm {
                    active: None,
                    until: sent.field("until").unwrap_or_default().to_owned(),
                    reason: sent.field("reason").unwrap_or_default().to_owned(),
                    complaints: vec![complaint],
                };
                return Ok(crate::deal::page::render_page(&deals, &caller, &current, &deal, typed).await);
            }
            Err(complaint) => return Err(Error::invalid(vec![complaint])),
        }
    };
    if let Some(change) = change {
        deals.store.commit(Batch::by(author(&caller), [change])).await?;
    }
    if !caller.wants_page() {
        return respond_with_deal(&deals, id).await;
    }
    let action = if is_lifted {
        CompletedAction::Resumed
    } else {
        CompletedAction::Snoozed
    };
    let own = format!("{BOARD}/{id}{}", caller.query());
    Ok(redirect_with_notice(
        sent.back().unwrap_or(&own),
        &ActionNotice::of(action, id),
    ))
}

fn requested_snooze(sent: &RequestBody, deal: u64, today: Date, language: Language) -> Result<DealSnooze, FieldError> {
    let typed = sent.field("until").unwrap_or_default();
    let until = crate::text::date::parse_date(typed).map_err(|problem| {
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
    check_characters(&reason, TextKind::Paragraphs)
        .map_err(|refused| FieldError::new("reason", refused.text(language)))?;
    Ok(DealSnooze {
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

async fn respond_with_deal(deals: &Deals, id: u64) -> Result<Response, Error> {
    let (current, deal) = load_deal(deals, id).await?;
    Ok(Json(DealResponse::of(&deal, &current.rows)).into_response())
}

/// Error of an action, as a page or for a program.
async fn respond_with_error(deals: &Deals, caller: &Caller, id: u64, problem: EditError) -> Result<Response, Error> {
    match problem {
        EditError::Gone if caller.wants_page() => Ok(page::deleted_page(deals, caller, id, None).await),
        EditError::Clash(clash) if caller.wants_page() => Ok(page::conflict_page(deals, caller, id, &clash).await),
        EditError::Gone => Err(Error::not_found()),
        EditError::Clash(clash) => Err(page::conflict_error(&clash)),
        EditError::Failed(mut error) if caller.wants_page() => {
            error.happened = error_message(&error, caller.language).into();
            Err(error)
        }
        EditError::Failed(error) => Err(error),
    }
}
