//! Faults for the tests of a client, ordered one by one or drawn at random: `POST /_emulator/faults`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::{Rng as _, SeedableRng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// The quota is used up.
    #[serde(rename = "429")]
    TooMany,
    /// The service is overloaded.
    #[serde(rename = "503")]
    Unavailable,
    /// The work is done, the answer says it is not.
    #[serde(rename = "commit-then-503")]
    CommitThenUnavailable,
    /// No answer comes.
    #[serde(rename = "timeout")]
    Timeout,
    /// The work is done and no answer comes.
    #[serde(rename = "commit-then-timeout")]
    CommitThenTimeout,
    /// The answer breaks off; a write is not done.
    #[serde(rename = "truncate")]
    Truncate,
    /// The work is done and the answer breaks off.
    #[serde(rename = "commit-then-truncate")]
    CommitThenTruncate,
    /// The connection closes without an answer.
    #[serde(rename = "reset")]
    Reset,
    /// The work is done and the connection closes without an answer.
    #[serde(rename = "commit-then-reset")]
    CommitThenReset,
    /// The answer comes late.
    #[serde(rename = "slow")]
    Slow,
    /// A page instead of JSON, as proxies send it.
    #[serde(rename = "html")]
    Html,
    /// The spreadsheet is not shared.
    #[serde(rename = "403")]
    Forbidden,
    /// The API is switched off in the project.
    #[serde(rename = "service-disabled")]
    ServiceDisabled,
    /// The token is not known.
    #[serde(rename = "401")]
    Unauthenticated,
    /// The spreadsheet is not there.
    #[serde(rename = "404")]
    NotFound,
    /// Every write is refused, until the fault is removed.
    #[serde(rename = "read-only")]
    ReadOnly,
}

/// A fault as it is ordered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Part of the name of the methods it is for, such as `values.batchGet` or `token`; none means all.
    #[serde(rename = "match", default)]
    pub matches: String,
    /// How often; without it once, but `read-only` for ever.
    #[serde(default)]
    pub times: Option<u32>,
    /// What goes wrong.
    pub fault: Kind,
    /// How many calls pass unharmed first.
    #[serde(default)]
    pub after: u32,
    /// For how long `slow` waits, in milliseconds; the others wait as long before they strike.
    #[serde(default)]
    pub delay_ms: u64,
}

impl Kind {
    /// What the fault is for a call that changes nothing: without work to be done there is none to be lost.
    fn of_read(self) -> Self {
        match self {
            Self::CommitThenUnavailable => Self::Unavailable,
            Self::CommitThenTimeout => Self::Timeout,
            Self::CommitThenTruncate => Self::Truncate,
            Self::CommitThenReset => Self::Reset,
            other => other,
        }
    }
}

/// Faults at random, until they are removed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chaos {
    /// Part of the name of the methods it is for; none means all.
    #[serde(rename = "match", default)]
    pub matches: String,
    /// The share of the calls that meet a fault, 0 to 1.
    pub rate: f64,
    /// Where the draws begin: the same calls in the same order meet the same faults.
    #[serde(default)]
    pub seed: u64,
    /// The faults to draw from, each as likely.
    pub faults: Vec<Kind>,
    /// For how long `slow` waits, in milliseconds.
    #[serde(default)]
    pub delay_ms: u64,
}

impl Chaos {
    /// The fault a call meets, if it meets one.
    fn draw(&self, random: &mut ChaCha8Rng, is_write: bool) -> Option<(Kind, Duration)> {
        if !random.random_bool(self.rate) {
            return None;
        }
        let kind = *self.faults.choose(random)?;
        let kind = if is_write { kind } else { kind.of_read() };
        if kind == Kind::ReadOnly && !is_write {
            return None;
        }
        let delay = if kind == Kind::Slow { self.delay_ms } else { 0 };
        Some((kind, Duration::from_millis(delay)))
    }
}

