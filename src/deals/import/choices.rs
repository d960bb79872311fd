//! What the person decides about a file before it is imported.

use super::matching::MatchingKey;
use crate::deals::{amount::DecimalMark, stage::LostStage};

/// The choices for one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    /// By what a line finds the deal that it means.
    pub key: MatchingKey,
    /// The sign before decimals throughout the file; `None` while nobody said. Matters only for amounts such as `12.500`.
    pub decimal_mark: Option<DecimalMark>,
    /// What an empty cell does to a value in the tab.
    pub empty_cells: EmptyCells,
    /// Whether deals can be lost on this board.
    pub lost_stage: LostStage,
}

/// What an empty cell of the file does to a value in the tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptyCells {
    /// Nothing: many exports leave out what they do not know.
    #[default]
    Keep,
    /// It erases sector, due date, assignee and notes; client, status and amount are never erased.
    Erase,
}
