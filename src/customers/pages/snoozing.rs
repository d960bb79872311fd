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

use super::{
    super::{
        alerting::{
            book::AlertBook,
            snooze::{Snooze, in_force},
        },
        desk::Customers,
        notices::SnoozeAnswer,
        view::customer::SnoozeTyped,
    },
    customer::{Attempt, page},
    merging::{BY, LONGEST_REASON, answer, find, read},
};
use crate::{
    answer::Face,
    error::{Error, FieldError},
    page::field::Typed,
    store::{Batch, CommitError, Reading, RowProblem},
};

/// Body of the request.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Sent {
    until: String,
    reason: String,
}

/// Response for programs.
#[derive(Serialize, JsonSchema)]
pub(super) struct Snoozed {
    /// Customer id.
    id: String,
    /// The snooze; `null` after it was ended.
    snoozed: Option<SnoozeAnswer>,
}

pub(super) async fn snooze(
    State(customers): State<Arc<Customers>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let sent: Sent = read(&headers, &body)?;
    let current = customers.current().await?;
    let customer = find(&current, &id)?;
    let reason: String = sent.reason.trim().chars().take(LONGEST_REASON).collect();
    match Snooze::parse(&customer.id, (&sent.until, &reason), current.now.date()) {
        Ok(snooze) => {
            let book: Reading<AlertBook> = customers.store.read_now().await?;
            let change = snooze.change(&book.snapshot.data.snooze_rows, BY);
            commit(&customers, change).await?;
            let snoozed = SnoozeAnswer {
                until: snooze.until,
                reason: snooze.reason,
            };
            let snoozed = Snoozed {
                id: id.clone(),
                snoozed: Some(snoozed),
            };
            Ok(answer(&headers, (&id, "snoozed"), snoozed))
        }
        Err((field, message)) if Face::accepted(&headers) == Face::Html => {
            let attempt = Attempt {
                snooze: refused(&sent, (field, message)),
                status: StatusCode::UNPROCESSABLE_ENTITY,
                ..Attempt::default()
            };
            page(&customers, &current, customer, attempt).await
        }
        Err((field, message)) => Err(Error::invalid(vec![FieldError::new(field, message)])),
    }
}

pub(super) async fn end(
    State(customers): State<Arc<Customers>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let current = customers.current().await?;
    let customer = find(&current, &id)?;
    let book: Reading<AlertBook> = customers.store.read_now().await?;
    let snooze = in_force(&book.snapshot.data.snoozes, &customer.id, current.now.date());
    commit(&customers, snooze.map(Snooze::end)).await?;
    let awake = Snoozed {
        id: id.clone(),
        snoozed: None,
    };
    Ok(answer(&headers, (&id, "awake"), awake))
}

/// Commits the change. A row that was deleted in the meantime counts as success.
async fn commit(customers: &Customers, change: Option<crate::store::Change>) -> Result<(), Error> {
    let Some(change) = change else { return Ok(()) };
    match customers.store.commit(Batch::by(BY, [change])).await {
        Err(CommitError::NoSuchRow {
            problem: RowProblem::Gone,
            ..
        }) => Ok(()),
        outcome => Ok(outcome.map(drop)?),
    }
}

fn refused(sent: &Sent, (field, message): (&str, String)) -> SnoozeTyped {
    let typed = |name: &str, value: &str| {
        if name == field {
            Typed::refused(value, message.clone())
        } else {
            Typed::valid(value)
        }
    };
    SnoozeTyped {
        until: typed("until", &sent.until),
        reason: typed("reason", &sent.reason),
    }
}
