//! Sync run of one source.

use std::{collections::HashSet, sync::Arc};

use customer_sources::{
    OpenSource, ReadProgress as Next, SourceError, SourceRun, SyncCursor, SyncMode,
    observation::{RecordEffect, RecordFinding, SourcePage},
};
use jiff::{SignedDuration, Timestamp};
use sheets_store::{Reading, RowChange};
use tokio::sync::watch;
use uuid::Uuid;
use web::error::Error;

use crate::{
    sync::{
        SyncProgress, SyncService,
        diff::SyncDiff,
        rows::{
            runs::{self, RunOutcome, SYNC_LOG, SyncLog, SyncRun},
            source_tables::SourceTables,
        },
        writer,
    },
    tabs::row_changes::RowLedger,
};

/// Age up to which an interrupted run is resumed. Cursors of vendors expire; an older run is restarted from the last
/// complete one.
const MAX_RESUME_AGE: SignedDuration = SignedDuration::from_hours(24);
/// Maximum number of findings stored with a run.
const MAX_FINDINGS: usize = 40;

/// Runs a sync of `source` until it is complete, fails or is interrupted.
pub(crate) async fn run_source(
    sync: &SyncService,
    source: &Arc<OpenSource>,
    mode: SyncMode,
    progress: &watch::Sender<SyncProgress>,
) -> Result<SyncRun, Error> {
    sync.store.refresh();
    let (log, tables) = tokio::join!(sync.store.read_now::<SyncLog>(), sync.store.read_now::<SourceTables>());
    let (log, tables): (Reading<SyncLog>, Reading<SourceTables>) = (log?, tables?);
    let start = RunStart::of(&log.snapshot.data, source, mode, sync.clock.now());
    let mut running = RunState {
        sync,
        source,
        progress,
        log: RowLedger::of(&SYNC_LOG, log.snapshot.data.rows.clone()),
        diff: SyncDiff::of(&tables.snapshot.data, sync.clock.zone().clone()),
        run: start.run(source.vendor.name),
        seen: HashSet::new(),
        is_complete: start.resumed.is_none(),
        interrupted_runs: start.interrupted,
    };
    running.read(start.cursor, start.resumed.is_some()).await?;
    Ok(running.run)
}

/// Starting point of a run.
struct RunStart {
    cursor: SyncCursor,
    started_at: Timestamp,
    /// The interrupted run that is resumed.
    resumed: Option<SyncRun>,
    /// Earlier runs that never ended, to be marked as interrupted.
    interrupted: Vec<SyncRun>,
}

impl RunStart {
    fn of(log: &SyncLog, source: &OpenSource, mode: SyncMode, now: Timestamp) -> Self {
        let name = source.vendor.name;
        let last = log.last(name);
        let candidate = last.filter(|run| mode == SyncMode::Incremental || run.mode == SyncMode::Full);
        let resumed = candidate.filter(|run| is_resumable(run, now)).cloned();
        let is_unfinished = |run: &&SyncRun| run.outcome == RunOutcome::Running;
        let interrupted = log.of(name).filter(is_unfinished).map(|run| SyncRun {
            outcome: RunOutcome::Interrupted,
            ended_at: Some(now),
            ..run.clone()
        });
        let new_cursor = || {
            let watermark = log.last_complete(name).and_then(|run| run.watermark);
            source.start(match mode {
                SyncMode::Full => SourceRun::full(now),
                SyncMode::Incremental => SourceRun::incremental(watermark, now),
            })
        };
        let cursor = resumed
            .as_ref()
            .and_then(|run| run.cursor.clone())
            .unwrap_or_else(new_cursor);
        Self {
            cursor,
            started_at: now,
            interrupted: interrupted.collect(),
            resumed,
        }
    }

    fn run(&self, source: &str) -> SyncRun {
        SyncRun {
            id: Uuid::new_v4().to_string(),
            source: source.to_owned(),
            mode: self.cursor.run.mode,
            started_at: self.started_at,
            ended_at: None,
            outcome: RunOutcome::Running,
            seen: 0,
            created: 0,
            updated: 0,
            failed: 0,
            watermark: None,
            cursor: Some(self.cursor.clone()),
            error: None,
            cure: None,
            findings: Vec::new(),
            derived_at: None,
        }
    }
}

/// Whether a run was interrupted halfway and recently enough to resume.
fn is_resumable(run: &SyncRun, now: Timestamp) -> bool {
    let Some(cursor) = &run.cursor else { return false };
    let is_recent = now.duration_since(cursor.run.started_at) <= MAX_RESUME_AGE;
    run.outcome != RunOutcome::Complete && is_recent && *cursor != SyncCursor::at_start(cursor.run)
}

/// A run in progress.
struct RunState<'a> {
    sync: &'a SyncService,
    source: &'a Arc<OpenSource>,
    progress: &'a watch::Sender<SyncProgress>,
    log: RowLedger,
    diff: SyncDiff,
    run: SyncRun,
    /// Row ids of the received records.
    seen: HashSet<String>,
    /// Whether the run received everything, so that missing records are removed.
    is_complete: bool,
    /// Rows of earlier runs to write with the first batch.
    interrupted_runs: Vec<SyncRun>,
}

