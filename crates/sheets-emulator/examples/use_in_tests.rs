//! The emulator inside a test of another project: start it, write and read values, meet a fault, count the calls.
//!
//! Run it with `cargo run -p sheets-emulator --example use_in_tests`.

use std::error::Error;

use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use sheets_emulator::{Emulator, EmulatorOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A free port on the loopback address, and everything in memory: each test can have an emulator of its own.
    let emulator = Emulator::start(EmulatorOptions::default()).await?;
    let sheets = SheetsClient::new(&emulator);

    sheets
        .put(
            "values/A1:B3?valueInputOption=USER_ENTERED",
            &json!({"values": [["article", "price"], ["pencil", "12.5"], ["total", "=SUM(B2:B2)"]]}),
        )
        .await?;
    let read = sheets.get("values/A1:B3").await?;
    assert_eq!(
        read["values"],
        json!([["article", "price"], ["pencil", "12.5"], ["total", "12.5"]])
    );
    println!("{read:#}");

    // The next read meets an overloaded service; the one after it is well again.
    let fault = json!({"match": "values.get", "fault": "503", "times": 1});
    let ordered = sheets
        .http
        .post(format!("{}/_emulator/faults", emulator.url()))
        .body(fault.to_string())
        .send()
        .await?;
    assert!(ordered.status().is_success());
    let refused = sheets.send_get("values/A1").await?;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    println!("{}", refused.text().await?);
    assert_eq!(sheets.get("values/A1").await?["values"], json!([["article"]]));

    // What the client did: calls by method, and the faults that it met.
    let calls: Value = sheets
        .http
        .get(format!("{}/_emulator/calls", emulator.url()))
        .send()
        .await?
        .json()
        .await?;
    println!("{calls:#}");

    emulator.stop().await;
    Ok(())
}

/// Client under test: any client of the Sheets API will do, once it uses the emulator's URL and token.
struct SheetsClient {
    http: Client,
    spreadsheet: String,
    token: String,
}

impl SheetsClient {
    fn new(emulator: &Emulator) -> Self {
        Self {
            http: Client::new(),
            spreadsheet: format!("{}/v4/spreadsheets/{}", emulator.url(), emulator.spreadsheet_id()),
            token: emulator.owner_token().to_owned(),
        }
    }

    async fn put(&self, path: &str, body: &Value) -> reqwest::Result<Value> {
        let url = format!("{}/{path}", self.spreadsheet);
        let call = self.http.put(url).bearer_auth(&self.token).json(body);
        call.send().await?.error_for_status()?.json().await
    }

    async fn get(&self, path: &str) -> reqwest::Result<Value> {
        self.send_get(path).await?.error_for_status()?.json().await
    }

    async fn send_get(&self, path: &str) -> reqwest::Result<Response> {
        let url = format!("{}/{path}", self.spreadsheet);
        self.http.get(url).bearer_auth(&self.token).send().await
    }
}
