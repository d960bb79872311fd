//! Requests that change the spreadsheet, and the rows that it holds at the beginning.

use axum::http::{Method, StatusCode};
use futures_util::{StreamExt, stream};
use rand::{Rng, rngs::StdRng};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    mixed::{client::Client, ledger::Ledger, roles::Kind},
    program::Program,
};

/// Claims and deals at the beginning.
const CLAIMS: u32 = 600;
const DEALS: usize = 2_000;
/// Lines of an upload that is written, and of one that is only compared.
const WRITTEN_LINES: usize = 20;
const COMPARED_LINES: usize = 500;
/// Numbers of the callers that fill the spreadsheet, above those of the load.
const FILLERS: u32 = 10_000;

const INTEGRATIONS: [&str; 4] = ["GitHub", "Cursor", "Slack", "Jira"];
const FIRST: [&str; 25] = [
    "Amber", "Birch", "Cobalt", "Dune", "Elm", "Falcon", "Granite", "Harbor", "Indigo", "Juniper", "Kestrel", "Lagoon",
    "Maple", "Nimbus", "Onyx", "Pelican", "Quartz", "Raven", "Saffron", "Topaz", "Umber", "Violet", "Willow", "Xenon",
    "Zephyr",
];
const SECOND: [&str; 20] = [
    "Analytics",
    "Bakery",
    "Consulting",
    "Dynamics",
    "Energy",
    "Foods",
    "Gardens",
    "Hotels",
    "Insurance",
    "Journeys",
    "Kitchens",
    "Logistics",
    "Media",
    "Networks",
    "Optics",
    "Partners",
    "Robotics",
    "Studios",
    "Textiles",
    "Utilities",
];

/// Fills an empty spreadsheet: claims, deals and the sample customers.
pub async fn fill(program: &Program, ledger: &Ledger) {
    let client = Client::new(program.address, FILLERS);
    let file = deals_file((0..DEALS).map(|number| format!("First {number}")));
    let sent = client
        .upload("/deals/import?apply=true", "application/json", &file)
        .await;
    let is_taken = matches!(sent.status, Some(StatusCode::OK | StatusCode::ACCEPTED));
    assert!(is_taken, "{:?} {}", sent.status, String::from_utf8_lossy(&sent.body));
    let sample = client.json(Method::POST, "/customers/sample", &json!({})).await;
    assert!(
        sample.status.is_some_and(|status| !status.is_server_error()),
        "{:?}",
        sample.status
    );
    let claims = stream::iter(0..CLAIMS).map(async |number| {
        // Each caller sends few, so that none reaches the limit of an address.
        let client = Client::new(program.address, FILLERS + number % 60);
        let answer = client
            .json(Method::POST, "/leaderboard/submissions", &claim(number, number))
            .await;
        assert_eq!(
            answer.status,
            Some(StatusCode::CREATED),
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        keep_submission(ledger, &answer.body);
    });
    claims.buffer_unordered(32).collect::<Vec<()>>().await;
}

/// A claim, a new deal, or another amount for a deal of one's own.
pub async fn write(client: &Client, ledger: &Ledger, random: &mut StdRng) {
    let start = Instant::now();
    match random.random_range(0..100) {
        0..60 => {
            let path = "/leaderboard/submissions";
            let body = claim(random.random_range(0..500), random.random_range(0..30));
            let answer = client.json(Method::POST, path, &body).await;
            ledger.count(Kind::Write, path, &answer, start.elapsed());
            if answer.status == Some(StatusCode::CREATED) {
                keep_submission(ledger, &answer.body);
            }
        }
        60..65 => {
            let answer = client.json(Method::POST, "/refresh", &json!({})).await;
            ledger.count(Kind::Write, "/refresh", &answer, start.elapsed());
        }
        _ => write_deal(client, ledger, random).await,
    }
}

/// Creates a deal and changes its amount, so that the last acknowledged amount is known.
async fn write_deal(client: &Client, ledger: &Ledger, random: &mut StdRng) {
    let amount = random.random_range(1..90_000);
    let name = format!("{} {}", company(random.random_range(0..500)), uuid::Uuid::new_v4());
    let body = json!({"client": name, "statut": "Prospect", "montant_brut": amount});
    let start = Instant::now();
    let answer = client.json(Method::POST, "/deals", &body).await;
    ledger.count(Kind::Write, "/deals", &answer, start.elapsed());
    let created: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let Some(id) = created["id"]
        .as_u64()
        .filter(|_| answer.status == Some(StatusCode::CREATED))
    else {
        return;
    };
    ledger.keep_deal(id, amount);
    let path = format!("/deals/{id}");
    let start = Instant::now();
    let answer = client
        .json(
            Method::PATCH,
            &path,
            &json!({"montant_brut": amount + 1, "seen": {"montant_brut": amount}}),
        )
        .await;
    ledger.count(Kind::Write, &path, &answer, start.elapsed());
    if answer.status.is_some_and(|status| status.is_success()) {
        ledger.keep_deal(id, amount + 1);
    }
}

/// A file that is written, or one that is only compared.
pub async fn upload(client: &Client, ledger: &Ledger, random: &mut StdRng) {
    let run = uuid::Uuid::new_v4();
    let start = Instant::now();
    if random.random_bool(0.4) {
        let clients: Vec<String> = (0..WRITTEN_LINES).map(|line| format!("Import {run} {line}")).collect();
        let path = "/deals/import?apply=true";
        let answer = client
            .upload(path, "application/json", &deals_file(clients.iter().cloned()))
            .await;
        ledger.count(Kind::Upload, path, &answer, start.elapsed());
        if answer.status == Some(StatusCode::OK) {
            ledger.keep_imported(clients);
        }
    } else {
        let file = deals_file((0..COMPARED_LINES).map(|line| format!("Seen {run} {line}")));
        let answer = client.upload("/deals/import", "text/html", &file).await;
        ledger.count(Kind::Upload, "/deals/import", &answer, start.elapsed());
    }
}

fn claim(company_number: u32, csm: u32) -> Value {
    json!({
        "csm": format!("Kate {}", FIRST[csm as usize % FIRST.len()]),
        "company": company(company_number),
        "integrations": [INTEGRATIONS[company_number as usize % INTEGRATIONS.len()]],
        "key": uuid::Uuid::new_v4().to_string(),
    })
}

/// One of five hundred companies whose names do not look alike.
fn company(number: u32) -> String {
    let number = number as usize;
    format!(
        "{} {}",
        FIRST[number % FIRST.len()],
        SECOND[number / FIRST.len() % SECOND.len()]
    )
}

fn deals_file(clients: impl Iterator<Item = String>) -> String {
    let lines = clients.map(|client| format!("{client};Prospect;1250,50\n"));
    format!("Client;Statut;Montant brut\n{}", lines.collect::<String>())
}

fn keep_submission(ledger: &Ledger, receipt: &[u8]) {
    let receipt: Value = serde_json::from_slice(receipt).expect("a receipt");
    let id = receipt.pointer("/id").or_else(|| receipt.pointer("/submission/id"));
    ledger.keep_submission(id.and_then(Value::as_str).expect("an id"));
}
