//! HTTP server: connections, dispatch of calls and injection of faults.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::authority::{Access, Authority, Right};
use super::drive;
use super::failure::Failure;
use super::faults::{Faults, Kind};
use super::library::Library;
use super::methods::{self, Answer};
use super::page;
use super::query::Query;
use super::route::{self, Call};
use super::traffic::Traffic;

/// Maximum size of a request body; Google recommends 2 MB and has no hard limit.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Duration of a simulated timeout, the same as Google's own limit of 180 s.
const NEVER: Duration = Duration::from_secs(180);

/// Server state shared by all connections.
pub struct State {
    /// Repository of spreadsheets.
    pub library: Library,
    /// Authorization server.
    pub authority: Authority,
    /// Call counts and quota.
    pub traffic: Traffic,
    /// Fault injector.
    pub faults: Faults,
    /// Delay before every API call.
    pub latency: Duration,
    /// Base URL: `http://host:port`.
    pub url: String,
    /// Address that the server listens on.
    pub address: SocketAddr,
}

/// Error that closes the connection without a response.
#[derive(Debug, thiserror::Error)]
#[error("the connection was closed on purpose")]
pub struct Closed;

type Reply = Result<Response<Body>, Closed>;

/// Accepts connections until stopped, then waits up to 5 s for open ones.
pub async fn serve(listener: TcpListener, state: Arc<State>, mut stop: watch::Receiver<bool>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, Arc::clone(&state), stop.clone()));
                }
                while connections.try_join_next().is_some() {}
            }
            _ = stop.changed() => break,
        }
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(Duration::from_secs(5), all).await;
}

async fn connection(stream: TcpStream, state: Arc<State>, mut stop: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { answer(&state, request).await }
    });
    let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        _ = stop.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

async fn answer(state: &State, request: Request<Incoming>) -> Reply {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MOST_BYTES).collect().await else {
        return Ok(refused(&Failure::invalid("Request payload size exceeds the limit.")));
    };
    let body = body.to_bytes();
    let path = parts.uri.path();
    if path == "/token" && parts.method == Method::POST {
        return token(state, &body).await;
    }
    if let Some(call) = route::find(parts.method.as_str(), path) {
        let query = Query::parse(parts.uri.query().unwrap_or_default());
        return api(state, call, &query, (&parts.headers, &body)).await;
    }
    if let Some(call) = drive::route::find(parts.method.as_str(), path) {
        let query = Query::parse(parts.uri.query().unwrap_or_default());
        return files(state, call, &query, (&parts.headers, &body)).await;
    }
    if path.starts_with("/v4/") || path == "/token" {
        return Ok(no_such_path());
    }
    if !page::is_local(&parts.headers, state.address) {
        return Ok(refused(&Failure::permission_denied()));
    }
    if let Some(control) = path.strip_prefix("/_emulator/") {
        return Ok(controls(state, &parts.method, control, &body));
    }
    Ok(page::answer(state, &parts, &body).await)
}

fn no_such_path() -> Response<Body> {
    html(
        StatusCode::NOT_FOUND,
        "<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)</title><p>404. That's an error.",
    )
}

/// Handles the token endpoint, which faults apply to as well.
async fn token(state: &State, form: &[u8]) -> Reply {
    state.traffic.count_other("POST token");
    let fault = strike(state, "token", false).await;
    let finish = || async {
        match state.authority.token(form).await {
            Ok((status, body)) => json_response(StatusCode::from_u16(status).unwrap_or_default(), body.to_string()),
            Err(error) => {
                tracing::error!(%error, "the emulator has no key to verify with");
                refused(&Failure::unavailable())
            }
        }
    };
    match fault {
        None => Ok(finish().await),
        Some(kind) => broken(kind, finish, false).await,
    }
}

