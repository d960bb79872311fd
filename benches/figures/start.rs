//! Benchmark of the startup time: from process start to the first response, on an empty embedded spreadsheet.

use std::time::Instant;

use crate::{
    program::Program,
    table::{Line, median},
};

const ROUNDS: usize = 10;

/// One line.
pub fn measure() -> Vec<Line> {
    let milliseconds: Vec<f64> = (0..ROUNDS).map(|_| once()).collect();
    let longest = milliseconds.iter().copied().fold(0.0, f64::max);
    let middle = median(milliseconds);
    vec![Line {
        what: "start to first answered request (embedded, empty)".to_owned(),
        figure: "≤ 100 ms",
        measured: format!("{middle:.0} ms (longest {longest:.0})"),
        floor: String::new(),
        ratio: None,
        reached: Some(middle <= 100.0),
    }]
}

fn once() -> f64 {
    let folder = tempfile::tempdir().expect("folder");
    let start = Instant::now();
    let program = Program::tallyboard(folder.path());
    program.get("/leaderboard", "accept: text/html\r\n").expect(200);
    start.elapsed().as_secs_f64() * 1e3
}
