//! Incremental decoding of added rows: the result equals a full decode.

use std::sync::{Arc, Mutex, PoisonError};

use leaderboard::claims::dataset::LeaderboardRows;
use serde_json::{Value, json};
use sheets_store::{Dataset, DecodeContext, Tab, TabRows, finding::Finding};

use crate::world::World;

/// Both decodings of the same tabs: the full one, and the incremental one that extends the previous rows.
struct Both {
    whole: Read,
    added: Option<Read>,
}

struct Read {
    rows: Arc<LeaderboardRows>,
    findings: Vec<Finding>,
}

impl Read {
    fn told(&self) -> Vec<String> {
        let rows = self.rows.submissions.iter().map(|row| {
            let integrations: Vec<&str> = row.integrations().collect();
            format!(
                "{} {} {} {} {} {integrations:?} {} {:?}",
                row.row(),
                row.id(),
                row.submitted_at(),
                row.csm(),
                row.company(),
                row.status(),
                row.note()
            )
        });
        let findings = self.findings.iter().map(|finding| format!("{finding:?}"));
        let mut told: Vec<String> = rows.chain(findings).collect();
        told.push(format!("{:?}", self.rows.aliases));
        told.sort();
        told
    }
}

/// Rows of the previous decode, with the row count of its first tab.
struct Before {
    rows: Arc<LeaderboardRows>,
    findings: Vec<Finding>,
    length: u32,
}

static BEFORE: Mutex<Option<Before>> = Mutex::new(None);

impl Dataset for Both {
    const TABS: &'static [&'static Tab] = LeaderboardRows::TABS;

    fn decode(tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || DecodeContext {
            zone: decoding.zone.clone(),
            findings: Vec::new(),
        };
        let length = u32::try_from(tabs[0].len()).expect("few");
        let added = before.take().and_then(|before| {
            let mut decoding = fresh();
            let rows = LeaderboardRows::extend(&before.rows, &tabs, &[before.length + 2, 2], &mut decoding)?;
            let mut findings = before.findings;
            findings.extend(decoding.findings);
            Some(Read {
                rows: Arc::new(rows),
                findings,
            })
        });
        let mut decoding = fresh();
        let rows = Arc::new(LeaderboardRows::decode(tabs, &mut decoding));
        let findings = decoding.findings;
        // The next decode extends the extended rows where there are any, so that extensions of extensions are tested
        // too.
        let latest = added.as_ref().map_or(&rows, |added| &added.rows);
        *before = Some(Before {
            rows: Arc::clone(latest),
            findings: findings.clone(),
            length,
        });
        Self {
            whole: Read { rows, findings },
            added,
        }
    }
}

#[tokio::test]
async fn rows_read_as_an_addition_are_the_rows_of_the_whole_tab() {
    let world = World::new().await;
    let at = "2026-03-02T10:00:00Z";
    let steps: [&[Value]; 4] = [
        &[
            json!(["a", at, "Kate", "Acme", "GitHub, Cursor", "", "first"]),
            json!(["b", at, "Bo", "Acme  Inc.", "GitHub", "withdrawn"]),
            json!(["c", "yesterday", "Bo", "Beta", "GitHub"]),
        ],
        &[
            // A repeated row, a known id with other cells, a missing id, an empty row, an unknown status.
            json!(["a", at, "Kate", "Acme", "GitHub, Cursor", "", "first"]),
            json!(["b", at, "Kate", "Acme", "GitHub"]),
            json!(["", at, "Zoé", "Beta", "Fax"]),
            json!(["", "", "", "", "", "", ""]),
            json!(["d", "2026-03-01T10:00:00Z", "BO", "beta", "github", "maybe"]),
        ],
        &[json!(["e", at, "", "?", ""])],
        &[
            json!(["f", at, "Kate", "acme", "GitHub"]),
            json!(["f", at, "Kate", "acme", "GitHub"]),
        ],
    ];
    let mut next = 2;
    for (step, rows) in steps.iter().enumerate() {
        write(&world, next, rows).await;
        next += rows.len();
        let both = world.store.read::<Both>().await.expect("readable").snapshot;
        let Some(added) = &both.data.added else {
            assert_eq!(step, 0);
            continue;
        };
        assert_eq!(added.told(), both.data.whole.told(), "step {step}");
    }
}

async fn write(world: &World, row: usize, rows: &[Value]) {
    let range = format!("submissions!A{row}:G{}", row + rows.len() - 1);
    let url = format!(
        "{}/v4/spreadsheets/{}/values:batchUpdate",
        world.sheets.url(),
        world.sheets.spreadsheet_id()
    );
    let body = json!({"valueInputOption": "RAW", "data": [{"range": range, "values": rows}]});
    let response = world
        .client
        .post(url)
        .bearer_auth(world.sheets.owner_token())
        .json(&body);
    let response = response.send().await.expect("answer");
    assert!(response.status().is_success(), "{:?}", response.text().await);
    world.store.refresh();
}
