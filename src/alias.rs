//! Tabs of aliases: what staff say about names, of companies or of people, wins over every rule.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    hash::Hash,
};

use schemars::JsonSchema;
use serde::Serialize;

use crate::spelling::{fold, tidy};

/// What groups the spellings of one name.
pub trait NameKey: Clone + Ord + Hash {
    /// What stands in a cell that names nothing, and what to write, as in “is empty. Write a name in it”.
    const NAMELESS: &'static str;

    /// The key of a typed name; `None` when it names nothing.
    fn of_name(typed: &str) -> Option<Self>;
}

/// One line of a tab of aliases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Alias {
    /// Row number as the spreadsheet shows it.
    pub row: u32,
    /// The spelling to replace.
    pub alias: String,
    /// The name to count and to show instead.
    pub canonical: String,
}

/// An alias line that is not applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AliasProblem {
    /// Row number as the spreadsheet shows it.
    pub row: u32,
    /// The alias as it stands in the cell.
    pub alias: String,
    /// What is wrong and what would be right, in one sentence.
    pub reason: String,
}

impl fmt::Display for AliasProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "row {}: {}", self.row, self.reason)
    }
}

/// What a typed name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved<'a, Key> {
    /// Groups all spellings of the name.
    pub key: Key,
    /// How the tab of aliases wants it written, if it says so.
    pub canonical: Option<&'a str>,
}

