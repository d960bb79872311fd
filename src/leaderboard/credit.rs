//! Who is credited with what: one credit for a company and an integration, held by the earliest claim that counts.
//!
//! A ledger is built once from all rows of the `submissions` tab and then answers every question of the board; the
//! questions live beside the values they answer with, in `standings`, `claims`, `effect` and `form_choices`.
//! Names are small numbers here, so that a hundred thousand rows cost a few megabytes beside the rows themselves.

use std::{
    collections::{HashMap, hash_map::Entry},
    ops::Range,
    sync::Arc,
};

use jiff::Timestamp;

use super::{
    catalog::{Catalog, IntegrationKey},
    claim::Submission,
    period::Span,
    roll::{Identity, Register, Roll, Standing, count},
};
use crate::{
    company::{CompanyKey, CompanyNames},
    person::PersonKey,
};

/// Everything the rows of the `submissions` tab say, settled: each claim with its outcome, each credit with its holder.
///
/// The order of the rows in the sheet makes no difference to any answer.
#[derive(Clone, Debug)]
pub struct Ledger {
    submissions: Arc<[Submission]>,
    catalog: Arc<Catalog>,
    company_names: Arc<CompanyNames>,
    csms: Roll<PersonKey>,
    companies: Roll<CompanyKey>,
    outside_catalog: Roll<IntegrationKey>,
    /// Earliest first.
    lines: Vec<Line>,
    /// The claims of all lines, one behind the other.
    claims: Vec<Claim>,
    /// In the order of the lines that earned them, so earliest first.
    credits: Vec<Credit>,
}

/// One submission by numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    submission: u32,
    first_claim: u32,
    pub(super) csm: Option<u32>,
    pub(super) company: Option<u32>,
    pub(super) standing: Standing,
}

/// One name in an `integrations` cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    /// `None` when the cell named the integration before.
    pub(super) integration: Option<u32>,
    /// The credit for this company and integration; `None` when the line does not count.
    pub(super) credit: Option<u32>,
}

/// One company and integration, and the line that earned the point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Credit {
    pub(super) line: u32,
    pub(super) csm: u32,
    pub(super) company: u32,
    /// Below the length of the catalog its place there, from then on a name outside the catalog.
    pub(super) integration: u32,
}

impl Ledger {
    /// Settles all rows. Rows that staff set aside, and rows without a readable CSM or company, earn nothing but are
    /// still listed by [`Ledger::claims`].
    pub fn build(submissions: Arc<[Submission]>, catalog: Arc<Catalog>, company_names: Arc<CompanyNames>) -> Self {
        let mut names = Names {
            catalog: &catalog,
            company_names: &company_names,
            csms: Register::new(),
            companies: Register::new(),
            outside_catalog: Register::new(),
            in_catalog: HashMap::new(),
        };
        let mut entries = Entries::with_room_for(&submissions);
        for place in earliest_first(&submissions) {
            entries.enter(place, &submissions[place as usize], &mut names);
        }
        let (csms, companies) = (names.csms.finish(), names.companies.finish());
        let outside_catalog = names.outside_catalog.finish();
        Self {
            csms,
            companies,
            outside_catalog,
            lines: entries.lines,
            claims: entries.claims,
            credits: entries.credits,
            submissions,
            catalog,
            company_names,
        }
    }

    /// The rows the ledger was built from, in the order they came in.
    pub fn submissions(&self) -> &Arc<[Submission]> {
        &self.submissions
    }

    /// The catalog the ledger was built with.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Every CSM with a row that counts, as the board shows them, in alphabetical order.
    pub fn known_csms(&self) -> Vec<&str> {
        self.csms.counting()
    }

    /// Every company with a row that counts, as the board shows it, in alphabetical order.
    pub fn known_companies(&self) -> Vec<&str> {
        self.companies.counting()
    }

