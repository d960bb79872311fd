//! Deals by sector or by assignee: spellings that differ in accents, case or spaces are one group.

use std::{collections::HashMap, sync::Arc};

use super::deal::Deal;
use crate::spelling::fold;

/// By what deals are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// `secteur`.
    Sector,
    /// `assignee`.
    Assignee,
}

impl Property {
    /// What a deal says; `None` when nobody filled it in.
    pub fn of(self, deal: &Deal) -> Option<&Arc<str>> {
        match self {
            Self::Sector => deal.sector.as_ref(),
            Self::Assignee => deal.assignee.as_ref(),
        }
    }
}

/// Deals that say the same.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// The first spelling; `None` for deals that say nothing.
    pub name: Option<Arc<str>>,
    /// Its deals, in the order given.
    pub deals: Vec<&'a Deal>,
}

/// Groups in the order in which they first occur.
pub fn grouped<'a>(deals: &[&'a Deal], property: Property) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut by_spelling: HashMap<Option<&'a str>, usize> = HashMap::new();
    let mut by_key: HashMap<Option<String>, usize> = HashMap::new();
    for deal in deals {
        let name = property.of(deal);
        let spelling = name.map(|name| &**name);
        // Folding costs more than finding a spelling again, and a large tab repeats a few of them.
        let place = *by_spelling.entry(spelling).or_insert_with(|| {
            let key = spelling.map(fold).filter(|key| !key.is_empty());
            *by_key.entry(key).or_insert_with_key(|key| {
                groups.push(Group {
                    name: key.is_some().then(|| name.cloned()).flatten(),
                    deals: Vec::new(),
                });
                groups.len() - 1
            })
        });
        groups[place].deals.push(deal);
    }
    groups
}
