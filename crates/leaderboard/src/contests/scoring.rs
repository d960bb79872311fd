//! Contest scoring: points of each CSM, from a ledger and the rules. Pure; independent of row order.
//!
//! Each pair of a company and a catalog integration is worth one point. A pair's claims are those in rows that count
//! under the counting rule and arrived before the end of the contest; only the first claim of each CSM matters.
//!
//! - `first`: the earliest claim earns the point if it lies within the contest.
//! - `split`: all CSMs who claimed the pair share the point equally if its earliest claim lies within.
//! - `all`: each CSM whose first claim for the pair lies within earns a point.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use domain::{normalize::normalize, period::InstantRange};
use foldhash::quality::RandomState;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    claims::{
        ledger::Ledger,
        rules::RowValidity,
        storage::{name_interner::NameId, saturating_u32},
        submission::SubmissionStatus,
    },
    contests::{
        points::ContestPoints,
        rules::{ContestRules, CountingRule, CreditRule},
    },
};

/// Result of a contest, computed from the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ContestScores {
    /// Rules it follows.
    pub rules: ContestRules,
    /// CSMs with a counting row within the contest, best first; ties go to the earlier `reached_at`, then to
    /// alphabetical order.
    pub standings: Vec<ContestStanding>,
}

/// One row of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ContestStanding {
    /// Rank from 1; equal points share a rank (“1, 2, 2, 4”).
    pub rank: u32,
    /// Display name of the CSM.
    pub csm: String,
    /// Points, exact.
    pub points: ContestPoints,
    /// Pairs of company and integration that earned points.
    pub integrations: u32,
    /// Distinct companies among them.
    pub companies: u32,
    /// Instant of the latest claim that earned points: when the total was reached.
    pub reached_at: Option<Timestamp>,
}

/// A claim that earned points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PointsEntry {
    /// Points it earned.
    pub points: ContestPoints,
    /// Display name of the company.
    pub company: String,
    /// Name of the integration.
    pub integration: String,
    /// When the claim arrived.
    pub submitted_at: Timestamp,
    /// Row number as the spreadsheet shows it.
    pub row: u32,
    /// Id of the submission; may be empty.
    pub id: String,
    /// Other CSMs who share the point.
    pub shared_with: Vec<String>,
}

impl ContestScores {
    /// Winners: all CSMs of rank 1 with any points.
    pub fn winners(&self) -> Vec<&str> {
        let first = self.standings.iter().take_while(|standing| standing.rank == 1);
        let scored = first.filter(|standing| !standing.points.is_zero());
        scored.map(|standing| standing.csm.as_str()).collect()
    }
}

/// First claim of a CSM for a pair.
#[derive(Clone, Copy)]
struct FirstClaim {
    csm: NameId,
    /// Index of the line.
    line: u32,
}

/// A company and an integration, together worth one point.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct CreditPair {
    company: NameId,
    integration: NameId,
}

/// First claims of each pair, earliest first.
type FirstClaims = HashMap<CreditPair, Vec<FirstClaim>, RandomState>;

/// A claim that earned a point, or a part of one.
#[derive(Clone, Copy)]
struct EarnedPoint {
    pair: CreditPair,
    claim: FirstClaim,
    /// Number of CSMs who share the point.
    people: u32,
}

impl Ledger {
    /// Result of a contest over `span`.
    pub fn contest_scores(&self, rules: ContestRules, span: InstantRange) -> ContestScores {
        let mut tallies: Vec<ScoreTally> = vec![ScoreTally::default(); self.csm_count()];
        for index in &self.order()[self.lines_within(span)] {
            if let Some((csm, _)) = self.counting_parties(*index, rules.counting) {
                tallies[csm.index()].is_listed = true;
            }
        }
        let first_claims = self.first_claims(rules.counting, span);
        self.for_each_point(&first_claims, rules.credit, span, |point| {
            let at = self.submitted_at(point.claim.line);
            tallies[point.claim.csm.index()].add(point, at);
        });
        let mut standings: Vec<ContestStanding> = tallies
            .into_iter()
            .enumerate()
            .filter(|(_, tally)| tally.is_listed || tally.integrations > 0)
            .map(|(index, tally)| tally.standing(self.csm_display_name(NameId::of(index))))
            .collect();
        standings.sort_by_cached_key(|standing| {
            let reached = standing.reached_at.unwrap_or(Timestamp::MAX);
            (
                Reverse(standing.points.clone()),
                reached,
                normalize(&standing.csm),
                standing.csm.clone(),
            )
        });
        rank(&mut standings);
        ContestScores { rules, standings }
    }

