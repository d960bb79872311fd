//! From the cells of the tab to the board, step by step, against google-sheets4 decoding the same answer.
//!
//! The rows come over the network as from Google, from a server that only repeats them: what is measured is decoding them
//! into typed rows, settling who is credited, and the board of all time; then the same after one more row.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::State,
    http::{Uri, header},
    response::{IntoResponse, Response},
};
use google_sheets4::api::BatchGetValuesResponse;
use jiff::Timestamp;
use serde_json::json;
use tallyboard::{
    company::CompanyNames,
    leaderboard::{
        catalog::Catalog,
        credit::Ledger,
        period::Period,
        rows::{LeaderboardRows, TABS},
    },
    store::{Connection, Credentials, Dataset, Decoding, Options, Store, Tab, TabRows},
};
use tokio::net::TcpListener;

use crate::{
    rows, spreadsheet,
    table::{Line, median},
};

const ROUNDS: usize = 5;
/// Latest instant of the rows, and a little later.
const NOW: &str = "2026-02-01T12:00:00Z";

/// One line for each size.
pub async fn measure() -> Vec<Line> {
    let mut lines = Vec::new();
    for (count, figure) in [
        (1_000, ""),
        (10_000, ""),
        (100_000, ""),
        (1_000_000, "≤ google-sheets4's decoding"),
    ] {
        lines.extend(settle(count, figure).await);
    }
    lines
}

async fn settle(count: usize, figure: &'static str) -> Vec<Line> {
    let tabs = Arc::new(Tabs::filled(count));
    let store = serve(Arc::clone(&tabs)).await;
    let catalog = Arc::new(Catalog::parse(include_str!("../../integrations.txt")));
    let mut rounds = Vec::new();
    for round in 0..=ROUNDS {
        store.refresh();
        let google = google_alone(&tabs.answer(&[SUBMISSIONS, "company_aliases"]));
        // Another version each time: what is unchanged would not be decoded.
        tabs.rewrite_last();
        let reading = store.read::<Timed>().await.expect("readable");
        let started = Instant::now();
        let ledger = build(&reading.snapshot.data.rows, &catalog);
        let built = started.elapsed();
        let started = Instant::now();
        let standings = standings(&ledger);
        let steps = Steps {
            google,
            decode: reading.snapshot.data.took,
            build: built,
            standings: started.elapsed(),
        };
        assert_eq!(standings, count as u32);
        // The first round only warms up.
        if round > 0 {
            rounds.push(steps);
        }
    }
    store.finish().await;
    vec![told(count, figure, &rounds)]
}

struct Steps {
    google: Duration,
    decode: Duration,
    build: Duration,
    standings: Duration,
}

fn told(count: usize, figure: &'static str, rounds: &[Steps]) -> Line {
    let middle =
        |step: fn(&Steps) -> Duration| median(rounds.iter().map(|round| step(round).as_secs_f64() * 1e3).collect());
    let (decode, build, standings) = (
        middle(|steps| steps.decode),
        middle(|steps| steps.build),
        middle(|steps| steps.standings),
    );
    let all = middle(|steps| steps.decode + steps.build + steps.standings);
    let google = middle(|steps| steps.google);
    Line {
        what: format!("{count} rows decoded, settled, ranked"),
        figure,
        measured: format!(
            "{all:.1} ms ({decode:.1} + {build:.1} + {standings:.1}), {:.2} µs a row",
            all * 1e3 / count as f64
        ),
        floor: format!("{google:.1} ms"),
        ratio: Some(all / google),
        reached: (!figure.is_empty()).then_some(all <= google),
    }
}

fn google_alone(body: &[u8]) -> Duration {
    let started = Instant::now();
    let answer: BatchGetValuesResponse = serde_json::from_slice(body).expect("as from Google");
    let took = started.elapsed();
    assert_eq!(answer.value_ranges.expect("ranges").len(), TABS.len());
    took
}

fn build(rows: &LeaderboardRows, catalog: &Arc<Catalog>) -> Ledger {
    let (names, _) = CompanyNames::from_aliases(rows.aliases.iter().cloned());
    Ledger::build(Arc::clone(&rows.submissions), Arc::clone(catalog), Arc::new(names))
}

fn standings(ledger: &Ledger) -> u32 {
    let now: Timestamp = NOW.parse().expect("instant");
    let clock = spreadsheet::clock();
    ledger
        .standings(Period::default(), now, clock.zone())
        .totals
        .submissions
}

