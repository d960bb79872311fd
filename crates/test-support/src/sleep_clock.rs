//! Clock that advances only by sleeping.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::Timestamp;

/// Manual clock that records each sleep.
#[derive(Clone)]
pub struct SleepClock {
    now: Arc<Mutex<Timestamp>>,
    slept: Arc<Mutex<Vec<Duration>>>,
}

impl SleepClock {
    /// Clock that stands at `now`.
    pub fn new(now: Timestamp) -> Self {
        Self {
            now: Arc::new(Mutex::new(now)),
            slept: Arc::default(),
        }
    }

    /// Current time.
    pub fn now(&self) -> Timestamp {
        *self.now.lock().expect("now")
    }

    /// Advances the clock at once.
    pub fn sleep(&self, pause: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let time = self.clone();
        Box::pin(async move {
            time.slept.lock().expect("slept").push(pause);
            let mut now = time.now.lock().expect("now");
            *now = now.checked_add(pause).expect("a time");
        })
    }

    /// All sleeps so far.
    pub fn slept(&self) -> Vec<Duration> {
        self.slept.lock().expect("slept").clone()
    }
}
