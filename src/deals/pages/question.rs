//! Query parameters shared by the board's pages: filter, segment, sort order, page, format and language.

use axum::{
    http::{HeaderMap, HeaderValue, Uri, header},
    response::Response,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::{
    filter::{DealFilter, FilterError},
    listing::ListQuestion,
    order::Order,
    stage::LostStage,
    subset::Subset,
};
use crate::{
    answer::Face,
    asked::{Asked, LANGUAGE_COOKIE},
    error::{Error, FieldError},
    language::Language,
};

/// Language of error messages, and whether they list the stage Lost.
pub(super) type Speech = (Language, LostStage);

/// Query fields other than the filter.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Common {
    format: Option<String>,
    lang: Option<String>,
    sort: Option<String>,
    show: Option<String>,
    page: Option<String>,
}

impl Common {
    /// Format, language and address of the request.
    pub(super) fn asked(&self, headers: &HeaderMap, uri: &Uri, offered: &'static [Face]) -> Result<Asked, Error> {
        let asked = (self.format.as_deref(), self.lang.as_deref());
        Asked::in_language_of(asked, headers, uri, offered)
    }

    /// Page number; lists clamp it to the existing pages.
    pub(super) fn page(&self) -> usize {
        self.page.as_deref().and_then(|page| page.parse().ok()).unwrap_or(1)
    }

    /// Query of a list.
    pub(super) fn question(&self, uri: &Uri, (language, lost_stage): Speech) -> Result<ListQuestion, Error> {
        let given = |value: &Option<String>| value.clone().filter(|value| !value.trim().is_empty());
        let order = given(&self.sort).map(|value| Order::parse(&value)).transpose();
        let refused = |field, message: String| Error::bad_question(vec![FieldError::new(field, message)]);
        let subset = given(&self.show)
            .map(|word| Subset::parse(&word).ok_or(word))
            .transpose();
        Ok(ListQuestion {
            order: order.map_err(|error| refused("sort", error.message(language)))?,
            subset: subset.map_err(|word| refused("show", unknown_subset(&word, language)))?,
            ..question(uri, (language, lost_stage))?
        })
    }

    /// Sets the language cookie when the address names a language.
    pub(super) fn remembering(&self, mut response: Response, language: Language) -> Response {
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
pub(super) fn question(uri: &Uri, (language, lost_stage): Speech) -> Result<ListQuestion, Error> {
    let complaint = |error: FilterError| FieldError::new(error.field(), error.message(language, lost_stage));
    let filter = DealFilter::parse(uri.query().unwrap_or_default())
        .map_err(|error| Error::bad_question(vec![complaint(error)]))?;
    Ok(ListQuestion {
        filter,
        ..ListQuestion::default()
    })
}

fn unknown_subset(word: &str, language: Language) -> String {
    let words = Subset::ALL.map(Subset::as_str).join(", ");
    language.choose(
        format!("« {word} » dans « show » n’est pas connu. Écrivez l’un de : {words}."),
        format!("“{word}” in “show” is not known. Use one of {words}."),
    )
}
