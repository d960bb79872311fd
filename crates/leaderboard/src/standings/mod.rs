//! Standings: ranking of CSMs and overview of integrations for a period.

pub(crate) mod answers;
pub mod goal;
pub(crate) mod highlights;
pub(crate) mod matrix;
pub(crate) mod my_rank;
pub(crate) mod page;
pub(crate) mod tables;
#[cfg(test)]
mod tests;
pub(crate) mod view;
pub mod weekly;

use std::cmp::Reverse;

use domain::{
    normalize::normalize,
    period::{InstantRange, Period},
};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use schemars::JsonSchema;
use serde::Serialize;

use crate::claims::{
    catalog::Availability,
    ledger::{CreditHold, Ledger},
    rules::RowValidity,
    storage::{name_interner::NameId, saturating_u32},
};

/// The whole board for a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Standings {
    /// Counted days.
    pub period: Period,
    /// CSMs with a valid submission within the period, best first; ties go to the earlier to reach the total, then to
    /// alphabetical order.
    pub by_csm: Vec<CsmStanding>,
    /// Offered integrations and claimed other ones; most companies first, then catalog order, names outside the catalog
    /// last.
    pub by_service: Vec<ServiceStanding>,
    /// Totals of the tables.
    pub totals: StandingsTotals,
}

impl Standings {
    /// Bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        let csms: usize = self.by_csm.iter().map(|line| line.csm.len()).sum();
        let integrations: usize = self.by_service.iter().map(|line| line.integration.len()).sum();
        size_of::<Self>() + size_of_val(&*self.by_csm) + size_of_val(&*self.by_service) + csms + integrations
    }
}

/// Totals of a board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StandingsTotals {
    /// Credited company–integration pairs within the period: the sum of either table, excluding names outside the
    /// catalog.
    pub integrations: u32,
    /// Distinct companies among those pairs.
    pub companies: u32,
    /// Valid submissions within the period, credited or not.
    pub submissions: u32,
    /// Credits outside the catalog, not part of `integrations`.
    pub outside_catalog: u32,
}

/// One row of the ranking by CSM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CsmStanding {
    /// Rank from 1 by credited integrations; equal counts share a rank ("1, 2, 2, 4").
    pub rank: u32,
    /// Display name: the most frequent spelling.
    pub csm: String,
    /// Credited company–integration pairs within the period.
    pub integrations: u32,
    /// Distinct companies among those pairs.
    pub companies: u32,
    /// Valid submissions within the period, credited or not.
    pub submissions: u32,
    /// Credits outside the catalog, not part of `integrations`.
    pub outside_catalog: u32,
    /// Instant of the latest credit; credits outside the catalog do not count.
    pub last_point_at: Option<Timestamp>,
    /// Ranks gained (positive) or lost since a week ago; `None` when the CSM was not listed then.
    pub movement: Option<i32>,
}

/// One row of the overview by integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ServiceStanding {
    /// Catalog name, or the name as typed when it is not in the catalog.
    pub integration: String,
    /// Distinct companies credited with it within the period.
    pub companies: u32,
    /// Valid claims that name it within the period, credited or not.
    pub claims: u32,
    /// `companies` as a share of all catalog credits within the period, in thousandths (0–1000). Rounded individually,
    /// so equal counts have equal shares; 0 only for none, 1000 only for all. Always 0 outside the catalog.
    pub share_permille: u32,
    /// Relation to the catalog.
    pub kind: ServiceKind,
}

/// Relation of a claimed integration to the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServiceKind {
    /// Offered on the form.
    Offered,
    /// No longer offered; existing claims still count.
    Retired,
    /// Not in the catalog; listed and counted separately.
    OutsideCatalog,
}

impl Ledger {
    /// Standings of a period in `zone`, with the rank changes of the seven days before `now`.
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

