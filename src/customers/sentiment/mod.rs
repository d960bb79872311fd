//! What customers say: the tone of their words, and where they speak of leaving.
//!
//! The method is a lexicon and a few rules, so that every verdict can be checked by reading: no model, nothing learned.
//! It knows English and French; a text need not be in one language. `words` cuts a message into sentences of words,
//! without markup and without what is quoted from earlier mails. `tone` adds up the strengths of the words in
//! `lexicon.txt`. `leaving` finds sentences that speak of leaving, and keeps them as evidence.
//!
//! The rules stand in plain words in `docs/directives/sentiment.md`.

mod leaving;
mod lexicon;
mod tone;
mod vocabulary;
mod words;

pub use leaving::sentences_about_leaving;
pub use tone::{Strengths, Tone, tone};

#[cfg(test)]
mod tests;
