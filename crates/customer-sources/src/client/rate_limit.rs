//! Rate limit of calls to a vendor, with an injectable clock and sleep.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    NotUntil, Quota, RateLimiter,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use jiff::Timestamp;
use sheets_store::clock::Clock;
use tokio::sync::Mutex;

use crate::BoxFuture;

/// Clock and sleep function; tests inject a sleep that returns at once.
#[derive(Clone)]
pub struct Timer {
    /// Clock.
    pub clock: Clock,
    sleep: Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>,
}

impl Timer {
    /// Timer that sleeps in real time.
    pub fn real(clock: Clock) -> Self {
        Self::with_sleep(clock, |pause| Box::pin(tokio::time::sleep(pause)))
    }

    /// Timer with a custom sleep function.
    pub fn with_sleep(
        clock: Clock,
        sleep: impl Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Self {
        let sleep = Arc::new(sleep);
        Self { clock, sleep }
    }

    /// Sleeps for `pause`.
    pub async fn sleep(&self, pause: Duration) {
        (self.sleep)(pause).await;
    }
}

/// Clock of the rate limiter.
#[derive(Clone)]
struct LimiterClock(Clock);

impl governor::clock::Clock for LimiterClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::try_from(self.0.now().as_duration()).unwrap_or_default()
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
            limiter: RateLimiter::direct_with_clock(quota, LimiterClock(time.clock.clone())),
            not_before: Mutex::new(Timestamp::UNIX_EPOCH),
            time,
        }
    }

    /// Waits until a call is allowed.
    pub async fn turn(&self) {
        while let Err(not_until) = self.limiter.check() {
            let not_until: NotUntil<Duration> = not_until;
            let now = governor::clock::Clock::now(&LimiterClock(self.time.clock.clone()));
            self.time.sleep(not_until.wait_time_from(now)).await;
        }
        let left = self.not_before.lock().await.duration_since(self.time.clock.now());
        if let Ok(left) = Duration::try_from(left)
            && !left.is_zero()
        {
            self.time.sleep(left).await;
        }
    }

    /// Blocks all calls for `pause`.
    pub async fn hold(&self, pause: Duration) {
        if let Ok(until) = self.time.clock.now().checked_add(pause) {
            *self.not_before.lock().await = until;
        }
    }
}
