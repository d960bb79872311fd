//! Row changes of a tab that the program maintains: compares target cells with the rows and builds inserts and updates.

use std::collections::HashMap;

use sheets_store::{CellContent, CellEntry, CellUpdate, NewId, RowChange, RowInsert, RowUpdate, Tab, TabRows};

/// Cells of a row, by column.
pub type RowCells = Vec<(usize, CellEntry)>;

/// Rows of a tab as read, with the changes that this process has written since.
pub struct RowLedger {
    tab: &'static Tab,
    rows: TabRows,
    numbers: HashMap<String, u32>,
    written: HashMap<String, RowCells>,
}

impl RowLedger {
    /// Rows of `tab`; of several with the same id the first counts.
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

    /// Ids of the rows as read.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.numbers.keys().map(String::as_str)
    }

    /// Change that sets `cells` in the row with this id; `None` when the row holds them already. The columns in
    /// `stamps` are times of change: they are written along with other cells, never alone.
    pub fn change(&self, id: &str, cells: &[(usize, CellEntry)], stamps: &[usize]) -> Option<RowChange> {
        if !self.has(id) {
            return Some(RowChange::Insert(self.insert(id, cells)));
        }
        let update = |(column, to): &(usize, CellEntry)| {
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
            RowChange::Update(RowUpdate {
                tab: self.tab,
                id: id.to_owned(),
                cells,
            })
        })
    }

    /// Records what was written, so that later changes are compared with it.
    pub fn record(&mut self, id: &str, cells: RowCells) {
        self.written.insert(id.to_owned(), cells);
    }

    /// Content of a cell; empty when there is no such row.
    pub fn content(&self, id: &str, column: usize) -> CellContent {
        let written = self.written.get(id);
        if let Some((_, entry)) = written.and_then(|cells| cells.iter().find(|(index, _)| *index == column)) {
            return entry.content();
        }
        let number = self.numbers.get(id);
        number.map_or(CellContent::Empty, |number| self.rows.row(*number).cell(column).into())
    }

    fn insert(&self, id: &str, cells: &[(usize, CellEntry)]) -> RowInsert {
        let mut entries = vec![CellEntry::Empty; self.tab.columns.len() - 1];
        for (column, entry) in cells {
            entries[column - 1] = entry.clone();
        }
        RowInsert {
            tab: self.tab,
            id: NewId::Given(id.to_owned()),
            cells: entries,
        }
    }
}
