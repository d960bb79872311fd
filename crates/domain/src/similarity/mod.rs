//! Name similarity: names that are probably one person or one company, spelled in two ways.
//!
//! The result is a suggestion for a person, who decides. The rules are chosen to avoid false positives: a different
//! digit or single letter distinguishes names on purpose (`Shop 1`, `Shop 2`), and so does a first word that very many
//! names share. Distances are those of `strsim` (optimal string alignment: two transposed letters count as one edit).
//!
//! Names are compared only within blocks, so that ten thousand of them take well under a second: names with one edit
//! between them share the text that remains after one letter is removed from each, a method of `SymSpell`
//! (<https://github.com/wolfgarbe/SymSpell>).

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashMap},
    hash::BuildHasher,
};

use foldhash::fast::FixedState;
use schemars::JsonSchema;
use serde::Serialize;

/// Kind of similarity of two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Similarity {
    /// Same letters with other spaces: `Git Hub`, `GitHub`.
    SameLetters,
    /// Name and its domain or email address: `acme.com`, `Acme`.
    SameDomain,
    /// Same words in another order: `Oberg Kate`, `Kate Oberg`.
    OtherOrder,
    /// Word and its first letter: `Kate O.`, `Kate Oberg`.
    Initial,
    /// One typing error, two in a long name: `Kat`, `Kate`.
    Slip,
    /// One name extends the other: `Acme`, `Acme Labs`.
    Longer,
}

impl Similarity {
    /// Explanation, as in “They differ by a letter or two”.
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

/// Minimum number of letters for which two typing errors are tolerated.
const LONG_NAME: usize = 9;
/// Number of letters above which only one typing error is searched for: the deletion variants would be too many.
const VERY_LONG_NAME: usize = 24;
/// Number of names above which only one typing error is searched for.
const MANY_NAMES: usize = 10_000;
/// First word of more names than this: a common one (`Bank of …`), which indicates no similarity.
const MAX_EXTENSIONS: usize = 5;
/// Maximum size of a block: a larger one is a pattern, not a typing error.
const MAX_BLOCK_SIZE: usize = 50;

/// Name in the forms that are compared.
#[derive(Clone, Debug)]
pub struct ComparableName {
    /// Words with single spaces.
    words: String,
    /// Letters without spaces.
    letters: Vec<char>,
    /// Digits and single letters, which distinguish names on purpose.
    marks: String,
    /// Owner of a domain or of an email address, letters and digits only.
    owner: Option<String>,
}

impl ComparableName {
    /// Creates a name from its shown form and its key, which ignores case and accents.
    pub fn new(shown: &str, key: &str) -> Self {
        let plain: String = key.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
        let words: Vec<&str> = plain.split_whitespace().collect();
        Self {
            letters: words.iter().flat_map(|word| word.chars()).collect(),
            marks: distinguishing_marks(&words),
            owner: domain_owner(shown),
            words: words.join(" "),
        }
    }

    fn joined(&self) -> String {
        self.letters.iter().collect()
    }

    /// Similarity of two names; `None` if they are not similar, or are equal.
    pub fn similarity_to(&self, other: &Self) -> Option<Similarity> {
        if self.words == other.words {
            return None;
        }
        if self.letters == other.letters {
            return Some(Similarity::SameLetters);
        }
        if self.is_address_of(other) || other.is_address_of(self) {
            return Some(Similarity::SameDomain);
        }
        if sorted_words(&self.words) == sorted_words(&other.words) {
            return Some(Similarity::OtherOrder);
        }
        if self.is_initial_of(other) || other.is_initial_of(self) {
            return Some(Similarity::Initial);
        }
        if self.is_typo_of(other) {
            return Some(Similarity::Slip);
        }
        (self.extends_name(other) || other.extends_name(self)).then_some(Similarity::Longer)
    }

    fn is_address_of(&self, other: &Self) -> bool {
        let Some(owner) = &self.owner else { return false };
        other
            .owner
            .as_ref()
            .map_or_else(|| other.joined() == *owner, |theirs| theirs == owner)
    }

