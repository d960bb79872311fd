//! Difference between the standings at two moments. Pure.

use std::collections::HashMap;

use domain::normalize::normalize;
use schemars::JsonSchema;
use serde::Serialize;

use crate::standings::CsmStanding;

/// One CSM at two moments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "MovedStanding")]
pub struct StandingChange {
    /// Name at the later moment, or at the earlier one when it is missing there.
    pub csm: String,
    /// Standing at the first moment; `None` when not listed.
    pub before: Option<PastStanding>,
    /// Standing at the second moment; `None` when not listed.
    pub after: Option<PastStanding>,
}

/// Points and rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PastStanding {
    /// Credited catalog integrations.
    pub integrations: u32,
    /// Rank.
    pub rank: u32,
}

impl StandingChange {
    /// Points gained (positive) or lost.
    pub fn points(&self) -> i64 {
        let points = |standing: Option<PastStanding>| standing.map_or(0, |standing| i64::from(standing.integrations));
        points(self.after) - points(self.before)
    }
}

/// CSMs listed at either moment, in the later order; those that disappeared come last.
pub fn difference(before: &[CsmStanding], after: &[CsmStanding]) -> Vec<StandingChange> {
    let mut earlier: HashMap<String, &CsmStanding> = before.iter().map(|line| (normalize(&line.csm), line)).collect();
    let mut moved: Vec<StandingChange> = after
        .iter()
        .map(|line| StandingChange {
            csm: line.csm.clone(),
            before: earlier.remove(&normalize(&line.csm)).map(standing),
            after: Some(standing(line)),
        })
        .collect();
    let gone = before.iter().filter(|line| earlier.contains_key(&normalize(&line.csm)));
    moved.extend(gone.map(|line| StandingChange {
        csm: line.csm.clone(),
        before: Some(standing(line)),
        after: None,
    }));
    moved
}

fn standing(line: &CsmStanding) -> PastStanding {
    PastStanding {
        integrations: line.integrations,
        rank: line.rank,
    }
}
