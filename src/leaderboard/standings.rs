//! The answers of the board as values: who is where, and what each integration reached.

use std::{cmp::Reverse, collections::HashMap, ops::Range};

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde::Serialize;

use super::{
    catalog::Availability,
    credit::{Credit, Ledger, Line},
    period::Span,
    roll::{Standing, count},
};
use crate::spelling::fold;

pub use super::period::Period;

/// The whole board for a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standings {
    /// The days looked at.
    pub period: Period,
    /// Everyone with a valid submission within the period, best first; ties in alphabetical order.
    pub by_csm: Vec<CsmStanding>,
    /// Every offered integration, and the others that were claimed; most companies first, then in the order of the
    /// catalog, names outside the catalog last.
    pub by_service: Vec<ServiceStanding>,
    /// What the lines add up to.
    pub totals: Totals,
}

/// The sums of a board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Credited company–integration pairs within the period: the sum of either list, without what is counted apart.
    pub integrations: u32,
    /// Distinct companies among those pairs.
    pub companies: u32,
    /// Valid submissions within the period, credited or not.
    pub submissions: u32,
    /// Credits for integrations that the catalog does not know, not part of `integrations`.
    pub outside_catalog: u32,
}

/// One line of the ranking by CSM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CsmStanding {
    /// 1 for the most credited integrations; equal counts share a rank ("1, 2, 2, 4").
    pub rank: u32,
    /// Name as it is written most often.
    pub csm: String,
    /// Credited company–integration pairs within the period.
    pub integrations: u32,
    /// Distinct companies among those pairs.
    pub companies: u32,
    /// Valid submissions within the period, credited or not.
    pub submissions: u32,
    /// Credits for integrations that the catalog does not know, not part of `integrations`.
    pub outside_catalog: u32,
    /// Instant of the latest of those credits; credits outside the catalog are not points.
    pub last_point_at: Option<Timestamp>,
    /// Places won (positive) or lost since a week ago; `None` for one who was not listed then.
    pub movement: Option<i32>,
}

/// One line of the overview by integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceStanding {
    /// Name as the catalog writes it, or as typed when the catalog does not know it.
    pub integration: String,
    /// Distinct companies credited with it within the period.
    pub companies: u32,
    /// Valid claims that name it within the period, credited or not.
    pub claims: u32,
    /// `companies` as a share of all catalog credits within the period, in thousandths (0–1000), each rounded by itself
    /// so that equal counts have equal shares; 0 only for nothing, 1000 only for all. Always 0 outside the catalog.
    pub share_permille: u32,
    /// How the catalog sees it.
    pub kind: ServiceKind,
}

/// How the catalog sees an integration that stands in the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceKind {
    /// Offered on the form.
    Offered,
    /// No longer offered; its history counts.
    Retired,
    /// Not in the catalog; shown and counted apart.
    OutsideCatalog,
}

impl Ledger {
    /// The board for a period in `zone`, with the places won or lost in the seven days before `now`.
    pub fn standings(&self, period: Period, now: Timestamp, zone: &TimeZone) -> Standings {
        let span = period.span(zone);
        let lines = self.lines_within(span);
        let tallies = self.tallies(&lines);
        let totals = self.totals(&lines);
        Standings {
            period,
            by_csm: self.by_csm(&tallies, &self.ranks_a_week_before(now, zone, span)),
            by_service: self.by_service(&lines, totals.integrations),
            totals,
        }
    }

    fn by_csm(&self, tallies: &[Tally], earlier_ranks: &HashMap<u32, u32>) -> Vec<CsmStanding> {
        let mut listed = listed(tallies);
        listed.sort_by_cached_key(|csm| {
            let shown = self.csm_shown(*csm);
            (Reverse(tallies[*csm as usize].integrations), fold(shown), shown)
        });
        let ranks = ranks(tallies);
        listed
            .into_iter()
            .map(|csm| (csm, &tallies[csm as usize], ranks[&csm]))
            .map(|(csm, tally, rank)| CsmStanding {
                rank,
                csm: self.csm_shown(csm).to_owned(),
                integrations: tally.integrations,
                companies: tally.companies,
                submissions: tally.submissions,
                outside_catalog: tally.outside_catalog,
                last_point_at: tally.last_point_line.map(|line| self.submitted_at(line)),
                movement: earlier_ranks
                    .get(&csm)
                    .map(|earlier| earlier.cast_signed() - rank.cast_signed()),
            })
            .collect()
    }

    fn by_service(&self, lines: &Range<usize>, credits: u32) -> Vec<ServiceStanding> {
        let (companies, claims) = (self.companies_by_integration(lines), self.claims_by_integration(lines));
        let mut services: Vec<ServiceStanding> = (0..)
            .zip(companies.into_iter().zip(claims))
            .map(|(integration, (companies, claims))| {
                (self.integration_kind(integration), integration, companies, claims)
            })
            .filter(|(kind, _, _, claims)| *kind == ServiceKind::Offered || *claims > 0)
            .map(|(kind, integration, companies, claims)| ServiceStanding {
                integration: self.integration_shown(integration).to_owned(),
                companies,
                claims,
                share_permille: match kind {
                    ServiceKind::OutsideCatalog => 0,
                    ServiceKind::Offered | ServiceKind::Retired => permille(companies, credits),
                },
                kind,
            })
            .collect();
        // The sort is stable: equal counts stay in the order of the catalog.
        services.sort_by_cached_key(|service| match service.kind {
            ServiceKind::Offered | ServiceKind::Retired => (false, Reverse(service.companies), String::new()),
            ServiceKind::OutsideCatalog => (true, Reverse(service.companies), fold(&service.integration)),
        });
        services
    }

