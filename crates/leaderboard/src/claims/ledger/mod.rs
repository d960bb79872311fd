//! Ledger of credits: one credit for each company and integration, held by the earliest claim that counts.
//!
//! A ledger is built once from all rows of the `submissions` tab and answers every query of the board; each feature
//! defines its queries next to the types they return. When rows are appended, the next ledger is derived from the
//! previous one and the new rows ([`Ledger::extended`]). Rows may be entered in any order: a credit always goes to the
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
        rules::{RowValidity, takes_credit},
        storage::{
            name_interner::{EntryOrder, NameId, NameIdentity, NameInterner, NamePosition, NameUse},
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
    lines: Vec<LedgerLine>,
    /// Claims of all lines, concatenated.
    claims: Vec<LedgerClaim>,
    /// Credits of each company, by company id; sorted by integration id.
    credits: Vec<Vec<LedgerCredit>>,
}

/// One submission as ids; shares the index of its row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LedgerLine {
    pub(crate) csm: Option<NameId>,
    pub(crate) company: Option<NameId>,
    pub(crate) validity: RowValidity,
}

/// One name in an `integrations` cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LedgerClaim {
    /// `None` for a repeated integration of the same cell.
    pub(crate) integration: Option<NameId>,
    pub(crate) hold: CreditHold,
}

/// Whether a claim holds the credit for its company and integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CreditHold {
    Held,
    NotHeld,
}

