//! Quality metrics of predicted probabilities: AUC, Brier score, deciles, calibration.

/// A row with its predicted probability and its outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PredictedRow {
    /// Predicted probability, 0 to 1.
    pub chance: f64,
    /// Whether the row left.
    pub left: bool,
}

/// Rows with similar predicted probabilities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowGroup {
    /// Number of rows.
    pub rows: usize,
    /// Number of rows that left.
    pub left: usize,
    /// Mean predicted probability.
    pub chance: f64,
    /// Churn rate relative to all rows: 2 means twice the overall rate.
    pub lift: f64,
}

impl RowGroup {
    fn of(rows: &[PredictedRow], overall: f64) -> Self {
        let left = rows.iter().filter(|row| row.left).count();
        let count = rows.len().max(1) as f64;
        let share = left as f64 / count;
        Self {
            rows: rows.len(),
            left,
            chance: rows.iter().map(|row| row.chance).sum::<f64>() / count,
            lift: if overall > 0.0 { share / overall } else { 0.0 },
        }
    }

    /// Churn rate, 0 to 1.
    pub fn share(&self) -> f64 {
        self.left as f64 / self.rows.max(1) as f64
    }
}

/// Area under the ROC curve: the probability that a row that left is ranked above a row that stayed, ties counted half.
/// Computed from ranks (<https://en.wikipedia.org/wiki/Mann%E2%80%93Whitney_U_test>). `None` without rows of both
/// classes.
pub fn auc(predictions: &[PredictedRow]) -> Option<f64> {
    let mut rows = predictions.to_vec();
    rows.sort_by(|one, other| one.chance.total_cmp(&other.chance));
    let left = rows.iter().filter(|row| row.left).count();
    let stayed = rows.len() - left;
    if left == 0 || stayed == 0 {
        return None;
    }
    let mut ranks = 0.0;
    let mut before = 0;
    for tied in rows.chunk_by(|one, other| one.chance == other.chance) {
        let rank = before as f64 + (tied.len() + 1) as f64 / 2.0;
        ranks += rank * tied.iter().filter(|row| row.left).count() as f64;
        before += tied.len();
    }
    let left = left as f64;
    Some((ranks - left * (left + 1.0) / 2.0) / (left * stayed as f64))
}

/// Brier score: the mean squared difference between probability and outcome; 0 is best
/// (<https://en.wikipedia.org/wiki/Brier_score>).
pub fn brier(predictions: &[PredictedRow]) -> f64 {
    let squares = predictions.iter().map(|row| (row.chance - f64::from(row.left)).powi(2));
    squares.sum::<f64>() / predictions.len().max(1) as f64
}

/// Ten groups of equal size, highest probabilities first, for lift and calibration.
pub fn deciles(predictions: &[PredictedRow]) -> Vec<RowGroup> {
    let mut rows = predictions.to_vec();
    rows.sort_by(|one, other| other.chance.total_cmp(&one.chance));
    let overall = rows.iter().filter(|row| row.left).count() as f64 / rows.len().max(1) as f64;
    let bound = |tenth: usize| rows.len() * tenth / 10;
    let groups = (0..10).map(|tenth| &rows[bound(tenth)..bound(tenth + 1)]);
    groups
        .filter(|rows| !rows.is_empty())
        .map(|rows| RowGroup::of(rows, overall))
        .collect()
}

/// Rows by predicted probability in steps of 0.1, lowest first; empty ranges are left out.
pub fn calibration(predictions: &[PredictedRow]) -> Vec<(f64, RowGroup)> {
    let overall = predictions.iter().filter(|row| row.left).count() as f64 / predictions.len().max(1) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a probability is at least 0 and at most 1"
    )]
    let tenth = |row: &&PredictedRow| ((row.chance * 10.0) as usize).min(9);
    let ranges = (0..10).map(|range| {
        let rows: Vec<PredictedRow> = predictions.iter().filter(|row| tenth(row) == range).copied().collect();
        (range as f64 / 10.0, rows)
    });
    ranges
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(from, rows)| (from, RowGroup::of(&rows, overall)))
        .collect()
}
