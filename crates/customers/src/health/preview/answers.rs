//! Response of the formula preview.

use schemars::JsonSchema;
use serde::Serialize;
use web::response::{CutList, ListPage};

use crate::health::rules::band::HealthBand;

/// Effect of other weights.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PreviewResponse {
    /// Formula version.
    pub formula: String,
    /// Number of scored customers.
    pub customers: usize,
    /// Customers whose band would change, largest loss first, at most 1,000.
    pub changes: Vec<BandMoveResponse>,
    /// `changes`, if there are more of them; the next ones have `page=2`.
    pub cut: Vec<CutList>,
}

impl PreviewResponse {
    /// The same with one page of the changes. `address` is path and query of the request.
    #[must_use]
    pub fn on_page(mut self, page: ListPage, address: &str) -> Self {
        let total = self.changes.len();
        let range = page.range(total);
        self.changes.truncate(range.end);
        self.changes.drain(..range.start);
        self.cut = page.cut("changes", total, address).into_iter().collect();
        self
    }
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
