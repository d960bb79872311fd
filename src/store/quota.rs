//! Token buckets that keep the program below Google's per-minute quota.

use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicUsize, Ordering},
};

use governor::{DefaultDirectRateLimiter, Quota as Rate, RateLimiter};

/// A read and a write budget. A service account has 60 of each a minute
/// (<https://developers.google.com/workspace/sheets/api/limits>).
pub struct Quota {
    reads: Option<DefaultDirectRateLimiter>,
    writes: Option<DefaultDirectRateLimiter>,
    waiting: AtomicUsize,
}

impl Quota {
    /// At most `limit` calls of each kind in any minute. Half may be spent at once and the rest flows evenly, so
    /// that no window of sixty seconds, wherever it begins, holds more than `limit`. `None` sets no bound.
    pub fn per_minute(limit: Option<NonZeroU32>) -> Self {
        let bucket = || {
            limit.map(|limit| {
                let burst = NonZeroU32::new(limit.get() / 2).unwrap_or(NonZeroU32::MIN);
                let steady = NonZeroU32::new(limit.get() - burst.get()).unwrap_or(NonZeroU32::MIN);
                RateLimiter::direct(Rate::per_minute(steady).allow_burst(burst))
            })
        };
        Self {
            reads: bucket(),
            writes: bucket(),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Waits for a read to be free.
    pub async fn read(&self) {
        self.wait_for(self.reads.as_ref()).await;
    }

    /// Waits for a write to be free.
    pub async fn write(&self) {
        self.wait_for(self.writes.as_ref()).await;
    }

    /// Whether somebody waits at this moment.
    pub fn is_awaited(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    async fn wait_for(&self, bucket: Option<&DefaultDirectRateLimiter>) {
        let Some(bucket) = bucket else { return };
        if bucket.check().is_err() {
            let _waiting = Waiting::new(&self.waiting);
            bucket.until_ready().await;
        }
    }
}

/// Counts one who waits, also when the wait is given up.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
