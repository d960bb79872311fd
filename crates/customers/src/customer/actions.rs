//! Shared parts of the form posts about one customer: lookup, body, response.

use axum::{
    Json,
    body::Bytes,
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    language::Language,
    text::{TextKind, check_characters},
};
use serde::{Serialize, de::DeserializeOwned};
use web::{error::Error, response::format::Format};

use crate::{
    customer::{Customer, CustomerId},
    routes::customer_address,
    state::CustomersSnapshot,
};

/// Author of the change in the sheet.
pub(crate) const FORM_AUTHOR: &str = "form";

/// Maximum length of a reason in characters.
pub(crate) const MAX_REASON_CHARS: usize = 300;

/// Reason as typed, at most [`MAX_REASON_CHARS`] long.
///
/// # Errors
/// A message for the field, if the reason contains a character that does not show.
pub(crate) fn read_reason(typed: &str) -> Result<String, String> {
    let reason: String = typed.trim().chars().take(MAX_REASON_CHARS).collect();
    match check_characters(&reason, TextKind::Paragraphs) {
        Ok(()) => Ok(reason),
        Err(refused) => Err(refused.text(Language::English)),
    }
}

/// Active customer with this id.
pub(crate) fn find_customer<'a>(current: &'a CustomersSnapshot, id: &str) -> Result<&'a Customer, Error> {
    let found = current.rows.by_id(&CustomerId::new(id));
    found
        .filter(|customer| customer.is_current())
        .ok_or_else(Error::not_found)
}

/// Parses a JSON or form body.
pub(crate) fn read_body<Body: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<Body, Error> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind: Option<mime::Mime> = kind.and_then(|kind| kind.parse().ok());
    match kind.as_ref().map(mime::Mime::essence_str) {
        // An array would be read as the fields in their order, which nobody means.
        Some("application/json") if !body.trim_ascii_start().starts_with(b"{") => Err(Error::unreadable(
            "The JSON cannot be read: an object is expected, in braces.",
        )),
        Some("application/json") => serde_json::from_slice(body)
            .map_err(|error| Error::unreadable(format!("The JSON cannot be read: {error}."))),
        Some("application/x-www-form-urlencoded") => serde_urlencoded::from_bytes(body)
            .map_err(|_| Error::unreadable("The form contains something that is not text.")),
        _ => Err(Error::unsupported_media_type()),
    }
}

/// Response after an action: a redirect to the customer's page for browsers, `outcome` as JSON for programs.
pub(crate) fn respond(headers: &HeaderMap, id: &str, done: &str, outcome: impl Serialize) -> Response {
    match Format::accepted(headers) {
        Format::Html => Redirect::to(&format!("{}?done={done}", customer_address(id))).into_response(),
        _ => Json(outcome).into_response(),
    }
}
