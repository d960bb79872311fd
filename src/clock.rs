//! The only caller of `now()`, and the configured time zone.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, Zoned, civil::Date, tz::TimeZone};

/// Where the program reads the time from; tests hand in one that stands still.
#[derive(Clone)]
pub struct Clock {
    source: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    zone: TimeZone,
}

impl Clock {
    /// The machine's clock, read in `zone`.
    pub fn system(zone: TimeZone) -> Self {
        Self {
            source: Arc::new(Timestamp::now),
            zone,
        }
    }

    /// A clock that answers what `source` says, for tests and recomputations.
    pub fn from_source(source: impl Fn() -> Timestamp + Send + Sync + 'static, zone: TimeZone) -> Self {
        Self {
            source: Arc::new(source),
            zone,
        }
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        (self.source)()
    }

    /// The present instant as people at the configured place read it.
    pub fn zoned_now(&self) -> Zoned {
        self.now().to_zoned(self.zone.clone())
    }

    /// Today's date in the configured time zone.
    pub fn today(&self) -> Date {
        self.zoned_now().date()
    }

    /// The configured time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Time passed since `earlier`, never negative.
    pub fn since(&self, earlier: Timestamp) -> SignedDuration {
        self.now().duration_since(earlier).max(SignedDuration::ZERO)
    }
}