    /// Whether both have the same number of words, which are equal or abbreviated to a single letter.
    fn is_initial_of(&self, other: &Self) -> bool {
        let (own, theirs): (Vec<&str>, Vec<&str>) = (self.words.split(' ').collect(), other.words.split(' ').collect());
        own.len() == theirs.len()
            && own.len() > 1
            && own.iter().any(|word| word.chars().count() > 1)
            && own.iter().zip(&theirs).all(|(own, theirs)| {
                own == theirs || own.chars().count() == 1 && theirs.starts_with(own) && !has_digit(theirs)
            })
    }

    fn is_typo_of(&self, other: &Self) -> bool {
        let (shorter, longer) = match self.letters.len().cmp(&other.letters.len()) {
            std::cmp::Ordering::Greater => (other, self),
            _ => (self, other),
        };
        if self.marks != other.marks || shorter.letters.len() < 3 {
            return false;
        }
        let allowed = if shorter.letters.len() >= LONG_NAME { 2 } else { 1 };
        if longer.letters.len() - shorter.letters.len() > allowed {
            return false;
        }
        // Typing errors rarely affect the first letter, and many words differ in it alone.
        if shorter.letters[0] != longer.letters[0] {
            return false;
        }
        // Too many short names differ by one letter; only a transposition counts.
        let is_tiny = longer.letters.len() <= 4 && shorter.letters.len() == longer.letters.len();
        if is_tiny && sorted_letters(&shorter.letters) != sorted_letters(&longer.letters) {
            return false;
        }
        strsim::osa_distance(&shorter.joined(), &longer.joined()) <= allowed
    }

    fn extends_name(&self, shorter: &Self) -> bool {
        let rest = self.words.strip_prefix(&shorter.words);
        let rest = rest.and_then(|rest| rest.strip_prefix(' '));
        shorter.letters.len() >= 3
            && rest.is_some_and(|rest| rest.split(' ').all(|word| word.chars().count() > 1 && !has_digit(word)))
    }
}

/// Similar pairs of names, each once, by index: the smaller index first, in order.
pub fn similar_pairs(names: &[ComparableName]) -> Vec<(usize, usize, Similarity)> {
    let mut found: BTreeMap<(usize, usize), Similarity> = BTreeMap::new();
    for (one, other) in candidate_pairs(names).into_iter().chain(extension_pairs(names)) {
        let pair = (one.min(other), one.max(other));
        if one == other || found.contains_key(&pair) {
            continue;
        }
        if let Some(similarity) = names[one].similarity_to(&names[other]) {
            found.insert(pair, similarity);
        }
    }
    found
        .into_iter()
        .map(|((one, other), similarity)| (one, other, similarity))
        .collect()
}

/// Names similar to `name`, most similar first, by index.
pub fn most_similar<'a>(
    name: &ComparableName,
    among: impl Iterator<Item = &'a ComparableName>,
) -> Vec<(usize, Similarity)> {
    let similar = among
        .enumerate()
        .filter_map(|(index, other)| Some((index, name.similarity_to(other)?)));
    let mut similar: Vec<(usize, Similarity)> = similar.collect();
    let longer = similar
        .iter()
        .filter(|(_, similarity)| *similarity == Similarity::Longer)
        .count();
    if longer > MAX_EXTENSIONS {
        similar.retain(|(_, similarity)| *similarity != Similarity::Longer);
    }
    similar.sort_by_key(|(index, similarity)| (*similarity, *index));
    similar
}

