//! New claims between two versions of the rows, for live updates.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::claims::{
    ledger::Ledger,
    list::ClaimOutcome,
    storage::{name_interner::RowValidity, saturating_u32, submission_id::SubmissionId},
};

/// A claim that counts since the earlier version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    /// Claims that count here and did not in `earlier`, at most `most` of them named. A row counts once CSM, company
    /// and integrations are filled in, so a row typed cell by cell is new once. Rows are matched by id, or by content
    /// without one, regardless of position.
    pub fn new_claims_since(&self, earlier: &Self, most: usize) -> NewClaims {
        let new = if self.submissions().continues(earlier.submissions()) {
            self.complete(saturating_u32(earlier.submissions().len())).collect()
        } else {
            self.complete_and_unknown_to(earlier)
        };
        let named = new.len().saturating_sub(most);
        NewClaims {
            latest: new[named..].iter().map(|place| self.new_claim(*place)).collect(),
            others: saturating_u32(named),
        }
    }

    /// Indices from `first` on whose rows are complete, earliest first.
    fn complete(&self, first: u32) -> impl Iterator<Item = u32> {
        let order = self.order().iter().copied();
        order.filter(move |place| *place >= first && self.is_complete(*place))
    }

    fn is_complete(&self, place: u32) -> bool {
        let names_something = || self.claims_of(place).iter().any(|claim| claim.integration.is_some());
        self.line(place).standing == RowValidity::Counts && names_something()
    }

    fn complete_and_unknown_to(&self, earlier: &Self) -> Vec<u32> {
        let mut without_id: HashMap<ClaimContent, u32> = HashMap::new();
        for place in earlier.complete(0).filter(|place| earlier.has_no_id(*place)) {
            *without_id.entry(earlier.content(place)).or_default() += 1;
        }
        let mut is_known = |place: u32| {
            if self.has_no_id(place) {
                let known = without_id.get_mut(&self.content(place)).filter(|known| **known > 0);
                return known.map(|known| *known -= 1).is_some();
            }
            let known = earlier
                .submissions()
                .earliest_with_id(&SubmissionId::of(&self.submission(place).id()));
            known.is_some_and(|known| earlier.is_complete(known))
        };
        self.complete(0).filter(|place| !is_known(*place)).collect()
    }

    fn has_no_id(&self, place: u32) -> bool {
        self.submission(place).id().is_empty()
    }

    fn content(&self, place: u32) -> ClaimContent {
        let row = self.submission(place);
        let integrations = row.integrations().map(str::to_owned).collect();
        (
            row.submitted_at(),
            row.csm().to_owned(),
            row.company().to_owned(),
            integrations,
        )
    }

    fn new_claim(&self, place: u32) -> NewClaim {
        let claimed = self.claimed_integrations(place).into_iter();
        NewClaim {
            id: self.submission(place).id(),
            csm: self.csm_of(place),
            company: self.company_of(place),
            credited: claimed
                .filter(|claimed| claimed.in_catalog && claimed.outcome == ClaimOutcome::Credited)
                .map(|claimed| claimed.name)
                .collect(),
        }
    }
}
