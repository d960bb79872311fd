//! Takes back what the audit log tells, newest first. Pure: tabs and lines in, tabs out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::{Timestamp, tz::TimeZone};

use super::log::{Action, LogLine};
use crate::store::{Cell, Content, Row, Tab, TabRows};

/// Rows of one tab on their way back.
#[derive(Clone)]
pub struct Unwinding<'a> {
    rows: &'a TabRows,
    /// Rows that differ from what stands in the sheet, by place; `None` was not there. Places beyond the end are rows that
    /// have been removed since.
    differing: BTreeMap<usize, Option<Vec<Content>>>,
    /// Places of the rows that lines name.
    places: HashMap<String, usize>,
    end: usize,
    /// The only rows that are looked at, besides those that come back; `None` for all.
    wanted: Option<Wanted>,
}

/// Some of the rows that were there at a moment, by place.
#[derive(Clone)]
struct Wanted {
    places: BTreeSet<usize>,
    end: usize,
}

impl<'a> Unwinding<'a> {
    /// Begins with the rows as they are; `lines` are all that may be taken back.
    pub fn new(rows: &'a TabRows, lines: &[LogLine]) -> Self {
        let tab = rows.tab();
        let named: HashSet<&str> = lines
            .iter()
            .filter(|line| line.tab.title == tab.title)
            .flat_map(|line| [Some(line.row.as_str()), old_id(line)])
            .flatten()
            .collect();
        let mut places = HashMap::new();
        for (name, place) in named_rows(rows, &named) {
            places.entry(name).or_insert(place);
        }
        Self {
            rows,
            differing: BTreeMap::new(),
            places,
            end: rows.len(),
            wanted: None,
        }
    }

    /// From here on the tab has only the rows at these places, and those that come back.
    pub fn narrow(&mut self, places: BTreeSet<usize>) {
        self.wanted = Some(Wanted { places, end: self.end });
    }

    /// Takes one line back. Lines have to come newest first; one that fits no row is passed over.
    pub fn take_back(&mut self, line: &LogLine) {
        if line.is_summary() || !self.is_of(line.tab) {
            return;
        }
        match (line.action, line.column) {
            (Action::Changed, Some(column)) => self.set(line, column),
            (Action::Changed, None) => {}
            (Action::Added, _) => {
                if let Some(place) = self.places.remove(&line.row) {
                    self.differing.insert(place, None);
                }
            }
            (Action::Removed, column) => self.restore(line, column),
        }
    }

    fn set(&mut self, line: &LogLine, column: usize) {
        let Some(place) = self.places.get(&line.row).copied() else {
            return;
        };
        let rows = self.rows;
        let row = self.differing.entry(place).or_insert_with(|| Some(cells(rows, place)));
        if let Some(cell) = row.as_mut().and_then(|cells| cells.get_mut(column)) {
            *cell = line.old.clone();
        }
        if let Some(id) = old_id(line) {
            self.places.remove(&line.row);
            self.places.insert(id.to_owned(), place);
        }
    }

    /// A removed row comes back below the others: whole when staff removed it, cell by cell when the program did.
    fn restore(&mut self, line: &LogLine, column: Option<usize>) {
        let columns = line.tab.columns.len();
        let place = *self.places.entry(line.row.clone()).or_insert_with(|| {
            self.end += 1;
            self.end - 1
        });
        let row = self.differing.entry(place).or_insert(None);
        let cells = row.get_or_insert_with(|| {
            let mut cells = vec![Content::Empty; columns];
            cells[0] = Content::Text(line.row.clone());
            cells
        });
        match column {
            Some(column) => cells[column] = line.old.clone(),
            None => told_cells(line, cells),
        }
    }

    /// The tab as it was.
    pub fn tab(&self) -> TabRows {
        let then = |place: usize| match self.differing.get(&place) {
            Some(differing) => differing.clone().unwrap_or_default(),
            None => cells(self.rows, place),
        };
        match &self.wanted {
            Some(wanted) => {
                let places = wanted.places.iter().copied().chain(wanted.end..self.end);
                self.rows.rewritten(places.map(then))
            }
            None => self
                .rows
                .with(self.end, self.differing.keys().map(|place| (*place, then(*place)))),
        }
    }

