//! Tab `sync_log`: one row per sync run of a source.

use customer_sources::{SyncCursor, SyncMode};
use jiff::{Timestamp, tz::TimeZone};
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::{
    CellEntry, ChangeHistory, Column, ColumnKind, Dataset, DecodeContext, IdSource, Tab, TabRow, TabRows,
};

use crate::tabs::{
    cells::{self, CellReader},
    columns::column_index,
    row_changes::RowCells,
};

const COLUMNS: &[Column] = &[
    Column::new("id", ColumnKind::Text),
    Column::new("source", ColumnKind::Text),
    Column::new("mode", ColumnKind::Text),
    Column::new("started_at", ColumnKind::DateTime),
    Column::new("ended_at", ColumnKind::DateTime),
    Column::new("outcome", ColumnKind::Text),
    Column::new("seen", ColumnKind::Integer),
    Column::new("created", ColumnKind::Integer),
    Column::new("updated", ColumnKind::Integer),
    Column::new("failed", ColumnKind::Integer),
    Column::new("watermark", ColumnKind::Text),
    Column::new("cursor", ColumnKind::Text),
    Column::new("error", ColumnKind::Text),
    Column::new("cure", ColumnKind::Text),
    Column::new("findings", ColumnKind::Text),
    Column::new("derived_at", ColumnKind::DateTime),
];

/// One row per run; append-only except for a run in progress.
pub static SYNC_LOG: Tab = Tab {
    title: "sync_log",
    columns: COLUMNS,
    ids: IdSource::Given,
    history: ChangeHistory::NotKept,
    updated_at: None,
};

const SOURCE: usize = column_index(COLUMNS, "source");
const MODE: usize = column_index(COLUMNS, "mode");
const STARTED_AT: usize = column_index(COLUMNS, "started_at");
const ENDED_AT: usize = column_index(COLUMNS, "ended_at");
const OUTCOME: usize = column_index(COLUMNS, "outcome");
const SEEN: usize = column_index(COLUMNS, "seen");
const CREATED: usize = column_index(COLUMNS, "created");
const UPDATED: usize = column_index(COLUMNS, "updated");
const FAILED: usize = column_index(COLUMNS, "failed");
const WATERMARK: usize = column_index(COLUMNS, "watermark");
const CURSOR: usize = column_index(COLUMNS, "cursor");
const ERROR: usize = column_index(COLUMNS, "error");
const CURE: usize = column_index(COLUMNS, "cure");
const FINDINGS: usize = column_index(COLUMNS, "findings");
const DERIVED_AT: usize = column_index(COLUMNS, "derived_at");

/// A sync run of one source.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SyncRun {
    /// Row id.
    pub id: String,
    /// Short name of the source.
    pub source: String,
    /// Full or incremental.
    pub mode: SyncMode,
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
    pub cursor: Option<SyncCursor>,
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
    pub fn is_derivation_pending(&self) -> bool {
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

    fn decode(tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let [rows] =
            <[TabRows; 1]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        let mut runs: Vec<SyncRun> = rows.rows().filter_map(|row| decode_run(row, decoding)).collect();
        runs.sort_by_key(|run| run.started_at);
        Self { runs, rows }
    }
}

/// Cells of a run.
pub fn run_cells(run: &SyncRun, zone: &TimeZone) -> RowCells {
    #[expect(clippy::cast_precision_loss, reason = "records are counted, far below 2^53")]
    let count = |number: u64| CellEntry::Number(number as f64);
    let mode = match run.mode {
        SyncMode::Full => "full",
        SyncMode::Incremental => "incremental",
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

fn decode_run(row: TabRow<'_>, decoding: &mut DecodeContext) -> Option<SyncRun> {
    let mut cells = CellReader::of(row, decoding);
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
            .number(column)
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
            Some("incremental") => SyncMode::Incremental,
            _ => SyncMode::Full,
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
