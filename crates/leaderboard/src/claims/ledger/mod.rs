//! Ledger of credits: one credit for each company and integration, held by the earliest claim that counts.
//!
//! A ledger is built once from all rows of the `submissions` tab and answers every query of the board; each feature
//! defines its queries next to the types they return. When rows are appended, the next ledger is derived from the
//! previous one and the new rows ([`Ledger::continued`]). Rows may be entered in any order: a credit always goes to the
//! earliest claim.
//!
//! Names are interned ids, so a hundred thousand rows cost only a few megabytes on top of the rows themselves.

#[cfg(test)]
mod tests;

use std::{ops::Range, sync::Arc};

use domain::{
    alias::{AliasedNames, NameKey},
    company::CompanyKey,
    period::InstantRange,
    person::PersonKey,
};
use jiff::Timestamp;

use crate::{
    claims::{
        catalog::{Catalog, IntegrationKey},
        storage::{
            name_interner::{EntryOrder, NameId, NameIdentity, NameInterner, NamePosition, NameUse, RowValidity},
            saturating_u32,
            submission_columns::{SubmissionColumns, SubmissionRow},
        },
    },
    names::rows::NameAliases,
};

/// Everything derived from the rows of the `submissions` tab: each claim with its outcome, each credit with its holder.
///
/// The order of rows in the sheet does not affect any result.
#[derive(Clone, Debug)]
pub struct Ledger {
    submissions: Arc<SubmissionColumns>,
    catalog: Arc<Catalog>,
    names: Arc<NameAliases>,
    csms: NameInterner<PersonKey>,
    companies: NameInterner<CompanyKey>,
    /// Catalog integrations first, in catalog order.
    integrations: NameInterner<IntegrationKey>,
    /// Indices of the submissions, earliest first.
    order: Vec<u32>,
    /// By submission index.
    lines: Vec<Line>,
    /// Claims of all lines, concatenated.
    claims: Vec<Claim>,
    /// Credits of each company, by company id; sorted by integration id.
    credits: Vec<Vec<Credit>>,
}

/// One submission as ids; shares the index of its row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) csm: Option<NameId>,
    pub(crate) company: Option<NameId>,
    pub(crate) standing: RowValidity,
}

/// One name in an `integrations` cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    /// `None` for a repeated integration of the same cell.
    pub(crate) integration: Option<NameId>,
    pub(crate) hold: Hold,
}

/// Whether a claim holds the credit for its company and integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    Held,
    NotHeld,
}

/// Credit for one integration of a company, and the line that earned it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credit {
    pub(crate) integration: NameId,
    /// Index of the line.
    pub(crate) line: u32,
}

impl Ledger {
    /// Builds the ledger from all rows. Rejected and withdrawn rows, and rows without a readable CSM or company, earn
    /// nothing; [`Ledger::claims`] still lists them.
    pub fn build(submissions: Arc<SubmissionColumns>, catalog: Arc<Catalog>, names: Arc<NameAliases>) -> Self {
        let mut ledger = Self {
            csms: NameInterner::new(),
            companies: NameInterner::new(),
            integrations: integrations_of(&catalog),
            order: Vec::new(),
            lines: Vec::with_capacity(submissions.len()),
            claims: Vec::with_capacity(submissions.claims().len()),
            credits: Vec::new(),
            submissions,
            catalog,
            names,
        };
        ledger.add_new_rows();
        ledger
    }

    /// Extends the ledger with appended rows, for the same catalog and names; `None` when `submissions` are not this
    /// ledger's rows plus appended ones.
    pub fn continued(&self, submissions: &Arc<SubmissionColumns>) -> Option<Self> {
        let mut ledger = submissions.continues(&self.submissions).then(|| self.clone())?;
        ledger.submissions = Arc::clone(submissions);
        ledger.add_new_rows();
        Some(ledger)
    }

    /// Rows the ledger was built from.
    pub fn submissions(&self) -> &Arc<SubmissionColumns> {
        &self.submissions
    }

    /// Catalog the ledger was built with.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Display names of all CSMs with a counting row, in alphabetical order.
    pub fn known_csms(&self) -> Vec<&str> {
        self.csms.counting(&self.submissions.names().csms)
    }

