//! Request body, format, language and query of an edit.

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};

use super::super::{
    submission::SentChange,
    view::notice::{self, Notice},
};
use crate::{answer::Face, asked, error::Error, language::Language};

/// Parsed request body.
pub(super) struct Sent {
    pub(super) change: SentChange,
    /// Form fields; empty for JSON.
    pairs: Vec<(String, String)>,
}

impl Sent {
    /// Parses a form or JSON; error messages are in `language`.
    pub(super) fn read(headers: &HeaderMap, body: &Bytes, language: Language) -> Result<Self, Error> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind: Option<mime::Mime> = kind.and_then(|kind| kind.parse().ok());
        match kind.as_ref().map(mime::Mime::essence_str) {
            Some("application/json") => Ok(Self {
                change: serde_json::from_slice(body)
                    .map_err(|error| Error::unreadable(about_json(&error, language)))?,
                pairs: Vec::new(),
            }),
            Some("application/x-www-form-urlencoded") => {
                let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(body)
                    .map_err(|_| Error::unreadable("The form contains something that is not text."))?;
                let change = SentChange::from_pairs(&pairs);
                Ok(Self { change, pairs })
            }
            _ => Err(Error::unsupported_media_type()),
        }
    }

    /// Same, for a request whose body is optional.
    pub(super) fn read_if_any(headers: &HeaderMap, body: &Bytes, language: Language) -> Result<Self, Error> {
        if body.is_empty() {
            let change = SentChange::default();
            return Ok(Self {
                change,
                pairs: Vec::new(),
            });
        }
        Self::read(headers, body, language)
    }

    /// Value of a form field; the last one when it is repeated.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim())
    }

    /// Address to return to, if it is a page of the deals board.
    pub(super) fn back(&self) -> Option<&str> {
        self.field("back").filter(|back| {
            let rest = back.strip_prefix("/deals");
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
                && !back.contains(|sign: char| sign.is_control() || sign == '\\')
        })
    }
}

/// Message for an unreadable JSON body; the messages of the library are English only.
fn about_json(error: &serde_json::Error, language: Language) -> String {
    let (line, column) = (error.line(), error.column());
    if error.is_data() {
        return language.choose(
            "Le JSON est illisible : un champ contient autre chose qu’un texte, un nombre ou null, ou figure deux fois.",
            "The JSON cannot be read: a field holds something else than text, a number or null, or stands there twice.",
        ).to_owned();
    }
    language.choose(
        format!(
            "Le JSON est illisible : il s’interrompt ou contient un signe de trop, ligne {line}, colonne {column}."
        ),
        format!("The JSON cannot be read: it breaks off or has a sign too many, line {line}, column {column}."),
    )
}

/// Format, language and query of a request.
pub(super) struct Caller {
    pub(super) face: Face,
    pub(super) language: Language,
    pairs: Vec<(String, String)>,
}

impl Caller {
    pub(super) fn of(headers: &HeaderMap, uri: &Uri) -> Self {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default();
        let face = match field(&pairs, "format") {
            Some("html") => Face::Html,
            Some("json") => Face::Json,
            _ => Face::accepted(headers),
        };
        let language = asked::language_of(field(&pairs, "lang"), headers);
        Self { face, language, pairs }
    }

    /// Copy with the language named in the form.
    pub(super) fn speaking(mut self, sent: &Sent) -> Self {
        self.language = sent.field("lang").and_then(Language::parse).unwrap_or(self.language);
        self
    }

    pub(super) fn wants_page(&self) -> bool {
        self.face == Face::Html
    }

    /// Notice of the last action, from the query.
    pub(super) fn notice(&self) -> Option<Notice> {
        Notice::parse(&self.pairs)
    }

    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// Query with the language only, if the address names one: form fields in the address are not a filter.
    pub(super) fn language_query(&self) -> String {
        match field(&self.pairs, "lang") {
            Some(_) => format!("?lang={}", self.language.code()),
            None => String::new(),
        }
    }

    /// Query with the filter and the language, with its question mark; empty without any.
    pub(super) fn query(&self) -> String {
        let passing = |name: &str| notice::FIELDS.contains(&name) || name == "format";
        let kept: Vec<_> = self.pairs.iter().filter(|(name, _)| !passing(name)).collect();
        match serde_urlencoded::to_string(kept) {
            Ok(query) if !query.is_empty() => format!("?{query}"),
            _ => String::new(),
        }
    }
}

fn field<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

/// Language of a page: from the address, else from the cookie, else the board's default.
pub(in super::super) fn language_of(uri: &Uri, headers: &HeaderMap) -> Language {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default();
    asked::language_of(field(&pairs, "lang"), headers)
}

/// Parses the body, the format and the language of a request.
pub(super) fn heard(headers: &HeaderMap, uri: &Uri, body: &Bytes) -> Result<(Sent, Caller), Error> {
    let caller = Caller::of(headers, uri);
    let sent = Sent::read(headers, body, caller.language)?;
    let caller = caller.speaking(&sent);
    Ok((sent, caller))
}

/// Redirects to `address`, with a notice of the action.
pub(super) fn see(address: &str, notice: &Notice) -> Response {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let kept = pairs
        .into_iter()
        .filter(|(name, _)| !notice::FIELDS.contains(&name.as_str()));
    let pairs: Vec<(String, String)> = kept.chain(notice.pairs()).collect();
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    let location = HeaderValue::try_from(format!("{path}?{query}"));
    let location = location.unwrap_or(HeaderValue::from_static(super::BOARD));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Page with what a visitor typed or did; shared caches must not store it.
pub(super) fn private_page(status: StatusCode, document: String) -> Response {
    (status, [(header::CACHE_CONTROL, "private, no-cache")], Html(document)).into_response()
}