    /// The tab as it was, without the rows that came later, which a cell of theirs tells.
    pub fn tab_without(&self, column: usize, came_later: impl Fn(Cell<'_>) -> bool) -> TabRows {
        let tab = self.tab();
        let late = tab.rows().filter(|row| came_later(row.cell(column)));
        let late: BTreeSet<usize> = late.map(|row| row.number as usize - FIRST_ROW).collect();
        let differing = self.differing.iter().filter(|(place, _)| !late.contains(place));
        let differing = differing.map(|(place, cells)| (*place, cells.clone().unwrap_or_default()));
        let empty = late.iter().map(|place| (*place, Vec::new()));
        self.rows.with(self.end, differing.chain(empty))
    }

    /// Whether it is about this tab.
    pub fn is_of(&self, tab: &Tab) -> bool {
        self.rows.tab().title == tab.title
    }

    /// One row as it was, by its name in the log.
    pub fn row(&self, name: &str) -> Option<Vec<Content>> {
        let place = self.places.get(name)?;
        match self.differing.get(place) {
            Some(differing) => differing.clone(),
            None => Some(cells(self.rows, *place)),
        }
    }
}

/// The rows that have one of these names in the log, by place, in the order of the tab; several can share a name.
pub(super) fn named_rows(rows: &TabRows, names: &HashSet<&str>) -> Vec<(String, usize)> {
    let name = |row: &Row<'_>| match row.cell(0) {
        Cell::Empty => format!("row {}", row.number),
        id => id.text(),
    };
    let named = rows.rows().map(|row| (name(&row), row.number as usize - FIRST_ROW));
    named.filter(|(name, _)| names.contains(name.as_str())).collect()
}

/// Whether a claim came after the moment that is looked back to. Nobody can claim in the future, so a later date than `now`
/// is one that staff typed, and the row was there when the log says so.
pub fn came_later(cell: Cell<'_>, (then, now, zone): (Timestamp, Timestamp, &TimeZone)) -> bool {
    cell.instant(zone).is_ok_and(|at| at > then && at <= now)
}

/// Row number of the place 0.
pub(super) const FIRST_ROW: usize = 2;

fn cells(rows: &TabRows, place: usize) -> Vec<Content> {
    let row = rows.row(u32::try_from(place + FIRST_ROW).unwrap_or(u32::MAX));
    (0..rows.tab().columns.len())
        .map(|column| row.cell(column).into())
        .collect()
}

/// The id before the line, when it changed that.
pub(super) fn old_id(line: &LogLine) -> Option<&str> {
    match (&line.old, line.column, line.action) {
        (Content::Text(old), Some(0), Action::Changed) => Some(old),
        _ => None,
    }
}

/// Reads back how the log tells a whole row: `csm: Kate; company: Acme`.
fn told_cells(line: &LogLine, cells: &mut [Content]) {
    let told = line.old.as_cell().text();
    let headers: Vec<(usize, String)> = (line.tab.columns.iter().enumerate().skip(1))
        .map(|(place, column)| (place, format!("{}: ", column.header)))
        .collect();
    // Columns stand in the order of the tab; each value ends where the next header begins.
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    let mut from = 0;
    for (place, header) in &headers {
        let begins = |at: usize| at == 0 || told[..at].ends_with("; ");
        let start = told[from..]
            .match_indices(header.as_str())
            .map(|(at, _)| from + at)
            .find(|at| begins(*at));
        if let Some(start) = start {
            found.push((*place, start, start + header.len()));
            from = start + header.len();
        }
    }
    for (index, (place, _, value)) in found.iter().enumerate() {
        let end = found
            .get(index + 1)
            .map_or(told.len(), |(_, next, _)| next - "; ".len());
        cells[*place] = Content::Text(told[*value..end.max(*value)].to_owned());
    }
}
