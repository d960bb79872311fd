//! How well the regression works on a table: cross-validation.

use std::fmt::{self, Write};

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    encoding::Encoding,
    measures::{Group, Judged, auc, brier, calibration, deciles},
    model::Model,
    table::Table,
};

/// Parts into which the rows are cut; each is judged by a model of the others.
pub const FOLDS: usize = 5;
/// So that the folds are the same every time.
const SEED: u64 = 20_261_121;

/// What came of a cross-validation. Every row was judged once, by a model that had not seen it.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Rows, and how many of them left.
    pub rows: (usize, usize),
    /// Columns that were used.
    pub columns: usize,
    /// What was left out, and why.
    pub notes: Vec<String>,
    /// Area under the curve of each fold.
    pub fold_aucs: Vec<f64>,
    /// Their mean, from 0.5 for guessing to 1.
    pub auc: f64,
    /// Brier score over all rows, and that of giving everybody the same chance.
    pub brier: (f64, f64),
    /// By ranges of chances.
    pub calibration: Vec<(f64, Group)>,
    /// By tenths, the highest chances first.
    pub deciles: Vec<Group>,
}

/// Cuts the rows into [`FOLDS`] parts with like shares of those who left.
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

/// Judges every row by a model of the other folds.
///
/// # Errors
/// A sentence that says how many rows of each kind are needed, or why a model could not be fitted.
pub fn evaluate(table: &Table) -> Result<Evaluation, String> {
    let left = table.left();
    if left < FOLDS || table.len() - left < FOLDS {
        return Err(format!(
            "{} of {} rows left; at least {FOLDS} that left and {FOLDS} that stayed are needed.",
            left,
            table.len()
        ));
    }
    let folds = folds(&table.labels);
    let mut judged = Vec::with_capacity(table.len());
    let mut fold_aucs = Vec::new();
    for (at, fold) in folds.iter().enumerate() {
        let others: Vec<usize> = folds
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .flat_map(|(_, rows)| rows.iter().copied())
            .collect();
        let encoding = Encoding::learn(&table.columns, &others);
        let labels: Vec<bool> = others.iter().map(|row| table.labels[*row]).collect();
        let model = Model::fit(&encoding.encode(&table.columns, &others), &labels)?;
        let features = encoding.encode(&table.columns, fold);
        let own: Vec<Judged> = fold
            .iter()
            .zip(&features)
            .map(|(row, features)| Judged {
                chance: model.chance(features),
                left: table.labels[*row],
            })
            .collect();
        fold_aucs.extend(auc(&own));
        judged.extend(own);
    }
    let share = left as f64 / table.len() as f64;
    Ok(Evaluation {
        rows: (table.len(), left),
        columns: table.columns.len(),
        notes: table.notes.clone(),
        auc: fold_aucs.iter().sum::<f64>() / fold_aucs.len().max(1) as f64,
        fold_aucs,
        brier: (brier(&judged), share * (1.0 - share)),
        calibration: calibration(&judged),
        deciles: deciles(&judged),
    })
}

/// As a table for a terminal.
impl fmt::Display for Evaluation {
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

#[cfg(test)]
#[path = "evaluation_tests.rs"]
mod tests;
