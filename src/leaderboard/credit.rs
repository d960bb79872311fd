//! Who is credited with what: one credit for a company and an integration, held by the earliest claim that counts.
//!
//! A ledger is built once from all rows of the `submissions` tab and then answers every question of the board; the
//! questions live beside the values they answer with, in `standings`, `claims`, `effect` and `form_choices`. When rows
//! are added, the next ledger is made of the last one and the new rows ([`Ledger::continued`]). Rows may be entered in
//! any order: a credit goes to the earliest claim, whenever that is met.
//!
//! Names are small numbers here, so that a hundred thousand rows cost a few megabytes beside the rows themselves.

use std::{ops::Range, sync::Arc};

use jiff::Timestamp;

use super::{
    catalog::{Catalog, IntegrationKey},
    names::Names,
    period::Span,
    roll::{Arrival, Identity, Mention, Number, Roll, Standing, Use, count},
    table::{SubmissionRow, SubmissionTable},
};
use crate::{
    alias::{AliasedNames, NameKey},
    company::CompanyKey,
    person::PersonKey,
};

/// Everything the rows of the `submissions` tab say, settled: each claim with its outcome, each credit with its holder.
///
/// The order of the rows in the sheet makes no difference to any answer.
#[derive(Clone, Debug)]
pub struct Ledger {
    submissions: Arc<SubmissionTable>,
    catalog: Arc<Catalog>,
    names: Arc<Names>,
    csms: Roll<PersonKey>,
    companies: Roll<CompanyKey>,
    /// Those of the catalog first, in its order.
    integrations: Roll<IntegrationKey>,
    /// Places of the submissions, earliest first.
    order: Vec<u32>,
    /// By place.
    lines: Vec<Line>,
    /// The claims of all lines, one behind the other.
    claims: Vec<Claim>,
    /// The credits of each company by the place of its number, in the order of the integrations' numbers.
    credits: Vec<Vec<Credit>>,
}

/// One submission by numbers; it has the place of its row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) csm: Option<Number>,
    pub(super) company: Option<Number>,
    pub(super) standing: Standing,
}

/// One name in an `integrations` cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    /// `None` when the cell named the integration before.
    pub(super) integration: Option<Number>,
    pub(super) hold: Hold,
}

/// Whether a claim holds the credit for its company and integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    Held,
    NotHeld,
}

/// One integration of a company, and the line that earned the point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Credit {
    pub(super) integration: Number,
    /// Place of the line.
    pub(super) line: u32,
}

impl Ledger {
    /// Settles all rows. Rows that staff set aside, and rows without a readable CSM or company, earn nothing but are
    /// still listed by [`Ledger::claims`].
    pub fn build(submissions: Arc<SubmissionTable>, catalog: Arc<Catalog>, names: Arc<Names>) -> Self {
        let mut ledger = Self {
            csms: Roll::new(),
            companies: Roll::new(),
            integrations: integrations_of(&catalog),
            order: Vec::new(),
            lines: Vec::with_capacity(submissions.len()),
            claims: Vec::with_capacity(submissions.claims().len()),
            credits: Vec::new(),
            submissions,
            catalog,
            names,
        };
        ledger.enter_new_rows();
        ledger
    }

    /// Settles rows that were added, with the same catalog and names; `None` when `submissions` are not the rows
    /// of this ledger with others below them.
    pub fn continued(&self, submissions: &Arc<SubmissionTable>) -> Option<Self> {
        let mut ledger = submissions.continues(&self.submissions).then(|| self.clone())?;
        ledger.submissions = Arc::clone(submissions);
        ledger.enter_new_rows();
        Some(ledger)
    }

    /// The rows the ledger was built from.
    pub fn submissions(&self) -> &Arc<SubmissionTable> {
        &self.submissions
    }

    /// The catalog the ledger was built with.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Every CSM with a row that counts, as the board shows them, in alphabetical order.
    pub fn known_csms(&self) -> Vec<&str> {
        self.csms.counting(&self.submissions.names().csms)
    }

    /// Every company with a row that counts, as the board shows it, in alphabetical order.
    pub fn known_companies(&self) -> Vec<&str> {
        self.companies.counting(&self.submissions.names().companies)
    }

    /// How many companies have a row that counts.
    pub fn known_companies_len(&self) -> usize {
        self.companies.counting_len()
    }

