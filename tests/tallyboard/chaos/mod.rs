//! The chaos story: two programs on one spreadsheet, many clients, staff who turn the sheet upside down meanwhile, one
//! call in ten going wrong, and one program killed in the middle. Afterwards every promise is counted.
//!
//! `cargo test --test tallyboard chaos -- --nocapture` runs it alone and prints its counts. In the environment, `CHAOS=10` makes it
//! ten times as much, `CHAOS_SEED` makes other chances fall, `CHAOS_PACE` gives staff another pace, and `CHAOS_LOG` names a file
//! for what the programs log.
//!
//! What is promised holds for staff who act at a person's pace. A repair that is hit by the next move is repaired in its
//! turn, but at four changes a second without rest (`CHAOS_PACE=250`) the moves come faster than repairs of repairs, and
//! some runs end with a row doubled.

mod clients;
mod reckoning;
mod staff;

use std::{collections::BTreeMap, process::Stdio, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::sync::watch;

use self::{
    clients::{Apps, Submitted, Updated},
    staff::Staff,
};
use crate::processes::{Sheets, folder, serve};

const SUBMISSIONS: usize = 1_000;
const DEALS: usize = 100;
const UPDATES: usize = 300;
/// Clients that send at the same time.
const CLIENTS: usize = 40;

/// How many times the usual load.
fn times() -> usize {
    std::env::var("CHAOS")
        .ok()
        .and_then(|times| times.parse().ok())
        .unwrap_or(1)
}

/// `CHAOS_SEED` in the environment makes other chances fall.
fn seed() -> u64 {
    let seed = std::env::var("CHAOS_SEED").ok();
    seed.and_then(|seed| seed.parse().ok()).unwrap_or(5)
}

/// Pause between two changes of staff, in milliseconds in `CHAOS_PACE` in the environment: 1000 where it is not set, as
/// from several people who never rest.
fn pace() -> Duration {
    let pace = std::env::var("CHAOS_PACE").ok();
    Duration::from_millis(pace.and_then(|pace| pace.parse().ok()).unwrap_or(1_000))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_doubled_or_misplaced_while_everything_goes_wrong_at_once() {
    let folder = folder();
    let sheets = Sheets::open_to_staff(folder.path());
    let connected = || {
        let mut command = sheets.connected(folder.path());
        // The quota has stories of its own; here it would only make the chaos long.
        command
            .env("SHEETS_CALLS_PER_MINUTE", "60000")
            .env("SHEETS_TIMEOUT_SECONDS", "1")
            .env("POSTS_PER_MINUTE", "1000000")
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
    let upheaval = tokio::spawn(staff.turn_everything_upside_down(stopped));
    let submissions = tokio::spawn(clients::submit_all(Arc::clone(&apps), SUBMISSIONS * times()));
    let updates = tokio::spawn(clients::update_all(Arc::clone(&apps), deals.clone(), UPDATES));
    apps.until_answered(SUBMISSIONS * times() / 3).await;
    // Dropping a running program kills it, as `kill -9` does.
    drop(second);
    let (second, address) = serve(connected());
    apps.replace_second(address);

    let submitted: Vec<Submitted> = submissions.await.expect("submissions");
    let updated: Vec<Updated> = updates.await.expect("updates");
    drop(stop);
    let staff = upheaval.await.expect("staff");
    heal(&sheets).await;
    assert_eq!(first.stop(), Some(0));
    assert_eq!(second.stop(), Some(0));

    let calls = calls(&sheets).await;
    let found = reckoning::Found::read(&staff).await;
    println!("{}", found.check(&submitted, &deals, &updated, &staff));
    println!("calls: {calls}");
}

/// Where the programs write their log: nowhere, or into the file that `CHAOS_LOG` in the environment names.
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

async fn heal(sheets: &Sheets) {
    let url = format!("{}/_emulator/faults", sheets.url);
    reqwest::Client::new().delete(url).send().await.expect("answer");
}

async fn calls(sheets: &Sheets) -> Value {
    let url = format!("{}/_emulator/calls", sheets.url);
    let answer = reqwest::get(url).await.expect("answer");
    answer.json().await.expect("JSON")
}

/// Time after which a client gives an answer up.
const CLIENT_PATIENCE: Duration = Duration::from_secs(40);

/// A deal as its creation was confirmed: the client's name by id.
type Deals = BTreeMap<u64, String>;
