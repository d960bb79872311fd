//! Matrix of companies and integrations: credits and open integrations.

pub(crate) mod page;
#[cfg(test)]
mod tests;
pub(crate) mod view;

use std::collections::BTreeMap;

use domain::normalize::normalize;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::claims::{
    catalog::Availability,
    ledger::Ledger,
    rules::RowValidity,
    storage::{name_interner::NameId, saturating_u32},
};

/// Filter and order of a matrix. `None` fields do not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MatrixFilter {
    /// Only companies with a counting claim by this CSM.
    pub csm: Option<String>,
    /// Only companies whose name contains this text.
    pub company: Option<String>,
    /// Only companies for which this integration is open.
    pub missing: Option<String>,
    /// Order of the companies.
    #[serde(skip_serializing_if = "is_usual")]
    #[schemars(default)]
    pub sort: MatrixOrder,
}

/// Order of the companies; `sort` in the address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatrixOrder {
    /// By name.
    #[default]
    Company,
    /// Most open integrations first.
    MostOpen,
    /// Fewest open integrations first.
    FewestOpen,
    /// Latest claim first.
    Latest,
}

impl MatrixOrder {
    /// All orders, in form order.
    pub const ALL: [Self; 4] = [Self::Company, Self::MostOpen, Self::FewestOpen, Self::Latest];

    /// The word used in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::MostOpen => "most_open",
            Self::FewestOpen => "fewest_open",
            Self::Latest => "latest",
        }
    }

    /// The label shown to people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Company => "Company",
            Self::MostOpen => "Most to win first",
            Self::FewestOpen => "Fewest to win first",
            Self::Latest => "Latest claim first",
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_usual(order: &MatrixOrder) -> bool {
    *order == MatrixOrder::default()
}

/// Companies that match a filter; rows are built on demand.
#[derive(Debug)]
pub struct Matrix<'a> {
    ledger: &'a Ledger,
    integrations: Vec<NameId>,
    /// Integrations with their open counts.
    pub columns: Vec<MatrixColumn>,
    companies: Vec<CompanyTally>,
    /// Total of open pairs.
    pub open: u32,
}

/// An integration, over the listed companies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MatrixColumn {
    /// Catalog name.
    pub integration: String,
    /// Whether it can still be credited; retired ones are listed for their existing credits.
    pub is_offered: bool,
    /// Companies for which it is open.
    pub open: u32,
}

/// One company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MatrixRow {
    /// Display name of the company.
    pub company: String,
    /// Catalog integrations credited to the company.
    pub won: u32,
    /// Offered integrations without a credit.
    pub open: u32,
    /// Holder of each credit, in column order; `None` while open.
    #[serde(skip)]
    pub cells: Vec<Option<String>>,
    /// Holders by integration name, without open integrations.
    pub credited_to: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug)]
struct CompanyTally {
    company: NameId,
    won: u32,
    open: u32,
}

