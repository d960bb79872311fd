//! Change detection: compares each full read with the one before; edits that this program did not write become audit
//! lines.
//!
//! All of it runs in the background. Without a difference nothing is requested or written. Otherwise the end of the log
//! is read once, because another instance of the program may have made or detected the edit.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{
    ReadError,
    audit::{
        AUDIT_LOG, IN_THE_SHEET,
        action::{ADDED, CREATED, DELETED, REMOVED},
        column,
    },
    batch::{Batch, CellUpdate, Change, CommitError, Insert, NewId, Update},
    cell::Entry,
    committer::Queue,
    dataset::{FullRead, TabRows},
    edits::{Edit, Stamp, edits},
    own_writes::{Memory, OwnWrites},
    pages::Pages,
    tab::History,
};
use crate::clock::Clock;

/// Lines read from the end of the log.
const LINES_LOOKED_AT: u32 = 2_000;
/// Maximum clock skew between two instances.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(30);
/// Attempts to write the lines.
const TRIES: usize = 10;
/// Timeout for pending lines at shutdown.
const LAST_WAIT: Duration = Duration::from_secs(3);
/// Maximum number of remembered line ids.
const MOST_TOLD: usize = 20_000;

pub(super) struct Watch {
    clock: Clock,
    pages: Arc<Pages>,
    first_pause: Duration,
    pub(super) own_writes: OwnWrites,
    /// Last full read of each tab.
    compared: Mutex<HashMap<&'static str, (TabRows, Span)>>,
    turn: tokio::sync::Mutex<()>,
    comparisons: Mutex<JoinSet<()>>,
    queue: OnceLock<Weak<Queue>>,
    /// Ids of lines that this instance wrote.
    told: Mutex<HashSet<Uuid>>,
}

/// Time span of a full read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) began: Instant,
    pub(super) ended: Instant,
    pub(super) full: FullRead,
}

/// Audit line with its id.
struct Line {
    id: Uuid,
    at: Timestamp,
    edit: Edit,
}

impl Watch {
    pub(super) fn new(clock: Clock, pages: Arc<Pages>, first_pause: Duration) -> Self {
        Self {
            clock,
            pages,
            first_pause,
            own_writes: OwnWrites::default(),
            compared: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            comparisons: Mutex::default(),
            queue: OnceLock::new(),
            told: Mutex::default(),
        }
    }

    /// Sets the queue for the lines; without it nothing is written.
    pub(super) fn write_to(&self, queue: Weak<Queue>) {
        // A second queue would be a programming error; the first one stays.
        let _ = self.queue.set(queue);
    }

    /// Compares a full read with the last one, in the background.
    pub(super) fn compare(self: &Arc<Self>, tabs: &[TabRows], span: Span) {
        let is_watched = |rows: &&TabRows| rows.tab.history == History::Kept;
        let watched: Vec<TabRows> = tabs.iter().filter(is_watched).cloned().collect();
        if !watched.is_empty() {
            let watch = Arc::clone(self);
            let mut comparisons = self.comparisons();
            while comparisons.try_join_next().is_some() {}
            comparisons.spawn(async move { watch.compare_in_turn(watched, span).await });
        }
    }

    /// Waits until detected edits are logged; with a short timeout, because Google may be unreachable.
    pub(super) async fn finish(&self) {
        let comparisons = std::mem::take(&mut *self.comparisons());
        if tokio::time::timeout(LAST_WAIT, comparisons.join_all()).await.is_err() {
            tracing::warn!("edits in the sheet that were noticed last may stay out of the audit log");
        }
    }

    async fn compare_in_turn(&self, tabs: Vec<TabRows>, span: Span) {
        let turn = self.turn.lock().await;
        let memory = self.own_writes.memory(span.full.epoch);
        if memory != Memory::Whole {
            self.compared().clear();
        }
        let mut found = Vec::new();
        let mut since = span.full.at;
        for now in tabs.into_iter().filter(|_| memory != Memory::Lost) {
            let tab = now.tab;
            let before = self.compared().get(tab.title).cloned();
            if let Some((then, earlier)) = before {
                // Of two concurrent reads it is unknown which one saw more.
                if span.began < earlier.ended {
                    continue;
                }
                let (now, own) = (now.clone(), self.own_writes.of(tab));
                found.extend(super::beside(move || edits(&then, &now, &own)).await);
                since = since.min(earlier.full.at);
            }
            self.compared().insert(tab.title, (now, span));
            self.own_writes.forget_before(tab, span.full.epoch);
        }
        drop(turn);
        if !found.is_empty() {
            self.tell(self.lines(found), since).await;
        }
    }

    /// Gives each line an id that another instance derives as well if it detects the same edit in the same minute.
    fn lines(&self, found: Vec<Edit>) -> Vec<Line> {
        let at = self.clock.now();
        let mut told = self.told();
        if told.len() > MOST_TOLD {
            told.clear();
        }
        let line = |edit: Edit| {
            let id = (0..)
                .map(|repetition| line_id(&edit, at, repetition))
                .find(|id| told.insert(*id));
            Line {
                id: id.unwrap_or_default(),
                at,
                edit,
            }
        };
        found.into_iter().map(line).collect()
    }

