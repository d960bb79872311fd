//! A circuit breaker: while Google is down, calls fail at once instead of keeping people waiting and knocking on.
//!
//! After some failures in a row the circuit opens. When its pause is over, one call is let through to probe: an answer
//! closes the circuit, another failure opens it again for longer. Nothing runs in between: recovery needs no more than
//! the next call.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Failures in a row, by [`Verdict::weight`], that open the circuit.
const FAILURES: u32 = 5;
/// What a call counts that ran into its timeout: it has kept people waiting long enough.
const WEIGHT_OF_A_TIMEOUT: u32 = 3;
/// The first pause of an open circuit is this many times the first pause between two tries.
const FIRST_PAUSE: u32 = 2;
/// Pauses grow up to this many times the first pause between two tries; jitter at most doubles them.
const LONGEST_PAUSE: u32 = 60;

/// Decides whether a call may be sent.
pub(super) struct Circuit {
    state: Mutex<State>,
    first_pause: Duration,
}

struct State {
    phase: Phase,
    /// Why the last call failed.
    reason: String,
    pauses: Pauses,
}

type Pauses = Box<dyn Iterator<Item = Duration> + Send>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Calls pass; so much failed since the last answer.
    Closed {
        failures: u32,
    },
    Open {
        until: Instant,
    },
    /// One call is under way to find out.
    Probing,
}

/// How a call ended, as far as it tells whether Google is up.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    /// Google answered, be it with a refusal.
    Answered,
    /// A 5xx, no connection, or an answer that nobody can read.
    Failed(String),
    /// No answer in time.
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

/// Leave to send one call. Dropped without [`Pass::settle`], it tells nothing, and the next call may probe.
pub(super) struct Pass<'a> {
    circuit: &'a Circuit,
    given: Instant,
    probes: bool,
}

impl Circuit {
    /// A closed circuit, whose pauses follow from `first_pause`, the first one between two tries of a call.
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

    /// Leave to send a call.
    ///
    /// # Errors
    /// The reason of the last failure, when no call may be sent now.
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

    /// Why a call would fail now without being sent; `None` when it would be sent.
    pub(super) fn refusal(&self, now: Instant) -> Option<String> {
        let state = self.state();
        let refuses = match state.phase {
            Phase::Closed { .. } => false,
            Phase::Open { until } => now < until,
            Phase::Probing => true,
        };
        refuses.then(|| state.reason.clone())
    }

    /// Until when no call is sent, from `now` on; nought while a probe is under way. `None` when the circuit is closed.
    pub(super) fn pause_left(&self, now: Instant) -> Option<Duration> {
        match self.state().phase {
            Phase::Closed { .. } => None,
            Phase::Open { until } => Some(until.saturating_duration_since(now)),
            Phase::Probing => Some(Duration::ZERO),
        }
    }

    /// Lets the next call probe, however long the pause would still be.
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
    /// Notes how the call ended.
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
            // A call that was sent before the circuit opened tells nothing new.
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
