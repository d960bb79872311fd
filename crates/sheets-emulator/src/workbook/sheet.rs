//! Tab of a spreadsheet: rows, size, properties, and a record of the rows changed since the last commit.
//!
//! Rows are shared between versions of the sheet, so a batch works on a cheap clone that is discarded when a request
//! fails. Only rows that were ever written exist; the grid may be longer.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use imbl::Vector;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::{
    a1::Rectangle,
    formula,
    workbook::{
        cell::{Cell, CellEntry, CellStyle},
        dimension::{IndexSpan, index_after_move},
    },
};

/// Row of a grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Id of the row in the database, unchanged when the row moves.
    pub id: u32,
    /// Cells up to the last one that is not blank.
    pub cells: Vec<Cell>,
    /// `DimensionProperties` of the row, such as its height.
    pub properties: Option<Box<Map<String, Json>>>,
}

impl Row {
    /// Whether the row has neither cells nor properties.
    pub fn is_blank(&self) -> bool {
        self.cells.is_empty() && self.properties.is_none()
    }

    /// Mutable cell of a column; extends the row if needed.
    pub fn cell_mut(&mut self, column: u32) -> &mut Cell {
        let index = column as usize;
        if self.cells.len() <= index {
            self.cells.resize(index + 1, Cell::default());
        }
        &mut self.cells[index]
    }

    fn trim(&mut self) {
        while self.cells.last().is_some_and(Cell::is_blank) {
            self.cells.pop();
        }
        // Rows rarely grow again, and there are many of them.
        self.cells.shrink_to_fit();
    }
}

/// Changes for the next commit.
#[derive(Clone, Debug, Default)]
pub struct SheetChanges {
    /// Changed rows by id; `None` for a deleted row.
    pub rows: HashMap<u32, Option<Arc<Row>>>,
    /// First position with a different row than before.
    pub order_from: Option<usize>,
}

/// Collapsible group of rows or columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DimensionGroup {
    /// First row or column.
    pub start: u32,
    /// One past the last row or column.
    pub end: u32,
    /// Nesting depth, starting at 1.
    pub depth: u32,
    /// Whether the group is collapsed.
    pub collapsed: bool,
}

/// Everything of a sheet besides cells; stored as JSON where the emulator needs no more structure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SheetDetails {
    /// `SheetProperties` except id, title, index and grid size.
    pub properties: Map<String, Json>,
    /// Merged ranges, in the order of merging.
    pub merges: Vec<Rectangle>,
    /// `BasicFilter` message.
    pub basic_filter: Option<Json>,
    /// Lists by their field in the `Sheet` message: `protectedRanges`, `filterViews`, `conditionalFormats` …
    pub lists: BTreeMap<String, Vec<Json>>,
    /// Groups of rows.
    pub row_groups: Vec<DimensionGroup>,
    /// Groups of columns.
    pub column_groups: Vec<DimensionGroup>,
    /// `DimensionProperties` of columns, by index.
    pub columns: BTreeMap<u32, Map<String, Json>>,
}

/// Id fields that must be unique across tabs.
const UNIQUE_ID_FIELDS: [&str; 4] = ["protectedRangeId", "filterViewId", "bandedRangeId", "metadataId"];

/// Sets `sheetId` in every range of a message.
pub fn assign_sheet_id(item: &mut Json, id: &Json) {
    match item {
        Json::Object(fields) => {
            let is_side =
                |name: &String| name.ends_with("RowIndex") || name.ends_with("ColumnIndex") || name == "dimension";
            if fields.keys().any(is_side) || fields.contains_key("sheetId") {
                fields.insert("sheetId".to_owned(), id.clone());
            }
            fields.values_mut().for_each(|value| assign_sheet_id(value, id));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| assign_sheet_id(item, id)),
        _ => {}
    }
}

/// Tab of a spreadsheet.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// `sheetId`.
    pub id: i32,
    /// Key of the sheet in the database.
    pub key: u64,
    /// Title.
    pub title: Arc<str>,
    /// Number of rows of the grid.
    pub row_count: u32,
    /// Number of columns of the grid.
    pub column_count: u32,
    /// Everything besides cells.
    pub details: Arc<SheetDetails>,
    /// Whether a formula was ever entered; if not, no references need adjusting.
    pub has_formulas: bool,
    /// Whether an array formula was ever entered; if not, there are no results to fill in.
    pub has_array_formulas: bool,
    rows: Vector<Arc<Row>>,
    next_row_id: u32,
    changes: SheetChanges,
}

