//! Rendered-response cache (2 s TTL), keyed by data version and request.

use std::{hash::Hash, time::Duration};

use jiff::Timestamp;
use moka::{future::Cache, policy::EvictionPolicy};

use crate::response::RenderedResponse;

/// Capacity in bytes of uncompressed bodies; weighed in bytes because a download can be large.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// Time to live. Pages show the age of their data in seconds, so a response is valid for one second only.
const RESPONSE_TTL: Duration = Duration::from_secs(2);

/// Cache of rendered responses.
pub struct ResponseCache(Cache<ResponseKey, RenderedResponse>);

/// Key of a rendered response: data version, second and request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResponseKey {
    /// Versions of the data that the response is derived from.
    pub versions: (u64, u64),
    /// Unix time of the response, in seconds.
    pub second: i64,
    /// Time of the last read of the spreadsheet.
    pub read_at: Timestamp,
    /// Start of the current outage of the spreadsheet.
    pub unreachable_since: Option<Timestamp>,
    /// Format, language, path and query.
    pub asked: String,
}

impl Default for ResponseCache {
    fn default() -> Self {
        let weight =
            |_: &ResponseKey, rendered: &RenderedResponse| u32::try_from(rendered.body().len()).unwrap_or(u32::MAX);
        let builder = Cache::builder().weigher(weight).max_capacity(MAX_BYTES);
        Self(
            builder
                .time_to_live(RESPONSE_TTL)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        )
    }
}

impl ResponseCache {
    /// Returns the cached response for `key`, or renders it with `render` and stores it.
    ///
    /// # Errors
    /// Returns the error of `render`.
    pub async fn get_or_render<E>(
        &self,
        key: ResponseKey,
        render: impl AsyncFnOnce() -> Result<RenderedResponse, E>,
    ) -> Result<RenderedResponse, E> {
        if let Some(rendered) = self.0.get(&key).await {
            return Ok(rendered);
        }
        let rendered = render().await?;
        self.0.insert(key, rendered.clone()).await;
        Ok(rendered)
    }
}