async fn api(state: &State, call: Call, query: &Query, (headers, body): (&HeaderMap, &[u8])) -> Reply {
    let (name, shape) = call.names();
    let is_write = call.is_write();
    state.traffic.count(shape, is_write);
    let fault = if is_spared(headers) {
        None
    } else {
        strike(state, name, is_write).await
    };
    let finish = || async move {
        let outcome = async {
            let access = authenticate(state, bearer(headers, query))?;
            authorise(access.sheets, is_write)?;
            state.traffic.spend(is_write)?;
            methods::answer(&state.library, call, query, (body, &state.url)).await
        };
        match outcome.await {
            Ok(Answer::Message(message)) => json_response(StatusCode::OK, message.to_string()),
            Ok(Answer::Values(values)) => values_response(values),
            Err(failure) => refused(&failure),
        }
    };
    match fault {
        None => Ok(finish().await),
        Some(kind) => broken(kind, finish, is_write).await,
    }
}

fn bearer<'a>(headers: &'a HeaderMap, query: &'a Query) -> Option<&'a str> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    header
        .and_then(|text| text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("bearer ")))
        .or_else(|| query.get("access_token"))
}

fn authenticate(state: &State, token: Option<&str>) -> Result<Access, Failure> {
    state.authority.access(token).ok_or_else(Failure::unauthenticated)
}

fn authorise(right: Right, is_write: bool) -> Result<(), Failure> {
    let needed = if is_write { Right::Write } else { Right::Read };
    if right < needed {
        return Err(Failure::insufficient_scopes());
    }
    Ok(())
}

/// Whether the header `X-Emulator-Faults: none` exempts this call from faults.
fn is_spared(headers: &HeaderMap) -> bool {
    headers.get("x-emulator-faults").is_some_and(|value| value == "none")
}

/// Handles a call of the Drive API, which has its own quota: it is counted by name only.
async fn files(state: &State, call: drive::route::Call, query: &Query, (headers, body): (&HeaderMap, &[u8])) -> Reply {
    let (name, shape) = call.names();
    let is_write = call.is_write();
    state.traffic.count_other(shape);
    let fault = strike(state, name, is_write).await;
    let finish = || async move {
        let outcome = async {
            let access = authenticate(state, bearer(headers, query))?;
            authorise(access.drive, is_write)?;
            drive::answer(&state.library, call, query, (body, &state.url)).await
        };
        match outcome.await {
            Ok(Some(message)) => json_response(StatusCode::OK, message.to_string()),
            Ok(None) => typed(StatusCode::NO_CONTENT, "text/html", Body::empty()),
            Err(failure) => refused(&drive::in_the_words_of_drive(failure)),
        }
    };
    match fault {
        None => Ok(finish().await),
        Some(kind) => broken(kind, finish, is_write).await,
    }
}

/// Applies the configured latency and draws a fault.
async fn strike(state: &State, name: &str, is_write: bool) -> Option<Kind> {
    if !state.latency.is_zero() {
        tokio::time::sleep(state.latency).await;
    }
    let (kind, delay) = state.faults.strike(name, is_write)?;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    Some(kind)
}

/// Applies a fault to a response; `finish` executes the request and may not be called.
async fn broken<F: Future<Output = Response<Body>>>(kind: Kind, finish: impl FnOnce() -> F, is_write: bool) -> Reply {
    let refusal = |failure: Failure| Ok(refused(&failure));
    match kind {
        Kind::TooMany => refusal(Failure::quota_exceeded(if is_write { "Write" } else { "Read" }, 60)),
        Kind::Unavailable => refusal(Failure::unavailable()),
        Kind::Forbidden | Kind::ReadOnly => refusal(Failure::permission_denied()),
        Kind::ServiceDisabled => refusal(Failure::service_disabled()),
        Kind::Unauthenticated => refusal(Failure::unauthenticated()),
        Kind::NotFound => refusal(Failure::not_found()),
        Kind::Slow => Ok(finish().await),
        Kind::Html => Ok(html(
            StatusCode::OK,
            "<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>",
        )),
        Kind::Reset => Err(Closed),
        Kind::Timeout => {
            tokio::time::sleep(NEVER).await;
            Err(Closed)
        }
        Kind::Truncate if is_write => Ok(truncated(Bytes::from_static(
            b"{\"spreadsheetId\": \"1aBcDeFgHiJkLm\", \"replies\": [{}, {}",
        ))),
        Kind::Truncate | Kind::CommitThenTruncate => {
            let whole = finish()
                .await
                .into_body()
                .collect()
                .await
                .map(http_body_util::Collected::to_bytes);
            Ok(truncated(whole.unwrap_or_default()))
        }
        Kind::CommitThenUnavailable => {
            finish().await;
            refusal(Failure::unavailable())
        }
        Kind::CommitThenReset => {
            finish().await;
            Err(Closed)
        }
        Kind::CommitThenTimeout => {
            finish().await;
            tokio::time::sleep(NEVER).await;
            Err(Closed)
        }
    }
}

