//! Benchmark of resident memory: idle after the first page, with a large sheet, and with a large sheet under writes.

use std::time::Duration;

use crate::{
    program::{Program, Resident, megabytes},
    spreadsheet,
    table::Line,
};

const ROWS: usize = 100_000;
/// An idle program returns memory to the system after ten to twenty seconds.
const REST: Duration = Duration::from_secs(22);
const WRITES: usize = 40;
const BROWSER: &str = "accept: text/html\r\naccept-encoding: br\r\n";

/// One line per state.
pub async fn measure() -> Vec<Line> {
    let full = spreadsheet::filled(ROWS).await;
    let measure = move || {
        let empty = tempfile::tempdir().expect("folder");
        let idle = after_first_view(&Program::tallyboard(empty.path()));
        let board = Program::tallyboard(full.path());
        let viewed = after_first_view(&board);
        let written = after_writes(&board);
        vec![
            line(
                "resident memory, idle (22 s after the first page)".to_owned(),
                "≤ 30 MB",
                (idle, 30.0),
            ),
            line(
                format!("resident memory, {ROWS} rows viewed"),
                "≤ 150 MB",
                (viewed, 150.0),
            ),
            line(
                format!("resident memory, {ROWS} rows, after {WRITES} submissions and views"),
                "≤ 150 MB",
                (written, 150.0),
            ),
        ]
    };
    tokio::task::spawn_blocking(measure).await.expect("measured")
}

fn after_first_view(program: &Program) -> Resident {
    program.get("/leaderboard", BROWSER).expect(200);
    std::thread::sleep(REST);
    program.resident()
}

fn after_writes(program: &Program) -> Resident {
    for number in 0..WRITES {
        let form = format!("csm=Kate&company=Company+{number}&integrations=GitHub&key=key-{number}");
        program.post("/leaderboard/submissions", &form).expect(303);
        program.get("/leaderboard", BROWSER).expect(200);
    }
    std::thread::sleep(REST);
    program.resident()
}

fn line(what: String, figure: &'static str, (resident, most): (Resident, f64)) -> Line {
    let now = megabytes(resident.now);
    Line {
        what,
        figure,
        measured: format!("{now:.1} MB (highest {:.1})", megabytes(resident.peak)),
        floor: String::new(),
        ratio: None,
        reached: Some(now <= most),
    }
}
