//! Faults on demand, for the tests of a client: `POST /_emulator/faults`.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// The faults that are still to come.
#[derive(Default)]
pub struct Faults {
    waiting: Mutex<Vec<Fault>>,
}

impl Faults {
    fn locked(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Orders a fault.
    pub fn add(&self, fault: Fault) {
        self.locked().push(fault);
    }

    /// Forgets all faults.
    pub fn clear(&self) {
        self.locked().clear();
    }

    /// The faults that are still to come.
    pub fn list(&self) -> Vec<Fault> {
        self.locked().clone()
    }

    /// What goes wrong with a call of that name, and after what delay.
    pub fn strike(&self, name: &str, is_write: bool) -> Option<(Kind, Duration)> {
        let mut waiting = self.locked();
        let index = waiting
            .iter()
            .position(|fault| name.contains(&fault.matches) && (fault.fault != Kind::ReadOnly || is_write))?;
        let fault = &mut waiting[index];
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        let struck = (fault.fault, Duration::from_millis(fault.delay_ms));
        let left = fault.times.or((fault.fault != Kind::ReadOnly).then_some(1));
        match left {
            None => {}
            Some(left) if left > 1 => fault.times = Some(left - 1),
            Some(_) => {
                waiting.remove(index);
            }
        }
        Some(struck)
    }
}
