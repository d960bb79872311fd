//! Planner: compares the requested changes with the current rows and decides what to write. Pure: makes no call.

pub(crate) mod array_formulas;
pub(crate) mod insertion;
pub(crate) mod numbering;

use std::collections::{HashMap, HashSet};

use crate::{
    audit::{self, action},
    cell::{CellContent, CellEntry},
    commit::{
        batch::{CellConflict, CommitError, RowChange, RowDelete, RowProblem, RowUpdate},
        job::{ChangeOrigin, ChangeOutcome, WriteJob},
        plan::{CellEdit, CellLogging, RemovedCell, RowEdit, RowRemoval, WritePlan, WritePurpose},
        tab_index::{LookupResult, LookupResults, LookupScope, RowLookup, TabIndexes},
    },
    google::requests::CellFill,
    schema::tab::Tab,
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
            RowChange::Insert(insert) => insert.id.key().map(|(key, _)| {
                let line = audit::creation_line_id(insert.tab, key);
                row(audit_log, &line, LookupScope::Known)
            }),
        })
        .filter(|lookup| seen.insert(lookup.clone()))
        .collect()
}

/// Input of the planner in addition to the lookup results.
pub(crate) struct PlanningContext<'a> {
    pub(crate) indexes: &'a TabIndexes,
    /// Highest counted ids that were assigned, by tab, even if no row shows them any more.
    pub(crate) highest_given_ids: &'a HashMap<&'static str, i64>,
    /// Current instant, as it is written.
    pub(crate) now: CellEntry,
}

/// Plans all open changes of `group`. Jobs are planned in order, each on the outcome of those before it.
pub(crate) fn plan_changes_of(
    group: &[WriteJob],
    lookup_results: &LookupResults,
    context: &PlanningContext<'_>,
) -> WritePlan {
    let mut planner = Planner {
        lookup_results,
        context,
        planned: PlannedState::default(),
        staged: PlannedState::default(),
    };
    let mut plan = WritePlan::default();
    for (index, job) in group.iter().enumerate() {
        let part = planner.job(index, job);
        let staged = std::mem::take(&mut planner.staged);
        match part {
            Ok(part) => {
                planner.planned.absorb(staged);
                plan.edits.extend(part.edits);
                plan.removals.extend(part.removals);
                plan.additions.extend(part.additions);
                plan.already_done.extend(part.already_done);
            }
            Err(error) => plan.failed.push((index, error)),
        }
    }
    plan
}

/// Origin of a change, and its author.
#[derive(Clone, Copy)]
struct ChangeSource<'a> {
    origin: ChangeOrigin,
    by: &'a str,
}

/// Value of a cell before its edit.
struct CellBefore {
    /// Index of the tab's column.
    column: usize,
    found: CellContent,
}

