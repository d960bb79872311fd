//! Contest report: the state of a contest at one moment, for pages and programs. Pure.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    claims::ledger::Ledger,
    contests::{
        contest::{Contest, ContestPhase},
        dataset::ContestRows,
        points::ContestPoints,
        result::{FrozenResult, ResultIntegrity},
        scoring::{ContestScores, ContestStanding},
    },
};

/// A contest and its standings.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ContestReport {
    /// The contest with the rules in force; once frozen, as it was then.
    pub contest: Contest,
    /// Phase at the moment of the report.
    pub phase: ContestPhase,
    /// Seconds until the start or the end; `None` when it is over.
    pub seconds_left: Option<i64>,
    /// Frozen result.
    pub frozen: Option<FrozenSummary>,
    /// Result computed from the current rows, under the rules in force.
    pub current: ContestScores,
    /// Differences between the frozen result and the current rows; empty while nothing is frozen.
    pub corrections: Vec<RankShift>,
    /// Result under rules that staff entered but no person has confirmed.
    pub proposed: Option<RulesProposal>,
}

/// A frozen result.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FrozenSummary {
    /// When it was written.
    pub frozen_at: Timestamp,
    /// Whether it is unchanged; false when it was edited in the sheet.
    pub intact: bool,
    /// The result.
    #[serde(flatten)]
    pub scores: ContestScores,
}

/// Rules that await confirmation.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RulesProposal {
    /// Text that a person types to confirm them.
    pub confirm_by_typing: String,
    /// Result under these rules.
    #[serde(flatten)]
    pub scores: ContestScores,
}

/// Change of one CSM's total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RankShift {
    /// Name in the later result, or in the earlier one when it is missing there.
    pub csm: String,
    /// Points and rank before; `None` when the CSM was not listed.
    pub before: Option<ContestPlace>,
    /// Points and rank after; `None` when the CSM is no longer listed.
    pub after: Option<ContestPlace>,
}

/// Points and rank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ContestPlace {
    /// Points.
    pub points: ContestPoints,
    /// Rank.
    pub rank: u32,
}

/// Report on the contest with this name; `None` when neither a contest nor a frozen result has it.
pub fn report(rows: &ContestRows, name: &str, ledger: &Ledger, now: Timestamp) -> Option<ContestReport> {
    let listed = rows.find(name);
    let frozen = rows.result(name);
    let contest = match (frozen, listed) {
        (Some(frozen), _) => frozen.contest.clone(),
        (None, Some(listed)) => listed.with_rules(rows.rules_in_force(listed)),
        (None, None) => return None,
    };
    let current = ledger.contest_scores(contest.rules, contest.span());
    let proposed = listed
        .filter(|listed| frozen.is_none() && listed.rules != contest.rules)
        .map(|listed| RulesProposal {
            confirm_by_typing: listed.rules.change_name(contest.rules),
            scores: ledger.contest_scores(listed.rules, listed.span()),
        });
    Some(ContestReport {
        phase: contest.phase(now),
        seconds_left: contest.seconds_left(now),
        corrections: frozen.map_or_else(Vec::new, |frozen| rank_shifts(&frozen.standings, &current.standings)),
        frozen: frozen.map(FrozenSummary::of),
        current,
        proposed,
        contest,
    })
}

/// How long the result stays on the TV page after the end.
const SHOWN_AFTER_END: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Limit that leaves time on the TV page for the board itself.
const MAX_ON_TV: usize = 3;

/// Contests for the TV page: running ones, the earliest end first, then those that ended within the last seven days,
/// latest first.
pub fn contests_for_tv(rows: &ContestRows, ledger: &Ledger, now: Timestamp) -> Vec<ContestReport> {
    let frozen = rows.results.values().map(|result| &result.contest);
    let listed = rows.contests.iter().map(|(_, contest)| contest);
    let listed = listed.filter(|contest| rows.result(&contest.name).is_none());
    let mut candidates: Vec<(&Contest, SignedDuration)> = frozen
        .chain(listed)
        .filter_map(|contest| Some((contest, now.duration_since(contest.span().end?))))
        .filter(|(contest, since)| contest.phase(now) != ContestPhase::Upcoming && *since < SHOWN_AFTER_END)
        .collect();
    candidates.sort_by_key(|(contest, since)| (!since.is_negative(), since.abs(), contest.key()));
    let candidates = candidates.into_iter().take(MAX_ON_TV);
    candidates
        .filter_map(|(contest, _)| report(rows, &contest.name, ledger, now))
        .collect()
}

impl FrozenSummary {
    fn of(result: &FrozenResult) -> Self {
        Self {
            frozen_at: result.frozen_at,
            intact: result.integrity == ResultIntegrity::Whole,
            scores: result.scores(),
        }
    }
}

/// CSMs whose points or rank differ between two results, in the order of the later one; CSMs that disappeared come
/// last.
pub fn rank_shifts(before: &[ContestStanding], after: &[ContestStanding]) -> Vec<RankShift> {
    let place = |standing: &ContestStanding| ContestPlace {
        points: standing.points.clone(),
        rank: standing.rank,
    };
    let key = |standing: &ContestStanding| domain::normalize::normalize(&standing.csm);
    let mut earlier: HashMap<String, &ContestStanding> =
        before.iter().map(|standing| (key(standing), standing)).collect();
    let mut rank_shifts: Vec<RankShift> = Vec::new();
    for standing in after {
        let before = earlier.remove(&key(standing)).map(place);
        let after = Some(place(standing));
        if before != after {
            rank_shifts.push(RankShift {
                csm: standing.csm.clone(),
                before,
                after,
            });
        }
    }
    let gone = before.iter().filter(|standing| earlier.contains_key(&key(standing)));
    rank_shifts.extend(gone.map(|standing| RankShift {
        csm: standing.csm.clone(),
        before: Some(place(standing)),
        after: None,
    }));
    rank_shifts
}