/// Typed names and what they stand for, by the tab of aliases and the key.
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
    /// Reads the alias lines. Lines that contradict each other, lead in a circle or have an empty cell are not applied
    /// and returned as problems. The order of the lines does not matter.
    pub fn from_aliases(lines: impl IntoIterator<Item = Alias>) -> (Self, Vec<AliasProblem>) {
        let (mut links, mut problems) = readable_links(lines);
        refuse_contradictions(&mut links, &mut problems);
        refuse_circles(&mut links, &mut problems);
        problems.sort_by(|left, right| (left.row, &left.alias).cmp(&(right.row, &right.alias)));
        (Self::from_links(&links), problems)
    }

    /// What a typed name stands for; `None` when it names nothing.
    pub fn resolve(&self, typed: &str) -> Option<Resolved<'_, Key>> {
        Some(self.resolve_known(typed, &Key::of_name(typed)?))
    }

    /// Like [`AliasedNames::resolve`], for a typed name whose own key is known already.
    pub fn resolve_known(&self, typed: &str, own: &Key) -> Resolved<'_, Key> {
        let key = if self.by_spelling.is_empty() {
            own
        } else {
            let told = self.by_spelling.get(&fold(typed)).or_else(|| self.by_key.get(own));
            told.unwrap_or(own)
        };
        Resolved {
            key: key.clone(),
            canonical: self.canonical.get(key).map(String::as_str),
        }
    }

    fn from_links(links: &[Link<Key>]) -> Self {
        let routes = Routes::of(links);
        let mut names = Self::default();
        let mut wanted: BTreeMap<Key, BTreeMap<&str, u32>> = BTreeMap::new();
        for (place, link) in links.iter().enumerate() {
            let end = &links[routes.end_of(place)];
            names.by_spelling.insert(link.spelling.clone(), end.to.clone());
            *wanted
                .entry(end.to.clone())
                .or_default()
                .entry(&end.canonical)
                .or_default() += 1;
        }
        for (key, place) in &routes.by_key {
            names
                .by_key
                .insert((*key).clone(), links[routes.end_of(*place)].to.clone());
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

struct Link<Key> {
    row: u32,
    alias: String,
    canonical: String,
    spelling: String,
    from: Key,
    to: Key,
}

impl<Key> Link<Key> {
    fn refused(&self, reason: String) -> AliasProblem {
        AliasProblem {
            row: self.row,
            alias: self.alias.clone(),
            reason,
        }
    }
}

fn readable_links<Key: NameKey>(lines: impl IntoIterator<Item = Alias>) -> (Vec<Link<Key>>, Vec<AliasProblem>) {
    let (mut links, mut problems) = (Vec::new(), Vec::new());
    for line in lines {
        match (Key::of_name(&line.alias), Key::of_name(&line.canonical)) {
            (Some(from), Some(to)) => links.push(Link {
                row: line.row,
                canonical: tidy(&line.canonical),
                spelling: fold(&line.alias),
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
    // From here on the order is that of the names: which line stands higher in the tab must not matter.
    links.sort_by(|left, right| (&left.spelling, &left.canonical).cmp(&(&right.spelling, &right.canonical)));
    (links, problems)
}

/// Two lines that send one spelling to different companies are both left out: which one stands higher in the tab
/// must not decide who is paid.
fn refuse_contradictions<Key: NameKey>(links: &mut Vec<Link<Key>>, problems: &mut Vec<AliasProblem>) {
    let mut targets: HashMap<String, BTreeMap<Key, String>> = HashMap::new();
    for link in links.iter() {
        let names = targets.entry(link.spelling.clone()).or_default();
        names.insert(link.to.clone(), link.canonical.clone());
    }
    links.retain(|link| {
        let names = &targets[&link.spelling];
        if names.len() > 1 {
            let listed: Vec<String> = names.values().map(|name| format!("“{name}”")).collect();
            problems.push(link.refused(format!(
                "“{}” is sent to {}. Keep one of these lines and delete the others.",
                tidy(&link.alias),
                listed.join(" and to ")
            )));
        }
        names.len() == 1
    });
}

fn refuse_circles<Key: NameKey>(links: &mut Vec<Link<Key>>, problems: &mut Vec<AliasProblem>) {
    // Lines that say the same as a refused one can close the circle again.
    loop {
        let circles = Routes::of(links).circles();
        if circles.is_empty() {
            return;
        }
        for circle in &circles {
            let mut names: Vec<String> = circle.iter().map(|place| tidy(&links[*place].alias)).collect();
            names.sort();
            for place in circle {
                problems.push(links[*place].refused(format!(
                    "The lines for {} lead in a circle. Delete the line of the name that should remain.",
                    names.join(", ")
                )));
            }
        }
        let refused: BTreeSet<usize> = circles.into_iter().flatten().collect();
        let mut place = 0;
        links.retain(|_| {
            place += 1;
            !refused.contains(&(place - 1))
        });
    }
}

/// Which line continues which: the canonical name of one can be the alias of another.
struct Routes<'a, Key> {
    next: Vec<Option<usize>>,
    by_key: HashMap<&'a Key, usize>,
}

impl<'a, Key: NameKey> Routes<'a, Key> {
    fn of(links: &'a [Link<Key>]) -> Self {
        let by_spelling: HashMap<&str, usize> = links
            .iter()
            .enumerate()
            .map(|(place, link)| (link.spelling.as_str(), place))
            .collect();
        let by_key = unanimous_keys(links);
        let next = links
            .iter()
            .map(|link| {
                let spelled = by_spelling.get(fold(&link.canonical).as_str());
                // A line whose names share a key only says how to write it; no line for the key leads on from there.
                let keyed = || by_key.get(&link.to).filter(|_| link.from != link.to);
                let followed = spelled.or_else(keyed).copied();
                followed.filter(|place| links[*place].from != links[*place].to)
            })
            .collect();
        Self { next, by_key }
    }

    /// The last line that `place` leads to; the number of lines bounds the walk.
    fn end_of(&self, place: usize) -> usize {
        let mut end = place;
        for _ in 0..self.next.len() {
            match self.next[end] {
                Some(next) => end = next,
                None => break,
            }
        }
        end
    }

    fn circles(&self) -> Vec<Vec<usize>> {
        let mut seen_from: Vec<Option<usize>> = vec![None; self.next.len()];
        let mut circles = Vec::new();
        for start in 0..self.next.len() {
            let mut walk = Some(start);
            while let Some(place) = walk {
                if let Some(earlier) = seen_from[place] {
                    if earlier == start {
                        circles.push(self.circle_through(place));
                    }
                    break;
                }
                seen_from[place] = Some(start);
                walk = self.next[place];
            }
        }
        circles
    }

    fn circle_through(&self, place: usize) -> Vec<usize> {
        let mut circle = vec![place];
        let mut walk = self.next[place];
        while let Some(next) = walk.filter(|next| *next != place) {
            circle.push(next);
            walk = self.next[next];
        }
        circle
    }
}

/// The keys whose lines all name one company; where lines tell spellings of one key apart, only the spellings decide.
fn unanimous_keys<Key: NameKey>(links: &[Link<Key>]) -> HashMap<&Key, usize> {
    let mut by_key: HashMap<&Key, usize> = HashMap::new();
    let mut torn: BTreeSet<&Key> = BTreeSet::new();
    for (place, link) in links.iter().enumerate() {
        let first = *by_key.entry(&link.from).or_insert(place);
        if links[first].to != link.to {
            torn.insert(&link.from);
        }
    }
    by_key.retain(|key, _| !torn.contains(key));
    by_key
}
