//! HTTP server: connections, dispatch of calls and injection of faults.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, Response, StatusCode, header, request::Parts},
};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};

use crate::{
    api::{
        self, MethodResponse,
        route::{self, SheetsCall},
    },
    auth::{AccessLevel, TokenAccess},
    drive, grid_page,
    http::{
        faults::FaultKind,
        response::{
            ConnectionClosed, error_response, html_response, json_response, not_found_page, truncated_response,
            typed_response, values_response,
        },
        state::ServerState,
    },
    proto::{
        error::ApiError,
        query::{CallKind, MethodRequest, QueryParameters},
    },
};

/// Maximum size of a request body of a caller with a token; Google recommends 2 MB and has no hard limit.
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;
/// Maximum size of any other request body: a form of the grid, an order of faults, a signed JWT.
const MAX_ANONYMOUS_BODY_BYTES: usize = 1024 * 1024;
/// Duration of a simulated timeout, the same as Google's own limit of 180 s.
const HANG_TIMEOUT: Duration = Duration::from_mins(3);
/// Pause between two looks at whether a connection is still busy after the signal to stop.
const END_CHECK: Duration = Duration::from_millis(100);

type HttpResult = Result<Response<Body>, ConnectionClosed>;

/// Accepts connections until stopped, then waits up to 5 s for open ones.
pub async fn serve(listener: TcpListener, state: Arc<ServerState>, mut stop: watch::Receiver<bool>) {
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
    let _ = timeout(Duration::from_secs(5), all).await;
}

