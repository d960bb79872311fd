//! Planner: compares the requested changes with the current rows and decides what to write. Pure: makes no call.

pub(crate) mod array_formulas;
pub(crate) mod numbering;

use std::collections::{HashMap, HashSet};

use crate::{
    audit::{self, action, column},
    cell::{CellContent, CellEntry},
    commit::{
        batch::{CellConflict, CommitError, NewId, RowChange, RowDelete, RowInsert, RowProblem, RowUpdate},
        job::{ChangeOrigin, ChangeOutcome, WriteJob},
        plan::{
            CellEdit, CellLogging, CreationLine, RemovedCell, RowAddition, RowEdit, RowRemoval, WritePlan, WritePurpose,
        },
        tab_index::{LookupResult, LookupResults, LookupScope, RowLookup, TabIndexes},
    },
    google::requests::CellFill,
    schema::tab::{Tab, normalize_header},
};

/// Lookups needed before the open changes of `group` can be compared.
pub(crate) fn lookups_of(group: &[WriteJob], audit_log: &Tab) -> Vec<RowLookup> {
    let mut seen = HashSet::new();
    let row = |tab: &Tab, id: &str, search| RowLookup {
        tab: tab.title,
        id: id.to_owned(),
        search,
    };
    group
        .iter()
        .flat_map(WriteJob::open_changes)
        .filter_map(|(_, change)| match change {
            RowChange::Update(update) => Some(row(update.tab, &update.id, LookupScope::Thorough)),
            RowChange::Delete(delete) => Some(row(delete.tab, &delete.id, LookupScope::Thorough)),
            RowChange::Number(numbering) => Some(numbering::lookup_of(numbering)),
            RowChange::Insert(insert) => match &insert.id {
                NewId::Given(_) | NewId::Restored { .. } => None,
                NewId::Counted { key } => {
                    let line = audit::creation_line_id(insert.tab, key);
                    Some(row(audit_log, &line, LookupScope::Known))
                }
            },
        })
        .filter(|wanted| seen.insert(wanted.clone()))
        .collect()
}

/// Input of the planner in addition to the lookup results.
pub(crate) struct PlanningContext<'a> {
    pub(crate) tails: &'a TabIndexes,
    /// Highest counted ids that were assigned, by tab, even if no row shows them any more.
    pub(crate) given: &'a HashMap<&'static str, i64>,
    /// Current instant, as it is written.
    pub(crate) now: CellEntry,
}

