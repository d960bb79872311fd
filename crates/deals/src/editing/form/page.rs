//! `GET /deals/new`, `POST /deals`, `GET` and `POST /deals/{id}/edit`: the form of a deal.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use domain::language::{Language, sort_key};
use sheets_store::RowInsert;
use uuid::Uuid;
use web::{
    error::{Error, FieldError},
    request_context::idempotency_key,
};

use crate::{
    deal::{Deal, columns::DEALS, stage::DealStage},
    editing::{
        changes::{DealFields, NewDeal},
        conflict::EditIntent,
        conflict::page,
        form::view::{AmountHelp, DealFormPage, FormSuggestions},
        input::DealInput,
        notice::{ActionNotice, CompletedAction},
        request::{Caller, private_page, read_request, redirect_with_notice},
        update::{BY_API, BY_FORM, EditError, load_deal, respond_with_written},
        update_input::{DealUpdateInput, check_seen},
    },
    routes::{BOARD, DealNumber},
    snapshot::DealsSnapshot,
    state::Deals,
    text::amount::{self, ParsedAmount},
};

pub(crate) async fn show_new(State(deals): State<Arc<Deals>>, headers: HeaderMap, uri: Uri) -> Result<Response, Error> {
    let caller = Caller::of(&headers, &uri);
    let values = DealInput {
        key: Some(Uuid::new_v4().to_string()),
        ..DealUpdateInput::from_pairs(caller.pairs(), caller.language)
            .map_err(|error| Error::invalid_query(vec![error]))?
            .wanted
    };
    Ok(DealFormState::new(values).answer(&deals, &caller, StatusCode::OK).await)
}

pub(crate) async fn create(
    State(deals): State<Arc<Deals>>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let (sent, caller) = read_request(&headers, &uri, &body)?;
    let wanted = sent.change.wanted;
    let insert = match new_deal(&deals, &headers, &wanted, caller.language) {
        Ok(insert) => insert,
        Err(complaints) if caller.wants_page() => {
            let filling = DealFormState {
                complaints,
                ..DealFormState::new(wanted)
            };
            return Ok(filling.answer(&deals, &caller, StatusCode::UNPROCESSABLE_ENTITY).await);
        }
        Err(complaints) => return Err(Error::invalid(complaints)),
    };
    let by = if caller.wants_page() { BY_FORM } else { BY_API };
    let recorded = match deals.create(insert, by).await {
        Ok(created) if created.rows > 0 => Ok((created.id, StatusCode::CREATED)),
        // The key was used before: its deal may be deleted by now.
        Ok(created) => match deals.current_after_write().await {
            Ok(current) if current.rows.deal(created.id).is_some() => Ok((created.id, StatusCode::OK)),
            Ok(_) => Err(Error::keyed_row_gone(DEALS.title, created.id.to_string())),
            Err(error) => Err(error.into()),
        },
        Err(error) => Err(error),
    };
    match recorded {
        Ok((id, _)) if caller.wants_page() => Ok(to_created(&caller, id)),
        Ok((id, status)) => Ok(respond_with_written(&deals, id, status).await),
        Err(error) if caller.wants_page() => Ok(DealFormState::new(wanted).failed(&deals, &caller, &error).await),
        Err(error) => Err(error),
    }
}

/// Row to insert for a valid input, under the key of the request if it has one.
fn new_deal(
    deals: &Deals,
    headers: &HeaderMap,
    wanted: &DealInput,
    language: Language,
) -> Result<RowInsert, Vec<FieldError>> {
    let key = idempotency_key(headers, wanted.key.as_deref(), language).map_err(|error| vec![error]);
    let fields = wanted
        .check(None, language)
        .and_then(|fields| check_stage_offered(deals, fields, None, language));
    let (key, fields) = match (key, fields) {
        (Ok(key), Ok(fields)) => (key, fields),
        (key, fields) => return Err([key.err(), fields.err()].into_iter().flatten().flatten().collect()),
    };
    let deal = |key| NewDeal {
        key,
        fields,
        created_at: deals.clock.zoned_now(),
    };
    Ok(match key {
        Some(key) => deal(key).into_keyed_insert(),
        None => deal(Uuid::new_v4().to_string()).into_insert(),
    })
}

fn to_created(caller: &Caller, id: u64) -> Response {
    let notice = ActionNotice::of(CompletedAction::Created, id);
    redirect_with_notice(&format!("{BOARD}/{id}{}", caller.language_query()), &notice)
}

