//! The pace of calls: a clock, a way to wait, and the rate that a vendor allows.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    NotUntil, Quota, RateLimiter,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use jiff::Timestamp;
use tokio::sync::Mutex;

use super::Pending;
use crate::clock::Clock;

/// Where the time comes from, and how to wait; tests hand in one that waits for nothing.
#[derive(Clone)]
pub struct Time {
    /// The present.
    pub clock: Clock,
    sleep: Arc<dyn Fn(Duration) -> Pending<'static, ()> + Send + Sync>,
}

impl Time {
    /// Waits for real.
    pub fn real(clock: Clock) -> Self {
        Self::with_sleep(clock, |pause| Box::pin(tokio::time::sleep(pause)))
    }

    /// Waits as `sleep` does.
    pub fn with_sleep(clock: Clock, sleep: impl Fn(Duration) -> Pending<'static, ()> + Send + Sync + 'static) -> Self {
        let sleep = Arc::new(sleep);
        Self { clock, sleep }
    }

    /// Waits.
    pub async fn sleep(&self, pause: Duration) {
        (self.sleep)(pause).await;
    }
}

/// The clock of the rate limit.
#[derive(Clone)]
struct Ticks(Clock);

impl governor::clock::Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::try_from(self.0.now().as_duration()).unwrap_or_default()
    }
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Duration>>;

/// So many calls in a minute, and none before the vendor wants one.
pub struct Pace {
    limiter: Limiter,
    not_before: Mutex<Timestamp>,
    time: Time,
}

impl Pace {
    /// A second's worth may be sent at once.
    pub fn new(calls_per_minute: NonZeroU32, time: Time) -> Self {
        let burst = NonZeroU32::new(calls_per_minute.get() / 60).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(calls_per_minute).allow_burst(burst);
        Self {
            limiter: RateLimiter::direct_with_clock(quota, Ticks(time.clock.clone())),
            not_before: Mutex::new(Timestamp::UNIX_EPOCH),
            time,
        }
    }

    /// Waits until a call may be sent.
    pub async fn turn(&self) {
        while let Err(not_until) = self.limiter.check() {
            let not_until: NotUntil<Duration> = not_until;
            let now = governor::clock::Clock::now(&Ticks(self.time.clock.clone()));
            self.time.sleep(not_until.wait_time_from(now)).await;
        }
        let left = self.not_before.lock().await.duration_since(self.time.clock.now());
        if let Ok(left) = Duration::try_from(left)
            && !left.is_zero()
        {
            self.time.sleep(left).await;
        }
    }

    /// No call for so long.
    pub async fn hold(&self, pause: Duration) {
        if let Ok(until) = self.time.clock.now().checked_add(pause) {
            *self.not_before.lock().await = until;
        }
    }
}
