//! String pool of one column: each text is stored once and normalised once, when it is first seen.
//!
//! A large tab repeats few names, and normalising a name costs far more than looking it up.

use std::sync::Arc;

use domain::normalize::collapse_spaces;
use foldhash::quality::RandomState;
use indexmap::IndexMap;

use crate::claims::storage::saturating_u32;

/// Texts by id, in order of first occurrence.
#[derive(Clone, Debug)]
pub(crate) struct StringPool<Key> {
    by_text: IndexMap<Arc<str>, PooledString<Key>, RandomState>,
    key_of: fn(&str) -> Option<Key>,
}

#[derive(Clone, Debug)]
struct PooledString<Key> {
    key: Option<Key>,
    /// Id of the same text with normalised spaces.
    collapsed: u32,
}

impl<Key: Clone> StringPool<Key> {
    /// An empty pool; `key_of` normalises a text, so that equal keys mean the same name.
    pub(crate) fn new(key_of: fn(&str) -> Option<Key>) -> Self {
        Self {
            by_text: IndexMap::default(),
            key_of,
        }
    }

    /// Id of a text, interned when it is new. Copies a shared pool only in that case.
    pub(crate) fn intern(this: &mut Arc<Self>, text: &str) -> u32 {
        match this.by_text.get_index_of(text) {
            Some(known) => saturating_u32(known),
            None => Arc::make_mut(this).insert(text),
        }
    }

    /// Text of an id.
    pub(crate) fn text(&self, id: u32) -> &str {
        self.by_text.get_index(id as usize).map_or("", |(text, _)| text)
    }

    /// All texts.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.by_text.keys().map(|text| &**text)
    }

    /// Key of an id; `None` when the text is empty.
    pub(crate) fn key(&self, id: u32) -> Option<&Key> {
        self.by_text[id as usize].key.as_ref()
    }

    /// Id of the same text with normalised spaces.
    pub(crate) fn collapsed(&self, id: u32) -> u32 {
        self.by_text[id as usize].collapsed
    }

    fn insert(&mut self, text: &str) -> u32 {
        let tidied = collapse_spaces(text);
        let collapsed = if tidied == text {
            self.by_text.len()
        } else {
            let known = self.by_text.get_index_of(tidied.as_str());
            known.unwrap_or_else(|| self.insert(&tidied) as usize)
        };
        let key = (self.key_of)(text);
        let spelling = PooledString {
            key,
            collapsed: saturating_u32(collapsed),
        };
        saturating_u32(self.by_text.insert_full(text.into(), spelling).0)
    }
}
