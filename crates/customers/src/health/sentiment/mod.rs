//! Sentiment analysis of messages: tone, and mentions of cancellation.
//!
//! The method is a lexicon with a few rules, so that every result can be verified by reading; there is no trained
//! model. It supports English and French, also mixed. `tokenizer` splits a message into sentences and words, without
//! markup and quoted emails. `tone` adds up the strengths of the words in `lexicon.txt`. `cancellation` finds sentences
//! that mention cancelling and keeps them as evidence.
//!
//! `docs/directives/sentiment.md` documents the rules.

pub(crate) mod cancellation;
pub(crate) mod lexicon;
#[cfg(test)]
mod tests;
pub(crate) mod tokenizer;
pub(crate) mod tone;
pub(crate) mod vocabulary;

pub use crate::health::sentiment::{cancellation::cancellation_sentences, tone::ToneStrengths};
