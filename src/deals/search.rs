//! Finding deals by words, without regard to accents and case.

use super::deal::Deal;
use crate::spelling::fold;

/// The text columns of every deal, folded once.
#[derive(Debug)]
pub struct SearchTexts(Vec<Box<str>>);

impl SearchTexts {
    /// The texts of `deals`, in their order.
    pub fn of(deals: &[Deal]) -> Self {
        Self(deals.iter().map(|deal| folded_text(deal).into()).collect())
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

/// Columns are kept apart by a line break, which no folded word holds.
fn folded_text(deal: &Deal) -> String {
    let texts = [
        Some(&*deal.client),
        Some(deal.stage.as_str()),
        deal.sector.as_deref(),
        deal.assignee.as_deref(),
        Some(&*deal.notes),
    ];
    let folded: Vec<String> = texts.into_iter().flatten().map(fold).collect();
    folded.join("\n")
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
