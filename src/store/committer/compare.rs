//! Planner: compares the requested changes with the current rows and decides what to write. Pure: makes no call.

mod numbering;

use std::collections::{HashMap, HashSet};

use super::{
    super::{
        audit::{self, AUDIT_LOG, action, column},
        batch::{Change, CommitError, Conflict, Delete, Insert, NewId, RowProblem, Update},
        cell::{Content, Entry},
        requests::Filling,
        tab::{Tab, normalise},
        tail::{Found, Search, Sight, Tails, Wanted},
    },
    job::{Done, Job, Origin},
    plan::{Addition, CellEdit, Edit, InLog, NewLine, Plan, Purpose, Removal, RemovedCell},
};

/// Lookups needed before the open changes of `group` can be compared.
pub(super) fn wanted(group: &[Job]) -> Vec<Wanted> {
    let mut seen = HashSet::new();
    let row = |tab: &Tab, id: &str, search| Wanted {
        tab: tab.title,
        id: id.to_owned(),
        search,
    };
    group
        .iter()
        .flat_map(Job::open_changes)
        .filter_map(|(_, change)| match change {
            Change::Update(update) => Some(row(update.tab, &update.id, Search::Thorough)),
            Change::Delete(delete) => Some(row(delete.tab, &delete.id, Search::Thorough)),
            Change::Number(numbering) => Some(numbering::wanted(numbering)),
            Change::Insert(insert) => match &insert.id {
                NewId::Given(_) | NewId::Restored { .. } => None,
                NewId::Counted { key } => {
                    let line = audit::created_line(insert.tab, key);
                    Some(row(&AUDIT_LOG, &line, Search::Known))
                }
            },
        })
        .filter(|wanted| seen.insert(wanted.clone()))
        .collect()
}

/// Input of the planner in addition to the lookup results.
pub(super) struct Circumstances<'a> {
    pub(super) tails: &'a Tails,
    /// Highest counted ids that were assigned, by tab, even if no row shows them any more.
    pub(super) given: &'a HashMap<&'static str, i64>,
    /// Current instant, as it is written.
    pub(super) now: Entry,
}

/// Plans all open changes of `group`. Jobs are planned in order, each on the outcome of those before it.
pub(super) fn plan(group: &[Job], sight: &Sight, circumstances: &Circumstances<'_>) -> Plan {
    let mut planner = Planner {
        sight,
        circumstances,
        drawn: Drawn::default(),
        staged: Drawn::default(),
    };
    let mut plan = Plan::default();
    for (index, job) in group.iter().enumerate() {
        let part = planner.job(index, job);
        let staged = std::mem::take(&mut planner.staged);
        match part {
            Ok(part) => {
                planner.drawn.absorb(staged);
                plan.edits.extend(part.edits);
                plan.removals.extend(part.removals);
                plan.additions.extend(part.additions);
                plan.settled.extend(part.settled);
            }
            Err(error) => plan.failed.push((index, error)),
        }
    }
    plan
}

type RowKey = (&'static str, String);

/// Planned state of the sheet, where it differs from the lookup results.
#[derive(Default)]
struct Drawn {
    cells: HashMap<RowKey, HashMap<usize, Content>>,
    /// Whether a row is deleted or restored.
    removed: HashMap<RowKey, bool>,
    /// Ids of new rows, by idempotency key.
    added: HashMap<RowKey, String>,
    counted: HashMap<&'static str, i64>,
}

impl Drawn {
    fn absorb(&mut self, later: Self) {
        for (key, cells) in later.cells {
            self.cells.entry(key).or_default().extend(cells);
        }
        self.removed.extend(later.removed);
        self.added.extend(later.added);
        self.counted.extend(later.counted);
    }
}

struct Planner<'a> {
    sight: &'a Sight,
    circumstances: &'a Circumstances<'a>,
    drawn: Drawn,
    /// Additions of the job that is being planned.
    staged: Drawn,
}

