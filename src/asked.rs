//! What a request asks for beside its question: the face of the answer, its language, and the address to come back to.

use axum::http::{HeaderMap, Uri, header};

use crate::{
    answer::{Face, UnknownFormat},
    error::{Error, FieldError},
    language::Language,
};

/// The cookie in which a browser remembers the language.
pub const LANGUAGE_COOKIE: &str = "lang";

/// What a request asks for beside its question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The face of the answer.
    pub face: Face,
    /// The language of the page.
    pub language: Language,
    /// Path and query.
    pub address: String,
}

impl Asked {
    /// Reads `format`, an `Accept` header and the address, in a language that the board has only one of.
    ///
    /// # Errors
    /// When `format` names a face that is not among `offered`.
    pub fn new(format: Option<&str>, headers: &HeaderMap, uri: &Uri, offered: &'static [Face]) -> Result<Self, Error> {
        Self::speaking((format, Language::English), headers, uri, offered)
    }

    /// The same of a board that speaks every language: that which `lang` names, else the one that the browser remembers,
    /// else the one that the board begins with.
    ///
    /// # Errors
    /// When `format` names a face that is not among `offered`.
    pub fn in_language_of(
        (format, lang): (Option<&str>, Option<&str>),
        headers: &HeaderMap,
        uri: &Uri,
        offered: &'static [Face],
    ) -> Result<Self, Error> {
        Self::speaking((format, language_of(lang, headers)), headers, uri, offered)
    }

    fn speaking(
        (format, language): (Option<&str>, Language),
        headers: &HeaderMap,
        uri: &Uri,
        offered: &'static [Face],
    ) -> Result<Self, Error> {
        let face = Face::negotiate(format, headers, offered).map_err(|unknown: UnknownFormat| {
            Error::bad_question(vec![FieldError::new("format", unknown.text(language))])
        })?;
        let address = uri
            .path_and_query()
            .map_or_else(String::new, |address| address.as_str().to_owned());
        Ok(Self {
            face,
            language,
            address,
        })
    }

    /// The key under which the answer is kept.
    pub fn key(&self) -> String {
        format!("{} {} {}", self.face.name(), self.language.code(), self.address)
    }
}

/// The language that `lang=` names, else the one that the browser remembers, else the one that a board begins with that
/// speaks every language.
pub fn language_of(lang: Option<&str>, headers: &HeaderMap) -> Language {
    let named = lang.and_then(Language::parse);
    named.or_else(|| remembered_language(headers)).unwrap_or_default()
}

/// The language that the browser remembers.
fn remembered_language(headers: &HeaderMap) -> Option<Language> {
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
    use super::*;

    #[test]
    fn the_address_beats_the_browsers_memory_and_that_beats_the_boards_own_language() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "theme=dark; lang=en".parse().expect("header"));
        let asked = |lang, headers: &HeaderMap| {
            let address = Uri::from_static("/deals?x=1");
            let asked = Asked::in_language_of((None, lang), headers, &address, Face::PAGE);
            asked.expect("asked").language
        };
        assert_eq!(asked(Some("fr"), &headers), Language::French);
        assert_eq!(asked(None, &headers), Language::English);
        assert_eq!(asked(Some("klingon"), &headers), Language::English);
        assert_eq!(asked(None, &HeaderMap::new()), Language::French);
    }
}
