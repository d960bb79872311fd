//! Repair of misplaced writes: restores what a write hit instead of its own row, because staff sorted, inserted or
//! deleted rows, or moved columns, between the read and the write.
//!
//! A cell gets back its former value if it still shows the value that was written; a deleted row is inserted again at
//! its place, with the values of all columns that have a header. Limits: formulas are restored as their values, and a
//! deleted row is restored without its notes and with the format of the row above.
//!
//! The cell is looked up in the row that the audit line names. If the line names none, since columns were moved or the
//! row has no id, the cell is looked up by its value: in the intended row, if only columns were moved, in the rows
//! without an id, in the row at the former row number, and then in all rows, if only one matches. If none matches, the
//! cell has been changed since, and stays as it is.

pub(crate) mod audit_replay;
pub(crate) mod column_shift;
pub(crate) mod orphans;
pub(crate) mod recovery;
pub(crate) mod row_image;
pub(crate) mod task;

use crate::{
    audit::{action, column},
    cell::{Cell, CellContent},
    commit::{
        Committer,
        audit_line::LineContent,
        failure::WriteFailure,
        job::{WriteJob, tabs_of},
        plan::{CellEdit, CellLogging, RestoredCell, RestoredRow, RowEdit, WritePlan, WritePurpose},
        repair::{
            row_image::OverwrittenCell,
            task::{CellRepair, IntendedCell, RepairTask, RowRepair},
        },
        tab_index::{LookupResult, LookupResults, RowLookup},
        verification::WriteVerification,
    },
    google::{requests::CellFill, wire_types::ValueRange},
    read::read_error::ReadError,
    schema::tab::{Tab, column_letters, normalize_header, quoted_title},
};

impl Committer {
    /// Drops the repairs that `plan` has completed and keeps those that missed.
    pub(crate) fn retain_failed_repairs(&mut self, plan: &WritePlan, verification: &WriteVerification) {
        let missed = verification
            .misplaced_edits
            .iter()
            .map(|(index, _)| plan.edits[*index].purpose);
        let removals = verification.misplaced_removals.iter();
        let missed = missed.chain(removals.map(|(index, _)| plan.removals[*index].purpose));
        let missed: Vec<WritePurpose> = missed.collect();
        let repairs = self.repairs.drain(..).enumerate();
        let kept = repairs.filter(|(index, _)| missed.contains(&WritePurpose::Repair(*index)));
        self.repairs = kept.map(|(_, repair)| repair).collect();
    }

    /// Records the necessary repairs. If several writes hit the same cell, only the first knows its original value.
    pub(crate) fn record_repairs(&mut self, plan: &WritePlan, verification: WriteVerification) {
        let known = self.repairs.len();
        for (index, overwritten) in verification.misplaced_edits {
            let edit = &plan.edits[index];
            if overwritten.is_empty() {
                tracing::error!(
                    tab = edit.tab.title,
                    row = edit.number,
                    "a write hit another row of a tab without history; what stood there is not known"
                );
            }
            for cell in overwritten {
                self.record_cell_repair(edit, cell, known);
            }
        }
        for (index, cells) in verification.misplaced_removals {
            let removal = &plan.removals[index];
            let id_header = normalize_header(removal.tab.columns[0].header);
            let id = cells.iter().find(|cell| normalize_header(&cell.header) == id_header);
            self.repairs.push(RepairTask::Row(RowRepair {
                tab: removal.tab,
                number: Some(removal.number),
                id: id.map(|cell| cell.old.as_cell().text()).unwrap_or_default(),
                cells,
            }));
        }
    }

    /// Records rows whose columns were moved while they were inserted.
    pub(crate) fn record_column_shifts(&mut self, plan: &WritePlan, verification: &WriteVerification) {
        let rows = plan.written_rows().into_iter();
        for row in rows.filter(|row| verification.shifted_tabs.contains(&row.tab.title)) {
            if !self.repairs.iter().any(|repair| repair.rewrites_row(row.tab, &row.id)) {
                self.repairs.push(RepairTask::ShiftedRow(row));
            }
        }
    }

