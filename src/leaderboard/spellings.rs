//! The texts of one column: each is kept once and known by a number, and judged when it is met for the first time.
//!
//! A large tab repeats a few names, and making the key of a name costs far more than finding it again.

use std::sync::Arc;

use foldhash::quality::RandomState;
use indexmap::IndexMap;

use super::roll::count;
use crate::spelling::tidy;

/// Texts by number, in the order in which they were met.
#[derive(Clone, Debug)]
pub(super) struct Spellings<Key> {
    by_text: IndexMap<Arc<str>, Spelling<Key>, RandomState>,
    key_of: fn(&str) -> Option<Key>,
}

#[derive(Clone, Debug)]
struct Spelling<Key> {
    key: Option<Key>,
    /// The number of the same text without stray spaces.
    tidy: u32,
}

impl<Key: Clone> Spellings<Key> {
    /// No texts yet; `key_of` makes the key by which spellings of one name are one.
    pub(super) fn new(key_of: fn(&str) -> Option<Key>) -> Self {
        Self {
            by_text: IndexMap::default(),
            key_of,
        }
    }

    /// The number of a text, which is a new one when the text was not met before. Shared texts are copied only then.
    pub(super) fn meet(this: &mut Arc<Self>, text: &str) -> u32 {
        match this.by_text.get_index_of(text) {
            Some(known) => count(known),
            None => Arc::make_mut(this).learn(text),
        }
    }

    /// The text with a number.
    pub(super) fn text(&self, number: u32) -> &str {
        self.by_text.get_index(number as usize).map_or("", |(text, _)| text)
    }

    /// Every text.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.by_text.keys().map(|text| &**text)
    }

    /// The key of the text with a number; `None` when it names nothing.
    pub(super) fn key(&self, number: u32) -> Option<&Key> {
        self.by_text[number as usize].key.as_ref()
    }

    /// The number of the same text without stray spaces.
    pub(super) fn tidy(&self, number: u32) -> u32 {
        self.by_text[number as usize].tidy
    }

    fn learn(&mut self, text: &str) -> u32 {
        let tidied = tidy(text);
        let tidy = if tidied == text {
            self.by_text.len()
        } else {
            let known = self.by_text.get_index_of(tidied.as_str());
            known.unwrap_or_else(|| self.learn(&tidied) as usize)
        };
        let key = (self.key_of)(text);
        let spelling = Spelling { key, tidy: count(tidy) };
        count(self.by_text.insert_full(text.into(), spelling).0)
    }
}
