//! A deal: one row of the tab `deals`.

pub(crate) mod audit_log;
pub mod columns;
pub(crate) mod corrections;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod grouping;
pub(crate) mod page;
pub mod response;
pub(crate) mod row_codec;
pub mod rows;
pub(crate) mod snooze;
pub(crate) mod stage;
pub(crate) mod stage_history;
#[cfg(test)]
mod tests;
pub(crate) mod view;

use std::sync::Arc;

use domain::money::Money;
use jiff::{Timestamp, civil::Date};

use crate::deal::stage::DealStage;

/// A deal.
#[derive(Clone, Debug, PartialEq)]
pub struct Deal {
    /// Row number in the spreadsheet, 2 for the first data row.
    pub row: u32,
    /// Numeric id; `None` in a row that staff typed and that has none yet.
    pub id: Option<u64>,
    /// Client name.
    pub client: Arc<str>,
    /// Stage.
    pub stage: DealStage,
    /// Gross amount in cents, greater than zero.
    pub amount: Money,
    /// Sector; `None` when the cell is empty.
    pub sector: Option<Arc<str>>,
    /// Due date.
    pub due: Option<Date>,
    /// Assignee.
    pub assignee: Option<Arc<str>>,
    /// Notes; may be empty.
    pub notes: Arc<str>,
    /// Creation time; `None` in a row that staff typed.
    pub created_at: Option<Timestamp>,
    /// Time of the last change.
    pub updated_at: Option<Timestamp>,
}

impl Deal {
    /// Amount times the probability of its stage, exact.
    pub fn weighted(&self) -> Money {
        self.amount.times(self.stage.probability())
    }
}
