//! The recorded calls of the real service, replayed.

use std::path::{Path, PathBuf};
use std::process::Command;

use tallyboard::emulator::Options;

use super::World;

/// Every recorded call agrees but those about spreadsheets that came into being through Drive alone.
const LEAST_SHARE: f64 = 0.83;
const LEAST_CASSETTES: u32 = 62;

/// Where the recordings are.
fn sheets() -> PathBuf {
    let shared = std::env::var_os("TALLYBOARD_SHARED").map(PathBuf::from);
    shared
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"))
        .join("sheets")
}

/// The whole numbers in a text.
fn numbers(text: &str) -> Vec<u32> {
    text.split(|letter: char| !letter.is_ascii_digit())
        .filter_map(|word| word.parse().ok())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_calls_get_the_recorded_answers() {
    let script = sheets().join("replay_check.py");
    let has_python = Command::new("python3").arg("--version").output().is_ok();
    if !script.exists() || !has_python {
        eprintln!("SKIPPED: no recordings at {} or no python3", script.display());
        return;
    }
    let world = World::with(Options {
        any_token: true,
        ..Options::default()
    })
    .await;
    let url = world.emulator.url();
    let replayed = tokio::task::spawn_blocking(move || Command::new("python3").arg(script).arg(url).output());
    let output = replayed.await.expect("task").expect("python3 runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines = text.lines().rev();
    let (cassettes, calls) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    println!("{calls}; {cassettes}");
    let (&[same, different], &[matching, _]) = (&numbers(calls)[..], &numbers(cassettes)[..]) else {
        panic!(
            "the replay ended with {text}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let share = f64::from(same) / f64::from(same + different);
    assert!(
        share >= LEAST_SHARE && matching >= LEAST_CASSETTES,
        "{share:.3} of the calls agree\n{text}"
    );
}