impl Planner<'_> {
    fn job(&mut self, index: usize, job: &Job) -> Result<Plan, CommitError> {
        let mut part = Plan::default();
        let mut conflicts = Vec::new();
        for (change_index, change) in job.open_changes() {
            let origin = Origin {
                job: index,
                change: change_index,
            };
            let by = &job.batch.by;
            match change {
                Change::Insert(insert) => self.insert(insert, (origin, by), &mut part),
                Change::Number(numbering) => self.number(numbering, (origin, by), &mut part),
                Change::Update(update) => conflicts.extend(self.update(update, (origin, by), &mut part)?),
                Change::Delete(delete) => match self.delete(delete, (origin, by), &mut part) {
                    Err(CommitError::NoSuchRow {
                        problem: RowProblem::Gone,
                        ..
                    }) if job.is_doubtful(change_index) => part.settled.push((origin, Done::Deleted)),
                    result => conflicts.extend(result?),
                },
            }
        }
        if conflicts.is_empty() {
            Ok(part)
        } else {
            Err(CommitError::Conflict(conflicts))
        }
    }

    fn insert(&mut self, insert: &Insert, (origin, by): (Origin, &str), part: &mut Plan) {
        let key = (insert.tab.title, insert.id.as_str().to_owned());
        if let Some(id) = self.id_before(insert, &key) {
            part.settled.push((origin, Done::AlreadyThere(id)));
            return;
        }
        let line = |key, action| {
            let id = audit::created_line(insert.tab, key);
            Some(NewLine { id, action })
        };
        let (id, line) = match &insert.id {
            NewId::Given(id) => (Entry::Text(id.clone()), None),
            NewId::Counted { key } => (self.next_number(insert.tab), line(key, action::CREATED)),
            NewId::Restored { id, key, .. } => {
                let number = id.parse().map_or_else(|_| Entry::Text(id.clone()), Entry::Number);
                (number, line(key, action::RESTORED))
            }
        };
        let addition = Addition {
            origin,
            by: by.to_owned(),
            tab: insert.tab,
            id,
            cells: insert.cells.clone(),
            others: self.other_cells(insert),
            line,
        };
        self.staged.removed.insert(key.clone(), false);
        self.staged.added.insert(key, addition.id_text());
        part.additions.push(addition);
    }

    /// Restored values of staff's own columns, by position in the sheet.
    fn other_cells(&self, insert: &Insert) -> Vec<(usize, Content)> {
        let NewId::Restored { others, .. } = &insert.id else {
            return Vec::new();
        };
        let headers = self.circumstances.tails.header(insert.tab);
        let place = |header: &str| headers.iter().position(|found| normalise(found) == normalise(header));
        let known = |header: &str| {
            let mut columns = insert.tab.columns.iter();
            columns.any(|column| normalise(column.header) == normalise(header))
        };
        let others = others.iter().filter(|(header, _)| !known(header));
        others
            .filter_map(|(header, content)| Some((place(header)?, content.clone())))
            .collect()
    }

    /// Id of a row that was inserted before, in this write or in an earlier one.
    fn id_before(&self, insert: &Insert, key: &RowKey) -> Option<String> {
        let is_removed = self.is_removed(key);
        let added = self.staged.added.get(key).or_else(|| self.drawn.added.get(key));
        if let Some(id) = added.filter(|_| !is_removed) {
            return Some(id.clone());
        }
        match &insert.id {
            NewId::Given(id) | NewId::Restored { id, .. } => {
                let is_there = self.circumstances.tails.contains(insert.tab, id) && !is_removed;
                is_there.then(|| id.clone())
            }
            NewId::Counted { key } => {
                let line = self
                    .sight
                    .get(&(AUDIT_LOG.title, audit::created_line(insert.tab, key)))?;
                let place = self.circumstances.tails.place(&AUDIT_LOG);
                matches!(line, Found::Row { .. })
                    .then(|| line.content(place.layout.position(column::ROW)).as_cell().text())
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "rows are counted, far below 2^53")]
    fn next_number(&mut self, tab: &'static Tab) -> Entry {
        let known = self.circumstances.tails.highest(tab);
        let given = self.circumstances.given.get(tab.title).copied().unwrap_or(0);
        let drawn = self.drawn.counted.get(tab.title).copied().unwrap_or(0);
        let last = self
            .staged
            .counted
            .entry(tab.title)
            .or_insert(known.max(given).max(drawn));
        *last += 1;
        Entry::Number(*last as f64)
    }

    fn is_removed(&self, key: &RowKey) -> bool {
        let removed = self.staged.removed.get(key).or_else(|| self.drawn.removed.get(key));
        removed.copied().unwrap_or(false)
    }

    /// The row and its row number, in the planned state.
    fn row(&self, tab: &'static Tab, id: &str) -> Result<(&Found, usize), CommitError> {
        let key = (tab.title, id.to_owned());
        let problem = match self.sight.get(&key) {
            _ if self.is_removed(&key) => RowProblem::Gone,
            Some(row @ Found::Row { number, .. }) => return Ok((row, *number)),
            Some(Found::Repeated) => RowProblem::Repeated,
            Some(Found::Gone) | None => RowProblem::Gone,
        };
        Err(CommitError::NoSuchRow {
            tab: tab.title,
            id: id.to_owned(),
            problem,
        })
    }

    fn content(&self, key: &RowKey, row: &Found, position: usize) -> Content {
        let drawn = [&self.staged, &self.drawn]
            .into_iter()
            .find_map(|drawn| drawn.cells.get(key)?.get(&position));
        drawn.cloned().unwrap_or_else(|| row.content(position))
    }

    fn update(
        &mut self,
        update: &Update,
        (origin, by): (Origin, &str),
        part: &mut Plan,
    ) -> Result<Vec<Conflict>, CommitError> {
        let tab = update.tab;
        let (row, number) = self.row(tab, &update.id)?;
        let key = (tab.title, update.id.clone());
        let mut conflicts = Vec::new();
        let mut cells = Vec::new();
        for cell in &update.cells {
            let position = self.circumstances.tails.place(tab).layout.position(cell.column);
            let found = self.content(&key, row, position);
            if found.is_same_as(&cell.to.content()) {
                continue;
            }
            if found.is_same_as(&cell.from) {
                let in_log = if tab.updated_at == Some(cell.column) {
                    InLog::Moment
                } else {
                    InLog::Line
                };
                cells.push(self.cell_edit(tab, (cell.column, found), &cell.to, in_log));
            } else {
                conflicts.push(Conflict {
                    tab: tab.title,
                    id: update.id.clone(),
                    column: tab.columns[cell.column].header,
                    seen: cell.from.clone(),
                    found,
                    wanted: Some(cell.to.clone()),
                });
            }
        }
        if !conflicts.is_empty() {
            return Ok(conflicts);
        }
        if cells.is_empty() {
            part.settled.push((origin, Done::Unchanged));
            return Ok(conflicts);
        }
        let says_when = |place: &usize| update.cells.iter().any(|cell| cell.column == *place);
        if let Some(place) = tab.updated_at.filter(|place| !says_when(place)) {
            let position = self.circumstances.tails.place(tab).layout.position(place);
            let found = self.content(&key, row, position);
            cells.push(self.cell_edit(tab, (place, found), &self.circumstances.now, InLog::Moment));
        }
        cells.sort_by_key(|cell| cell.position);
        let staged = self.staged.cells.entry(key).or_default();
        staged.extend(cells.iter().map(|cell| (cell.position, cell.wanted.clone())));
        part.edits.push(Edit {
            purpose: Purpose::Change(origin),
            by: by.to_owned(),
            action: action::UPDATED,
            tab,
            id: update.id.clone(),
            number,
            cells,
        });
        Ok(conflicts)
    }

    fn cell_edit(&self, tab: &'static Tab, (place, found): (usize, Content), to: &Entry, in_log: InLog) -> CellEdit {
        let position = self.circumstances.tails.place(tab).layout.position(place);
        let kind = tab.columns[place].kind;
        // A cell that holds a value keeps the format that staff gave it.
        let look = (found == Content::Empty).then_some(kind);
        CellEdit {
            position,
            header: self
                .circumstances
                .tails
                .header(tab)
                .get(position)
                .cloned()
                .unwrap_or_default(),
            kind: Some(kind),
            filling: Filling::of(to.clone(), look),
            wanted: to.content(),
            found,
            in_log,
        }
    }

    fn delete(
        &mut self,
        delete: &Delete,
        (origin, by): (Origin, &str),
        part: &mut Plan,
    ) -> Result<Vec<Conflict>, CommitError> {
        let tab = delete.tab;
        let (row, number) = self.row(tab, &delete.id)?;
        let key = (tab.title, delete.id.clone());
        let layout = self.circumstances.tails.place(tab).layout.clone();
        let conflicts: Vec<Conflict> = delete
            .seen
            .iter()
            .map(|(place, seen)| (*place, seen, self.content(&key, row, layout.position(*place))))
            .filter(|(_, seen, found)| !found.is_same_as(seen))
            .map(|(place, seen, found)| Conflict {
                tab: tab.title,
                id: delete.id.clone(),
                column: tab.columns[place].header,
                seen: seen.clone(),
                found,
                wanted: None,
            })
            .collect();
        if conflicts.is_empty() {
            let read = layout.width();
            let found = |position: usize| (position < read).then(|| self.content(&key, row, position));
            let columns = cells_with_headers(self.circumstances.tails, tab, found);
            self.staged.removed.insert(key, true);
            part.removals.push(Removal {
                purpose: Purpose::Change(origin),
                by: by.to_owned(),
                tab,
                id: delete.id.clone(),
                number,
                columns,
                shows: Vec::new(),
            });
        }
        Ok(conflicts)
    }
}

/// Cells of a deleted row in every column that has a header, by position in the sheet. `found` returns the value that
/// was read at a position.
pub(super) fn cells_with_headers(
    tails: &Tails,
    tab: &'static Tab,
    found: impl Fn(usize) -> Option<Content>,
) -> Vec<RemovedCell> {
    let positions = tails.place(tab).layout.positions();
    let kind_at = |position: usize| {
        let place = positions.iter().position(|known| *known == position);
        place.map(|place| tab.columns[place].kind)
    };
    let headers = tails.header(tab).iter().enumerate();
    headers
        .filter(|(_, header)| !header.is_empty())
        .map(|(position, header)| RemovedCell {
            position,
            header: header.clone(),
            kind: kind_at(position),
            found: found(position),
        })
        .collect()
}
