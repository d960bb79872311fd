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
    pub fn of(snoozes: impl IntoIterator<Item = DealSnooze>) -> Self {
        let mut longest: HashMap<u64, DealSnooze> = HashMap::new();
        for snooze in snoozes {
            match longest.get(&snooze.deal) {
                Some(known) if known.until >= snooze.until => {}
                _ => drop(longest.insert(snooze.deal, snooze)),
            }
        }
        Self(longest)
    }

    /// Snooze of a deal, expired or not.
    pub fn of_deal(&self, id: u64) -> Option<&DealSnooze> {
        self.0.get(&id)
    }

    /// Snooze of a deal that is active on `today`.
    pub fn active(&self, id: u64, today: Date) -> Option<&DealSnooze> {
        self.of_deal(id).filter(|snooze| today <= snooze.until)
    }
}
