//! What a request brings: the fields of its body, the language of its author, the filters to come back to.

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

/// A body that was sent.
pub(super) struct Sent {
    pub(super) change: SentChange,
    /// The fields of a form; empty for JSON.
    pairs: Vec<(String, String)>,
}

impl Sent {
    /// Reads a form or JSON; a complaint is in `language`.
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

    /// The same for a request that may well have no body.
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

    /// The field of a form; of one that was sent twice, the last counts.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim())
    }

    /// Where the person was when they sent the form, if that is a page of the deals.
    pub(super) fn back(&self) -> Option<&str> {
        self.field("back").filter(|back| {
            let rest = back.strip_prefix("/deals");
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
                && !back.contains(|sign: char| sign.is_control() || sign == '\\')
        })
    }
}

/// Why a body is not the JSON that belongs here; what the library says of it is English.
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

/// Who asks, and what stood in the address.
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

    /// The same in the language that a form names.
    pub(super) fn speaking(mut self, sent: &Sent) -> Self {
        self.language = sent.field("lang").and_then(Language::parse).unwrap_or(self.language);
        self
    }

    pub(super) fn wants_page(&self) -> bool {
        self.face == Face::Html
    }

    /// What was just done, as the address tells it.
    pub(super) fn notice(&self) -> Option<Notice> {
        Notice::parse(&self.pairs)
    }

    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The language alone, where the address names one: fields of the form that stand there are no filters.
    pub(super) fn language_query(&self) -> String {
        match field(&self.pairs, "lang") {
            Some(_) => format!("?lang={}", self.language.code()),
            None => String::new(),
        }
    }

    /// The filters and the language, as the query of an address with its question mark; empty without any.
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

/// The language of a page: that of the address, else the one that the browser remembers, else the board's own.
pub(in super::super) fn language_of(uri: &Uri, headers: &HeaderMap) -> Language {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default();
    asked::language_of(field(&pairs, "lang"), headers)
}

/// What was sent, and who sent it.
pub(super) fn heard(headers: &HeaderMap, uri: &Uri, body: &Bytes) -> Result<(Sent, Caller), Error> {
    let caller = Caller::of(headers, uri);
    let sent = Sent::read(headers, body, caller.language)?;
    let caller = caller.speaking(&sent);
    Ok((sent, caller))
}

/// Leads to `address`, which then says what was done.
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

/// A page that only its own visitor may keep: it tells what they typed or did.
pub(super) fn private_page(status: StatusCode, document: String) -> Response {
    (status, [(header::CACHE_CONTROL, "private, no-cache")], Html(document)).into_response()
}
