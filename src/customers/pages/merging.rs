//! Handlers of `POST /customers/{id}/merge` and `POST /customers/{id}/unmerge`: merge two customers, and undo it.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    super::{
        customer::{Customer, CustomerId},
        desk::{Current, Customers},
        email::Email,
        rows::{
            CUSTOMER_ALIASES,
            alias_row::{self, Alias},
        },
        view::customer_address,
    },
    customer::{Attempt, page},
};
use crate::{
    answer::Face,
    error::{Error, FieldError},
    page::field::Typed,
    store::{Batch, Change, Delete, Entry, Insert, NewId},
};

/// Author of the change in the sheet.
pub(super) const BY: &str = "form";
/// Maximum length of a reason in characters.
pub(super) const LONGEST_REASON: usize = 300;

/// Body of the request.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Sent {
    alias: String,
    reason: String,
}

/// Response for programs.
#[derive(Serialize, JsonSchema)]
pub(super) struct Merged {
    /// Id of the remaining customer.
    id: String,
    /// The email address from the request.
    alias: String,
}

impl Merged {
    fn of(id: &str, alias: &Email) -> Self {
        Self {
            id: id.to_owned(),
            alias: alias.to_string(),
        }
    }
}

pub(super) async fn merge(
    State(customers): State<Arc<Customers>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let sent: Sent = read(&headers, &body)?;
    let current = customers.current().await?;
    let customer = find(&current, &id)?;
    let alias = match wanted(&current, customer, &sent) {
        Ok(alias) => alias,
        Err(complaint) if Face::accepted(&headers) == Face::Html => {
            let attempt = Attempt {
                alias: Typed::refused(sent.alias, complaint),
                reason: sent.reason,
                status: StatusCode::UNPROCESSABLE_ENTITY,
                ..Attempt::default()
            };
            return page(&customers, &current, customer, attempt).await;
        }
        Err(complaint) => return Err(Error::invalid(vec![FieldError::new("alias", complaint)])),
    };
    let alias = Alias {
        at: Some(customers.clock.now()),
        ..alias
    };
    let insert = insert(&alias, &customers);
    customers.store.commit(Batch::by(BY, [Change::Insert(insert)])).await?;
    customers.syncing.derive().await?;
    customers.syncing.scoring().recalculate().await?;
    Ok(answer(&headers, (&id, "merged"), Merged::of(&id, &alias.alias)))
}

pub(super) async fn undo(
    State(customers): State<Arc<Customers>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let sent: Sent = read(&headers, &body)?;
    let current = customers.current().await?;
    let customer = find(&current, &id)?;
    let told = customers.told().await?;
    let own: Vec<&Email> = customer.emails().collect();
    let is_meant =
        |alias: &&Alias| Email::of(&sent.alias).as_ref() == Some(&alias.alias) && own.contains(&&alias.canonical);
    let Some(alias) = told.tables.aliases.iter().find(is_meant) else {
        let message = "Nobody made this address part of this customer, or the merge was taken back already.";
        return Err(Error::invalid(vec![FieldError::new("alias", message)]));
    };
    if alias.id.is_empty() {
        let message =
            "This merge was written into the sheet without an id. Delete its line in the tab customer_aliases.";
        return Err(Error::invalid(vec![FieldError::new("alias", message)]));
    }
    let delete = Delete {
        tab: &CUSTOMER_ALIASES,
        id: alias.id.clone(),
        seen: Vec::new(),
    };
    customers.store.commit(Batch::by(BY, [Change::Delete(delete)])).await?;
    customers.syncing.derive().await?;
    customers.syncing.scoring().recalculate().await?;
    Ok(answer(&headers, (&id, "unmerged"), Merged::of(&id, &alias.alias)))
}

/// Active customer with this id.
pub(super) fn find<'a>(current: &'a Current, id: &str) -> Result<&'a Customer, Error> {
    let found = current.rows.by_id(&CustomerId::new(id));
    found
        .filter(|customer| customer.is_current())
        .ok_or_else(Error::not_found)
}

/// Validates the requested merge; the error is a message for the field.
fn wanted(current: &Current, customer: &Customer, sent: &Sent) -> Result<Alias, String> {
    let canonical = customer
        .email
        .clone()
        .ok_or("This customer has no address, so nobody can be made part of it. Merge the other way round.")?;
    let alias = Email::of(&sent.alias).ok_or("Write an address of the other customer, such as ann@example.com.")?;
    if customer.emails().any(|email| *email == alias) {
        return Err(format!("{alias} belongs to this customer already."));
    }
    if current.rows.by_email(&alias).is_none_or(|other| !other.is_current()) {
        return Err(format!("No customer has the address {alias}. Look for a misspelling."));
    }
    let reason: String = sent.reason.trim().chars().take(LONGEST_REASON).collect();
    Ok(Alias {
        id: Uuid::new_v4().to_string(),
        alias,
        canonical,
        by: Some(BY.to_owned()),
        at: None,
        reason: Some(reason).filter(|reason| !reason.is_empty()),
    })
}

fn insert(alias: &Alias, customers: &Customers) -> Insert {
    let mut cells = vec![Entry::Empty; CUSTOMER_ALIASES.columns.len() - 1];
    for (column, entry) in alias_row::cells_of(alias, customers.clock.zone()) {
        cells[column - 1] = entry;
    }
    Insert {
        tab: &CUSTOMER_ALIASES,
        id: NewId::Given(alias.id.clone()),
        cells,
    }
}

/// Parses a JSON or form body.
pub(super) fn read<Sent: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<Sent, Error> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind: Option<mime::Mime> = kind.and_then(|kind| kind.parse().ok());
    match kind.as_ref().map(mime::Mime::essence_str) {
        Some("application/json") => serde_json::from_slice(body)
            .map_err(|error| Error::unreadable(format!("The JSON cannot be read: {error}."))),
        Some("application/x-www-form-urlencoded") => serde_urlencoded::from_bytes(body)
            .map_err(|_| Error::unreadable("The form contains something that is not text.")),
        _ => Err(Error::unsupported_media_type()),
    }
}

/// Response after an action: a redirect to the customer's page for browsers, `outcome` as JSON for programs.
pub(super) fn answer(headers: &HeaderMap, (id, done): (&str, &str), outcome: impl Serialize) -> Response {
    match Face::accepted(headers) {
        Face::Html => Redirect::to(&format!("{}?done={done}", customer_address(id))).into_response(),
        _ => Json(outcome).into_response(),
    }
}