    /// The names outside the catalog in rows that count, for a person to look at: one entry for each row and name, by
    /// row.
    pub fn outside_catalog(&self) -> Vec<OutsideCatalog<'_>> {
        let mut found = Vec::new();
        for line in self.lines.iter().filter(|line| line.standing == Standing::Counts) {
            let submission = self.submission(line);
            let claims = self.claims_of(line).iter().zip(&submission.integrations);
            let unknown = claims.filter(|(claim, _)| {
                claim
                    .integration
                    .is_some_and(|integration| !self.is_in_catalog(integration))
            });
            found.extend(unknown.map(|(_, name)| OutsideCatalog {
                row: submission.row,
                name,
            }));
        }
        found.sort_by_key(|entry| entry.row);
        found
    }

    pub(super) fn submission(&self, line: &Line) -> &Submission {
        &self.submissions[line.submission as usize]
    }

    pub(super) fn submitted_at(&self, line: u32) -> Timestamp {
        self.submission(self.line(line)).submitted_at
    }

    pub(super) fn line(&self, number: u32) -> &Line {
        &self.lines[number as usize]
    }

    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The lines of a stretch of time, by number.
    pub(super) fn lines_within(&self, span: Span) -> Range<usize> {
        let before = |bound: Timestamp| {
            self.lines
                .partition_point(|line| self.submission(line).submitted_at < bound)
        };
        let start = span.start.map_or(0, before);
        let end = span.end.map_or(self.lines.len(), before);
        start..end.max(start)
    }

    /// How many lines there were at an instant, that instant included.
    pub(super) fn lines_until(&self, instant: Timestamp) -> usize {
        self.lines
            .partition_point(|line| self.submission(line).submitted_at <= instant)
    }

    pub(super) fn claims_of(&self, line: &Line) -> &[Claim] {
        let first = line.first_claim as usize;
        &self.claims[first..first + self.submission(line).integrations.len()]
    }

    pub(super) fn credits(&self) -> &[Credit] {
        &self.credits
    }

    /// The credits earned by a stretch of lines.
    pub(super) fn credits_of(&self, lines: &Range<usize>) -> &[Credit] {
        let start = self
            .credits
            .partition_point(|credit| (credit.line as usize) < lines.start);
        let end = self
            .credits
            .partition_point(|credit| (credit.line as usize) < lines.end);
        &self.credits[start..end]
    }

    pub(super) fn csm_shown(&self, csm: u32) -> &str {
        self.csms.shown(csm)
    }

    pub(super) fn csm_count(&self) -> usize {
        self.csms.len()
    }

    pub(super) fn company_shown(&self, company: u32) -> &str {
        self.companies.shown(company)
    }

    /// How many integrations are known by number: those of the catalog, then those outside.
    pub(super) fn integration_count(&self) -> usize {
        self.catalog.integrations().len() + self.outside_catalog.len()
    }

    pub(super) fn is_in_catalog(&self, integration: u32) -> bool {
        (integration as usize) < self.catalog.integrations().len()
    }

    pub(super) fn integration_shown(&self, integration: u32) -> &str {
        match self.catalog.integrations().get(integration as usize) {
            Some(entry) => &entry.name,
            None => self
                .outside_catalog
                .shown(integration - count(self.catalog.integrations().len())),
        }
    }

    /// The number of the CSM meant by a typed name.
    pub(super) fn find_csm(&self, typed: &str) -> Option<u32> {
        self.csms.number(&PersonKey::of(typed)?)
    }

    /// The number of the company meant by a typed name.
    pub(super) fn find_company(&self, typed: &str) -> Option<u32> {
        self.companies.number(&self.company_names.resolve(typed)?.key)
    }

    /// The number of the integration meant by a typed name.
    pub(super) fn find_integration(&self, typed: &str) -> Option<u32> {
        let key = IntegrationKey::of(typed)?;
        let outside = || {
            let number = self.outside_catalog.number(&key)?;
            Some(number + count(self.catalog.integrations().len()))
        };
        self.catalog.position(&key).map(count).or_else(outside)
    }
}

/// A name in the `integrations` column that the catalog does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutsideCatalog<'a> {
    /// Row number as the spreadsheet shows it.
    pub row: u32,
    /// The name as typed.
    pub name: &'a str,
}

/// The places of the submissions, earliest first.
fn earliest_first(submissions: &[Submission]) -> Vec<u32> {
    let mut places: Vec<(Timestamp, u32)> = (0..)
        .zip(submissions)
        .map(|(place, submission)| (submission.submitted_at, place))
        .collect();
    places.sort_by(|(at, place), (other_at, other_place)| {
        let tie = || precedence(&submissions[*place as usize]).cmp(&precedence(&submissions[*other_place as usize]));
        at.cmp(other_at).then_with(tie)
    });
    places.into_iter().map(|(_, place)| place).collect()
}

