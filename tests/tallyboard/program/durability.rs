//! Durability of the embedded spreadsheet: acknowledged writes survive a kill of the program.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

/// The program in a process of its own.
struct Process {
    child: Child,
    url: String,
    id: String,
}

impl Process {
    fn start(data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tallyboard"));
        command
            .args(["emulator", "--listen", "127.0.0.1:0", "--any-token", "--data"])
            .arg(data);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines().take(3);
        let lines: Vec<String> = lines.map(|line| line.expect("a line")).collect();
        let value = |name: &str| {
            let found = lines
                .iter()
                .find_map(|line| line.strip_prefix(&format!("export {name}=")));
            found.unwrap_or_else(|| panic!("no {name} in {lines:?}")).to_owned()
        };
        assert_eq!(
            value("GOOGLE_APPLICATION_CREDENTIALS"),
            data.join("service-account.json").display().to_string()
        );
        Self {
            url: value("SHEETS_API_URL"),
            id: value("SPREADSHEET_ID"),
            child,
        }
    }

    fn address(&self, rest: &str) -> String {
        format!("{}/v4/spreadsheets/{}{rest}", self.url, self.id)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answered_write_is_lost_to_a_kill_in_the_middle_of_writes() {
    let directory = tempfile::tempdir().expect("directory");
    let client = reqwest::Client::builder().no_proxy().build().expect("client");
    let mut answered: Vec<String> = Vec::new();
    for round in 0..3 {
        let mut process = Process::start(directory.path());
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        for writer in 0..4 {
            let (client, sender, address) = (client.clone(), sender.clone(), process.address(":batchUpdate"));
            tokio::spawn(async move {
                for number in 0.. {
                    let id = format!("{round}-{writer}-{number}");
                    let request = client.post(&address).bearer_auth("any").json(&insert(&id)).send();
                    match request.await {
                        Ok(answer) if answer.status().is_success() => sender.send(id).expect("the test listens"),
                        _ => break,
                    }
                }
            });
        }
        drop(sender);
        for _ in 0..40 {
            answered.extend(receiver.recv().await);
        }
        process.child.kill().expect("killed");
        while let Some(id) = receiver.recv().await {
            answered.push(id);
        }
    }
    let process = Process::start(directory.path());
    let request = client
        .get(process.address("/values/Sheet1!A1:A"))
        .bearer_auth("any")
        .send();
    let body: Value = request.await.expect("an answer").json().await.expect("JSON");
    let mut kept: Vec<&str> = body["values"]
        .as_array()
        .expect("rows")
        .iter()
        .filter_map(|row| row[0].as_str())
        .collect();
    kept.sort_unstable();
    assert!(kept.windows(2).all(|pair| pair[0] != pair[1]), "a row is there twice");
    assert!(answered.len() >= 120);
    for id in &answered {
        assert!(
            kept.binary_search(&id.as_str()).is_ok(),
            "{id} was answered and is lost"
        );
    }
}

/// Batch that inserts a row at the top, as the program's own store does.
fn insert(id: &str) -> Value {
    let rows = json!({"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 1});
    let cells = json!([{"userEnteredValue": {"stringValue": id}}]);
    json!({"requests": [
        {"insertDimension": {"range": rows}},
        {"updateCells": {"start": {"sheetId": 0}, "rows": [{"values": cells}], "fields": "userEnteredValue"}},
    ]})
}
