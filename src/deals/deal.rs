//! One row of the `deals` tab as a value.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};

use super::stage::Stage;
use crate::money::Money;

/// A deal.
#[derive(Clone, Debug, PartialEq)]
pub struct Deal {
    /// Row number as the spreadsheet shows it, 2 for the first data row.
    pub row: u32,
    /// Whole number; `None` in a row that staff typed and that has none yet.
    pub id: Option<u64>,
    /// The customer's name.
    pub client: Arc<str>,
    /// Where it stands.
    pub stage: Stage,
    /// Gross amount, more than nothing, in cents.
    pub amount: Money,
    /// `None` when nobody filled it in.
    pub sector: Option<Arc<str>>,
    /// The day on which it is due.
    pub due: Option<Date>,
    /// Who works on it.
    pub assignee: Option<Arc<str>>,
    /// Remarks; may be empty.
    pub notes: Arc<str>,
    /// When it was created; `None` in a row that staff typed.
    pub created_at: Option<Timestamp>,
    /// When anything in it was changed last.
    pub updated_at: Option<Timestamp>,
}

impl Deal {
    /// Amount times the likelihood of its stage, exact.
    pub fn weighted(&self) -> Money {
        self.amount.times(self.stage.probability())
    }
}
