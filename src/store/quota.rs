//! Token buckets that keep the program below Google's per-minute quota.

use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota as Rate, RateLimiter};

/// A read and a write budget. A service account has 60 of each a minute
/// (<https://developers.google.com/workspace/sheets/api/limits>).
pub struct Quota {
    reads: Option<DefaultDirectRateLimiter>,
    writes: Option<DefaultDirectRateLimiter>,
}

impl Quota {
    /// At most `limit` calls of each kind in any minute. A quarter may be spent at once and the rest flows evenly, so
    /// that no window of sixty seconds, wherever it begins, holds more than `limit`. `None` sets no bound.
    pub fn per_minute(limit: Option<NonZeroU32>) -> Self {
        let bucket = || {
            limit.map(|limit| {
                let burst = NonZeroU32::new(limit.get() / 4).unwrap_or(NonZeroU32::MIN);
                let steady = NonZeroU32::new(limit.get() - burst.get()).unwrap_or(NonZeroU32::MIN);
                RateLimiter::direct(Rate::per_minute(steady).allow_burst(burst))
            })
        };
        Self {
            reads: bucket(),
            writes: bucket(),
        }
    }

    /// Waits for a read to be free.
    pub async fn read(&self) {
        if let Some(bucket) = &self.reads {
            bucket.until_ready().await;
        }
    }

    /// Waits for a write to be free.
    pub async fn write(&self) {
        if let Some(bucket) = &self.writes {
            bucket.until_ready().await;
        }
    }
}
