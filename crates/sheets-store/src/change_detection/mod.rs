//! Change detection: compares each full read with the one before; edits that this program did not write become audit
//! lines.
//!
//! All of it runs in the background. Without a difference nothing is requested or written. Otherwise the end of the log
//! is read once, because another instance of the program may have made or detected the edit.

pub(crate) mod detected_edits;
pub(crate) mod own_writes;
pub(crate) mod row_diff;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    audit::{
        SHEET_EDITOR,
        action::{ADDED, CREATED, DELETED, REMOVED},
        column,
    },
    cell::CellEntry,
    change_detection::{
        detected_edits::{DetectedEdit, UpdatedAtStamp, detect_edits},
        own_writes::{OwnWriteCoverage, OwnWrites},
    },
    clock::Clock,
    commit::{
        batch::{Batch, CellUpdate, CommitError, NewId, RowChange, RowInsert, RowUpdate},
        queue::WriteQueue,
    },
    options::StoreOptions,
    read::{
        dataset::{FullRead, TabRows},
        pages::PageReader,
        read_error::ReadError,
    },
    schema::tab::{ChangeHistory, Tab},
};

/// Lines read from the end of the log.
const MAX_LINES_READ: u32 = 2_000;
/// Maximum clock skew between two instances.
const MAX_CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(30);
/// Attempts to write the lines.
const MAX_ATTEMPTS: usize = 10;
/// Timeout for pending lines at shutdown.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(3);
/// Maximum number of remembered line ids.
const MAX_REMEMBERED_LINES: usize = 20_000;

pub(crate) struct ChangeDetector {
    clock: Clock,
    audit_log: &'static Tab,
    pages: Arc<PageReader>,
    first_pause: Duration,
    pub(crate) own_writes: OwnWrites,
    /// Last full read of each tab.
    compared: Mutex<HashMap<&'static str, (TabRows, ReadSpan)>>,
    comparison_lock: tokio::sync::Mutex<()>,
    comparisons: Mutex<JoinSet<()>>,
    queue: OnceLock<Weak<WriteQueue>>,
    /// Ids of lines that this instance wrote.
    logged_lines: Mutex<HashSet<Uuid>>,
}

/// Time span of a full read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadSpan {
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
    pub(crate) full: FullRead,
}

/// Audit line with its id.
struct EditLine {
    id: Uuid,
    at: Timestamp,
    edit: DetectedEdit,
}

impl ChangeDetector {
    pub(crate) fn new(pages: Arc<PageReader>, options: &StoreOptions) -> Self {
        Self {
            clock: options.clock.clone(),
            audit_log: options.identity.audit_log,
            pages,
            first_pause: options.first_pause,
            own_writes: OwnWrites::default(),
            compared: Mutex::default(),
            comparison_lock: tokio::sync::Mutex::default(),
            comparisons: Mutex::default(),
            queue: OnceLock::new(),
            logged_lines: Mutex::default(),
        }
    }

    /// Sets the queue for the lines; without it nothing is written.
    pub(crate) fn write_to(&self, queue: Weak<WriteQueue>) {
        // A second queue would be a programming error; the first one stays.
        let _ = self.queue.set(queue);
    }

    /// Compares a full read with the last one, in the background.
    pub(crate) fn compare(self: &Arc<Self>, tabs: &[TabRows], span: ReadSpan) {
        let is_watched = |rows: &&TabRows| rows.tab.history == ChangeHistory::Kept;
        let watched: Vec<TabRows> = tabs.iter().filter(is_watched).cloned().collect();
        if !watched.is_empty() {
            let detector = Arc::clone(self);
            let mut comparisons = self.comparisons();
            while comparisons.try_join_next().is_some() {}
            comparisons.spawn(async move { detector.compare_serially(watched, span).await });
        }
    }

    /// Waits until detected edits are logged; with a short timeout, because Google may be unreachable.
    pub(crate) async fn finish(&self) {
        let comparisons = std::mem::take(&mut *self.comparisons());
        if tokio::time::timeout(SHUTDOWN_TIMEOUT, comparisons.join_all())
            .await
            .is_err()
        {
            tracing::warn!("edits in the sheet that were noticed last may stay out of the audit log");
        }
    }