    /// Display names of all companies with a counting row, in alphabetical order.
    pub fn known_companies(&self) -> Vec<&str> {
        self.companies.counting(&self.submissions.names().companies)
    }

    /// Number of companies with a counting row.
    pub fn known_companies_len(&self) -> usize {
        self.companies.counting_len()
    }

    /// Ids of [`Ledger::known_csms`], in id order.
    pub(crate) fn counting_csms(&self) -> impl Iterator<Item = NameId> {
        self.csms.counting_numbers()
    }

    /// Ids of [`Ledger::known_companies`], in id order.
    pub(crate) fn counting_companies(&self) -> impl Iterator<Item = NameId> {
        self.companies.counting_numbers()
    }

    /// Display names of the companies in the latest `rows` rows, latest first, with repetitions.
    pub fn latest_companies(&self, rows: usize) -> impl Iterator<Item = String> {
        let latest = self.order.iter().rev().take(rows);
        latest.map(|place| self.company_of(*place))
    }

    /// Names outside the catalog in counting rows, one entry for each row and name, by row; staff review them.
    pub fn outside_catalog(&self) -> Vec<OutsideCatalog<'_>> {
        let mut found = Vec::new();
        if self.integration_count() == self.catalog.integrations().len() {
            return found;
        }
        for place in self
            .order
            .iter()
            .copied()
            .filter(|place| self.line(*place).standing == RowValidity::Counts)
        {
            let row = self.submission(place);
            let claims = self.claims_of(place).iter().zip(row.integrations());
            let unknown = claims.filter(|(claim, _)| {
                claim
                    .integration
                    .is_some_and(|integration| !self.is_in_catalog(integration))
            });
            found.extend(unknown.map(|(_, name)| OutsideCatalog { row: row.row(), name }));
        }
        found.sort_by_key(|entry| entry.row);
        found
    }

    /// Aliases by which the names were resolved.
    pub(crate) fn names(&self) -> &NameAliases {
        &self.names
    }

    pub(crate) fn submission(&self, place: u32) -> SubmissionRow<'_> {
        self.submissions.at(place)
    }

    pub(crate) fn submitted_at(&self, place: u32) -> Timestamp {
        self.submission(place).submitted_at()
    }

    pub(crate) fn line(&self, place: u32) -> &Line {
        &self.lines[place as usize]
    }

    /// Indices of the lines, earliest first.
    pub(crate) fn order(&self) -> &[u32] {
        &self.order
    }

    /// Lines of a time span, as a range of [`Ledger::order`].
    pub(crate) fn lines_within(&self, span: InstantRange) -> Range<usize> {
        let before = |bound: Timestamp| self.order.partition_point(|place| self.submitted_at(*place) < bound);
        let start = span.start.map_or(0, before);
        let end = span.end.map_or(self.order.len(), before);
        start..end.max(start)
    }

    /// Number of lines up to and including an instant.
    pub(crate) fn lines_until(&self, instant: Timestamp) -> usize {
        self.order.partition_point(|place| self.submitted_at(*place) <= instant)
    }

    pub(crate) fn claims_of(&self, place: u32) -> &[Claim] {
        &self.claims[self.submissions.claims_of(place)]
    }

    /// Credits of a company, sorted by integration id.
    pub(crate) fn credits_of(&self, company: NameId) -> &[Credit] {
        self.credits.get(company.place()).map_or(&[], Vec::as_slice)
    }

    /// Credit that a claim of a line competes for; `None` when the line does not count.
    pub(crate) fn credit(&self, line: u32, claim: &Claim) -> Option<Credit> {
        let line = self.line(line);
        let credits = self.credits_of(line.company.filter(|_| line.standing == RowValidity::Counts)?);
        let found = credits.binary_search_by_key(&claim.integration?, |credit| credit.integration);
        found.ok().map(|place| credits[place])
    }

    /// Claims among `lines` that hold a credit, each with the index of its line.
    pub(crate) fn points<'a>(&'a self, lines: &'a [u32]) -> impl Iterator<Item = (u32, NameId)> + use<'a> {
        lines.iter().flat_map(|line| {
            let held = self.claims_of(*line).iter().filter(|claim| claim.hold == Hold::Held);
            held.filter_map(|claim| Some((*line, claim.integration?)))
        })
    }

    pub(crate) fn csm_display_name(&self, csm: NameId) -> &str {
        self.csms.shown(csm, &self.submissions.names().csms)
    }

    pub(crate) fn csm_count(&self) -> usize {
        self.csms.len()
    }

    pub(crate) fn company_display_name(&self, company: NameId) -> &str {
        self.companies.shown(company, &self.submissions.names().companies)
    }

    pub(crate) fn company_count(&self) -> usize {
        self.companies.len()
    }

    /// Number of interned integrations: the catalog first, then those outside.
    pub(crate) fn integration_count(&self) -> usize {
        self.integrations.len()
    }

    pub(crate) fn is_in_catalog(&self, integration: NameId) -> bool {
        integration.place() < self.catalog.integrations().len()
    }

    pub(crate) fn integration_display_name(&self, integration: NameId) -> &str {
        self.integrations
            .shown(integration, &self.submissions.names().integrations)
    }

    /// Compares integrations by catalog order, then by first mention for those outside.
    pub(crate) fn compare_integrations(&self, one: NameId, other: NameId) -> std::cmp::Ordering {
        let first = |integration: NameId| {
            self.integrations
                .first(integration)
                .filter(|_| !self.is_in_catalog(integration))
        };
        match (first(one), first(other)) {
            (Some(one), Some(other)) if one.row == other.row => one.within.cmp(&other.within),
            (Some(one), Some(other)) => self.submissions.compare(one.row, other.row),
            _ => one.cmp(&other),
        }
    }

    /// Id of the CSM with a typed name.
    pub(crate) fn find_csm(&self, typed: &str) -> Option<NameId> {
        self.csms.number(&self.names.csms.resolve(typed)?.key)
    }

    /// Id of the company with a typed name.
    pub(crate) fn find_company(&self, typed: &str) -> Option<NameId> {
        self.companies.number(&self.names.companies.resolve(typed)?.key)
    }

    /// Id of the integration with a typed name.
    pub(crate) fn find_integration(&self, typed: &str) -> Option<NameId> {
        self.integrations.number(&IntegrationKey::of(typed)?)
    }

    /// Adds the rows that have no line yet.
    fn add_new_rows(&mut self) {
        let rows = Arc::clone(&self.submissions);
        let new = earliest_first(&rows, self.lines.len());
        let nothing = Claim {
            integration: None,
            hold: Hold::NotHeld,
        };
        self.claims.resize(rows.claims().len(), nothing);
        let unsettled = Line {
            csm: None,
            company: None,
            standing: RowValidity::SetAside,
        };
        self.lines.resize(rows.len(), unsettled);
        let latest = self.order.last().copied();
        for place in &new {
            let arrival = match latest {
                Some(latest) if !rows.is_earlier(latest, *place) => EntryOrder::Late,
                _ => EntryOrder::InOrder,
            };
            self.enter(&rows, *place, arrival);
        }
        let undisturbed = new.first().map_or(self.order.len(), |first| {
            self.order.partition_point(|known| rows.is_earlier(*known, *first))
        });
        let is_disturbed = undisturbed < self.order.len();
        self.order.extend(new);
        if is_disturbed {
            // Two sorted runs: the sort merges them.
            self.order[undisturbed..].sort_by(|one, other| rows.compare(*one, *other));
        }
    }

    fn enter(&mut self, rows: &SubmissionColumns, place: u32, arrival: EntryOrder) {
        let (row, names) = (rows.at(place), rows.names());
        let standing = if row.status().counts() {
            RowValidity::Counts
        } else {
            RowValidity::SetAside
        };
        let used = |text, within| NameUse {
            rows,
            at: NamePosition { row: place, within },
            arrival,
            text,
            standing,
        };
        let told = &self.names;
        let csm = self.csms.enter(used(row.csm_number(), 0), &names.csms, |typed, key| {
            as_told(&told.csms, typed, key)
        });
        let company = self
            .companies
            .enter(used(row.company_number(), 0), &names.companies, |typed, key| {
                as_told(&told.companies, typed, key)
            });
        let parties = csm.zip(company).filter(|_| standing == RowValidity::Counts);
        let claims = rows.claims_of(place);
        for (within, claim) in (0..).zip(claims.clone()) {
            let text = rows.claims()[claim];
            let integration = self
                .integrations
                .enter(used(text, within), &names.integrations, |_, key| as_typed(key));
            let named_before = &self.claims[claims.start..claim];
            let integration =
                integration.filter(|number| named_before.iter().all(|named| named.integration != Some(*number)));
            let hold = match parties.zip(integration) {
                Some(((_, company), integration)) => self.claim(
                    rows,
                    company,
                    Credit {
                        integration,
                        line: place,
                    },
                    arrival,
                ),
                None => Hold::NotHeld,
            };
            self.claims[claim] = Claim { integration, hold };
        }
        self.lines[place as usize] = Line {
            csm,
            company,
            standing: parties.map_or(RowValidity::SetAside, |_| RowValidity::Counts),
        };
    }

    /// Competes for a credit of a company: the earlier of the current holder and this line wins.
    fn claim(&mut self, rows: &SubmissionColumns, company: NameId, claimed: Credit, arrival: EntryOrder) -> Hold {
        if self.credits.len() <= company.place() {
            self.credits.resize(company.place() + 1, Vec::new());
        }
        let credits = &mut self.credits[company.place()];
        let found = credits.binary_search_by_key(&claimed.integration, |credit| credit.integration);
        match found {
            Err(free) => credits.insert(free, claimed),
            Ok(known) if arrival == EntryOrder::Late && rows.is_earlier(claimed.line, credits[known].line) => {
                let loser = std::mem::replace(&mut credits[known], claimed);
                self.lose(rows, loser);
            }
            Ok(_) => return Hold::NotHeld,
        }
        Hold::Held
    }

    fn lose(&mut self, rows: &SubmissionColumns, credit: Credit) {
        let mut claims = self.claims[rows.claims_of(credit.line)].iter_mut();
        if let Some(claim) = claims.find(|claim| claim.integration == Some(credit.integration)) {
            claim.hold = Hold::NotHeld;
        }
    }
}

