//! Request context: response format, language and address of a request.

use axum::http::{HeaderMap, Uri, header};
use domain::language::Language;

use crate::{
    error::{Error, FieldError},
    response::{Format, UnknownFormat},
};

/// Cookie that stores the language.
pub const LANGUAGE_COOKIE: &str = "lang";

/// Header for the idempotency key of a request
/// (<https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>).
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Maximum length of an idempotency key, in characters.
pub const MAX_KEY_CHARS: usize = 100;

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
    /// If `format` names a format that is not in `offered`, or `lang` no language.
    pub fn with_language(
        (format, lang): (Option<&str>, Option<&str>),
        headers: &HeaderMap,
        uri: &Uri,
        offered: &'static [Format],
    ) -> Result<Self, Error> {
        let language = preferred_language(lang, headers);
        check_language(lang, language)?;
        Self::negotiate(format, language, headers, uri, offered)
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

/// Idempotency key of a request: from the header, with or without quotes, or from the field `key`; `None` without one.
///
/// # Errors
/// If it is longer than [`MAX_KEY_CHARS`], has other signs than visible ASCII and spaces, or the two differ.
pub fn idempotency_key(
    headers: &HeaderMap,
    field: Option<&str>,
    language: Language,
) -> Result<Option<String>, FieldError> {
    let is_plain = |key: &str| key.len() <= MAX_KEY_CHARS && key.bytes().all(|sign| matches!(sign, b' '..=b'~'));
    let refused = || {
        let message = language.choose(
            format!("La clé a au plus {MAX_KEY_CHARS} caractères ASCII visibles ; un UUID convient le mieux."),
            format!("The key has at most {MAX_KEY_CHARS} visible ASCII characters; a UUID is best."),
        );
        FieldError::new("key", message)
    };
    let mut keys = Vec::new();
    for value in headers.get_all(IDEMPOTENCY_KEY) {
        let key = value.to_str().map_err(|_| refused())?.trim();
        keys.push(
            key.strip_prefix('"')
                .and_then(|key| key.strip_suffix('"'))
                .unwrap_or(key),
        );
    }
    keys.extend(field.map(str::trim));
    keys.retain(|key| !key.is_empty());
    keys.dedup();
    match keys.as_slice() {
        [] => Ok(None),
        [key] if is_plain(key) => Ok(Some((*key).to_owned())),
        [_] => Err(refused()),
        _ => {
            let message = language.choose(
                "La demande porte deux clés différentes : gardez-en une, dans « Idempotency-Key » ou dans « key ».",
                "The request has two different keys: keep one, in “Idempotency-Key” or in “key”.",
            );
            Err(FieldError::new("key", message))
        }
    }
}

/// Checks a query parameter `lang`; the error is in `language`.
///
/// # Errors
/// If it is neither empty nor a language.
pub fn check_language(lang: Option<&str>, language: Language) -> Result<(), Error> {
    match lang.map(str::trim).filter(|lang| !lang.is_empty()) {
        Some(unknown) if Language::parse(unknown).is_none() => {
            let unknown: String = unknown.chars().take(40).collect();
            let message = language.choose(
                format!("« {unknown} » dans « lang » n’est pas une langue d’ici. Écrivez fr ou en."),
                format!("“{unknown}” in “lang” is no language here. Use fr or en."),
            );
            Err(Error::invalid_query(vec![FieldError::new("lang", message)]))
        }
        _ => Ok(()),
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
    fn a_request_has_one_readable_key_or_none() {
        let read = |headers: &[&str], field| {
            let values = headers
                .iter()
                .map(|value| (header::HeaderName::from_static(IDEMPOTENCY_KEY), value));
            let headers: HeaderMap = values
                .map(|(name, value)| (name, header::HeaderValue::from_bytes(value.as_bytes()).expect("header")))
                .collect();
            idempotency_key(&headers, field, Language::English)
        };
        let key = |key: &str| Ok(Some(key.to_owned()));
        assert_eq!(read(&[], None), Ok(None));
        assert_eq!(read(&[" "], Some("")), Ok(None));
        assert_eq!(read(&["\"import 7\""], None), key("import 7"));
        assert_eq!(read(&["7"], Some(" 7 ")), key("7"));
        let (longest, long) = ("k".repeat(100), "k".repeat(101));
        assert_eq!(read(&[], Some(&longest)), key(&longest));
        for (headers, field) in [
            (&["7"][..], Some("8")),
            (&["7", "8"], None),
            (&["é"], None),
            (&[], Some("clé")),
            (&[], Some("a\tb")),
            (&[], Some(long.as_str())),
        ] {
            let refused = read(headers, field).expect_err("two keys, or an unreadable one");
            assert_eq!(refused.field, "key", "{headers:?} {field:?}");
        }
    }

    #[test]
    fn the_address_beats_the_browsers_memory_and_that_beats_the_boards_own_language() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "theme=dark; lang=en".parse().expect("header"));
        let asked = |lang, headers: &HeaderMap| {
            let address = Uri::from_static("/deals?x=1");
            RequestContext::with_language((None, lang), headers, &address, Format::PAGE).map(|asked| asked.language)
        };
        let language = |lang, headers: &HeaderMap| asked(lang, headers).expect("a language");
        assert_eq!(language(Some("fr"), &headers), Language::French);
        assert_eq!(language(None, &headers), Language::English);
        assert_eq!(language(Some(""), &headers), Language::English);
        assert_eq!(language(None, &HeaderMap::new()), Language::French);
        let refused = asked(Some("klingon"), &headers).expect_err("no language");
        assert_eq!((refused.status.as_u16(), &*refused.fields[0].field), (422, "lang"));
    }
}
