//! Vendor-specific HTTP rules: rate-limit headers and missing permissions in error bodies.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{StatusCode, header::HeaderMap};
use serde_json::Value;

/// HTTP rules of a vendor.
#[derive(Clone, Copy)]
pub struct HttpRules {
    /// Pause that the headers ask for, after a refusal or before the next call; `None` if they ask for none.
    pub pause: fn(&ResponseHead<'_>) -> Option<Duration>,
    /// Sufficient permissions, from the body of a 403.
    pub scopes: fn(&Value) -> Vec<String>,
}

impl HttpRules {
    /// Default rules: `Retry-After`, and no permissions in error bodies.
    pub const PLAIN: Self = Self {
        pause: |head| head.retry_after(),
        scopes: |_| Vec::new(),
    };
}

/// Status and headers of a response.
pub struct ResponseHead<'a> {
    pub(crate) status: StatusCode,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) now: Timestamp,
}

impl ResponseHead<'_> {
    /// Whether the response is a 429.
    pub fn is_limited(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS
    }

    /// Header value as text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().map(str::trim)
    }

    /// Header value as an integer.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    /// Header value in seconds from now.
    pub fn seconds(&self, name: &str) -> Option<Duration> {
        self.number(name)?.try_into().ok().map(Duration::from_secs)
    }

    /// Time until a header value in seconds since 1970; zero if it is past.
    pub fn until(&self, name: &str) -> Option<Duration> {
        let left = self.number(name)?.checked_sub(self.now.as_second())?;
        Some(Duration::from_secs(left.max(0).try_into().ok()?))
    }

    /// Header `Retry-After`: seconds or a date (RFC 9110, 10.2.3).
    pub fn retry_after(&self) -> Option<Duration> {
        self.seconds("retry-after").or_else(|| {
            let date = jiff::fmt::rfc2822::parse(self.text("retry-after")?).ok()?;
            let left = date.timestamp().duration_since(self.now);
            Some(Duration::try_from(left).unwrap_or_default())
        })
    }
}