type RowKey = (&'static str, String);

/// Row for which an idempotency key was used, and the digest of what was sent; empty when none is known.
#[derive(Clone)]
struct KeyUse {
    id: String,
    content: String,
}

/// Planned state of the sheet, where it differs from the lookup results.
#[derive(Default)]
struct PlannedState {
    cells: HashMap<RowKey, HashMap<usize, CellContent>>,
    /// Whether a row is deleted or restored.
    removed: HashMap<RowKey, bool>,
    /// Ids of new rows, by idempotency key.
    added: HashMap<RowKey, String>,
    /// Idempotency keys of new rows, by tab.
    keys: HashMap<RowKey, KeyUse>,
    counted: HashMap<&'static str, i64>,
}

impl PlannedState {
    fn absorb(&mut self, later: Self) {
        for (key, cells) in later.cells {
            self.cells.entry(key).or_default().extend(cells);
        }
        self.removed.extend(later.removed);
        self.added.extend(later.added);
        self.keys.extend(later.keys);
        self.counted.extend(later.counted);
    }
}

struct Planner<'a> {
    lookup_results: &'a LookupResults,
    context: &'a PlanningContext<'a>,
    planned: PlannedState,
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
            let source = ChangeSource {
                origin,
                by: &job.batch.by,
            };
            match change {
                RowChange::Insert(insert) => self.insert(insert, source, &mut part)?,
                RowChange::Number(numbering) => self.number(numbering, source, &mut part),
                RowChange::Update(update) => conflicts.extend(self.update(update, source, &mut part)?),
                RowChange::Delete(delete) => match self.delete(delete, source, &mut part) {
                    Err(CommitError::NoSuchRow {
                        problem: RowProblem::Gone,
                        ..
                    }) if job.is_doubtful(change_index) => {
                        part.already_done.push((source.origin, ChangeOutcome::Deleted));
                    }
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

    fn is_removed(&self, key: &RowKey) -> bool {
        let removed = self.staged.removed.get(key).or_else(|| self.planned.removed.get(key));
        removed.copied().unwrap_or(false)
    }

    /// The row and its row number, in the planned state.
    fn row(&self, tab: &'static Tab, id: &str) -> Result<(&LookupResult, usize), CommitError> {
        let key = (tab.title, id.to_owned());
        let problem = match self.lookup_results.get(&key) {
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
        let planned = [&self.staged, &self.planned]
            .into_iter()
            .find_map(|planned| planned.cells.get(key)?.get(&position));
        planned.cloned().unwrap_or_else(|| row.content(position))
    }

    fn update(
        &mut self,
        update: &RowUpdate,
        source: ChangeSource<'_>,
        part: &mut WritePlan,
    ) -> Result<Vec<CellConflict>, CommitError> {
        let tab = update.tab;
        let (row, number) = self.row(tab, &update.id)?;
        let key = (tab.title, update.id.clone());
        let mut conflicts = Vec::new();
        let mut cells = Vec::new();
        for cell in &update.cells {
            let position = self.context.indexes.place(tab).layout.position(cell.column);
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
                let column = cell.column;
                cells.push(self.cell_edit(tab, CellBefore { column, found }, &cell.to, in_log));
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
            part.already_done.push((source.origin, ChangeOutcome::Unchanged));
            return Ok(conflicts);
        }
        let sets_updated_at = |column: &usize| update.cells.iter().any(|cell| cell.column == *column);
        if let Some(column) = tab.updated_at.filter(|column| !sets_updated_at(column)) {
            let position = self.context.indexes.place(tab).layout.position(column);
            let found = self.content(&key, row, position);
            cells.push(self.cell_edit(
                tab,
                CellBefore { column, found },
                &self.context.now,
                CellLogging::Moment,
            ));
        }
        cells.sort_by_key(|cell| cell.position);
        let staged = self.staged.cells.entry(key).or_default();
        staged.extend(cells.iter().map(|cell| (cell.position, cell.wanted.clone())));
        part.edits.push(RowEdit {
            purpose: WritePurpose::Change(source.origin),
            by: source.by.to_owned(),
            action: action::UPDATED,
            tab,
            id: update.id.clone(),
            number,
            cells,
        });
        Ok(conflicts)
    }

    fn cell_edit(&self, tab: &'static Tab, before: CellBefore, to: &CellEntry, in_log: CellLogging) -> CellEdit {
        let CellBefore { column, found } = before;
        let position = self.context.indexes.place(tab).layout.position(column);
        let kind = tab.columns[column].kind;
        // A cell that holds a value keeps the format that staff gave it.
        let format_kind = (found == CellContent::Empty).then_some(kind);
        CellEdit {
            position,
            header: self
                .context
                .indexes
                .header(tab)
                .get(position)
                .cloned()
                .unwrap_or_default(),
            kind: Some(kind),
            fill: CellFill::of(to.clone(), format_kind),
            wanted: to.content(),
            found,
            in_log,
        }
    }

    fn delete(
        &mut self,
        delete: &RowDelete,
        source: ChangeSource<'_>,
        part: &mut WritePlan,
    ) -> Result<Vec<CellConflict>, CommitError> {
        let tab = delete.tab;
        let (row, number) = self.row(tab, &delete.id)?;
        let key = (tab.title, delete.id.clone());
        let layout = self.context.indexes.place(tab).layout.clone();
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
            let columns = cells_with_headers(self.context.indexes, tab, found);
            self.staged.removed.insert(key, true);
            part.removals.push(RowRemoval {
                purpose: WritePurpose::Change(source.origin),
                by: source.by.to_owned(),
                tab,
                id: delete.id.clone(),
                number,
                columns,
                identifying_values: Vec::new(),
            });
        }
        Ok(conflicts)
    }
}

/// Cells of a deleted row in every column that has a header, by position in the sheet. `found` returns the value that
/// was read at a position.
pub(crate) fn cells_with_headers(
    indexes: &TabIndexes,
    tab: &'static Tab,
    found: impl Fn(usize) -> Option<CellContent>,
) -> Vec<RemovedCell> {
    let positions = indexes.place(tab).layout.positions();
    let kind_at = |position: usize| {
        let place = positions.iter().position(|known| *known == position);
        place.map(|place| tab.columns[place].kind)
    };
    let headers = indexes.header(tab).iter().enumerate();
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