fn is_formula(cell: &Cell) -> bool {
    matches!(cell.entry, CellEntry::Formula(_))
}

fn is_array_formula(cell: &Cell) -> bool {
    matches!(&cell.entry, CellEntry::Formula(text) if formula::starts_array_formula(text))
}

impl Sheet {
    /// Creates an empty tab.
    pub fn new(id: i32, title: &str, row_count: u32, column_count: u32) -> Self {
        Self {
            id,
            key: rand::random(),
            title: title.into(),
            row_count,
            column_count,
            details: Arc::default(),
            has_formulas: false,
            has_array_formulas: false,
            rows: Vector::new(),
            next_row_id: 1,
            changes: SheetChanges::default(),
        }
    }

    /// Sets the rows loaded from the database.
    pub fn restore_rows(&mut self, rows: impl IntoIterator<Item = Row>) {
        self.rows = rows.into_iter().map(Arc::new).collect();
        self.next_row_id = self.rows.iter().map(|row| row.id).max().unwrap_or(0) + 1;
        let cells = || self.rows.iter().flat_map(|row| &row.cells);
        (self.has_formulas, self.has_array_formulas) = (cells().any(is_formula), cells().any(is_array_formula));
    }

    /// Copy with another id and title, and a new key, so that all rows are written to the database.
    pub fn duplicate(&self, id: i32, title: &str) -> Self {
        let mut copy = self.clone();
        copy.id = id;
        copy.key = rand::random();
        copy.title = title.into();
        if id != self.id {
            copy.own_ranges();
        }
        copy.changes = SheetChanges::default();
        copy.changes.order_from = Some(0);
        copy.changes.rows = copy.rows.iter().map(|row| (row.id, Some(Arc::clone(row)))).collect();
        copy
    }

    /// Sets this tab's id in everything that refers to the tab, and replaces ids that must be unique.
    fn own_ranges(&mut self) {
        let id = Json::from(self.id);
        let details = self.details_mut();
        for item in details.lists.values_mut().flatten() {
            assign_sheet_id(item, &id);
            for name in UNIQUE_ID_FIELDS {
                if item.get(name).is_some() {
                    item[name] = rand::random_range(1..i32::MAX).into();
                }
            }
        }
        if let Some(filter) = &mut details.basic_filter {
            assign_sheet_id(filter, &id);
        }
    }

    /// Takes the changes since the last call.
    pub fn take_changes(&mut self) -> SheetChanges {
        std::mem::take(&mut self.changes)
    }

    /// Whether the sheet has uncommitted row changes.
    pub fn is_changed(&self) -> bool {
        !self.changes.rows.is_empty() || self.changes.order_from.is_some()
    }

    /// Mutable access to everything besides cells.
    pub fn details_mut(&mut self) -> &mut SheetDetails {
        Arc::make_mut(&mut self.details)
    }

    /// Existing rows, from the top; the grid may be longer.
    pub fn rows(&self) -> &Vector<Arc<Row>> {
        &self.rows
    }

    /// Range of the whole grid.
    pub fn grid(&self) -> Rectangle {
        Rectangle {
            top: 0,
            left: 0,
            bottom: self.row_count,
            right: self.column_count,
        }
    }

    /// Row at an index, if it exists.
    pub fn row(&self, index: u32) -> Option<&Arc<Row>> {
        self.rows.get(index as usize)
    }

    /// Cell at a position, if it exists.
    pub fn cell(&self, row: u32, column: u32) -> Option<&Cell> {
        self.row(row)?.cells.get(column as usize)
    }

    /// Whether the cell has an entry.
    pub fn is_filled(&self, row: u32, column: u32) -> bool {
        self.cell(row, column)
            .is_some_and(|cell| cell.entry != CellEntry::Blank)
    }

