//! Name aliases: corrections by staff, of company or person names, that override every rule.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    hash::Hash,
};

use schemars::JsonSchema;
use serde::Serialize;

use crate::normalize::{collapse_spaces, normalize};

/// Key that groups the spellings of one name.
pub trait NameKey: Clone + Ord + Hash {
    /// Text for a cell that contains no name, with an instruction, as in “is empty. Write a name in it”.
    const NAMELESS: &'static str;

    /// Key of a typed name; `None` if it contains no name.
    fn of_name(typed: &str) -> Option<Self>;
}

/// Line of an alias tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Alias {
    /// Row number as the spreadsheet shows it.
    pub row: u32,
    /// Spelling to replace.
    pub alias: String,
    /// Name to count and show instead.
    pub canonical: String,
}

/// Alias line that is not applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AliasProblem {
    /// Row number as the spreadsheet shows it.
    pub row: u32,
    /// Alias as typed in the cell.
    pub alias: String,
    /// Problem and solution, in one sentence.
    pub reason: String,
}

impl fmt::Display for AliasProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "row {}: {}", self.row, self.reason)
    }
}

/// Result of resolving a typed name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedName<'a, Key> {
    /// Key of all spellings of the name.
    pub key: Key,
    /// Preferred spelling, if the alias tab has one.
    pub canonical: Option<&'a str>,
}

/// Resolver of typed names, by alias lines and keys.
#[derive(Clone, Debug)]
pub struct AliasedNames<Key> {
    by_spelling: HashMap<String, Key>,
    by_key: HashMap<Key, Key>,
    canonical: HashMap<Key, String>,
}

impl<Key> Default for AliasedNames<Key> {
    fn default() -> Self {
        Self {
            by_spelling: HashMap::new(),
            by_key: HashMap::new(),
            canonical: HashMap::new(),
        }
    }
}

impl<Key: NameKey> AliasedNames<Key> {
    /// Reads the alias lines. Lines that contradict each other, form a cycle or have an empty cell are not applied and
    /// are returned as problems. The order of the lines does not matter.
    pub fn from_aliases(lines: impl IntoIterator<Item = Alias>) -> (Self, Vec<AliasProblem>) {
        let (mut links, mut problems) = parse_links(lines);
        reject_contradictions(&mut links, &mut problems);
        reject_cycles(&mut links, &mut problems);
        problems.sort_by(|left, right| (left.row, &left.alias).cmp(&(right.row, &right.alias)));
        (Self::from_links(&links), problems)
    }

    /// Resolves a typed name; `None` if it contains no name.
    pub fn resolve(&self, typed: &str) -> Option<ResolvedName<'_, Key>> {
        Some(self.resolve_known(typed, &Key::of_name(typed)?))
    }

    /// Like [`AliasedNames::resolve`], for a typed name with a known key.
    pub fn resolve_known(&self, typed: &str, own: &Key) -> ResolvedName<'_, Key> {
        let key = if self.by_spelling.is_empty() {
            own
        } else {
            let resolved = self.by_spelling.get(&normalize(typed)).or_else(|| self.by_key.get(own));
            resolved.unwrap_or(own)
        };
        ResolvedName {
            key: key.clone(),
            canonical: self.canonical.get(key).map(String::as_str),
        }
    }

    fn from_links(links: &[AliasLink<Key>]) -> Self {
        let routes = AliasRoutes::of(links);
        let mut names = Self::default();
        let mut wanted: BTreeMap<Key, BTreeMap<&str, u32>> = BTreeMap::new();
        for (index, link) in links.iter().enumerate() {
            let end = &links[routes.end_of(index)];
            names.by_spelling.insert(link.spelling.clone(), end.to.clone());
            *wanted
                .entry(end.to.clone())
                .or_default()
                .entry(&end.canonical)
                .or_default() += 1;
        }
        for (key, index) in &routes.by_key {
            names
                .by_key
                .insert((*key).clone(), links[routes.end_of(*index)].to.clone());
        }
        for (key, spellings) in wanted {
            // Most frequent, then first in the alphabet: independent of the order of the lines.
            let chosen = spellings
                .into_iter()
                .max_by(|left, right| left.1.cmp(&right.1).then(right.0.cmp(left.0)));
            if let Some((canonical, _)) = chosen {
                names.canonical.insert(key, canonical.to_owned());
            }
        }
        names
    }
}

struct AliasLink<Key> {
    row: u32,
    alias: String,
    canonical: String,
    spelling: String,
    from: Key,
    to: Key,
}

impl<Key> AliasLink<Key> {
    fn problem(&self, reason: String) -> AliasProblem {
        AliasProblem {
            row: self.row,
            alias: self.alias.clone(),
            reason,
        }
    }
}