async fn connection(stream: TcpStream, state: Arc<ServerState>, mut stop: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let head = state.timeouts.head;
    let in_flight = &AtomicUsize::new(0);
    let state = &*state;
    let service = service_fn(move |request| {
        in_flight.fetch_add(1, Ordering::Relaxed);
        async move {
            let answer = answer(state, request).await;
            in_flight.fetch_sub(1, Ordering::Relaxed);
            answer
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.changed() => connection.as_mut().graceful_shutdown(),
    }
    let is_busy = || in_flight.load(Ordering::Relaxed) > 0;
    while is_busy() && timeout(END_CHECK, connection.as_mut()).await.is_err() {}
    // What is left are the last bytes of a response, an idle connection, or half a head.
    let _ = timeout(END_CHECK, connection).await;
}

async fn answer(state: &ServerState, request: Request<Incoming>) -> HttpResult {
    let (parts, body) = request.into_parts();
    // Elsewhere clients reach the API by names that are not known here; the pages check theirs below.
    if state.address.ip().is_loopback() && !grid_page::names_this_server(&parts.headers, state.address) {
        return Ok(error_response(&ApiError::unknown_host()));
    }
    let body = match read_body(state, &parts, body).await {
        Ok(body) => body,
        Err(failure) => return Ok(error_response(&failure)),
    };
    let path = parts.uri.path();
    if path == "/token" && parts.method == Method::POST {
        return token(state, &body).await;
    }
    if let Some(call) = route::find(parts.method.as_str(), path) {
        let query = QueryParameters::parse(parts.uri.query().unwrap_or_default());
        return api(state, call, &query, &parts.headers, &body).await;
    }
    if let Some(call) = crate::drive::route::find(parts.method.as_str(), path) {
        let query = QueryParameters::parse(parts.uri.query().unwrap_or_default());
        return files(state, call, &query, &parts.headers, &body).await;
    }
    if path.starts_with("/v4/") || path == "/token" {
        return Ok(not_found_page());
    }
    if !grid_page::is_same_origin(&parts.headers, state.address) {
        return Ok(error_response(&ApiError::permission_denied()));
    }
    if let Some(control) = path.strip_prefix("/_emulator/") {
        return Ok(control_endpoints(state, &parts.method, control, &body));
    }
    Ok(grid_page::answer(state, &parts, &body).await)
}

/// Reads the body within the limits of its caller.
async fn read_body(state: &ServerState, parts: &Parts, body: Incoming) -> Result<Bytes, ApiError> {
    let query = QueryParameters::parse(parts.uri.query().unwrap_or_default());
    let limit = match state.auth_server.access(bearer(&parts.headers, &query)) {
        Some(_) => MAX_BODY_BYTES,
        None => MAX_ANONYMOUS_BODY_BYTES,
    };
    match tokio::time::timeout(state.timeouts.body, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(_)) => Err(ApiError::invalid("Request payload size exceeds the limit.")),
        Err(_) => Err(ApiError::new(
            408,
            "DEADLINE_EXCEEDED",
            "The request body did not arrive in time.",
        )),
    }
}

/// Handles the token endpoint, which faults apply to as well.
async fn token(state: &ServerState, form: &[u8]) -> HttpResult {
    state.quota_meter.count_other("POST token");
    let fault = draw_fault(state, "token", CallKind::Read).await;
    let finish = || async {
        match state.auth_server.token(form).await {
            Ok((status, body)) => json_response(StatusCode::from_u16(status).unwrap_or_default(), body.to_string()),
            Err(error) => {
                tracing::error!(%error, "the emulator has no key to verify with");
                error_response(&ApiError::unavailable())
            }
        }
    };
    match fault {
        None => Ok(finish().await),
        Some(kind) => apply_fault(kind, finish, CallKind::Read).await,
    }
}

async fn api(
    state: &ServerState,
    call: SheetsCall,
    query: &QueryParameters,
    headers: &HeaderMap,
    body: &[u8],
) -> HttpResult {
    let (name, shape) = call.names();
    let call_kind = call.kind();
    state.quota_meter.count(shape, call_kind);
    let fault = if skips_faults(headers) {
        None
    } else {
        draw_fault(state, name, call_kind).await
    };
    let finish = || async move {
        let outcome = async {
            let access = authenticate(state, bearer(headers, query))?;
            authorise(access.sheets, call_kind)?;
            state.quota_meter.spend(call_kind)?;
            api::answer(
                &state.repository,
                call,
                MethodRequest {
                    query,
                    body,
                    url: &state.url,
                },
            )
            .await
        };
        match outcome.await {
            Ok(MethodResponse::Message(message)) => json_response(StatusCode::OK, message.to_string()),
            Ok(MethodResponse::Values(values)) => values_response(values),
            Err(failure) => error_response(&failure),
        }
    };
    match fault {
        None => Ok(finish().await),
        Some(kind) => apply_fault(kind, finish, call_kind).await,
    }
}

fn bearer<'a>(headers: &'a HeaderMap, query: &'a QueryParameters) -> Option<&'a str> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    header
        .and_then(|text| text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("bearer ")))
        .or_else(|| query.get("access_token"))
}

fn authenticate(state: &ServerState, token: Option<&str>) -> Result<TokenAccess, ApiError> {
    state.auth_server.access(token).ok_or_else(ApiError::unauthenticated)
}

fn authorise(right: AccessLevel, call: CallKind) -> Result<(), ApiError> {
    let needed = match call {
        CallKind::Write => AccessLevel::Write,
        CallKind::Read => AccessLevel::Read,
    };
    if right < needed {
        return Err(ApiError::insufficient_scopes());
    }
    Ok(())
}

/// Whether the header `X-Emulator-Faults: none` exempts this call from faults.
fn skips_faults(headers: &HeaderMap) -> bool {
    headers.get("x-emulator-faults").is_some_and(|value| value == "none")
}

/// Handles a call of the Drive API, which has its own quota: it is counted by name only.
async fn files(
    state: &ServerState,
    call: crate::drive::route::DriveCall,
    query: &QueryParameters,
    headers: &HeaderMap,
    body: &[u8],
) -> HttpResult {
    let (name, shape) = call.names();
    let call_kind = call.kind();
    state.quota_meter.count_other(shape);
    let fault = draw_fault(state, name, call_kind).await;
    let finish = || async move {
        let outcome = async {
            let access = authenticate(state, bearer(headers, query))?;
            authorise(access.drive, call_kind)?;
            drive::answer(
                &state.repository,
                call,
                MethodRequest {
                    query,
                    body,
                    url: &state.url,
                },
            )
            .await
        };
        match outcome.await {
            Ok(Some(message)) => json_response(StatusCode::OK, message.to_string()),
            Ok(None) => typed_response(StatusCode::NO_CONTENT, "text/html", Body::empty()),
            Err(failure) => error_response(&drive::with_drive_errors(failure)),
        }
    };
    match fault {
        None => Ok(finish().await),
        Some(kind) => apply_fault(kind, finish, call_kind).await,
    }
}