    /// One past the last row with an entry.
    pub fn filled_rows(&self) -> u32 {
        let filled = |row: &Arc<Row>| row.cells.iter().any(|cell| cell.entry != CellEntry::Blank);
        let blank_tail = self.rows.iter().rev().take_while(|row| !filled(row)).count();
        u32::try_from(self.rows.len() - blank_tail).unwrap_or(u32::MAX)
    }

    fn new_row(&mut self) -> Row {
        let id = self.next_row_id;
        self.next_row_id += 1;
        Row { id, ..Row::default() }
    }

    fn order_changed_from(&mut self, index: usize) {
        self.changes.order_from = Some(self.changes.order_from.map_or(index, |before| before.min(index)));
    }

    fn grow_to(&mut self, length: usize) {
        if self.rows.len() >= length {
            return;
        }
        self.order_changed_from(self.rows.len());
        while self.rows.len() < length {
            let row = self.new_row();
            self.rows.push_back(Arc::new(row));
        }
    }

    /// Changes a row in place; creates it if needed.
    pub fn edit_row<R>(&mut self, index: u32, change: impl FnOnce(&mut Row) -> R) -> R {
        self.grow_to(index as usize + 1);
        let row = &mut self.rows[index as usize];
        let result = {
            let inner = Arc::make_mut(row);
            let result = change(inner);
            inner.trim();
            result
        };
        let (id, kept) = (row.id, Arc::clone(row));
        self.has_formulas |= kept.cells.iter().any(is_formula);
        self.has_array_formulas |= self.has_formulas && kept.cells.iter().any(is_array_formula);
        self.changes.rows.insert(id, Some(kept));
        result
    }

