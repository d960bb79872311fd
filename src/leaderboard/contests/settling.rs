//! Settles a contest: who earned how much, out of a ledger and the rules. Pure; the order of the rows means nothing.
//!
//! A pair of a company and an integration of the catalog is worth one point. The claims for a pair are those of rows that
//! count under the counting rule and arrived before the end of the contest; only the first one of each CSM matters.
//!
//! - `first`: the earliest claim earns the point, if it lies within the contest.
//! - `split`: the point is divided equally among everybody who claimed the pair, if its earliest claim lies within.
//! - `all`: everybody whose first claim for the pair lies within earns a point.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use foldhash::quality::RandomState;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        claim::Status,
        credit::Ledger,
        period::Span,
        roll::{Number, Standing, count},
    },
    points::Points,
    rules::{CountingRule, CreditRule, Rules},
};
use crate::spelling::fold;

/// The result of a contest as the rows say it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Settlement {
    /// The rules it follows.
    pub rules: Rules,
    /// Everybody with a row that counts within the contest, best first; inside a tie the one who got there first, then in
    /// alphabetical order.
    pub standings: Vec<ContestStanding>,
}

/// One line of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ContestStanding {
    /// 1 for the most points; equal points share a rank (“1, 2, 2, 4”).
    pub rank: u32,
    /// Name as the board shows it.
    pub csm: String,
    /// What was earned, exactly.
    pub points: Points,
    /// Pairs of company and integration with a part in the points.
    pub integrations: u32,
    /// Distinct companies among them.
    pub companies: u32,
    /// The latest own claim that earned something: when the total was reached.
    pub reached_at: Option<Timestamp>,
}

/// One claim that earned something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Earning {
    /// What it earned.
    pub points: Points,
    /// Name of the company as the board shows it.
    pub company: String,
    /// Name of the integration.
    pub integration: String,
    /// When the claim arrived.
    pub submitted_at: Timestamp,
    /// Row number as the spreadsheet shows it.
    pub row: u32,
    /// Id of the submission; may be empty.
    pub id: String,
    /// The others that have a part in the point.
    pub shared_with: Vec<String>,
}

impl Settlement {
    /// Those who won: everybody on the first rank with any points.
    pub fn winners(&self) -> Vec<&str> {
        let first = self.standings.iter().take_while(|standing| standing.rank == 1);
        let scored = first.filter(|standing| !standing.points.is_none());
        scored.map(|standing| standing.csm.as_str()).collect()
    }
}

/// The first claim of a CSM for a pair.
#[derive(Clone, Copy)]
struct FirstClaim {
    csm: Number,
    /// Place of the line.
    line: u32,
}

/// First claims by company and integration, each list with the earliest first.
type Pairs = HashMap<(Number, Number), Vec<FirstClaim>, RandomState>;

impl Ledger {
    /// The result of a contest that lasts as long as `span`.
    pub fn settle(&self, rules: Rules, span: Span) -> Settlement {
        let mut tallies: Vec<Tally> = vec![Tally::default(); self.csm_count()];
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
            .map(|(place, tally)| tally.standing(self.csm_shown(Number::of(place))))
            .collect();
        standings.sort_by_cached_key(|standing| {
            let reached = standing.reached_at.unwrap_or(Timestamp::MAX);
            (
                Reverse(standing.points.clone()),
                reached,
                fold(&standing.csm),
                standing.csm.clone(),
            )
        });
        rank(&mut standings);
        Settlement { rules, standings }
    }

    /// The claims that earned something for one CSM, the latest first; nothing for a name that stands nowhere.
    pub fn earnings(&self, rules: Rules, span: Span, csm: &str) -> Vec<Earning> {
        let Some(csm) = self.find_csm(csm) else {
            return Vec::new();
        };
        let mut found: Vec<(u32, Earning)> = Vec::new();
        let pairs = self.pairs(rules.counting, span);
        self.earn(&pairs, rules.credit, span, |pair, claim, people| {
            if claim.csm == csm {
                let others = pairs
                    .get(&pair)
                    .into_iter()
                    .flatten()
                    .filter(|other| people > 1 && other.csm != csm);
                let shared_with = others.map(|other| self.csm_shown(other.csm).to_owned()).collect();
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
        (company, integration): (Number, Number),
        line: u32,
        (people, shared_with): (u32, Vec<String>),
    ) -> Earning {
        let row = self.submission(line);
        Earning {
            points: Points::part(people),
            company: self.company_shown(company).to_owned(),
            integration: self.integration_shown(integration).to_owned(),
            submitted_at: row.submitted_at(),
            row: row.row(),
            id: row.id(),
            shared_with,
        }
    }

    /// Tells each earning: the pair, the claim, and among how many people the point is divided.
    fn earnings_by(&self, rules: Rules, span: Span, told: impl FnMut((Number, Number), FirstClaim, u32)) {
        self.earn(&self.pairs(rules.counting, span), rules.credit, span, told);
    }

    fn earn(
        &self,
        pairs: &Pairs,
        credit: CreditRule,
        span: Span,
        mut told: impl FnMut((Number, Number), FirstClaim, u32),
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
                CreditRule::Split => count(earning.len()),
                CreditRule::First | CreditRule::All => 1,
            };
            earning.into_iter().for_each(|claim| told(*pair, *claim, people));
        }
    }

    /// The first claim of each CSM for each pair, up to the end of `span`.
    fn pairs(&self, counting: CountingRule, span: Span) -> Pairs {
        let mut pairs = Pairs::default();
        let before_the_end = Span { start: None, ..span };
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

    /// The CSM and the company of a line that counts.
    fn party(&self, place: u32, counting: CountingRule) -> Option<(Number, Number)> {
        let line = self.line(place);
        let is_enough = match counting {
            CountingRule::Received => true,
            CountingRule::Validated => self.submission(place).status() == Status::Validated,
        };
        let counts = line.standing == Standing::Counts && is_enough;
        line.csm.zip(line.company).filter(|_| counts)
    }
}

#[derive(Clone, Default)]
struct Tally {
    is_listed: bool,
    /// How often a point was divided among so many people.
    parts: BTreeMap<u32, u32>,
    integrations: u32,
    companies: BTreeSet<Number>,
    reached_at: Option<Timestamp>,
}

impl Tally {
    fn earn(&mut self, company: Number, people: u32, at: Timestamp) {
        *self.parts.entry(people).or_default() += 1;
        self.integrations += 1;
        self.companies.insert(company);
        self.reached_at = self.reached_at.max(Some(at));
    }

    fn standing(self, csm: &str) -> ContestStanding {
        let parts: Vec<Points> = self
            .parts
            .iter()
            .map(|(people, times)| Points::part(*people).times(*times))
            .collect();
        ContestStanding {
            rank: 0,
            csm: csm.to_owned(),
            points: parts.iter().sum(),
            integrations: self.integrations,
            companies: count(self.companies.len()),
            reached_at: self.reached_at,
        }
    }
}

/// Numbers a list that is in order: one more than the number of those with more points.
fn rank(standings: &mut [ContestStanding]) {
    let mut above: Option<(Points, u32)> = None;
    for (place, standing) in (1..).zip(standings) {
        let rank = match &above {
            Some((points, rank)) if *points == standing.points => *rank,
            _ => place,
        };
        standing.rank = rank;
        above = Some((standing.points.clone(), rank));
    }
}
