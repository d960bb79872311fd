//! Circuit breaker: during an outage of Google, calls fail at once instead of waiting for a timeout.
//!
//! The circuit opens after repeated failures. When its pause is over, one probe call is let through: a response closes
//! the circuit, another failure opens it again for longer. No background task is needed, because the next call is the
//! probe.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Consecutive failures, by [`Verdict::weight`], that open the circuit.
const FAILURES: u32 = 5;
/// Weight of a timeout, which has already kept the caller waiting.
const WEIGHT_OF_A_TIMEOUT: u32 = 3;
/// First open period, as a multiple of the first retry delay.
const FIRST_PAUSE: u32 = 2;
/// Longest open period, as a multiple of the first retry delay; jitter at most doubles it.
const LONGEST_PAUSE: u32 = 60;

/// Decides whether a call may be sent.
pub(super) struct Circuit {
    state: Mutex<State>,
    first_pause: Duration,
}

struct State {
    phase: Phase,
    /// Reason of the last failure.
    reason: String,
    pauses: Pauses,
}

type Pauses = Box<dyn Iterator<Item = Duration> + Send>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
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
pub(super) enum Verdict {
    /// Google responded, possibly with an error.
    Answered,
    /// A 5xx, no connection, or an unreadable response.
    Failed(String),
    /// No response within the timeout.
    TimedOut(String),
}

impl Verdict {
    fn weight(&self) -> u32 {
        match self {
            Self::Answered => 0,
            Self::Failed(_) => 1,
            Self::TimedOut(_) => WEIGHT_OF_A_TIMEOUT,
        }
    }
}

/// Permission to send one call. Dropped without [`Pass::settle`], it has no effect, and the next call may probe.
pub(super) struct Pass<'a> {
    circuit: &'a Circuit,
    given: Instant,
    probes: bool,
}

impl Circuit {
    /// Creates a closed circuit, whose open periods are derived from `first_pause`, the first retry delay of a call.
    pub(super) fn new(first_pause: Duration) -> Self {
        let state = State {
            phase: Phase::Closed { failures: 0 },
            reason: String::new(),
            pauses: pauses(first_pause),
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
    pub(super) fn pass(&self, now: Instant) -> Result<Pass<'_>, String> {
        let mut state = self.state();
        let probes = match state.phase {
            Phase::Closed { .. } => false,
            Phase::Open { until } if until <= now => true,
            Phase::Open { .. } | Phase::Probing => return Err(state.reason.clone()),
        };
        if probes {
            state.phase = Phase::Probing;
        }
        Ok(Pass {
            circuit: self,
            given: now,
            probes,
        })
    }

    /// Reason why a call would be blocked now; `None` if it would be sent.
    pub(super) fn refusal(&self, now: Instant) -> Option<String> {
        let state = self.state();
        let refuses = match state.phase {
            Phase::Closed { .. } => false,
            Phase::Open { until } => now < until,
            Phase::Probing => true,
        };
        refuses.then(|| state.reason.clone())
    }

    /// Remaining open period at `now`; zero while a probe is running. `None` if the circuit is closed.
    pub(super) fn pause_left(&self, now: Instant) -> Option<Duration> {
        match self.state().phase {
            Phase::Closed { .. } => None,
            Phase::Open { until } => Some(until.saturating_duration_since(now)),
            Phase::Probing => Some(Duration::ZERO),
        }
    }

    /// Makes the next call a probe, whatever remains of the open period.
    pub(super) fn probe_next(&self, now: Instant) {
        let mut state = self.state();
        if let Phase::Open { until } = &mut state.phase {
            *until = now;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// Records the outcome of the call.
    pub(super) fn settle(mut self, verdict: Verdict, now: Instant) {
        let probed = std::mem::take(&mut self.probes);
        let mut state = self.circuit.state();
        let weight = verdict.weight();
        let reason = match verdict {
            Verdict::Answered => {
                if !matches!(state.phase, Phase::Closed { .. }) {
                    tracing::info!("the spreadsheet answers again");
                    state.pauses = pauses(self.circuit.first_pause);
                }
                state.phase = Phase::Closed { failures: 0 };
                return;
            }
            Verdict::Failed(reason) | Verdict::TimedOut(reason) => reason,
        };
        let failures = match state.phase {
            Phase::Closed { failures } => failures + weight,
            Phase::Probing if probed => FAILURES,
            // A call that was sent before the circuit opened carries no new information.
            Phase::Open { .. } | Phase::Probing => return,
        };
        state.reason = reason;
        if failures < FAILURES {
            state.phase = Phase::Closed { failures };
            return;
        }
        let pause = state.pauses.next().unwrap_or_default();
        tracing::warn!(
            reason = state.reason,
            ?pause,
            "the spreadsheet does not answer: no call is sent for a while"
        );
        state.phase = Phase::Open { until: now + pause };
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.probes {
            let mut state = self.circuit.state();
            if state.phase == Phase::Probing {
                state.phase = Phase::Open { until: self.given };
            }
        }
    }
}

fn pauses(first_pause: Duration) -> Pauses {
    Box::new(super::pauses_between(
        first_pause * FIRST_PAUSE,
        first_pause * LONGEST_PAUSE,
    ))
}

#[cfg(test)]
#[path = "circuit_tests.rs"]
mod tests;
