//! HTTPS behind a proxy: redirect from HTTP, and what browsers are told to keep to HTTPS.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header, uri::PathAndQuery},
    response::{IntoResponse, Response},
};

use crate::{middleware::client_address::TrustedProxies, routes::HEALTH};

/// One year, as <https://hstspreload.org/> recommends.
const STRICT_TRANSPORT_SECURITY: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// HTTPS behind a proxy. Whether a client came over HTTPS is known from `X-Forwarded-Proto` of a trusted proxy only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpsSettings {
    /// Public base address, to which requests over HTTP are redirected; `None` does not redirect.
    pub redirect_to: Option<String>,
    /// Whether browsers are told to use HTTPS only.
    pub strict_transport: StrictTransport,
}

/// Whether `Strict-Transport-Security` is sent over HTTPS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StrictTransport {
    /// It is sent.
    #[default]
    Sent,
    /// It is not sent.
    Off,
}

/// Scheme that the client used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientScheme {
    Http,
    Https,
    /// No trusted proxy says so.
    Unknown,
}

impl ClientScheme {
    pub(crate) fn of(headers: &HeaderMap, proxies: &TrustedProxies) -> Self {
        match proxies.scheme(headers) {
            Some(scheme) if scheme.eq_ignore_ascii_case(b"https") => Self::Https,
            Some(scheme) if scheme.eq_ignore_ascii_case(b"http") => Self::Http,
            _ => Self::Unknown,
        }
    }
}

impl HttpsSettings {
    /// Redirect to the same address over HTTPS. The health check of a host may come over HTTP.
    pub(crate) fn redirect(&self, request: &Request, scheme: ClientScheme) -> Option<Response> {
        let base = self.redirect_to.as_deref()?;
        if scheme != ClientScheme::Http || request.uri().path() == HEALTH {
            return None;
        }
        let address = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        let location = HeaderValue::try_from(format!("{base}{address}")).ok()?;
        Some((StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response())
    }

    /// Headers of a response that goes out over HTTPS.
    pub(crate) fn secure(&self, headers: &mut HeaderMap) {
        if self.strict_transport == StrictTransport::Sent {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT_SECURITY);
        }
        for (name, value) in headers.iter_mut() {
            let addition: &[u8] = match *name {
                header::CONTENT_SECURITY_POLICY => b"; upgrade-insecure-requests",
                header::SET_COOKIE => b"; Secure",
                _ => continue,
            };
            if let Ok(longer) = HeaderValue::from_bytes(&[value.as_bytes(), addition].concat()) {
                *value = longer;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn only_http_is_redirected_and_the_health_check_is_not() {
        let settings = HttpsSettings {
            redirect_to: Some("https://board.example".to_owned()),
            ..HttpsSettings::default()
        };
        let location = |settings: &HttpsSettings, address: &str, scheme| {
            let request = Request::builder().uri(address).body(Body::empty()).expect("request");
            let response = settings.redirect(&request, scheme)?;
            assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
            Some(response.headers()[header::LOCATION].to_str().expect("text").to_owned())
        };
        let (http, https, unknown) = (ClientScheme::Http, ClientScheme::Https, ClientScheme::Unknown);
        for (address, scheme, expected) in [
            ("/deals?q=a%20b", http, Some("https://board.example/deals?q=a%20b")),
            ("/", http, Some("https://board.example/")),
            ("//evil.example/x", http, Some("https://board.example//evil.example/x")),
            ("/health?deep=1", http, None),
            ("/deals", https, None),
            ("/deals", unknown, None),
        ] {
            assert_eq!(location(&settings, address, scheme).as_deref(), expected, "{address}");
        }
        assert_eq!(location(&HttpsSettings::default(), "/deals", http), None);
    }

    #[test]
    fn over_https_every_cookie_and_policy_keeps_to_https() {
        let mut headers = HeaderMap::new();
        for cookie in ["lang=fr; HttpOnly", "theme=dark"] {
            headers.append(header::SET_COOKIE, HeaderValue::from_static(cookie));
        }
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'"),
        );
        let mut without = headers.clone();
        HttpsSettings::default().secure(&mut headers);
        let cookies: Vec<_> = headers.get_all(header::SET_COOKIE).iter().collect();
        assert_eq!(cookies, ["lang=fr; HttpOnly; Secure", "theme=dark; Secure"]);
        assert_eq!(
            headers[header::CONTENT_SECURITY_POLICY],
            "default-src 'none'; upgrade-insecure-requests"
        );
        assert_eq!(headers[header::STRICT_TRANSPORT_SECURITY], STRICT_TRANSPORT_SECURITY);
        let off = HttpsSettings {
            strict_transport: StrictTransport::Off,
            ..HttpsSettings::default()
        };
        off.secure(&mut without);
        assert!(!without.contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
}
