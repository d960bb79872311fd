//! Grouping of deals by sector or assignee; spellings that differ only in accents, case or spaces are one group.

use std::{collections::HashMap, sync::Arc};

use domain::normalize::normalize;

use crate::deal::Deal;

/// Property by which deals are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// Column `secteur`.
    Sector,
    /// Column `assignee`.
    Assignee,
}

impl GroupBy {
    /// Value of a deal; `None` when the cell is empty.
    pub fn of(self, deal: &Deal) -> Option<&Arc<str>> {
        match self {
            Self::Sector => deal.sector.as_ref(),
            Self::Assignee => deal.assignee.as_ref(),
        }
    }
}

/// Maps a text to the index of its group; groups are numbered in order of first occurrence.
#[derive(Default)]
pub struct GroupIndex<'a> {
    names: Vec<GroupName>,
    by_spelling: HashMap<Option<&'a str>, usize>,
    by_key: HashMap<Option<String>, usize>,
}

/// Name of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupName {
    /// First spelling; `None` for the group without a value.
    pub name: Option<Arc<str>>,
    /// Folded spelling, which identifies the group.
    pub key: Option<String>,
}

impl<'a> GroupIndex<'a> {
    /// Group index of a text.
    pub fn place(&mut self, name: Option<&'a Arc<str>>) -> usize {
        let spelling = name.map(|name| &**name);
        // Folding costs more than looking a spelling up, and a large tab repeats few of them.
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

    /// The groups found so far.
    pub fn into_names(self) -> Vec<GroupName> {
        self.names
    }
}

/// Key shared by all spellings of a text; `None` for a text without visible characters.
pub fn group_key(text: &str) -> Option<String> {
    Some(normalize(text)).filter(|key| !key.is_empty())
}

/// Deals with the same value.
#[derive(Clone, Debug)]
pub struct DealGroup<'a> {
    /// First spelling; `None` for deals without a value.
    pub name: Option<Arc<str>>,
    /// Deals of the group, in the given order.
    pub deals: Vec<&'a Deal>,
}

/// Groups in order of first occurrence.
pub fn group_deals<'a>(deals: &[&'a Deal], property: GroupBy) -> Vec<DealGroup<'a>> {
    let mut grouping = GroupIndex::default();
    let mut members: Vec<Vec<&'a Deal>> = Vec::new();
    for deal in deals {
        let place = grouping.place(property.of(deal));
        if place == members.len() {
            members.push(Vec::new());
        }
        members[place].push(deal);
    }
    let names = grouping.into_names().into_iter().zip(members);
    names
        .map(|(name, deals)| DealGroup { name: name.name, deals })
        .collect()
}
