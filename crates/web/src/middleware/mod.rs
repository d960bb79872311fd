//! Middleware around every handler: same-origin check, rate limit, security headers, error responses.
//!
//! The forms need no login. So another site must not make a browser submit them, one client must not flood the sheet,
//! and a page may run only our own files. The middleware also renders each [`Error`] in the format of the request and
//! writes its one log line.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Json,
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, uri::PathAndQuery},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};
use sheets_store::error_chain::error_chain;

use crate::{
    error::{Error, ErrorResponse},
    page::{CONTENT_SECURITY_POLICY, ErrorPage, Frame, NavLink},
    response::Format,
};

/// Number of tracked client addresses above which stale ones are removed.
const MAX_TRACKED_ADDRESSES: usize = 10_000;

/// Builds the frame of an error page for a request, in the language of the request.
pub type ErrorFrame = Box<dyn Fn(&Uri, &HeaderMap) -> Frame + Send + Sync>;

/// Address of the client, as an extension of the request: that of the connection, or the one that a trusted proxy
/// reports.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// State of the middleware: rate limiter, trusted proxies, request counter.
pub struct RequestGuard {
    posts: DefaultKeyedRateLimiter<IpAddr>,
    trusted_proxies: usize,
    frame: ErrorFrame,
    run: u32,
    requests: AtomicU64,
}

impl RequestGuard {
    /// Allows `posts_per_minute` forms per client address, which is read behind `trusted_proxies` proxies. `frame`
    /// builds the frame of error pages.
    pub fn new(posts_per_minute: NonZeroU32, trusted_proxies: usize, frame: ErrorFrame) -> Self {
        Self {
            posts: RateLimiter::keyed(Quota::per_minute(posts_per_minute)),
            trusted_proxies,
            frame,
            run: rand::random(),
            requests: AtomicU64::new(0),
        }
    }

    /// Number of requests since the start.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Request id for the log and for error pages.
    fn next_id(&self) -> String {
        format!("{:08x}-{}", self.run, self.requests.fetch_add(1, Ordering::Relaxed))
    }

    fn admit(&self, request: &Request) -> Result<(), Error> {
        if is_safe_method(request.method()) {
            return Ok(());
        }
        if !is_same_origin(request.headers()) {
            return Err(Error::foreign_origin());
        }
        let Some(address) = self.address(request) else {
            return Ok(());
        };
        if self.posts.len() > MAX_TRACKED_ADDRESSES {
            self.posts.retain_recent();
        }
        self.posts.check_key(&client_network(address)).map_err(|until| {
            let wait = until.wait_time_from(self.posts.clock().now());
            Error::too_many(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1))
        })
    }

    /// Client address: that of the connection, or the one that the outermost trusted proxy reports.
    fn address(&self, request: &Request) -> Option<IpAddr> {
        let connection = request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip());
        if self.trusted_proxies == 0 {
            return connection;
        }
        let forwarded: Vec<&str> = request
            .headers()
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        let place = forwarded.len().checked_sub(self.trusted_proxies);
        let seen = place
            .and_then(|place| forwarded.get(place))
            .and_then(|address| address.trim().parse().ok());
        seen.or(connection)
    }

    fn error_response(&self, error: &Error, request: &RequestInfo) -> Response {
        let mut response = if request.format() == Format::Html {
            (error.status, Html(self.page(error, request))).into_response()
        } else {
            let language = (self.frame)(&request.uri, &request.headers()).language;
            let body = ErrorResponse::of(error, &request.id, language);
            (error.status, Json(body)).into_response()
        };
        if let Some(seconds) = error.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    fn page(&self, error: &Error, request: &RequestInfo) -> String {
        let frame = (self.frame)(&request.uri, &request.headers());
        let text = error.text(frame.language);
        let board = frame
            .navigation
            .iter()
            .find(|entry| request.uri.path().starts_with(&*entry.address));
        let link = board.or(frame.navigation.first()).cloned();
        let page = ErrorPage {
            heading: &text.heading,
            happened: &text.happened,
            safety: &text.safety,
            next: &text.next,
            links: link.into_iter().collect::<Vec<NavLink>>(),
            request_id: error.is_server_error().then_some(request.id.as_str()),
            address: request.address(),
        };
        page.document(&frame)
    }
}

/// Part of a request that an error response needs after the handler has consumed the request.
struct RequestInfo {
    id: String,
    method: Method,
    /// Shares the bytes of the request, as the headers do, because most requests succeed and never need them.
    uri: Uri,
    accept: Option<HeaderValue>,
    cookie: Option<HeaderValue>,
}

impl RequestInfo {
    fn of(request: &Request, id: String) -> Self {
        Self {
            id,
            method: request.method().clone(),
            uri: request.uri().clone(),
            accept: request.headers().get(header::ACCEPT).cloned(),
            cookie: request.headers().get(header::COOKIE).cloned(),
        }
    }

    fn address(&self) -> &str {
        self.uri.path_and_query().map_or("", PathAndQuery::as_str)
    }

