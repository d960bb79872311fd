//! What an operator chooses about the rules of the board.

use super::{cold::ColdAfter, stage::LostStage};

/// What an operator chooses about the rules of the board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Whether deals can be lost.
    pub lost_stage: LostStage,
    /// When deals are cold.
    pub cold_after: ColdAfter,
}
