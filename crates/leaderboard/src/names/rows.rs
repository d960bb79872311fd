//! Aliases of CSMs and companies, and pairs of names that staff declared distinct.
//!
//! Three tabs hold the decisions, one row each. Deleting a row reverts the decision.

use std::collections::HashSet;

use domain::{
    alias::{Alias, AliasProblem, NameKey},
    company::{CompanyKey, CompanyNames},
    normalize::normalize,
    person::{PersonKey, PersonNames},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sheets_store::{
    CellEntry, NewId, RowInsert, TabRow,
    schema::tab::{ChangeHistory, Column, ColumnKind, IdSource, Tab},
};
use uuid::Uuid;

/// CSM names that staff merge into one; deleting a row undoes the merge.
pub static CSM_ALIASES: Tab = Tab {
    title: "csm_aliases",
    columns: &[
        Column::new("alias", ColumnKind::Text),
        Column::new("canonical", ColumnKind::Text),
    ],
    ids: IdSource::Given,
    history: ChangeHistory::Kept,
    updated_at: None,
};

/// Similar names that are distinct; deleting a row makes them a suspected duplicate again.
pub static DISTINCT_NAMES: Tab = Tab {
    title: "distinct_names",
    columns: &[
        Column::new("id", ColumnKind::Text),
        Column::new("kind", ColumnKind::Choice(&["csm", "company"])),
        Column::new("one", ColumnKind::Text),
        Column::new("other", ColumnKind::Text),
    ],
    ids: IdSource::Given,
    history: ChangeHistory::Kept,
    updated_at: None,
};

/// Kind of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    /// Name of a CSM.
    Csm,
    /// Name of a company.
    Company,
}

impl NameKind {
    /// The word in the sheet and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csm => "csm",
            Self::Company => "company",
        }
    }

    /// Tab of the aliases of this kind.
    pub fn alias_tab(self) -> &'static Tab {
        match self {
            Self::Csm => &CSM_ALIASES,
            Self::Company => &COMPANY_ALIASES,
        }
    }

    /// Normalised form of a name; `None` when the name is empty.
    pub fn key(self, typed: &str) -> Option<String> {
        match self {
            Self::Csm => PersonKey::of_name(typed).map(|key| key.to_string()),
            Self::Company => CompanyKey::of_name(typed).map(|key| key.to_string()),
        }
    }
}

/// Aliases of both kinds.
#[derive(Clone, Debug, Default)]
pub struct NameAliases {
    /// Aliases of CSMs.
    pub csms: PersonNames,
    /// Aliases of companies.
    pub companies: CompanyNames,
}

impl NameAliases {
    /// Builds the aliases of both tabs; also returns the rows that cannot be applied.
    pub fn from_aliases(csms: &[Alias], companies: &[Alias]) -> (Self, Vec<UnappliedAlias>) {
        let (csms, of_csms) = PersonNames::from_aliases(csms.iter().cloned());
        let (companies, of_companies) = CompanyNames::from_aliases(companies.iter().cloned());
        let of_csms = of_csms.into_iter().map(|problem| UnappliedAlias {
            kind: NameKind::Csm,
            problem,
        });
        let of_companies = of_companies.into_iter().map(|problem| UnappliedAlias {
            kind: NameKind::Company,
            problem,
        });
        (Self { csms, companies }, of_csms.chain(of_companies).collect())
    }
}

/// A row of an alias tab that cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnappliedAlias {
    /// Kind of the names in the row.
    pub kind: NameKind,
    /// The row, and why it cannot be applied.
    pub problem: AliasProblem,
}

/// Pairs of names that staff declared distinct, by kind and keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DistinctNames(HashSet<(NameKind, String, String)>);

impl DistinctNames {
    /// Adds a row. Rows without two names of a known kind are ignored.
    pub(crate) fn read(&mut self, row: &TabRow<'_>) {
        let kind = match normalize(&row.cell(1).text()).as_str() {
            "csm" => NameKind::Csm,
            "company" => NameKind::Company,
            _ => return,
        };
        self.insert(kind, &row.cell(2).text(), &row.cell(3).text());
    }

    /// Declares two names distinct, in any order and spelling.
    pub fn insert(&mut self, kind: NameKind, one: &str, other: &str) {
        self.0.extend(pair(kind, one, other));
    }

    /// Whether staff declared these names distinct.
    pub fn contains(&self, kind: NameKind, one: &str, other: &str) -> bool {
        !self.0.is_empty() && pair(kind, one, other).is_some_and(|pair| self.0.contains(&pair))
    }
}

fn pair(kind: NameKind, one: &str, other: &str) -> Option<(NameKind, String, String)> {
    let (one, other) = (kind.key(one)?, kind.key(other)?);
    Some(if one <= other {
        (kind, one, other)
    } else {
        (kind, other, one)
    })
}

/// Row that merges `alias` into `canonical`. Keyed by the alias, so a repeated click adds no row.
pub fn merge_line(kind: NameKind, alias: &str, canonical: &str) -> RowInsert {
    RowInsert {
        tab: kind.alias_tab(),
        id: NewId::Given(alias.to_owned()),
        cells: vec![CellEntry::Text(canonical.to_owned())],
    }
}

/// Row that declares two names distinct; its id depends only on the pair, so a repeated click adds no row.
pub fn distinct_line(kind: NameKind, one: &str, other: &str) -> Option<RowInsert> {
    let (_, first, second) = pair(kind, one, other)?;
    let content = [kind.as_str(), &first, &second].join("\u{1f}");
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, content.as_bytes());
    Some(RowInsert {
        tab: &DISTINCT_NAMES,
        id: NewId::Given(id.to_string()),
        cells: [kind.as_str(), one, other]
            .map(|text| CellEntry::Text(text.to_owned()))
            .into(),
    })
}

/// Company names that staff merge into one; deleting a row undoes the merge.
pub static COMPANY_ALIASES: Tab = Tab {
    title: "company_aliases",
    columns: &[
        Column::new("alias", ColumnKind::Text),
        Column::new("canonical", ColumnKind::Text),
    ],
    ids: IdSource::Given,
    history: ChangeHistory::Kept,
    updated_at: None,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_names_are_told_apart_in_either_order_and_any_spelling_and_only_among_their_kind() {
        let mut distinct = DistinctNames::default();
        distinct.insert(NameKind::Company, "Acme", "ACME Labs Inc.");
        assert!(distinct.contains(NameKind::Company, "acme labs", "Acme SAS"));
        assert!(!distinct.contains(NameKind::Csm, "Acme", "ACME Labs Inc."));
        assert!(!distinct.contains(NameKind::Company, "Acme", "Acme Europe"));
        distinct.insert(NameKind::Csm, "Kate", " ");
        assert!(!distinct.contains(NameKind::Csm, "Kate", ""));
    }

    #[test]
    fn a_decision_is_one_line_however_often_and_in_whatever_order_it_is_made() {
        let id = |one, other| distinct_line(NameKind::Csm, one, other).map(|line| line.id);
        assert_eq!(id("Kat", "Kate"), id("KATE", "kat"));
        assert_ne!(id("Kat", "Kate"), id("Kat", "Katie"));
        assert_eq!(id("Kat", " "), None);
        assert_eq!(
            merge_line(NameKind::Csm, "Kat", "Kate").id,
            merge_line(NameKind::Csm, "Kat", "Katie").id
        );
    }
}
