//! Dispute of a credit, one row of the tab `disputes`.

use domain::normalize::normalize;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// Decision of staff on a dispute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// Not decided.
    #[default]
    Open,
    /// Accepted by staff.
    Accepted,
    /// Refused by staff.
    Refused,
}

impl DisputeStatus {
    /// All statuses, in the order in which pages explain them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Accepted, Self::Refused];

    /// The word in the sheet.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }

    /// Parses a cell; empty means open.
    ///
    /// # Errors
    /// A sentence with the allowed words.
    pub fn parse(cell: &str) -> Result<Self, String> {
        let word = normalize(cell);
        if word.is_empty() {
            return Ok(Self::Open);
        }
        let found = Self::ALL.into_iter().find(|status| status.as_str() == word);
        found.ok_or_else(|| {
            format!(
                "“{}” is not a status. Write open, accepted or refused. Until then the dispute is open.",
                cell.trim()
            )
        })
    }
}

/// A dispute, one row of the tab.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Dispute {
    /// Derived from the claim and the integration: a claim is disputed at most once.
    pub id: String,
    /// When it was made; `None` when that cell was edited.
    pub at: Option<Timestamp>,
    /// Id of the submission whose claim was credited to another CSM.
    pub claim: String,
    /// CSM who disputes.
    pub csm: String,
    /// The company.
    pub company: String,
    /// The integration.
    pub integration: String,
    /// CSM who held the credit when it was disputed.
    pub credited_to: String,
    /// Reason given by the CSM.
    pub reason: String,
    /// Decision of staff.
    pub status: DisputeStatus,
    /// Remark by staff; may be empty.
    pub note: String,
    /// Address of the row in the spreadsheet.
    pub link: String,
}

impl Dispute {
    /// Whether it is about this claim and integration.
    pub fn is_about_claim(&self, claim: &str, integration: &str) -> bool {
        self.claim == claim && normalize(&self.integration) == normalize(integration)
    }

    /// Whether it is about the credit for an integration of a company.
    pub fn is_about_credit(&self, company: &str, integration: &str) -> bool {
        normalize(&self.company) == normalize(company) && normalize(&self.integration) == normalize(integration)
    }

    /// Whether a CSM is one of the two parties.
    pub fn concerns(&self, csm: &str) -> bool {
        let csm = normalize(csm);
        normalize(&self.csm) == csm || normalize(&self.credited_to) == csm
    }
}
