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
        storage::{
            name_interner::{NameId, RowValidity},
            saturating_u32,
        },
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
        let scored = first.filter(|standing| !standing.points.is_none());
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

/// First claims by company and integration, earliest first.
type Pairs = HashMap<(NameId, NameId), Vec<FirstClaim>, RandomState>;

impl Ledger {
    /// Result of a contest over `span`.
    pub fn settle(&self, rules: ContestRules, span: InstantRange) -> ContestScores {
        let mut tallies: Vec<ScoreTally> = vec![ScoreTally::default(); self.csm_count()];
        for place in &self.order()[self.lines_within(span)] {
            if let Some((csm, _)) = self.party(*place, rules.counting) {
                tallies[csm.place()].is_listed = true;
            }
        }
        self.earnings_by(rules, span, |(company, _), claim, people| {
            tallies[claim.csm.place()].earn(company, people, self.submitted_at(claim.line));
        });
        let mut standings: Vec<ContestStanding> = tallies
            .into_iter()
            .enumerate()
            .filter(|(_, tally)| tally.is_listed || tally.integrations > 0)
            .map(|(place, tally)| tally.standing(self.csm_display_name(NameId::of(place))))
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
        let mut found: Vec<(u32, PointsEntry)> = Vec::new();
        let pairs = self.pairs(rules.counting, span);
        self.earn(&pairs, rules.credit, span, |pair, claim, people| {
            if claim.csm == csm {
                let others = pairs
                    .get(&pair)
                    .into_iter()
                    .flatten()
                    .filter(|other| people > 1 && other.csm != csm);
                let shared_with = others
                    .map(|other| self.csm_display_name(other.csm).to_owned())
                    .collect();
                found.push((claim.line, self.earning(pair, claim.line, (people, shared_with))));
            }
        });
        found.sort_by(|one, other| {
            let earlier = self.submissions().compare(one.0, other.0);
            earlier
                .reverse()
                .then_with(|| one.1.integration.cmp(&other.1.integration))
        });
        found.into_iter().map(|(_, earning)| earning).collect()
    }

    fn earning(
        &self,
        (company, integration): (NameId, NameId),
        line: u32,
        (people, shared_with): (u32, Vec<String>),
    ) -> PointsEntry {
        let row = self.submission(line);
        PointsEntry {
            points: ContestPoints::part(people),
            company: self.company_display_name(company).to_owned(),
            integration: self.integration_display_name(integration).to_owned(),
            submitted_at: row.submitted_at(),
            row: row.row(),
            id: row.id(),
            shared_with,
        }
    }

    /// Calls `told` for each earning claim with the pair, the claim and the number of CSMs who share the point.
    fn earnings_by(
        &self,
        rules: ContestRules,
        span: InstantRange,
        told: impl FnMut((NameId, NameId), FirstClaim, u32),
    ) {
        self.earn(&self.pairs(rules.counting, span), rules.credit, span, told);
    }

    fn earn(
        &self,
        pairs: &Pairs,
        credit: CreditRule,
        span: InstantRange,
        mut told: impl FnMut((NameId, NameId), FirstClaim, u32),
    ) {
        let is_within = |claim: &FirstClaim| span.contains(self.submitted_at(claim.line));
        for (pair, claims) in pairs {
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
            earning.into_iter().for_each(|claim| told(*pair, *claim, people));
        }
    }

    /// First claim of each CSM for each pair, up to the end of `span`.
    fn pairs(&self, counting: CountingRule, span: InstantRange) -> Pairs {
        let mut pairs = Pairs::default();
        let before_the_end = InstantRange { start: None, ..span };
        for place in &self.order()[self.lines_within(before_the_end)] {
            let Some((csm, company)) = self.party(*place, counting) else {
                continue;
            };
            let integrations = self.claims_of(*place).iter().filter_map(|claim| claim.integration);
            for integration in integrations.filter(|integration| self.is_in_catalog(*integration)) {
                let claims = pairs.entry((company, integration)).or_default();
                if claims.iter().all(|claim| claim.csm != csm) {
                    claims.push(FirstClaim { csm, line: *place });
                }
            }
        }
        pairs
    }

    /// CSM and company of a line that counts.
    fn party(&self, place: u32, counting: CountingRule) -> Option<(NameId, NameId)> {
        let line = self.line(place);
        let is_enough = match counting {
            CountingRule::Received => true,
            CountingRule::Validated => self.submission(place).status() == SubmissionStatus::Validated,
        };
        let counts = line.standing == RowValidity::Counts && is_enough;
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
    fn earn(&mut self, company: NameId, people: u32, at: Timestamp) {
        *self.parts.entry(people).or_default() += 1;
        self.integrations += 1;
        self.companies.insert(company);
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
    for (place, standing) in (1..).zip(standings) {
        let rank = match &above {
            Some((points, rank)) if *points == standing.points => *rank,
            _ => place,
        };
        standing.rank = rank;
        above = Some((standing.points.clone(), rank));
    }
}