/// Plans all open changes of `group`. Jobs are planned in order, each on the outcome of those before it.
pub(crate) fn plan_changes_of(
    group: &[WriteJob],
    sight: &LookupResults,
    circumstances: &PlanningContext<'_>,
) -> WritePlan {
    let mut planner = Planner {
        sight,
        circumstances,
        drawn: PlannedState::default(),
        staged: PlannedState::default(),
    };
    let mut plan = WritePlan::default();
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
struct PlannedState {
    cells: HashMap<RowKey, HashMap<usize, CellContent>>,
    /// Whether a row is deleted or restored.
    removed: HashMap<RowKey, bool>,
    /// Ids of new rows, by idempotency key.
    added: HashMap<RowKey, String>,
    counted: HashMap<&'static str, i64>,
}

impl PlannedState {
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
    sight: &'a LookupResults,
    circumstances: &'a PlanningContext<'a>,
    drawn: PlannedState,
    /// Additions of the job that is being planned.
    staged: PlannedState,
}

impl Planner<'_> {
    fn job(&mut self, index: usize, job: &WriteJob) -> Result<WritePlan, CommitError> {
        let mut part = WritePlan::default();
        let mut conflicts = Vec::new();
        for (change_index, change) in job.open_changes() {
            let origin = ChangeOrigin {
                job: index,
                change: change_index,
            };
            let by = &job.batch.by;
            match change {
                RowChange::Insert(insert) => self.insert(insert, (origin, by), &mut part),
                RowChange::Number(numbering) => self.number(numbering, (origin, by), &mut part),
                RowChange::Update(update) => conflicts.extend(self.update(update, (origin, by), &mut part)?),
                RowChange::Delete(delete) => match self.delete(delete, (origin, by), &mut part) {
                    Err(CommitError::NoSuchRow {
                        problem: RowProblem::Gone,
                        ..
                    }) if job.is_doubtful(change_index) => part.settled.push((origin, ChangeOutcome::Deleted)),
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

    fn insert(&mut self, insert: &RowInsert, (origin, by): (ChangeOrigin, &str), part: &mut WritePlan) {
        let key = (insert.tab.title, insert.id.as_str().to_owned());
        if let Some(id) = self.id_before(insert, &key) {
            part.settled.push((origin, ChangeOutcome::AlreadyThere(id)));
            return;
        }
        let line = |key, action| {
            let id = audit::creation_line_id(insert.tab, key);
            Some(CreationLine { id, action })
        };
        let (id, line) = match &insert.id {
            NewId::Given(id) => (CellEntry::Text(id.clone()), None),
            NewId::Counted { key } => (self.next_number(insert.tab), line(key, action::CREATED)),
            NewId::Restored { id, key, .. } => {
                let number = id
                    .parse()
                    .map_or_else(|_| CellEntry::Text(id.clone()), CellEntry::Number);
                (number, line(key, action::RESTORED))
            }
        };
        let addition = RowAddition {
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
    fn other_cells(&self, insert: &RowInsert) -> Vec<(usize, CellContent)> {
        let NewId::Restored { others, .. } = &insert.id else {
            return Vec::new();
        };
        let headers = self.circumstances.tails.header(insert.tab);
        let place = |header: &str| {
            headers
                .iter()
                .position(|found| normalize_header(found) == normalize_header(header))
        };
        let known = |header: &str| {
            let mut columns = insert.tab.columns.iter();
            columns.any(|column| normalize_header(column.header) == normalize_header(header))
        };
        let others = others.iter().filter(|(header, _)| !known(header));
        others
            .filter_map(|(header, content)| Some((place(header)?, content.clone())))
            .collect()
    }

    /// Id of a row that was inserted before, in this write or in an earlier one.
    fn id_before(&self, insert: &RowInsert, key: &RowKey) -> Option<String> {
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
                let audit_log = self.circumstances.tails.audit_log();
                let line_id = audit::creation_line_id(insert.tab, key);
                let line = self.sight.get(&(audit_log.title, line_id))?;
                let place = self.circumstances.tails.place(audit_log);
                matches!(line, LookupResult::Row { .. })
                    .then(|| line.content(place.layout.position(column::ROW)).as_cell().text())
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "rows are counted, far below 2^53")]
    fn next_number(&mut self, tab: &'static Tab) -> CellEntry {
        let known = self.circumstances.tails.highest(tab);
        let given = self.circumstances.given.get(tab.title).copied().unwrap_or(0);
        let drawn = self.drawn.counted.get(tab.title).copied().unwrap_or(0);
        let last = self
            .staged
            .counted
            .entry(tab.title)
            .or_insert(known.max(given).max(drawn));
        *last += 1;
        CellEntry::Number(*last as f64)
    }

    fn is_removed(&self, key: &RowKey) -> bool {
        let removed = self.staged.removed.get(key).or_else(|| self.drawn.removed.get(key));
        removed.copied().unwrap_or(false)
    }

    /// The row and its row number, in the planned state.
    fn row(&self, tab: &'static Tab, id: &str) -> Result<(&LookupResult, usize), CommitError> {
        let key = (tab.title, id.to_owned());
        let problem = match self.sight.get(&key) {
            _ if self.is_removed(&key) => RowProblem::Gone,
            Some(row @ LookupResult::Row { number, .. }) => return Ok((row, *number)),
            Some(LookupResult::Repeated) => RowProblem::Repeated,
            Some(LookupResult::Gone) | None => RowProblem::Gone,
        };
        Err(CommitError::NoSuchRow {
            tab: tab.title,
            id: id.to_owned(),
            problem,
        })
    }

    fn content(&self, key: &RowKey, row: &LookupResult, position: usize) -> CellContent {
        let drawn = [&self.staged, &self.drawn]
            .into_iter()
            .find_map(|drawn| drawn.cells.get(key)?.get(&position));
        drawn.cloned().unwrap_or_else(|| row.content(position))
    }

    fn update(
        &mut self,
        update: &RowUpdate,
        (origin, by): (ChangeOrigin, &str),
        part: &mut WritePlan,
    ) -> Result<Vec<CellConflict>, CommitError> {
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
                    CellLogging::Moment
                } else {
                    CellLogging::Line
                };
                cells.push(self.cell_edit(tab, (cell.column, found), &cell.to, in_log));
            } else {
                conflicts.push(CellConflict {
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
            part.settled.push((origin, ChangeOutcome::Unchanged));
            return Ok(conflicts);
        }
        let says_when = |place: &usize| update.cells.iter().any(|cell| cell.column == *place);
        if let Some(place) = tab.updated_at.filter(|place| !says_when(place)) {
            let position = self.circumstances.tails.place(tab).layout.position(place);
            let found = self.content(&key, row, position);
            cells.push(self.cell_edit(tab, (place, found), &self.circumstances.now, CellLogging::Moment));
        }
        cells.sort_by_key(|cell| cell.position);
        let staged = self.staged.cells.entry(key).or_default();
        staged.extend(cells.iter().map(|cell| (cell.position, cell.wanted.clone())));
        part.edits.push(RowEdit {
            purpose: WritePurpose::Change(origin),
            by: by.to_owned(),
            action: action::UPDATED,
            tab,
            id: update.id.clone(),
            number,
            cells,
        });
        Ok(conflicts)
    }

    fn cell_edit(
        &self,
        tab: &'static Tab,
        (place, found): (usize, CellContent),
        to: &CellEntry,
        in_log: CellLogging,
    ) -> CellEdit {
        let position = self.circumstances.tails.place(tab).layout.position(place);
        let kind = tab.columns[place].kind;
        // A cell that holds a value keeps the format that staff gave it.
        let look = (found == CellContent::Empty).then_some(kind);
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
            filling: CellFill::of(to.clone(), look),
            wanted: to.content(),
            found,
            in_log,
        }
    }

    fn delete(
        &mut self,
        delete: &RowDelete,
        (origin, by): (ChangeOrigin, &str),
        part: &mut WritePlan,
    ) -> Result<Vec<CellConflict>, CommitError> {
        let tab = delete.tab;
        let (row, number) = self.row(tab, &delete.id)?;
        let key = (tab.title, delete.id.clone());
        let layout = self.circumstances.tails.place(tab).layout.clone();
        let conflicts: Vec<CellConflict> = delete
            .seen
            .iter()
            .map(|(place, seen)| (*place, seen, self.content(&key, row, layout.position(*place))))
            .filter(|(_, seen, found)| !found.is_same_as(seen))
            .map(|(place, seen, found)| CellConflict {
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
            part.removals.push(RowRemoval {
                purpose: WritePurpose::Change(origin),
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
pub(crate) fn cells_with_headers(
    tails: &TabIndexes,
    tab: &'static Tab,
    found: impl Fn(usize) -> Option<CellContent>,
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
