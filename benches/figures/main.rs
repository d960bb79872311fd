//! Benchmarks of the performance targets, each measured next to its floor in the same run.
//!
//! `cargo bench` runs all and prints one table; `cargo bench -- memory start` runs only those parts. A missed target is
//! printed and does not fail the run, because results from a busy machine say nothing certain about a change.
//!
//! The mixed load runs only when it is named: `cargo bench -- mixed`, or `cargo bench -- mixed 60` for sixty seconds.

mod bare;
mod calls;
mod customers;
mod growth;
mod load;
mod memory;
mod mixed;
mod program;
mod rows;
mod settling;
mod spreadsheet;
mod start;
mod table;
mod warm;
mod weight;
mod world;

use crate::table::Line;

const PARTS: [&str; 8] = [
    "warm",
    "calls",
    "growth",
    "settling",
    "start",
    "memory",
    "weight",
    "customers",
];

/// Part that takes minutes, and so only runs by name.
const MIXED: &str = "mixed";

#[tokio::main]
async fn main() {
    // Cargo passes `--bench`.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let Some((bare::COMMAND, arguments)) = words.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return bare::serve(arguments).await;
    }
    let mut lines = Vec::new();
    if words.iter().any(|word| word == MIXED) {
        let seconds = words.iter().find_map(|word| word.parse().ok());
        eprintln!("measuring: {MIXED}");
        lines.extend(mixed::measure(seconds.unwrap_or(mixed::DEFAULT_SECONDS)).await);
    }
    for part in PARTS
        .into_iter()
        .filter(|part| words.is_empty() || words.iter().any(|word| word == part))
    {
        eprintln!("measuring: {part}");
        let measured = measure(part).await;
        eprintln!("{}", table::render(&measured));
        lines.extend(measured);
    }
    println!("{}", table::render(&lines));
}

async fn measure(part: &str) -> Vec<Line> {
    match part {
        "warm" => blocking(warm::measure).await,
        "calls" => calls::measure().await,
        "growth" => growth::measure().await,
        "settling" => settling::measure().await,
        "start" => blocking(start::measure).await,
        "memory" => memory::measure().await,
        "weight" => blocking(weight::measure).await,
        "customers" => customers::measure().await,
        unknown => unreachable!("no part is called {unknown}"),
    }
}

async fn blocking(measure: fn() -> Vec<Line>) -> Vec<Line> {
    tokio::task::spawn_blocking(measure).await.expect("measured")
}
