//! Response of the formula preview.

use schemars::JsonSchema;
use serde::Serialize;

use crate::health::rules::band::HealthBand;

/// Effect of other weights.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PreviewResponse {
    /// Formula version.
    pub formula: String,
    /// Number of scored customers.
    pub customers: usize,
    /// Customers whose band would change, largest loss first.
    pub changes: Vec<BandMoveResponse>,
}

/// A customer whose band would change.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BandMoved")]
pub struct BandMoveResponse {
    /// Customer id.
    pub customer: String,
    /// Display name.
    pub title: String,
    /// Current score and band; `null` without a score.
    pub now: Option<ScoreWithBand>,
    /// Score and band under the other weights.
    pub then: Option<ScoreWithBand>,
}

/// A score with its band.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ScoreWithBand {
    /// Score, 0 to 100.
    pub score: u8,
    /// `healthy`, `at_risk`, `high_risk` or `critical`.
    #[schemars(with = "String")]
    pub band: HealthBand,
}
