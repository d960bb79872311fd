//! Rollback of audit log lines, newest first. Pure: tabs and lines in, tabs out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::{Timestamp, tz::TimeZone};
use sheets_store::{Cell, CellContent, Tab, TabRow, TabRows};

use crate::history::audit_log::{AuditLine, LogAction};

/// Rows of one tab during a rollback.
#[derive(Clone)]
pub struct Rollback<'a> {
    rows: &'a TabRows,
    /// Rows that differ from the sheet, by index; `None` for rows that did not exist. Indices beyond the end are rows
    /// that were removed since.
    changed: BTreeMap<usize, Option<Vec<CellContent>>>,
    /// Indices of the rows named by lines.
    indices: HashMap<String, usize>,
    end: usize,
    /// Restricts the tab to these rows and restored ones; `None` for all.
    selection: Option<RollbackRows>,
}

/// A selection of rows that existed at a moment, by index.
#[derive(Clone)]
struct RollbackRows {
    indices: BTreeSet<usize>,
    end: usize,
}

impl<'a> Rollback<'a> {
    /// Starts with the current rows; `lines` are all lines that may be rolled back.
    pub fn new(rows: &'a TabRows, lines: &[AuditLine]) -> Self {
        let tab = rows.tab();
        let named: HashSet<&str> = lines
            .iter()
            .filter(|line| line.tab.title == tab.title)
            .flat_map(|line| [Some(line.row.as_str()), old_id(line)])
            .flatten()
            .collect();
        let mut indices = HashMap::new();
        for (name, index) in rows_by_id(rows, &named) {
            indices.entry(name).or_insert(index);
        }
        Self {
            rows,
            changed: BTreeMap::new(),
            indices,
            end: rows.len(),
            selection: None,
        }
    }

    /// Restricts the tab to the rows at these indices and restored ones.
    pub fn restrict(&mut self, indices: BTreeSet<usize>) {
        self.selection = Some(RollbackRows { indices, end: self.end });
    }

    /// Rolls back one line. Lines must come newest first; one that matches no row is skipped.
    pub fn roll_back(&mut self, line: &AuditLine) {
        if line.is_summary() || !self.is_of(line.tab) {
            return;
        }
        match (line.action, line.column) {
            (LogAction::Changed, Some(column)) => self.set(line, column),
            (LogAction::Changed, None) => {}
            (LogAction::Added, _) => {
                if let Some(index) = self.indices.remove(&line.row) {
                    self.changed.insert(index, None);
                }
            }
            (LogAction::Removed, column) => self.restore(line, column),
        }
    }

    fn set(&mut self, line: &AuditLine, column: usize) {
        let Some(index) = self.indices.get(&line.row).copied() else {
            return;
        };
        let rows = self.rows;
        let row = self.changed.entry(index).or_insert_with(|| Some(cells(rows, index)));
        if let Some(cell) = row.as_mut().and_then(|cells| cells.get_mut(column)) {
            *cell = line.old.clone();
        }
        if let Some(id) = old_id(line) {
            self.indices.remove(&line.row);
            self.indices.insert(id.to_owned(), index);
        }
    }

    /// Restores a removed row below the others: whole when staff removed it, cell by cell when the program did.
    fn restore(&mut self, line: &AuditLine, column: Option<usize>) {
        let columns = line.tab.columns.len();
        let index = *self.indices.entry(line.row.clone()).or_insert_with(|| {
            self.end += 1;
            self.end - 1
        });
        let row = self.changed.entry(index).or_insert(None);
        let cells = row.get_or_insert_with(|| {
            let mut cells = vec![CellContent::Empty; columns];
            cells[0] = CellContent::Text(line.row.clone());
            cells
        });
        match column {
            Some(column) => cells[column] = line.old.clone(),
            None => parse_row_description(line, cells),
        }
    }

    /// The tab at the current state of the rollback.
    pub fn tab(&self) -> TabRows {
        let then = |index: usize| match self.changed.get(&index) {
            Some(changed) => changed.clone().unwrap_or_default(),
            None => cells(self.rows, index),
        };
        match &self.selection {
            Some(selection) => {
                let indices = selection.indices.iter().copied().chain(selection.end..self.end);
                self.rows.rewritten(indices.map(then))
            }
            None => self
                .rows
                .with(self.end, self.changed.keys().map(|index| (*index, then(*index)))),
        }
    }

