//! `GET /.well-known/security.txt`: where to report a security problem, as in
//! [RFC 9116](https://www.rfc-editor.org/rfc/rfc9116).

use aide::axum::{ApiRouter, routing::get_with};
use axum::{http::header, response::IntoResponse};
use jiff::{ToSpan, tz::TimeZone};
use sheets_store::clock::Clock;
use web::{
    error::Error,
    openapi::{EndpointDocs, PROGRAM},
};

use crate::site_map::SECURITY_TXT;

/// Days for which the file is valid; RFC 9116 recommends less than a year.
const VALID_DAYS: i64 = 180;

/// Contact for reports of security problems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityContact {
    /// URI of the contact.
    pub uri: String,
    /// Public base address of the program without a trailing slash.
    pub public_url: Option<String>,
}

/// Route of the file; without a contact there is none.
pub(crate) fn router(contact: Option<SecurityContact>, clock: Clock) -> ApiRouter {
    let show = async move || {
        let text = contact
            .as_ref()
            .map(|contact| contact.file(&clock))
            .ok_or_else(Error::not_found)?;
        Ok::<_, Error>(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
    };
    let described = get_with(show, |it| {
        it.about(PROGRAM, "Where to report a security problem.")
            .serves("text/plain")
    });
    ApiRouter::new().api_route(SECURITY_TXT, described)
}

impl SecurityContact {
    /// Text of the file. It changes once a day, so that it can be cached.
    fn file(&self, clock: &Clock) -> String {
        let today = clock.now().to_zoned(TimeZone::UTC).date();
        let expires = today.saturating_add(VALID_DAYS.days());
        let mut file = format!(
            "Contact: {}\nExpires: {expires}T00:00:00Z\nPreferred-Languages: en, fr\n",
            self.uri
        );
        // The field has to be an https address.
        if let Some(url) = self.public_url.as_deref().filter(|url| url.starts_with("https://")) {
            file += &format!("Canonical: {url}{SECURITY_TXT}\n");
        }
        file
    }
}
