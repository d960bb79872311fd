//! Domain nouns that the boards share: companies, people, money, exact decimals in JSON, periods, languages, name
//! aliases, normalization, similarity, search and the rule of typed texts.
//!
//! Pure code: no I/O, no clock, no store, no web.

pub mod alias;
pub mod company;
pub mod json_decimal;
pub mod language;
pub mod money;
pub mod normalize;
pub mod period;
pub mod person;
pub mod search;
pub mod similarity;
pub mod text;