    fn record_cell_repair(&mut self, edit: &RowEdit, overwritten: OverwrittenCell, known: usize) {
        let intended = edit
            .cells
            .iter()
            .find(|cell| Some(cell.position) == overwritten.position);
        let intended_header = intended.map(|cell| cell.header.clone()).unwrap_or_default();
        let in_this_write = |repair: &RepairTask| repair.is_at(edit.tab, edit.number, overwritten.position);
        let earlier = match self.repairs[known..].iter_mut().find(|repair| in_this_write(repair)) {
            Some(repair) => Some(repair),
            // A repair hit a cell that waits for its own repair.
            None => self.repairs[..known]
                .iter_mut()
                .find(|repair| repair.concerns_value_of(edit.tab, &overwritten)),
        };
        match earlier {
            Some(RepairTask::Cell(repair)) => repair.cell.now = overwritten.now,
            _ => self.repairs.push(RepairTask::Cell(CellRepair {
                tab: edit.tab,
                number: Some(edit.number),
                intended: IntendedCell::Known {
                    row: edit.id.clone(),
                    header: intended_header,
                },
                cell: overwritten,
            })),
        }
    }

    /// Records lines that have to be written again.
    pub(crate) fn record_line_repairs(&mut self, contents: impl Iterator<Item = LineContent>) {
        let tab = self.identity.audit_log;
        self.repairs
            .extend(contents.map(|content| RepairTask::Line { tab, content }));
    }

    /// Defers repairs that are impossible now, because their tab is closed, until the tab is written to again or the
    /// committer is idle.
    pub(crate) fn defer_repairs(&mut self, failure: &WriteFailure) {
        if failure.is_transient() || self.repairs.is_empty() {
            return;
        }
        tracing::warn!(%failure, count = self.repairs.len(), "a misplaced write cannot be put right yet; see the audit log");
        self.deferred_repairs.append(&mut self.repairs);
    }

    /// Resumes deferred repairs of the tabs of `group`; all of them if the group is empty.
    pub(crate) fn resume_deferred_repairs(&mut self, group: &[WriteJob]) {
        let tabs = tabs_of(group, self.identity.audit_log);
        let (now, later) = self
            .deferred_repairs
            .drain(..)
            .partition(|repair| tabs.is_empty() || tabs.contains(&repair.tab()));
        self.deferred_repairs = later;
        let mut now: Vec<RepairTask> = now;
        self.repairs.append(&mut now);
    }

    /// Reads the current position of the cells and plans their repair.
    pub(crate) async fn plan_repairs(&mut self) -> Result<WritePlan, WriteFailure> {
        let mut tabs: Vec<&'static Tab> = vec![self.identity.audit_log];
        for repair in &self.repairs {
            if !tabs.contains(&repair.tab()) {
                tabs.push(repair.tab());
            }
        }
        let lines: Vec<RowLookup> = self.repairs.iter().filter_map(RepairTask::line).collect();
        let lookup_results = self
            .indexes
            .look_up(&tabs, &lines)
            .await
            .map_err(WriteFailure::Reading)?;
        let columns = self.columns_now(&tabs).await?;
        let rows_by_id = self.rows_with_shifted_ids(&columns);
        let mut plan = WritePlan::default();
        for (index, repair) in self.repairs.iter().enumerate() {
            match repair {
                RepairTask::Cell(cell_repair) => match self.restore_cell(&columns, cell_repair) {
                    Some(edit) => plan.edits.push(edit.for_repair(index)),
                    None => tracing::warn!(
                        tab = cell_repair.tab.title,
                        row = cell_repair.cell.id,
                        column = cell_repair.cell.header,
                        "a cell that was hit by mistake has been changed since, and stays"
                    ),
                },
                RepairTask::Line { content, .. } => {
                    let edit = self.rewrite_line(&lookup_results, content);
                    plan.edits.extend(edit.map(|edit| edit.for_repair(index)));
                }
                RepairTask::ShiftedRow(row) => {
                    let (removals, restored) = self.rewrite_shifted_row(&columns, &rows_by_id, index, row);
                    plan.removals.extend(removals);
                    plan.restored.extend(restored);
                }
                RepairTask::Row(row_repair) => {
                    let RowRepair { tab, id, cells, .. } = row_repair;
                    let is_there = !id.is_empty() && self.indexes.contains(tab, id);
                    let holds_something = cells.iter().any(|cell| cell.old != CellContent::Empty);
                    let is_copy = self.is_shifted_copy(tab, cells)
                        || self
                            .shifted_rows()
                            .any(|row| row.tab == *tab && row.is_version_of(cells));
                    if !is_there && holds_something && !is_copy {
                        plan.restored.push(self.restore_row(row_repair));
                    }
                }
            }
        }
        if plan.writes_nothing() {
            self.repairs.clear();
        }
        self.skip_array_formula_cells(&mut plan).await?;
        Ok(plan)
    }

