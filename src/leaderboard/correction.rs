//! The own correction: for a quarter of an hour whoever sent a claim may put it right or take it back, with the link on the
//! receipt. Afterwards staff do, in the sheet.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    catalog::Catalog,
    claim::Status,
    claims::ClaimLine,
    credit::Ledger,
    id::Id,
    rows::{COMPANY, CSM, INTEGRATIONS, STATUS, SUBMISSIONS},
    submission::{Refusal, SentSubmission},
    table::SubmissionRow,
};
use crate::{
    error::FieldError,
    store::{CellUpdate, Content, Entry, Update},
};

/// How long a claim can be put right by whoever sent it.
pub const OWN_CORRECTION: SignedDuration = SignedDuration::from_mins(15);

/// Whether a claim can be put right by whoever sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correctable {
    /// Until this instant.
    Until(Timestamp),
    /// The time is over.
    TooLate,
    /// Staff have set its status.
    Decided(Status),
}

/// Whether the claim in a row can be put right now.
pub fn correctable(submitted_at: Timestamp, status: Status, now: Timestamp) -> Correctable {
    let until = submitted_at.checked_add(OWN_CORRECTION).unwrap_or(Timestamp::MAX);
    match status {
        Status::Received if now < until => Correctable::Until(until),
        Status::Received => Correctable::TooLate,
        decided => Correctable::Decided(decided),
    }
}

/// A correction as it was sent. What was seen comes along, so that nobody else's change is overwritten.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SentCorrection {
    /// The signature of the link.
    pub signature: String,
    /// The name as it should be.
    pub csm: String,
    /// The company as it should be.
    pub company: String,
    /// The integrations as they should be, separated by commas.
    pub integrations: String,
    /// The name that the form showed.
    pub seen_csm: String,
    /// The company that the form showed.
    pub seen_company: String,
    /// The integrations that the form showed.
    pub seen_integrations: String,
    /// `withdraw` takes the claim back; anything else puts it right.
    pub action: String,
}

impl SentCorrection {
    /// What a form shows for a row.
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

    /// Whether the claim is to be taken back.
    pub fn is_withdrawal(&self) -> bool {
        self.action == "withdraw"
    }

    /// The change of the row with this id; `None` when it is as it should be.
    ///
    /// # Errors
    /// Complaints, each about one field.
    pub fn update(&self, id: &str, catalog: &Catalog, now: Timestamp) -> Result<Option<Update>, Vec<FieldError>> {
        if self.is_withdrawal() {
            let cells = vec![CellUpdate {
                column: STATUS,
                from: Content::Text(Status::Received.as_str().to_owned()),
                to: Entry::Text(Status::Withdrawn.as_str().to_owned()),
            }];
            return Ok(Some(update(id, cells)));
        }
        let sent = SentSubmission {
            csm: self.csm.clone(),
            company: self.company.clone(),
            integrations: vec![self.integrations.clone()],
            ..SentSubmission::default()
        };
        let valid = match sent.check(catalog, now) {
            Ok(valid) => valid,
            Err(Refusal::Fields(complaints)) => return Err(complaints),
            Err(Refusal::Automatic) => return Err(Vec::new()),
        };
        let cells: Vec<CellUpdate> = [
            (CSM, &self.seen_csm, valid.csm),
            (COMPANY, &self.seen_company, valid.company),
            (INTEGRATIONS, &self.seen_integrations, valid.integrations),
        ]
        .into_iter()
        .filter(|(_, seen, wanted)| *seen != wanted)
        .map(|(column, seen, wanted)| CellUpdate {
            column,
            from: Content::Text(seen.clone()),
            to: Entry::Text(wanted),
        })
        .collect();
        Ok((!cells.is_empty()).then(|| update(id, cells)))
    }
}

fn update(id: &str, cells: Vec<CellUpdate>) -> Update {
    Update {
        tab: &SUBMISSIONS,
        id: id.to_owned(),
        cells,
    }
}

impl Ledger {
    /// The row with this id, the earliest when there are several.
    pub fn row_of(&self, id: &str) -> Option<SubmissionRow<'_>> {
        let place = self.submissions().earliest_with_id(&Id::of(id))?;
        Some(self.submission(place))
    }

    /// The same with what became of each of its claims.
    pub fn claim_of(&self, id: &str, link: impl Fn(u32) -> String) -> Option<ClaimLine> {
        let place = self.submissions().earliest_with_id(&Id::of(id))?;
        Some(self.claim_line(place, link))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaderboard::fixture::march;

    #[test]
    fn a_claim_can_be_put_right_for_a_quarter_of_an_hour_unless_staff_were_faster() {
        let sent = march("02 09:00");
        for (now, status, expected) in [
            ("02 09:00", Status::Received, Correctable::Until(march("02 09:15"))),
            ("02 09:14", Status::Received, Correctable::Until(march("02 09:15"))),
            ("02 09:15", Status::Received, Correctable::TooLate),
            ("02 09:01", Status::Rejected, Correctable::Decided(Status::Rejected)),
            ("03 09:01", Status::Validated, Correctable::Decided(Status::Validated)),
        ] {
            assert_eq!(correctable(sent, status, march(now)), expected, "{now}");
        }
    }

    #[test]
    fn only_what_differs_from_what_was_seen_is_changed() {
        let catalog = Catalog::parse("GitHub\nSlack");
        let sent = SentCorrection {
            csm: "Kate".to_owned(),
            company: "Acme".to_owned(),
            integrations: "slack, github".to_owned(),
            seen_csm: "Kate".to_owned(),
            seen_company: "Acne".to_owned(),
            seen_integrations: "GitHub, Slack".to_owned(),
            ..SentCorrection::default()
        };
        let update = sent
            .update("a", &catalog, march("02 09:00"))
            .expect("valid")
            .expect("a change");
        assert_eq!(update.cells.len(), 1);
        assert_eq!(
            (update.cells[0].column, &update.cells[0].to),
            (COMPANY, &Entry::Text("Acme".to_owned()))
        );
        let same = SentCorrection {
            seen_company: "Acme".to_owned(),
            ..sent.clone()
        };
        assert!(same.update("a", &catalog, march("02 09:00")).expect("valid").is_none());
        let refused = SentCorrection {
            company: " ".to_owned(),
            ..sent
        };
        let complaints = refused
            .update("a", &catalog, march("02 09:00"))
            .expect_err("no company");
        assert_eq!(complaints[0].field, "company");
    }
}