    async fn compare_serially(&self, tabs: Vec<TabRows>, span: ReadSpan) {
        let guard = self.comparison_lock.lock().await;
        let memory = self.own_writes.memory(span.full.epoch);
        if memory != OwnWriteCoverage::Whole {
            self.compared().clear();
        }
        let mut found = Vec::new();
        let mut since = span.full.at;
        for now in tabs.into_iter().filter(|_| memory != OwnWriteCoverage::Lost) {
            let tab = now.tab;
            let before = self.compared().get(tab.title).cloned();
            if let Some((then, earlier)) = before {
                // Of two concurrent reads it is unknown which one saw more.
                if span.began < earlier.ended {
                    continue;
                }
                let (now, own) = (now.clone(), self.own_writes.of(tab));
                found.extend(crate::read::blocking::run_blocking(move || detect_edits(&then, &now, &own)).await);
                since = since.min(earlier.full.at);
            }
            self.compared().insert(tab.title, (now, span));
            self.own_writes.forget_before(tab, span.full.epoch);
        }
        drop(guard);
        if !found.is_empty() {
            self.log_edits(self.lines(found), since).await;
        }
    }

    /// Gives each line an id that another instance derives as well if it detects the same edit in the same minute.
    fn lines(&self, found: Vec<DetectedEdit>) -> Vec<EditLine> {
        let at = self.clock.now();
        let mut logged_lines = self.logged_lines();
        if logged_lines.len() > MAX_REMEMBERED_LINES {
            logged_lines.clear();
        }
        let line = |edit: DetectedEdit| {
            let id = (0..)
                .map(|repetition| line_id(&edit, at, repetition))
                .find(|id| logged_lines.insert(*id));
            EditLine {
                id: id.unwrap_or_default(),
                at,
                edit,
            }
        };
        found.into_iter().map(line).collect()
    }

    async fn log_edits(&self, lines: Vec<EditLine>, since: Timestamp) {
        for delay in crate::backoff::retry_delays(self.first_pause).take(MAX_ATTEMPTS) {
            let Some(queue) = self.queue.get().and_then(Weak::upgrade) else {
                return;
            };
            match self.try_to_log(&queue, &lines, since).await {
                Ok(()) => return,
                Err(error @ (CommitError::Busy | CommitError::NotWritten(_) | CommitError::Unknown(_))) => {
                    tracing::debug!(%error, "edits in the sheet are not in the audit log yet");
                }
                Err(error) => {
                    tracing::warn!(%error, lines = lines.len(), "edits in the sheet stay out of the audit log");
                    return;
                }
            }
            tokio::time::sleep(delay).await;
        }
        tracing::warn!(lines = lines.len(), "edits in the sheet stay out of the audit log");
    }

    async fn try_to_log(
        &self,
        queue: &Arc<WriteQueue>,
        lines: &[EditLine],
        since: Timestamp,
    ) -> Result<(), CommitError> {
        let known = self.known_lines(since).await?;
        let new: Vec<&EditLine> = lines.iter().filter(|line| !known.explain(&line.edit)).collect();
        let inserts = new.iter().map(|line| RowChange::Insert(self.insert(line)));
        queue.commit(Batch::by(SHEET_EDITOR, inserts)).await?;
        self.stamp(queue, &new).await;
        Ok(())
    }

    /// Updates “updated at” of the rows, each in its own batch: a conflict in one does not block the others.
    async fn stamp(&self, queue: &Arc<WriteQueue>, lines: &[&EditLine]) {
        let mut done: HashSet<(&str, &str)> = HashSet::new();
        let mut writes = JoinSet::new();
        for line in lines {
            let Some(stamp) = &line.edit.stamp else { continue };
            if done.insert((line.edit.tab.title, &stamp.id)) {
                let batch = Batch::by(SHEET_EDITOR, [RowChange::Update(self.update(line, stamp))]);
                let queue = Arc::clone(queue);
                writes.spawn(async move { queue.commit(batch).await });
            }
        }
        while let Some(written) = writes.join_next().await {
            if let Ok(Err(error)) = written {
                tracing::debug!(%error, "a row that was edited in the sheet does not say when");
            }
        }
    }

