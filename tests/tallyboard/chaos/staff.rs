//! Simulated staff of the chaos test: they sort, move columns, add and delete own rows, annotate and edit cells.

use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::program::processes::Sheets;

/// Header of the column that staff add to both tabs.
pub const OWN_COLUMN: &str = "staff remark";
const TABS: [&str; 2] = ["submissions", "deals"];

/// Staff, with a record of all successful edits.
pub struct Staff {
    client: Client,
    spreadsheet: String,
    random: ChaCha8Rng,
    /// Fencing token: the named range that changes with every write of the program.
    token: Value,
    /// Staff's own rows in `submissions`, by company.
    pub own_rows: BTreeSet<String>,
    /// Remarks in staff's own column, by tab and by company or client.
    pub remarks: BTreeMap<(&'static str, String), String>,
    /// Assignees set by staff in `deals`, by client.
    pub assignees: BTreeMap<String, String>,
    pub sorts: usize,
    pub column_moves: usize,
    pub own_rows_added: usize,
    pub own_rows_deleted: usize,
}

/// Header and rows of a tab as staff see it.
pub struct TabContents {
    pub header: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

impl TabContents {
    pub fn column(&self, header: &str) -> usize {
        let found = self.header.iter().position(|found| found == header);
        found.unwrap_or_else(|| panic!("no column {header} among {:?}", self.header))
    }

    pub fn cell<'a>(&self, row: &'a [Value], header: &str) -> &'a Value {
        row.get(self.column(header)).unwrap_or(&Value::Null)
    }

    pub fn text<'a>(&self, row: &'a [Value], header: &str) -> &'a str {
        self.cell(row, header).as_str().unwrap_or_default()
    }
}

impl Staff {
    pub fn of(sheets: &Sheets) -> Self {
        Self {
            client: Client::new(),
            spreadsheet: format!("{}/v4/spreadsheets/{}", sheets.url, sheets.id),
            random: ChaCha8Rng::seed_from_u64(crate::chaos::seed()),
            token: Value::Null,
            own_rows: BTreeSet::new(),
            remarks: BTreeMap::new(),
            assignees: BTreeMap::new(),
            sorts: 0,
            column_moves: 0,
            own_rows_added: 0,
            own_rows_deleted: 0,
        }
    }

    /// Edits at random until the sender of `stopped` is dropped; returns the record of the edits.
    pub async fn rearrange_until(mut self, stopped: watch::Receiver<()>) -> Self {
        while stopped.has_changed().is_ok() {
            self.token = self.last_token().await;
            let tab = *TABS.choose(&mut self.random).expect("tab");
            match self.random.random_range(0..10) {
                0..3 => self.sort(tab).await,
                3 => self.move_a_column(tab).await,
                4 | 5 => self.add_own_row().await,
                6 => self.delete_own_row().await,
                7 | 8 => self.remark(tab).await,
                _ => self.assign().await,
            }
            tokio::time::sleep(crate::chaos::pace()).await;
        }
        self
    }

