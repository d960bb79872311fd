//! Cross-validation of the churn regression on a table of examples.

use std::fmt::{self, Write};

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use crate::health::churn::{
    encoding::FeatureEncoding,
    examples::ExampleTable,
    metrics::{PredictedRow, RowGroup, auc, brier, calibration, deciles},
    model::ChurnModel,
};

/// Number of folds.
pub const FOLDS: usize = 5;
/// Fixed seed, so that the folds are reproducible.
const SEED: u64 = 20_261_121;

/// Result of a cross-validation. Each row is scored once, by a model that was not trained on it.
#[derive(Clone, Debug, PartialEq)]
pub struct ChurnEvaluation {
    /// Number of rows, and number of rows that left.
    pub rows: (usize, usize),
    /// Number of columns used.
    pub columns: usize,
    /// Notes on columns and rows that were left out.
    pub notes: Vec<String>,
    /// AUC of each fold.
    pub fold_aucs: Vec<f64>,
    /// Mean AUC, from 0.5 (guessing) to 1.
    pub auc: f64,
    /// Brier score over all rows, and the baseline of one constant probability.
    pub brier: (f64, f64),
    /// Calibration by range of predicted probability.
    pub calibration: Vec<(f64, RowGroup)>,
    /// Deciles, highest probabilities first.
    pub deciles: Vec<RowGroup>,
}

/// Splits the rows into [`FOLDS`] stratified folds.
pub fn folds(labels: &[bool]) -> Vec<Vec<usize>> {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut folds = vec![Vec::new(); FOLDS];
    let mut next = 0;
    for kind in [true, false] {
        let mut rows: Vec<usize> = (0..labels.len()).filter(|row| labels[*row] == kind).collect();
        rows.shuffle(&mut random);
        for row in rows {
            folds[next % FOLDS].push(row);
            next += 1;
        }
    }
    folds
}

/// Scores each row with a model trained on the other folds.
///
/// # Errors
/// A message with the number of rows needed of each class, or the reason why a model could not be fitted.
pub fn evaluate(table: &ExampleTable) -> Result<ChurnEvaluation, String> {
    let left = table.left();
    if left < FOLDS || table.len() - left < FOLDS {
        return Err(format!(
            "{} of {} rows left; at least {FOLDS} that left and {FOLDS} that stayed are needed.",
            left,
            table.len()
        ));
    }
    let folds = folds(&table.labels);
    let mut predictions = Vec::with_capacity(table.len());
    let mut fold_aucs = Vec::new();
    for (at, fold) in folds.iter().enumerate() {
        let others: Vec<usize> = folds
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .flat_map(|(_, rows)| rows.iter().copied())
            .collect();
        let encoding = FeatureEncoding::learn(&table.columns, &others);
        let labels: Vec<bool> = others.iter().map(|row| table.labels[*row]).collect();
        let model = ChurnModel::fit(&encoding.encode(&table.columns, &others), &labels)?;
        let features = encoding.encode(&table.columns, fold);
        let own: Vec<PredictedRow> = fold
            .iter()
            .zip(&features)
            .map(|(row, features)| PredictedRow {
                chance: model.chance(features),
                left: table.labels[*row],
            })
            .collect();
        fold_aucs.extend(auc(&own));
        predictions.extend(own);
    }
    let share = left as f64 / table.len() as f64;
    Ok(ChurnEvaluation {
        rows: (table.len(), left),
        columns: table.columns.len(),
        notes: table.notes.clone(),
        auc: fold_aucs.iter().sum::<f64>() / fold_aucs.len().max(1) as f64,
        fold_aucs,
        brier: (brier(&predictions), share * (1.0 - share)),
        calibration: calibration(&predictions),
        deciles: deciles(&predictions),
    })
}

/// Table for a terminal.
impl fmt::Display for ChurnEvaluation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, left) = self.rows;
        let share = 100.0 * left as f64 / rows as f64;
        writeln!(out, "{rows} rows, {left} left ({share:.1} %), {} columns", self.columns)?;
        for note in &self.notes {
            writeln!(out, "Note: {note}")?;
        }
        let mut folds = String::new();
        for auc in &self.fold_aucs {
            write!(folds, " {auc:.4}")?;
        }
        writeln!(
            out,
            "\nLogistic regression, {FOLDS} folds; every row is judged by a model that has not seen it."
        )?;
        writeln!(out, "AUC    {:.4}   (folds:{folds})", self.auc)?;
        writeln!(
            out,
            "Brier  {:.4}   (the same chance for everybody: {:.4})",
            self.brier.0, self.brier.1
        )?;
        writeln!(out, "\nCalibration\n  chance         rows   said    left")?;
        for (from, group) in &self.calibration {
            let (said, left) = (100.0 * group.chance, 100.0 * group.share());
            writeln!(
                out,
                "  {:>3.0} to {:>3.0} %  {:>6}  {said:>5.1} %  {left:>5.1} %",
                from * 100.0,
                from * 100.0 + 10.0,
                group.rows
            )?;
        }
        writeln!(
            out,
            "\nLift by tenths, the highest chances first\n  tenth   rows   left    share   lift"
        )?;
        for (group, tenth) in self.deciles.iter().zip(1..) {
            writeln!(
                out,
                "  {tenth:>5}  {:>5}  {:>5}  {:>5.1} %  {:>5.2}",
                group.rows,
                group.left,
                100.0 * group.share(),
                group.lift
            )?;
        }
        Ok(())
    }
}
