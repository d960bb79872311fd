//! Rate limit of calls to a vendor, with an injectable clock and sleep.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    NotUntil, Quota, RateLimiter,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::BoxFuture;

/// Source of the current instant.
type InstantSource = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Source of the current instant and sleep function; tests inject a sleep that returns at once.
#[derive(Clone)]
pub struct Timer {
    instants: InstantSource,
    sleep: Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>,
}

impl Timer {
    /// Timer that reads the current instant from `instants` and sleeps in real time.
    pub fn real(instants: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self::with_sleep(instants, |pause| Box::pin(tokio::time::sleep(pause)))
    }

    /// Timer with a custom sleep function.
    pub fn with_sleep(
        instants: impl Fn() -> Timestamp + Send + Sync + 'static,
        sleep: impl Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Self {
        Self {
            instants: Arc::new(instants),
            sleep: Arc::new(sleep),
        }
    }

    /// Current instant.
    pub fn now(&self) -> Timestamp {
        (self.instants)()
    }

    /// Sleeps for `pause`.
    pub async fn sleep(&self, pause: Duration) {
        (self.sleep)(pause).await;
    }
}

/// Clock of the rate limiter.
#[derive(Clone)]
struct LimiterClock(InstantSource);

impl governor::clock::Clock for LimiterClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::try_from((self.0)().as_duration()).unwrap_or_default()
    }
}

type DirectRateLimiter = RateLimiter<NotKeyed, InMemoryState, LimiterClock, NoOpMiddleware<Duration>>;

/// Rate limiter of one vendor: a number of calls per minute, and a time before which the vendor wants no call.
pub struct CallRateLimiter {
    limiter: DirectRateLimiter,
    not_before: Mutex<Timestamp>,
    time: Timer,
}

impl CallRateLimiter {
    /// Creates a limiter; the burst is the number of calls per second.
    pub fn new(calls_per_minute: NonZeroU32, time: Timer) -> Self {
        let burst = NonZeroU32::new(calls_per_minute.get() / 60).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(calls_per_minute).allow_burst(burst);
        Self {
            limiter: RateLimiter::direct_with_clock(quota, LimiterClock(Arc::clone(&time.instants))),
            not_before: Mutex::new(Timestamp::UNIX_EPOCH),
            time,
        }
    }

    /// Waits until a call is allowed.
    pub async fn wait(&self) {
        while let Err(not_until) = self.limiter.check() {
            let not_until: NotUntil<Duration> = not_until;
            let now = governor::clock::Clock::now(self.limiter.clock());
            self.time.sleep(not_until.wait_time_from(now)).await;
        }
        let left = self.not_before.lock().await.duration_since(self.time.now());
        if let Ok(left) = Duration::try_from(left)
            && !left.is_zero()
        {
            self.time.sleep(left).await;
        }
    }

    /// Blocks all calls for `pause`.
    pub async fn hold(&self, pause: Duration) {
        if let Ok(until) = self.time.now().checked_add(pause) {
            *self.not_before.lock().await = until;
        }
    }
}
