//! Chaos test: two instances on one spreadsheet, many clients, staff who rearrange the sheet, faults in one of ten API
//! calls, and one instance killed half-way. At the end all guarantees are checked.
//!
//! `cargo test --test tallyboard chaos -- --ignored --nocapture` runs it alone and prints its counts. Environment variables:
//! `CHAOS=10` multiplies the load by ten, `CHAOS_SEED` sets the random seed, `CHAOS_PACE` the interval between edits of
//! staff in milliseconds, and `CHAOS_LOG` the log file of the instances.
//!
//! The guarantees hold for staff who edit at human speed. A repair that is disturbed by the next edit is itself
//! repaired, but at four edits a second without a pause (`CHAOS_PACE=250`) edits outpace these repairs, and some runs
//! end with a duplicate row.

mod clients;
mod invariants;
mod staff;

use std::{collections::BTreeMap, process::Stdio, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{
    chaos::{
        clients::{Apps, Submitted, Updated},
        staff::Staff,
    },
    program::processes::{Sheets, folder, serve},
};

const SUBMISSIONS: usize = 1_000;
const DEALS: usize = 100;
const UPDATES: usize = 300;
/// Number of concurrent clients.
const CLIENTS: usize = 40;

/// Load factor from `CHAOS`; 1 by default.
fn times() -> usize {
    std::env::var("CHAOS")
        .ok()
        .and_then(|times| times.parse().ok())
        .unwrap_or(1)
}

/// Random seed from `CHAOS_SEED`; 5 by default.
fn seed() -> u64 {
    let seed = std::env::var("CHAOS_SEED").ok();
    seed.and_then(|seed| seed.parse().ok()).unwrap_or(5)
}

/// Interval between two edits of staff, from `CHAOS_PACE` in milliseconds. The default of 1000 corresponds to several
/// people who edit without a break.
fn pace() -> Duration {
    let pace = std::env::var("CHAOS_PACE").ok();
    Duration::from_millis(pace.and_then(|pace| pace.parse().ok()).unwrap_or(1_000))
}

#[ignore = "takes two minutes: .ci/long"]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_doubled_or_misplaced_while_everything_goes_wrong_at_once() {
    let folder = folder();
    let sheets = Sheets::open_to_staff(folder.path());
    let connected = || {
        let mut command = sheets.connected(folder.path());
        // Rate limits have tests of their own; here they would only slow the test down.
        command
            .env("SHEETS_CALLS_PER_MINUTE", "60000")
            .env("SHEETS_TIMEOUT_SECONDS", "1")
            .env("POSTS_PER_MINUTE", "1000000")
            .env("GETS_PER_MINUTE", "0")
            .env("WORK_PER_MINUTE", "0")
            .env("RUST_LOG", "tallyboard=debug")
            .stderr(log());
        command
    };
    let (first, first_address) = serve(connected());
    let (second, second_address) = serve(connected());
    let apps = Arc::new(Apps::new([first_address, second_address]));
    let staff = Staff::of(&sheets);
    let deals = clients::create_deals(&apps, DEALS).await;
    staff.add_own_column().await;
    faults(&sheets, &json!({
        "match": "", "rate": 0.1, "seed": seed() + 6, "delay_ms": 200,
        "faults": ["429", "503", "commit-then-503", "timeout", "commit-then-timeout", "truncate", "commit-then-truncate",
                   "reset", "commit-then-reset", "slow", "html"],
    }))
    .await;

    let (stop, stopped) = watch::channel(());
    let rearranging = tokio::spawn(staff.rearrange_until(stopped));
    let submissions = tokio::spawn(clients::submit_all(Arc::clone(&apps), SUBMISSIONS * times()));
    let updates = tokio::spawn(clients::update_all(Arc::clone(&apps), deals.clone(), UPDATES));
    apps.until_answered(SUBMISSIONS * times() / 3).await;
    // Dropping a running instance kills it, as `kill -9` does.
    drop(second);
    let (second, address) = serve(connected());
    apps.replace_second(address);

    let submitted: Vec<Submitted> = submissions.await.expect("submissions");
    let updated: Vec<Updated> = updates.await.expect("updates");
    drop(stop);
    let staff = rearranging.await.expect("staff");
    clear_faults(&sheets).await;
    assert_eq!(first.stop(), Some(0));
    assert_eq!(second.stop(), Some(0));

    let calls = calls(&sheets).await;
    let found = invariants::Found::read(&staff).await;
    println!("{}", found.check(&submitted, &deals, &updated, &staff));
    println!("calls: {calls}");
}

/// Log destination of the instances: the file named by `CHAOS_LOG`, otherwise none.
fn log() -> Stdio {
    let Some(path) = std::env::var_os("CHAOS_LOG") else {
        return Stdio::null();
    };
    let file = std::fs::File::options().create(true).append(true).open(path);
    file.expect("log").into()
}

async fn faults(sheets: &Sheets, body: &Value) {
    let answer = reqwest::Client::new()
        .post(format!("{}/_emulator/faults", sheets.url))
        .json(body)
        .send()
        .await
        .expect("answer");
    assert!(answer.status().is_success(), "{}", answer.text().await.expect("text"));
}

async fn clear_faults(sheets: &Sheets) {
    let url = format!("{}/_emulator/faults", sheets.url);
    reqwest::Client::new().delete(url).send().await.expect("answer");
}

async fn calls(sheets: &Sheets) -> Value {
    let url = format!("{}/_emulator/calls", sheets.url);
    let answer = reqwest::get(url).await.expect("answer");
    answer.json().await.expect("JSON")
}

/// Request timeout of a client.
const CLIENT_PATIENCE: Duration = Duration::from_secs(40);

/// Client names of the confirmed deals, by id.
type Deals = BTreeMap<u64, String>;
