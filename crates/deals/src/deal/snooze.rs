//! Snoozes: deals that are not reported as stale until a given day.

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::Serialize;

/// Snooze of one deal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DealSnooze {
    /// Id of the deal.
    pub deal: u64,
    /// Last day of the snooze; the deal is reported again on the following day.
    pub until: Date,
    /// Reason; may be empty.
    pub reason: String,
    /// Author; may be empty.
    pub by: String,
    /// Time at which it was set.
    pub at: Option<Timestamp>,
}

/// All snoozes, at most one per deal.
#[derive(Clone, Debug, Default)]
pub struct DealSnoozes(HashMap<u64, DealSnooze>);

impl DealSnoozes {
    /// Builds the index; of several snoozes of one deal the longest counts.
    pub fn of(pauses: impl IntoIterator<Item = DealSnooze>) -> Self {
        let mut longest: HashMap<u64, DealSnooze> = HashMap::new();
        for pause in pauses {
            match longest.get(&pause.deal) {
                Some(known) if known.until >= pause.until => {}
                _ => drop(longest.insert(pause.deal, pause)),
            }
        }
        Self(longest)
    }

    /// Snooze of a deal, expired or not.
    pub fn of_deal(&self, id: u64) -> Option<&DealSnooze> {
        self.0.get(&id)
    }

    /// Snooze of a deal that is active on `today`.
    pub fn in_force(&self, id: u64, today: Date) -> Option<&DealSnooze> {
        self.of_deal(id).filter(|pause| today <= pause.until)
    }
}
