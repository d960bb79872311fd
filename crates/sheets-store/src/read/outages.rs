//! Outage tracker: since when the spreadsheet has not responded, and until when no further call is made.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::{clock::Clock, read::read_error::ReadError};

/// Cooldown after a failure, in which no call is made: a page then responds at once with cached data.
pub(crate) const FAILURE_COOLDOWN: SignedDuration = SignedDuration::from_secs(3);

/// State of the current outage.
pub(crate) struct OutageTracker {
    clock: Clock,
    current: Mutex<Option<Outage>>,
}

/// Outage since the last response.
struct Outage {
    since: Timestamp,
    quiet_until: Timestamp,
    error: ReadError,
}

impl OutageTracker {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            current: Mutex::new(None),
        }
    }

    /// Records a failure.
    pub(crate) fn note(&self, error: &ReadError) {
        let now = self.clock.now();
        let mut outage = self.current();
        let since = outage.as_ref().map_or(now, |outage| outage.since);
        *outage = Some(Outage {
            since,
            quiet_until: now.saturating_add(FAILURE_COOLDOWN).unwrap_or(now),
            error: error.clone(),
        });
    }

    /// Records a response.
    pub(crate) fn end(&self) {
        *self.current() = None;
    }

    /// Makes the next request call Google at once.
    pub(crate) fn end_cooldown(&self) {
        if let Some(outage) = self.current().as_mut() {
            outage.quiet_until = Timestamp::MIN;
        }
    }

    pub(crate) fn since(&self) -> Option<Timestamp> {
        self.current().as_ref().map(|outage| outage.since)
    }

    /// Error of the last attempt, if no attempt has succeeded since.
    pub(crate) fn error(&self) -> Option<ReadError> {
        self.current().as_ref().map(|outage| outage.error.clone())
    }

    /// Failure within the cooldown.
    pub(crate) fn recent(&self) -> Option<ReadError> {
        let outage = self.current();
        let recent = outage.as_ref().filter(|outage| self.clock.now() < outage.quiet_until);
        recent.map(|outage| outage.error.clone())
    }

    fn current(&self) -> MutexGuard<'_, Option<Outage>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether stale data may be served: nothing is known to have changed, there is just no response.
pub(crate) fn is_outage(error: &ReadError) -> bool {
    matches!(error, ReadError::Unreachable(_) | ReadError::Refused(_))
}