    /// Claims that earned points for one CSM, latest first; empty for an unknown name.
    pub fn earnings(&self, rules: ContestRules, span: InstantRange, csm: &str) -> Vec<PointsEntry> {
        let Some(csm) = self.find_csm(csm) else {
            return Vec::new();
        };
        let mut entries: Vec<(u32, PointsEntry)> = Vec::new();
        let first_claims = self.first_claims(rules.counting, span);
        self.for_each_point(&first_claims, rules.credit, span, |point| {
            if point.claim.csm == csm {
                let others = first_claims
                    .get(&point.pair)
                    .into_iter()
                    .flatten()
                    .filter(|other| point.people > 1 && other.csm != csm);
                let shared_with = others
                    .map(|other| self.csm_display_name(other.csm).to_owned())
                    .collect();
                entries.push((point.claim.line, self.points_entry(point, shared_with)));
            }
        });
        entries.sort_by(|one, other| {
            let earlier = self.submissions().compare(one.0, other.0);
            earlier
                .reverse()
                .then_with(|| one.1.integration.cmp(&other.1.integration))
        });
        entries.into_iter().map(|(_, earning)| earning).collect()
    }

    fn points_entry(&self, point: EarnedPoint, shared_with: Vec<String>) -> PointsEntry {
        let row = self.submission(point.claim.line);
        PointsEntry {
            points: ContestPoints::part(point.people),
            company: self.company_display_name(point.pair.company).to_owned(),
            integration: self.integration_display_name(point.pair.integration).to_owned(),
            submitted_at: row.submitted_at(),
            row: row.row(),
            id: row.id(),
            shared_with,
        }
    }

    /// Calls `visit` for each claim that earns a point or a part of one.
    fn for_each_point(
        &self,
        first_claims: &FirstClaims,
        credit: CreditRule,
        span: InstantRange,
        mut visit: impl FnMut(EarnedPoint),
    ) {
        let is_within = |claim: &FirstClaim| span.contains(self.submitted_at(claim.line));
        for (pair, claims) in first_claims {
            let begins_within = claims.first().is_some_and(is_within);
            let earning: Vec<&FirstClaim> = match credit {
                CreditRule::First => claims.iter().take(1).filter(|claim| is_within(claim)).collect(),
                CreditRule::Split => claims.iter().filter(|_| begins_within).collect(),
                CreditRule::All => claims.iter().filter(|claim| is_within(claim)).collect(),
            };
            let people = match credit {
                CreditRule::Split => saturating_u32(earning.len()),
                CreditRule::First | CreditRule::All => 1,
            };
            for claim in earning {
                visit(EarnedPoint {
                    pair: *pair,
                    claim: *claim,
                    people,
                });
            }
        }
    }

    /// First claim of each CSM for each pair, up to the end of `span`.
    fn first_claims(&self, counting: CountingRule, span: InstantRange) -> FirstClaims {
        let mut first_claims = FirstClaims::default();
        let before_the_end = InstantRange { start: None, ..span };
        for index in &self.order()[self.lines_within(before_the_end)] {
            let Some((csm, company)) = self.counting_parties(*index, counting) else {
                continue;
            };
            let integrations = self.claims_of(*index).iter().filter_map(|claim| claim.integration);
            for integration in integrations.filter(|integration| self.is_in_catalog(*integration)) {
                let claims = first_claims.entry(CreditPair { company, integration }).or_default();
                if claims.iter().all(|claim| claim.csm != csm) {
                    claims.push(FirstClaim { csm, line: *index });
                }
            }
        }
        first_claims
    }

    /// CSM and company of a line that counts.
    fn counting_parties(&self, index: u32, counting: CountingRule) -> Option<(NameId, NameId)> {
        let line = self.line(index);
        let is_enough = match counting {
            CountingRule::Received => true,
            CountingRule::Validated => self.submission(index).status() == SubmissionStatus::Validated,
        };
        let counts = line.validity == RowValidity::Counts && is_enough;
        line.csm.zip(line.company).filter(|_| counts)
    }
}

#[derive(Clone, Default)]
struct ScoreTally {
    is_listed: bool,
    /// Number of points shared among each number of people.
    parts: BTreeMap<u32, u32>,
    integrations: u32,
    companies: BTreeSet<NameId>,
    reached_at: Option<Timestamp>,
}

impl ScoreTally {
    fn add(&mut self, point: EarnedPoint, at: Timestamp) {
        *self.parts.entry(point.people).or_default() += 1;
        self.integrations += 1;
        self.companies.insert(point.pair.company);
        self.reached_at = self.reached_at.max(Some(at));
    }

    fn standing(self, csm: &str) -> ContestStanding {
        let parts: Vec<ContestPoints> = self
            .parts
            .iter()
            .map(|(people, times)| ContestPoints::part(*people).times(*times))
            .collect();
        ContestStanding {
            rank: 0,
            csm: csm.to_owned(),
            points: parts.iter().sum(),
            integrations: self.integrations,
            companies: saturating_u32(self.companies.len()),
            reached_at: self.reached_at,
        }
    }
}

/// Assigns ranks to a sorted list: one more than the number of entries with more points.
fn rank(standings: &mut [ContestStanding]) {
    let mut above: Option<(ContestPoints, u32)> = None;
    for (index, standing) in (1..).zip(standings) {
        let rank = match &above {
            Some((points, rank)) if *points == standing.points => *rank,
            _ => index,
        };
        standing.rank = rank;
        above = Some((standing.points.clone(), rank));
    }
}