    /// Inserts staff's own column in the middle of each tab.
    pub async fn add_own_column(&self) {
        for tab in TABS {
            let sheet = self.sheet(tab).await;
            let header = json!({"userEnteredValue": {"stringValue": OWN_COLUMN}});
            let added = self.change(json!([
                {"insertDimension": {"range": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 2, "endIndex": 3}}},
                {"updateCells": {"start": {"sheetId": sheet, "rowIndex": 0, "columnIndex": 2}, "fields": "userEnteredValue",
                                 "rows": [{"values": [header]}]}},
            ]));
            assert!(added.await, "a column of staff's own");
        }
    }

    async fn sort(&mut self, tab: &'static str) {
        let sight = self.read_tab(tab).await;
        let sheet = self.sheet(tab).await;
        if sight.rows.is_empty() {
            return;
        }
        let column = self.random.random_range(0..sight.header.len());
        let order = if self.random.random_bool(0.5) {
            "ASCENDING"
        } else {
            "DESCENDING"
        };
        let sorted = self.change(json!([{"sortRange": {
            "range": {"sheetId": sheet, "startRowIndex": 1, "endRowIndex": sight.rows.len() + 1},
            "sortSpecs": [{"dimensionIndex": column, "sortOrder": order}],
        }}]));
        self.sorts += usize::from(sorted.await);
    }

    async fn move_a_column(&mut self, tab: &'static str) {
        let width = self.read_tab(tab).await.header.len();
        let sheet = self.sheet(tab).await;
        let from = self.random.random_range(0..width);
        let to = self.random.random_range(0..width);
        if to == from || to == from + 1 {
            return;
        }
        let moved = self.change(json!([{"moveDimension": {
            "source": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": from, "endIndex": from + 1},
            "destinationIndex": to,
        }}]));
        self.column_moves += usize::from(moved.await);
    }

    /// Inserts a row of staff's own at a random position.
    async fn add_own_row(&mut self) {
        let sight = self.read_tab("submissions").await;
        let sheet = self.sheet("submissions").await;
        let at = self.random.random_range(1..=sight.rows.len().max(1));
        let company = format!("Staff's own {}", self.own_rows_added);
        let cell = |row: &str| json!({"userEnteredValue": {"stringValue": row}});
        let added = self.change(json!([
            {"insertDimension": {"range": {"sheetId": sheet, "dimension": "ROWS", "startIndex": at, "endIndex": at + 1}}},
            {"updateCells": {"start": {"sheetId": sheet, "rowIndex": at, "columnIndex": sight.column("company")},
                             "fields": "userEnteredValue", "rows": [{"values": [cell(&company)]}]}},
            {"updateCells": {"start": {"sheetId": sheet, "rowIndex": at, "columnIndex": sight.column("csm")},
                             "fields": "userEnteredValue", "rows": [{"values": [cell("Staff")]}]}},
        ]));
        if added.await {
            self.own_rows.insert(company);
            self.own_rows_added += 1;
        }
    }

    async fn delete_own_row(&mut self) {
        let Some(company) = self.own_rows.iter().next().cloned() else {
            return;
        };
        let sight = self.read_tab("submissions").await;
        let sheet = self.sheet("submissions").await;
        let rows = &mut sight.rows.iter();
        // A program's write that hit this row by mistake is still to be repaired; the row is left alone until then.
        let Some(place) = rows.position(|row| sight.text(row, "company") == company) else {
            return;
        };
        let deleted = self.change(json!([{"deleteDimension": {"range": {
            "sheetId": sheet, "dimension": "ROWS", "startIndex": place + 1, "endIndex": place + 2,
        }}}]));
        if deleted.await {
            self.own_rows.remove(&company);
            self.own_rows_deleted += 1;
        }
    }

    /// Writes a remark into staff's own column, in a row of the program.
    async fn remark(&mut self, tab: &'static str) {
        let name = if tab == "deals" { "client" } else { "company" };
        let remark = format!("remark {}", self.remarks.len());
        if let Some(row) = self.type_beside(tab, name, (OWN_COLUMN, &remark)).await {
            self.remarks.insert((tab, row), remark);
        }
    }

    /// Sets the assignee of a deal, a column that the clients of the test never change.
    async fn assign(&mut self) {
        let assignee = format!("assignee {}", self.assignees.len());
        if let Some(client) = self.type_beside("deals", "client", ("assignee", &assignee)).await {
            self.assignees.insert(client, assignee);
        }
    }

    /// Types into a column of a random row; returns the row's company or client.
    async fn type_beside(&mut self, tab: &str, name: &str, (column, value): (&str, &str)) -> Option<String> {
        let sight = self.read_tab(tab).await;
        let sheet = self.sheet(tab).await;
        let place = (!sight.rows.is_empty()).then(|| self.random.random_range(0..sight.rows.len()))?;
        let row = sight.text(&sight.rows[place], name).to_owned();
        // Rows waiting for a repair and staff's own rows are left alone.
        let is_whole = match tab {
            "deals" => row.starts_with("Client ") && sight.text(&sight.rows[place], "statut") == "Prospect",
            _ => row.starts_with("Company ") && sight.text(&sight.rows[place], "status") == "received",
        };
        if !is_whole {
            return None;
        }
        let typed = self.change(json!([{"updateCells": {
            "start": {"sheetId": sheet, "rowIndex": place + 1, "columnIndex": sight.column(column)},
            "fields": "userEnteredValue", "rows": [{"values": [{"userEnteredValue": {"stringValue": value}}]}],
        }}]));
        typed.await.then_some(row)
    }

    pub async fn read_tab(&self, tab: &str) -> TabContents {
        let path = format!("/values/{tab}?valueRenderOption=UNFORMATTED_VALUE");
        let mut values = match self.ask(Method::GET, &path, None).await["values"].take() {
            Value::Array(rows) => rows.into_iter(),
            _ => Vec::new().into_iter(),
        };
        let header = values.next().unwrap_or_default();
        let text = |cell: &Value| cell.as_str().unwrap_or_default().to_owned();
        TabContents {
            header: header.as_array().into_iter().flatten().map(text).collect(),
            rows: values.map(|row| row.as_array().cloned().unwrap_or_default()).collect(),
        }
    }

    async fn sheet(&self, tab: &str) -> Value {
        let answer = self
            .ask(Method::GET, "?fields=sheets.properties(sheetId,title)", None)
            .await;
        let sheets = answer["sheets"].as_array().expect("sheets").clone();
        let found = sheets.into_iter().find(|sheet| sheet["properties"]["title"] == tab);
        found.expect("tab")["properties"]["sheetId"].take()
    }

    /// Named range (fencing token) of the program's last write.
    async fn last_token(&self) -> Value {
        let ranges = self.ask(Method::GET, "?fields=namedRanges", None).await;
        let is_turn = |range: &&Value| {
            let id = range["namedRangeId"].as_str().unwrap_or_default();
            id.starts_with("tallyboard_turn_")
        };
        let ranges = ranges["namedRanges"].as_array().cloned().unwrap_or_default();
        ranges.iter().find(is_turn).cloned().unwrap_or_default()
    }

    /// Applies the edit unless the program has written since staff last read the sheet; returns whether it was applied.
    /// The real editor shows moved rows at once, so a person would not edit the wrong row.
    async fn change(&self, mut requests: Value) -> bool {
        if let (Some(id), Some(requests)) = (self.token["namedRangeId"].as_str(), requests.as_array_mut()) {
            requests.insert(0, json!({"deleteNamedRange": {"namedRangeId": id}}));
            requests.insert(1, json!({"addNamedRange": {"namedRange": self.token}}));
        }
        let body = json!({"requests": requests});
        let (status, answer) = self.send(Method::POST, ":batchUpdate", Some(body)).await;
        let refusal = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(status.is_success() || refusal.contains("deleteNamedRange"), "{answer}");
        status.is_success()
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.send(method, path, body).await;
        assert!(status.is_success(), "{answer}");
        answer
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.spreadsheet))
            .bearer_auth("staff")
            // No injected faults: staff use the editor, which does not depend on the API.
            .header("x-emulator-faults", "none");
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("answer");
        let status = answer.status();
        (status, answer.json().await.expect("JSON"))
    }
}
