//! Names that look alike: probably one person or one company, written in two ways.
//!
//! Nothing here decides anything. A pair is worth a question to a person, and the rules are chosen so that few questions are
//! idle: a digit or a single letter that differs tells names apart on purpose (`Shop 1`, `Shop 2`), and so does a word
//! that begins very many names. Distances are those of `strsim` (optimal string alignment: a swapped pair of letters is
//! one slip).
//!
//! Names are compared only within blocks, so that ten thousand of them take well under a second: names at one slip share
//! the text that remains when one letter is left out of each, a method of `SymSpell`
//! (<https://github.com/wolfgarbe/SymSpell>).

use std::{
    collections::{BTreeMap, HashMap},
    hash::BuildHasher,
};

use foldhash::fast::FixedState;
use schemars::JsonSchema;
use serde::Serialize;

/// Why two names look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// The same letters with other spaces: `Git Hub`, `GitHub`.
    SameLetters,
    /// The name and its domain or mail address: `acme.com`, `Acme`.
    SameDomain,
    /// The same words in another order: `Oberg Kate`, `Kate Oberg`.
    OtherOrder,
    /// A word and its first letter: `Kate O.`, `Kate Oberg`.
    Initial,
    /// One slip of the fingers, two in a long name: `Kat`, `Kate`.
    Slip,
    /// One goes on where the other ends: `Acme`, `Acme Labs`.
    Longer,
}

impl Likeness {
    /// What the two have in common, as in “They differ by a letter or two”.
    pub fn words(self) -> &'static str {
        match self {
            Self::SameLetters => "They differ in spaces only",
            Self::SameDomain => "One is the address of the other",
            Self::OtherOrder => "They have the same words in another order",
            Self::Initial => "One has only the first letter of a word",
            Self::Slip => "They differ by a letter or two",
            Self::Longer => "One goes on where the other ends",
        }
    }
}

/// Letters from which two slips are forgiven.
const LONG: usize = 9;
/// Letters beyond which only one slip is looked for: the texts that remain would be too many.
const VERY_LONG: usize = 24;
/// Names from which only one slip is looked for.
const MANY_NAMES: usize = 10_000;
/// A word that begins more names than this is a common one (`Bank of …`) and says nothing.
const MOST_LONGER: usize = 5;
/// A block with more names than this is a pattern, not a slip.
const LARGEST_BLOCK: usize = 50;

/// A name in the shapes in which it is compared.
#[derive(Clone, Debug)]
pub struct Name {
    /// Its words with single spaces.
    words: String,
    /// The same without spaces.
    letters: Vec<char>,
    /// Digits and single letters, which tell names apart on purpose.
    marks: String,
    /// What a domain or a mail address calls its owner, without signs.
    owner: Option<String>,
}

impl Name {
    /// A name as it is shown, with its key, which forgives case and accents.
    pub fn new(shown: &str, key: &str) -> Self {
        let plain: String = key.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
        let words: Vec<&str> = plain.split_whitespace().collect();
        Self {
            letters: words.iter().flat_map(|word| word.chars()).collect(),
            marks: marks(&words),
            owner: owner(shown),
            words: words.join(" "),
        }
    }

    fn joined(&self) -> String {
        self.letters.iter().collect()
    }

    /// Why the two look alike; `None` when they do not, or are the same.
    pub fn likeness(&self, other: &Self) -> Option<Likeness> {
        if self.words == other.words {
            return None;
        }
        if self.letters == other.letters {
            return Some(Likeness::SameLetters);
        }
        if self.has_owner_of(other) || other.has_owner_of(self) {
            return Some(Likeness::SameDomain);
        }
        if in_order(&self.words) == in_order(&other.words) {
            return Some(Likeness::OtherOrder);
        }
        if self.is_initial_of(other) || other.is_initial_of(self) {
            return Some(Likeness::Initial);
        }
        if self.is_slip_of(other) {
            return Some(Likeness::Slip);
        }
        (self.goes_on_from(other) || other.goes_on_from(self)).then_some(Likeness::Longer)
    }

    fn has_owner_of(&self, other: &Self) -> bool {
        let Some(owner) = &self.owner else { return false };
        other
            .owner
            .as_ref()
            .map_or_else(|| other.joined() == *owner, |theirs| theirs == owner)
    }

