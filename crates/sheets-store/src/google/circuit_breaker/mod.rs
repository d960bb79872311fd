//! Circuit breaker: during an outage of Google, calls fail at once instead of waiting for a timeout.
//!
//! The circuit opens after repeated failures. When its pause is over, one probe call is let through: a response closes
//! the circuit, another failure opens it again for longer. No background task is needed, because the next call is the
//! probe.

#[cfg(test)]
mod tests;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Consecutive failures, by [`CallOutcome::weight`], that open the circuit.
const FAILURE_THRESHOLD: u32 = 5;
/// Weight of a timeout, which has already kept the caller waiting.
const TIMEOUT_WEIGHT: u32 = 3;
/// First open period, as a multiple of the first retry delay.
const FIRST_OPEN_FACTOR: u32 = 2;
/// Longest open period, as a multiple of the first retry delay; jitter at most doubles it.
const MAX_OPEN_FACTOR: u32 = 60;

/// Decides whether a call may be sent.
pub(crate) struct CircuitBreaker {
    state: Mutex<BreakerState>,
    first_pause: Duration,
}

struct BreakerState {
    phase: BreakerPhase,
    /// Reason of the last failure.
    reason: String,
    next_open_periods: OpenPeriods,
}

type OpenPeriods = Box<dyn Iterator<Item = Duration> + Send>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BreakerPhase {
    /// Calls pass; counts the failures since the last response.
    Closed {
        failures: u32,
    },
    Open {
        until: Instant,
    },
    /// One probe call is running.
    Probing,
}

/// Outcome of a call, as far as it shows whether Google responds.
#[derive(Clone, Debug)]
pub(crate) enum CallOutcome {
    /// Google responded, possibly with an error.
    Answered,
    /// A 5xx, no connection, or an unreadable response.
    Failed(String),
    /// No response within the timeout.
    TimedOut(String),
}

impl CallOutcome {
    fn weight(&self) -> u32 {
        match self {
            Self::Answered => 0,
            Self::Failed(_) => 1,
            Self::TimedOut(_) => TIMEOUT_WEIGHT,
        }
    }
}

/// Permission to send one call. Dropped without [`CallPermit::record`], it has no effect, and the next call may probe.
pub(crate) struct CallPermit<'a> {
    circuit: &'a CircuitBreaker,
    issued_at: Instant,
    probes: bool,
}

impl CircuitBreaker {
    /// Creates a closed circuit, whose open periods are derived from `first_pause`, the first retry delay of a call.
    pub(crate) fn new(first_pause: Duration) -> Self {
        let state = BreakerState {
            phase: BreakerPhase::Closed { failures: 0 },
            reason: String::new(),
            next_open_periods: open_periods(first_pause),
        };
        Self {
            state: Mutex::new(state),
            first_pause,
        }
    }

    /// Returns the permission to send a call.
    ///
    /// # Errors
    /// The reason of the last failure, if no call may be sent now.
    pub(crate) fn permit(&self, now: Instant) -> Result<CallPermit<'_>, String> {
        let mut state = self.state();
        let probes = match state.phase {
            BreakerPhase::Closed { .. } => false,
            BreakerPhase::Open { until } if until <= now => true,
            BreakerPhase::Open { .. } | BreakerPhase::Probing => return Err(state.reason.clone()),
        };
        if probes {
            state.phase = BreakerPhase::Probing;
        }
        Ok(CallPermit {
            circuit: self,
            issued_at: now,
            probes,
        })
    }

    /// Reason why a call would be blocked now; `None` if it would be sent.
    pub(crate) fn refusal(&self, now: Instant) -> Option<String> {
        let state = self.state();
        let refuses = match state.phase {
            BreakerPhase::Closed { .. } => false,
            BreakerPhase::Open { until } => now < until,
            BreakerPhase::Probing => true,
        };
        refuses.then(|| state.reason.clone())
    }

    /// Remaining open period at `now`; zero while a probe is running. `None` if the circuit is closed.
    pub(crate) fn open_time_left(&self, now: Instant) -> Option<Duration> {
        match self.state().phase {
            BreakerPhase::Closed { .. } => None,
            BreakerPhase::Open { until } => Some(until.saturating_duration_since(now)),
            BreakerPhase::Probing => Some(Duration::ZERO),
        }
    }

    /// Makes the next call a probe, whatever remains of the open period.
    pub(crate) fn probe_next(&self, now: Instant) {
        let mut state = self.state();
        if let BreakerPhase::Open { until } = &mut state.phase {
            *until = now;
        }
    }

    fn state(&self) -> MutexGuard<'_, BreakerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CallPermit<'_> {
    /// Records the outcome of the call.
    pub(crate) fn record(mut self, outcome: CallOutcome, now: Instant) {
        let probed = std::mem::take(&mut self.probes);
        let mut state = self.circuit.state();
        let weight = outcome.weight();
        let reason = match outcome {
            CallOutcome::Answered => {
                if !matches!(state.phase, BreakerPhase::Closed { .. }) {
                    tracing::info!("the spreadsheet answers again");
                    state.next_open_periods = open_periods(self.circuit.first_pause);
                }
                state.phase = BreakerPhase::Closed { failures: 0 };
                return;
            }
            CallOutcome::Failed(reason) | CallOutcome::TimedOut(reason) => reason,
        };
        let failures = match state.phase {
            BreakerPhase::Closed { failures } => failures + weight,
            BreakerPhase::Probing if probed => FAILURE_THRESHOLD,
            // A call that was sent before the circuit opened carries no new information.
            BreakerPhase::Open { .. } | BreakerPhase::Probing => return,
        };
        state.reason = reason;
        if failures < FAILURE_THRESHOLD {
            state.phase = BreakerPhase::Closed { failures };
            return;
        }
        let open_period = state.next_open_periods.next().unwrap_or_default();
        tracing::warn!(
            reason = state.reason,
            ?open_period,
            "the spreadsheet does not answer: no call is sent for a while"
        );
        state.phase = BreakerPhase::Open {
            until: now + open_period,
        };
    }
}

impl Drop for CallPermit<'_> {
    fn drop(&mut self) {
        if self.probes {
            let mut state = self.circuit.state();
            if state.phase == BreakerPhase::Probing {
                state.phase = BreakerPhase::Open { until: self.issued_at };
            }
        }
    }
}

fn open_periods(first_pause: Duration) -> OpenPeriods {
    Box::new(crate::backoff::retry_delays_between(
        first_pause * FIRST_OPEN_FACTOR,
        first_pause * MAX_OPEN_FACTOR,
    ))
}
