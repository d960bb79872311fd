//! Handlers of `GET /customers/{id}` and `GET /customers/by-email/{email}`: everything about one customer.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use customer_sources::email::Email;
use sheets_store::Reading;
use web::{
    error::{Error, FieldError},
    page::field::FormValue,
    response::Format,
};

use crate::{
    alerts::{notices::view::SnoozeForm, rows::AlertHistory},
    customer::{
        Customer, CustomerId, CustomerStatus,
        answers::{CustomerDetailInputs, CustomerDetailResponse},
        cross_board::CrossBoardData,
        view::CustomerPage,
    },
    health::{dismissals::Dismissals, history::ScoreHistory},
    routes::customer_address,
    state::{Customers, CustomersSnapshot},
};

pub(crate) async fn show_customer(
    State(customers): State<Arc<Customers>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let current = customers.current().await?;
    let customer = current.rows.by_id(&CustomerId::new(id)).ok_or_else(Error::not_found)?;
    if Format::accepted(&headers) == Format::Json {
        return Ok(Json(load_detail(&customers, &current, customer).await?).into_response());
    }
    if let CustomerStatus::Merged { into } = &customer.status {
        return Ok(Redirect::to(&customer_address(into.as_str())).into_response());
    }
    render_customer_page(&customers, &current, customer, CustomerPageForms::at(&uri)).await
}

pub(crate) async fn show_customer_by_email(
    State(customers): State<Arc<Customers>>,
    Path(email): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Some(email) = Email::of(&email) else {
        let message = "That is no address. Write one such as ann@example.com.";
        return Err(Error::invalid_query(vec![FieldError::new("email", message)]));
    };
    let current = customers.current().await?;
    let customer = current.rows.by_email(&email).ok_or_else(Error::not_found)?;
    if Format::accepted(&headers) == Format::Html {
        return Ok(Redirect::to(&customer_address(customer.id.as_str())).into_response());
    }
    Ok(Json(load_detail(&customers, &current, customer).await?).into_response())
}

/// State of the forms on the page, and result of the last action.
#[derive(Default)]
pub(crate) struct CustomerPageForms {
    /// Value of the field for another email address.
    pub(crate) alias: FormValue,
    /// Value of the reason field.
    pub(crate) reason: String,
    /// Values of the snooze form.
    pub(crate) snooze: SnoozeForm,
    /// Message about the last action, from the query string.
    pub(crate) done: Option<String>,
    pub(crate) status: StatusCode,
}

impl CustomerPageForms {
    /// State after a redirect, from the query string.
    fn at(uri: &Uri) -> Self {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default();
        let done = pairs
            .into_iter()
            .find(|(name, _)| name == "done")
            .map(|(_, value)| value);
        let done = match done.as_deref() {
            Some("merged") => Some("The two are one customer now. “Undo” below takes it back, with nothing lost."),
            Some("unmerged") => Some("They are two customers again, as they were before."),
            Some("snoozed") => Some("Nobody is told of this customer until that day. “Tell again” below ends it."),
            Some("awake") => Some("People are told of this customer again."),
            Some("dismissed") => Some("That sentence does not count any more; the score was worked out anew."),
            _ => None,
        };
        Self {
            done: done.map(str::to_owned),
            ..Self::default()
        }
    }
}

/// Page of a customer.
pub(crate) async fn render_customer_page(
    customers: &Customers,
    current: &CustomersSnapshot,
    customer: &Customer,
    forms: CustomerPageForms,
) -> Result<Response, Error> {
    let page = CustomerPage {
        detail: &load_detail(customers, current, customer).await?,
        customer,
        alias: &forms.alias,
        merge_reason: &forms.reason,
        snooze: &forms.snooze,
        done: forms.done.as_deref(),
        currency: current.currency,
        now: &current.now,
    };
    let document = page.document(&customers.frame(current));
    let private = [(header::CACHE_CONTROL, "private, no-cache")];
    Ok((forms.status, private, Html(document)).into_response())
}

async fn load_detail(
    customers: &Customers,
    current: &CustomersSnapshot,
    customer: &Customer,
) -> Result<CustomerDetailResponse, Error> {
    let derived_records = customers.derived_records().await?;
    let (history, dismissals, alert_history): (Reading<ScoreHistory>, Reading<Dismissals>, Reading<AlertHistory>) = {
        let store = &customers.store;
        let (history, dismissals, alert_history) = tokio::join!(store.read(), store.read(), store.read());
        (history?, dismissals?, alert_history?)
    };
    let inputs = CustomerDetailInputs {
        rows: &current.rows,
        dismissed: &dismissals.snapshot.data.ids,
        history: history.snapshot.data.of(&customer.id),
        cluster: derived_records.cluster(customer),
        derived: &derived_records,
        currency: current.currency,
        now: &current.now,
        alert_history: &alert_history.snapshot.data,
    };
    let company = customer
        .profile
        .company
        .clone()
        .or_else(|| customer.profile.name.clone());
    let cross_board = match company {
        Some(company) => (customers.cross_board)(company).await,
        None => CrossBoardData::default(),
    };
    Ok(CustomerDetailResponse::of(customer, &inputs, cross_board))
}
