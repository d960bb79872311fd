//! Test world: an in-memory emulator and an HTTP client.

use serde_json::{Value, json};
use sheets_emulator::{Emulator, EmulatorOptions};

/// In-memory emulator with an HTTP client that uses the owner's token.
pub struct World {
    pub emulator: Emulator,
    pub client: reqwest::Client,
}

impl World {
    pub async fn new() -> Self {
        Self::with(EmulatorOptions::default()).await
    }

    pub async fn with(options: EmulatorOptions) -> Self {
        let emulator = Emulator::start(options).await.expect("emulator starts");
        let client = reqwest::Client::builder().no_proxy().build().expect("client");
        Self { emulator, client }
    }

    /// Address of the first spreadsheet, followed by `rest`.
    pub fn address(&self, rest: &str) -> String {
        format!(
            "{}/v4/spreadsheets/{}{rest}",
            self.emulator.url(),
            self.emulator.spreadsheet_id()
        )
    }

    pub async fn get(&self, rest: &str) -> (u16, Value) {
        self.send(self.client.get(self.address(rest))).await
    }

    pub async fn put(&self, rest: &str, body: Value) -> (u16, Value) {
        self.send(self.client.put(self.address(rest)).json(&body)).await
    }

    pub async fn post(&self, rest: &str, body: Value) -> (u16, Value) {
        self.send(self.client.post(self.address(rest)).json(&body)).await
    }

    pub async fn batch(&self, requests: Value) -> (u16, Value) {
        self.post(":batchUpdate", json!({ "requests": requests })).await
    }

    /// Unformatted values of a range.
    pub async fn values(&self, range: &str) -> Value {
        let (status, body) = self
            .get(&format!("/values/{range}?valueRenderOption=UNFORMATTED_VALUE"))
            .await;
        assert_eq!(status, 200, "{body}");
        body.get("values").cloned().unwrap_or_else(|| json!([]))
    }

    /// Writes rows from a cell on, parsed as user input.
    pub async fn write(&self, range: &str, rows: Value) -> Value {
        let path = format!("/values/{range}?valueInputOption=USER_ENTERED");
        let (status, body) = self.put(&path, json!({ "values": rows })).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let answer = request
            .bearer_auth(self.emulator.owner_token())
            .send()
            .await
            .expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json().await.expect("JSON"))
    }
}

/// Message of an error response.
pub fn message(body: &Value) -> &str {
    body["error"]["message"].as_str().unwrap_or_default()
}
