//! Sentiment analysis of messages: tone, and mentions of cancellation.
//!
//! The method is a lexicon with a few rules, so that every result can be verified by reading; there is no trained
//! model. It supports English and French, also mixed. `tokenizer` splits a message into sentences and words, without
//! markup and quoted emails. `tone` adds up the strengths of the words in `lexicon.txt`. `cancellation` finds sentences
//! that mention cancelling and keeps them as evidence.
//!
//! `docs/directives/sentiment.md` documents the rules.

mod leaving;
mod lexicon;
mod tone;
mod vocabulary;
mod words;

pub use leaving::sentences_about_leaving;
pub use tone::{Strengths, Tone, tone};

#[cfg(test)]
mod tests;
