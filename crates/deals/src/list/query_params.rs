//! Query parameters shared by the board's pages: filter, segment, sort order, page, format and language.

use axum::{
    http::{HeaderMap, HeaderValue, Uri, header},
    response::Response,
};
use domain::language::Language;
use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use web::{
    error::{Error, FieldError},
    openapi::parameters::{choice, day, language},
    request_context::{LANGUAGE_COOKIE, RequestContext},
    response::Format,
};

use crate::{
    deal::{
        columns::DEALS,
        stage::{DealStage, LostStage},
    },
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
    #[schemars(schema_with = "stages")]
    status: Vec<DealStage>,
    /// Sectors in any spelling, `(none)` for deals without one.
    sector: Vec<String>,
    /// Assignees in any spelling, `(none)` for deals without one.
    assignee: Vec<String>,
    /// First due date.
    #[schemars(schema_with = "day")]
    from: Option<Date>,
    /// Last due date.
    #[schemars(schema_with = "day")]
    to: Option<Date>,
    /// Words that must all occur in the text columns.
    q: Option<String>,
}

/// Query fields other than the filter.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct DealQueryParams {
    format: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "language")]
    lang: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "sort_orders")]
    sort: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "segments")]
    show: Option<String>,
    page: Option<String>,
}

fn stages(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": choice(DealStage::ALL.map(DealStage::as_str))})
}

fn sort_orders(_: &mut SchemaGenerator) -> Schema {
    let headers = DEALS.columns.iter().map(|column| column.header);
    let orders: Vec<String> = headers
        .flat_map(|header| [header.to_owned(), format!("-{header}")])
        .collect();
    choice(orders.iter().map(String::as_str))
}

fn segments(_: &mut SchemaGenerator) -> Schema {
    choice(DealSegment::ALL.map(DealSegment::as_str))
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
        let request = RequestContext::with_language(choice, headers, uri, offered)?;
        // Pages without a list keep both for the list that they lead to.
        self.order(request.language)?;
        self.subset(request.language)?;
        Ok(request)
    }

    fn order(&self, language: Language) -> Result<Option<DealSortOrder>, Error> {
        let order = given(self.sort.as_deref()).map(DealSortOrder::parse).transpose();
        order.map_err(|error| refused("sort", error.message(language)))
    }

    fn subset(&self, language: Language) -> Result<Option<DealSegment>, Error> {
        let known = |word| DealSegment::parse(word).ok_or_else(|| refused("show", unknown_segment(word, language)));
        given(self.show.as_deref()).map(known).transpose()
    }

    /// Page number; lists clamp it to the existing pages.
    pub(crate) fn page(&self) -> usize {
        self.page.as_deref().and_then(|page| page.parse().ok()).unwrap_or(1)
    }

    /// Query of a list.
    pub(crate) fn deal_query(&self, uri: &Uri, style: MessageStyle) -> Result<DealQuery, Error> {
        Ok(DealQuery {
            order: self.order(style.language)?,
            subset: self.subset(style.language)?,
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

fn given(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.trim().is_empty())
}

fn refused(field: &'static str, message: String) -> Error {
    Error::invalid_query(vec![FieldError::new(field, message)])
}

fn unknown_segment(word: &str, language: Language) -> String {
    let words = DealSegment::ALL.map(DealSegment::as_str).join(", ");
    language.choose(
        format!("« {word} » dans « show » n’est pas connu. Écrivez l’un de : {words}."),
        format!("“{word}” in “show” is not known. Use one of {words}."),
    )
}
