//! Matrix of companies and integrations: credits and open integrations.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    catalog::Availability,
    credit::Ledger,
    roll::{Number, Standing, count},
};
use crate::spelling::fold;

/// Filter and order of a matrix. `None` fields do not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MatrixQuestion {
    /// Only companies with a counting claim by this CSM.
    pub csm: Option<String>,
    /// Only companies whose name contains this text.
    pub company: Option<String>,
    /// Only companies for which this integration is open.
    pub missing: Option<String>,
    /// Order of the companies.
    #[serde(skip_serializing_if = "is_usual")]
    #[schemars(default)]
    pub sort: Order,
}

/// Order of the companies; `sort` in the address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
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

impl Order {
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
fn is_usual(order: &Order) -> bool {
    *order == Order::default()
}

/// Companies that match a filter; rows are built on demand.
#[derive(Debug)]
pub struct Matrix<'a> {
    ledger: &'a Ledger,
    integrations: Vec<Number>,
    /// Integrations with their open counts.
    pub columns: Vec<MatrixColumn>,
    companies: Vec<Tally>,
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
struct Tally {
    company: Number,
    won: u32,
    open: u32,
}

impl Ledger {
    /// Companies that match `question`, in its order.
    pub fn matrix(&self, question: &MatrixQuestion) -> Matrix<'_> {
        let offered = self.offered();
        let known = Known::of(self, question);
        let wanted = question.company.as_deref().map(fold);
        let is_named = |company| {
            wanted
                .as_ref()
                .is_none_or(|wanted| fold(self.company_shown(company)).contains(wanted))
        };
        let missing = question.missing.as_deref().map(|typed| self.find_integration(typed));
        let misses = |company| match missing {
            None => true,
            Some(integration) => {
                integration.is_some_and(|sought| offered.contains(&sought) && !self.has(company, sought))
            }
        };
        let listed = self.counting_companies();
        let listed = listed.filter(|company| known.is_listed(*company) && is_named(*company) && misses(*company));
        let mut companies: Vec<Tally> = listed.map(|company| self.tally(company, &offered)).collect();
        self.put_in_order(&mut companies, question.sort, &known.latest);
        let integrations = self.columns_of(&companies, offered);
        Matrix {
            ledger: self,
            columns: integrations
                .iter()
                .map(|place| self.column(*place, &companies))
                .collect(),
            integrations,
            open: companies.iter().map(|tally| tally.open).sum(),
            companies,
        }
    }

    /// Offered integrations.
    fn offered(&self) -> Vec<Number> {
        let entries = self.catalog().integrations().iter().enumerate();
        let offered = entries.filter(|(_, entry)| entry.availability == Availability::Offered);
        offered.map(|(place, _)| Number::of(place)).collect()
    }

    fn has(&self, company: Number, integration: Number) -> bool {
        let credits = self.credits_of(company);
        credits
            .binary_search_by_key(&integration, |credit| credit.integration)
            .is_ok()
    }

    fn tally(&self, company: Number, offered: &[Number]) -> Tally {
        let credits = self.credits_of(company).iter();
        let won = credits.filter(|credit| self.is_in_catalog(credit.integration)).count();
        let open = offered
            .iter()
            .filter(|integration| !self.has(company, **integration))
            .count();
        Tally {
            company,
            won: count(won),
            open: count(open),
        }
    }

    fn put_in_order(&self, companies: &mut [Tally], order: Order, latest: &[u32]) {
        companies.sort_by_cached_key(|tally| {
            let shown = self.company_shown(tally.company);
            let key = match order {
                Order::Company => 0,
                Order::MostOpen => u32::MAX - tally.open,
                Order::FewestOpen => tally.open,
                Order::Latest => u32::MAX - latest[tally.company.place()],
            };
            (key, fold(shown), shown)
        });
    }

    /// Offered integrations, then retired ones that are credited to a listed company.
    fn columns_of(&self, companies: &[Tally], mut offered: Vec<Number>) -> Vec<Number> {
        let all = (0..self.catalog().integrations().len()).map(Number::of);
        let retired: Vec<Number> = all.filter(|integration| !offered.contains(integration)).collect();
        let credited = |integration: &Number| companies.iter().any(|tally| self.has(tally.company, *integration));
        offered.extend(retired.into_iter().filter(credited));
        offered
    }

    fn column(&self, integration: Number, companies: &[Tally]) -> MatrixColumn {
        let entry = &self.catalog().integrations()[integration.place()];
        let is_offered = entry.availability == Availability::Offered;
        let open = companies.iter().filter(|tally| !self.has(tally.company, integration));
        MatrixColumn {
            integration: entry.name.clone(),
            is_offered,
            open: if is_offered { count(open.count()) } else { 0 },
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
    pub fn rows(&self, wanted: std::ops::Range<usize>) -> Vec<MatrixRow> {
        let end = wanted.end.min(self.companies.len());
        let part = &self.companies[wanted.start.min(end)..end];
        part.iter().map(|tally| self.row(tally)).collect()
    }

    fn row(&self, tally: &Tally) -> MatrixRow {
        let credits = self.ledger.credits_of(tally.company);
        let holder = |integration: &Number| {
            let found = credits.binary_search_by_key(integration, |credit| credit.integration);
            found.ok().map(|place| self.ledger.csm_of(credits[place].line))
        };
        let cells: Vec<Option<String>> = self.integrations.iter().map(holder).collect();
        let credited = self.columns.iter().zip(&cells);
        MatrixRow {
            company: self.ledger.company_shown(tally.company).to_owned(),
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
struct Known {
    /// Companies with a row of the requested CSM; `None` without that filter.
    of_csm: Option<Vec<bool>>,
    /// Position of each company's latest row in claim order.
    latest: Vec<u32>,
}

impl Known {
    fn of(ledger: &Ledger, question: &MatrixQuestion) -> Self {
        let sought = question.csm.as_deref().map(|typed| ledger.find_csm(typed));
        let mut of_csm = vec![false; ledger.company_count()];
        let mut latest = vec![0; ledger.company_count()];
        for (moment, place) in (0..).zip(ledger.order()) {
            let line = ledger.line(*place);
            let Some(company) = line.company.filter(|_| line.standing == Standing::Counts) else {
                continue;
            };
            latest[company.place()] = moment;
            of_csm[company.place()] |= line.csm.is_some() && Some(line.csm) == sought;
        }
        Self {
            of_csm: sought.map(|_| of_csm),
            latest,
        }
    }

    fn is_listed(&self, company: Number) -> bool {
        self.of_csm.as_ref().is_none_or(|listed| listed[company.place()])
    }
}

#[cfg(test)]
#[path = "matrix_tests.rs"]
mod tests;
