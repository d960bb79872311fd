//! Sentiment lexicon, parsed once from `lexicon.txt`.

use std::{collections::HashMap, sync::LazyLock};

use crate::health::sentiment::vocabulary::matches_any;

const FILE: &str = include_str!("lexicon.txt");

/// Words and phrases with their strength, from -3 to 3.
pub struct Lexicon {
    /// Whole words.
    words: HashMap<&'static str, i8>,
    /// Word stems.
    stems: Vec<(&'static str, i8)>,
    /// Phrases, by their first word.
    phrases: HashMap<&'static str, Vec<(Vec<&'static str>, i8)>>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(FILE));

impl Lexicon {
    /// The built-in lexicon.
    pub fn get() -> &'static Self {
        &LEXICON
    }

    /// Parses one entry per line: a strength, then a word, a stem ending in `*`, or a phrase. Lines with `#` are
    /// comments. Invalid lines are skipped; a test makes sure that there are none.
    fn read(file: &'static str) -> Self {
        let mut lexicon = Self {
            words: HashMap::new(),
            stems: Vec::new(),
            phrases: HashMap::new(),
        };
        for (strength, entry) in entries(file).flatten() {
            let mut words = entry.split_whitespace();
            match (words.next(), entry.contains(' '), entry.strip_suffix('*')) {
                (Some(first), true, _) => {
                    let phrases = lexicon.phrases.entry(first).or_default();
                    phrases.push((entry.split_whitespace().collect(), strength));
                }
                (_, _, Some(stem)) => lexicon.stems.push((stem, strength)),
                (Some(word), ..) => drop(lexicon.words.insert(word, strength)),
                (None, ..) => {}
            }
        }
        for phrases in lexicon.phrases.values_mut() {
            phrases.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        }
        lexicon
    }

    /// Entry that matches the beginning of `words`: number of words and strength. Phrases take precedence over single
    /// words.
    pub fn opening(&self, words: &[&str]) -> Option<(usize, i8)> {
        let first = *words.first()?;
        let phrases = self.phrases.get(first).map_or(&[][..], Vec::as_slice);
        let matches = |phrase: &[&str]| {
            phrase.len() <= words.len() && phrase.iter().zip(words).all(|(part, word)| matches_any(word, &[*part]))
        };
        if let Some((phrase, strength)) = phrases.iter().find(|(phrase, _)| matches(phrase)) {
            return Some((phrase.len(), *strength));
        }
        let stem = || self.stems.iter().find(|(stem, _)| first.starts_with(stem));
        let strength = self
            .words
            .get(first)
            .copied()
            .or_else(|| stem().map(|(_, strength)| *strength));
        strength.map(|strength| (1, strength))
    }
}

/// Entries of a file; `None` for an invalid line.
fn entries(file: &'static str) -> impl Iterator<Item = Option<(i8, &'static str)>> {
    let lines = file.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| {
        let (strength, entry) = line.split_once(' ')?;
        let strength: i8 = strength.parse().ok()?;
        ((-3..=3).contains(&strength) && strength != 0).then_some((strength, entry.trim()))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use domain::normalize::normalize;

    use super::*;

    #[test]
    fn every_line_can_be_read_and_stands_once_as_words_are_compared() {
        let mut seen = HashSet::new();
        for entry in entries(FILE) {
            let (_, text) = entry.expect("a strength and a word");
            assert_eq!(normalize(text), text, "as words are compared");
            assert!(!text.contains('\''), "{text}: an apostrophe parts words");
            assert!(seen.insert(text), "{text} stands twice");
        }
        assert!(seen.len() > 300);
    }
}
