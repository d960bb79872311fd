//! What is known about the spreadsheet not answering: since when, and until when nobody asks again.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::ReadError;
use crate::clock::Clock;

/// After a failure, time in which nobody asks again: a page then answers at once with what there is.
pub(super) const QUIET_AFTER_FAILURE: SignedDuration = SignedDuration::from_secs(3);

/// Whether the spreadsheet answers at the moment.
pub(super) struct Outages {
    clock: Clock,
    current: Mutex<Option<Outage>>,
}

/// The spreadsheet did not answer, and has not answered since.
struct Outage {
    since: Timestamp,
    quiet_until: Timestamp,
    error: ReadError,
}

impl Outages {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            current: Mutex::new(None),
        }
    }

    /// It did not answer.
    pub(super) fn note(&self, error: &ReadError) {
        let now = self.clock.now();
        let mut outage = self.current();
        let since = outage.as_ref().map_or(now, |outage| outage.since);
        *outage = Some(Outage {
            since,
            quiet_until: now.saturating_add(QUIET_AFTER_FAILURE).unwrap_or(now),
            error: error.clone(),
        });
    }

    /// It answered.
    pub(super) fn end(&self) {
        *self.current() = None;
    }

    /// Lets the next request ask at once.
    pub(super) fn end_quiet(&self) {
        if let Some(outage) = self.current().as_mut() {
            outage.quiet_until = Timestamp::MIN;
        }
    }

    pub(super) fn since(&self) -> Option<Timestamp> {
        self.current().as_ref().map(|outage| outage.since)
    }

    /// How the last try failed, when it failed and none has succeeded since.
    pub(super) fn error(&self) -> Option<ReadError> {
        self.current().as_ref().map(|outage| outage.error.clone())
    }

    /// A failure so short ago that nobody asks again yet.
    pub(super) fn recent(&self) -> Option<ReadError> {
        let outage = self.current();
        let recent = outage.as_ref().filter(|outage| self.clock.now() < outage.quiet_until);
        recent.map(|outage| outage.error.clone())
    }

    fn current(&self) -> MutexGuard<'_, Option<Outage>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether older data may stand in: nothing is known to have changed, there is just no answer.
pub(super) fn is_outage(error: &ReadError) -> bool {
    matches!(error, ReadError::Unreachable(_) | ReadError::Refused(_))
}