impl Ledger {
    /// Companies that match `filter`, in its order.
    pub fn matrix(&self, filter: &MatrixFilter) -> Matrix<'_> {
        let offered = self.offered();
        let known = MatrixNames::of(self, filter);
        let name_part = filter.company.as_deref().map(normalize);
        let is_named = |company| {
            name_part
                .as_ref()
                .is_none_or(|part| normalize(self.company_display_name(company)).contains(part))
        };
        let missing = filter.missing.as_deref().map(|typed| self.find_integration(typed));
        let misses = |company| match missing {
            None => true,
            Some(integration) => {
                integration.is_some_and(|missing| offered.contains(&missing) && !self.has(company, missing))
            }
        };
        let listed = self.counting_companies();
        let listed = listed.filter(|company| known.is_listed(*company) && is_named(*company) && misses(*company));
        let mut companies: Vec<CompanyTally> = listed.map(|company| self.tally(company, &offered)).collect();
        self.put_in_order(&mut companies, filter.sort, &known.latest);
        let integrations = self.columns_of(&companies, offered);
        Matrix {
            ledger: self,
            columns: integrations
                .iter()
                .map(|index| self.column(*index, &companies))
                .collect(),
            integrations,
            open: companies.iter().map(|tally| tally.open).sum(),
            companies,
        }
    }

    /// Offered integrations.
    fn offered(&self) -> Vec<NameId> {
        let entries = self.catalog().integrations().iter().enumerate();
        let offered = entries.filter(|(_, entry)| entry.availability == Availability::Offered);
        offered.map(|(index, _)| NameId::of(index)).collect()
    }

    fn has(&self, company: NameId, integration: NameId) -> bool {
        let credits = self.credits_of(company);
        credits
            .binary_search_by_key(&integration, |credit| credit.integration)
            .is_ok()
    }

    fn tally(&self, company: NameId, offered: &[NameId]) -> CompanyTally {
        let credits = self.credits_of(company).iter();
        let won = credits.filter(|credit| self.is_in_catalog(credit.integration)).count();
        let open = offered
            .iter()
            .filter(|integration| !self.has(company, **integration))
            .count();
        CompanyTally {
            company,
            won: saturating_u32(won),
            open: saturating_u32(open),
        }
    }

    fn put_in_order(&self, companies: &mut [CompanyTally], order: MatrixOrder, latest: &[u32]) {
        companies.sort_by_cached_key(|tally| {
            let name = self.company_display_name(tally.company);
            let key = match order {
                MatrixOrder::Company => 0,
                MatrixOrder::MostOpen => u32::MAX - tally.open,
                MatrixOrder::FewestOpen => tally.open,
                MatrixOrder::Latest => u32::MAX - latest[tally.company.index()],
            };
            (key, normalize(name), name)
        });
    }

    /// Offered integrations, then retired ones that are credited to a listed company.
    fn columns_of(&self, companies: &[CompanyTally], mut offered: Vec<NameId>) -> Vec<NameId> {
        let all = (0..self.catalog().integrations().len()).map(NameId::of);
        let retired: Vec<NameId> = all.filter(|integration| !offered.contains(integration)).collect();
        let credited = |integration: &NameId| companies.iter().any(|tally| self.has(tally.company, *integration));
        offered.extend(retired.into_iter().filter(credited));
        offered
    }

    fn column(&self, integration: NameId, companies: &[CompanyTally]) -> MatrixColumn {
        let entry = &self.catalog().integrations()[integration.index()];
        let is_offered = entry.availability == Availability::Offered;
        let open = companies.iter().filter(|tally| !self.has(tally.company, integration));
        MatrixColumn {
            integration: entry.name.clone(),
            is_offered,
            open: if is_offered { saturating_u32(open.count()) } else { 0 },
        }
    }
}

impl Matrix<'_> {
    /// Number of companies.
    pub fn len(&self) -> usize {
        self.companies.len()
    }

    /// Whether no company is listed.
    pub fn is_empty(&self) -> bool {
        self.companies.is_empty()
    }

    /// A range of the companies, 0 for the first; clamped to the end.
    pub fn rows(&self, range: std::ops::Range<usize>) -> Vec<MatrixRow> {
        let end = range.end.min(self.companies.len());
        let part = &self.companies[range.start.min(end)..end];
        part.iter().map(|tally| self.row(tally)).collect()
    }

    fn row(&self, tally: &CompanyTally) -> MatrixRow {
        let credits = self.ledger.credits_of(tally.company);
        let holder = |integration: &NameId| {
            let found = credits.binary_search_by_key(integration, |credit| credit.integration);
            found.ok().map(|index| self.ledger.csm_of(credits[index].line))
        };
        let cells: Vec<Option<String>> = self.integrations.iter().map(holder).collect();
        let credited = self.columns.iter().zip(&cells);
        MatrixRow {
            company: self.ledger.company_display_name(tally.company).to_owned(),
            won: tally.won,
            open: tally.open,
            credited_to: credited
                .filter_map(|(column, holder)| Some((column.integration.clone(), holder.clone()?)))
                .collect(),
            cells,
        }
    }
}

/// Facts about companies, by company id.
struct MatrixNames {
    /// Companies with a row of the requested CSM; `None` without that filter.
    of_csm: Option<Vec<bool>>,
    /// Position of each company's latest row in claim order.
    latest: Vec<u32>,
}

impl MatrixNames {
    fn of(ledger: &Ledger, filter: &MatrixFilter) -> Self {
        let csm = filter.csm.as_deref().map(|typed| ledger.find_csm(typed));
        let mut of_csm = vec![false; ledger.company_count()];
        let mut latest = vec![0; ledger.company_count()];
        for (moment, index) in (0..).zip(ledger.order()) {
            let line = ledger.line(*index);
            let Some(company) = line.company.filter(|_| line.validity == RowValidity::Counts) else {
                continue;
            };
            latest[company.index()] = moment;
            of_csm[company.index()] |= line.csm.is_some() && Some(line.csm) == csm;
        }
        Self {
            of_csm: csm.map(|_| of_csm),
            latest,
        }
    }

    fn is_listed(&self, company: NameId) -> bool {
        self.of_csm.as_ref().is_none_or(|listed| listed[company.index()])
    }
}
