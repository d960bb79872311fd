//! Handlers of `POST /customers/{id}/merge` and `POST /customers/{id}/unmerge`: merge two customers, and undo it.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use customer_sources::email::Email;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sheets_store::{Batch, CellEntry, NewId, RowChange, RowDelete, RowInsert};
use uuid::Uuid;
use web::{
    error::{Error, FieldError},
    page::field::FormValue,
    response::Format,
};

use crate::{
    customer::{
        Customer,
        actions::{FORM_AUTHOR, find_customer, read_body, read_reason, respond},
        merge::rows::{self, CUSTOMER_ALIASES, CustomerAlias},
        page::{CustomerPageForms, render_customer_page},
    },
    state::{Customers, CustomersSnapshot},
};

/// Body of the request.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MergeBody {
    alias: String,
    reason: String,
}

/// Response for programs.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MergeResponse {
    /// Id of the remaining customer.
    id: String,
    /// The email address from the request.
    alias: String,
}

impl MergeResponse {
    fn of(id: &str, alias: &Email) -> Self {
        Self {
            id: id.to_owned(),
            alias: alias.to_string(),
        }
    }
}

pub(crate) async fn merge_customer(
    State(customers): State<Arc<Customers>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let body: MergeBody = read_body(&headers, &body)?;
    let current = customers.current().await?;
    let customer = find_customer(&current, &id)?;
    let reason = read_reason(&body.reason);
    let reason = reason.map_err(|message| Error::invalid(vec![FieldError::new("reason", message)]))?;
    let alias = match validate_merge(&current, customer, &body.alias) {
        Ok(alias) => alias,
        Err(complaint) if Format::accepted(&headers) == Format::Html => {
            let forms = CustomerPageForms {
                alias: FormValue::refused(body.alias, complaint),
                reason: body.reason,
                status: StatusCode::UNPROCESSABLE_ENTITY,
                ..CustomerPageForms::default()
            };
            return render_customer_page(&customers, &current, customer, forms).await;
        }
        Err(complaint) => return Err(Error::invalid(vec![FieldError::new("alias", complaint)])),
    };
    let alias = CustomerAlias {
        at: Some(customers.clock.now()),
        reason: Some(reason).filter(|reason| !reason.is_empty()),
        ..alias
    };
    let insert = alias_insert(&alias, &customers);
    customers
        .store
        .commit(Batch::by(FORM_AUTHOR, [RowChange::Insert(insert)]))
        .await?;
    customers.sync.derive().await?;
    customers.sync.scoring().recalculate().await?;
    Ok(respond(&headers, &id, "merged", MergeResponse::of(&id, &alias.alias)))
}

pub(crate) async fn unmerge_customer(
    State(customers): State<Arc<Customers>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let body: MergeBody = read_body(&headers, &body)?;
    let current = customers.current().await?;
    let customer = find_customer(&current, &id)?;
    let derived = customers.derived_records().await?;
    let own: Vec<&Email> = customer.emails().collect();
    let is_meant = |alias: &&CustomerAlias| {
        Email::of(&body.alias).as_ref() == Some(&alias.alias) && own.contains(&&alias.canonical)
    };
    let Some(alias) = derived.tables.aliases.iter().find(is_meant) else {
        let message = "Nobody made this address part of this customer, or the merge was taken back already.";
        return Err(Error::invalid(vec![FieldError::new("alias", message)]));
    };
    if alias.id.is_empty() {
        let message =
            "This merge was written into the sheet without an id. Delete its line in the tab customer_aliases.";
        return Err(Error::invalid(vec![FieldError::new("alias", message)]));
    }
    let delete = RowDelete {
        tab: &CUSTOMER_ALIASES,
        id: alias.id.clone(),
        seen: Vec::new(),
    };
    customers
        .store
        .commit(Batch::by(FORM_AUTHOR, [RowChange::Delete(delete)]))
        .await?;
    customers.sync.derive().await?;
    customers.sync.scoring().recalculate().await?;
    Ok(respond(&headers, &id, "unmerged", MergeResponse::of(&id, &alias.alias)))
}

/// Validates the requested merge; the error is a message for the field.
fn validate_merge(current: &CustomersSnapshot, customer: &Customer, alias: &str) -> Result<CustomerAlias, String> {
    let canonical = customer
        .email
        .clone()
        .ok_or("This customer has no address, so nobody can be made part of it. Merge the other way round.")?;
    let alias = Email::of(alias).ok_or("Write an address of the other customer, such as ann@example.com.")?;
    if customer.emails().any(|email| *email == alias) {
        return Err(format!("{alias} belongs to this customer already."));
    }
    if current.rows.by_email(&alias).is_none_or(|other| !other.is_current()) {
        return Err(format!("No customer has the address {alias}. Look for a misspelling."));
    }
    Ok(CustomerAlias {
        id: Uuid::new_v4().to_string(),
        alias,
        canonical,
        by: Some(FORM_AUTHOR.to_owned()),
        at: None,
        reason: None,
    })
}

fn alias_insert(alias: &CustomerAlias, customers: &Customers) -> RowInsert {
    let mut cells = vec![CellEntry::Empty; CUSTOMER_ALIASES.columns.len() - 1];
    for (column, entry) in rows::alias_cells(alias, customers.clock.zone()) {
        cells[column - 1] = entry;
    }
    RowInsert {
        tab: &CUSTOMER_ALIASES,
        id: NewId::Given(alias.id.clone()),
        cells,
    }
}
