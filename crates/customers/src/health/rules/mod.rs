//! Health score: a number from 0 to 100 with its reasons.
//!
//! Facts are the inputs, each with a source and an age. A formula ([`weights`](crate::health::weights)) holds weights, curves and penalties. Scoring combines
//! the two into a score, whose lines add up to the number. Further rules compare it with an earlier day, find the
//! change that would move the customer into a better band, and preview another formula.
//!
//! All of it is pure: facts and the current time in, value out. `docs/directives/health-score.md` documents weights and
//! curves, and a test holds the code to its tables.

pub(crate) mod band;
pub(crate) mod changes;
pub(crate) mod component;
pub(crate) mod curve;
pub(crate) mod facts;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod measured;
pub(crate) mod next_best_action;
pub(crate) mod points;
pub(crate) mod score;
#[cfg(test)]
pub(crate) mod tests;

pub use crate::health::rules::{
    band::HealthBand,
    changes::{ScoreChanges, ScoreSnapshot, score_changes},
    component::{ScoreComponent, ScorePenalty},
    facts::{CancelMention, HealthFacts, MENTION_VALIDITY, PaymentStatus, RatingFact, SourcedFact},
    next_best_action::next_best_action,
    points::ScorePoints,
    score::{HealthScore, score},
};
