//! Aggregates over all customers, computed once per version of the rows.

use std::collections::{BTreeMap, HashSet};

use customer_sources::amount::Currency;
use domain::language::sort_key;

use crate::{customer::rows::CustomerRows, reports::summary::overview::CustomerOverview};

/// Aggregates over all customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerAggregates {
    /// Counts, revenue and health.
    pub overview: CustomerOverview,
    /// Distinct account managers, sorted alphabetically.
    pub managers: Vec<String>,
    /// Distinct sources, sorted alphabetically.
    pub sources: Vec<String>,
    /// Number of amounts in other currencies, which no total includes; counted as findings.
    pub cells_in_other_currencies: usize,
}

impl CustomerAggregates {
    /// Aggregates of these rows; totals are in `currency`.
    pub fn of(rows: &CustomerRows, currency: Currency) -> Self {
        Self {
            overview: CustomerOverview::of(rows.current(), currency),
            managers: managers(rows),
            sources: sources(rows),
            cells_in_other_currencies: rows.count_in_other_currencies(currency),
        }
    }
}

fn managers(rows: &CustomerRows) -> Vec<String> {
    let names = rows.current();
    let names: HashSet<&str> = names
        .filter_map(|customer| customer.profile.account_manager.as_deref())
        .collect();
    let sorted: BTreeMap<_, &str> = names.into_iter().map(|name| (sort_key(name), name)).collect();
    sorted.into_values().map(str::to_owned).collect()
}

fn sources(rows: &CustomerRows) -> Vec<String> {
    // A linear search is fast enough: thousands of customers share a few sources.
    let mut names: Vec<&str> = Vec::new();
    for linked_source in rows.current().flat_map(|customer| &customer.sources) {
        if !names.contains(&linked_source.source.as_str()) {
            names.push(&linked_source.source);
        }
    }
    names.sort_unstable();
    names.into_iter().map(str::to_owned).collect()
}