impl RunState<'_> {
    async fn read(&mut self, mut cursor: SyncCursor, is_resumed: bool) -> Result<(), Error> {
        let mut may_rewind = is_resumed;
        self.write().await?;
        loop {
            if self.sync.is_stopping() {
                return self.interrupt().await;
            }
            match self.source.next(&cursor).await {
                Ok((page, next)) => {
                    may_rewind = false;
                    self.add_page(page);
                    match next {
                        Next::More(next) => {
                            self.run.cursor = Some(next.clone());
                            cursor = next;
                        }
                        Next::Done { watermark } => return self.complete(watermark).await,
                    }
                }
                // The vendor no longer accepts the cursor of the interrupted run.
                Err(SourceError::Refused { .. }) if may_rewind => {
                    may_rewind = false;
                    cursor = cursor.rewound();
                }
                Err(failure) => return self.fail(&failure).await,
            }
            if self.diff.pending() >= writer::MAX_BATCH_ROWS {
                self.write().await?;
            }
        }
    }

    fn add_page(&mut self, page: SourcePage) {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        self.run.seen += count(page.seen());
        for finding in &page.findings {
            self.record_finding(finding);
        }
        let expected = page.expected;
        self.seen.extend(self.diff.add_page(page, self.sync.clock.now()));
        self.report_progress(expected);
    }

    fn report_progress(&self, expected: Option<u64>) {
        let (seen, written) = (self.run.seen, self.run.created + self.run.updated);
        self.progress.send_modify(|progress| {
            progress.seen = seen;
            progress.written = written;
            progress.expected = expected.or(progress.expected);
        });
    }

    fn record_finding(&mut self, finding: &RecordFinding) {
        match finding.effect {
            RecordEffect::Quarantined => self.run.failed += 1,
            RecordEffect::FeedLeftOut => self.is_complete = false,
            RecordEffect::FieldLeftOut => {}
        }
        if self.run.findings.len() < MAX_FINDINGS {
            let field = finding
                .field
                .as_deref()
                .map(|field| format!(", {field}"))
                .unwrap_or_default();
            let (feed, record) = (&finding.feed, &finding.record);
            let sentence = format!("{feed} {record}{field}: {}", finding.reason);
            self.run.findings.push(sentence.replace('\n', " "));
        }
    }

    /// Ends the run because the program stops; the next run resumes.
    async fn interrupt(&mut self) -> Result<(), Error> {
        self.run.outcome = RunOutcome::Interrupted;
        self.finish().await
    }

    async fn complete(&mut self, watermark: Timestamp) -> Result<(), Error> {
        if self.run.mode == SyncMode::Full && self.is_complete {
            let now = self.sync.clock.now();
            self.diff.mark_unseen_removed(self.source.vendor.name, &self.seen, now);
        }
        self.run.outcome = RunOutcome::Complete;
        self.run.watermark = Some(watermark);
        self.run.cursor = None;
        self.finish().await
    }

    async fn fail(&mut self, failure: &SourceError) -> Result<(), Error> {
        tracing::warn!(
            source = self.source.vendor.name,
            kind = failure.kind(),
            "a sync stopped: {failure}"
        );
        self.run.outcome = RunOutcome::Failed(failure.kind().to_owned());
        self.run.error = Some(failure.to_string());
        self.run.cure = Some(failure.cure());
        self.finish().await
    }

    async fn finish(&mut self) -> Result<(), Error> {
        self.run.ended_at = Some(self.sync.clock.now());
        self.write().await?;
        let (source, seen) = (self.source.vendor.name, self.run.seen);
        let (created, updated, failed) = (self.run.created, self.run.updated, self.run.failed);
        tracing::info!(source, seen, created, updated, failed, "sync");
        self.report_progress(None);
        Ok(())
    }

    /// Writes pending rows and progress. The cursor is part of the last batch, so that it never gets ahead of the rows.
    async fn write(&mut self) -> Result<(), Error> {
        let by = format!("sync of {}", self.source.vendor.name);
        let mut changes = self.diff.changes();
        let is_new = |change: &RowChange| matches!(change, RowChange::Insert(_));
        let created = changes.iter().filter(|change| is_new(change)).count();
        self.run.created += u64::try_from(created).unwrap_or(u64::MAX);
        self.run.updated += u64::try_from(changes.len() - created).unwrap_or(u64::MAX);
        let runs: Vec<SyncRun> = self.interrupted_runs.drain(..).chain([self.run.clone()]).collect();
        for run in runs {
            let cells = runs::run_cells(&run, self.sync.clock.zone());
            changes.extend(self.log.change(&run.id, &cells, &[]));
            self.log.record(&run.id, cells);
        }
        writer::write_batches(&self.sync.store, &by, changes).await?;
        Ok(())
    }
}
