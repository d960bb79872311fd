//! Clock of the rate limits.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use governor::clock;

/// Time of the rate limits. It must not jump, so it is not the clock that pages show.
#[derive(Clone)]
pub struct RateClock(Arc<dyn Fn() -> Duration + Send + Sync>);

impl RateClock {
    /// Time since now, which never goes back.
    pub fn system() -> Self {
        let start = Instant::now();
        Self(Arc::new(move || start.elapsed()))
    }

    /// Time that `elapsed` gives, for tests.
    pub fn from_source(elapsed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(elapsed))
    }
}

impl clock::Clock for RateClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        (self.0)()
    }
}
