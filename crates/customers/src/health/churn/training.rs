//! Churn training on the company's own history.
//!
//! An example is a snapshot of a customer, and whether the customer left within [`HORIZON_DAYS`] after it. Later data
//! is excluded, since the score of a customer who leaves drops anyway.

use jiff::{ToSpan, civil::Date};

use crate::health::{
    churn::{
        self, ChurnBasis, ChurnRisk,
        encoding::FeatureEncoding,
        examples::{ColumnValues, ExampleColumn, ExampleTable},
        model::ChurnModel,
    },
    rules::{HealthScore, ScoreComponent, ScorePenalty, ScoreSnapshot},
};

/// Prediction horizon in days.
pub const HORIZON_DAYS: i64 = 90;
/// Minimum number of examples per class: ten for each of the ten features
/// (<https://en.wikipedia.org/wiki/One_in_ten_rule>).
pub const MIN_EXAMPLES_PER_CLASS: usize = 100;

/// A customer's history.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerHistory {
    /// Snapshots, in any order.
    pub snapshots: Vec<ScoreSnapshot>,
    /// Day on which the customer left.
    pub left: Option<Date>,
}

/// Result of training.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainingResult {
    /// Enough history for a model.
    Model {
        /// The trained model.
        predictor: Box<ChurnPredictor>,
        /// Number of examples that left.
        left: usize,
        /// Number of examples that stayed.
        stayed: usize,
    },
    /// Too little history for a model.
    TooFewExamples {
        /// Number of examples that left.
        left: usize,
        /// Number of examples that stayed.
        stayed: usize,
    },
}

/// A model with the encoding of its input.
#[derive(Clone, Debug, PartialEq)]
pub struct ChurnPredictor {
    encoding: FeatureEncoding,
    model: ChurnModel,
}

impl TrainingResult {
    /// Origin of the risks.
    pub fn basis(&self) -> ChurnBasis {
        match self {
            Self::Model { .. } => ChurnBasis::Model,
            Self::TooFewExamples { .. } => ChurnBasis::Heuristic,
        }
    }

    /// Number of examples that left, and that stayed.
    pub fn examples(&self) -> (usize, usize) {
        let (Self::Model { left, stayed, .. } | Self::TooFewExamples { left, stayed }) = self;
        (*left, *stayed)
    }

    /// Risk of a customer: from the model if there is one, otherwise from the heuristic.
    pub fn risk(&self, score: &HealthScore, today: Date) -> ChurnRisk {
        match self {
            Self::Model { predictor, .. } => predictor.risk(&ScoreSnapshot::of(score, today)),
            Self::TooFewExamples { .. } => churn::heuristic_risk(score),
        }
    }
}

impl ChurnPredictor {
    /// Risk of a customer with this snapshot.
    pub fn risk(&self, now: &ScoreSnapshot) -> ChurnRisk {
        let columns = feature_columns(&[now]);
        let features = self.encoding.encode(&columns, &[0]);
        ChurnRisk {
            chance: features.first().map_or(0.5, |features| self.model.chance(features)),
            basis: ChurnBasis::Model,
        }
    }
}

/// Trains on the histories up to `today`, one example per customer.
pub fn train(pasts: &[CustomerHistory], today: Date) -> TrainingResult {
    let (examples, labels): (Vec<&ScoreSnapshot>, Vec<bool>) =
        pasts.iter().filter_map(|past| training_example(past, today)).unzip();
    let left = labels.iter().filter(|label| **label).count();
    let stayed = labels.len() - left;
    let too_little = TrainingResult::TooFewExamples { left, stayed };
    if left < MIN_EXAMPLES_PER_CLASS || stayed < MIN_EXAMPLES_PER_CLASS {
        return too_little;
    }
    let table = ExampleTable {
        columns: feature_columns(&examples),
        labels,
        notes: Vec::new(),
    };
    let rows: Vec<usize> = (0..table.len()).collect();
    let encoding = FeatureEncoding::learn(&table.columns, &rows);
    match ChurnModel::fit(&encoding.encode(&table.columns, &rows), &table.labels) {
        Ok(model) => TrainingResult::Model {
            predictor: Box::new(ChurnPredictor { encoding, model }),
            left,
            stayed,
        },
        Err(_) => too_little,
    }
}

/// Newest snapshot at least [`HORIZON_DAYS`] old, so that its outcome is known; for a customer who left, the newest
/// snapshot before that. `None` when the history is too short.
pub(crate) fn training_example(past: &CustomerHistory, today: Date) -> Option<(&ScoreSnapshot, bool)> {
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
fn feature_columns(snapshots: &[&ScoreSnapshot]) -> Vec<ExampleColumn> {
    let float =
        |points: crate::health::rules::ScorePoints| rust_decimal::prelude::ToPrimitive::to_f64(&points.decimal());
    let component = |component: ScoreComponent| {
        let values = snapshots
            .iter()
            .map(|snapshot| snapshot.components.get(&component).copied().and_then(float));
        ExampleColumn {
            name: component.word().to_owned(),
            values: ColumnValues::Numbers(values.collect()),
        }
    };
    let penalty = |penalty: ScorePenalty| {
        let values = snapshots
            .iter()
            .map(|snapshot| Some(f64::from(snapshot.penalties.contains_key(&penalty))));
        ExampleColumn {
            name: penalty.word().to_owned(),
            values: ColumnValues::Numbers(values.collect()),
        }
    };
    ScoreComponent::ALL
        .into_iter()
        .map(component)
        .chain(ScorePenalty::ALL.into_iter().map(penalty))
        .collect()
}