    /// The tab without rows that arrived later, judged by the cell in `column`.
    pub fn tab_without(&self, column: usize, arrived_later: impl Fn(Cell<'_>) -> bool) -> TabRows {
        let tab = self.tab();
        let late = tab.rows().filter(|row| arrived_later(row.cell(column)));
        let late: BTreeSet<usize> = late.map(|row| row.number as usize - FIRST_ROW).collect();
        let changed = self.changed.iter().filter(|(index, _)| !late.contains(index));
        let changed = changed.map(|(index, cells)| (*index, cells.clone().unwrap_or_default()));
        let empty = late.iter().map(|index| (*index, Vec::new()));
        self.rows.with(self.end, changed.chain(empty))
    }

    /// Whether this is the rollback of `tab`.
    pub fn is_of(&self, tab: &Tab) -> bool {
        self.rows.tab().title == tab.title
    }

    /// One row, by its name in the log.
    pub fn row(&self, name: &str) -> Option<Vec<CellContent>> {
        let index = self.indices.get(name)?;
        match self.changed.get(index) {
            Some(changed) => changed.clone(),
            None => Some(cells(self.rows, *index)),
        }
    }
}

/// Rows with one of these log names and their indices, in tab order; several rows can share a name.
pub(crate) fn rows_by_id(rows: &TabRows, names: &HashSet<&str>) -> Vec<(String, usize)> {
    let name = |row: &TabRow<'_>| match row.cell(0) {
        Cell::Empty => format!("row {}", row.number),
        id => id.text(),
    };
    let named = rows.rows().map(|row| (name(&row), row.number as usize - FIRST_ROW));
    named.filter(|(name, _)| names.contains(name.as_str())).collect()
}

/// Whether a claim arrived after the moment. Claims cannot arrive in the future, so a date after `now` was typed by
/// staff, and the log alone decides when that row existed.
pub fn arrived_later(cell: Cell<'_>, travel: TimeTravel, zone: &TimeZone) -> bool {
    cell.instant(zone)
        .is_ok_and(|at| at > travel.moment && at <= travel.now)
}

/// The moment that is reconstructed, and the present from which it is.
#[derive(Clone, Copy, Debug)]
pub struct TimeTravel {
    /// Everything up to and including this instant is known.
    pub moment: Timestamp,
    /// The present.
    pub now: Timestamp,
}

/// Row number of index 0.
pub(crate) const FIRST_ROW: usize = 2;

fn cells(rows: &TabRows, index: usize) -> Vec<CellContent> {
    let row = rows.row(u32::try_from(index + FIRST_ROW).unwrap_or(u32::MAX));
    (0..rows.tab().columns.len())
        .map(|column| row.cell(column).into())
        .collect()
}

/// Id of the row before the line, when the line changed it.
pub(crate) fn old_id(line: &AuditLine) -> Option<&str> {
    match (&line.old, line.column, line.action) {
        (CellContent::Text(old), Some(0), LogAction::Changed) => Some(old),
        _ => None,
    }
}

/// Parses the log's description of a whole row: `csm: Kate; company: Acme`.
fn parse_row_description(line: &AuditLine, cells: &mut [CellContent]) {
    let description = line.old.as_cell().text();
    let headers: Vec<(usize, String)> = (line.tab.columns.iter().enumerate().skip(1))
        .map(|(number, column)| (number, format!("{}: ", column.header)))
        .collect();
    // Columns follow tab order; each value ends where the next header begins.
    let mut values: Vec<(usize, usize, usize)> = Vec::new();
    let mut from = 0;
    for (column, header) in &headers {
        let begins = |at: usize| at == 0 || description[..at].ends_with("; ");
        let start = description[from..]
            .match_indices(header.as_str())
            .map(|(at, _)| from + at)
            .find(|at| begins(*at));
        if let Some(start) = start {
            values.push((*column, start, start + header.len()));
            from = start + header.len();
        }
    }
    for (index, (column, _, value)) in values.iter().enumerate() {
        let end = values
            .get(index + 1)
            .map_or(description.len(), |(_, next, _)| next - "; ".len());
        cells[*column] = CellContent::Text(description[*value..end.max(*value)].to_owned());
    }
}