/// The rows of the board with the time it took to decode them.
struct Timed {
    rows: LeaderboardRows,
    took: Duration,
}

impl Dataset for Timed {
    const TABS: &'static [&'static Tab] = LeaderboardRows::TABS;

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let started = Instant::now();
        let rows = LeaderboardRows::decode(tabs, decoding);
        Self {
            rows,
            took: started.elapsed(),
        }
    }
}

const SUBMISSIONS: &str = "submissions";

/// What the server repeats: the rows of the tab `submissions` as JSON; the other tab has a header only.
struct Tabs {
    rows: Mutex<Vec<String>>,
}

impl Tabs {
    fn filled(count: usize) -> Self {
        let header = r#"["id","submitted_at","csm","company","integrations","status","note"]"#;
        let rows = std::iter::once(header.to_owned()).chain(rows::json(count));
        Self {
            rows: Mutex::new(rows.collect()),
        }
    }

    fn rows(&self) -> MutexGuard<'_, Vec<String>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the last row a little, so that the content is new.
    fn rewrite_last(&self) {
        let mut rows = self.rows();
        let last = rows.last_mut().expect("a row");
        let longer = format!("{},\"\"]", last.trim_end_matches(']'));
        *last = longer;
    }

    /// The answer to `values:batchGet` for ranges such as `submissions` or `'submissions'!A2:G500`.
    fn answer(&self, ranges: &[&str]) -> Vec<u8> {
        let rows = self.rows();
        let aliases = [r#"["alias","canonical"]"#.to_owned()];
        let found = ranges.iter().map(|range| {
            let rows: &[String] = if range.contains(SUBMISSIONS) { &rows } else { &aliases };
            let (first, last) = bounds(range, rows.len());
            let values = rows[first..last].join(",");
            let values = if values.is_empty() {
                String::new()
            } else {
                format!(r#","values":[{values}]"#)
            };
            format!(r#"{{"range":"{range}","majorDimension":"ROWS"{values}}}"#)
        });
        let found: Vec<String> = found.collect();
        format!(r#"{{"spreadsheetId":"x","valueRanges":[{}]}}"#, found.join(",")).into_bytes()
    }
}

/// The rows a range names, as places.
fn bounds(range: &str, length: usize) -> (usize, usize) {
    let cells = range.split_once('!').map_or("", |(_, cells)| cells);
    let (from, to) = cells.split_once(':').unwrap_or((cells, ""));
    let number = |cell: &str| {
        cell.trim_start_matches(|c: char| !c.is_ascii_digit())
            .parse::<usize>()
            .ok()
    };
    let last = number(to).unwrap_or(length).min(length);
    (number(from).map_or(0, |from| from - 1).min(last), last)
}

async fn serve(tabs: Arc<Tabs>) -> Store {
    let router = Router::new().fallback(answer).with_state(tabs);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let connection = Connection {
        spreadsheet_id: "x".to_owned(),
        api_url: Some(url),
        spreadsheet_url: String::new(),
        credentials: Credentials::Bearer("x".to_owned()),
        call_timeout: Duration::from_secs(120),
    };
    let options = Options {
        calls_per_minute: None,
        patience: Duration::from_secs(120),
        ..Options::for_google(spreadsheet::clock())
    };
    Store::open(connection, options).await.expect("a store")
}

async fn answer(State(tabs): State<Arc<Tabs>>, uri: Uri) -> Response {
    if uri.path().ends_with("values:batchGet") {
        let query: Vec<(String, String)> =
            serde_urlencoded::from_str(uri.query().unwrap_or_default()).expect("a query");
        let ranges = query.iter().filter(|(name, _)| name == "ranges");
        let ranges: Vec<&str> = ranges.map(|(_, range)| range.as_str()).collect();
        let kind = (header::CONTENT_TYPE, "application/json");
        return ([kind], tabs.answer(&ranges)).into_response();
    }
    let rows = tabs.rows().len();
    let sheets = [(1, SUBMISSIONS), (2, "company_aliases")].map(|(id, title)| {
        let grid = json!({"rowCount": rows, "columnCount": 26});
        json!({"properties": {"sheetId": id, "title": title, "gridProperties": grid}})
    });
    Json(json!({"sheets": sheets})).into_response()
}
