//! Settings of the business rules.

use super::{cold::ColdAfter, stage::LostStage};

/// Settings of the business rules, from the configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Whether the stage Lost is offered.
    pub lost_stage: LostStage,
    /// Number of days after which a deal is stale, by stage.
    pub cold_after: ColdAfter,
}
