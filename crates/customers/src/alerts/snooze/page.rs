//! Handlers of `POST /customers/{id}/snooze` and `POST /customers/{id}/unsnooze`.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sheets_store::{Batch, CommitError, Reading, RowProblem};
use web::{
    error::{Error, FieldError},
    page::field::FormValue,
    response::Format,
};

use crate::{
    alerts::{
        notices::{answers::SnoozeResponse, view::SnoozeForm},
        rows::AlertHistory,
        snooze::rows::{Snooze, active_snooze},
    },
    customer::{
        actions::{FORM_AUTHOR, find_customer, read_body, read_reason, respond},
        page::{CustomerPageForms, render_customer_page},
    },
    state::Customers,
};

/// Body of the request.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SnoozeBody {
    until: String,
    reason: String,
}

/// Response for programs.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SnoozeActionResponse {
    /// Customer id.
    id: String,
    /// The snooze; `null` after it was ended.
    snoozed: Option<SnoozeResponse>,
}

pub(crate) async fn snooze_customer(
    State(customers): State<Arc<Customers>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let body: SnoozeBody = read_body(&headers, &body)?;
    let current = customers.current().await?;
    let customer = find_customer(&current, &id)?;
    let snooze = read_reason(&body.reason)
        .map_err(|message| ("reason", message))
        .and_then(|reason| Snooze::parse(&customer.id, &body.until, &reason, current.now.date()));
    match snooze {
        Ok(snooze) => {
            let history: Reading<AlertHistory> = customers.store.read_now().await?;
            let change = snooze.change(&history.snapshot.data.snooze_rows, FORM_AUTHOR);
            commit_snooze(&customers, change).await?;
            let snoozed = SnoozeResponse {
                until: snooze.until,
                reason: snooze.reason,
            };
            let snoozed = SnoozeActionResponse {
                id: id.clone(),
                snoozed: Some(snoozed),
            };
            Ok(respond(&headers, &id, "snoozed", snoozed))
        }
        Err((field, message)) if Format::accepted(&headers) == Format::Html => {
            let forms = CustomerPageForms {
                snooze: invalid_form(&body, field, &message),
                status: StatusCode::UNPROCESSABLE_ENTITY,
                ..CustomerPageForms::default()
            };
            render_customer_page(&customers, &current, customer, forms).await
        }
        Err((field, message)) => Err(Error::invalid(vec![FieldError::new(field, message)])),
    }
}

pub(crate) async fn unsnooze_customer(
    State(customers): State<Arc<Customers>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let current = customers.current().await?;
    let customer = find_customer(&current, &id)?;
    let history: Reading<AlertHistory> = customers.store.read_now().await?;
    let snooze = active_snooze(&history.snapshot.data.snoozes, &customer.id, current.now.date());
    commit_snooze(&customers, snooze.map(Snooze::end)).await?;
    let awake = SnoozeActionResponse {
        id: id.clone(),
        snoozed: None,
    };
    Ok(respond(&headers, &id, "awake", awake))
}

/// Commits the change. A row that was deleted in the meantime counts as success.
async fn commit_snooze(customers: &Customers, change: Option<sheets_store::RowChange>) -> Result<(), Error> {
    let Some(change) = change else { return Ok(()) };
    match customers.store.commit(Batch::by(FORM_AUTHOR, [change])).await {
        Err(CommitError::NoSuchRow {
            problem: RowProblem::Gone,
            ..
        }) => Ok(()),
        outcome => Ok(outcome.map(drop)?),
    }
}

fn invalid_form(body: &SnoozeBody, field: &str, message: &str) -> SnoozeForm {
    let typed = |name: &str, value: &str| {
        if name == field {
            FormValue::refused(value, message.to_owned())
        } else {
            FormValue::valid(value)
        }
    };
    SnoozeForm {
        until: typed("until", &body.until),
        reason: typed("reason", &body.reason),
    }
}
