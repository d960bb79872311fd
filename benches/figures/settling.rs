//! Benchmark of the path from cells to the board: decoding, scoring and ranking, against google-sheets4 decoding the
//! same response.
//!
//! A local server repeats a prepared response, so the measured steps are: decoding into typed rows, assigning credit,
//! and the all-time standings; then the same after one more row.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::State,
    http::{Uri, header},
    response::{IntoResponse, Response},
};
use domain::period::Period;
use google_sheets4::api::BatchGetValuesResponse;
use jiff::Timestamp;
use leaderboard::{
    claims::{catalog::Catalog, dataset::LeaderboardRows, ledger::Ledger},
    names::rows::NameAliases,
};
use serde_json::json;
use sheets_store::{
    Dataset, DecodeContext, SpreadsheetConnection, Store, Tab, TabRows, google::connection::Credentials,
    options::StoreOptions,
};
use tallyboard::app::STORE_IDENTITY;
use tokio::net::TcpListener;

use crate::{
    rows, spreadsheet,
    table::{Line, median},
};

const ROUNDS: usize = 3;
/// A little after the latest timestamp of the rows.
const NOW: &str = "2026-02-01T12:00:00Z";

/// Three lines per size.
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
    let url = serve(Arc::clone(&tabs)).await;
    let catalog = Arc::new(Catalog::parse(include_str!("../../integrations.txt")));
    let mut rounds = Vec::new();
    for round in 0..=ROUNDS {
        let titles: Vec<&str> = LeaderboardRows::TABS.iter().map(|tab| tab.title).collect();
        let google = google_alone(&tabs.answer(&titles));
        let before = allocated();
        let earlier = read(&url).await;
        let (ledger, build) = timed(|| build(&earlier.rows, &catalog));
        let bytes = allocated().saturating_sub(before);
        let (_, standings) = timed(|| standings(&ledger));
        tabs.append();
        *previous() = Some(Arc::clone(&earlier));
        let later = read(&url).await;
        let extended = later.extended.as_ref().expect("rows were added");
        let (ledger, carry_on) = timed(|| ledger.extended(&extended.0.submissions).expect("rows were added"));
        let (submissions, rank) = timed(|| self::standings(&ledger));
        assert_eq!(submissions as usize, tabs.rows().len() - 1);
        let steps = Steps {
            google,
            decode: earlier.took,
            build,
            standings,
            appended: [extended.1, carry_on, rank],
            bytes,
        };
        // The first round is a warm-up.
        if round > 0 {
            rounds.push(steps);
        }
    }
    told(count, figure, &rounds)
}

/// Reads through a new store. A store with older data would return that when a large read takes long.
async fn read(url: &str) -> Arc<Timed> {
    let connection = SpreadsheetConnection {
        spreadsheet_id: "x".to_owned(),
        api_url: Some(url.to_owned()),
        spreadsheet_url: String::new(),
        credentials: Credentials::Bearer("x".to_owned()),
        call_timeout: Duration::from_mins(2),
    };
    let options = StoreOptions {
        calls_per_minute: None,
        patience: Duration::from_mins(2),
        ..StoreOptions::for_google(spreadsheet::clock(), STORE_IDENTITY)
    };
    let store = Store::open(connection, options).await.expect("a store");
    let reading = store.read::<Timed>().await.expect("readable");
    store.finish().await;
    Arc::clone(&reading.snapshot.data)
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = processor_time();
    let done = work();
    (done, processor_time().saturating_sub(started))
}

/// Processor time of this thread, which depends less on other load; elapsed time where it is not available.
#[expect(
    unsafe_code,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a clock of the C library, which counts below 10^9 nanoseconds"
)]
fn processor_time() -> Duration {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the call only fills `time`.
        unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
        Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    {
        static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
        START.elapsed()
    }
}

