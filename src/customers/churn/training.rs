//! Churn training on the company's own history.
//!
//! An example is a snapshot of a customer, and whether the customer left within [`HORIZON_DAYS`] after it. Later data
//! is excluded, since the score of a customer who leaves drops anyway.

use jiff::{ToSpan, civil::Date};

use super::{
    Basis, Risk,
    encoding::Encoding,
    heuristic,
    model::Model,
    table::{Column, Table, Values},
};
use crate::customers::health::{Component, Penalty, Score, Snapshot};

/// Prediction horizon in days.
pub const HORIZON_DAYS: i64 = 90;
/// Minimum number of examples per class: ten for each of the ten features
/// (<https://en.wikipedia.org/wiki/One_in_ten_rule>).
pub const NEEDED_OF_EACH: usize = 100;

/// A customer's history.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// Snapshots, in any order.
    pub snapshots: Vec<Snapshot>,
    /// Day on which the customer left.
    pub left: Option<Date>,
}

/// Result of training.
#[derive(Clone, Debug, PartialEq)]
pub enum Learned {
    /// Enough history for a model.
    Model {
        /// The trained model.
        predictor: Box<Predictor>,
        /// Number of examples that left.
        left: usize,
        /// Number of examples that stayed.
        stayed: usize,
    },
    /// Too little history for a model.
    TooLittle {
        /// Number of examples that left.
        left: usize,
        /// Number of examples that stayed.
        stayed: usize,
    },
}

/// A model with the encoding of its input.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictor {
    encoding: Encoding,
    model: Model,
}

impl Learned {
    /// Origin of the risks.
    pub fn basis(&self) -> Basis {
        match self {
            Self::Model { .. } => Basis::Model,
            Self::TooLittle { .. } => Basis::Heuristic,
        }
    }

    /// Number of examples that left, and that stayed.
    pub fn examples(&self) -> (usize, usize) {
        let (Self::Model { left, stayed, .. } | Self::TooLittle { left, stayed }) = self;
        (*left, *stayed)
    }

    /// Risk of a customer: from the model if there is one, otherwise from the heuristic.
    pub fn risk(&self, score: &Score, today: Date) -> Risk {
        match self {
            Self::Model { predictor, .. } => predictor.risk(&Snapshot::of(score, today)),
            Self::TooLittle { .. } => heuristic::risk(score),
        }
    }
}

impl Predictor {
    /// Risk of a customer with this snapshot.
    pub fn risk(&self, now: &Snapshot) -> Risk {
        let columns = columns(&[now]);
        let features = self.encoding.encode(&columns, &[0]);
        Risk {
            chance: features.first().map_or(0.5, |features| self.model.chance(features)),
            basis: Basis::Model,
        }
    }
}

/// Trains on the histories up to `today`, one example per customer.
pub fn learn(pasts: &[Past], today: Date) -> Learned {
    let (examples, labels): (Vec<&Snapshot>, Vec<bool>) = pasts.iter().filter_map(|past| example(past, today)).unzip();
    let left = labels.iter().filter(|label| **label).count();
    let stayed = labels.len() - left;
    let too_little = Learned::TooLittle { left, stayed };
    if left < NEEDED_OF_EACH || stayed < NEEDED_OF_EACH {
        return too_little;
    }
    let table = Table {
        columns: columns(&examples),
        labels,
        notes: Vec::new(),
    };
    let rows: Vec<usize> = (0..table.len()).collect();
    let encoding = Encoding::learn(&table.columns, &rows);
    match Model::fit(&encoding.encode(&table.columns, &rows), &table.labels) {
        Ok(model) => Learned::Model {
            predictor: Box::new(Predictor { encoding, model }),
            left,
            stayed,
        },
        Err(_) => too_little,
    }
}

/// Newest snapshot at least [`HORIZON_DAYS`] old, so that its outcome is known; for a customer who left, the newest
/// snapshot before that. `None` when the history is too short.
fn example(past: &Past, today: Date) -> Option<(&Snapshot, bool)> {
    let seen_until = match past.left {
        Some(left) => left.yesterday().ok()?,
        None => today.checked_sub(HORIZON_DAYS.days()).ok()?,
    };
    let before = past.snapshots.iter().filter(|snapshot| snapshot.date <= seen_until);
    let snapshot = before.max_by_key(|snapshot| snapshot.date)?;
    let horizon = snapshot.date.checked_add(HORIZON_DAYS.days()).ok()?;
    let left = past.left.is_some_and(|left| left <= horizon);
    (left || past.left.is_none()).then_some((snapshot, left))
}

/// Columns with the points of each component (empty when missing) and of each penalty.
fn columns(snapshots: &[&Snapshot]) -> Vec<Column> {
    let float = |points: super::super::health::Points| rust_decimal::prelude::ToPrimitive::to_f64(&points.decimal());
    let component = |component: Component| {
        let values = snapshots
            .iter()
            .map(|snapshot| snapshot.components.get(&component).copied().and_then(float));
        Column {
            name: component.word().to_owned(),
            values: Values::Numbers(values.collect()),
        }
    };
    let penalty = |penalty: Penalty| {
        let values = snapshots
            .iter()
            .map(|snapshot| Some(f64::from(snapshot.penalties.contains_key(&penalty))));
        Column {
            name: penalty.word().to_owned(),
            values: Values::Numbers(values.collect()),
        }
    };
    Component::ALL
        .into_iter()
        .map(component)
        .chain(Penalty::ALL.into_iter().map(penalty))
        .collect()
}

#[cfg(test)]
#[path = "training_tests.rs"]
mod tests;
