//! A tab whose rows the program keeps as they should be, known by their ids.

use std::collections::HashMap;

use crate::store::{CellUpdate, Change, Content, Entry, Insert, NewId, Tab, TabRows, Update};

/// Cells of a row by place of the column.
pub type RowCells = Vec<(usize, Entry)>;

/// The rows of a tab as they were read, and as this program has written them since.
pub struct Ledger {
    tab: &'static Tab,
    rows: TabRows,
    numbers: HashMap<String, u32>,
    written: HashMap<String, RowCells>,
}

impl Ledger {
    /// The rows of `tab`; of several with one id the first counts.
    pub fn of(tab: &'static Tab, rows: TabRows) -> Self {
        let mut numbers = HashMap::with_capacity(rows.len());
        for row in rows.rows() {
            let id = row.cell(0).text();
            if !id.is_empty() {
                numbers.entry(id).or_insert(row.number);
            }
        }
        let written = HashMap::new();
        Self {
            tab,
            rows,
            numbers,
            written,
        }
    }

    /// Whether a row has this id.
    pub fn has(&self, id: &str) -> bool {
        self.numbers.contains_key(id) || self.written.contains_key(id)
    }

    /// The ids of the rows that were read.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.numbers.keys().map(String::as_str)
    }

    /// What makes the row with this id hold `cells`; `None` when it does. Those in `stamps` say when the others changed:
    /// they are written with them, never alone.
    pub fn change(&self, id: &str, cells: &[(usize, Entry)], stamps: &[usize]) -> Option<Change> {
        if !self.has(id) {
            return Some(Change::Insert(self.insert(id, cells)));
        }
        let update = |(column, to): &(usize, Entry)| {
            let from = self.content(id, *column);
            let is_new = !from.is_same_as(&to.content());
            is_new.then(|| CellUpdate {
                column: *column,
                from,
                to: to.clone(),
            })
        };
        let cells: Vec<CellUpdate> = cells.iter().filter_map(update).collect();
        let is_changed = cells.iter().any(|cell| !stamps.contains(&cell.column));
        is_changed.then(|| {
            Change::Update(Update {
                tab: self.tab,
                id: id.to_owned(),
                cells,
            })
        })
    }

    /// Remembers what was written, so that a later change is compared with it.
    pub fn learn(&mut self, id: &str, cells: RowCells) {
        self.written.insert(id.to_owned(), cells);
    }

    /// What stands in a cell; nothing where there is no such row.
    pub fn content(&self, id: &str, column: usize) -> Content {
        let written = self.written.get(id);
        if let Some((_, entry)) = written.and_then(|cells| cells.iter().find(|(place, _)| *place == column)) {
            return entry.content();
        }
        let number = self.numbers.get(id);
        number.map_or(Content::Empty, |number| self.rows.row(*number).cell(column).into())
    }

    fn insert(&self, id: &str, cells: &[(usize, Entry)]) -> Insert {
        let mut entries = vec![Entry::Empty; self.tab.columns.len() - 1];
        for (column, entry) in cells {
            entries[column - 1] = entry.clone();
        }
        Insert {
            tab: self.tab,
            id: NewId::Given(id.to_owned()),
            cells: entries,
        }
    }
}
