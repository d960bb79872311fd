//! What one submission changed, as a value.

use jiff::Timestamp;
use serde::Serialize;

use super::claims::CreditedTo;

/// What one submission did to the board, computed from the rows as they are now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubmissionEffect {
    /// Id of the submission.
    pub id: String,
    /// Server time at which it arrived.
    pub submitted_at: Timestamp,
    /// Name of the CSM as the board shows it.
    pub csm: String,
    /// Name of the company as the board shows it.
    pub company: String,
    /// Catalog integrations that this submission holds the credit for.
    pub credited: Vec<String>,
    /// Integrations outside the catalog that it holds the credit for; counted apart.
    pub counted_apart: Vec<String>,
    /// Integrations that an earlier row had credited to the same CSM.
    pub already_yours: Vec<String>,
    /// Integrations that somebody else was credited with before.
    pub already_theirs: Vec<CreditedElsewhere>,
    /// The CSM's place on the board of all time; `None` while no credit is held.
    pub place: Option<Place>,
}

/// An integration that somebody else holds the credit for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CreditedElsewhere {
    /// Name of the integration.
    pub integration: String,
    /// Who holds the credit.
    #[serde(flatten)]
    pub credited_to: CreditedTo,
}

/// Where a CSM stands on the board of all time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Rank, 1 for the first.
    pub rank: u32,
    /// Whether somebody else has the same rank.
    pub tied: bool,
    /// Credited integrations in all.
    pub integrations: u32,
    /// Distance to the CSM next above; `None` at the top.
    pub behind: Option<Gap>,
}

/// Distance to the CSM next above.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// Credits missing to draw level, at least 1.
    pub points: u32,
    /// The CSM next above; the first by name when several share that place.
    pub csm: String,
}
