//! Self-service correction of a claim: for 15 minutes the sender can correct or withdraw it with the signed link on the
//! receipt. After that staff edit the sheet.

pub(crate) mod page;
pub mod signing;
pub(crate) mod view;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use sheets_store::{CellContent, CellEntry, CellUpdate, RowUpdate};
use web::error::FieldError;

use crate::claims::{
    catalog::Catalog,
    form::validation::{SubmissionError, SubmissionRequest},
    ledger::Ledger,
    list::ClaimRow,
    rows::{COMPANY, CSM, INTEGRATIONS, STATUS, SUBMISSIONS},
    storage::{submission_columns::SubmissionRow, submission_id::SubmissionId},
    submission::SubmissionStatus,
};

/// How long a sender can correct a claim.
pub const OWN_CORRECTION: SignedDuration = SignedDuration::from_mins(15);

/// Whether the sender can still correct a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CorrectionEligibility {
    /// Correctable until this instant.
    Until(Timestamp),
    /// The period has expired.
    TooLate,
    /// Staff have set the status.
    Decided(SubmissionStatus),
}

/// Whether the claim of a row can be corrected now.
pub fn correctable(submitted_at: Timestamp, status: SubmissionStatus, now: Timestamp) -> CorrectionEligibility {
    let until = submitted_at.checked_add(OWN_CORRECTION).unwrap_or(Timestamp::MAX);
    match status {
        SubmissionStatus::Received if now < until => CorrectionEligibility::Until(until),
        SubmissionStatus::Received => CorrectionEligibility::TooLate,
        decided => CorrectionEligibility::Decided(decided),
    }
}

/// Body of a correction. Includes the values that the form showed, to detect concurrent edits.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CorrectionRequest {
    /// Signature of the link.
    pub signature: String,
    /// New CSM name.
    pub csm: String,
    /// New company name.
    pub company: String,
    /// New integrations, separated by commas.
    pub integrations: String,
    /// CSM name that the form showed.
    pub seen_csm: String,
    /// Company name that the form showed.
    pub seen_company: String,
    /// Integrations that the form showed.
    pub seen_integrations: String,
    /// `withdraw` withdraws the claim; any other value corrects it.
    pub action: String,
}

impl CorrectionRequest {
    /// Form values for a row.
    pub fn of_row(row: &SubmissionRow<'_>, signature: &str) -> Self {
        let integrations: Vec<&str> = row.integrations().collect();
        let integrations = integrations.join(", ");
        Self {
            signature: signature.to_owned(),
            csm: row.csm().to_owned(),
            company: row.company().to_owned(),
            seen_csm: row.csm().to_owned(),
            seen_company: row.company().to_owned(),
            seen_integrations: integrations.clone(),
            integrations,
            action: String::new(),
        }
    }

    /// Whether the claim is to be withdrawn.
    pub fn is_withdrawal(&self) -> bool {
        self.action == "withdraw"
    }

    /// Update of the row with this id; `None` when nothing changes.
    ///
    /// # Errors
    /// Field errors, each about one field.
    pub fn update(&self, id: &str, catalog: &Catalog, now: Timestamp) -> Result<Option<RowUpdate>, Vec<FieldError>> {
        if self.is_withdrawal() {
            let cells = vec![CellUpdate {
                column: STATUS,
                from: CellContent::Text(SubmissionStatus::Received.as_str().to_owned()),
                to: CellEntry::Text(SubmissionStatus::Withdrawn.as_str().to_owned()),
            }];
            return Ok(Some(update(id, cells)));
        }
        let request = SubmissionRequest {
            csm: self.csm.clone(),
            company: self.company.clone(),
            integrations: vec![self.integrations.clone()],
            ..SubmissionRequest::default()
        };
        let valid = match request.check(catalog, now) {
            Ok(valid) => valid,
            Err(SubmissionError::Fields(field_errors)) => return Err(field_errors),
            Err(SubmissionError::Automatic) => return Err(Vec::new()),
        };
        let cells: Vec<CellUpdate> = [
            (CSM, &self.seen_csm, valid.csm),
            (COMPANY, &self.seen_company, valid.company),
            (INTEGRATIONS, &self.seen_integrations, valid.integrations),
        ]
        .into_iter()
        .filter(|(_, seen, value)| *seen != value)
        .map(|(column, seen, value)| CellUpdate {
            column,
            from: CellContent::Text(seen.clone()),
            to: CellEntry::Text(value),
        })
        .collect();
        Ok((!cells.is_empty()).then(|| update(id, cells)))
    }
}

fn update(id: &str, cells: Vec<CellUpdate>) -> RowUpdate {
    RowUpdate {
        tab: &SUBMISSIONS,
        id: id.to_owned(),
        cells,
    }
}

impl Ledger {
    /// Row with this id, the earliest when several share it.
    pub fn row_of(&self, id: &str) -> Option<SubmissionRow<'_>> {
        let index = self.submissions().earliest_with_id(&SubmissionId::of(id))?;
        Some(self.submission(index))
    }

    /// Claims of the row with this id, with their outcomes.
    pub fn claim_of(&self, id: &str, link: impl Fn(u32) -> String) -> Option<ClaimRow> {
        let index = self.submissions().earliest_with_id(&SubmissionId::of(id))?;
        Some(self.claim_line(index, link))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::fixture::march;

    #[test]
    fn a_claim_can_be_put_right_for_a_quarter_of_an_hour_unless_staff_were_faster() {
        let request = march("02 09:00");
        for (now, status, expected) in [
            (
                "02 09:00",
                SubmissionStatus::Received,
                CorrectionEligibility::Until(march("02 09:15")),
            ),
            (
                "02 09:14",
                SubmissionStatus::Received,
                CorrectionEligibility::Until(march("02 09:15")),
            ),
            ("02 09:15", SubmissionStatus::Received, CorrectionEligibility::TooLate),
            (
                "02 09:01",
                SubmissionStatus::Rejected,
                CorrectionEligibility::Decided(SubmissionStatus::Rejected),
            ),
            (
                "03 09:01",
                SubmissionStatus::Validated,
                CorrectionEligibility::Decided(SubmissionStatus::Validated),
            ),
        ] {
            assert_eq!(correctable(request, status, march(now)), expected, "{now}");
        }
    }

    #[test]
    fn only_what_differs_from_what_was_seen_is_changed() {
        let catalog = Catalog::parse("GitHub\nSlack");
        let request = CorrectionRequest {
            csm: "Kate".to_owned(),
            company: "Acme".to_owned(),
            integrations: "slack, github".to_owned(),
            seen_csm: "Kate".to_owned(),
            seen_company: "Acne".to_owned(),
            seen_integrations: "GitHub, Slack".to_owned(),
            ..CorrectionRequest::default()
        };
        let update = request
            .update("a", &catalog, march("02 09:00"))
            .expect("valid")
            .expect("a change");
        assert_eq!(update.cells.len(), 1);
        assert_eq!(
            (update.cells[0].column, &update.cells[0].to),
            (COMPANY, &CellEntry::Text("Acme".to_owned()))
        );
        let same = CorrectionRequest {
            seen_company: "Acme".to_owned(),
            ..request.clone()
        };
        assert!(same.update("a", &catalog, march("02 09:00")).expect("valid").is_none());
        let refused = CorrectionRequest {
            company: " ".to_owned(),
            ..request
        };
        let field_errors = refused
            .update("a", &catalog, march("02 09:00"))
            .expect_err("no company");
        assert_eq!(field_errors[0].field, "company");
    }
}
