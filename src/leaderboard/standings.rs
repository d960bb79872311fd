//! The answers of the board as values: who is where, and what each integration reached.

use std::cmp::Reverse;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    catalog::Availability,
    credit::{Hold, Ledger},
    period::Span,
    roll::{Number, Standing, count},
};
use crate::spelling::fold;

pub use super::period::Period;

/// The whole board for a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
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
        let lines = &self.order()[self.lines_within(span)];
        let tallies = self.tallies(lines);
        let services = self.service_tallies(lines);
        let totals = totals(&tallies);
        Standings {
            period,
            by_csm: self.by_csm(&tallies.by_csm, &self.ranks_a_week_before(now, zone, span)),
            by_service: self.by_service(services, totals.integrations),
            totals,
        }
    }

    fn by_csm(&self, tallies: &[Tally], earlier_ranks: &[Option<u32>]) -> Vec<CsmStanding> {
        let mut listed: Vec<(Number, &Tally)> = listed(tallies).collect();
        listed.sort_by_cached_key(|(csm, tally)| {
            let shown = self.csm_shown(*csm);
            (Reverse(tally.integrations), fold(shown), shown)
        });
        let ranks = ranks(tallies);
        listed
            .into_iter()
            .filter_map(|(csm, tally)| Some((csm, tally, ranks[csm.place()]?)))
            .map(|(csm, tally, rank)| CsmStanding {
                rank,
                csm: self.csm_shown(csm).to_owned(),
                integrations: tally.integrations,
                companies: tally.companies,
                submissions: tally.submissions,
                outside_catalog: tally.outside_catalog,
                last_point_at: tally.last_point_line.map(|line| self.submitted_at(line)),
                movement: earlier_ranks[csm.place()].map(|earlier| earlier.cast_signed() - rank.cast_signed()),
            })
            .collect()
    }

    fn by_service(&self, tallies: Vec<ServiceTally>, credits: u32) -> Vec<ServiceStanding> {
        let mut services: Vec<ServiceStanding> = tallies
            .into_iter()
            .enumerate()
            .map(|(place, tally)| (self.integration_kind(place), Number::of(place), tally))
            .filter(|(kind, _, tally)| *kind == ServiceKind::Offered || tally.claims > 0)
            .map(|(kind, integration, tally)| ServiceStanding {
                integration: self.integration_shown(integration).to_owned(),
                companies: tally.companies,
                claims: tally.claims,
                share_permille: match kind {
                    ServiceKind::OutsideCatalog => 0,
                    ServiceKind::Offered | ServiceKind::Retired => permille(tally.companies, credits),
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

    fn integration_kind(&self, place: usize) -> ServiceKind {
        match self.catalog().integrations().get(place) {
            Some(entry) if entry.availability == Availability::Offered => ServiceKind::Offered,
            Some(_) => ServiceKind::Retired,
            None => ServiceKind::OutsideCatalog,
        }
    }

    /// What was claimed and credited of each integration, by the place of its number.
    fn service_tallies(&self, lines: &[u32]) -> Vec<ServiceTally> {
        let mut tallies = vec![ServiceTally::default(); self.integration_count()];
        for line in self.counting(lines) {
            for claim in self.claims_of(line) {
                if let Some(integration) = claim.integration {
                    let tally = &mut tallies[integration.place()];
                    tally.claims += 1;
                    tally.companies += u32::from(claim.hold == Hold::Held);
                }
            }
        }
        tallies
    }

    /// Places of the lines that count.
    fn counting(&self, lines: &[u32]) -> impl Iterator<Item = u32> {
        let lines = lines.iter().copied();
        lines.filter(|place| self.line(*place).standing == Standing::Counts)
    }

    /// The rank of each CSM a week before, by the place of their number.
    fn ranks_a_week_before(&self, now: Timestamp, zone: &TimeZone, span: Span) -> Vec<Option<u32>> {
        // Seven days by the calendar, so that "since Monday at nine" holds over a change of the clocks too.
        let Ok(week_ago) = now.to_zoned(zone.clone()).checked_sub(7.days()) else {
            return vec![None; self.csm_count()];
        };
        let known_then = self.lines_until(week_ago.timestamp());
        let lines = self.lines_within(span);
        let lines = lines.start.min(known_then)..lines.end.min(known_then);
        let mut tallies = vec![Tally::default(); self.csm_count()];
        self.add_rows(&self.order()[lines], &mut tallies, |_, _| ());
        ranks(&tallies)
    }

    /// What each CSM reached with some lines.
    fn tallies(&self, lines: &[u32]) -> Tallies {
        let mut tallies = vec![Tally::default(); self.csm_count()];
        let mut points = Vec::with_capacity(2 * lines.len());
        self.add_rows(lines, &mut tallies, |company, csm| points.push((company, csm)));
        Tallies {
            companies: self.add_companies(&points, &mut tallies),
            by_csm: tallies,
        }
    }

    /// Counts lines and points, and tells the company and the CSM of each point.
    fn add_rows(&self, lines: &[u32], tallies: &mut [Tally], mut point: impl FnMut(Number, Number)) {
        for place in self.counting(lines) {
            let line = self.line(place);
            let Some((csm, company)) = line.csm.zip(line.company) else {
                continue;
            };
            let tally = &mut tallies[csm.place()];
            tally.submissions += 1;
            for (_, integration) in self.points(&[place]) {
                if self.is_in_catalog(integration) {
                    tally.integrations += 1;
                    tally.last_point_line = Some(place);
                    point(company, csm);
                } else {
                    tally.outside_catalog += 1;
                }
            }
        }
    }

    /// Counts the companies of each CSM among points, and all companies.
    fn add_companies(&self, points: &[(Number, Number)], tallies: &mut [Tally]) -> u32 {
        let mut companies = 0;
        // Who was counted last for which company: the points of a company come one behind the other.
        let mut counted: Vec<Option<Number>> = vec![None; tallies.len()];
        let mut last = None;
        for (company, csm) in by_company(points, self.company_count()) {
            companies += u32::from(last != Some(company));
            last = Some(company);
            if counted[csm.place()] != Some(company) {
                counted[csm.place()] = Some(company);
                tallies[csm.place()].companies += 1;
            }
        }
        companies
    }
}

fn totals(tallies: &Tallies) -> Totals {
    let sum = |amount: fn(&Tally) -> u32| tallies.by_csm.iter().map(amount).sum();
    Totals {
        integrations: sum(|tally| tally.integrations),
        companies: tallies.companies,
        submissions: sum(|tally| tally.submissions),
        outside_catalog: sum(|tally| tally.outside_catalog),
    }
}

/// Pairs of company and CSM, those of one company together: a counting sort, for there can be very many.
fn by_company(points: &[(Number, Number)], companies: usize) -> Vec<(Number, Number)> {
    let mut next = vec![0_usize; companies + 1];
    for (company, _) in points {
        next[company.place() + 1] += 1;
    }
    for place in 1..next.len() {
        next[place] += next[place - 1];
    }
    let mut sorted = points.to_vec();
    for point in points {
        let place = &mut next[point.0.place()];
        sorted[*place] = *point;
        *place += 1;
    }
    sorted
}

/// What was reached within a stretch of time.
struct Tallies {
    /// By the place of the number.
    by_csm: Vec<Tally>,
    /// Distinct companies among all points.
    companies: u32,
}

#[derive(Clone, Debug, Default)]
struct Tally {
    integrations: u32,
    companies: u32,
    submissions: u32,
    outside_catalog: u32,
    last_point_line: Option<u32>,
}

#[derive(Clone, Debug, Default)]
struct ServiceTally {
    companies: u32,
    claims: u32,
}

/// Those who submitted something that counts.
fn listed(tallies: &[Tally]) -> impl Iterator<Item = (Number, &Tally)> {
    let numbered = tallies
        .iter()
        .enumerate()
        .map(|(place, tally)| (Number::of(place), tally));
    numbered.filter(|(_, tally)| tally.submissions > 0)
}

/// The rank of each CSM that is listed: one more than the number of those with more points.
fn ranks(tallies: &[Tally]) -> Vec<Option<u32>> {
    let mut points: Vec<u32> = listed(tallies).map(|(_, tally)| tally.integrations).collect();
    points.sort_unstable_by_key(|points| Reverse(*points));
    let rank = |own: u32| 1 + count(points.partition_point(|points| *points > own));
    let ranked = tallies.iter();
    ranked
        .map(|tally| (tally.submissions > 0).then(|| rank(tally.integrations)))
        .collect()
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