/// Handles the control endpoints for call counts and faults.
fn controls(state: &State, method: &Method, path: &str, body: &[u8]) -> Response<Body> {
    let done = || json_response(StatusCode::OK, "{}".to_owned());
    match (method.as_str(), path) {
        ("GET", "calls") => {
            let mut report = state.traffic.report();
            report["faults"] = state.faults.dealt();
            json_response(StatusCode::OK, report.to_string())
        }
        ("DELETE", "calls") => {
            state.traffic.reset();
            state.faults.reset_count();
            done()
        }
        ("GET", "faults") => json_response(StatusCode::OK, json!({"faults": state.faults.list()}).to_string()),
        ("POST", "faults") => match state.faults.order(body) {
            Ok(()) => done(),
            Err(error) => refused(&Failure::invalid(format!("This is no fault: {error}"))),
        },
        ("DELETE", "faults") => {
            state.faults.clear();
            done()
        }
        _ => no_such_path(),
    }
}

/// Error response in Google's format.
pub fn refused(failure: &Failure) -> Response<Body> {
    let status = StatusCode::from_u16(failure.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json_response(status, failure.body().to_string());
    if failure.code == 401 {
        let realm =
            header::HeaderValue::from_static("Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
    }
    response
}

fn json_response(status: StatusCode, text: String) -> Response<Body> {
    typed(status, "application/json; charset=UTF-8", Body::from(text))
}

fn html(status: StatusCode, text: &'static str) -> Response<Body> {
    typed(status, "text/html; charset=UTF-8", Body::from(text))
}

/// Response with a media type and `Cache-Control: private`.
pub fn typed(status: StatusCode, media_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media_type));
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, header::HeaderValue::from_static("private"));
    response
}

/// Sends small responses in one piece with their length, and streams large ones.
fn values_response(mut values: super::values::read::Answer) -> Response<Body> {
    let first = values.next().unwrap_or_default();
    let body = match values.next() {
        None => Body::from(first),
        Some(second) => Body::new(Pieces {
            ready: vec![second, first],
            rest: values,
        }),
    };
    typed(StatusCode::OK, "application/json; charset=UTF-8", body)
}

/// Response body made of chunks.
struct Pieces<I> {
    /// Chunks that are ready, the next one last.
    ready: Vec<Bytes>,
    rest: I,
}

impl<I: Iterator<Item = Bytes> + Unpin> hyper::body::Body for Pieces<I> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.ready.pop().or_else(|| self.rest.next());
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }
}

/// Response that announces its full length but breaks off halfway.
fn truncated(whole: Bytes) -> Response<Body> {
    let half = whole.slice(..whole.len() / 2);
    let body = Body::new(Half { rest: Some(half) });
    let mut response = typed(StatusCode::OK, "application/json; charset=UTF-8", body);
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, header::HeaderValue::from(whole.len().max(1)));
    response
}

struct Half {
    rest: Option<Bytes>,
}

impl hyper::body::Body for Half {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        match self.rest.take() {
            Some(half) => {
                // Yield once, so that the first half is flushed before the connection breaks.
                context.waker().wake_by_ref();
                Poll::Ready(Some(Ok(Frame::data(half))))
            }
            None => Poll::Ready(Some(Err(Closed))),
        }
    }
}