/// Applies the configured latency and draws a fault.
async fn draw_fault(state: &ServerState, name: &str, call: CallKind) -> Option<FaultKind> {
    if !state.latency.is_zero() {
        tokio::time::sleep(state.latency).await;
    }
    let (kind, delay) = state.faults.draw(name, call)?;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    Some(kind)
}

/// Applies a fault to a response; `finish` executes the request and may not be called.
async fn apply_fault<F: Future<Output = Response<Body>>>(
    kind: FaultKind,
    finish: impl FnOnce() -> F,
    call: CallKind,
) -> HttpResult {
    let refusal = |failure: ApiError| Ok(error_response(&failure));
    match kind {
        FaultKind::TooMany => refusal(ApiError::quota_exceeded(call.name(), 60)),
        FaultKind::Unavailable => refusal(ApiError::unavailable()),
        // Faults of the disk are never drawn for a call.
        FaultKind::DiskFull | FaultKind::DiskError | FaultKind::ShortWrite => Ok(finish().await),
        FaultKind::Forbidden | FaultKind::ReadOnly => refusal(ApiError::permission_denied()),
        FaultKind::ServiceDisabled => refusal(ApiError::service_disabled()),
        FaultKind::Unauthenticated => refusal(ApiError::unauthenticated()),
        FaultKind::NotFound => refusal(ApiError::not_found()),
        FaultKind::Slow => Ok(finish().await),
        FaultKind::Html => Ok(html_response(
            StatusCode::OK,
            "<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>",
        )),
        FaultKind::Reset => Err(ConnectionClosed),
        FaultKind::Timeout => {
            tokio::time::sleep(HANG_TIMEOUT).await;
            Err(ConnectionClosed)
        }
        FaultKind::Truncate if call == CallKind::Write => Ok(truncated_response(Bytes::from_static(
            b"{\"spreadsheetId\": \"1aBcDeFgHiJkLm\", \"replies\": [{}, {}",
        ))),
        FaultKind::Truncate | FaultKind::CommitThenTruncate => {
            let whole = finish()
                .await
                .into_body()
                .collect()
                .await
                .map(http_body_util::Collected::to_bytes);
            Ok(truncated_response(whole.unwrap_or_default()))
        }
        FaultKind::CommitThenUnavailable => {
            finish().await;
            refusal(ApiError::unavailable())
        }
        FaultKind::CommitThenReset => {
            finish().await;
            Err(ConnectionClosed)
        }
        FaultKind::CommitThenTimeout => {
            finish().await;
            tokio::time::sleep(HANG_TIMEOUT).await;
            Err(ConnectionClosed)
        }
    }
}

/// Handles the control endpoints for call counts and faults.
fn control_endpoints(state: &ServerState, method: &Method, path: &str, body: &[u8]) -> Response<Body> {
    let done = || json_response(StatusCode::OK, "{}".to_owned());
    match (method.as_str(), path) {
        ("GET", "calls") => {
            let mut report = state.quota_meter.report();
            report["faults"] = state.faults.injected();
            json_response(StatusCode::OK, report.to_string())
        }
        ("DELETE", "calls") => {
            state.quota_meter.reset();
            state.faults.reset_count();
            done()
        }
        ("GET", "faults") => json_response(StatusCode::OK, json!({"faults": state.faults.list()}).to_string()),
        ("POST", "faults") => match state.faults.add(body) {
            Ok(()) => done(),
            Err(error) => error_response(&ApiError::invalid(format!("This is no fault: {error}"))),
        },
        ("DELETE", "faults") => {
            state.faults.clear();
            done()
        }
        _ => not_found_page(),
    }
}