fn parse_links<Key: NameKey>(lines: impl IntoIterator<Item = Alias>) -> (Vec<AliasLink<Key>>, Vec<AliasProblem>) {
    let (mut links, mut problems) = (Vec::new(), Vec::new());
    for line in lines {
        match (Key::of_name(&line.alias), Key::of_name(&line.canonical)) {
            (Some(from), Some(to)) => links.push(AliasLink {
                row: line.row,
                canonical: collapse_spaces(&line.canonical),
                spelling: normalize(&line.alias),
                from,
                to,
                alias: line.alias,
            }),
            (from, _) => problems.push(AliasProblem {
                row: line.row,
                alias: line.alias,
                reason: format!(
                    "The {} {}, or delete the line.",
                    if from.is_none() { "alias" } else { "canonical name" },
                    Key::NAMELESS
                ),
            }),
        }
    }
    // Sorted by name from here on: the position of a line in the tab must not matter.
    links.sort_by(|left, right| (&left.spelling, &left.canonical).cmp(&(&right.spelling, &right.canonical)));
    (links, problems)
}

/// Rejects all lines that map one spelling to different companies: the position of a line in the tab must not decide
/// who is paid.
fn reject_contradictions<Key: NameKey>(links: &mut Vec<AliasLink<Key>>, problems: &mut Vec<AliasProblem>) {
    let mut targets: HashMap<String, BTreeMap<Key, String>> = HashMap::new();
    for link in links.iter() {
        let names = targets.entry(link.spelling.clone()).or_default();
        names.insert(link.to.clone(), link.canonical.clone());
    }
    links.retain(|link| {
        let names = &targets[&link.spelling];
        if names.len() > 1 {
            let listed: Vec<String> = names.values().map(|name| format!("“{name}”")).collect();
            problems.push(link.problem(format!(
                "“{}” is sent to {}. Keep one of these lines and delete the others.",
                collapse_spaces(&link.alias),
                listed.join(" and to ")
            )));
        }
        names.len() == 1
    });
}

fn reject_cycles<Key: NameKey>(links: &mut Vec<AliasLink<Key>>, problems: &mut Vec<AliasProblem>) {
    // Lines that repeat a rejected one can close the cycle again.
    loop {
        let cycles = AliasRoutes::of(links).cycles();
        if cycles.is_empty() {
            return;
        }
        for cycle in &cycles {
            let mut names: Vec<String> = cycle
                .iter()
                .map(|index| collapse_spaces(&links[*index].alias))
                .collect();
            names.sort();
            for index in cycle {
                problems.push(links[*index].problem(format!(
                    "The lines for {} lead in a circle. Delete the line of the name that should remain.",
                    names.join(", ")
                )));
            }
        }
        let rejected: BTreeSet<usize> = cycles.into_iter().flatten().collect();
        let mut index = 0;
        links.retain(|_| {
            index += 1;
            !rejected.contains(&(index - 1))
        });
    }
}

/// Successor of each line: the canonical name of one can be the alias of another.
struct AliasRoutes<'a, Key> {
    next: Vec<Option<usize>>,
    by_key: HashMap<&'a Key, usize>,
}

impl<'a, Key: NameKey> AliasRoutes<'a, Key> {
    fn of(links: &'a [AliasLink<Key>]) -> Self {
        let by_spelling: HashMap<&str, usize> = links
            .iter()
            .enumerate()
            .map(|(index, link)| (link.spelling.as_str(), index))
            .collect();
        let by_key = unanimous_keys(links);
        let next = links
            .iter()
            .map(|link| {
                let spelled = by_spelling.get(normalize(&link.canonical).as_str());
                // A line whose two names share a key only sets the spelling; no line for the key follows from it.
                let keyed = || by_key.get(&link.to).filter(|_| link.from != link.to);
                let followed = spelled.or_else(keyed).copied();
                followed.filter(|index| links[*index].from != links[*index].to)
            })
            .collect();
        Self { next, by_key }
    }

    /// Last line that `index` leads to; the number of lines bounds the walk.
    fn end_of(&self, index: usize) -> usize {
        let mut end = index;
        for _ in 0..self.next.len() {
            match self.next[end] {
                Some(next) => end = next,
                None => break,
            }
        }
        end
    }

    fn cycles(&self) -> Vec<Vec<usize>> {
        let mut seen_from: Vec<Option<usize>> = vec![None; self.next.len()];
        let mut cycles = Vec::new();
        for start in 0..self.next.len() {
            let mut current = Some(start);
            while let Some(index) = current {
                if let Some(earlier) = seen_from[index] {
                    if earlier == start {
                        cycles.push(self.cycle_through(index));
                    }
                    break;
                }
                seen_from[index] = Some(start);
                current = self.next[index];
            }
        }
        cycles
    }

    fn cycle_through(&self, index: usize) -> Vec<usize> {
        let mut cycle = vec![index];
        let mut current = self.next[index];
        while let Some(next) = current.filter(|next| *next != index) {
            cycle.push(next);
            current = self.next[next];
        }
        cycle
    }
}

/// Keys whose lines all name one company; if lines map spellings of one key to different names, only the spellings
/// decide.
fn unanimous_keys<Key: NameKey>(links: &[AliasLink<Key>]) -> HashMap<&Key, usize> {
    let mut by_key: HashMap<&Key, usize> = HashMap::new();
    let mut ambiguous: BTreeSet<&Key> = BTreeSet::new();
    for (index, link) in links.iter().enumerate() {
        let first = *by_key.entry(&link.from).or_insert(index);
        if links[first].to != link.to {
            ambiguous.insert(&link.from);
        }
    }
    by_key.retain(|key, _| !ambiguous.contains(key));
    by_key
}