/// Heap bytes in use; 0 where the figure is not available.
#[expect(unsafe_code, reason = "statistics of the C library")]
fn allocated() -> usize {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: the call only reads the allocator's statistics.
    unsafe {
        let figures = libc::mallinfo2();
        figures.uordblks + figures.hblkhd
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    0
}

struct Steps {
    google: Duration,
    decode: Duration,
    build: Duration,
    standings: Duration,
    /// Decoding, scoring and ranking after one more row.
    appended: [Duration; 3],
    /// Heap size of the rows and the ledger.
    bytes: usize,
}

fn told(count: usize, figure: &'static str, rounds: &[Steps]) -> Vec<Line> {
    let middle = |step: &dyn Fn(&Steps) -> Duration| {
        median(rounds.iter().map(|round| step(round).as_secs_f64() * 1e3).collect())
    };
    let google = middle(&|steps| steps.google);
    let line = |what: &str, figure: &'static str, steps: &dyn Fn(&Steps) -> Vec<Duration>| {
        let all = middle(&|round| steps(round).iter().sum());
        let each: Vec<String> = (0..steps(&rounds[0]).len())
            .map(|step| format!("{:.1}", middle(&|round| steps(round)[step])))
            .collect();
        Line {
            what: format!("{count} rows {what}"),
            figure,
            measured: format!("{all:.1} ms ({})", each.join(" + ")),
            floor: format!("{google:.1} ms"),
            ratio: Some(all / google),
            reached: (!figure.is_empty()).then_some(all <= google),
        }
    };
    let whole = |steps: &Steps| vec![steps.decode, steps.build, steps.standings];
    let mut first = line("decoded, settled, ranked", "", &whole);
    let (microseconds, bytes) = (middle(&|steps| whole(steps).iter().sum()) * 1e3, rounds[0].bytes);
    first.measured.push_str(&format!(
        ", {:.2} µs and {} bytes a row",
        microseconds / count as f64,
        bytes / count
    ));
    let aggregated = |steps: &Steps| vec![steps.build, steps.standings];
    vec![
        line("settled, ranked", figure, &aggregated),
        first,
        line("and one more", "", &|steps| steps.appended.to_vec()),
    ]
}

fn google_alone(body: &[u8]) -> Duration {
    let (answer, took) = timed(|| serde_json::from_slice::<BatchGetValuesResponse>(body).expect("as from Google"));
    assert_eq!(answer.value_ranges.expect("ranges").len(), LeaderboardRows::TABS.len());
    took
}

fn build(rows: &LeaderboardRows, catalog: &Arc<Catalog>) -> Ledger {
    let (names, _) = NameAliases::from_aliases(&rows.csm_aliases, &rows.aliases);
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

/// Rows of the board with their decoding time.
struct Timed {
    rows: LeaderboardRows,
    took: Duration,
    /// Rows of an incremental decode (the previous rows plus the last one), with its time.
    extended: Option<(LeaderboardRows, Duration)>,
}

/// Rows of the previous decode.
static PREVIOUS: Mutex<Option<Arc<Timed>>> = Mutex::new(None);

fn previous() -> MutexGuard<'static, Option<Arc<Timed>>> {
    PREVIOUS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Dataset for Timed {
    const TABS: &'static [&'static Tab] = LeaderboardRows::TABS;

    fn decode(tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let last = [u32::try_from(tabs[0].len()).expect("a sheet's rows") + 1, 2, 2, 2];
        let extended = previous().take().and_then(|previous| {
            let (extended, took) = timed(|| LeaderboardRows::extend(&previous.rows, &tabs, &last, decoding));
            Some((extended?, took))
        });
        let (rows, took) = timed(|| LeaderboardRows::of(&tabs, decoding));
        Self { rows, took, extended }
    }
}

const SUBMISSIONS: &str = "submissions";

/// Data of the repeating server: the rows of `submissions` as JSON; all other tabs have only a header.
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

    fn append(&self) {
        let mut rows = self.rows();
        let number = rows.len();
        rows.push(format!(
            r#"["row-{number}",46040.5,"Kate Oberg","New company {number}","GitHub","received"]"#
        ));
    }

    /// Response to `values:batchGet` for ranges such as `submissions` or `'submissions'!A2:G500`.
    fn answer(&self, ranges: &[&str]) -> Vec<u8> {
        let rows = self.rows();
        let found = ranges.iter().map(|range| {
            let other = LeaderboardRows::TABS.iter().find(|tab| names(range, tab.title));
            let header = other.map(|tab| json!(tab.columns.iter().map(|column| column.header).collect::<Vec<_>>()));
            let header = [header.unwrap_or_default().to_string()];
            let rows: &[String] = if names(range, SUBMISSIONS) { &rows } else { &header };
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

fn names(range: &str, title: &str) -> bool {
    range
        .split('!')
        .next()
        .is_some_and(|tab| tab.trim_matches('\'') == title)
}

/// Zero-based, half-open row interval of a range.
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

async fn serve(tabs: Arc<Tabs>) -> String {
    let router = Router::new().fallback(answer).with_state(tabs);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
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
    let sheets = LeaderboardRows::TABS.iter().zip(1..).map(|(tab, id)| {
        let grid = json!({"rowCount": rows, "columnCount": 26});
        json!({"properties": {"sheetId": id, "title": tab.title, "gridProperties": grid}})
    });
    let sheets: Vec<_> = sheets.collect();
    Json(json!({"sheets": sheets})).into_response()
}
