//! Clock: the only caller of `now()`, and the configured time zone.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, Zoned, civil::Date, tz::TimeZone};

/// Source of the current time; tests supply a fixed one.
#[derive(Clone)]
pub struct Clock {
    source: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    zone: TimeZone,
}

impl Clock {
    /// System clock, in time zone `zone`.
    pub fn system(zone: TimeZone) -> Self {
        Self {
            source: Arc::new(Timestamp::now),
            zone,
        }
    }

    /// Clock that returns the time of `source`, for tests and recomputations.
    pub fn from_source(source: impl Fn() -> Timestamp + Send + Sync + 'static, zone: TimeZone) -> Self {
        Self {
            source: Arc::new(source),
            zone,
        }
    }

    /// Current instant.
    pub fn now(&self) -> Timestamp {
        (self.source)()
    }

    /// Current instant in the configured time zone.
    pub fn zoned_now(&self) -> Zoned {
        self.now().to_zoned(self.zone.clone())
    }

    /// Current date in the configured time zone.
    pub fn today(&self) -> Date {
        self.zoned_now().date()
    }

    /// Configured time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Time elapsed since `earlier`, never negative.
    pub fn since(&self, earlier: Timestamp) -> SignedDuration {
        self.now().duration_since(earlier).max(SignedDuration::ZERO)
    }
}
