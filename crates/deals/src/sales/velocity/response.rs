//! Response of `GET /deals/velocity`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::sales::velocity::{GroupVelocity, MonthVelocity, SalesVelocity, StageTime};

/// Sales velocity.
#[derive(Serialize, JsonSchema)]
pub(crate) struct VelocityResponse {
    /// Time at which the spreadsheet was read.
    pub(crate) as_of: Timestamp,
    /// Filter as a query string.
    pub(crate) filter: String,
    /// Velocity of all deals that match the filter.
    pub(crate) velocity: SalesVelocity,
    /// Velocity by month of creation, earliest first.
    pub(crate) months: Vec<MonthVelocity>,
    /// Velocity by assignee, fastest first.
    pub(crate) assignees: Vec<GroupVelocity>,
    /// Velocity by sector, fastest first.
    pub(crate) sectors: Vec<GroupVelocity>,
    /// Time in each open stage.
    pub(crate) stages: Vec<StageTime>,
    /// Time of the first recorded stage change; `None` without any.
    pub(crate) history_since: Option<Timestamp>,
    /// Missing data, as sentences.
    pub(crate) gaps: Vec<String>,
}