/// An order that cannot be carried out.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// The JSON is no order.
    #[error("{0}")]
    Unreadable(#[from] serde_json::Error),
    /// The rate is no share.
    #[error("rate is {0}, not between 0 and 1")]
    Rate(f64),
    /// There is nothing to draw from.
    #[error("faults is empty")]
    NoFaults,
}

/// What was ordered.
enum Order {
    Fault(Fault),
    Chaos(Chaos, Box<ChaCha8Rng>),
}

impl Order {
    /// The fault a call meets, and whether the search ends here even without one.
    fn strike(&mut self, name: &str, is_write: bool) -> Option<Option<(Kind, Duration)>> {
        match self {
            Self::Fault(fault) if fault.concerns(name, is_write) => {
                if fault.after > 0 {
                    fault.after -= 1;
                    return Some(None);
                }
                fault.times = fault.left().map(|left| left - 1);
                Some(Some((fault.fault, Duration::from_millis(fault.delay_ms))))
            }
            Self::Chaos(chaos, random) if name.contains(&chaos.matches) => chaos.draw(random, is_write).map(Some),
            _ => None,
        }
    }

    fn is_over(&self) -> bool {
        matches!(self, Self::Fault(fault) if fault.left() == Some(0))
    }
}

impl Fault {
    fn concerns(&self, name: &str, is_write: bool) -> bool {
        name.contains(&self.matches) && (self.fault != Kind::ReadOnly || is_write)
    }

    /// How often it still strikes; `None` for ever.
    fn left(&self) -> Option<u32> {
        self.times.or((self.fault != Kind::ReadOnly).then_some(1))
    }
}

/// The faults that are still to come, and those that were dealt.
#[derive(Default)]
pub struct Faults {
    waiting: Mutex<Vec<Order>>,
    dealt: Mutex<BTreeMap<Kind, u64>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Faults {
    /// Takes an order: faults at random when it has a `rate`, else one fault.
    ///
    /// # Errors
    /// When the order says nothing that can be done.
    pub fn order(&self, body: &[u8]) -> Result<(), OrderError> {
        let order: Json = serde_json::from_slice(body)?;
        let order = if order.get("rate").is_some() {
            let chaos: Chaos = serde_json::from_value(order)?;
            if !(0.0..=1.0).contains(&chaos.rate) {
                return Err(OrderError::Rate(chaos.rate));
            }
            if chaos.faults.is_empty() {
                return Err(OrderError::NoFaults);
            }
            let random = Box::new(ChaCha8Rng::seed_from_u64(chaos.seed));
            Order::Chaos(chaos, random)
        } else {
            Order::Fault(serde_json::from_value(order)?)
        };
        if !order.is_over() {
            locked(&self.waiting).push(order);
        }
        Ok(())
    }

    /// Forgets all faults to come.
    pub fn clear(&self) {
        locked(&self.waiting).clear();
    }

    /// The faults that are still to come, as they were ordered.
    pub fn list(&self) -> Vec<Json> {
        let waiting = locked(&self.waiting);
        let orders = waiting.iter().map(|order| match order {
            Order::Fault(fault) => json!(fault),
            Order::Chaos(chaos, _) => json!(chaos),
        });
        orders.collect()
    }

    /// How many faults of each kind were dealt.
    pub fn dealt(&self) -> Json {
        json!(*locked(&self.dealt))
    }

    /// Starts counting anew.
    pub fn reset_count(&self) {
        locked(&self.dealt).clear();
    }

    /// What goes wrong with a call of that name, and after what delay.
    pub fn strike(&self, name: &str, is_write: bool) -> Option<(Kind, Duration)> {
        let struck = {
            let mut waiting = locked(&self.waiting);
            let struck = waiting.iter_mut().find_map(|order| order.strike(name, is_write));
            waiting.retain(|order| !order.is_over());
            struck??
        };
        *locked(&self.dealt).entry(struck.0).or_default() += 1;
        Some(struck)
    }
}
