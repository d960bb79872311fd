//! How good chances are, once it is known who left.

/// The chance that was given to a row, and whether it left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// From 0 to 1.
    pub chance: f64,
    /// Whether it left.
    pub left: bool,
}

/// Some rows of like chances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// How many.
    pub rows: usize,
    /// How many of them left.
    pub left: usize,
    /// The mean of their chances.
    pub chance: f64,
    /// How often they left, compared with all rows: 2 means twice as often.
    pub lift: f64,
}

impl Group {
    fn of(rows: &[Judged], overall: f64) -> Self {
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

    /// How often they left, from 0 to 1.
    pub fn share(&self) -> f64 {
        self.left as f64 / self.rows.max(1) as f64
    }
}

/// The area under the ROC curve: how often a row that left was given a higher chance than one that stayed, an equal one
/// counted half. By ranks (<https://en.wikipedia.org/wiki/Mann%E2%80%93Whitney_U_test>). `None` without rows of both kinds.
pub fn auc(judged: &[Judged]) -> Option<f64> {
    let mut rows = judged.to_vec();
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

/// The Brier score: the mean of the squared distances between chance and outcome; 0 is best
/// (<https://en.wikipedia.org/wiki/Brier_score>).
pub fn brier(judged: &[Judged]) -> f64 {
    let squares = judged.iter().map(|row| (row.chance - f64::from(row.left)).powi(2));
    squares.sum::<f64>() / judged.len().max(1) as f64
}

/// Ten groups of equally many rows, the highest chances first: their lift, and read together chance against share, how well
/// the chances are calibrated.
pub fn deciles(judged: &[Judged]) -> Vec<Group> {
    let mut rows = judged.to_vec();
    rows.sort_by(|one, other| other.chance.total_cmp(&one.chance));
    let overall = rows.iter().filter(|row| row.left).count() as f64 / rows.len().max(1) as f64;
    let bound = |tenth: usize| rows.len() * tenth / 10;
    let groups = (0..10).map(|tenth| &rows[bound(tenth)..bound(tenth + 1)]);
    groups
        .filter(|rows| !rows.is_empty())
        .map(|rows| Group::of(rows, overall))
        .collect()
}

/// Rows by ranges of chances of a tenth each, the lowest first; a range without rows is left out.
pub fn calibration(judged: &[Judged]) -> Vec<(f64, Group)> {
    let overall = judged.iter().filter(|row| row.left).count() as f64 / judged.len().max(1) as f64;
    let tenth = |row: &&Judged| ((row.chance * 10.0) as usize).min(9);
    let ranges = (0..10).map(|range| {
        let rows: Vec<Judged> = judged.iter().filter(|row| tenth(row) == range).copied().collect();
        (range as f64 / 10.0, rows)
    });
    ranges
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(from, rows)| (from, Group::of(&rows, overall)))
        .collect()
}
