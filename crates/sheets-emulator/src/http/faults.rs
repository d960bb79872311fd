//! Fault injection for client tests, by rule or at random: `POST /_emulator/faults`.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rand::{Rng as _, SeedableRng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::{
    proto::query::CallKind,
    storage::disk_file::{DiskFault, DiskOperation},
};

/// Kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FaultKind {
    /// 429: the quota is exhausted.
    #[serde(rename = "429")]
    TooMany,
    /// 503: the service is overloaded. The request is not executed.
    #[serde(rename = "503")]
    Unavailable,
    /// 503 after the request was executed.
    #[serde(rename = "commit-then-503")]
    CommitThenUnavailable,
    /// No response; the request is not executed.
    #[serde(rename = "timeout")]
    Timeout,
    /// No response, after the request was executed.
    #[serde(rename = "commit-then-timeout")]
    CommitThenTimeout,
    /// Truncated response; a write is not executed.
    #[serde(rename = "truncate")]
    Truncate,
    /// Truncated response, after the request was executed.
    #[serde(rename = "commit-then-truncate")]
    CommitThenTruncate,
    /// Connection closed without a response; the request is not executed.
    #[serde(rename = "reset")]
    Reset,
    /// Connection closed without a response, after the request was executed.
    #[serde(rename = "commit-then-reset")]
    CommitThenReset,
    /// Delayed response.
    #[serde(rename = "slow")]
    Slow,
    /// HTML page instead of JSON, as proxies send it.
    #[serde(rename = "html")]
    Html,
    /// 403: the spreadsheet is not shared.
    #[serde(rename = "403")]
    Forbidden,
    /// 403: the API is not enabled in the project.
    #[serde(rename = "service-disabled")]
    ServiceDisabled,
    /// 401: the token is unknown.
    #[serde(rename = "401")]
    Unauthenticated,
    /// 404: the spreadsheet does not exist.
    #[serde(rename = "404")]
    NotFound,
    /// 403 for every write, until the rule is removed.
    #[serde(rename = "read-only")]
    ReadOnly,
    /// The disk has no room left, until the rule is removed.
    #[serde(rename = "disk-full")]
    DiskFull,
    /// The disk reports an error.
    #[serde(rename = "disk-error")]
    DiskError,
    /// The disk takes only the first half of a write.
    #[serde(rename = "short-write")]
    ShortWrite,
}

/// Fault rule, as posted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Substring of the method names it applies to, such as `values.batchGet` or `token`; for faults of the disk one of
    /// `disk.read`, `disk.write`, `disk.resize` and `disk.sync`. Empty for all.
    #[serde(rename = "match", default)]
    pub matches: String,
    /// Number of injections; by default one, but unlimited for `read-only` and `disk-full`.
    #[serde(default)]
    pub times: Option<u32>,
    /// Kind of fault.
    pub fault: FaultKind,
    /// Number of matching calls that pass first.
    #[serde(default)]
    pub after: u32,
    /// Delay in milliseconds; for `slow` it is the fault itself, for the others it precedes the fault.
    #[serde(default)]
    pub delay_ms: u64,
}

impl FaultKind {
    /// Fault of the disk; `None` for faults of calls.
    fn of_disk(self) -> Option<DiskFault> {
        match self {
            Self::DiskFull => Some(DiskFault::Full),
            Self::DiskError => Some(DiskFault::Error),
            Self::ShortWrite => Some(DiskFault::Short),
            _ => None,
        }
    }

    /// Whether it lasts until it is removed.
    fn lasts(self) -> bool {
        matches!(self, Self::ReadOnly | Self::DiskFull)
    }

    /// Fault for a call that changes nothing, where executing the request makes no difference.
    fn without_commit(self) -> Self {
        match self {
            Self::CommitThenUnavailable => Self::Unavailable,
            Self::CommitThenTimeout => Self::Timeout,
            Self::CommitThenTruncate => Self::Truncate,
            Self::CommitThenReset => Self::Reset,
            other => other,
        }
    }
}

/// Random faults, until they are removed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomFaults {
    /// Substring of the method names they apply to; empty for all.
    #[serde(rename = "match", default)]
    pub matches: String,
    /// Fraction of calls that fail, 0 to 1.
    pub rate: f64,
    /// Seed of the random generator: the same calls in the same order get the same faults.
    #[serde(default)]
    pub seed: u64,
    /// Fault kinds to draw from, with equal probability.
    pub faults: Vec<FaultKind>,
    /// Delay of `slow`, in milliseconds.
    #[serde(default)]
    pub delay_ms: u64,
}

impl RandomFaults {
    /// Draws the fault of a call, if any, and its delay.
    fn draw(&self, random: &mut ChaCha8Rng, call: CallKind) -> Option<(FaultKind, Duration)> {
        if !random.random_bool(self.rate) {
            return None;
        }
        let kind = *self.faults.choose(random)?;
        let kind = match call {
            CallKind::Write => kind,
            CallKind::Read => kind.without_commit(),
        };
        if kind == FaultKind::ReadOnly && call == CallKind::Read {
            return None;
        }
        let delay = if kind == FaultKind::Slow { self.delay_ms } else { 0 };
        Some((kind, Duration::from_millis(delay)))
    }
}

