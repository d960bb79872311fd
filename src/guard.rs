//! What stands between the network and every handler: where a request may come from, how many, and what leaves.
//!
//! The form needs no login, so a browser must not be led to send it from another site, one address must not flood the
//! sheet, and no page may run anything but our own files. Errors get their face here, and their one line in the log.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
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

use crate::{
    answer::Face,
    cause::chain,
    error::{Error, ErrorAnswer},
    page::{CONTENT_SECURITY_POLICY, Entry, ErrorPage, Frame},
};

/// Addresses whose counts are kept before old ones are swept out.
const ADDRESSES_BEFORE_SWEEP: usize = 10_000;

/// What surrounds an error page for a request, in the language that goes with it.
pub type FrameOf = Box<dyn Fn(&Uri, &HeaderMap) -> Frame + Send + Sync>;

/// The rules at the door.
pub struct Guard {
    posts: DefaultKeyedRateLimiter<IpAddr>,
    trusted_proxies: usize,
    frame: FrameOf,
    run: u32,
    requests: AtomicU64,
}

impl Guard {
    /// At most `posts_per_minute` forms from one address, which is read behind `trusted_proxies` proxies. `frame`
    /// surrounds error pages.
    pub fn new(posts_per_minute: NonZeroU32, trusted_proxies: usize, frame: FrameOf) -> Self {
        Self {
            posts: RateLimiter::keyed(Quota::per_minute(posts_per_minute)),
            trusted_proxies,
            frame,
            run: rand::random(),
            requests: AtomicU64::new(0),
        }
    }

    /// How many requests came since the start.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Names a request in the log and on error pages.
    fn next_id(&self) -> String {
        format!("{:08x}-{}", self.run, self.requests.fetch_add(1, Ordering::Relaxed))
    }

    fn admit(&self, request: &Request) -> Result<(), Error> {
        if is_reading(request.method()) {
            return Ok(());
        }
        if !is_same_origin(request.headers()) {
            return Err(Error::foreign_origin());
        }
        let Some(address) = self.address(request) else {
            return Ok(());
        };
        if self.posts.len() > ADDRESSES_BEFORE_SWEEP {
            self.posts.retain_recent();
        }
        self.posts.check_key(&network(address)).map_err(|until| {
            let wait = until.wait_time_from(self.posts.clock().now());
            Error::too_many(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1))
        })
    }

    /// The caller's address: the connection's, or the one that the outermost trusted proxy saw.
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

    fn face_of(&self, error: &Error, request: &Asked) -> Response {
        let mut response = if request.face() == Face::Html {
            (error.status, Html(self.page(error, request))).into_response()
        } else {
            let language = (self.frame)(&request.uri, &request.headers()).language;
            let body = ErrorAnswer::of(error, &request.id, language);
            (error.status, Json(body)).into_response()
        };
        if let Some(seconds) = error.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    fn page(&self, error: &Error, request: &Asked) -> String {
        let frame = (self.frame)(&request.uri, &request.headers());
        let told = error.told(frame.language);
        let board = frame
            .navigation
            .iter()
            .find(|entry| request.uri.path().starts_with(&*entry.address));
        let way = board.or(frame.navigation.first()).cloned();
        let page = ErrorPage {
            heading: &told.heading,
            happened: &told.happened,
            safety: &told.safety,
            next: &told.next,
            ways: way.into_iter().collect::<Vec<Entry>>(),
            request_id: error.is_ours().then_some(request.id.as_str()),
            address: request.address(),
        };
        page.document(&frame)
    }
}

/// What is remembered of a request while its handler runs.
struct Asked {
    id: String,
    method: Method,
    /// Shares the bytes of the request, as do the headers: most requests end well, and then nobody reads this.
    uri: Uri,
    accept: Option<HeaderValue>,
    cookie: Option<HeaderValue>,
}

impl Asked {
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

    fn face(&self) -> Face {
        Face::accepted(&self.headers())
    }

    /// Those that decide how an error is told.
    fn headers(&self) -> HeaderMap {
        let accept = self.accept.iter().map(|accept| (header::ACCEPT, accept.clone()));
        let cookie = self.cookie.iter().map(|cookie| (header::COOKIE, cookie.clone()));
        accept.chain(cookie).collect()
    }
}

/// The middleware around every handler.
pub async fn watch(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let asked = Asked::of(&request, guard.next_id());
    let mut response = match guard.admit(&request) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    if let Some(error) = error_of(&mut response, &asked.method) {
        log(&error, &asked);
        response = guard.face_of(&error, &asked);
    } else {
        tracing::debug!(request = asked.id, method = %asked.method, path = asked.uri.path(), status = response.status().as_u16(), "answered");
    }
    seal(response.headers_mut(), &asked.id);
    response
}

/// The error that a handler returned, or one for an answer that the framework gave by itself.
fn error_of(response: &mut Response, method: &Method) -> Option<Arc<Error>> {
    if let Some(error) = response.extensions_mut().remove::<Arc<Error>>() {
        return Some(error);
    }
    let has_own_body = response.headers().contains_key(header::CONTENT_TYPE);
    let error = match response.status() {
        StatusCode::NOT_FOUND if !has_own_body => Error::not_found(),
        // The framework's own refusals are text for developers.
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY
            if is_plain_text(response) =>
        {
            if is_reading(method) {
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

/// Whether a method only asks and changes nothing.
fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn is_plain_text(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// Queries hold names of people and companies, so only the path is logged.
fn log(error: &Error, asked: &Asked) {
    let cause = chain(error);
    let (request, method, path) = (&asked.id, &asked.method, asked.uri.path());
    let status = error.status.as_u16();
    if error.is_ours() {
        tracing::error!(request, %method, path, status, cause, "failed");
    } else {
        tracing::info!(request, %method, path, status, code = error.code, "refused");
    }
}

/// A panic in a handler becomes an internal error.
pub fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response<Body> {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    Error::internal(format!("a handler panicked: {text}")).into_response()
}

/// Time after which a handler is given up.
pub const HANDLER_TIMEOUT: Duration = Duration::from_secs(40);
/// Largest body that a form of ours can send, in bytes.
pub const LARGEST_BODY: usize = 64 * 1024;

/// Browsers say where a form came from; programs that are no browsers say nothing and are let in.
/// <https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html>
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match text(header::ORIGIN) {
        // Behind a proxy the scheme is not known here, so only host and port are compared.
        Some(origin) => origin.split_once("://").map(|(_, host)| host) == text(header::HOST),
        None => true,
    }
}

/// One household or office: an IPv4 address, or the 64-bit network of an IPv6 address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

fn seal(headers: &mut HeaderMap, request_id: &str) {
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
    // A page may bring a policy of its own; none has none.
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

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
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
        let of = |text: &str| network(text.parse().expect("address"));
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
    }
}