    /// The numbers of [`Ledger::known_csms`], in their order.
    pub(super) fn counting_csms(&self) -> impl Iterator<Item = Number> {
        self.csms.counting_numbers()
    }

    /// The numbers of [`Ledger::known_companies`], in their order.
    pub(super) fn counting_companies(&self) -> impl Iterator<Item = Number> {
        self.companies.counting_numbers()
    }

    /// The companies of so many latest rows, as the board shows them, latest first, with repetitions.
    pub fn latest_companies(&self, rows: usize) -> impl Iterator<Item = String> {
        let latest = self.order.iter().rev().take(rows);
        latest.map(|place| self.company_of(*place))
    }

    /// The names outside the catalog in rows that count, for a person to look at: one entry for each row and name, by
    /// row.
    pub fn outside_catalog(&self) -> Vec<OutsideCatalog<'_>> {
        let mut found = Vec::new();
        if self.integration_count() == self.catalog.integrations().len() {
            return found;
        }
        for place in self
            .order
            .iter()
            .copied()
            .filter(|place| self.line(*place).standing == Standing::Counts)
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

    /// What staff say about names.
    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    pub(super) fn submission(&self, place: u32) -> SubmissionRow<'_> {
        self.submissions.at(place)
    }

    pub(super) fn submitted_at(&self, place: u32) -> Timestamp {
        self.submission(place).submitted_at()
    }

    pub(super) fn line(&self, place: u32) -> &Line {
        &self.lines[place as usize]
    }

    /// Places of the lines, earliest first.
    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    /// The lines of a stretch of time, as a range of [`Ledger::order`].
    pub(super) fn lines_within(&self, span: Span) -> Range<usize> {
        let before = |bound: Timestamp| self.order.partition_point(|place| self.submitted_at(*place) < bound);
        let start = span.start.map_or(0, before);
        let end = span.end.map_or(self.order.len(), before);
        start..end.max(start)
    }

    /// How many lines there were at an instant, that instant included.
    pub(super) fn lines_until(&self, instant: Timestamp) -> usize {
        self.order.partition_point(|place| self.submitted_at(*place) <= instant)
    }

    pub(super) fn claims_of(&self, place: u32) -> &[Claim] {
        &self.claims[self.submissions.claims_of(place)]
    }

    /// The credits of a company, in the order of the integrations' numbers.
    pub(super) fn credits_of(&self, company: Number) -> &[Credit] {
        self.credits.get(company.place()).map_or(&[], Vec::as_slice)
    }

    /// The credit that a claim of a line is about; `None` when the line does not count.
    pub(super) fn credit(&self, line: u32, claim: &Claim) -> Option<Credit> {
        let line = self.line(line);
        let credits = self.credits_of(line.company.filter(|_| line.standing == Standing::Counts)?);
        let found = credits.binary_search_by_key(&claim.integration?, |credit| credit.integration);
        found.ok().map(|place| credits[place])
    }

    /// The claims that hold a credit among those of some lines, each with the place of its line.
    pub(super) fn points<'a>(&'a self, lines: &'a [u32]) -> impl Iterator<Item = (u32, Number)> + use<'a> {
        lines.iter().flat_map(|line| {
            let held = self.claims_of(*line).iter().filter(|claim| claim.hold == Hold::Held);
            held.filter_map(|claim| Some((*line, claim.integration?)))
        })
    }

    pub(super) fn csm_shown(&self, csm: Number) -> &str {
        self.csms.shown(csm, &self.submissions.names().csms)
    }

    pub(super) fn csm_count(&self) -> usize {
        self.csms.len()
    }

    pub(super) fn company_shown(&self, company: Number) -> &str {
        self.companies.shown(company, &self.submissions.names().companies)
    }

    pub(super) fn company_count(&self) -> usize {
        self.companies.len()
    }

    /// How many integrations are known by number: those of the catalog, then those outside.
    pub(super) fn integration_count(&self) -> usize {
        self.integrations.len()
    }

    pub(super) fn is_in_catalog(&self, integration: Number) -> bool {
        integration.place() < self.catalog.integrations().len()
    }

    pub(super) fn integration_shown(&self, integration: Number) -> &str {
        self.integrations
            .shown(integration, &self.submissions.names().integrations)
    }

    /// Puts integrations in the order of the catalog, then those outside by their first mention.
    pub(super) fn compare_integrations(&self, one: Number, other: Number) -> std::cmp::Ordering {
        let first = |integration: Number| {
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

    /// The number of the CSM meant by a typed name.
    pub(super) fn find_csm(&self, typed: &str) -> Option<Number> {
        self.csms.number(&self.names.csms.resolve(typed)?.key)
    }

    /// The number of the company meant by a typed name.
    pub(super) fn find_company(&self, typed: &str) -> Option<Number> {
        self.companies.number(&self.names.companies.resolve(typed)?.key)
    }

    /// The number of the integration meant by a typed name.
    pub(super) fn find_integration(&self, typed: &str) -> Option<Number> {
        self.integrations.number(&IntegrationKey::of(typed)?)
    }

    /// Enters the rows that have no line yet.
    fn enter_new_rows(&mut self) {
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
            standing: Standing::SetAside,
        };
        self.lines.resize(rows.len(), unsettled);
        let latest = self.order.last().copied();
        for place in &new {
            let arrival = match latest {
                Some(latest) if !rows.is_earlier(latest, *place) => Arrival::Late,
                _ => Arrival::InOrder,
            };
            self.enter(&rows, *place, arrival);
        }
        let undisturbed = new.first().map_or(self.order.len(), |first| {
            self.order.partition_point(|known| rows.is_earlier(*known, *first))
        });
        let is_disturbed = undisturbed < self.order.len();
        self.order.extend(new);
        if is_disturbed {
            // Two runs, each in order: the sort merges them.
            self.order[undisturbed..].sort_by(|one, other| rows.compare(*one, *other));
        }
    }

    fn enter(&mut self, rows: &SubmissionTable, place: u32, arrival: Arrival) {
        let (row, names) = (rows.at(place), rows.names());
        let standing = if row.status().counts() {
            Standing::Counts
        } else {
            Standing::SetAside
        };
        let used = |text, within| Use {
            rows,
            at: Mention { row: place, within },
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
        let parties = csm.zip(company).filter(|_| standing == Standing::Counts);
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
            standing: parties.map_or(Standing::SetAside, |_| Standing::Counts),
        };
    }

    /// Claims a credit for a company: it goes to the earlier of whoever holds it and this line.
    fn claim(&mut self, rows: &SubmissionTable, company: Number, claimed: Credit, arrival: Arrival) -> Hold {
        if self.credits.len() <= company.place() {
            self.credits.resize(company.place() + 1, Vec::new());
        }
        let credits = &mut self.credits[company.place()];
        let found = credits.binary_search_by_key(&claimed.integration, |credit| credit.integration);
        match found {
            Err(free) => credits.insert(free, claimed),
            Ok(known) if arrival == Arrival::Late && rows.is_earlier(claimed.line, credits[known].line) => {
                let loser = std::mem::replace(&mut credits[known], claimed);
                self.lose(rows, loser);
            }
            Ok(_) => return Hold::NotHeld,
        }
        Hold::Held
    }

    fn lose(&mut self, rows: &SubmissionTable, credit: Credit) {
        let mut claims = self.claims[rows.claims_of(credit.line)].iter_mut();
        if let Some(claim) = claims.find(|claim| claim.integration == Some(credit.integration)) {
            claim.hold = Hold::NotHeld;
        }
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

fn integrations_of(catalog: &Catalog) -> Roll<IntegrationKey> {
    let mut roll = Roll::new();
    for integration in catalog.integrations() {
        roll.decree(&integration.name);
    }
    for (key, place) in catalog.keys() {
        roll.bind(key.clone(), Number::of(place));
    }
    roll
}

/// What staff say a name stands for.
fn as_told<Key: NameKey>(names: &AliasedNames<Key>, typed: &str, key: &Key) -> Identity<Key> {
    let name = names.resolve_known(typed, key);
    Identity {
        key: name.key,
        decreed: name.canonical.map(Into::into),
    }
}

fn as_typed<Key: Clone>(key: &Key) -> Identity<Key> {
    Identity {
        key: key.clone(),
        decreed: None,
    }
}

/// The places of the submissions from `start` on, earliest first.
fn earliest_first(submissions: &SubmissionTable, start: usize) -> Vec<u32> {
    let mut places: Vec<u32> = (count(start)..count(submissions.len())).collect();
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

#[cfg(test)]
#[path = "credit_tests.rs"]
mod tests;
