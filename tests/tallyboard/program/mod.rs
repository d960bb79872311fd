//! Tests of the program as a process: commands, settings, start, shutdown.

mod customers_commands;
mod durability;
mod fake_sources;
mod live_streams;
pub mod processes;
mod storage;

use std::{
    process::{Command, Output},
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    program::processes::{Running, Sheets, folder, program, serve},
    world::form,
};

/// Submits a claim for `company` as a browser does.
async fn claim(address: &str, company: &str, key: &str) -> StatusCode {
    let request = browser().post(format!("{address}/leaderboard/submissions"));
    let sent = request.form(&form("Kate", company, &["GitHub"], key)).send().await;
    sent.expect("answer").status()
}

async fn board(address: &str) -> Value {
    let answer = browser().get(format!("{address}/leaderboard")).send().await;
    answer.expect("answer").json().await.expect("JSON")
}

fn output(mut command: Command) -> (Output, String) {
    let output = command.output().expect("program");
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    (output, text)
}

fn browser() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("client")
}

#[tokio::test]
async fn without_any_account_it_starts_keeps_its_rows_and_ends_when_asked() {
    let folder = folder();
    let (running, address) = serve(program(folder.path()));
    assert_eq!(claim(&address, "Acme", "k").await, StatusCode::SEE_OTHER);
    assert_eq!(running.stop(), Some(0));
    assert!(folder.path().join("data").is_dir());

    let (running, address) = serve(program(folder.path()));
    assert_eq!(board(&address).await["by_csm"][0]["csm"], "Kate");
    assert_eq!(running.stop(), Some(0));
}

#[tokio::test]
async fn a_killed_program_has_every_claim_that_it_confirmed() {
    let folder = folder();
    let (running, address) = serve(program(folder.path()));
    for number in 0..5 {
        let status = claim(&address, &format!("Company {number}"), &format!("k{number}")).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
    }
    drop(running);
    let (_running, address) = serve(program(folder.path()));
    assert_eq!(board(&address).await["by_csm"][0]["integrations"], 5);
}

#[tokio::test]
async fn with_a_service_account_the_same_program_uses_a_spreadsheet_elsewhere() {
    let folder = folder();
    let sheets = Sheets::start(folder.path(), "sheets");
    let connected = || sheets.connected(folder.path());

    let mut check = connected();
    check.arg("check");
    let (first, told) = output(check);
    assert!(first.status.success(), "{told}");
    assert!(told.contains("Made the tab “submissions”."), "{told}");

    let (app, address) = serve(connected());
    let body = json!({"csm": "Kate", "company": "Acme", "integrations": ["GitHub"], "key": "k"});
    let sent = browser()
        .post(format!("{address}/leaderboard/submissions"))
        .json(&body)
        .send()
        .await
        .expect("answer");
    assert_eq!(sent.status(), StatusCode::CREATED);
    assert_eq!(app.stop(), Some(0));

    // The key is also accepted as content instead of a file. A key of another account is reported as the cause.
    let text = std::fs::read_to_string(&sheets.key).expect("key");
    let mut by_content = connected();
    by_content
        .env_remove("GOOGLE_APPLICATION_CREDENTIALS")
        .env("GOOGLE_SERVICE_ACCOUNT_JSON", &text)
        .arg("check");
    let (second, told) = output(by_content);
    assert!(second.status.success(), "{told}");

    let mut wrong_id = connected();
    wrong_id.env("SPREADSHEET_ID", "nowhere").arg("check");
    let (third, told) = output(wrong_id);
    assert_eq!(third.status.code(), Some(1));
    assert!(told.contains("There is no spreadsheet with the id “nowhere”"), "{told}");

    let other = Sheets::start(folder.path(), "other");
    let mut foreign_key: Value =
        serde_json::from_str(&std::fs::read_to_string(&other.key).expect("key")).expect("JSON");
    let own: Value = serde_json::from_str(&text).expect("JSON");
    foreign_key["token_uri"] = own["token_uri"].clone();
    foreign_key["client_email"] = own["client_email"].clone();
    let mut bad_key = connected();
    bad_key
        .env_remove("GOOGLE_APPLICATION_CREDENTIALS")
        .env("GOOGLE_SERVICE_ACCOUNT_JSON", foreign_key.to_string())
        .arg("check");
    let (fourth, told) = output(bad_key);
    assert_eq!(fourth.status.code(), Some(1));
    assert!(
        told.contains("is not valid") && told.contains("make a new JSON key"),
        "{told}"
    );
}

