//! Request body, format, language and query of an edit.

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use domain::language::Language;
use web::{error::Error, request_context, response::Format};

use crate::editing::{
    notice::{self, ActionNotice},
    update_input::DealUpdateInput,
};

/// Parsed request body.
pub(crate) struct RequestBody {
    pub(crate) change: DealUpdateInput,
    /// Form fields; empty for JSON.
    pairs: Vec<(String, String)>,
}

impl RequestBody {
    /// Parses a form or JSON; error messages are in `language`.
    pub(crate) fn read(headers: &HeaderMap, body: &Bytes, language: Language) -> Result<Self, Error> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind: Option<mime::Mime> = kind.and_then(|kind| kind.parse().ok());
        match kind.as_ref().map(mime::Mime::essence_str) {
            Some("application/json") => Ok(Self {
                change: serde_json::from_slice(body)
                    .map_err(|error| Error::unreadable(json_error(&error, language)))?,
                pairs: Vec::new(),
            }),
            Some("application/x-www-form-urlencoded") => {
                let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(body)
                    .map_err(|_| Error::unreadable("The form contains something that is not text."))?;
                let change =
                    DealUpdateInput::from_pairs(&pairs, language).map_err(|error| Error::invalid(vec![error]))?;
                Ok(Self { change, pairs })
            }
            _ => Err(Error::unsupported_media_type()),
        }
    }

    /// Same, for a request whose body is optional.
    pub(crate) fn read_if_any(headers: &HeaderMap, body: &Bytes, language: Language) -> Result<Self, Error> {
        if body.is_empty() {
            let change = DealUpdateInput::default();
            return Ok(Self {
                change,
                pairs: Vec::new(),
            });
        }
        Self::read(headers, body, language)
    }

    /// Value of a form field; the last one when it is repeated.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim())
    }

    /// Address to return to, if it is a page of the deals board.
    pub(crate) fn back(&self) -> Option<&str> {
        self.field("back").filter(|back| {
            let rest = back.strip_prefix("/deals");
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
                && !back.contains(|sign: char| sign.is_control() || sign == '\\')
        })
    }
}

/// Message for an unreadable JSON body; the messages of the library are English only.
fn json_error(error: &serde_json::Error, language: Language) -> String {
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
pub(crate) struct Caller {
    pub(crate) format: Format,
    pub(crate) language: Language,
    pairs: Vec<(String, String)>,
}

impl Caller {
    pub(crate) fn of(headers: &HeaderMap, uri: &Uri) -> Self {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default();
        let format = match query_field(&pairs, "format") {
            Some("html") => Format::Html,
            Some("json") => Format::Json,
            _ => Format::accepted(headers),
        };
        let language = request_context::preferred_language(query_field(&pairs, "lang"), headers);
        Self {
            format,
            language,
            pairs,
        }
    }

    /// Copy with the language named in the form.
    pub(crate) fn in_language_of(mut self, sent: &RequestBody) -> Self {
        self.language = sent.field("lang").and_then(Language::parse).unwrap_or(self.language);
        self
    }

    pub(crate) fn wants_page(&self) -> bool {
        self.format == Format::Html
    }

    /// Notice of the last action, from the query.
    pub(crate) fn notice(&self) -> Option<ActionNotice> {
        ActionNotice::parse(&self.pairs)
    }

    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// Query with the language only, if the address names one: form fields in the address are not a filter.
    pub(crate) fn language_query(&self) -> String {
        match query_field(&self.pairs, "lang") {
            Some(_) => format!("?lang={}", self.language.code()),
            None => String::new(),
        }
    }

    /// Query with the filter and the language, with its question mark; empty without any.
    pub(crate) fn query(&self) -> String {
        let passing = |name: &str| notice::NOTICE_FIELDS.contains(&name) || name == "format";
        let kept: Vec<_> = self.pairs.iter().filter(|(name, _)| !passing(name)).collect();
        match serde_urlencoded::to_string(kept) {
            Ok(query) if !query.is_empty() => format!("?{query}"),
            _ => String::new(),
        }
    }
}

fn query_field<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

/// Language of a page: from the address, else from the cookie, else the board's default.
pub(crate) fn language_of(uri: &Uri, headers: &HeaderMap) -> Language {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default();
    request_context::preferred_language(query_field(&pairs, "lang"), headers)
}

/// Parses the body, the format and the language of a request.
pub(crate) fn read_request(headers: &HeaderMap, uri: &Uri, body: &Bytes) -> Result<(RequestBody, Caller), Error> {
    let caller = Caller::of(headers, uri);
    let sent = RequestBody::read(headers, body, caller.language)?;
    let caller = caller.in_language_of(&sent);
    Ok((sent, caller))
}

/// Redirects to `address`, with a notice of the action.
pub(crate) fn redirect_with_notice(address: &str, notice: &ActionNotice) -> Response {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let kept = pairs
        .into_iter()
        .filter(|(name, _)| !notice::NOTICE_FIELDS.contains(&name.as_str()));
    let pairs: Vec<(String, String)> = kept.chain(notice.pairs()).collect();
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    let location = HeaderValue::try_from(format!("{path}?{query}"));
    let location = location.unwrap_or(HeaderValue::from_static(crate::routes::BOARD));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Page with what a visitor typed or did; shared caches must not store it.
pub(crate) fn private_page(status: StatusCode, document: String) -> Response {
    (status, [(header::CACHE_CONTROL, "private, no-cache")], Html(document)).into_response()
}