    /// The companies credited with each integration, by its number.
    fn companies_by_integration(&self, lines: &Range<usize>) -> Vec<u32> {
        let mut companies = vec![0; self.integration_count()];
        for credit in self.credits_of(lines) {
            companies[credit.integration as usize] += 1;
        }
        companies
    }

    /// The claims that count for each integration, by its number.
    fn claims_by_integration(&self, lines: &Range<usize>) -> Vec<u32> {
        let mut claims = vec![0; self.integration_count()];
        for line in self.counting(lines) {
            for integration in self.claims_of(line).iter().filter_map(|claim| claim.integration) {
                claims[integration as usize] += 1;
            }
        }
        claims
    }

    fn integration_kind(&self, integration: u32) -> ServiceKind {
        match self.catalog().integrations().get(integration as usize) {
            Some(entry) if entry.availability == Availability::Offered => ServiceKind::Offered,
            Some(_) => ServiceKind::Retired,
            None => ServiceKind::OutsideCatalog,
        }
    }

    fn counting(&self, lines: &Range<usize>) -> impl Iterator<Item = &Line> {
        let lines = self.lines()[lines.clone()].iter();
        lines.filter(|line| line.standing == Standing::Counts)
    }

    fn totals(&self, lines: &Range<usize>) -> Totals {
        let credits = self.credits_of(lines);
        let points = || credits.iter().filter(|credit| self.is_in_catalog(credit.integration));
        Totals {
            integrations: count(points().count()),
            companies: count(distinct(points().map(|credit| credit.company).collect()).len()),
            submissions: count(self.counting(lines).count()),
            outside_catalog: count(credits.len() - points().count()),
        }
    }

    fn ranks_a_week_before(&self, now: Timestamp, zone: &TimeZone, span: Span) -> HashMap<u32, u32> {
        // Seven days by the calendar, so that "since Monday at nine" holds over a change of the clocks too.
        let Ok(week_ago) = now.to_zoned(zone.clone()).checked_sub(7.days()) else {
            return HashMap::new();
        };
        let known_then = self.lines_until(week_ago.timestamp());
        let lines = self.lines_within(span);
        ranks(&self.tallies(&(lines.start.min(known_then)..lines.end.min(known_then))))
    }

    /// What each CSM, by number, reached within a stretch of lines.
    fn tallies(&self, lines: &Range<usize>) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); self.csm_count()];
        for csm in self.counting(lines).filter_map(|line| line.csm) {
            tallies[csm as usize].submissions += 1;
        }
        let mut companies = Vec::new();
        for credit in self.credits_of(lines) {
            let tally = &mut tallies[credit.csm as usize];
            if self.is_in_catalog(credit.integration) {
                tally.add_point(credit);
                companies.push((credit.csm, credit.company));
            } else {
                tally.outside_catalog += 1;
            }
        }
        for (csm, _) in distinct(companies) {
            tallies[csm as usize].companies += 1;
        }
        tallies
    }
}

#[derive(Clone, Debug, Default)]
struct Tally {
    integrations: u32,
    companies: u32,
    submissions: u32,
    outside_catalog: u32,
    last_point_line: Option<u32>,
}

impl Tally {
    fn add_point(&mut self, credit: &Credit) {
        self.integrations += 1;
        self.last_point_line = Some(credit.line);
    }
}

/// The numbers of those who submitted something that counts.
fn listed(tallies: &[Tally]) -> Vec<u32> {
    (0..)
        .zip(tallies)
        .filter(|(_, tally)| tally.submissions > 0)
        .map(|(csm, _)| csm)
        .collect()
}

/// The rank of each CSM that is listed: one more than the number of those with more points.
fn ranks(tallies: &[Tally]) -> HashMap<u32, u32> {
    let mut points: Vec<u32> = tallies
        .iter()
        .filter(|tally| tally.submissions > 0)
        .map(|tally| tally.integrations)
        .collect();
    points.sort_unstable_by_key(|points| Reverse(*points));
    listed(tallies)
        .into_iter()
        .map(|csm| {
            let own = tallies[csm as usize].integrations;
            (csm, 1 + count(points.partition_point(|points| *points > own)))
        })
        .collect()
}

fn distinct<Number: Ord>(mut numbers: Vec<Number>) -> Vec<Number> {
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// A part of a whole in thousandths, to the nearest; something is never 0 and less than all is never 1000.
fn permille(part: u32, whole: u32) -> u32 {
    if part == 0 || part >= whole {
        return if part == 0 { 0 } else { 1000 };
    }
    let thousandths = (u64::from(part) * 1000 + u64::from(whole) / 2) / u64::from(whole);
    u32::try_from(thousandths).unwrap_or(1000).clamp(1, 999)
}

#[cfg(test)]
#[path = "standings_tests.rs"]
mod tests;