    /// Same number of words, the first alike, and of the others at least one a mere letter.
    fn is_initial_of(&self, other: &Self) -> bool {
        let (own, theirs): (Vec<&str>, Vec<&str>) = (self.words.split(' ').collect(), other.words.split(' ').collect());
        own.len() == theirs.len()
            && own.len() > 1
            && own.iter().any(|word| word.chars().count() > 1)
            && own.iter().zip(&theirs).all(|(own, theirs)| {
                own == theirs || own.chars().count() == 1 && theirs.starts_with(own) && !is_number(theirs)
            })
    }

    fn is_slip_of(&self, other: &Self) -> bool {
        let (shorter, longer) = match self.letters.len().cmp(&other.letters.len()) {
            std::cmp::Ordering::Greater => (other, self),
            _ => (self, other),
        };
        if self.marks != other.marks || shorter.letters.len() < 3 {
            return false;
        }
        let allowed = if shorter.letters.len() >= LONG { 2 } else { 1 };
        if longer.letters.len() - shorter.letters.len() > allowed {
            return false;
        }
        // Short names are often one letter apart and two: what is left to chance is too likely.
        let is_short = longer.letters.len() <= 5;
        if is_short && shorter.letters[0] != longer.letters[0] {
            return false;
        }
        let is_tiny = longer.letters.len() <= 4 && shorter.letters.len() == longer.letters.len();
        if is_tiny && in_order_of_letters(&shorter.letters) != in_order_of_letters(&longer.letters) {
            return false;
        }
        strsim::osa_distance(&shorter.joined(), &longer.joined()) <= allowed
    }

    fn goes_on_from(&self, shorter: &Self) -> bool {
        let rest = self.words.strip_prefix(&shorter.words);
        let rest = rest.and_then(|rest| rest.strip_prefix(' '));
        shorter.letters.len() >= 3
            && rest.is_some_and(|rest| rest.split(' ').all(|word| word.chars().count() > 1 && !is_number(word)))
    }
}

/// The pairs of names that look alike, each once, by place: the smaller place first, in order.
pub fn near_pairs(names: &[Name]) -> Vec<(usize, usize, Likeness)> {
    let mut found: BTreeMap<(usize, usize), Likeness> = BTreeMap::new();
    for (one, other) in slips(names).into_iter().chain(longer(names)) {
        let pair = (one.min(other), one.max(other));
        if one == other || found.contains_key(&pair) {
            continue;
        }
        if let Some(likeness) = names[one].likeness(&names[other]) {
            found.insert(pair, likeness);
        }
    }
    found
        .into_iter()
        .map(|((one, other), likeness)| (one, other, likeness))
        .collect()
}

/// The names that look like `name`, most alike first, by place.
pub fn nearest<'a>(name: &Name, among: impl Iterator<Item = &'a Name>) -> Vec<(usize, Likeness)> {
    let alike = among
        .enumerate()
        .filter_map(|(place, other)| Some((place, name.likeness(other)?)));
    let mut alike: Vec<(usize, Likeness)> = alike.collect();
    let longer = alike
        .iter()
        .filter(|(_, likeness)| *likeness == Likeness::Longer)
        .count();
    if longer > MOST_LONGER {
        alike.retain(|(_, likeness)| *likeness != Likeness::Longer);
    }
    alike.sort_by_key(|(place, likeness)| (*likeness, *place));
    alike
}

