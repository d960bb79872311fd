//! The rows behind a number, as values: what each submission claimed and what became of each claim.

use jiff::Timestamp;
use serde::Serialize;

use super::claim::Status;

/// One row of the `submissions` tab with the outcome of each of its claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClaimLine {
    /// Row number as the spreadsheet shows it.
    pub row: u32,
    /// Id of the submission; empty when staff typed the row without one.
    pub id: String,
    /// Server time at which the submission arrived.
    pub submitted_at: Timestamp,
    /// Name of the CSM as the board shows it.
    pub csm: String,
    /// Name of the company as the board shows it.
    pub company: String,
    /// Name of the company as it was typed.
    pub company_typed: String,
    /// What staff say about the row.
    pub status: Status,
    /// Staff's remark; may be empty.
    pub note: String,
    /// The integrations of the row in the order of the cell.
    pub integrations: Vec<ClaimedIntegration>,
    /// Address of the row in the spreadsheet's own editor.
    pub link: String,
}

/// One claim: an integration within a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClaimedIntegration {
    /// Name as the catalog writes it, or as typed when the catalog does not know it.
    pub name: String,
    /// Whether the catalog knows it; one it does not know is counted apart.
    pub in_catalog: bool,
    /// What the claim earned.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What a claim earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// This claim is the earliest valid one and holds the credit.
    Credited,
    /// The same CSM was credited by an earlier row.
    Repeated,
    /// Someone else was credited before.
    CreditedTo(CreditedTo),
    /// Staff rejected the row, or it was withdrawn.
    SetAside,
}

/// Who holds the credit for a company and integration, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CreditedTo {
    /// Name of the CSM as the board shows it.
    pub csm: String,
    /// Instant of the submission that earned it.
    pub at: Timestamp,
}
