//! Rows of the board at one data version, and the context in which the rules evaluate them.

use std::sync::Arc;

use jiff::Timestamp;
use sheets_store::finding::Finding;

use crate::{
    dashboard::stale::{BoardDay, StaleAfter},
    deal::{rows::DealRows, stage::LostStage},
};

/// Rows of the board at one data version.
pub(crate) type DealsSnapshot = web::snapshot::BoardSnapshot<DealRows>;

/// Inputs of a response besides the rows and the filter.
#[derive(Clone, Debug)]
pub struct RuleContext {
    /// Today and the configured time zone.
    pub day: BoardDay,
    /// Time at which the spreadsheet was read.
    pub as_of: Timestamp,
    /// Whether the stage Lost is offered.
    pub lost_stage: LostStage,
    /// Number of days after which a deal is stale, by stage.
    pub cold_after: StaleAfter,
    /// Findings in the cells of the board's tabs.
    pub findings: Arc<Vec<Finding>>,
}
