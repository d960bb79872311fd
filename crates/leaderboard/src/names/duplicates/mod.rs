//! Duplicate detection: similar names on the board, with the effect of a merge. Staff decide; nothing is merged here.

#[cfg(test)]
mod tests;

use domain::similarity::{ComparableName, Similarity, most_similar, similar_pairs};
use schemars::JsonSchema;
use serde::Serialize;
use web::{
    findings::board_findings::{NamedRows, NearNames},
    page::formatting,
};

use crate::{
    claims::{
        ledger::Ledger,
        list::link::ClaimsLink,
        rules::RowValidity,
        storage::{name_interner::NameId, saturating_u32},
    },
    names::rows::{DistinctNames, NameKind},
    routes::NAMES,
};

/// How staff decide about two names, for the findings page.
pub(crate) const DECISIONS_HINT: &str = "Nothing is merged by itself. A decision is a line in the tab csm_aliases, \
company_aliases or distinct_names; deleting that line takes it back exactly.";

/// Maximum suggestions for a typed name.
const MAX_SUGGESTIONS: usize = 3;

/// CSM and company names in counting rows, and the similar pairs among them.
#[derive(Debug)]
pub(crate) struct DuplicateNames {
    csms: DuplicatesOfKind,
    companies: DuplicatesOfKind,
}

/// Names of one kind.
#[derive(Debug)]
struct DuplicatesOfKind {
    kind: NameKind,
    names: Vec<(NameId, ComparableName)>,
    /// By index in `names`.
    pairs: Vec<(usize, usize, Similarity)>,
    /// Number of interned names, counting or not.
    known: usize,
}

/// A known name similar to a typed one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NameSuggestion {
    /// Display name.
    pub name: String,
    /// Kind of similarity.
    pub likeness: Similarity,
}

impl DuplicateNames {
    /// Searches all names.
    pub(crate) fn of(ledger: &Ledger, distinct: &DistinctNames) -> Self {
        Self {
            csms: DuplicatesOfKind::of(NameKind::Csm, ledger, distinct),
            companies: DuplicatesOfKind::of(NameKind::Company, ledger, distinct),
        }
    }

    /// Whether an extended ledger has the same names.
    pub(crate) fn is_still_valid(&self, ledger: &Ledger) -> bool {
        self.csms.is_still_valid(ledger) && self.companies.is_still_valid(ledger)
    }

    /// Number of similar pairs.
    pub(crate) fn len(&self) -> usize {
        self.csms.pairs.len() + self.companies.pairs.len()
    }

    /// Similar pairs, CSMs first, each with the effect of a merge.
    pub(crate) fn near_names(&self, ledger: &Ledger) -> Vec<NearNames> {
        let both = [&self.csms, &self.companies];
        both.into_iter()
            .flat_map(|duplicates| duplicates.near_names(ledger))
            .collect()
    }

    /// Known names similar to a typed one; empty when the typed name itself is known.
    pub(crate) fn suggestions(
        &self,
        ledger: &Ledger,
        kind: NameKind,
        typed: &str,
        distinct: &DistinctNames,
    ) -> Vec<NameSuggestion> {
        let duplicates = match kind {
            NameKind::Csm => &self.csms,
            NameKind::Company => &self.companies,
        };
        let Some(key) = kind.key(typed).filter(|_| !duplicates.is_known(ledger, typed)) else {
            return Vec::new();
        };
        let similar = most_similar(
            &ComparableName::new(typed, &key),
            duplicates.names.iter().map(|(_, name)| name),
        );
        let similar = similar.into_iter().map(|(index, likeness)| NameSuggestion {
            name: display_name(ledger, kind, duplicates.names[index].0).to_owned(),
            likeness,
        });
        let undecided = similar.filter(|suggestion| !distinct.contains(kind, typed, &suggestion.name));
        undecided.take(MAX_SUGGESTIONS).collect()
    }
}

impl DuplicatesOfKind {
    fn of(kind: NameKind, ledger: &Ledger, distinct: &DistinctNames) -> Self {
        let named = counting_ids(ledger, kind).into_iter().filter_map(|id| {
            let display_name = display_name(ledger, kind, id);
            Some((id, ComparableName::new(display_name, &kind.key(display_name)?)))
        });
        let names: Vec<(NameId, ComparableName)> = named.collect();
        let similar: Vec<ComparableName> = names.iter().map(|(_, name)| name.clone()).collect();
        let mut pairs = similar_pairs(&similar);
        pairs.retain(|(one, other, _)| {
            let text = |index: usize| display_name(ledger, kind, names[index].0);
            !distinct.contains(kind, text(*one), text(*other))
        });
        Self {
            kind,
            names,
            pairs,
            known: known(ledger, kind),
        }
    }

