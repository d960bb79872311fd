//! Request context: response format, language and address of a request.

use axum::http::{HeaderMap, Uri, header};
use domain::language::Language;

use crate::{
    error::{Error, FieldError},
    response::{Format, UnknownFormat},
};

/// Cookie that stores the language.
pub const LANGUAGE_COOKIE: &str = "lang";

/// Response format, language and address of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestContext {
    /// Response format.
    pub format: Format,
    /// Language of the page.
    pub language: Language,
    /// Path and query.
    pub address: String,
}

impl RequestContext {
    /// Reads `format`, the `Accept` header and the address, for a board that has English pages only.
    ///
    /// # Errors
    /// If `format` names a format that is not in `offered`.
    pub fn new(
        format: Option<&str>,
        headers: &HeaderMap,
        uri: &Uri,
        offered: &'static [Format],
    ) -> Result<Self, Error> {
        Self::negotiate(format, Language::English, headers, uri, offered)
    }

    /// Reads the context for a board in several languages. The language is `lang`, or else the cookie, or else the
    /// default.
    ///
    /// # Errors
    /// If `format` names a format that is not in `offered`.
    pub fn with_language(
        (format, lang): (Option<&str>, Option<&str>),
        headers: &HeaderMap,
        uri: &Uri,
        offered: &'static [Format],
    ) -> Result<Self, Error> {
        Self::negotiate(format, preferred_language(lang, headers), headers, uri, offered)
    }

    fn negotiate(
        format: Option<&str>,
        language: Language,
        headers: &HeaderMap,
        uri: &Uri,
        offered: &'static [Format],
    ) -> Result<Self, Error> {
        let format = Format::negotiate(format, headers, offered).map_err(|unknown: UnknownFormat| {
            Error::invalid_query(vec![FieldError::new("format", unknown.text(language))])
        })?;
        let address = uri
            .path_and_query()
            .map_or_else(String::new, |address| address.as_str().to_owned());
        Ok(Self {
            format,
            language,
            address,
        })
    }

    /// Cache key of the response: format, language and address.
    pub fn key(&self) -> String {
        format!("{} {} {}", self.format.name(), self.language.code(), self.address)
    }
}

/// Language of a request: the query parameter `lang`, or else the cookie, or else the default.
pub fn preferred_language(lang: Option<&str>, headers: &HeaderMap) -> Language {
    named_language(lang, headers).unwrap_or_default()
}

/// Language that a request names: the query parameter `lang`, or else the cookie.
pub(crate) fn named_language(lang: Option<&str>, headers: &HeaderMap) -> Option<Language> {
    lang.and_then(Language::parse).or_else(|| cookie_language(headers))
}

/// Language stored in the cookie.
fn cookie_language(headers: &HeaderMap) -> Option<Language> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == LANGUAGE_COOKIE)
        .and_then(|(_, code)| Language::parse(code))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_cookie_is_found_among_others_and_anything_else_is_no_language() {
        for (cookies, language) in [
            (&["lang=en"][..], Some(Language::English)),
            (&["a=b; lang=fr"], Some(Language::French)),
            (&["a=b;lang=fr;c"], Some(Language::French)),
            (&["a=b", "lang=fr"], Some(Language::French)),
            (&["xlang=fr; langx=fr"], None),
            (&["lang"], None),
            (&["lang=; lang=fr"], None),
            (&["=;;=;lang=klingon"], None),
            (&["lang=fr; lang=en"], Some(Language::French)),
        ] {
            let mut headers = HeaderMap::new();
            for line in cookies {
                headers.append(header::COOKIE, HeaderValue::from_static(line));
            }
            assert_eq!(cookie_language(&headers), language, "{cookies:?}");
        }
    }

    proptest! {
        #[test]
        fn any_cookie_is_read_without_a_panic(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..4)) {
            let mut headers = HeaderMap::new();
            for line in lines.iter().filter_map(|line| HeaderValue::from_bytes(line).ok()) {
                headers.append(header::COOKIE, line);
            }
            cookie_language(&headers);
        }
    }

    #[test]
    fn the_address_beats_the_browsers_memory_and_that_beats_the_boards_own_language() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "theme=dark; lang=en".parse().expect("header"));
        let asked = |lang, headers: &HeaderMap| {
            let address = Uri::from_static("/deals?x=1");
            let asked = RequestContext::with_language((None, lang), headers, &address, Format::PAGE);
            asked.expect("asked").language
        };
        assert_eq!(asked(Some("fr"), &headers), Language::French);
        assert_eq!(asked(None, &headers), Language::English);
        assert_eq!(asked(Some("klingon"), &headers), Language::English);
        assert_eq!(asked(None, &HeaderMap::new()), Language::French);
    }
}