#[tokio::test]
async fn a_claim_in_flight_is_written_and_answered_before_the_program_ends() {
    let folder = folder();
    let sheets = Sheets::start(folder.path(), "sheets");
    let url = &sheets.url;
    let (app, address) = serve(sheets.connected(folder.path()));

    let browser = browser();
    let slow = json!({"match": "batchUpdate", "times": 1, "fault": "slow", "delay_ms": 700});
    assert!(
        browser
            .post(format!("{url}/_emulator/faults"))
            .json(&slow)
            .send()
            .await
            .expect("answer")
            .status()
            .is_success()
    );
    browser
        .delete(format!("{url}/_emulator/calls"))
        .send()
        .await
        .expect("answer");
    let request =
        browser
            .post(format!("{address}/leaderboard/submissions"))
            .form(&form("Kate", "Acme", &["GitHub"], "k"));
    let sent = tokio::spawn(request.send());
    // The write has reached the emulator, which delays its response.
    loop {
        let calls: Value = browser
            .get(format!("{url}/_emulator/calls"))
            .send()
            .await
            .expect("answer")
            .json()
            .await
            .expect("JSON");
        if calls["writes"] == 1 {
            break;
        }
    }
    assert_eq!(app.stop(), Some(0));
    assert_eq!(
        sent.await.expect("task").expect("answer").status(),
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_token_service_that_fails_once_or_forgets_its_tokens_is_asked_again() {
    let folder = folder();
    let sheets = Sheets::start(folder.path(), "sheets");
    let url = &sheets.url;
    let browser = browser();
    let fault = async |fault: &str, part: &str| {
        let body = json!({"match": part, "times": 1, "fault": fault});
        assert!(
            browser
                .post(format!("{url}/_emulator/faults"))
                .json(&body)
                .send()
                .await
                .expect("answer")
                .status()
                .is_success()
        );
    };
    fault("503", "token").await;
    let (_app, address) = serve(sheets.connected(folder.path()));
    let board = browser
        .get(format!("{address}/leaderboard"))
        .send()
        .await
        .expect("answer");
    assert_eq!(board.status(), StatusCode::OK);
    fault("401", "batchUpdate").await;
    let sent = browser
        .post(format!("{address}/leaderboard/submissions"))
        .form(&form("Kate", "Acme", &["GitHub"], "k"))
        .send()
        .await
        .expect("answer");
    assert_eq!(sent.status(), StatusCode::SEE_OTHER);
}

/// Half of the time that the program gives to requests in flight after the signal.
const SOON: Duration = Duration::from_secs(4);

#[tokio::test]
async fn callers_who_are_idle_or_never_finish_a_head_do_not_delay_the_end_on_either_port() {
    use std::{io::Write, net::TcpStream};
    let folder = folder();
    let mut running = Running::start(program(folder.path()));
    let app = running.line("Tallyboard runs at ");
    let sheet = running.line("Embedded spreadsheet: ");
    let mut held = Vec::new();
    for url in [&app, &sheet] {
        let host = url.trim_start_matches("http://").split('/').next().expect("host");
        for begun in [
            "",
            "GET /health HTT",
            "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        ] {
            let mut half = TcpStream::connect(host).expect("connection");
            half.write_all(begun.as_bytes()).expect("written");
            held.push(half);
        }
    }
    let asked = Instant::now();
    assert_eq!(running.stop(), Some(0));
    assert!(
        asked.elapsed() < SOON,
        "{:?} with {} connections",
        asked.elapsed(),
        held.len()
    );
}

#[tokio::test]
async fn a_second_signal_ends_the_program_at_once() {
    use std::{io::Write, net::TcpStream};
    let folder = folder();
    let (mut running, address) = serve(program(folder.path()));
    let mut slow = TcpStream::connect(address.trim_start_matches("http://")).expect("connection");
    let body_to_come =
        "POST /deals HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
    slow.write_all(body_to_come.as_bytes()).expect("written");
    // Answered after the request above has been taken, because connections are accepted in order.
    assert!(
        browser()
            .get(format!("{address}/health"))
            .send()
            .await
            .expect("answer")
            .status()
            .is_success()
    );
    let asked = Instant::now();
    running.signal();
    running.logs("asked to stop: finishing the writes in flight");
    running.signal();
    running.logs("asked to stop again: ending at once");
    assert_eq!(running.wait(), Some(1));
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
}

#[tokio::test]
async fn the_health_check_tells_a_running_program_from_none() {
    let folder = folder();
    let (running, address) = serve(program(folder.path()));
    let port = address.rsplit(':').next().expect("port").to_owned();
    let ask = || {
        let mut command = program(folder.path());
        command.env("PORT", &port).arg("healthcheck");
        output(command)
    };
    let (well, told) = ask();
    assert!(well.status.success(), "{told}");
    assert_eq!(running.stop(), Some(0));
    let (gone, told) = ask();
    assert_eq!(gone.status.code(), Some(1));
    assert!(told.contains("does not answer"), "{told}");
}

#[tokio::test]
async fn a_folder_or_a_port_that_is_taken_is_named() {
    let folder = folder();
    let (_running, address) = serve(program(folder.path()));
    let (refused, told) = output(program(folder.path()));
    assert_eq!(refused.status.code(), Some(1));
    assert!(told.contains("another program uses data/spreadsheets.redb"), "{told}");
    let mut command = program(folder.path());
    command.env("PORT", address.rsplit(':').next().expect("port"));
    let (refused, told) = output(command);
    assert_eq!(refused.status.code(), Some(1));
    assert!(told.contains("Set PORT to another one."), "{told}");
}

#[test]
fn half_a_configuration_refuses_to_start_in_a_sentence() {
    let folder = folder();
    let mut command = program(folder.path());
    command.env("SPREADSHEET_ID", "abc");
    let (refused, told) = output(command);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        told.contains("SPREADSHEET_ID is set, but there is no service-account key."),
        "{told}"
    );
    assert!(!told.contains("panicked"), "{told}");
}

/// Each line of the standard error of a program that could not start, as JSON.
fn json_errors(mut command: Command) -> (Option<i32>, Vec<Value>) {
    let output = command.env("ENVIRONMENT", "production").output().expect("program");
    let lines = String::from_utf8(output.stderr).expect("UTF-8");
    let lines = lines.lines().map(|line| {
        let parsed = serde_json::from_str(line);
        parsed.unwrap_or_else(|_| panic!("not JSON: {line}"))
    });
    (output.status.code(), lines.collect())
}

#[tokio::test]
async fn in_production_an_error_before_the_start_is_a_line_of_json_like_the_rest_of_the_log() {
    let folder = folder();
    let (_running, address) = serve(program(folder.path()));
    let port = address.rsplit(':').next().expect("port");
    for (setting, value, expected) in [
        ("REMINDERS_TOKEN", "a", "REMINDERS_TOKEN has 1 character"),
        ("RUST_LOG", "!!!bad", "RUST_LOG is “!!!bad”"),
        ("RUST_LOG", "off", "another program uses data/spreadsheets.redb"),
        ("PORT", port, "cannot be used"),
        ("SECRETS_FILE", "a\u{202e}\nb.json", "b.json cannot be read"),
    ] {
        let mut command = program(folder.path());
        command.env(setting, value);
        let (code, lines) = json_errors(command);
        assert_eq!(code, Some(1), "{setting}");
        let error = lines.last().expect("a line");
        assert_eq!(error["level"], "ERROR", "{error}");
        assert!(error["timestamp"].is_string() && error["target"].is_string(), "{error}");
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn the_manual_names_every_setting_and_command() {
    let folder = folder();
    let mut command = program(folder.path());
    command.arg("--help");
    let (shown, manual) = output(command);
    assert!(shown.status.success());
    for word in [
        "serve",
        "check",
        "emulator",
        "healthcheck",
        "SPREADSHEET_ID",
        "GOOGLE_SERVICE_ACCOUNT_JSON",
        "TIME_ZONE",
        "secrets.example.json",
    ] {
        assert!(manual.contains(word), "{word} is not in the manual");
    }
    let config = concat!(
        include_str!("../../../src/config/mod.rs"),
        include_str!("../../../src/config/sources/mod.rs")
    );
    let names = config
        .split('"')
        .filter(|word| word.len() > 3 && word.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_'));
    let mut checked = 0;
    for name in names {
        assert!(manual.contains(name), "the setting {name} is not in the manual");
        checked += 1;
    }
    assert!(checked > 10, "only {checked} settings found");
}

#[tokio::test]
async fn a_file_is_imported_from_the_command_line() {
    let folder = folder();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("file");
    let import = |file: &str, more: &[&str]| {
        let mut command = program(folder.path());
        command.args(["import", "deals", file]).args(more);
        let (output, text) = output(command);
        (output.status.code(), text)
    };
    write(
        "crm.csv",
        "Client;Statut;Montant\nAcme;Qualifié;12 500,50 €\nBleu;Gagné;900\n",
    );
    let (code, told) = import("crm.csv", &["--dry-run"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("2 new, 0 changed, 0 identical, 0 refused"), "{told}");
    assert!(told.contains("Nothing was written."), "{told}");

    let (code, told) = import("crm.csv", &[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("Added 2, changed 0."), "{told}");
    assert!(told.contains("/deals/import/"), "{told}");
    let (code, told) = import("crm.csv", &[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("0 new, 0 changed, 2 identical, 0 refused"), "{told}");
    assert!(told.contains("Added 0, changed 0."), "{told}");

    write(
        "more.csv",
        "Client;Statut;Montant\nCiel;Prospect;abc\nDune;Prospect;12.500\nEau;Prospect;7\n",
    );
    let (code, told) = import("more.csv", &[]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("1 new, 0 changed, 0 identical, 2 refused"), "{told}");
    assert!(told.contains("Line 2: amount “abc”"), "{told}");
    assert!(told.contains("say --decimal comma or --decimal point"), "{told}");
    let (code, told) = import("more.csv", &["--decimal", "point"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("1 new, 0 changed, 1 identical, 1 refused"), "{told}");

    let (code, told) = import("nowhere.csv", &[]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("nowhere.csv cannot be read"), "{told}");

    let (running, address) = serve(program(folder.path()));
    let (code, told) = import("crm.csv", &[]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("Tallyboard is running on this data"), "{told}");
    let answer = browser().get(format!("{address}/deals")).send().await.expect("answer");
    let board: Value = answer.json().await.expect("JSON");
    assert_eq!(board["kpis"]["deal_count"], 4);
    assert_eq!(running.stop(), Some(0));
}