    fn is_still_valid(&self, ledger: &Ledger) -> bool {
        self.known == known(ledger, self.kind) && self.names.len() == counting_ids(ledger, self.kind).len()
    }

    fn is_known(&self, ledger: &Ledger, typed: &str) -> bool {
        let id = match self.kind {
            NameKind::Csm => ledger.find_csm(typed),
            NameKind::Company => ledger.find_company(typed),
        };
        id.is_some_and(|id| self.names.binary_search_by_key(&id, |(id, _)| *id).is_ok())
    }

    fn near_names(&self, ledger: &Ledger) -> Vec<NearNames> {
        if self.pairs.is_empty() {
            return Vec::new();
        }
        let rows = rows_by_name(ledger, self.kind);
        let pairs = self.pairs.iter();
        pairs
            .map(|(one, other, likeness)| {
                let (one, other) = (self.names[*one].0, self.names[*other].0);
                // Of equally frequent names, the first one is kept.
                let is_kept = rows[one.index()] >= rows[other.index()];
                let (keep, merge) = if is_kept { (one, other) } else { (other, one) };
                let named = |id: NameId| self.named(ledger, id, rows[id.index()]);
                NearNames {
                    kind: self.kind.as_str(),
                    label: match self.kind {
                        NameKind::Csm => "CSM",
                        NameKind::Company => "company",
                    },
                    keep: named(keep),
                    merge: named(merge),
                    reason: format!("{}.", likeness.words()),
                    effect: self.effect(ledger, keep, merge),
                    action: NAMES,
                }
            })
            .collect()
    }

    fn named(&self, ledger: &Ledger, id: NameId, rows: u32) -> NamedRows {
        let name = display_name(ledger, self.kind, id).to_owned();
        let filter = ClaimsLink::default();
        let address = match self.kind {
            NameKind::Csm => filter.of_csm(&name),
            NameKind::Company => filter.of_company(&name),
        }
        .address();
        NamedRows { name, rows, address }
    }

    fn effect(&self, ledger: &Ledger, keep: NameId, merge: NameId) -> String {
        match self.kind {
            NameKind::Csm => "Their points would be added up; the total stays.".to_owned(),
            NameKind::Company => match shared_credits(ledger, keep, merge) {
                0 => "No credit would fall away.".to_owned(),
                shared => format!(
                    "{} would fall away, held twice now.",
                    formatting::count(shared, "credit", "credits")
                ),
            },
        }
    }
}

/// Catalog integrations credited to both companies.
fn shared_credits(ledger: &Ledger, one: NameId, other: NameId) -> u32 {
    let theirs = ledger.credits_of(other);
    let own = ledger.credits_of(one).iter();
    let shared = own.filter(|own| {
        ledger.is_in_catalog(own.integration) && theirs.iter().any(|theirs| theirs.integration == own.integration)
    });
    saturating_u32(shared.count())
}

/// Number of counting rows, by name id.
fn rows_by_name(ledger: &Ledger, kind: NameKind) -> Vec<u32> {
    let mut rows = vec![0; known(ledger, kind)];
    for index in ledger.order() {
        let line = ledger.line(*index);
        let id = match kind {
            NameKind::Csm => line.csm,
            NameKind::Company => line.company,
        };
        if let Some(id) = id.filter(|_| line.validity == RowValidity::Counts) {
            rows[id.index()] += 1;
        }
    }
    rows
}

fn counting_ids(ledger: &Ledger, kind: NameKind) -> Vec<NameId> {
    match kind {
        NameKind::Csm => ledger.counting_csms().collect(),
        NameKind::Company => ledger.counting_companies().collect(),
    }
}

fn known(ledger: &Ledger, kind: NameKind) -> usize {
    match kind {
        NameKind::Csm => ledger.csm_count(),
        NameKind::Company => ledger.company_count(),
    }
}

fn display_name(ledger: &Ledger, kind: NameKind, id: NameId) -> &str {
    match kind {
        NameKind::Csm => ledger.csm_display_name(id),
        NameKind::Company => ledger.company_display_name(id),
    }
}