/// Invalid fault request.
#[derive(Debug, thiserror::Error)]
pub enum FaultRequestError {
    /// Invalid JSON, or not a fault rule.
    #[error("{0}")]
    Unreadable(#[from] serde_json::Error),
    /// Rate outside 0 to 1.
    #[error("rate is {0}, not between 0 and 1")]
    Rate(f64),
    /// Empty list of faults.
    #[error("faults is empty")]
    NoFaults,
    /// Fault of the disk among random faults.
    #[error("faults of the disk can only be ordered, not drawn at random")]
    RandomDisk,
}

/// Active rule or random faults.
enum ActiveFault {
    Fault(FaultRule),
    Random(RandomFaults, Box<ChaCha8Rng>),
}

impl ActiveFault {
    /// Fault of a call. `Some(None)` ends the search without a fault.
    fn draw(&mut self, name: &str, call: CallKind) -> Option<Option<(FaultKind, Duration)>> {
        match self {
            Self::Fault(fault) if fault.concerns(name, call) => {
                let delay = Duration::from_millis(fault.delay_ms);
                Some(fault.strike().then_some((fault.fault, delay)))
            }
            Self::Random(random_faults, random) if name.contains(&random_faults.matches) => {
                random_faults.draw(random, call).map(Some)
            }
            _ => None,
        }
    }

    fn is_over(&self) -> bool {
        matches!(self, Self::Fault(fault) if fault.left() == Some(0))
    }
}

impl FaultRule {
    fn concerns(&self, name: &str, call: CallKind) -> bool {
        name.contains(&self.matches)
            && self.fault.of_disk().is_none()
            && (self.fault != FaultKind::ReadOnly || call == CallKind::Write)
    }

    fn concerns_disk(&self, operation: DiskOperation) -> bool {
        let is_possible = match self.fault {
            FaultKind::DiskFull => matches!(operation, DiskOperation::Write | DiskOperation::Resize),
            FaultKind::DiskError => true,
            FaultKind::ShortWrite => operation == DiskOperation::Write,
            _ => false,
        };
        is_possible && operation.name().contains(&self.matches)
    }

    /// Remaining injections; `None` for unlimited.
    fn left(&self) -> Option<u32> {
        self.times.or((!self.fault.lasts()).then_some(1))
    }

    /// Counts a call that it concerns; returns whether the fault strikes.
    fn strike(&mut self) -> bool {
        if self.after > 0 {
            self.after -= 1;
            return false;
        }
        self.times = self.left().map(|left| left - 1);
        true
    }
}

/// Active fault rules, and counts of injected faults.
#[derive(Default)]
pub struct FaultInjector {
    active: Mutex<Vec<ActiveFault>>,
    injected: Mutex<BTreeMap<FaultKind, u64>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FaultInjector {
    /// Adds random faults if the body has a `rate`, otherwise a fault rule.
    ///
    /// # Errors
    /// If the body is not a valid rule.
    pub fn add(&self, body: &[u8]) -> Result<(), FaultRequestError> {
        let fault: Json = serde_json::from_slice(body)?;
        let fault = if fault.get("rate").is_some() {
            let random_faults: RandomFaults = serde_json::from_value(fault)?;
            if !(0.0..=1.0).contains(&random_faults.rate) {
                return Err(FaultRequestError::Rate(random_faults.rate));
            }
            if random_faults.faults.is_empty() {
                return Err(FaultRequestError::NoFaults);
            }
            if random_faults.faults.iter().any(|fault| fault.of_disk().is_some()) {
                return Err(FaultRequestError::RandomDisk);
            }
            let random = Box::new(ChaCha8Rng::seed_from_u64(random_faults.seed));
            ActiveFault::Random(random_faults, random)
        } else {
            ActiveFault::Fault(serde_json::from_value(fault)?)
        };
        if !fault.is_over() {
            locked(&self.active).push(fault);
        }
        Ok(())
    }

    /// Removes all active rules.
    pub fn clear(&self) {
        locked(&self.active).clear();
    }

    /// Active rules, as posted.
    pub fn list(&self) -> Vec<Json> {
        let active = locked(&self.active);
        let faults = active.iter().map(|fault| match fault {
            ActiveFault::Fault(fault) => json!(fault),
            ActiveFault::Random(random_faults, _) => json!(random_faults),
        });
        faults.collect()
    }

    /// Counts of injected faults by kind.
    pub fn injected(&self) -> Json {
        json!(*locked(&self.injected))
    }

    /// Resets the counts.
    pub fn reset_count(&self) {
        locked(&self.injected).clear();
    }

    /// Draws the fault of a call, if any, and its delay.
    pub fn draw(&self, name: &str, call: CallKind) -> Option<(FaultKind, Duration)> {
        let drawn = {
            let mut active = locked(&self.active);
            let drawn = active.iter_mut().find_map(|fault| fault.draw(name, call));
            active.retain(|fault| !fault.is_over());
            drawn??
        };
        *locked(&self.injected).entry(drawn.0).or_default() += 1;
        Some(drawn)
    }

    /// Draws the fault of an operation on the disk, if any.
    pub fn draw_for_disk(&self, operation: DiskOperation) -> Option<DiskFault> {
        let drawn = {
            let mut active = locked(&self.active);
            let mut rules = active.iter_mut().filter_map(|fault| match fault {
                ActiveFault::Fault(rule) if rule.concerns_disk(operation) => Some(rule),
                _ => None,
            });
            let drawn = rules.next().and_then(|rule| rule.strike().then_some(rule.fault));
            active.retain(|fault| !fault.is_over());
            drawn?
        };
        *locked(&self.injected).entry(drawn).or_default() += 1;
        drawn.of_disk()
    }
}