/// Credit for one integration of a company, and the line that earned it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LedgerCredit {
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
    pub fn extended(&self, submissions: &Arc<SubmissionColumns>) -> Option<Self> {
        let mut ledger = submissions.extends(&self.submissions).then(|| self.clone())?;
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
        self.csms.counting_ids()
    }

    /// Ids of [`Ledger::known_companies`], in id order.
    pub(crate) fn counting_companies(&self) -> impl Iterator<Item = NameId> {
        self.companies.counting_ids()
    }

    /// Display names of the companies in the latest `rows` rows, latest first, with repetitions.
    pub fn latest_companies(&self, rows: usize) -> impl Iterator<Item = String> {
        let latest = self.order.iter().rev().take(rows);
        latest.map(|index| self.company_of(*index))
    }

    /// Names outside the catalog in counting rows, one entry for each row and name, by row; staff review them.
    pub fn outside_catalog(&self) -> Vec<OutsideCatalog<'_>> {
        let mut found = Vec::new();
        if self.integration_count() == self.catalog.integrations().len() {
            return found;
        }
        for index in self
            .order
            .iter()
            .copied()
            .filter(|index| self.line(*index).validity == RowValidity::Counts)
        {
            let row = self.submission(index);
            let claims = self.claims_of(index).iter().zip(row.integrations());
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

    pub(crate) fn submission(&self, index: u32) -> SubmissionRow<'_> {
        self.submissions.at(index)
    }

    pub(crate) fn submitted_at(&self, index: u32) -> Timestamp {
        self.submission(index).submitted_at()
    }

    pub(crate) fn line(&self, index: u32) -> &LedgerLine {
        &self.lines[index as usize]
    }

    /// Indices of the lines, earliest first.
    pub(crate) fn order(&self) -> &[u32] {
        &self.order
    }

    /// Lines of a time span, as a range of [`Ledger::order`].
    pub(crate) fn lines_within(&self, span: InstantRange) -> Range<usize> {
        let before = |bound: Timestamp| self.order.partition_point(|index| self.submitted_at(*index) < bound);
        let start = span.start.map_or(0, before);
        let end = span.end.map_or(self.order.len(), before);
        start..end.max(start)
    }

    /// Number of lines up to and including an instant.
    pub(crate) fn lines_until(&self, instant: Timestamp) -> usize {
        self.order.partition_point(|index| self.submitted_at(*index) <= instant)
    }

    pub(crate) fn claims_of(&self, index: u32) -> &[LedgerClaim] {
        &self.claims[self.submissions.claims_of(index)]
    }

    /// Credits of a company, sorted by integration id.
    pub(crate) fn credits_of(&self, company: NameId) -> &[LedgerCredit] {
        self.credits.get(company.index()).map_or(&[], Vec::as_slice)
    }

    /// Credit that a claim of a line competes for; `None` when the line does not count.
    pub(crate) fn credit(&self, line: u32, claim: &LedgerClaim) -> Option<LedgerCredit> {
        let line = self.line(line);
        let credits = self.credits_of(line.company.filter(|_| line.validity == RowValidity::Counts)?);
        let found = credits.binary_search_by_key(&claim.integration?, |credit| credit.integration);
        found.ok().map(|index| credits[index])
    }

    /// Claims among `lines` that hold a credit, each with the index of its line.
    pub(crate) fn points<'a>(&'a self, lines: &'a [u32]) -> impl Iterator<Item = (u32, NameId)> + use<'a> {
        lines.iter().flat_map(|line| {
            let held = self
                .claims_of(*line)
                .iter()
                .filter(|claim| claim.hold == CreditHold::Held);
            held.filter_map(|claim| Some((*line, claim.integration?)))
        })
    }

    pub(crate) fn csm_display_name(&self, csm: NameId) -> &str {
        self.csms.display_name(csm, &self.submissions.names().csms)
    }

    pub(crate) fn csm_count(&self) -> usize {
        self.csms.len()
    }

    pub(crate) fn company_display_name(&self, company: NameId) -> &str {
        self.companies
            .display_name(company, &self.submissions.names().companies)
    }

    pub(crate) fn company_count(&self) -> usize {
        self.companies.len()
    }

    /// Number of interned integrations: the catalog first, then those outside.
    pub(crate) fn integration_count(&self) -> usize {
        self.integrations.len()
    }

    pub(crate) fn is_in_catalog(&self, integration: NameId) -> bool {
        integration.index() < self.catalog.integrations().len()
    }

    pub(crate) fn integration_display_name(&self, integration: NameId) -> &str {
        self.integrations
            .display_name(integration, &self.submissions.names().integrations)
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
        self.csms.id_of(&self.names.csms.resolve(typed)?.key)
    }

    /// Id of the company with a typed name.
    pub(crate) fn find_company(&self, typed: &str) -> Option<NameId> {
        self.companies.id_of(&self.names.companies.resolve(typed)?.key)
    }

    /// Id of the integration with a typed name.
    pub(crate) fn find_integration(&self, typed: &str) -> Option<NameId> {
        self.integrations.id_of(&IntegrationKey::of(typed)?)
    }

    /// Adds the rows that have no line yet.
    fn add_new_rows(&mut self) {
        let rows = Arc::clone(&self.submissions);
        let new = earliest_first(&rows, self.lines.len());
        let nothing = LedgerClaim {
            integration: None,
            hold: CreditHold::NotHeld,
        };
        self.claims.resize(rows.claims().len(), nothing);
        let undecided = LedgerLine {
            csm: None,
            company: None,
            validity: RowValidity::Excluded,
        };
        self.lines.resize(rows.len(), undecided);
        let latest = self.order.last().copied();
        for index in &new {
            let arrival = match latest {
                Some(latest) if !rows.is_earlier(latest, *index) => EntryOrder::Late,
                _ => EntryOrder::InOrder,
            };
            self.record(&rows, *index, arrival);
        }
        let in_order = new.first().map_or(self.order.len(), |first| {
            self.order.partition_point(|known| rows.is_earlier(*known, *first))
        });
        let is_out_of_order = in_order < self.order.len();
        self.order.extend(new);
        if is_out_of_order {
            // Two sorted runs: the sort merges them.
            self.order[in_order..].sort_by(|one, other| rows.compare(*one, *other));
        }
    }

    fn record(&mut self, rows: &SubmissionColumns, index: u32, arrival: EntryOrder) {
        let (row, names) = (rows.at(index), rows.names());
        let validity = RowValidity::of(row.status());
        let used = |text, within| NameUse {
            rows,
            at: NamePosition { row: index, within },
            arrival,
            text,
            validity,
        };
        let aliases = &self.names;
        let csm = self.csms.record(used(row.csm_text(), 0), &names.csms, |typed, key| {
            aliased_identity(&aliases.csms, typed, key)
        });
        let company = self
            .companies
            .record(used(row.company_text(), 0), &names.companies, |typed, key| {
                aliased_identity(&aliases.companies, typed, key)
            });
        let parties = csm.zip(company).filter(|_| validity == RowValidity::Counts);
        let claims = rows.claims_of(index);
        for (within, claim) in (0..).zip(claims.clone()) {
            let text = rows.claims()[claim];
            let integration = self
                .integrations
                .record(used(text, within), &names.integrations, |_, key| typed_identity(key));
            let named_before = &self.claims[claims.start..claim];
            let integration =
                integration.filter(|number| named_before.iter().all(|named| named.integration != Some(*number)));
            let hold = match parties.zip(integration) {
                Some(((_, company), integration)) => self.claim(
                    rows,
                    company,
                    LedgerCredit {
                        integration,
                        line: index,
                    },
                    arrival,
                ),
                None => CreditHold::NotHeld,
            };
            self.claims[claim] = LedgerClaim { integration, hold };
        }
        self.lines[index as usize] = LedgerLine {
            csm,
            company,
            validity: parties.map_or(RowValidity::Excluded, |_| RowValidity::Counts),
        };
    }

    /// Competes for a credit of a company: the earlier of the current holder and this line wins.
    fn claim(
        &mut self,
        rows: &SubmissionColumns,
        company: NameId,
        claimed: LedgerCredit,
        arrival: EntryOrder,
    ) -> CreditHold {
        if self.credits.len() <= company.index() {
            self.credits.resize(company.index() + 1, Vec::new());
        }
        let credits = &mut self.credits[company.index()];
        let found = credits.binary_search_by_key(&claimed.integration, |credit| credit.integration);
        match found {
            Err(free) => credits.insert(free, claimed),
            Ok(known) if arrival == EntryOrder::Late && takes_credit(rows, claimed.line, credits[known].line) => {
                let loser = std::mem::replace(&mut credits[known], claimed);
                self.lose_credit(rows, loser);
            }
            Ok(_) => return CreditHold::NotHeld,
        }
        CreditHold::Held
    }

    fn lose_credit(&mut self, rows: &SubmissionColumns, credit: LedgerCredit) {
        let mut claims = self.claims[rows.claims_of(credit.line)].iter_mut();
        if let Some(claim) = claims.find(|claim| claim.integration == Some(credit.integration)) {
            claim.hold = CreditHold::NotHeld;
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
    let mut interner = NameInterner::new();
    for integration in catalog.integrations() {
        interner.register_canonical(&integration.name);
    }
    for (key, index) in catalog.keys() {
        interner.bind_key(key.clone(), NameId::of(index));
    }
    interner
}

/// Identity of a name under the aliases set by staff.
fn aliased_identity<Key: NameKey>(names: &AliasedNames<Key>, typed: &str, key: &Key) -> NameIdentity<Key> {
    let name = names.resolve_known(typed, key);
    NameIdentity {
        key: name.key,
        canonical: name.canonical.map(Into::into),
    }
}

fn typed_identity<Key: Clone>(key: &Key) -> NameIdentity<Key> {
    NameIdentity {
        key: key.clone(),
        canonical: None,
    }
}

/// Indices of the submissions from `start`, earliest first.
fn earliest_first(submissions: &SubmissionColumns, start: usize) -> Vec<u32> {
    let mut indices: Vec<u32> = (saturating_u32(start)..saturating_u32(submissions.len())).collect();
    if indices.is_sorted_by(|one, other| submissions.is_earlier(*one, *other)) {
        return indices;
    }
    indices.sort_by_cached_key(|index| submissions.at(*index).submitted_at());
    for same_instant in
        indices.chunk_by_mut(|one, other| submissions.at(*one).submitted_at() == submissions.at(*other).submitted_at())
    {
        same_instant.sort_by(|one, other| submissions.compare(*one, *other));
    }
    indices
}