pub(crate) async fn show_edit(
    State(deals): State<Arc<Deals>>,
    DealNumber(id): DealNumber,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let caller = Caller::of(&headers, &uri);
    let (_, deal) = load_deal(&deals, id).await?;
    let fields = DealFields::of(&deal);
    let filling = DealFormState {
        id: Some(id),
        seen: Some(DealInput::of(&fields, Language::English)),
        ..DealFormState::new(DealInput::of(&fields, caller.language))
    };
    Ok(filling.answer(&deals, &caller, StatusCode::OK).await)
}

pub(crate) async fn save(
    State(deals): State<Arc<Deals>>,
    DealNumber(id): DealNumber,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let (sent, caller) = read_request(&headers, &uri, &body)?;
    let since = deals.clock.now().as_millisecond();
    let intend = |deal: &Deal| edit_intent(&deals, &sent.change, deal, caller.language);
    let filling = || DealFormState {
        id: Some(id),
        seen: sent.change.seen.clone(),
        ..DealFormState::new(sent.change.wanted.clone())
    };
    match deals.change(id, BY_FORM, intend).await {
        Ok(()) => {
            let notice = ActionNotice::undoable(CompletedAction::Changed, id, since);
            Ok(redirect_with_notice(
                &format!("{BOARD}/{id}{}", caller.query()),
                &notice,
            ))
        }
        Err(problem) if !caller.wants_page() => Err(page::edit_error(problem)),
        Err(EditError::Clash(clash)) => Ok(page::conflict_page(&deals, &caller, id, &clash).await),
        Err(EditError::Gone) => Ok(page::deleted_page(&deals, &caller, id, Some(&sent.change.wanted)).await),
        Err(EditError::Failed(error)) if !error.fields.is_empty() => {
            let complaints = error.fields.clone();
            let filling = DealFormState {
                complaints,
                ..filling()
            };
            Ok(filling.answer(&deals, &caller, StatusCode::UNPROCESSABLE_ENTITY).await)
        }
        Err(EditError::Failed(error)) => Ok(filling().failed(&deals, &caller, &error).await),
    }
}

/// Edit requested by a form: only fields that differ from what the person saw count.
pub(crate) fn edit_intent(
    deals: &Deals,
    sent: &DealUpdateInput,
    deal: &Deal,
    language: Language,
) -> Result<EditIntent, Error> {
    let found = DealFields::of(deal);
    let seen = match &sent.seen {
        Some(seen) => check_seen(seen, &found, language)?,
        None => found,
    };
    let wanted = sent.wanted.check(Some(&seen), language);
    let wanted = wanted.and_then(|wanted| check_stage_offered(deals, wanted, Some(deal.stage), language));
    let wanted = wanted.map_err(Error::invalid)?;
    let watched = Vec::new();
    Ok(EditIntent { seen, wanted, watched })
}

/// State of the form when it is rendered.
struct DealFormState {
    id: Option<u64>,
    values: DealInput,
    seen: Option<DealInput>,
    complaints: Vec<FieldError>,
    trouble: Option<String>,
}

impl DealFormState {
    fn new(values: DealInput) -> Self {
        Self {
            id: None,
            values,
            seen: None,
            complaints: Vec::new(),
            trouble: None,
        }
    }

    /// Renders the form again, with everything that was entered and the reason why it was not saved.
    async fn failed(mut self, deals: &Deals, caller: &Caller, error: &Error) -> Response {
        if error.is_server_error() {
            tracing::error!(
                cause = sheets_store::error_chain::error_chain(error),
                "a deal was not recorded"
            );
        }
        if KEY_ERRORS.contains(&error.code) {
            // Sent once more on purpose, the form makes a deal of its own.
            self.values.key = Some(Uuid::new_v4().to_string());
        }
        self.trouble = Some(error_message(error, caller.language));
        self.answer(deals, caller, error.status).await
    }

    async fn answer(self, deals: &Deals, caller: &Caller, status: StatusCode) -> Response {
        let current = deals.current().await.ok();
        let frame = match &current {
            Some(current) => deals.frame(current, caller.language),
            None => deals.bare_frame(caller.language),
        };
        private_page(status, self.page(deals, current.as_ref(), caller).document(&frame))
    }

