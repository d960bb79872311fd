//! Row search by words, ignoring accents and case.
//!
//! The texts of a tab are normalized once per version and stored contiguously, so that a search scans memory without
//! allocating.

use std::collections::HashMap;

use memchr::memmem::Finder;

use crate::normalize::normalize;

/// Normalized texts of all rows.
#[derive(Debug, Default)]
pub struct SearchIndex {
    normalized: String,
    /// End offset of each row.
    ends: Vec<usize>,
}

/// Builder of the texts. Normalizing costs more than a map lookup, and a large tab repeats many texts.
#[derive(Default)]
pub struct SearchIndexBuilder<'a> {
    texts: SearchIndex,
    known: HashMap<&'a str, String>,
}

impl<'a> SearchIndexBuilder<'a> {
    /// Adds a row: texts that other rows are likely to repeat, and its own texts. They are separated by a line break,
    /// which no normalized word contains.
    pub fn add(&mut self, repeated: impl IntoIterator<Item = &'a str>, own: impl IntoIterator<Item = &'a str>) {
        let texts = &mut self.texts;
        for text in own {
            texts.normalized.push_str(&normalize(text));
            texts.normalized.push('\n');
        }
        for text in repeated {
            texts
                .normalized
                .push_str(self.known.entry(text).or_insert_with(|| normalize(text)));
            texts.normalized.push('\n');
        }
        texts.ends.push(texts.normalized.len());
    }

    /// Texts of the rows, in the order in which they were added.
    pub fn finish(self) -> SearchIndex {
        let mut texts = self.texts;
        texts.normalized.shrink_to_fit();
        texts.ends.shrink_to_fit();
        texts
    }
}

impl SearchIndex {
    /// Whether the row at this index contains every one of the words.
    pub fn contains(&self, index: usize, words: &SearchTerms) -> bool {
        let text = self.row(index).as_bytes();
        words.0.iter().all(|word| word.find(text).is_some())
    }

    /// Text of a row; empty if there is no such row.
    fn row(&self, index: usize) -> &str {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before));
        let end = self.ends.get(index);
        end.map_or("", |end| &self.normalized[start.copied().unwrap_or(0)..*end])
    }
}

/// Search terms: every word must occur in some text of the row.
#[derive(Clone, Debug, Default)]
pub struct SearchTerms(Vec<Finder<'static>>);

impl SearchTerms {
    /// Parses the words of a typed text; a blank text matches every row.
    pub fn of(typed: &str) -> Self {
        let normalized = normalize(typed);
        let words = normalized.split_whitespace();
        Self(words.map(|word| Finder::new(word).into_owned()).collect())
    }

    /// Whether there are no search terms.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn texts<'a>(rows: &'a [(&'a str, &'a str)]) -> SearchIndex {
        let mut folding = SearchIndexBuilder::default();
        for (repeated, own) in rows {
            folding.add([*repeated], [*own]);
        }
        folding.finish()
    }

    #[test]
    fn every_word_has_to_be_in_the_row_in_any_of_its_texts_and_any_spelling() {
        let texts = texts(&[("Société Générale", "Zoé"), ("Société Générale", "Ben"), ("", "")]);
        for (typed, found) in [
            ("", [true, true, true]),
            ("  ", [true, true, true]),
            ("GENERALE zoe", [true, false, false]),
            ("generale", [true, true, false]),
            ("zoe ben", [false, false, false]),
            ("zoesociete", [false, false, false]),
        ] {
            let words = SearchTerms::of(typed);
            assert_eq!([0, 1, 2].map(|index| texts.contains(index, &words)), found, "{typed}");
        }
        assert!(!texts.contains(3, &SearchTerms::of("zoe")), "there is no such row");
    }

    proptest! {
        #[test]
        fn a_row_is_found_by_its_own_words_and_never_by_those_of_its_neighbours(
            rows in proptest::collection::vec("[a-c ]{0,6}", 1..6),
            word in "[a-c]{1,3}",
        ) {
            let pairs: Vec<(&str, &str)> = rows.iter().map(|row| ("", row.as_str())).collect();
            let texts = texts(&pairs);
            let words = SearchTerms::of(&word);
            for (index, row) in rows.iter().enumerate() {
                prop_assert_eq!(texts.contains(index, &words), normalize(row).contains(&word));
            }
        }
    }
}
