//! Tab `sync_log`: one row per sync run of a source.

use jiff::{Timestamp, tz::TimeZone};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    cells::{self, Cells},
    ledger::RowCells,
    place,
};
use crate::{
    customers::sources::{Cursor, Mode},
    store::{Column, Dataset, Decoding, Entry, History, Ids, Kind, Row, Tab, TabRows},
};

const COLUMNS: &[Column] = &[
    Column::new("id", Kind::Text),
    Column::new("source", Kind::Text),
    Column::new("mode", Kind::Text),
    Column::new("started_at", Kind::DateTime),
    Column::new("ended_at", Kind::DateTime),
    Column::new("outcome", Kind::Text),
    Column::new("seen", Kind::Integer),
    Column::new("created", Kind::Integer),
    Column::new("updated", Kind::Integer),
    Column::new("failed", Kind::Integer),
    Column::new("watermark", Kind::Text),
    Column::new("cursor", Kind::Text),
    Column::new("error", Kind::Text),
    Column::new("cure", Kind::Text),
    Column::new("findings", Kind::Text),
    Column::new("derived_at", Kind::DateTime),
];

/// One row per run; append-only except for a run in progress.
pub static SYNC_LOG: Tab = Tab {
    title: "sync_log",
    columns: COLUMNS,
    ids: Ids::Given,
    history: History::NotKept,
    updated_at: None,
};

const SOURCE: usize = place(COLUMNS, "source");
const MODE: usize = place(COLUMNS, "mode");
const STARTED_AT: usize = place(COLUMNS, "started_at");
const ENDED_AT: usize = place(COLUMNS, "ended_at");
const OUTCOME: usize = place(COLUMNS, "outcome");
const SEEN: usize = place(COLUMNS, "seen");
const CREATED: usize = place(COLUMNS, "created");
const UPDATED: usize = place(COLUMNS, "updated");
const FAILED: usize = place(COLUMNS, "failed");
const WATERMARK: usize = place(COLUMNS, "watermark");
const CURSOR: usize = place(COLUMNS, "cursor");
const ERROR: usize = place(COLUMNS, "error");
const CURE: usize = place(COLUMNS, "cure");
const FINDINGS: usize = place(COLUMNS, "findings");
const DERIVED_AT: usize = place(COLUMNS, "derived_at");

/// A sync run of one source.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SyncRun {
    /// Row id.
    pub id: String,
    /// Short name of the source.
    pub source: String,
    /// Full or incremental.
    pub mode: Mode,
    /// Start time.
    pub started_at: Timestamp,
    /// End time; `None` while the run is in progress or when the program stopped during it.
    pub ended_at: Option<Timestamp>,
    /// Outcome.
    pub outcome: RunOutcome,
    /// Number of records received, readable or not.
    pub seen: u64,
    /// Number of rows inserted.
    pub created: u64,
    /// Number of rows updated.
    pub updated: u64,
    /// Number of records that could not be read.
    pub failed: u64,
    /// Start of the next incremental run; set by complete runs only.
    pub watermark: Option<Timestamp>,
    /// Position at which an interrupted run resumes.
    #[serde(skip)]
    pub cursor: Option<Cursor>,
    /// Error message of a failed run.
    pub error: Option<String>,
    /// Remedy for the error.
    pub cure: Option<String>,
    /// Findings, one sentence each; only the first of many.
    pub findings: Vec<String>,
    /// Time at which customers and scores were derived from the written rows; `None` before that, and when nothing was
    /// written.
    pub derived_at: Option<Timestamp>,
}

impl SyncRun {
    /// Whether the run wrote rows from which customers were not yet derived.
    pub fn is_owed(&self) -> bool {
        self.created + self.updated > 0 && self.derived_at.is_none()
    }
}

/// Outcome of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// In progress, or the program stopped during it.
    Running,
    /// All records were read.
    Complete,
    /// Failed with one of `bad_key`, `missing_scope`, `rate_limit`, `connection`, `refused`, `unreadable`,
    /// `spreadsheet`.
    Failed(String),
    /// The program stopped during it; the next run resumed it.
    Interrupted,
}

impl RunOutcome {
    fn words(&self) -> String {
        match self {
            Self::Running => "running".to_owned(),
            Self::Complete => "complete".to_owned(),
            Self::Interrupted => "interrupted".to_owned(),
            Self::Failed(kind) => format!("failed: {kind}"),
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "running" => Self::Running,
            "complete" => Self::Complete,
            "interrupted" => Self::Interrupted,
            other => Self::Failed(other.strip_prefix("failed: ").unwrap_or(other).to_owned()),
        }
    }
}