    fn page(self, deals: &Deals, current: Option<&DealsSnapshot>, caller: &Caller) -> DealFormPage {
        let (language, query) = (caller.language, caller.query());
        let deal = self.id.and_then(|id| current?.rows.deal(id));
        let (title, address, action, back) = match self.id {
            Some(id) => (
                language.choose("Modifier l’affaire", "Edit the deal"),
                format!("{BOARD}/{id}/edit{query}"),
                format!("{BOARD}/{id}/edit{query}"),
                format!("{BOARD}/{id}{query}"),
            ),
            None => (
                language.choose("Nouvelle affaire", "New deal"),
                format!("{}{}", crate::routes::NEW, caller.language_query()),
                format!("{BOARD}{}", caller.language_query()),
                format!("{BOARD}{}", caller.language_query()),
            ),
        };
        DealFormPage {
            title: title.to_owned(),
            address,
            action,
            back,
            key: self.values.key.clone().unwrap_or_default(),
            amount: amount_help(&self.values, language),
            values: self.values,
            seen: self.seen,
            complaints: self.complaints,
            trouble: self.trouble,
            suggestions: current.map(suggestions).unwrap_or_default(),
            stages: deals.rules.lost_stage.stages(deal.map(|deal| deal.stage)),
        }
    }
}

/// Refuses the stage Lost where it is not offered; a deal that is already lost may keep it.
pub(crate) fn check_stage_offered(
    deals: &Deals,
    wanted: DealFields,
    before: Option<DealStage>,
    language: Language,
) -> Result<DealFields, Vec<FieldError>> {
    let offered = deals.rules.lost_stage.stages(before);
    if offered.contains(&wanted.stage) {
        return Ok(wanted);
    }
    let words: Vec<&str> = offered.into_iter().map(DealStage::as_str).collect();
    let (refused, words) = (wanted.stage, words.join(", "));
    let message = language.choose(
        format!("Le statut « {refused} » n’est pas activé (DEALS_LOST_STATUS). Choisissez parmi {words}."),
        format!("The status “{refused}” is not enabled (DEALS_LOST_STATUS). Choose one of {words}."),
    );
    Err(vec![FieldError::new("statut", message)])
}

fn amount_help(values: &DealInput, language: Language) -> AmountHelp {
    let typed = values.montant_brut.as_deref().unwrap_or_default();
    match amount::parse_amount(typed) {
        Ok(ParsedAmount::Clear(reading)) => AmountHelp::Clear(language.money(reading.money)),
        Ok(ParsedAmount::Ambiguous { thousands, decimal, .. }) => AmountHelp::Choice(
            [thousands, decimal].map(|reading| (reading.money.to_string(), language.money(reading.money))),
        ),
        Err(_) => AmountHelp::None,
    }
}

fn suggestions(current: &DealsSnapshot) -> FormSuggestions {
    let deals = &current.rows.deals;
    FormSuggestions {
        clients: distinct_texts(deals.iter().map(|deal| &*deal.client)),
        sectors: distinct_texts(deals.iter().filter_map(|deal| deal.sector.as_deref())),
        assignees: distinct_texts(deals.iter().filter_map(|deal| deal.assignee.as_deref())),
    }
}

/// Distinct texts in alphabetical order.
fn distinct_texts<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let texts: std::collections::HashSet<&str> = texts.collect();
    let sorted: BTreeMap<_, &str> = texts.into_iter().map(|text| (sort_key(text), text)).collect();
    sorted.into_values().map(str::to_owned).collect()
}

/// Errors of a key that was used before.
const KEY_ERRORS: [&str; 2] = ["idempotency_mismatch", "idempotency_row_deleted"];

/// Reason why nothing was saved and what to do, in the language of the page.
pub(crate) fn error_message(error: &Error, language: Language) -> String {
    if KEY_ERRORS.contains(&error.code) {
        let happened = error.text(language).happened;
        let next = language.choose(
            "Ce formulaire avait déjà été envoyé. Renvoyez-le pour enregistrer une affaire de plus.",
            "This form had been sent before. Send it again to record one more deal.",
        );
        return format!("{happened} {next}");
    }
    let happened = match (language, error.code) {
        (Language::French, "not_recorded") => "Le tableur n’a pas pu être joint\u{a0}: rien n’a été écrit.",
        (Language::French, "not_confirmed") => "Le tableur n’a pas confirmé l’écriture.",
        (Language::French, "busy") => "Trop d’écritures attendent en ce moment\u{a0}: rien n’a été écrit.",
        (Language::French, "repeated_id") => {
            "Plusieurs lignes du tableur portent ce numéro. Donnez un autre numéro à la ligne copiée."
        }
        _ => &error.happened,
    };
    let next = language.choose(
        "Tout ce que vous avez saisi est encore là. Renvoyez-le dans un moment\u{a0}: la même saisie ne compte jamais deux fois.",
        "Everything you entered is still here. Send it again in a moment: the same entry never counts twice.",
    );
    format!("{happened} {next}")
}