    /// Current id columns, and the columns in which cells were hit.
    async fn columns_now(&self, tabs: &[&'static Tab]) -> Result<Vec<ReadColumn>, WriteFailure> {
        let mut needed: Vec<(&'static Tab, usize)> = Vec::new();
        for repair in &self.repairs {
            let positions = match repair {
                RepairTask::Cell(CellRepair { tab, cell, .. }) => {
                    let id_position = self.indexes.place(tab).layout.position(0);
                    let position = self.position_now(tab, cell);
                    [id_position].into_iter().chain(position).collect()
                }
                RepairTask::ShiftedRow(row) => (0..self.indexes.header(row.tab).len()).collect(),
                RepairTask::Row(_) | RepairTask::Line { .. } => Vec::new(),
            };
            for position in positions {
                if !needed.contains(&(repair.tab(), position)) {
                    needed.push((repair.tab(), position));
                }
            }
        }
        let headers = tabs.iter().map(|tab| format!("{}!1:1", quoted_title(tab.title)));
        let columns = needed.iter().map(|(tab, position)| {
            let letters = column_letters(*position);
            format!("{}!{letters}1:{letters}", quoted_title(tab.title))
        });
        let ranges: Vec<String> = headers.chain(columns).collect();
        let found = self.spreadsheet.values(&ranges).await;
        let mut found = found.map_err(|error| WriteFailure::Reading(error.into()))?.into_iter();
        for (tab, header) in tabs.iter().zip(found.by_ref()) {
            if self.indexes.header(tab) != texts_of_row(&header) {
                return Err(WriteFailure::Reading(ReadError::Unreachable(
                    "columns are being moved at this moment".to_owned(),
                )));
            }
        }
        let column = |((tab, position), values): ((&'static Tab, usize), ValueRange)| ReadColumn {
            tab,
            position,
            cells: contents_of(&values),
        };
        Ok(needed.into_iter().zip(found).map(column).collect())
    }

    /// Current position of the column of a cell.
    fn position_now(&self, tab: &'static Tab, cell: &OverwrittenCell) -> Option<usize> {
        let headers = self.indexes.header(tab);
        let is_same = |found: &str| normalize_header(found) == normalize_header(&cell.header);
        let is_where_it_was = |position: &usize| {
            let found = headers.get(*position);
            found.map_or(cell.header.is_empty(), |found| is_same(found))
        };
        cell.position.filter(is_where_it_was).or_else(|| {
            headers
                .iter()
                .position(|found| is_same(found))
                .filter(|_| !cell.header.is_empty())
        })
    }

    fn restore_cell(&self, columns: &[ReadColumn], repair: &CellRepair) -> Option<RowEdit> {
        let CellRepair {
            tab,
            number,
            intended,
            cell,
        } = repair;
        let (tab, number) = (*tab, *number);
        let position = self.position_now(tab, cell)?;
        let ids = texts_of(columns, tab, self.indexes.place(tab).layout.position(0));
        let cells = cells_of(columns, tab, position);
        let id_of = |number: usize| ids.get(number - 1).map_or("", String::as_str);
        let shows = |number: &usize| {
            cells
                .get(number - 1)
                .unwrap_or(&CellContent::Empty)
                .is_same_as(&cell.now)
        };
        let all: Vec<usize> = (2..=cells.len()).filter(shows).collect();
        let with_id = |id: &str| {
            let rows: Vec<usize> = all.iter().copied().filter(|number| id_of(*number) == id).collect();
            let only = rows.first().copied().filter(|_| rows.len() == 1);
            number.filter(|number| rows.contains(number)).or(only)
        };
        let known = ids.iter().skip(1).map(String::as_str).filter(|id| !id.is_empty());
        let intended = intended.find_among(tab, self.indexes.header(tab), known);
        // If only columns were moved, the right row was hit.
        let moved = intended.filter(|(_, header)| normalize_header(header) != normalize_header(&cell.header));
        let in_intended_row = moved.and_then(|(id, _)| with_id(id));
        // No id in its place: the id column was moved, or the row has none.
        let in_right_row = || intended.filter(|_| !cell.id.is_empty()).and_then(|(id, _)| with_id(id));
        let found = if self.is_id_of_a_row(tab, &cell.id) {
            with_id(&cell.id).or(in_intended_row)
        } else {
            let others = || {
                let is_intended = |number: &usize| intended.is_some_and(|(id, _)| id_of(*number) == id);
                let rows: Vec<usize> = all.iter().copied().filter(|number| !is_intended(number)).collect();
                rows.first().copied().filter(|_| rows.len() == 1)
            };
            in_intended_row
                .or_else(in_right_row)
                .or_else(|| with_id(""))
                .or(number.filter(shows))
                .or_else(others)
        }?;
        Some(RowEdit {
            purpose: WritePurpose::Repair(0),
            by: self.identity.author.to_owned(),
            action: action::REPAIRED,
            tab,
            id: id_of(found).to_owned(),
            number: found,
            cells: vec![CellEdit {
                position,
                header: self.indexes.header(tab).get(position).cloned().unwrap_or_default(),
                kind: self.kind_at(tab, position),
                found: cell.now.clone(),
                wanted: cell.old.clone(),
                fill: CellFill::with(cell.old.clone(), None),
                in_log: CellLogging::Line,
            }],
        })
    }

    fn rewrite_line(&self, lookup_results: &LookupResults, content: &LineContent) -> Option<RowEdit> {
        let LineContent { id, row, old } = content;
        let audit_log = self.identity.audit_log;
        let found = lookup_results.get(&(audit_log.title, id.clone()))?;
        let LookupResult::Row { number, .. } = found else {
            return None;
        };
        let layout = self.indexes.place(audit_log).layout;
        let cell = |place: usize, fill: CellFill, wanted: CellContent| CellEdit {
            position: layout.position(place),
            header: audit_log.columns[place].header.to_owned(),
            kind: None,
            found: found.content(layout.position(place)),
            wanted,
            fill,
            in_log: CellLogging::NoLine,
        };
        Some(RowEdit {
            purpose: WritePurpose::Repair(0),
            by: self.identity.author.to_owned(),
            action: action::REPAIRED,
            tab: audit_log,
            id: id.clone(),
            number: *number,
            cells: vec![
                cell(column::ROW, CellFill::of(row.clone(), None), row.content()),
                cell(column::OLD, CellFill::with(old.clone(), None), old.clone()),
            ],
        })
    }

    fn is_id_of_a_row(&self, tab: &Tab, id: &str) -> bool {
        !id.is_empty() && self.indexes.contains(tab, id)
    }

    fn kind_at(&self, tab: &'static Tab, position: usize) -> Option<crate::schema::tab::ColumnKind> {
        let place = self.indexes.place(tab);
        let column = place.layout.positions().iter().position(|known| *known == position);
        column.map(|column| tab.columns[column].kind)
    }

    fn restore_row(&self, repair: &RowRepair) -> RestoredRow {
        let RowRepair { tab, number, id, cells } = repair;
        let last_row = self.indexes.place(tab).after_row;
        let cells = cells.iter().filter(|cell| !cell.header.is_empty());
        let cells = cells.filter_map(|cell| {
            let position = self.position_now(tab, cell)?;
            Some(RestoredCell {
                position,
                header: cell.header.clone(),
                kind: self.kind_at(tab, position),
                content: cell.old.clone(),
            })
        });
        RestoredRow {
            by: self.identity.author,
            tab,
            id: id.clone(),
            after_row: number.map_or(last_row, |number| (number - 1).min(last_row)).max(1),
            cells: cells.collect(),
        }
    }
}

impl RowEdit {
    fn for_repair(self, index: usize) -> Self {
        Self {
            purpose: WritePurpose::Repair(index),
            ..self
        }
    }
}

/// Column from row 1 on.
pub(crate) struct ReadColumn {
    pub(crate) tab: &'static Tab,
    pub(crate) position: usize,
    pub(crate) cells: Vec<CellContent>,
}

pub(crate) fn cells_of<'a>(columns: &'a [ReadColumn], tab: &'static Tab, position: usize) -> &'a [CellContent] {
    let found = columns
        .iter()
        .find(|column| column.tab == tab && column.position == position);
    found.map_or(&[], |column| &column.cells)
}

pub(crate) fn texts_of(columns: &[ReadColumn], tab: &'static Tab, position: usize) -> Vec<String> {
    let cells = cells_of(columns, tab, position).iter();
    cells.map(|cell| cell.as_cell().text()).collect()
}

pub(crate) fn contents_of(values: &ValueRange) -> Vec<CellContent> {
    let rows = values.values.as_deref().unwrap_or_default();
    rows.iter().map(|row| Cell::of(row.first()).into()).collect()
}

pub(crate) fn texts_of_row(values: &ValueRange) -> Vec<String> {
    let first = values.values.as_deref().unwrap_or_default().first();
    let cells = first.map_or(&[] as &[_], Vec::as_slice);
    cells.iter().map(|cell| Cell::of(Some(cell)).text()).collect()
}