    async fn tell(&self, lines: Vec<Line>, since: Timestamp) {
        for pause in super::pauses(self.first_pause).take(TRIES) {
            let Some(queue) = self.queue.get().and_then(Weak::upgrade) else {
                return;
            };
            match self.try_to_tell(&queue, &lines, since).await {
                Ok(()) => return,
                Err(error @ (CommitError::Busy | CommitError::NotWritten(_) | CommitError::Unknown(_))) => {
                    tracing::debug!(%error, "edits in the sheet are not in the audit log yet");
                }
                Err(error) => {
                    tracing::warn!(%error, lines = lines.len(), "edits in the sheet stay out of the audit log");
                    return;
                }
            }
            tokio::time::sleep(pause).await;
        }
        tracing::warn!(lines = lines.len(), "edits in the sheet stay out of the audit log");
    }

    async fn try_to_tell(&self, queue: &Arc<Queue>, lines: &[Line], since: Timestamp) -> Result<(), CommitError> {
        let known = self.known_lines(since).await?;
        let new: Vec<&Line> = lines.iter().filter(|line| !known.explain(&line.edit)).collect();
        let inserts = new.iter().map(|line| Change::Insert(self.insert(line)));
        queue.commit(Batch::by(IN_THE_SHEET, inserts)).await?;
        self.stamp(queue, &new).await;
        Ok(())
    }

    /// Updates “updated at” of the rows, each in its own batch: a conflict in one does not block the others.
    async fn stamp(&self, queue: &Arc<Queue>, lines: &[&Line]) {
        let mut done: HashSet<(&str, &str)> = HashSet::new();
        let mut writes = JoinSet::new();
        for line in lines {
            let Some(stamp) = &line.edit.stamp else { continue };
            if done.insert((line.edit.tab.title, &stamp.id)) {
                let batch = Batch::by(IN_THE_SHEET, [Change::Update(self.update(line, stamp))]);
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

    fn update(&self, line: &Line, stamp: &Stamp) -> Update {
        Update {
            tab: line.edit.tab,
            id: stamp.id.clone(),
            cells: vec![CellUpdate {
                column: stamp.column,
                from: stamp.from.clone(),
                to: Entry::instant(&line.at.to_zoned(self.clock.zone().clone())),
            }],
        }
    }

    fn insert(&self, line: &Line) -> Insert {
        let text = |text: &str| Entry::Text(text.to_owned());
        Insert {
            tab: &AUDIT_LOG,
            id: NewId::Given(line.id.to_string()),
            cells: vec![
                Entry::instant(&line.at.to_zoned(self.clock.zone().clone())),
                text(IN_THE_SHEET),
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
    async fn known_lines(&self, since: Timestamp) -> Result<KnownLines, CommitError> {
        let log = self.pages.end_of(&AUDIT_LOG, LINES_LOOKED_AT).await;
        let log = log.map_err(|error| match error {
            ReadError::Unreachable(reason) => CommitError::NotWritten(reason),
            other => CommitError::Closed(other),
        })?;
        let since = since.saturating_sub(CLOCKS_DIFFER).unwrap_or(since);
        let told = self.told();
        let mut known = KnownLines::default();
        for line in log.rows() {
            let is_ours = Uuid::try_parse(&line.cell(0).text()).is_ok_and(|id| told.contains(&id));
            let is_new = line
                .cell(column::AT)
                .instant(self.clock.zone())
                .is_ok_and(|at| at >= since);
            if is_new && !is_ours {
                let told = [column::TAB, column::ROW, column::ACTION, column::HEADER, column::NEW];
                known.add(told.map(|place| line.cell(place).text()));
            }
        }
        Ok(known)
    }

    fn compared(&self) -> MutexGuard<'_, HashMap<&'static str, (TabRows, Span)>> {
        self.compared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn comparisons(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.comparisons.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn line_id(edit: &Edit, at: Timestamp, repetition: u32) -> Uuid {
    let minute = at.as_second() / 60;
    let Edit {
        tab,
        row,
        action,
        column,
        old,
        new,
        ..
    } = edit;
    let told = format!(
        "{minute}\n{repetition}\n{}\n{row}\n{action}\n{column}\n{old}\n{new}",
        tab.title
    );
    Uuid::new_v5(&Uuid::NAMESPACE_OID, told.as_bytes())
}

/// Lines of other instances.
#[derive(Default)]
struct KnownLines {
    /// Tab, row, column and new value.
    cells: HashSet<[String; 4]>,
    /// Tab, row, and whether the row was added or removed.
    rows: HashSet<(String, String, &'static str)>,
}

impl KnownLines {
    fn add(&mut self, [tab, row, action, column, new]: [String; 5]) {
        match action.as_str() {
            CREATED | ADDED => drop(self.rows.insert((tab, row, ADDED))),
            DELETED | REMOVED => drop(self.rows.insert((tab, row, REMOVED))),
            _ => drop(self.cells.insert([tab, row, column, new])),
        }
    }

    fn explain(&self, edit: &Edit) -> bool {
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
