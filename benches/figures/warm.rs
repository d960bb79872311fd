//! Benchmark of a cached board page against a handler that returns the same bytes.

use std::time::Duration;

use crate::{
    bare, load,
    program::{Answer, Program},
    table::{Line, median},
};

const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_secs(1);
const PAGE: &str = "/leaderboard";

/// One line per encoding.
pub fn measure() -> Vec<Line> {
    let folder = tempfile::tempdir().expect("folder");
    let board = Program::tallyboard(folder.path());
    board.post("/leaderboard/sample", "").expect(303);
    ["", "br"]
        .into_iter()
        .map(|encoding| compare(&board, encoding))
        .collect()
}

fn compare(board: &Program, encoding: &str) -> Line {
    let asked = asked(encoding);
    let page: Answer = board.get(PAGE, &asked).expect(200);
    assert_eq!(page.header("content-encoding").unwrap_or(""), encoding);
    let file = tempfile::NamedTempFile::new().expect("file");
    std::fs::write(file.path(), &page.body).expect("written");
    let bare = bare::start(file.path(), encoding);

    let mut measured = Rounds::default();
    let mut floor = Rounds::default();
    for round in 0..=ROUNDS {
        // The first round is a warm-up.
        floor.run(&bare, ("/", &asked), round > 0);
        measured.run(board, (PAGE, &asked), round > 0);
    }
    let ratio = median(
        measured
            .answers
            .iter()
            .zip(&floor.answers)
            .map(|(one, other)| one / other)
            .collect(),
    );
    let name = if encoding.is_empty() { "identity" } else { encoding };
    Line {
        what: format!("warm board page, {name}, {} bytes", page.body.len()),
        figure: "≥ 0.50 of bare axum",
        measured: measured.told(),
        floor: floor.told(),
        ratio: Some(ratio),
        reached: Some(ratio >= 0.5),
    }
}

fn asked(encoding: &str) -> String {
    let accept = "accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";
    match encoding {
        "" => accept.to_owned(),
        encoding => format!("{accept}accept-encoding: gzip, {encoding}\r\n"),
    }
}

#[derive(Default)]
struct Rounds {
    answers: Vec<f64>,
    microseconds: Vec<f64>,
}

impl Rounds {
    fn run(&mut self, program: &Program, (path, headers): (&str, &str), counts: bool) {
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
        let before = program.processor_seconds();
        let answers = load::answers_a_second(program.address, &request, ROUND);
        let used = program.processor_seconds() - before;
        if counts {
            self.answers.push(answers);
            self.microseconds.push(used * 1e6 / (answers * ROUND.as_secs_f64()));
        }
    }

    fn told(&self) -> String {
        let answers = median(self.answers.clone());
        let microseconds = median(self.microseconds.clone());
        format!("{answers:.0}/s, {microseconds:.0} µs of CPU each")
    }
}
