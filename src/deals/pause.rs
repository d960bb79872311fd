//! Deals that somebody set aside for a while, so that they are not called cold.

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::Serialize;

/// A deal is set aside up to a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Pause {
    /// Id of the deal.
    pub deal: u64,
    /// Last day of the pause; on the next one the deal is looked at again.
    pub until: Date,
    /// Why; may be empty.
    pub reason: String,
    /// Who said so; may be empty.
    pub by: String,
    /// When they said so.
    pub at: Option<Timestamp>,
}

/// Every pause, at most one for each deal.
#[derive(Clone, Debug, Default)]
pub struct Pauses(HashMap<u64, Pause>);

impl Pauses {
    /// Of several pauses of one deal the one that lasts longest counts.
    pub fn of(pauses: impl IntoIterator<Item = Pause>) -> Self {
        let mut longest: HashMap<u64, Pause> = HashMap::new();
        for pause in pauses {
            match longest.get(&pause.deal) {
                Some(known) if known.until >= pause.until => {}
                _ => drop(longest.insert(pause.deal, pause)),
            }
        }
        Self(longest)
    }

    /// The pause that is written down for a deal, over or not.
    pub fn of_deal(&self, id: u64) -> Option<&Pause> {
        self.0.get(&id)
    }

    /// The pause in which a deal is today.
    pub fn in_force(&self, id: u64, today: Date) -> Option<&Pause> {
        self.of_deal(id).filter(|pause| today <= pause.until)
    }
}
