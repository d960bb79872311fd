//! What pages say of all customers at once. It follows from the rows alone, so that it is worked out once for each version
//! of them, however many pages are looked at.

use std::collections::{BTreeMap, HashSet};

use super::{amount::Currency, rows::customer_row::CustomerRows, summary::Overview};
use crate::language::sort_key;

/// All customers at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// How they fare and what they pay.
    pub overview: Overview,
    /// Every account manager once, in alphabetical order.
    pub managers: Vec<String>,
    /// Every source that knows somebody once, in alphabetical order.
    pub sources: Vec<String>,
    /// Cells with amounts that are in no sum, for the count of findings.
    pub cells_in_other_currencies: usize,
}

impl Digest {
    /// Of these rows; sums are made in `currency`.
    pub fn of(rows: &CustomerRows, currency: Currency) -> Self {
        Self {
            overview: Overview::of(rows.current(), currency),
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
    // Thousands of customers name the same few.
    let mut names: Vec<&str> = Vec::new();
    for mark in rows.current().flat_map(|customer| &customer.sources) {
        if !names.contains(&mark.source.as_str()) {
            names.push(&mark.source);
        }
    }
    names.sort_unstable();
    names.into_iter().map(str::to_owned).collect()
}