/// Sync log, oldest run first.
#[derive(Debug)]
pub struct SyncLog {
    /// Every readable run.
    pub runs: Vec<SyncRun>,
    /// Raw rows.
    pub rows: TabRows,
}

impl SyncLog {
    /// Newest run of a source.
    pub fn last(&self, source: &str) -> Option<&SyncRun> {
        self.of(source).max_by_key(|run| run.started_at)
    }

    /// Newest complete run of a source.
    pub fn last_complete(&self, source: &str) -> Option<&SyncRun> {
        let complete = self.of(source).filter(|run| run.outcome == RunOutcome::Complete);
        complete.max_by_key(|run| run.started_at)
    }

    /// Every run of a source.
    pub fn of(&self, source: &str) -> impl Iterator<Item = &SyncRun> {
        self.runs.iter().filter(move |run| run.source == source)
    }
}

impl Dataset for SyncLog {
    const TABS: &'static [&'static Tab] = &[&SYNC_LOG];

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let [rows] =
            <[TabRows; 1]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        let mut runs: Vec<SyncRun> = rows.rows().filter_map(|row| read(row, decoding)).collect();
        runs.sort_by_key(|run| run.started_at);
        Self { runs, rows }
    }
}

/// Cells of a run.
pub fn cells_of(run: &SyncRun, zone: &TimeZone) -> RowCells {
    #[expect(clippy::cast_precision_loss, reason = "records are counted, far below 2^53")]
    let count = |number: u64| Entry::Number(number as f64);
    let mode = match run.mode {
        Mode::Full => "full",
        Mode::Incremental => "incremental",
    };
    let cursor = run
        .cursor
        .as_ref()
        .and_then(|cursor| serde_json::to_string(cursor).ok());
    vec![
        (SOURCE, cells::text(&run.source)),
        (MODE, cells::text(mode)),
        (STARTED_AT, cells::instant(Some(run.started_at), zone)),
        (ENDED_AT, cells::instant(run.ended_at, zone)),
        (OUTCOME, cells::text(&run.outcome.words())),
        (SEEN, count(run.seen)),
        (CREATED, count(run.created)),
        (UPDATED, count(run.updated)),
        (FAILED, count(run.failed)),
        (
            WATERMARK,
            cells::text_of(run.watermark.map(|at| at.to_string()).as_deref()),
        ),
        (CURSOR, cells::text_of(cursor.as_deref())),
        (ERROR, cells::text_of(run.error.as_deref())),
        (CURE, cells::text_of(run.cure.as_deref())),
        (FINDINGS, cells::lines(&run.findings)),
        (DERIVED_AT, cells::instant(run.derived_at, zone)),
    ]
}

fn read(row: Row<'_>, decoding: &mut Decoding) -> Option<SyncRun> {
    let mut cells = Cells::of(row, decoding);
    let started_at = cells.instant(STARTED_AT);
    let (Some(id), Some(source), Some(started_at)) = (cells.text(0), cells.text(SOURCE), started_at) else {
        cells.exclude(
            STARTED_AT,
            "Id, source and start of a run belong here; without them the run does not count.",
        );
        return None;
    };
    let mut count = |column| {
        cells
            .number_in(column)
            .and_then(|number| u64::try_from(number).ok())
            .unwrap_or(0)
    };
    let [seen, created, updated, failed] = [SEEN, CREATED, UPDATED, FAILED].map(&mut count);
    Some(SyncRun {
        id,
        source,
        started_at,
        seen,
        created,
        updated,
        failed,
        mode: match cells.text(MODE).as_deref() {
            Some("incremental") => Mode::Incremental,
            _ => Mode::Full,
        },
        ended_at: cells.instant(ENDED_AT),
        outcome: RunOutcome::parse(&cells.text(OUTCOME).unwrap_or_default()),
        watermark: cells.text(WATERMARK).and_then(|text| text.parse().ok()),
        cursor: cells.text(CURSOR).and_then(|text| serde_json::from_str(&text).ok()),
        error: cells.text(ERROR),
        cure: cells.text(CURE),
        findings: cells.lines(FINDINGS),
        derived_at: cells.instant(DERIVED_AT),
    })
}
