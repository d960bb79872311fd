//! What is special about a vendor's HTTP: how its headers ask to wait, and where its refusals name a permission.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{StatusCode, header::HeaderMap};
use serde_json::Value;

/// How a vendor speaks HTTP.
#[derive(Clone, Copy)]
pub struct Dialect {
    /// How long its headers ask to wait: after a refusal, or before the next call. `None` when they do not.
    pub pause: fn(&Head<'_>) -> Option<Duration>,
    /// The permissions that would do, from the body of a 403.
    pub scopes: fn(&Value) -> Vec<String>,
}

impl Dialect {
    /// `Retry-After`, and nothing about permissions.
    pub const PLAIN: Self = Self {
        pause: |head| head.retry_after(),
        scopes: |_| Vec::new(),
    };
}

/// Status and headers of an answer.
pub struct Head<'a> {
    pub(super) status: StatusCode,
    pub(super) headers: &'a HeaderMap,
    pub(super) now: Timestamp,
}

impl Head<'_> {
    /// Whether the vendor counts too many calls.
    pub fn is_limited(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS
    }

    /// A header, as text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().map(str::trim)
    }

    /// A header, as a whole number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    /// A header that counts seconds from now.
    pub fn seconds(&self, name: &str) -> Option<Duration> {
        self.number(name)?.try_into().ok().map(Duration::from_secs)
    }

    /// A header that names an instant in seconds since 1970.
    pub fn until(&self, name: &str) -> Option<Duration> {
        let left = self.number(name)?.checked_sub(self.now.as_second())?;
        Some(Duration::from_secs(left.max(0).try_into().ok()?))
    }

    /// `Retry-After`: seconds or a date (RFC 9110, 10.2.3).
    pub fn retry_after(&self) -> Option<Duration> {
        self.seconds("retry-after").or_else(|| {
            let date = jiff::fmt::rfc2822::parse(self.text("retry-after")?).ok()?;
            let left = date.timestamp().duration_since(self.now);
            Some(Duration::try_from(left).unwrap_or_default())
        })
    }
}
