//! What is new between two states of the rows: the claims that whoever watches the board has not seen yet.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{
    claims::Outcome,
    credit::Ledger,
    id::Id,
    roll::{Standing, count},
};

/// A claim that has begun to count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewClaim {
    /// Id of the submission; empty when staff typed the row without one.
    pub id: String,
    /// Name of the CSM as the board shows it.
    pub csm: String,
    /// Name of the company as the board shows it.
    pub company: String,
    /// Catalog integrations that it holds the credit for.
    pub credited: Vec<String>,
}

/// Claims that have begun to count, as far as it is worth to name each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewClaims {
    /// The latest of them, earliest first.
    pub latest: Vec<NewClaim>,
    /// How many there are beside these.
    pub others: u32,
}

/// What tells a row without an id from others: when, who, for whom, and what.
type Content = (Timestamp, String, String, Vec<String>);

impl Ledger {
    /// The claims that count here and did not in `earlier`, `most` of them by name. A row counts once it says who, for
    /// whom and what, so that a row typed cell by cell is new once, when it is complete. A row is the same wherever it
    /// stands: it is known by its id, and by what it says when it has none.
    pub fn new_claims_since(&self, earlier: &Self, most: usize) -> NewClaims {
        let new = if self.submissions().continues(earlier.submissions()) {
            self.complete(count(earlier.submissions().len())).collect()
        } else {
            self.complete_and_unknown_to(earlier)
        };
        let named = new.len().saturating_sub(most);
        NewClaims {
            latest: new[named..].iter().map(|place| self.new_claim(*place)).collect(),
            others: count(named),
        }
    }

    /// Places from `first` on whose rows are complete, earliest first.
    fn complete(&self, first: u32) -> impl Iterator<Item = u32> {
        let order = self.order().iter().copied();
        order.filter(move |place| *place >= first && self.is_complete(*place))
    }

    fn is_complete(&self, place: u32) -> bool {
        let names_something = || self.claims_of(place).iter().any(|claim| claim.integration.is_some());
        self.line(place).standing == Standing::Counts && names_something()
    }

    fn complete_and_unknown_to(&self, earlier: &Self) -> Vec<u32> {
        let mut without_id: HashMap<Content, u32> = HashMap::new();
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
                .earliest_with_id(&Id::of(&self.submission(place).id()));
            known.is_some_and(|known| earlier.is_complete(known))
        };
        self.complete(0).filter(|place| !is_known(*place)).collect()
    }

    fn has_no_id(&self, place: u32) -> bool {
        self.submission(place).id().is_empty()
    }

    fn content(&self, place: u32) -> Content {
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
                .filter(|claimed| claimed.in_catalog && claimed.outcome == Outcome::Credited)
                .map(|claimed| claimed.name)
                .collect(),
        }
    }
}

#[cfg(test)]
#[path = "new_claims_tests.rs"]
mod tests;
