//! HTTP client for vendor APIs: authentication, timeouts, rate limits and retries.
//!
//! A vendor's file defines authentication, the meaning of rate-limit headers and the location of missing permissions in
//! errors ([`HttpRules`]); everything else is here. Keys are sent in headers marked as sensitive and never in URLs, and
//! error messages of vendors are redacted and truncated.

pub mod http_rules;
pub(crate) mod rate_limit;

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use reqwest::{
    Client, Method, Response, StatusCode, Url,
    header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, USER_AGENT},
    redirect::Policy,
};
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::{
    AccessProbe, Secret, SourceError, Timer, Vendor, VendorSettings,
    client::{
        http_rules::{HttpRules, ResponseHead},
        rate_limit::CallRateLimiter,
    },
};

/// Number of attempts of one call.
const MAX_ATTEMPTS: usize = 6;
/// First pause between attempts if the vendor asks for none; it doubles each time.
const MIN_BACKOFF: Duration = Duration::from_secs(1);
/// Longest such pause.
const MAX_BACKOFF: Duration = Duration::from_mins(1);
/// Longest pause that a run waits for; a vendor that asks for more has an exhausted daily quota.
const MAX_RETRY_AFTER: Duration = Duration::from_mins(15);
/// Maximum size of a response, in bytes.
const MAX_RESPONSE_BYTES: usize = 64 * 1024 * 1024;
/// Timeout of one call, from the first byte sent to the last byte read.
const CALL_TIMEOUT: Duration = Duration::from_mins(1);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum length of a vendor's error message, in characters.
const MAX_ERROR_CHARACTERS: usize = 300;

/// Configuration of a vendor's API.
pub struct ApiEndpoint {
    /// Vendor.
    pub vendor: &'static Vendor,
    /// Headers of every call, including the key.
    pub headers: Vec<(&'static str, String)>,
    /// Settings with the key and optional overrides of base URL and rate.
    pub settings: VendorSettings,
    /// HTTP rules of the vendor.
    pub http_rules: HttpRules,
}

/// HTTP client of one vendor.
pub struct VendorClient {
    vendor: &'static str,
    base_url: Url,
    headers: HeaderMap,
    key: Secret,
    rate_limiter: CallRateLimiter,
    http_rules: HttpRules,
    /// Created on the first call, because loading root certificates takes longer than a program start may.
    client: OnceCell<Client>,
    time: Timer,
}

/// Request to a vendor's API.
#[derive(Clone, Debug)]
pub struct ApiRequest {
    /// Requested resource, as a word for messages.
    what: &'static str,
    /// Permission that the vendor requires for it.
    scope: Option<&'static str>,
    method: Method,
    path: Vec<String>,
    query: Vec<(String, String)>,
    body: Option<Value>,
}

impl ApiRequest {
    /// Creates a GET request for `path`, relative to the base URL.
    pub fn get(what: &'static str, path: &str) -> Self {
        Self {
            what,
            scope: None,
            method: Method::GET,
            path: path
                .split('/')
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect(),
            query: Vec::new(),
            body: None,
        }
    }

    /// Creates a POST request with a body. Only for queries, because it may be sent more than once.
    pub fn post(what: &'static str, path: &str, body: Value) -> Self {
        Self {
            method: Method::POST,
            body: Some(body),
            ..Self::get(what, path)
        }
    }

    /// Sets the required permission, for errors that do not name it.
    #[must_use]
    pub fn needs(mut self, scope: &'static str) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Appends a path segment, which is encoded as needed.
    #[must_use]
    pub fn then(mut self, segment: &str) -> Self {
        self.path.push(segment.to_owned());
        self
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds a query parameter, if there is a value.
    #[must_use]
    pub fn query_some(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }
}

/// Outcome of one attempt.
enum CallOutcome {
    Answer(Value),
    Failed(SourceError),
    /// Retryable error, with the pause that the vendor asks for.
    Again(SourceError, Option<Duration>),
}

impl VendorClient {
    /// Creates a client without sending anything.
    ///
    /// # Errors
    /// A message that names the invalid setting.
    pub fn new(endpoint: ApiEndpoint, time: Timer) -> Result<Self, String> {
        let ApiEndpoint { vendor, settings, .. } = &endpoint;
        let address = settings.base_url.as_deref().or(vendor.base_url);
        let base_url = base_url(address.ok_or("the address of its API is not set.")?)?;
        let calls_per_minute = settings.calls_per_minute.unwrap_or(vendor.calls_per_minute);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("tallyboard/", env!("CARGO_PKG_VERSION"))),
        );
        let unusable = || "the key holds characters that no header can carry; copy it again.".to_owned();
        // Basic authentication would hide them in base64, and the vendor would only say that the key is wrong.
        if settings
            .key
            .reveal()
            .contains(|sign: char| sign.is_control() || sign.is_whitespace())
        {
            return Err(unusable());
        }
        for (name, value) in &endpoint.headers {
            let mut value = HeaderValue::try_from(value).map_err(|_| unusable())?;
            value.set_sensitive(true);
            headers.insert(HeaderName::try_from(*name).map_err(|_| unusable())?, value);
        }
        Ok(Self {
            vendor: vendor.title,
            client: OnceCell::new(),
            base_url,
            headers,
            key: settings.key.clone(),
            rate_limiter: CallRateLimiter::new(calls_per_minute, time.clone()),
            http_rules: endpoint.http_rules,
            time,
        })
    }