/// A name in the `integrations` column that is not in the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutsideCatalog<'a> {
    /// Row number as the spreadsheet shows it.
    pub row: u32,
    /// Name as typed.
    pub name: &'a str,
}

fn integrations_of(catalog: &Catalog) -> NameInterner<IntegrationKey> {
    let mut roll = NameInterner::new();
    for integration in catalog.integrations() {
        roll.register_canonical(&integration.name);
    }
    for (key, place) in catalog.keys() {
        roll.bind(key.clone(), NameId::of(place));
    }
    roll
}

/// Identity of a name under the aliases set by staff.
fn as_told<Key: NameKey>(names: &AliasedNames<Key>, typed: &str, key: &Key) -> NameIdentity<Key> {
    let name = names.resolve_known(typed, key);
    NameIdentity {
        key: name.key,
        decreed: name.canonical.map(Into::into),
    }
}

fn as_typed<Key: Clone>(key: &Key) -> NameIdentity<Key> {
    NameIdentity {
        key: key.clone(),
        decreed: None,
    }
}

/// Indices of the submissions from `start`, earliest first.
fn earliest_first(submissions: &SubmissionColumns, start: usize) -> Vec<u32> {
    let mut places: Vec<u32> = (saturating_u32(start)..saturating_u32(submissions.len())).collect();
    if places.is_sorted_by(|one, other| submissions.is_earlier(*one, *other)) {
        return places;
    }
    places.sort_by_cached_key(|place| submissions.at(*place).submitted_at());
    for same_instant in
        places.chunk_by_mut(|one, other| submissions.at(*one).submitted_at() == submissions.at(*other).submitted_at())
    {
        same_instant.sort_by(|one, other| submissions.compare(*one, *other));
    }
    places
}
