//! Dispute of a credit, one row of the tab `disputes`.

use jiff::{Timestamp, Zoned};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    super::claims::{ClaimLine, CreditedTo, Outcome},
    rows::DISPUTES,
};
use crate::{
    error::FieldError,
    spelling::{fold, tidy},
    store::{Entry, Insert, NewId},
};

/// Maximum length of a reason, in characters.
pub const LONGEST_REASON: usize = 1_000;

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
    pub fn word(self) -> &'static str {
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
        let word = fold(cell);
        if word.is_empty() {
            return Ok(Self::Open);
        }
        let found = Self::ALL.into_iter().find(|status| status.word() == word);
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
    pub fn is_of(&self, claim: &str, integration: &str) -> bool {
        self.claim == claim && fold(&self.integration) == fold(integration)
    }

    /// Whether it is about the credit for an integration of a company.
    pub fn is_about(&self, company: &str, integration: &str) -> bool {
        fold(&self.company) == fold(company) && fold(&self.integration) == fold(integration)
    }

    /// Whether a CSM is one of the two parties.
    pub fn concerns(&self, csm: &str) -> bool {
        let csm = fold(csm);
        fold(&self.csm) == csm || fold(&self.credited_to) == csm
    }
}

/// Body of a new dispute: of an existing claim, or of a credit that the CSM claims in the same request.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SentDispute {
    /// Id of the submission; empty when the CSM has not claimed the integration yet.
    pub claim: String,
    /// Name of the integration.
    pub integration: String,
    /// Reason of the dispute.
    pub reason: String,
    /// Without a claim: the CSM who disputes.
    pub csm: String,
    /// Without a claim: the company.
    pub company: String,
    /// Without a claim: idempotency key, generated when the form was shown.
    pub key: String,
}

/// A credit and its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldCredit {
    /// The company.
    pub company: String,
    /// The integration.
    pub integration: String,
    /// Holder of the credit.
    pub credited_to: CreditedTo,
}

/// A claim that can be disputed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disputable {
    /// Id of the submission.
    pub claim: String,
    /// CSM who claimed.
    pub csm: String,
    /// Credit that another CSM holds.
    pub credit: HeldCredit,
}

impl Disputable {
    /// The claim of a row for an integration; `None` when no other CSM holds the credit.
    pub fn of(line: &ClaimLine, integration: &str) -> Option<Self> {
        let claimed = line
            .integrations
            .iter()
            .find(|claimed| fold(&claimed.name) == fold(integration))?;
        let Outcome::CreditedTo(credited_to) = &claimed.outcome else {
            return None;
        };
        Some(Self {
            claim: line.id.clone(),
            csm: line.csm.clone(),
            credit: HeldCredit {
                company: line.company.clone(),
                integration: claimed.name.clone(),
                credited_to: credited_to.clone(),
            },
        })
    }

    /// Row to insert, with the reason as typed.
    ///
    /// # Errors
    /// A field error about the reason.
    pub fn dispute(&self, reason: &str, at: &Zoned) -> Result<Insert, FieldError> {
        let reason = reason.trim();
        if tidy(reason).is_empty() {
            return Err(FieldError::new(
                "reason",
                "Say why the credit is wrong: staff and the other one read it.",
            ));
        }
        let length = reason.chars().count();
        if length > LONGEST_REASON {
            let message = format!("The reason has {length} characters. Shorten it to {LONGEST_REASON}.");
            return Err(FieldError::new("reason", message));
        }
        let text = |text: &str| Entry::Text(text.to_owned());
        Ok(Insert {
            tab: &DISPUTES,
            id: NewId::Given(self.id()),
            cells: vec![
                Entry::instant(at),
                text(&self.claim),
                text(&self.csm),
                text(&self.credit.company),
                text(&self.credit.integration),
                text(&self.credit.credited_to.csm),
                text(reason),
                text(DisputeStatus::Open.word()),
                Entry::Empty,
            ],
        })
    }

    fn id(&self) -> String {
        let name = format!("dispute\n{}\n{}", self.claim, fold(&self.credit.integration));
        Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
    }
}