/// Pairs within a block: names that share a deletion variant, their words or their owner.
fn candidate_pairs(names: &[ComparableName]) -> Vec<(usize, usize)> {
    let hashing = FixedState::default();
    let mut blocks: Vec<(u64, u32)> = Vec::new();
    for (index, name) in (0_u32..).zip(names) {
        let mut add_to_block = |text: &str| blocks.push((hashing.hash_one(text), index));
        add_to_block(&format!(" {}", sorted_words(&name.words).join(" ")));
        if let Some(block) = initials_block(&name.words) {
            add_to_block(&block);
        }
        if let Some(owner) = &name.owner {
            add_to_block(owner);
        }
        let two = (LONG_NAME - 1..=VERY_LONG_NAME).contains(&name.letters.len()) && names.len() <= MANY_NAMES;
        let mut chars = name.letters.clone();
        add_to_block(&chars.iter().collect::<String>());
        deletion_variants(&mut chars, 0, if two { 2 } else { 1 }, &mut add_to_block);
    }
    blocks.sort_unstable();
    blocks.dedup();
    let same = blocks.chunk_by(|one, other| one.0 == other.0);
    let mut pairs: Vec<(usize, usize)> = same
        .filter(|block| (2..=MAX_BLOCK_SIZE).contains(&block.len()))
        .flat_map(|block| {
            let pairs = block.iter().enumerate();
            pairs.flat_map(|(index, one)| {
                block[index + 1..]
                    .iter()
                    .map(|other| (one.1 as usize, other.1 as usize))
            })
        })
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Calls `add_to_block` with what remains after up to `times` letters from index `from` on are removed.
fn deletion_variants(letters: &mut Vec<char>, from: usize, times: usize, add_to_block: &mut impl FnMut(&str)) {
    if letters.len() < 3 {
        return;
    }
    for index in from..letters.len() {
        let letter = letters.remove(index);
        add_to_block(&letters.iter().collect::<String>());
        if times > 1 {
            deletion_variants(letters, index, times - 1, add_to_block);
        }
        letters.insert(index, letter);
    }
}

/// Names and their extensions, except for words that begin very many names.
fn extension_pairs(names: &[ComparableName]) -> Vec<(usize, usize)> {
    let by_words: HashMap<&str, usize> = names
        .iter()
        .enumerate()
        .map(|(index, name)| (name.words.as_str(), index))
        .collect();
    let mut longer: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, name) in names.iter().enumerate() {
        for (end, _) in name.words.match_indices(' ') {
            if let Some(shorter) = by_words.get(&name.words[..end])
                && name.extends_name(&names[*shorter])
            {
                longer.entry(*shorter).or_default().push(index);
            }
        }
    }
    longer.retain(|_, indexes| indexes.len() <= MAX_EXTENSIONS);
    let pairs = longer.into_iter();
    pairs
        .flat_map(|(shorter, indexes)| indexes.into_iter().map(move |index| (shorter, index)))
        .collect()
}

/// Block of a name of several words, by its first word and the initials of the others.
fn initials_block(words: &str) -> Option<String> {
    let (first, rest) = words.split_once(' ')?;
    let letters: String = rest.split(' ').filter_map(|word| word.chars().next()).collect();
    Some(format!("{first}  {letters}"))
}

fn sorted_words(words: &str) -> Vec<&str> {
    let mut words: Vec<&str> = words.split(' ').collect();
    words.sort_unstable();
    words
}

fn sorted_letters(letters: &[char]) -> Vec<char> {
    let mut letters = letters.to_vec();
    letters.sort_unstable();
    letters
}

fn has_digit(word: &str) -> bool {
    word.chars().any(char::is_numeric)
}

fn distinguishing_marks(words: &[&str]) -> String {
    let distinguishing = words.iter().filter(|word| word.chars().count() == 1 || has_digit(word));
    distinguishing
        .flat_map(|word| {
            word.chars()
                .filter(|c| c.is_numeric() || word.chars().count() == 1)
                .chain([' '])
        })
        .collect()
}

/// Owner of an address: `acme` for `www.acme.com` and `https://acme.com/about`; for an email address the part before
/// the `@`. `None` if the name is no address.
fn domain_owner(shown: &str) -> Option<String> {
    let text = shown.trim().to_lowercase();
    let alphanumeric = |part: &str| part.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    if text.contains(char::is_whitespace) {
        return None;
    }
    if let Some((person, domain)) = text.split_once('@') {
        return (domain.contains('.') && !person.is_empty()).then(|| alphanumeric(person));
    }
    let text = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let host = text.split(['/', '?', ':']).next().unwrap_or_default();
    let labels: Vec<&str> = host.strip_prefix("www.").unwrap_or(host).split('.').collect();
    let [.., label, ending] = labels.as_slice() else {
        return None;
    };
    // In `acme.co.uk` the owner is one label further to the left.
    let is_second_level = matches!(*label, "co" | "com" | "org" | "net" | "gov" | "ac") && labels.len() > 2;
    let label = if is_second_level {
        labels[labels.len() - 3]
    } else {
        label
    };
    let is_ending = (2..=24).contains(&ending.len()) && ending.chars().all(|c| c.is_ascii_alphabetic());
    let label = alphanumeric(label);
    (is_ending && label.chars().count() >= 2).then_some(label)
}