    fn update(&self, line: &EditLine, stamp: &UpdatedAtStamp) -> RowUpdate {
        RowUpdate {
            tab: line.edit.tab,
            id: stamp.id.clone(),
            cells: vec![CellUpdate {
                column: stamp.column,
                from: stamp.from.clone(),
                to: CellEntry::instant(&line.at.to_zoned(self.clock.zone().clone())),
            }],
        }
    }

    fn insert(&self, line: &EditLine) -> RowInsert {
        let text = |text: &str| CellEntry::Text(text.to_owned());
        RowInsert {
            tab: self.audit_log,
            id: NewId::Given(line.id.to_string()),
            cells: vec![
                CellEntry::instant(&line.at.to_zoned(self.clock.zone().clone())),
                text(SHEET_EDITOR),
                text(line.edit.tab.title),
                text(&line.edit.row),
                text(line.edit.action),
                text(line.edit.column),
                text(&line.edit.old),
                text(&line.edit.new),
            ],
        }
    }

    /// Lines that other instances have logged since then.
    async fn known_lines(&self, since: Timestamp) -> Result<KnownEditLines, CommitError> {
        let log = self.pages.end_of(self.audit_log, MAX_LINES_READ).await;
        let log = log.map_err(|error| match error {
            ReadError::Unreachable(reason) => CommitError::NotWritten(reason),
            other => CommitError::Closed(other),
        })?;
        let since = since.saturating_sub(MAX_CLOCK_SKEW).unwrap_or(since);
        let logged_lines = self.logged_lines();
        let mut known = KnownEditLines::default();
        for line in log.rows() {
            let is_ours = Uuid::try_parse(&line.cell(0).text()).is_ok_and(|id| logged_lines.contains(&id));
            let is_new = line
                .cell(column::AT)
                .instant(self.clock.zone())
                .is_ok_and(|at| at >= since);
            if is_new && !is_ours {
                let shown = [column::TAB, column::ROW, column::ACTION, column::HEADER, column::NEW];
                known.add(shown.map(|place| line.cell(place).text()));
            }
        }
        Ok(known)
    }

    fn compared(&self) -> MutexGuard<'_, HashMap<&'static str, (TabRows, ReadSpan)>> {
        self.compared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn comparisons(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.comparisons.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn logged_lines(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.logged_lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn line_id(edit: &DetectedEdit, at: Timestamp, repetition: u32) -> Uuid {
    let minute = at.as_second() / 60;
    let DetectedEdit {
        tab,
        row,
        action,
        column,
        old,
        new,
        ..
    } = edit;
    let name = format!(
        "{minute}\n{repetition}\n{}\n{row}\n{action}\n{column}\n{old}\n{new}",
        tab.title
    );
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}

/// Lines of other instances.
#[derive(Default)]
struct KnownEditLines {
    /// Tab, row, column and new value.
    cells: HashSet<[String; 4]>,
    /// Tab, row, and whether the row was added or removed.
    rows: HashSet<(String, String, &'static str)>,
}

impl KnownEditLines {
    fn add(&mut self, [tab, row, action, column, new]: [String; 5]) {
        match action.as_str() {
            CREATED | ADDED => drop(self.rows.insert((tab, row, ADDED))),
            DELETED | REMOVED => drop(self.rows.insert((tab, row, REMOVED))),
            _ => drop(self.cells.insert([tab, row, column, new])),
        }
    }

    fn explain(&self, edit: &DetectedEdit) -> bool {
        let (tab, row) = (edit.tab.title.to_owned(), edit.row.clone());
        if edit.column.is_empty() {
            return self.rows.contains(&(tab, row, edit.action));
        }
        [&edit.new, &edit.plain].into_iter().any(|new| {
            let cell = [tab.clone(), row.clone(), edit.column.to_owned(), new.clone()];
            self.cells.contains(&cell)
        })
    }
}
