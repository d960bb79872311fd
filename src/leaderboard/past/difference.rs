//! How the standings moved between two moments. Pure.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::super::standings::CsmStanding;
use crate::spelling::fold;

/// One CSM at two moments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "MovedStanding")]
pub struct Moved {
    /// Name as the later board shows it, or as the earlier one did.
    pub csm: String,
    /// The line at the first moment; `None` for somebody who was not listed.
    pub before: Option<StandingThen>,
    /// The line at the second moment; `None` for somebody who is not listed any more.
    pub after: Option<StandingThen>,
}

/// Points and rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StandingThen {
    /// Credited integrations of the catalog.
    pub integrations: u32,
    /// Rank.
    pub rank: u32,
}

impl Moved {
    /// Points won (positive) or lost.
    pub fn points(&self) -> i64 {
        let points = |standing: Option<StandingThen>| standing.map_or(0, |standing| i64::from(standing.integrations));
        points(self.after) - points(self.before)
    }
}

/// Everybody who is listed at either moment, in the order of the later one; those who vanished last.
pub fn difference(before: &[CsmStanding], after: &[CsmStanding]) -> Vec<Moved> {
    let mut earlier: HashMap<String, &CsmStanding> = before.iter().map(|line| (fold(&line.csm), line)).collect();
    let mut moved: Vec<Moved> = after
        .iter()
        .map(|line| Moved {
            csm: line.csm.clone(),
            before: earlier.remove(&fold(&line.csm)).map(standing),
            after: Some(standing(line)),
        })
        .collect();
    let gone = before.iter().filter(|line| earlier.contains_key(&fold(&line.csm)));
    moved.extend(gone.map(|line| Moved {
        csm: line.csm.clone(),
        before: Some(standing(line)),
        after: None,
    }));
    moved
}

fn standing(line: &CsmStanding) -> StandingThen {
    StandingThen {
        integrations: line.integrations,
        rank: line.rank,
    }
}
