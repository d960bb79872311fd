//! New dispute: request, validation and the row that records it.

use domain::{
    language::Language,
    normalize::{collapse_spaces, normalize},
    text::{TextKind, check_characters},
};
use jiff::Zoned;
use schemars::JsonSchema;
use serde::Deserialize;
use sheets_store::{
    cell::CellEntry,
    commit::batch::{NewId, RowInsert},
};
use uuid::Uuid;
use web::error::FieldError;

use crate::{
    claims::list::{ClaimOutcome, ClaimRow, CreditedTo},
    disputes::{dispute::DisputeStatus, rows::DISPUTES},
};

/// Maximum length of a reason, in characters.
pub const MAX_REASON_LENGTH: usize = 1_000;

/// Body of a new dispute: of an existing claim, or of a credit that the CSM claims in the same request.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DisputeRequest {
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
pub struct DisputableClaim {
    /// Id of the submission.
    pub claim: String,
    /// CSM who claimed.
    pub csm: String,
    /// Credit that another CSM holds.
    pub credit: HeldCredit,
}

impl DisputableClaim {
    /// The claim of a row for an integration; `None` when no other CSM holds the credit.
    pub fn of(line: &ClaimRow, integration: &str) -> Option<Self> {
        let claimed = line
            .integrations
            .iter()
            .find(|claimed| normalize(&claimed.name) == normalize(integration))?;
        let ClaimOutcome::CreditedTo(credited_to) = &claimed.outcome else {
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
    pub fn dispute(&self, reason: &str, at: &Zoned) -> Result<RowInsert, FieldError> {
        let reason = reason.trim();
        if collapse_spaces(reason).is_empty() {
            return Err(FieldError::new(
                "reason",
                "Say why the credit is wrong: staff and the other one read it.",
            ));
        }
        let length = reason.chars().count();
        if length > MAX_REASON_LENGTH {
            let message = format!("The reason has {length} characters. Shorten it to {MAX_REASON_LENGTH}.");
            return Err(FieldError::new("reason", message));
        }
        check_characters(reason, TextKind::Paragraphs)
            .map_err(|refused| FieldError::new("reason", refused.text(Language::English)))?;
        let text = |text: &str| CellEntry::Text(text.to_owned());
        Ok(RowInsert {
            tab: &DISPUTES,
            id: NewId::Given(self.id()),
            cells: vec![
                CellEntry::instant(at),
                text(&self.claim),
                text(&self.csm),
                text(&self.credit.company),
                text(&self.credit.integration),
                text(&self.credit.credited_to.csm),
                text(reason),
                text(DisputeStatus::Open.as_str()),
                CellEntry::Empty,
            ],
        })
    }

    fn id(&self) -> String {
        let name = format!("dispute\n{}\n{}", self.claim, normalize(&self.credit.integration));
        Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
    }
}
