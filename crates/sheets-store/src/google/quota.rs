//! Rate limiting: token buckets that keep the program below Google's per-minute quota.

use std::{
    num::NonZeroU32,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Instant,
};

use governor::{
    Quota as Rate, RateLimiter,
    clock::DefaultClock,
    middleware::StateInformationMiddleware,
    state::{InMemoryState, NotKeyed},
};

/// Quota of one kind of call. A service account has 60 reads and 60 writes per minute
/// (<https://developers.google.com/workspace/sheets/api/limits>).
pub(crate) struct QuotaBudget {
    bucket: Option<TokenBucket>,
    waiting: AtomicU32,
}

struct TokenBucket {
    limiter: RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>,
    rate: Rate,
    a_minute: NonZeroU32,
    /// Time of the last call and the tokens that it left: the limiter cannot be queried without taking a token.
    last: Mutex<Option<(Instant, u32)>>,
}

impl QuotaBudget {
    /// Allows at most `limit` calls in any minute. Half may be used at once and the rest is refilled evenly, so that no
    /// window of sixty seconds, wherever it begins, contains more than `limit`. `None` means no limit.
    pub(crate) fn per_minute(limit: Option<NonZeroU32>) -> Self {
        let bucket = |limit: NonZeroU32| {
            let burst = NonZeroU32::new(limit.get() / 2).unwrap_or(NonZeroU32::MIN);
            let steady = NonZeroU32::new(limit.get() - burst.get()).unwrap_or(NonZeroU32::MIN);
            let rate = Rate::per_minute(steady).allow_burst(burst);
            TokenBucket {
                limiter: RateLimiter::direct(rate).with_middleware(),
                rate,
                a_minute: limit,
                last: Mutex::new(None),
            }
        };
        Self {
            bucket: limit.map(bucket),
            waiting: AtomicU32::new(0),
        }
    }

    /// Waits for a token and takes it.
    pub(crate) async fn take(&self) {
        let Some(bucket) = &self.bucket else { return };
        let taken = match bucket.limiter.check() {
            Ok(taken) => taken,
            Err(_) => {
                let _waiting = WaitingCall::new(&self.waiting);
                bucket.limiter.until_ready().await
            }
        };
        bucket.note(taken.remaining_burst_capacity(), Instant::now());
    }

    /// Number of calls that are waiting.
    pub(crate) fn waiting(&self) -> u32 {
        self.waiting.load(Ordering::SeqCst)
    }

    /// Calls that could be sent at once; `None` without a limit.
    pub(crate) fn left(&self) -> Option<u32> {
        Some(self.bucket.as_ref()?.left(Instant::now()))
    }

    /// Calls per minute; `None` without a limit.
    pub(crate) fn a_minute(&self) -> Option<u32> {
        Some(self.bucket.as_ref()?.a_minute.get())
    }
}

impl TokenBucket {
    fn note(&self, left: u32, now: Instant) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, left));
    }

    fn left(&self, now: Instant) -> u32 {
        let burst = self.rate.burst_size().get();
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((at, left)) = last else { return burst };
        let since = now.saturating_duration_since(at).as_nanos();
        let refilled = since / self.rate.replenish_interval().as_nanos().max(1);
        u32::try_from(refilled).unwrap_or(burst).saturating_add(left).min(burst)
    }
}

/// Counts a waiting call, until it is sent or abandoned.
struct WaitingCall<'a>(&'a AtomicU32);

impl<'a> WaitingCall<'a> {
    fn new(count: &'a AtomicU32) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for WaitingCall<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn the_remaining_quota_is_read_without_taking_a_token() {
        let budget = QuotaBudget::per_minute(NonZeroU32::new(60));
        assert_eq!((budget.left(), budget.a_minute()), (Some(30), Some(60)));
        for _ in 0..30 {
            budget.take().await;
        }
        let bucket = budget.bucket.as_ref().expect("bounded");
        let (at, left) = bucket.last.lock().expect("lock").expect("taken");
        for (seconds, expected) in [(0, left), (2, left + 1), (20, left + 10), (3_600, 30)] {
            assert_eq!(
                bucket.left(at + Duration::from_secs(seconds)),
                expected,
                "{seconds} s later"
            );
        }
        assert!(left <= 1, "{left} left");
        let unbounded = QuotaBudget::per_minute(None);
        unbounded.take().await;
        assert_eq!((unbounded.left(), unbounded.a_minute()), (None, None));
    }

    #[tokio::test]
    async fn a_call_that_waits_for_quota_is_counted_until_it_is_dropped() {
        let budget = QuotaBudget::per_minute(NonZeroU32::new(2));
        budget.take().await;
        {
            let mut wait = std::pin::pin!(budget.take());
            let pending =
                std::future::poll_fn(|context| std::task::Poll::Ready(wait.as_mut().poll(context).is_pending()));
            assert!(pending.await);
            assert_eq!(budget.waiting(), 1);
        }
        assert_eq!(budget.waiting(), 0);
    }
}
