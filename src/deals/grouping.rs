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

/// Finds the group of a text; groups are numbered in the order in which they first occur.
#[derive(Default)]
pub struct Grouping<'a> {
    names: Vec<GroupName>,
    by_spelling: HashMap<Option<&'a str>, usize>,
    by_key: HashMap<Option<String>, usize>,
}

/// How a group is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupName {
    /// The first spelling; `None` for what says nothing.
    pub name: Option<Arc<str>>,
    /// The spelling folded, by which texts are one group.
    pub key: Option<String>,
}

impl<'a> Grouping<'a> {
    /// The number of the group of a text.
    pub fn place(&mut self, name: Option<&'a Arc<str>>) -> usize {
        let spelling = name.map(|name| &**name);
        // Folding costs more than finding a spelling again, and a large tab repeats a few of them.
        if let Some(place) = self.by_spelling.get(&spelling) {
            return *place;
        }
        let key = spelling.and_then(group_key);
        let next = self.names.len();
        let place = *self.by_key.entry(key.clone()).or_insert(next);
        if place == next {
            self.names.push(GroupName {
                name: key.is_some().then(|| name.cloned()).flatten(),
                key,
            });
        }
        self.by_spelling.insert(spelling, place);
        place
    }

    /// The groups so far.
    pub fn into_names(self) -> Vec<GroupName> {
        self.names
    }
}

/// By what spellings are one; `None` for a text that shows nothing.
pub fn group_key(text: &str) -> Option<String> {
    Some(fold(text)).filter(|key| !key.is_empty())
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
    let mut grouping = Grouping::default();
    let mut members: Vec<Vec<&'a Deal>> = Vec::new();
    for deal in deals {
        let place = grouping.place(property.of(deal));
        if place == members.len() {
            members.push(Vec::new());
        }
        members[place].push(deal);
    }
    let names = grouping.into_names().into_iter().zip(members);
    names.map(|(name, deals)| Group { name: name.name, deals }).collect()
}