    /// Display name of the vendor.
    pub fn vendor(&self) -> &'static str {
        self.vendor
    }

    /// Sends a request: waits for the rate limit and retries transient errors.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub async fn send(&self, request: ApiRequest) -> Result<Value, SourceError> {
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(MIN_BACKOFF)
            .with_max_delay(MAX_BACKOFF)
            .with_max_times(MAX_ATTEMPTS - 1)
            .with_jitter()
            .build();
        loop {
            match self.try_once(&request).await {
                CallOutcome::Answer(answer) => return Ok(answer),
                CallOutcome::Failed(failure) => return Err(failure),
                CallOutcome::Again(failure, requested_pause) => {
                    let Some(pause) = pauses
                        .next()
                        .filter(|_| requested_pause.is_none_or(|pause| pause <= MAX_RETRY_AFTER))
                    else {
                        return Err(failure);
                    };
                    // A reset time in the past gives a zero pause, which is ignored.
                    let pause = requested_pause.filter(|pause| !pause.is_zero()).unwrap_or(pause);
                    tracing::info!(
                        vendor = self.vendor,
                        what = request.what,
                        ?pause,
                        "{failure} Trying again"
                    );
                    self.time.sleep(pause).await;
                }
            }
        }
    }

    /// As [`VendorClient::send`], but a missing resource (404, 410) is `None`.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub async fn find(&self, request: ApiRequest) -> Result<Option<Value>, SourceError> {
        match self.send(request).await {
            Err(SourceError::Refused { status: 404 | 410, .. }) => Ok(None),
            other => other.map(Some),
        }
    }

    /// Sends a request once to test access, without retries, because a user is waiting.
    pub async fn probe(&self, request: ApiRequest) -> AccessProbe {
        let what = request.what;
        let outcome = match self.try_once(&request).await {
            CallOutcome::Answer(_) => Ok(()),
            CallOutcome::Failed(failure) | CallOutcome::Again(failure, _) => Err(failure),
        };
        AccessProbe { what, outcome }
    }

    async fn try_once(&self, request: &ApiRequest) -> CallOutcome {
        self.rate_limiter.wait().await;
        let response = match self.dispatch(request).await {
            Ok(response) => response,
            Err(failure) => return CallOutcome::Again(failure, None),
        };
        let status = response.status();
        let head = ResponseHead {
            status,
            headers: response.headers(),
            now: self.time.now(),
        };
        let requested_pause = (self.http_rules.pause)(&head);
        // Concurrent calls wait as well.
        if let Some(requested_pause) = requested_pause.filter(|pause| *pause <= MAX_RETRY_AFTER) {
            self.rate_limiter.hold(requested_pause).await;
        }
        let is_page = head
            .text("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"));
        match self.body(response).await {
            Ok(body) => self.classify(request, RawResponse { status, is_page, body }, requested_pause),
            Err(failure) => failure,
        }
    }

    async fn dispatch(&self, request: &ApiRequest) -> Result<Response, SourceError> {
        let client = self.client.get_or_try_init(|| async { client(&self.base_url) }).await;
        let client = client.map_err(|error| self.unreachable(&error))?;
        let mut url = self.base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(&request.path);
        }
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        let mut call = client
            .request(request.method.clone(), url)
            .headers(self.headers.clone());
        if let Some(body) = &request.body {
            call = call.header("content-type", "application/json").body(body.to_string());
        }
        call.send().await.map_err(|error| self.unreachable(&error))
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, CallOutcome> {
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > MAX_RESPONSE_BYTES => {
                    let reason = format!("the answer is larger than {} MB", MAX_RESPONSE_BYTES >> 20);
                    return Err(CallOutcome::Failed(self.unreadable("a list", reason)));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(body),
                Err(error) => return Err(CallOutcome::Again(self.unreachable(&error), None)),
            }
        }
    }

    fn classify(&self, request: &ApiRequest, answer: RawResponse, requested_pause: Option<Duration>) -> CallOutcome {
        let status = answer.status;
        if status.is_success() {
            return self.read(request.what, &answer);
        }
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let (vendor, message, what) = (self.vendor, self.error_message(&body), request.what.to_owned());
        match status.as_u16() {
            401 => CallOutcome::Failed(SourceError::KeyRefused { vendor, message }),
            402 | 403 => CallOutcome::Failed(SourceError::NotAllowed {
                vendor,
                what,
                scopes: match request.scope {
                    Some(scope) => vec![scope.to_owned()],
                    None => (self.http_rules.scopes)(&body),
                },
                message,
            }),
            429 => {
                let retry_after = requested_pause;
                CallOutcome::Again(SourceError::RateLimited { vendor, retry_after }, requested_pause)
            }
            408 | 425 | 500..=599 => {
                let reason = format!("it answers with status {}", status.as_u16());
                CallOutcome::Again(SourceError::Unreachable { vendor, reason }, requested_pause)
            }
            status => CallOutcome::Failed(SourceError::Refused {
                vendor,
                what,
                status,
                message,
            }),
        }
    }

    fn read(&self, what: &'static str, answer: &RawResponse) -> CallOutcome {
        match serde_json::from_slice(&answer.body) {
            Ok(value) => CallOutcome::Answer(value),
            Err(_) if answer.is_page => {
                let reason = "it is a web page and no data".to_owned();
                CallOutcome::Again(self.unreadable(what, reason), None)
            }
            // The position does not reveal the content.
            Err(error) => {
                let reason = format!("it is no JSON at line {}, column {}", error.line(), error.column());
                CallOutcome::Again(self.unreadable(what, reason), None)
            }
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> SourceError {
        let reason = if error.is_timeout() {
            format!("no answer within {} s", CALL_TIMEOUT.as_secs())
        } else {
            // The URL may contain a customer's e-mail address; the source of the error does not.
            std::error::Error::source(error).map_or_else(|| "no connection".to_owned(), error_chain)
        };
        let vendor = self.vendor;
        SourceError::Unreachable { vendor, reason }
    }

    /// Error for a response of an unexpected shape.
    pub fn unreadable(&self, what: &'static str, reason: impl Into<String>) -> SourceError {
        SourceError::Unreadable {
            vendor: self.vendor,
            what: what.to_owned(),
            reason: reason.into(),
        }
    }

    /// Vendor's error message from any of the usual fields, redacted and truncated.
    fn error_message(&self, body: &Value) -> String {
        let message = [
            "/message",
            "/error/message",
            "/errors/0/message",
            "/detail",
            "/title",
            "/error",
        ]
        .into_iter()
        .find_map(|place| body.pointer(place)?.as_str())
        .unwrap_or_default();
        let shown = self.key.redact(message.trim());
        let cut: String = shown.chars().take(MAX_ERROR_CHARACTERS).collect();
        cut.trim_end_matches('.').to_owned()
    }
}

struct RawResponse {
    status: StatusCode,
    is_page: bool,
    body: Vec<u8>,
}

/// Creates the HTTP client. Redirects are not followed, because they would send the key elsewhere.
fn client(base_url: &Url) -> Result<Client, reqwest::Error> {
    Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(CALL_TIMEOUT)
        .connect_timeout(CONNECT_TIMEOUT)
        // Loading the system's root certificates takes longer than the rest of the setup, so they are loaded only for
        // HTTPS.
        .tls_built_in_root_certs(base_url.scheme() == "https")
        .build()
}

fn base_url(text: &str) -> Result<Url, String> {
    let wrong = || format!("the address of the API is “{text}”, but must be one such as https://api.example.com.");
    let url = Url::parse(text.trim()).map_err(|_| wrong())?;
    if url.query().is_some() {
        return Err("the address of the API holds parameters; it must end before the question mark.".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address of the API holds a user or a password; put the key into its own setting.".to_owned());
    }
    let is_root = matches!(url.scheme(), "http" | "https") && url.has_host();
    if is_root && url.fragment().is_none() {
        Ok(url)
    } else {
        Err(wrong())
    }
}

/// Formats an error with its causes, separated by colons; a cause whose text the error repeats is skipped.
fn error_chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        source = cause.source();
    }
    text
}
