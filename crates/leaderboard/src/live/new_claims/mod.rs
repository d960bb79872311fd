//! New claims between two versions of the rows, for live updates.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::claims::{
    ledger::Ledger,
    list::ClaimOutcome,
    rules::RowValidity,
    storage::{saturating_u32, submission_id::SubmissionId},
};

/// A claim that counts since the earlier version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NewClaim {
    /// Id of the submission; empty when staff added the row without one.
    pub id: String,
    /// Display name of the CSM.
    pub csm: String,
    /// Display name of the company.
    pub company: String,
    /// Catalog integrations whose credit it holds.
    pub credited: Vec<String>,
}

/// New claims, named up to a limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewClaims {
    /// Latest new claims, earliest first.
    pub latest: Vec<NewClaim>,
    /// Number of further new claims.
    pub others: u32,
}

/// Identity of a row without an id: time, CSM, company and integrations.
type ClaimContent = (Timestamp, String, String, Vec<String>);

impl Ledger {
    /// Claims that count here and did not in `earlier`, at most `limit` of them named. A row counts once CSM, company
    /// and integrations are filled in, so a row typed cell by cell is new once. Rows are matched by id, or by content
    /// without one, regardless of position.
    pub fn new_claims_since(&self, earlier: &Self, limit: usize) -> NewClaims {
        let new = if self.submissions().extends(earlier.submissions()) {
            self.complete(saturating_u32(earlier.submissions().len())).collect()
        } else {
            self.new_complete_rows(earlier)
        };
        let named = new.len().saturating_sub(limit);
        NewClaims {
            latest: new[named..].iter().map(|index| self.new_claim(*index)).collect(),
            others: saturating_u32(named),
        }
    }

    /// Indices from `first` on whose rows are complete, earliest first.
    fn complete(&self, first: u32) -> impl Iterator<Item = u32> {
        let order = self.order().iter().copied();
        order.filter(move |index| *index >= first && self.is_complete(*index))
    }

    fn is_complete(&self, index: u32) -> bool {
        let names_something = || self.claims_of(index).iter().any(|claim| claim.integration.is_some());
        self.line(index).validity == RowValidity::Counts && names_something()
    }

    fn new_complete_rows(&self, earlier: &Self) -> Vec<u32> {
        let mut without_id: HashMap<ClaimContent, u32> = HashMap::new();
        for index in earlier.complete(0).filter(|index| earlier.has_no_id(*index)) {
            *without_id.entry(earlier.content(index)).or_default() += 1;
        }
        let mut is_known = |index: u32| {
            if self.has_no_id(index) {
                let known = without_id.get_mut(&self.content(index)).filter(|known| **known > 0);
                return known.map(|known| *known -= 1).is_some();
            }
            let known = earlier
                .submissions()
                .earliest_with_id(&SubmissionId::of(&self.submission(index).id()));
            known.is_some_and(|known| earlier.is_complete(known))
        };
        self.complete(0).filter(|index| !is_known(*index)).collect()
    }

    fn has_no_id(&self, index: u32) -> bool {
        self.submission(index).id().is_empty()
    }

    fn content(&self, index: u32) -> ClaimContent {
        let row = self.submission(index);
        let integrations = row.integrations().map(str::to_owned).collect();
        (
            row.submitted_at(),
            row.csm().to_owned(),
            row.company().to_owned(),
            integrations,
        )
    }

    fn new_claim(&self, index: u32) -> NewClaim {
        let claimed = self.claimed_integrations(index).into_iter();
        NewClaim {
            id: self.submission(index).id(),
            csm: self.csm_of(index),
            company: self.company_of(index),
            credited: claimed
                .filter(|claimed| claimed.in_catalog && claimed.outcome == ClaimOutcome::Credited)
                .map(|claimed| claimed.name)
                .collect(),
        }
    }
}