/// What decides between submissions of the same instant: the id, those without one last, then the content.
///
/// The row number comes last of all: it can only tell apart rows that say exactly the same.
fn precedence(submission: &Submission) -> impl Ord + '_ {
    (
        submission.id.is_empty(),
        &submission.id,
        (&submission.csm, &submission.company, &submission.integrations),
        (submission.status.as_str(), &submission.note),
        submission.row,
    )
}

/// The names met so far while a ledger is built.
struct Names<'a> {
    catalog: &'a Catalog,
    company_names: &'a CompanyNames,
    csms: Register<'a, PersonKey>,
    companies: Register<'a, CompanyKey>,
    outside_catalog: Register<'a, IntegrationKey>,
    in_catalog: HashMap<&'a str, Option<u32>>,
}

impl<'a> Names<'a> {
    fn csm(&mut self, typed: &'a str, standing: Standing) -> Option<u32> {
        self.csms.enter(typed, standing, |name| {
            PersonKey::of(name).map(|key| Identity { key, decreed: None })
        })
    }

    fn company(&mut self, typed: &'a str, standing: Standing) -> Option<u32> {
        let company_names = self.company_names;
        self.companies.enter(typed, standing, |name| {
            company_names.resolve(name).map(|company| Identity {
                key: company.key,
                decreed: company.canonical.map(str::to_owned),
            })
        })
    }

    fn integration(&mut self, typed: &'a str, standing: Standing) -> Option<u32> {
        let catalog = self.catalog;
        let in_catalog = self.in_catalog.entry(typed).or_insert_with(|| {
            let place = catalog.position(&IntegrationKey::of(typed)?)?;
            Some(count(place))
        });
        in_catalog.or_else(|| {
            let number = self.outside_catalog.enter(typed, standing, |name| {
                IntegrationKey::of(name).map(|key| Identity { key, decreed: None })
            })?;
            Some(number + count(catalog.integrations().len()))
        })
    }
}

/// The lines entered so far while a ledger is built.
struct Entries {
    lines: Vec<Line>,
    claims: Vec<Claim>,
    credits: Vec<Credit>,
    by_pair: HashMap<(u32, u32), u32>,
}

impl Entries {
    fn with_room_for(submissions: &[Submission]) -> Self {
        let claims = submissions.iter().map(|submission| submission.integrations.len()).sum();
        Self {
            lines: Vec::with_capacity(submissions.len()),
            claims: Vec::with_capacity(claims),
            credits: Vec::new(),
            by_pair: HashMap::with_capacity(submissions.len()),
        }
    }

    /// Enters a submission that is later than all before it.
    fn enter<'a>(&mut self, place: u32, submission: &'a Submission, names: &mut Names<'a>) {
        let by_staff = if submission.status.counts() {
            Standing::Counts
        } else {
            Standing::SetAside
        };
        let csm = names.csm(&submission.csm, by_staff);
        let company = names.company(&submission.company, by_staff);
        let parties = csm.zip(company).filter(|_| by_staff == Standing::Counts);
        let first_claim = self.claims.len();
        for name in &submission.integrations {
            let integration = names
                .integration(name, by_staff)
                .filter(|integration| !self.named_since(first_claim, *integration));
            let credit = parties.zip(integration).map(|((csm, company), integration)| {
                self.credit(Credit {
                    line: count(self.lines.len()),
                    csm,
                    company,
                    integration,
                })
            });
            self.claims.push(Claim { integration, credit });
        }
        self.lines.push(Line {
            submission: place,
            first_claim: count(first_claim),
            csm,
            company,
            standing: parties.map_or(Standing::SetAside, |_| Standing::Counts),
        });
    }

    fn named_since(&self, first_claim: usize, integration: u32) -> bool {
        self.claims[first_claim..]
            .iter()
            .any(|claim| claim.integration == Some(integration))
    }

    /// The credit for the company and integration: the one that stands, or else this new one.
    fn credit(&mut self, earned: Credit) -> u32 {
        match self.by_pair.entry((earned.company, earned.integration)) {
            Entry::Occupied(standing) => *standing.get(),
            Entry::Vacant(free) => {
                self.credits.push(earned);
                *free.insert(count(self.credits.len() - 1))
            }
        }
    }
}

#[cfg(test)]
#[path = "credit_tests.rs"]
mod tests;