    fn by_csm(&self, tallies: &[CsmTally], earlier_ranks: &[Option<u32>]) -> Vec<CsmStanding> {
        let mut listed: Vec<(NameId, &CsmTally)> = listed(tallies).collect();
        listed.sort_by_cached_key(|(csm, tally)| {
            let name = self.csm_display_name(*csm);
            let reached = tally
                .last_point_line
                .map_or(Timestamp::MAX, |line| self.submitted_at(line));
            (Reverse(tally.integrations), reached, normalize(name), name)
        });
        let ranks = ranks(tallies);
        listed
            .into_iter()
            .filter_map(|(csm, tally)| Some((csm, tally, ranks[csm.index()]?)))
            .map(|(csm, tally, rank)| CsmStanding {
                rank,
                csm: self.csm_display_name(csm).to_owned(),
                integrations: tally.integrations,
                companies: tally.companies,
                submissions: tally.submissions,
                outside_catalog: tally.outside_catalog,
                last_point_at: tally.last_point_line.map(|line| self.submitted_at(line)),
                movement: earlier_ranks[csm.index()].map(|earlier| earlier.cast_signed() - rank.cast_signed()),
            })
            .collect()
    }

    fn by_service(&self, tallies: Vec<ServiceTally>, credits: u32) -> Vec<ServiceStanding> {
        let mut services: Vec<ServiceStanding> = tallies
            .into_iter()
            .enumerate()
            .map(|(index, tally)| (self.integration_kind(index), NameId::of(index), tally))
            .filter(|(kind, _, tally)| *kind == ServiceKind::Offered || tally.claims > 0)
            .map(|(kind, integration, tally)| ServiceStanding {
                integration: self.integration_display_name(integration).to_owned(),
                companies: tally.companies,
                claims: tally.claims,
                share_permille: match kind {
                    ServiceKind::OutsideCatalog => 0,
                    ServiceKind::Offered | ServiceKind::Retired => permille(tally.companies, credits),
                },
                kind,
            })
            .collect();
        // The sort is stable: ties keep catalog order.
        services.sort_by_cached_key(|service| match service.kind {
            ServiceKind::Offered | ServiceKind::Retired => (false, Reverse(service.companies), String::new()),
            ServiceKind::OutsideCatalog => (true, Reverse(service.companies), normalize(&service.integration)),
        });
        services
    }

    fn integration_kind(&self, index: usize) -> ServiceKind {
        match self.catalog().integrations().get(index) {
            Some(entry) if entry.availability == Availability::Offered => ServiceKind::Offered,
            Some(_) => ServiceKind::Retired,
            None => ServiceKind::OutsideCatalog,
        }
    }

    /// Claims and credits of each integration, by integration id.
    fn service_tallies(&self, lines: &[u32]) -> Vec<ServiceTally> {
        let mut tallies = vec![ServiceTally::default(); self.integration_count()];
        for line in self.counting(lines) {
            for claim in self.claims_of(line) {
                if let Some(integration) = claim.integration {
                    let tally = &mut tallies[integration.index()];
                    tally.claims += 1;
                    tally.companies += u32::from(claim.hold == CreditHold::Held);
                }
            }
        }
        tallies
    }

    /// Indices of the lines that count.
    fn counting(&self, lines: &[u32]) -> impl Iterator<Item = u32> {
        let lines = lines.iter().copied();
        lines.filter(|index| self.line(*index).validity == RowValidity::Counts)
    }

    /// Rank of each CSM a week before `now`, by CSM id.
    fn ranks_a_week_before(&self, now: Timestamp, zone: &TimeZone, span: InstantRange) -> Vec<Option<u32>> {
        // Seven calendar days, so that "since Monday at nine" holds across a daylight-saving change.
        let Ok(week_ago) = now.to_zoned(zone.clone()).checked_sub(7.days()) else {
            return vec![None; self.csm_count()];
        };
        let known_then = self.lines_until(week_ago.timestamp());
        let lines = self.lines_within(span);
        let lines = lines.start.min(known_then)..lines.end.min(known_then);
        let mut tallies = vec![CsmTally::default(); self.csm_count()];
        self.add_rows(&self.order()[lines], &mut tallies, |_| ());
        ranks(&tallies)
    }

    /// Totals of each CSM over some lines.
    fn tallies(&self, lines: &[u32]) -> StandingsTallies {
        let mut tallies = vec![CsmTally::default(); self.csm_count()];
        let mut points = Vec::with_capacity(2 * lines.len());
        self.add_rows(lines, &mut tallies, |point| points.push(point));
        StandingsTallies {
            companies: self.add_companies(&points, &mut tallies),
            by_csm: tallies,
        }
    }