/// Pairs within a block: names that share a text when letters are left out, or their words or their owner.
fn slips(names: &[Name]) -> Vec<(usize, usize)> {
    let hashing = FixedState::default();
    let mut blocks: Vec<(u64, u32)> = Vec::new();
    for (place, name) in (0_u32..).zip(names) {
        let mut put = |text: &str| blocks.push((hashing.hash_one(text), place));
        put(&format!(" {}", in_order(&name.words).join(" ")));
        if let Some(block) = initials(&name.words) {
            put(&block);
        }
        if let Some(owner) = &name.owner {
            put(owner);
        }
        let two = (LONG - 1..=VERY_LONG).contains(&name.letters.len()) && names.len() <= MANY_NAMES;
        let mut chars = name.letters.clone();
        put(&chars.iter().collect::<String>());
        leave_out(&mut chars, 0, if two { 2 } else { 1 }, &mut put);
    }
    blocks.sort_unstable();
    blocks.dedup();
    let same = blocks.chunk_by(|one, other| one.0 == other.0);
    let mut pairs: Vec<(usize, usize)> = same
        .filter(|block| (2..=LARGEST_BLOCK).contains(&block.len()))
        .flat_map(|block| {
            let pairs = block.iter().enumerate();
            pairs.flat_map(|(place, one)| {
                block[place + 1..]
                    .iter()
                    .map(|other| (one.1 as usize, other.1 as usize))
            })
        })
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Tells `put` what remains when up to `times` letters from the place `from` on are left out.
fn leave_out(letters: &mut Vec<char>, from: usize, times: usize, put: &mut impl FnMut(&str)) {
    if letters.len() < 3 {
        return;
    }
    for place in from..letters.len() {
        let letter = letters.remove(place);
        put(&letters.iter().collect::<String>());
        if times > 1 {
            leave_out(letters, place, times - 1, put);
        }
        letters.insert(place, letter);
    }
}

/// Names and those that go on where they end, but for words that begin very many names.
fn longer(names: &[Name]) -> Vec<(usize, usize)> {
    let by_words: HashMap<&str, usize> = names
        .iter()
        .enumerate()
        .map(|(place, name)| (name.words.as_str(), place))
        .collect();
    let mut longer: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, name) in names.iter().enumerate() {
        for (end, _) in name.words.match_indices(' ') {
            if let Some(shorter) = by_words.get(&name.words[..end])
                && name.goes_on_from(&names[*shorter])
            {
                longer.entry(*shorter).or_default().push(place);
            }
        }
    }
    longer.retain(|_, places| places.len() <= MOST_LONGER);
    let pairs = longer.into_iter();
    pairs
        .flat_map(|(shorter, places)| places.into_iter().map(move |place| (shorter, place)))
        .collect()
}

/// The block of a name of several words whose first word is written out and another may be a mere letter.
fn initials(words: &str) -> Option<String> {
    let (first, rest) = words.split_once(' ')?;
    let letters: String = rest.split(' ').filter_map(|word| word.chars().next()).collect();
    Some(format!("{first}  {letters}"))
}

fn in_order(words: &str) -> Vec<&str> {
    let mut words: Vec<&str> = words.split(' ').collect();
    words.sort_unstable();
    words
}

fn in_order_of_letters(letters: &[char]) -> Vec<char> {
    let mut letters = letters.to_vec();
    letters.sort_unstable();
    letters
}

fn is_number(word: &str) -> bool {
    word.chars().any(char::is_numeric)
}

fn marks(words: &[&str]) -> String {
    let telling = words.iter().filter(|word| word.chars().count() == 1 || is_number(word));
    telling
        .flat_map(|word| {
            word.chars()
                .filter(|c| c.is_numeric() || word.chars().count() == 1)
                .chain([' '])
        })
        .collect()
}

/// `acme` for `www.acme.com`, `https://acme.com/about` and `kate@acme.com`… where the name is such an address; for a
/// mail address of a person it is what stands before the `@`.
fn owner(shown: &str) -> Option<String> {
    let text = shown.trim().to_lowercase();
    let signless = |part: &str| part.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    if text.contains(char::is_whitespace) {
        return None;
    }
    if let Some((person, domain)) = text.split_once('@') {
        return (domain.contains('.') && !person.is_empty()).then(|| signless(person));
    }
    let text = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let host = text.split(['/', '?', ':']).next().unwrap_or_default();
    let labels: Vec<&str> = host.strip_prefix("www.").unwrap_or(host).split('.').collect();
    let [.., label, ending] = labels.as_slice() else {
        return None;
    };
    // Of `acme.co.uk` the owner stands one further to the left.
    let is_second_level = matches!(*label, "co" | "com" | "org" | "net" | "gov" | "ac") && labels.len() > 2;
    let label = if is_second_level {
        labels[labels.len() - 3]
    } else {
        label
    };
    let is_ending = (2..=24).contains(&ending.len()) && ending.chars().all(|c| c.is_ascii_alphabetic());
    let label = signless(label);
    (is_ending && label.chars().count() >= 2).then_some(label)
}

#[cfg(test)]
#[path = "likeness_tests.rs"]
mod tests;
