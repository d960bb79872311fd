//! Health score: a number from 0 to 100 with its reasons.
//!
//! Facts are the inputs, each with a source and an age. A formula holds weights, curves and penalties. Scoring combines
//! the two into a score, whose lines add up to the number. Further rules compare it with an earlier day, find the
//! change that would move the customer into a better band, and preview another formula.
//!
//! All of it is pure: facts and the current time in, value out. `docs/directives/health-score.md` documents weights and
//! curves, and a test holds the code to its tables.

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
