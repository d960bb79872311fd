//! Query parameters shared by the board's pages: filter, segment, sort order, page, format and language.

use axum::{
    http::{HeaderMap, HeaderValue, Uri, header},
    response::Response,
};
use domain::language::Language;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use web::{
    error::{Error, FieldError},
    request_context::{LANGUAGE_COOKIE, RequestContext},
    response::Format,
};

use crate::{
    deal::stage::{DealStage, LostStage},
    list::{
        filter::{DealFilter, DealFilterError},
        listing::DealQuery,
        order::DealSortOrder,
        segment::DealSegment,
    },
};

/// How error messages about a query are written.
#[derive(Clone, Copy)]
pub(crate) struct MessageStyle {
    pub(crate) language: Language,
    /// Whether messages list the stage Lost.
    pub(crate) lost_stage: LostStage,
}

/// Query fields of the filter, for the `OpenAPI` document; missing fields restrict nothing.
#[derive(Default, JsonSchema)]
#[schemars(default)]
pub(crate) struct DealFilterFields {
    /// Stages; any of them matches.
    status: Vec<DealStage>,
    /// Sectors in any spelling, `(none)` for deals without one.
    sector: Vec<String>,
    /// Assignees in any spelling, `(none)` for deals without one.
    assignee: Vec<String>,
    /// First due date.
    from: Option<Date>,
    /// Last due date.
    to: Option<Date>,
    /// Words that must all occur in the text columns.
    q: Option<String>,
}

/// Query fields other than the filter.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct DealQueryParams {
    format: Option<String>,
    lang: Option<String>,
    sort: Option<String>,
    show: Option<String>,
    page: Option<String>,
}

impl DealQueryParams {
    /// Format, language and address of the request.
    pub(crate) fn request_context(
        &self,
        headers: &HeaderMap,
        uri: &Uri,
        offered: &'static [Format],
    ) -> Result<RequestContext, Error> {
        let choice = (self.format.as_deref(), self.lang.as_deref());
        RequestContext::with_language(choice, headers, uri, offered)
    }

    /// Page number; lists clamp it to the existing pages.
    pub(crate) fn page(&self) -> usize {
        self.page.as_deref().and_then(|page| page.parse().ok()).unwrap_or(1)
    }

    /// Query of a list.
    pub(crate) fn deal_query(&self, uri: &Uri, style: MessageStyle) -> Result<DealQuery, Error> {
        let given = |value: &Option<String>| value.clone().filter(|value| !value.trim().is_empty());
        let order = given(&self.sort).map(|value| DealSortOrder::parse(&value)).transpose();
        let refused = |field, message: String| Error::invalid_query(vec![FieldError::new(field, message)]);
        let subset = given(&self.show)
            .map(|word| DealSegment::parse(&word).ok_or(word))
            .transpose();
        Ok(DealQuery {
            order: order.map_err(|error| refused("sort", error.message(style.language)))?,
            subset: subset.map_err(|word| refused("show", unknown_segment(&word, style.language)))?,
            ..parse_filter(uri, style)?
        })
    }

    /// Sets the language cookie when the address names a language.
    pub(crate) fn with_language_cookie(&self, mut response: Response, language: Language) -> Response {
        let cookie = format!(
            "{LANGUAGE_COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
            language.code()
        );
        if self.lang.as_deref().and_then(Language::parse).is_some()
            && let Ok(cookie) = HeaderValue::try_from(cookie)
        {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

/// Filter in the query string of an address.
pub(crate) fn parse_filter(uri: &Uri, style: MessageStyle) -> Result<DealQuery, Error> {
    let complaint =
        |error: DealFilterError| FieldError::new(error.field(), error.message(style.language, style.lost_stage));
    let filter = DealFilter::parse(uri.query().unwrap_or_default())
        .map_err(|error| Error::invalid_query(vec![complaint(error)]))?;
    Ok(DealQuery {
        filter,
        ..DealQuery::default()
    })
}

fn unknown_segment(word: &str, language: Language) -> String {
    let words = DealSegment::ALL.map(DealSegment::as_str).join(", ");
    language.choose(
        format!("« {word} » dans « show » n’est pas connu. Écrivez l’un de : {words}."),
        format!("“{word}” in “show” is not known. Use one of {words}."),
    )
}
