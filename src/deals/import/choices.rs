//! Import options: matching key, decimal mark and treatment of empty cells.

use super::matching::MatchingKey;
use crate::deals::{amount::DecimalMark, stage::LostStage};

/// Options for importing one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    /// Fields by which a line is matched to its deal.
    pub key: MatchingKey,
    /// Decimal mark of the whole file; `None` until it is chosen. Only amounts such as `12.500` depend on it.
    pub decimal_mark: Option<DecimalMark>,
    /// Effect of an empty cell on the existing value.
    pub empty_cells: EmptyCells,
    /// Whether deals on this board can be lost.
    pub lost_stage: LostStage,
}

/// Effect of an empty cell of the file on the existing value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptyCells {
    /// Keeps the value: many exports leave out what they do not know.
    #[default]
    Keep,
    /// Erases sector, due date, assignee and notes; client, status and amount are never erased.
    Erase,
}