    fn format(&self) -> Format {
        Format::accepted(&self.headers())
    }

    /// Headers that decide the format and the language of an error.
    fn headers(&self) -> HeaderMap {
        let accept = self.accept.iter().map(|accept| (header::ACCEPT, accept.clone()));
        let cookie = self.cookie.iter().map(|cookie| (header::COOKIE, cookie.clone()));
        accept.chain(cookie).collect()
    }
}

/// Middleware around every handler.
pub async fn guard_request(State(guard): State<Arc<RequestGuard>>, mut request: Request, next: Next) -> Response {
    let request_info = RequestInfo::of(&request, guard.next_id());
    if let Some(address) = guard.address(&request) {
        request.extensions_mut().insert(ClientAddress(address));
    }
    let mut response = match guard.admit(&request) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    if let Some(error) = extract_error(&mut response, &request_info.method) {
        log_error(&error, &request_info);
        response = guard.error_response(&error, &request_info);
    } else {
        tracing::debug!(request = request_info.id, method = %request_info.method, path = request_info.uri.path(), status = response.status().as_u16(), "answered");
    }
    add_security_headers(response.headers_mut(), &request_info.id);
    response
}

/// Error that a handler returned, or the equivalent of an error response that the framework made.
fn extract_error(response: &mut Response, method: &Method) -> Option<Arc<Error>> {
    if let Some(error) = response.extensions_mut().remove::<Arc<Error>>() {
        return Some(error);
    }
    let has_own_body = response.headers().contains_key(header::CONTENT_TYPE);
    let error = match response.status() {
        StatusCode::NOT_FOUND if !has_own_body => Error::not_found(),
        // The framework's own rejections are plain text for developers.
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY
            if is_plain_text(response) =>
        {
            if is_safe_method(method) {
                Error::unreadable_address()
            } else {
                Error::unreadable("The address or the form contains something that cannot be read.")
            }
        }
        StatusCode::METHOD_NOT_ALLOWED => Error::method_not_allowed(),
        StatusCode::PAYLOAD_TOO_LARGE if !has_own_body || is_plain_text(response) => Error::too_large(),
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => Error::internal("the handler took too long"),
        _ => return None,
    };
    Some(Arc::new(error))
}

/// Whether the method is safe, that is, changes nothing.
fn is_safe_method(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn is_plain_text(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// Logs the path only, because queries contain names of people and companies.
fn log_error(error: &Error, request_info: &RequestInfo) {
    let cause = error_chain(error);
    let (request, method, path) = (&request_info.id, &request_info.method, request_info.uri.path());
    let status = error.status.as_u16();
    if error.is_server_error() {
        tracing::error!(request, %method, path, status, cause, "failed");
    } else {
        tracing::info!(request, %method, path, status, code = error.code, "refused");
    }
}

/// Turns a panic in a handler into an internal error.
pub fn panic_response(panic: Box<dyn std::any::Any + Send>) -> Response<Body> {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    Error::internal(format!("a handler panicked: {text}")).into_response()
}

/// Largest body of a form, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// Checks `Sec-Fetch-Site` and `Origin`. Clients other than browsers send neither and are accepted.
/// <https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html>
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match text(header::ORIGIN) {
        // Behind a proxy the scheme is unknown, so only host and port are compared.
        Some(origin) => origin.split_once("://").map(|(_, host)| host) == text(header::HOST),
        None => true,
    }
}

/// Network that counts as one client: an IPv4 address, or the 64-bit network of an IPv6 address.
pub(crate) fn client_network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

fn add_security_headers(headers: &mut HeaderMap, request_id: &str) {
    const FIXED: [(HeaderName, HeaderValue); 5] = [
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (
            HeaderName::from_static("permissions-policy"),
            HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()"),
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ];
    // A page may set its own policy, as the OpenAPI viewers do.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    for (name, value) in FIXED {
        headers.insert(name, value);
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_form_is_accepted_from_our_own_pages_and_from_programs() {
        for accepted in [
            vec![],
            vec![("sec-fetch-site", "same-origin")],
            vec![("sec-fetch-site", "none")],
            vec![("host", "board.example"), ("origin", "https://board.example")],
            vec![("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")],
        ] {
            assert!(is_same_origin(&headers(&accepted)), "{accepted:?}");
        }
        for refused in [
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site")],
            vec![("sec-fetch-site", "cross-site"), ("host", "a"), ("origin", "http://a")],
            vec![("host", "board.example"), ("origin", "https://evil.example")],
            vec![("host", "board.example"), ("origin", "null")],
            vec![("host", "board.example"), ("origin", "https://board.example.evil")],
            vec![("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:9090")],
        ] {
            assert!(!is_same_origin(&headers(&refused)), "{refused:?}");
        }
    }

    #[test]
    fn neighbours_in_one_ipv6_network_count_as_one() {
        let of = |text: &str| client_network(text.parse().expect("address"));
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
    }
}
