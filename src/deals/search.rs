//! Finding deals by words, without regard to accents and case.

use std::collections::HashMap;

use super::deal::Deal;
use crate::spelling::fold;

/// The text columns of every deal, folded once.
#[derive(Debug)]
pub struct SearchTexts(Vec<Box<str>>);

impl SearchTexts {
    /// The texts of `deals`, in their order.
    pub fn of(deals: &[Deal]) -> Self {
        let mut folded = Folded::default();
        Self(deals.iter().map(|deal| folded.text_of(deal).into()).collect())
    }

    /// Whether the deal at this place has every one of the words.
    pub fn contains(&self, place: usize, words: &SearchWords) -> bool {
        words.0.is_empty()
            || self
                .0
                .get(place)
                .is_some_and(|text| words.0.iter().all(|word| text.contains(word.as_str())))
    }
}

/// Folding a text costs more than finding it again, and a large tab repeats a few of them.
#[derive(Default)]
struct Folded<'a>(HashMap<&'a str, String>);

impl<'a> Folded<'a> {
    /// Columns are kept apart by a line break, which no folded word holds.
    fn text_of(&mut self, deal: &'a Deal) -> String {
        let texts = [
            Some(&*deal.client),
            Some(deal.stage.as_str()),
            deal.sector.as_deref(),
            deal.assignee.as_deref(),
        ];
        // Remarks are rarely the same twice.
        let mut text = fold(&deal.notes);
        for column in texts.into_iter().flatten() {
            text.push('\n');
            text.push_str(self.0.entry(column).or_insert_with(|| fold(column)));
        }
        text
    }
}

/// What somebody looks for: every word has to be there, in any column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchWords(Vec<String>);

impl SearchWords {
    /// The words of a text as typed; a blank text looks for nothing and finds all.
    pub fn of(typed: &str) -> Self {
        Self(fold(typed).split_whitespace().map(str::to_owned).collect())
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
