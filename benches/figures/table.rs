//! Result table of the benchmarks.

/// A line of the table.
pub struct Line {
    /// What was measured.
    pub what: String,
    /// Target; empty for a line that only explains another.
    pub figure: &'static str,
    /// Measured value with its unit.
    pub measured: String,
    /// Lower bound on the same machine, with its unit; empty where there is none.
    pub floor: String,
    /// Measured value divided by the floor.
    pub ratio: Option<f64>,
    /// Whether the target is met; `None` without a target.
    pub reached: Option<bool>,
}

const HEADER: [&str; 6] = ["what", "figure", "measured", "floor", "ratio", "reached"];

/// Renders the lines as a Markdown table.
pub fn render(lines: &[Line]) -> String {
    let mut cells = vec![HEADER.map(str::to_owned)];
    cells.extend(lines.iter().map(|line| {
        [
            line.what.clone(),
            line.figure.to_owned(),
            line.measured.clone(),
            line.floor.clone(),
            line.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}")),
            line.reached
                .map_or("", |reached| if reached { "yes" } else { "MISSED" })
                .to_owned(),
        ]
    }));
    let widths: [usize; 6] =
        std::array::from_fn(|column| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let written = |row: &[String; 6]| {
        let padded = row.iter().zip(widths).map(|(cell, width)| format!(" {cell:width$} |"));
        format!("|{}\n", padded.collect::<String>())
    };
    let rule: String = widths
        .iter()
        .map(|width| format!("{}|", "-".repeat(width + 2)))
        .collect();
    let mut rows = cells.iter().map(written);
    let header = rows.next().unwrap_or_default();
    format!("{header}|{rule}\n{}", rows.collect::<String>())
}

/// Median; the upper of the two middle values for an even number.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