    /// Changes the existing cells of an area; creates no rows or cells.
    pub fn edit_existing(&mut self, area: Rectangle, mut change: impl FnMut(u32, u32, &mut Cell)) {
        let last = area.bottom.min(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        for index in area.top..last {
            let wanted = self.row(index).is_some_and(|row| row.cells.len() > area.left as usize);
            if wanted {
                self.edit_row(index, |row| {
                    let end = row.cells.len().min(area.right as usize);
                    for column in area.left..u32::try_from(end).unwrap_or(0) {
                        change(index, column, &mut row.cells[column as usize]);
                    }
                });
            }
        }
    }

    /// Inserts blank rows before `index`, with the styles of `template`.
    pub fn insert_rows(&mut self, index: u32, count: u32, template: Option<&Row>) {
        self.row_count += count;
        let at = index as usize;
        if at > self.rows.len() || (at == self.rows.len() && template.is_none_or(Row::is_blank)) {
            return;
        }
        let cells: Vec<Cell> = template.map(inherited_cells).unwrap_or_default();
        let tail = self.rows.split_off(at);
        for _ in 0..count {
            let mut row = self.new_row();
            row.cells.clone_from(&cells);
            row.trim();
            let row = Arc::new(row);
            if !row.is_blank() {
                self.changes.rows.insert(row.id, Some(Arc::clone(&row)));
            }
            self.rows.push_back(row);
        }
        self.rows.append(tail);
        self.order_changed_from(at);
    }

    /// Deletes rows; `end` is exclusive.
    pub fn delete_rows(&mut self, start: u32, end: u32) {
        self.row_count -= end - start;
        let (first, last) = (self.rows.len().min(start as usize), self.rows.len().min(end as usize));
        if first == last {
            return;
        }
        let mut removed = self.rows.split_off(first);
        let tail = removed.split_off(last - first);
        for row in &removed {
            self.changes.rows.insert(row.id, None);
        }
        self.rows.append(tail);
        self.order_changed_from(first);
    }

    /// Moves rows to before `destination`, an index before the move.
    pub fn move_rows(&mut self, start: u32, end: u32, destination: u32) {
        self.grow_to(end.max(destination) as usize);
        let mut moved = self.rows.split_off(start as usize);
        let tail = moved.split_off((end - start) as usize);
        self.rows.append(tail);
        let at = if destination > start {
            destination - (end - start)
        } else {
            destination
        };
        let tail = self.rows.split_off(at as usize);
        self.rows.append(moved);
        self.rows.append(tail);
        self.order_changed_from(start.min(destination) as usize);
    }

    /// Changes the cells of every existing row.
    pub fn edit_columns(&mut self, mut change: impl FnMut(&mut Vec<Cell>)) {
        for index in 0..u32::try_from(self.rows.len()).unwrap_or(u32::MAX) {
            if self.row(index).is_some_and(|row| !row.cells.is_empty()) {
                self.edit_row(index, |row| change(&mut row.cells));
            }
        }
    }

    /// Inserts blank columns before `index`, with the styles of the column `template`.
    pub fn insert_columns(&mut self, index: u32, count: u32, template: Option<u32>) {
        self.column_count += count;
        let at = index as usize;
        self.edit_columns(|cells| {
            if cells.len() < at {
                return;
            }
            let style = template
                .and_then(|column| cells.get(column as usize))
                .and_then(|cell| cell.style.as_ref());
            let cell = Cell {
                entry: CellEntry::Blank,
                style: CellStyle::inherited(style),
            };
            cells.splice(at..at, std::iter::repeat_n(cell, count as usize));
        });
        self.shift_column_properties(|column| Some(if column >= index { column + count } else { column }));
    }

    /// Deletes columns; `end` is exclusive.
    pub fn delete_columns(&mut self, start: u32, end: u32) {
        self.column_count -= end - start;
        self.edit_columns(|cells| {
            let (first, last) = (cells.len().min(start as usize), cells.len().min(end as usize));
            cells.drain(first..last);
        });
        self.shift_column_properties(|column| match column {
            column if column < start => Some(column),
            column if column < end => None,
            column => Some(column - (end - start)),
        });
    }

    /// Moves columns to before `destination`, an index before the move.
    pub fn move_columns(&mut self, start: u32, end: u32, destination: u32) {
        let needed = end.max(destination) as usize;
        self.edit_columns(|cells| {
            if cells.len() <= start.min(destination) as usize {
                return;
            }
            if cells.len() < needed {
                cells.resize(needed, Cell::default());
            }
            let moved: Vec<Cell> = cells.drain(start as usize..end as usize).collect();
            let at = if destination > start {
                destination - (end - start)
            } else {
                destination
            };
            cells.splice(at as usize..at as usize, moved);
        });
        self.shift_column_properties(|column| Some(index_after_move(column, IndexSpan { start, end }, destination)));
    }

    fn shift_column_properties(&mut self, shift: impl Fn(u32) -> Option<u32>) {
        if !self.details.columns.is_empty() {
            let details = self.details_mut();
            let columns = std::mem::take(&mut details.columns);
            details.columns = columns
                .into_iter()
                .filter_map(|(column, properties)| Some((shift(column)?, properties)))
                .collect();
        }
    }

    /// Resizes the grid; rows and columns beyond the new size are deleted.
    pub fn resize(&mut self, row_count: u32, column_count: u32) {
        if row_count < self.row_count {
            self.delete_rows(row_count, self.row_count);
        }
        if column_count < self.column_count {
            self.delete_columns(column_count, self.column_count);
        }
        self.row_count = row_count;
        self.column_count = column_count;
    }

    /// Reorders the rows of an area by a list of row indices; columns outside the area do not move.
    pub fn permute(&mut self, area: Rectangle, order: &[u32]) {
        let blank = || vec![Cell::default(); area.width() as usize];
        let slices: Vec<Vec<Cell>> = order
            .iter()
            .map(|index| {
                let mut cells = blank();
                for (offset, cell) in cells.iter_mut().enumerate() {
                    let column = area.left + u32::try_from(offset).unwrap_or(0);
                    cell.clone_from(self.cell(*index, column).unwrap_or(&Cell::default()));
                }
                cells
            })
            .collect();
        for (target, cells) in (area.top..area.bottom).zip(slices) {
            self.edit_row(target, |row| {
                for (column, cell) in (area.left..area.right).zip(cells) {
                    *row.cell_mut(column) = cell;
                }
            });
        }
    }
}

fn inherited_cells(row: &Row) -> Vec<Cell> {
    row.cells
        .iter()
        .map(|cell| Cell {
            entry: CellEntry::Blank,
            style: CellStyle::inherited(cell.style.as_ref()),
        })
        .collect()
}
