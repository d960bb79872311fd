//! The health score: how a customer fares, from 0 to 100, and why.
//!
//! What is known of a customer are [`Facts`]; each has a source and an age. A [`Formula`] holds weights, curves and
//! penalties. [`score`] puts them together into a [`Score`], whose lines add up to the number. [`changes`] says what
//! became of it since an earlier day, [`lift`] which single change would lift the customer into a better band, and
//! [`preview`] who would change band under another formula.
//!
//! Everything here is pure: facts and the present moment in, value out. The weights and curves stand in
//! `docs/directives/health-score.md`, and a test holds the code to the tables there.

mod band;
mod changes;
mod component;
mod curve;
mod facts;
mod formula;
mod lift;
mod points;
mod preview;
mod raw;
mod score;

pub use band::Band;
pub use changes::{Change, Changes, Snapshot, changes};
pub use component::{Component, Penalty};
pub use curve::Curve;
pub use facts::{CancelMention, Facts, Known, MENTION_HOLDS, Payment, Rating};
pub use formula::Formula;
pub use lift::{Lift, Remedy, lift};
pub use points::Points;
pub use preview::{BandChange, preview};
pub use raw::Raw;
pub use score::{Deduction, Line, Score, score};

#[cfg(test)]
mod directive_tests;
#[cfg(test)]
mod fixture;
