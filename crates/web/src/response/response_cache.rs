//! Rendered-response cache (2 s TTL), keyed by data version and request.

use std::{hash::Hash, time::Duration};

use jiff::Timestamp;
use moka::{future::Cache, policy::EvictionPolicy};

use crate::response::{RenderedResponse, derived_cache::ENTRY_OVERHEAD_BYTES};

/// Capacity in bytes of keys and bodies. Both are of any size: a download can be large, and so can an address.
const MAX_BYTES: u64 = 12 * 1024 * 1024;
/// Part of a body that its compressed forms take, which are made after the response is stored.
const COMPRESSED_PART: usize = 3;
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
        Self::with_max_bytes(MAX_BYTES)
    }
}

impl ResponseCache {
    /// Cache of at most `bytes` bytes of keys and bodies.
    fn with_max_bytes(bytes: u64) -> Self {
        let weight = |key: &ResponseKey, rendered: &RenderedResponse| {
            let body = rendered.body().len();
            let weight = key.asked.len() + body + body / COMPRESSED_PART + ENTRY_OVERHEAD_BYTES;
            u32::try_from(weight).unwrap_or(u32::MAX)
        };
        let builder = Cache::builder().weigher(weight).max_capacity(bytes);
        Self(
            builder
                .time_to_live(RESPONSE_TTL)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        )
    }

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
        // Otherwise evicted responses would stay in memory until the next access.
        self.0.run_pending_tasks().await;
        Ok(rendered)
    }

    /// Bytes that the stored responses and their keys weigh.
    pub async fn weight(&self) -> u64 {
        self.0.run_pending_tasks().await;
        self.0.weighted_size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn responses_to_long_addresses_take_no_more_than_the_capacity() {
        const CAPACITY: u64 = 512 * 1024;
        for (address_bytes, body_bytes, asked) in [(8_192, 10, 200), (10, 8_192, 200), (8_192, 8_192, 100)] {
            let cache = ResponseCache::with_max_bytes(CAPACITY);
            for number in 0..asked {
                let key = ResponseKey {
                    versions: (1, 0),
                    second: 0,
                    read_at: Timestamp::UNIX_EPOCH,
                    unreachable_since: None,
                    asked: format!("{number}{}", "q".repeat(address_bytes)),
                };
                let body = bytes::Bytes::from(vec![b'x'; body_bytes]);
                let render =
                    async || Ok::<_, std::convert::Infallible>(RenderedResponse::download("text/plain", body, "x"));
                cache.get_or_render(key, render).await.expect("rendered");
            }
            let weight = cache.weight().await;
            assert!(weight <= CAPACITY, "{weight}");
            let held = cache.0.entry_count() * (address_bytes + body_bytes) as u64;
            assert!((CAPACITY / 2..=CAPACITY).contains(&held), "{held} bytes are held");
        }
    }
}
