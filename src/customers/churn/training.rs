//! Learning the risk from the company's own history.
//!
//! An example is a customer as the history had them on a day, and whether they left within [`HORIZON_DAYS`] after it. What
//! was known only later is not in it: who leaves looks bad afterwards in any case.

use jiff::{ToSpan, civil::Date};

use super::{
    Basis, Risk,
    encoding::Encoding,
    heuristic,
    model::Model,
    table::{Column, Table, Values},
};
use crate::customers::health::{Component, Penalty, Score, Snapshot};

/// Days within which leaving is foreseen.
pub const HORIZON_DAYS: i64 = 90;
/// Examples of each kind, left and stayed, that are needed before the history is learned from: ten for each of the ten
/// features, as a rule of thumb of statistics (<https://en.wikipedia.org/wiki/One_in_ten_rule>).
pub const NEEDED_OF_EACH: usize = 100;

/// A customer with their history.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// Scores, in any order.
    pub snapshots: Vec<Snapshot>,
    /// The day on which they left, if they did.
    pub left: Option<Date>,
}

/// What can be said about the risk of customers now.
#[derive(Clone, Debug, PartialEq)]
pub enum Learned {
    /// There was enough history.
    Model {
        /// What was learned.
        predictor: Box<Predictor>,
        /// Examples of customers who left.
        left: usize,
        /// Examples of customers who stayed.
        stayed: usize,
    },
    /// There was not: examples of customers who left and of customers who stayed.
    TooLittle {
        /// Who left.
        left: usize,
        /// Who stayed.
        stayed: usize,
    },
}

/// A model with the encoding of what it reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictor {
    encoding: Encoding,
    model: Model,
}

impl Learned {
    /// Where risks come from.
    pub fn basis(&self) -> Basis {
        match self {
            Self::Model { .. } => Basis::Model,
            Self::TooLittle { .. } => Basis::Heuristic,
        }
    }

    /// Examples of customers who left, and of customers who stayed.
    pub fn examples(&self) -> (usize, usize) {
        let (Self::Model { left, stayed, .. } | Self::TooLittle { left, stayed }) = self;
        (*left, *stayed)
    }

    /// The risk of a customer: by the model where there is one, else by the rule of thumb.
    pub fn risk(&self, score: &Score, today: Date) -> Risk {
        match self {
            Self::Model { predictor, .. } => predictor.risk(&Snapshot::of(score, today)),
            Self::TooLittle { .. } => heuristic::risk(score),
        }
    }
}

impl Predictor {
    /// The risk of a customer who stands so.
    pub fn risk(&self, now: &Snapshot) -> Risk {
        let columns = columns(&[now]);
        let features = self.encoding.encode(&columns, &[0]);
        Risk {
            chance: features.first().map_or(0.5, |features| self.model.chance(features)),
            basis: Basis::Model,
        }
    }
}

/// Learns from the histories as far as `today` allows, one example for each customer.
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

/// The newest snapshot that is at least [`HORIZON_DAYS`] old, so that what came of it is known; for one who left the newest
/// before they left. `None` when the history does not reach back so far.
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

/// Points of each component, empty where it was missing, and of each penalty.
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