    /// Counts lines and points, and reports the company and CSM of each point.
    fn add_rows(&self, lines: &[u32], tallies: &mut [CsmTally], mut visit: impl FnMut(CompanyPoint)) {
        for index in self.counting(lines) {
            let line = self.line(index);
            let Some((csm, company)) = line.csm.zip(line.company) else {
                continue;
            };
            let tally = &mut tallies[csm.index()];
            tally.submissions += 1;
            for (_, integration) in self.points(&[index]) {
                if self.is_in_catalog(integration) {
                    tally.integrations += 1;
                    tally.last_point_line = Some(index);
                    visit(CompanyPoint { company, csm });
                } else {
                    tally.outside_catalog += 1;
                }
            }
        }
    }

    /// Counts distinct companies, for each CSM and in total.
    fn add_companies(&self, points: &[CompanyPoint], tallies: &mut [CsmTally]) -> u32 {
        let mut companies = 0;
        // Last company counted for each CSM; the points of a company are adjacent.
        let mut counted: Vec<Option<NameId>> = vec![None; tallies.len()];
        let mut last = None;
        for CompanyPoint { company, csm } in by_company(points, self.company_count()) {
            companies += u32::from(last != Some(company));
            last = Some(company);
            if counted[csm.index()] != Some(company) {
                counted[csm.index()] = Some(company);
                tallies[csm.index()].companies += 1;
            }
        }
        companies
    }
}

fn totals(tallies: &StandingsTallies) -> StandingsTotals {
    let sum = |amount: fn(&CsmTally) -> u32| tallies.by_csm.iter().map(amount).sum();
    StandingsTotals {
        integrations: sum(|tally| tally.integrations),
        companies: tallies.companies,
        submissions: sum(|tally| tally.submissions),
        outside_catalog: sum(|tally| tally.outside_catalog),
    }
}

/// Points grouped by company. A counting sort, because there can be very many.
fn by_company(points: &[CompanyPoint], companies: usize) -> Vec<CompanyPoint> {
    let mut next = vec![0_usize; companies + 1];
    for point in points {
        next[point.company.index() + 1] += 1;
    }
    for index in 1..next.len() {
        next[index] += next[index - 1];
    }
    let mut sorted = points.to_vec();
    for point in points {
        let index = &mut next[point.company.index()];
        sorted[*index] = *point;
        *index += 1;
    }
    sorted
}

/// A point of a CSM at a company.
#[derive(Clone, Copy)]
struct CompanyPoint {
    company: NameId,
    csm: NameId,
}

/// Totals within a time span.
struct StandingsTallies {
    /// By CSM id.
    by_csm: Vec<CsmTally>,
    /// Distinct companies among all points.
    companies: u32,
}

#[derive(Clone, Debug, Default)]
struct CsmTally {
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

/// CSMs with a submission that counts.
fn listed(tallies: &[CsmTally]) -> impl Iterator<Item = (NameId, &CsmTally)> {
    let numbered = tallies
        .iter()
        .enumerate()
        .map(|(index, tally)| (NameId::of(index), tally));
    numbered.filter(|(_, tally)| tally.submissions > 0)
}

/// Rank of each listed CSM: one more than the number of CSMs with more points.
fn ranks(tallies: &[CsmTally]) -> Vec<Option<u32>> {
    let mut points: Vec<u32> = listed(tallies).map(|(_, tally)| tally.integrations).collect();
    points.sort_unstable_by_key(|points| Reverse(*points));
    let rank = |own: u32| 1 + saturating_u32(points.partition_point(|points| *points > own));
    let ranked = tallies.iter();
    ranked
        .map(|tally| (tally.submissions > 0).then(|| rank(tally.integrations)))
        .collect()
}

/// Share in thousandths, rounded to the nearest; 0 only for none, 1000 only for all.
fn permille(part: u32, whole: u32) -> u32 {
    if part == 0 || part >= whole {
        return if part == 0 { 0 } else { 1000 };
    }
    let thousandths = (u64::from(part) * 1000 + u64::from(whole) / 2) / u64::from(whole);
    u32::try_from(thousandths).unwrap_or(1000).clamp(1, 999)
}
