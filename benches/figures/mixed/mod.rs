//! Mixed load: hundreds of connections from many addresses that read, write, export, upload and listen at once.
//!
//! `cargo bench -- mixed` takes five minutes, `cargo bench -- mixed 60` sixty seconds, each after a warm-up and with two
//! pauses of half a minute. The program runs behind one trusted proxy: every connection has an address of its own on
//! the loopback network and says the caller's address in `X-Forwarded-For`, so that the limits of one address decide
//! nothing. Afterwards the program is stopped and started again, and every row that was acknowledged is looked for in
//! the CSV files of the new process.

mod addresses;
mod client;
mod ledger;
mod report;
mod requests;
mod roles;

use std::{sync::Arc, time::Duration};

use tempfile::TempDir;

use crate::{
    mixed::{
        client::Client,
        ledger::Ledger,
        report::{Measured, Memory},
        roles::Role,
    },
    program::Program,
    table::Line,
};

/// Duration unless another is given.
pub const DEFAULT_SECONDS: u64 = 300;
/// Pause before memory is read: longer than the ten seconds after which an idle program returns what it does not need.
const REST: Duration = Duration::from_secs(30);
/// Interval between two readings of memory and open files.
const SAMPLE_EVERY: Duration = Duration::from_secs(1);

/// Connections of each role.
const CROWD: [(Role, usize); 6] = [
    (Role::Reader, 190),
    (Role::Listener, 60),
    (Role::Writer, 40),
    (Role::Exporter, 12),
    (Role::Historian, 6),
    (Role::Uploader, 4),
];

/// Runs the load for `seconds`.
pub async fn measure(seconds: u64) -> Vec<Line> {
    let folder = tempfile::tempdir().expect("folder");
    let program = Program::behind_proxy(folder.path());
    let ledger = Arc::new(Ledger::default());
    requests::fill(&program, &ledger).await;
    let warm_up = Duration::from_secs((seconds / 10).clamp(5, 30));
    eprintln!(
        "mixed: {} s of warm-up, then {} s of rest",
        warm_up.as_secs(),
        REST.as_secs()
    );
    load(&program, &ledger, warm_up).await;
    ledger.forget_answers();
    tokio::time::sleep(REST).await;

    let before = Memory::of(&program);
    eprintln!("mixed: {seconds} s of load, then {} s of rest", REST.as_secs());
    let peak = load(&program, &ledger, Duration::from_secs(seconds)).await;
    tokio::time::sleep(REST).await;
    let after = Memory::of(&program);
    drop_program(program);

    let missing = recount(&folder, &ledger).await;
    report::lines(&Measured {
        seconds,
        connections: CROWD.iter().map(|(_, count)| count).sum(),
        ledger: &ledger,
        before,
        peak,
        after,
        missing,
    })
}

/// Lets every connection do its part for `time`; returns the highest memory and number of open files.
async fn load(program: &Program, ledger: &Arc<Ledger>, time: Duration) -> Memory {
    let until = tokio::time::Instant::now() + time;
    let mut number = 0;
    let mut connections = tokio::task::JoinSet::new();
    for (role, count) in CROWD {
        for _ in 0..count {
            let client = Client::new(program.address, number);
            connections.spawn(role.run(client, Arc::clone(ledger), until));
            number += 1;
        }
    }
    let mut peak = Memory::of(program);
    while tokio::time::Instant::now() < until {
        tokio::time::sleep(SAMPLE_EVERY).await;
        peak = peak.highest(Memory::of(program));
    }
    while let Some(ended) = connections.join_next().await {
        ended.expect("no connection panics");
    }
    peak.highest(Memory::of(program))
}

/// Ends the program as a host does.
fn drop_program(program: Program) {
    assert_eq!(program.stop(), Some(0), "the program ends when it is asked to");
}

/// Acknowledged rows that a new process on the same data does not show, each as a sentence.
async fn recount(folder: &TempDir, ledger: &Ledger) -> Vec<String> {
    let program = Program::behind_proxy(folder.path());
    let client = Client::new(program.address, 0);
    let claims = client.download("/leaderboard/claims?format=csv").await;
    let deals = client.download("/deals/list?format=csv&lang=en").await;
    ledger.missing_from(&claims, &deals)
}
