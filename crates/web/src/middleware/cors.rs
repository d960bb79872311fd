//! Calls from pages of other origins (CORS): reads, and calls that a token authorises.
//!
//! Hand-written because the layer of `tower-http` answers every `OPTIONS` request, preflight or not, with 200 and the
//! same methods for all addresses. <https://fetch.spec.whatwg.org/#http-cors-protocol>

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};

/// Seconds for which a browser keeps the answer to a preflight request.
const PREFLIGHT_SECONDS: HeaderValue = HeaderValue::from_static("600");
/// Headers that a page of another origin may send.
const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static("accept, authorization, content-type, if-none-match");
/// Headers that it may read besides the usual ones.
const EXPOSED_HEADERS: HeaderValue = HeaderValue::from_static("etag, retry-after, x-request-id");
const READS: HeaderValue = HeaderValue::from_static("GET, HEAD");
const READS_AND_CALLS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST");

/// Origins whose pages may call the program, never with cookies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsOrigins {
    origins: Arc<[HeaderValue]>,
    token_addresses: Arc<[&'static str]>,
}

/// Error: the text is no origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no origin such as https://app.example.com: scheme, host and port only, without “*”")]
pub struct InvalidOrigin(pub String);

impl CorsOrigins {
    /// Reads origins that are separated by commas or spaces. A browser writes an origin in one way, so that it is
    /// compared as it is.
    ///
    /// # Errors
    /// [`InvalidOrigin`] for anything else, `*` and `null` included.
    pub fn parse(text: &str) -> Result<Self, InvalidOrigin> {
        let words = text.split([',', ' ', '\t', '\n']).filter(|word| !word.is_empty());
        let origins = words.map(|word| parse_origin(word).ok_or_else(|| InvalidOrigin(word.to_owned())));
        Ok(Self {
            origins: origins.collect::<Result<_, _>>()?,
            token_addresses: Arc::default(),
        })
    }

    /// Adds the addresses whose handlers check a token, which may therefore be called with `POST`.
    #[must_use]
    pub fn with_token_addresses(mut self, addresses: &[&'static str]) -> Self {
        self.token_addresses = addresses.into();
        self
    }

    /// Origin of a request, if its pages may call the program.
    pub(crate) fn allowed(&self, headers: &HeaderMap) -> Option<&HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        self.origins.iter().find(|allowed| *allowed == origin)
    }

    /// Whether a request that writes comes from an allowed origin, with a token, to an address that checks it.
    pub(crate) fn admits_write(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
        self.allowed(headers).is_some()
            && method == Method::POST
            && self.takes_token(uri)
            && headers.contains_key(header::AUTHORIZATION)
    }

    /// Completes the response to a request.
    pub(crate) fn complete(&self, request: &CorsRequest, response: &mut HeaderMap) {
        if self.origins.is_empty() {
            return;
        }
        response.append(header::VARY, HeaderValue::from_static("Origin"));
        let Some(origin) = &request.origin else {
            return;
        };
        response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        if !request.is_preflight {
            response.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
            return;
        }
        let methods = if request.takes_token { READS_AND_CALLS } else { READS };
        response.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        response.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
        response.insert(header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS);
    }

    /// What [`CorsOrigins::complete`] needs of a request.
    pub(crate) fn request(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> CorsRequest {
        CorsRequest {
            origin: self.allowed(headers).cloned(),
            is_preflight: method == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD),
            takes_token: self.takes_token(uri),
        }
    }

    fn takes_token(&self, uri: &Uri) -> bool {
        self.token_addresses.contains(&uri.path())
    }
}

/// Part of a request that decides about CORS headers.
pub(crate) struct CorsRequest {
    origin: Option<HeaderValue>,
    is_preflight: bool,
    takes_token: bool,
}

impl CorsRequest {
    /// Whether the request only asks what an allowed page may do.
    pub(crate) fn is_allowed_preflight(&self) -> bool {
        self.is_preflight && self.origin.is_some()
    }
}

/// Origin as browsers serialise it: lower case, without a default port. <https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin>
fn parse_origin(word: &str) -> Option<HeaderValue> {
    let uri: Uri = word.parse().ok()?;
    let (scheme, host) = (uri.scheme_str()?, uri.host()?);
    let port = uri.port_u16();
    let default_port = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let port = port.filter(|port| *port != default_port).map(|port| format!(":{port}"));
    let origin = format!("{scheme}://{}{}", host.to_lowercase(), port.unwrap_or_default());
    let is_origin = uri.path() == "/" && uri.query().is_none() && !word.contains(['@', '*', '#']) && host.is_ascii();
    let written = word.trim_end_matches('/').to_lowercase();
    let has_nothing_else = written == origin || written == format!("{origin}:{default_port}");
    (is_origin && has_nothing_else)
        .then(|| HeaderValue::try_from(origin).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "/deals/reminders";

    fn origins() -> CorsOrigins {
        let origins = CorsOrigins::parse("https://app.example, http://localhost:3000").expect("origins");
        origins.with_token_addresses(&[ADDRESS])
    }

    #[test]
    fn origins_are_exact_and_written_as_browsers_write_them() {
        for (written, read) in [
            ("https://app.example", "https://app.example"),
            ("https://App.Example/", "https://app.example"),
            ("https://app.example:443", "https://app.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            let origins = CorsOrigins::parse(written).expect(written);
            assert_eq!(*origins.origins, [HeaderValue::from_static(read)], "{written}");
        }
        for refused in [
            "*",
            "null",
            "https://*.example",
            "app.example",
            "ftp://app.example",
            "https://app.example/path",
            "https://app.example?x",
            "https://user@app.example",
            "https://",
            "https://app.example https://b.example/x",
        ] {
            let error = CorsOrigins::parse(refused).expect_err(refused);
            assert!(error.to_string().contains("is no origin"), "{error}");
        }
        assert_eq!(CorsOrigins::parse("").expect("none"), CorsOrigins::default());
    }

    #[test]
    fn a_write_needs_an_allowed_origin_a_token_and_an_address_that_checks_it() {
        let request = |origin: &'static str, authorization: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            if authorization {
                headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer x"));
            }
            headers
        };
        let (own, address) = ("https://app.example", Uri::from_static(ADDRESS));
        let origins = origins();
        assert!(origins.admits_write(&Method::POST, &address, &request(own, true)));
        for (method, address, headers) in [
            (Method::DELETE, address.clone(), request(own, true)),
            (Method::POST, address.clone(), request(own, false)),
            (Method::POST, Uri::from_static("/deals"), request(own, true)),
            (Method::POST, address.clone(), request("https://evil.example", true)),
            (Method::POST, address.clone(), request("null", true)),
        ] {
            assert!(
                !origins.admits_write(&method, &address, &headers),
                "{method} {address} {headers:?}"
            );
        }
        let none = CorsOrigins::default().with_token_addresses(&[ADDRESS]);
        assert!(!none.admits_write(&Method::POST, &address, &request(own, true)));
    }
}
