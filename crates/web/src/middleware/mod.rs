//! Middleware around every handler: redirect to HTTPS, same-origin check, limits of addresses and rates, headers, error
//! responses.
//!
//! The forms need no login. So another site must not make a browser submit them, one client must not flood the sheet or
//! keep the program busy, and a page may run only our own files. The middleware also renders each [`Error`] in the
//! format of the request and writes its one log line.

mod address_limits;
mod client_address;
pub mod cors;
mod headers;
pub mod https;
mod rate_clock;
mod rates;
mod same_origin;
mod settings;

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Json,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, uri::PathAndQuery},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use sheets_store::error_chain::error_chain;

pub(crate) use crate::middleware::client_address::client_network;
pub use crate::middleware::{
    address_limits::{MAX_PARAMETER_CHARACTERS, MAX_PATH_BYTES, MAX_QUERY_BYTES},
    rate_clock::RateClock,
    settings::RequestSettings,
};
use crate::{
    error::{Error, ErrorResponse},
    middleware::{
        address_limits::check_address,
        client_address::TrustedProxies,
        cors::CorsOrigins,
        headers::complete_headers,
        https::{ClientScheme, HttpsSettings},
        rates::Rates,
        same_origin::is_same_origin,
    },
    page::{ErrorPage, Frame, NavLink},
    response::{
        Format,
        work_budget::{WorkAccount, WorkBudget},
    },
};

/// Builds the frame of an error page for a request, in the language of the request.
pub type ErrorFrame = Box<dyn Fn(&Uri, &HeaderMap) -> Frame + Send + Sync>;

/// Address of the client, as an extension of the request: that of the connection, or the one that a trusted proxy
/// reports.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// State of the middleware: rates, trusted proxies, request counter.
pub struct RequestGuard {
    rates: Arc<Rates>,
    proxies: TrustedProxies,
    https: HttpsSettings,
    cors: CorsOrigins,
    frame: ErrorFrame,
    run: u32,
    requests: AtomicU64,
}

impl RequestGuard {
    /// Middleware with these settings. `frame` builds the frame of error pages.
    pub fn new(settings: RequestSettings, frame: ErrorFrame) -> Self {
        Self {
            rates: Arc::new(Rates::new(&settings)),
            proxies: TrustedProxies::new(settings.trusted_proxies),
            https: settings.https,
            cors: settings.cors,
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

    fn admit(&self, request: &Request, client: Option<IpAddr>) -> Result<(), Error> {
        let (method, uri) = (request.method(), request.uri());
        let is_ours = is_safe_method(method)
            || is_same_origin(request.headers())
            || self.cors.admits_write(method, uri, request.headers());
        if !is_ours {
            return Err(Error::foreign_origin());
        }
        client.map_or(Ok(()), |client| self.rates.admit(method, uri, client))?;
        check_address(uri)
    }

    /// Response of the handler, on the budget of the client.
    async fn run(&self, request: Request, client: Option<IpAddr>, next: Next) -> Response {
        let Some(client) = client else {
            return next.run(request).await;
        };
        let account = Arc::clone(&self.rates) as Arc<dyn WorkAccount>;
        let network = client_network(client);
        WorkBudget { account, network }.run(next.run(request)).await
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
    let (scheme, client) = (
        ClientScheme::of(request.headers(), &guard.proxies),
        guard.proxies.client(&request),
    );
    if let Some(address) = client {
        request.extensions_mut().insert(ClientAddress(address));
    }
    let cors = guard.cors.request(request.method(), request.uri(), request.headers());
    let mut response = if let Some(redirect) = guard.https.redirect(&request, scheme) {
        redirect
    } else if let Err(error) = guard.admit(&request, client) {
        error.into_response()
    } else if cors.is_allowed_preflight() {
        StatusCode::NO_CONTENT.into_response()
    } else {
        guard.run(request, client, next).await
    };
    if let Some(error) = extract_error(&mut response, &request_info.method) {
        log_error(&error, &request_info);
        response = guard.error_response(&error, &request_info);
    } else {
        tracing::debug!(request = request_info.id, method = %request_info.method, path = request_info.uri.path(), status = response.status().as_u16(), "answered");
    }
    guard.cors.complete(&cors, response.headers_mut());
    complete_headers(response.status(), response.headers_mut(), &request_info.id);
    if scheme == ClientScheme::Https {
        guard.https.secure(response.headers_mut());
    }
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
