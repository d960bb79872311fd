//! One tab: its rows, its size, and a record of which rows changed since the last commit.
//!
//! Rows are shared between versions of the sheet, so that a batch works on a clone that costs next to nothing and is
//! thrown away when a request in it fails. Only rows that were ever touched exist; the grid may be longer.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use imbl::Vector;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::a1::Rectangle;
use super::cell::{Cell, Entry, Style};
use super::formula;

/// Which way a dimension runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Rows.
    Rows,
    /// Columns.
    Columns,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Names the row in the database for as long as it lives, wherever it moves.
    pub id: u32,
    /// The cells up to the last one that is not blank.
    pub cells: Vec<Cell>,
    /// `DimensionProperties`: height, hidden by a person.
    pub properties: Option<Box<Map<String, Json>>>,
}

impl Row {
    /// Whether nothing of the row has to be kept.
    pub fn is_blank(&self) -> bool {
        self.cells.is_empty() && self.properties.is_none()
    }

    /// The cell of a column, grown into if need be.
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
        // A row rarely grows again, and there are many of them.
        self.cells.shrink_to_fit();
    }
}

/// What a commit has to write.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Rows to write, by id; `None` for a row that is gone.
    pub rows: HashMap<u32, Option<Arc<Row>>>,
    /// The first position whose row is another one than before.
    pub order_from: Option<usize>,
}

/// A group of rows or columns that a person can fold away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// First row or column.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// How many groups it is in, itself included.
    pub depth: u32,
    /// Folded away.
    pub collapsed: bool,
}

/// What a sheet carries besides cells; plain JSON where the emulator has no rule about it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Furniture {
    /// `SheetProperties` but for id, title, index and the grid's size.
    pub properties: Map<String, Json>,
    /// Merged cells, in the order they were merged.
    pub merges: Vec<Rectangle>,
    /// `BasicFilter`.
    pub basic_filter: Option<Json>,
    /// Lists by the field of `Sheet` they are answered in: `protectedRanges`, `filterViews`, `conditionalFormats` …
    pub lists: BTreeMap<String, Vec<Json>>,
    /// Row groups.
    pub row_groups: Vec<Group>,
    /// Column groups.
    pub column_groups: Vec<Group>,
    /// `DimensionProperties` of columns.
    pub columns: BTreeMap<u32, Map<String, Json>>,
}

/// Where a row or column is after those from a first to before a last one moved before what was at `destination`.
pub fn landing(at: u32, (first, last): (u32, u32), destination: u32) -> u32 {
    let count = last - first;
    let target = if destination > first {
        destination - count
    } else {
        destination
    };
    if (first..last).contains(&at) {
        return at - first + target;
    }
    let closed = if at >= last { at - count } else { at };
    if closed >= target { closed + count } else { closed }
}

/// Ids that no two tabs share.
const OWN_IDS: [&str; 4] = ["protectedRangeId", "filterViewId", "bandedRangeId", "metadataId"];

/// Makes every range in a message one of the tab with this id.
pub fn belong(item: &mut Json, id: &Json) {
    match item {
        Json::Object(fields) => {
            let is_side =
                |name: &String| name.ends_with("RowIndex") || name.ends_with("ColumnIndex") || name == "dimension";
            if fields.keys().any(is_side) || fields.contains_key("sheetId") {
                fields.insert("sheetId".to_owned(), id.clone());
            }
            fields.values_mut().for_each(|value| belong(value, id));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| belong(item, id)),
        _ => {}
    }
}

/// One tab.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// `sheetId`.
    pub id: i32,
    /// Names the sheet in the database.
    pub key: u64,
    /// The title.
    pub title: Arc<str>,
    /// Rows of the grid.
    pub row_count: u32,
    /// Columns of the grid.
    pub column_count: u32,
    /// Everything else.
    pub furniture: Arc<Furniture>,
    /// Set once a formula was entered; without it nobody needs to look for references to move.
    pub has_formulas: bool,
    /// Set once a formula was entered that may fill other cells; without it nobody needs to look for what it fills.
    pub has_array_formulas: bool,
    rows: Vector<Arc<Row>>,
    next_row_id: u32,
    changes: Changes,
}

fn is_formula(cell: &Cell) -> bool {
    matches!(cell.entry, Entry::Formula(_))
}

fn is_array_formula(cell: &Cell) -> bool {
    matches!(&cell.entry, Entry::Formula(text) if formula::is_array(text))
}

impl Sheet {
    /// An empty tab.
    pub fn new(id: i32, title: &str, row_count: u32, column_count: u32) -> Self {
        Self {
            id,
            key: rand::random(),
            title: title.into(),
            row_count,
            column_count,
            furniture: Arc::default(),
            has_formulas: false,
            has_array_formulas: false,
            rows: Vector::new(),
            next_row_id: 1,
            changes: Changes::default(),
        }
    }

    /// Takes the rows read from a database.
    pub fn restore_rows(&mut self, rows: impl IntoIterator<Item = Row>) {
        self.rows = rows.into_iter().map(Arc::new).collect();
        self.next_row_id = self.rows.iter().map(|row| row.id).max().unwrap_or(0) + 1;
        let cells = || self.rows.iter().flat_map(|row| &row.cells);
        (self.has_formulas, self.has_array_formulas) = (cells().any(is_formula), cells().any(is_array_formula));
    }

    /// The same tab under another id and title, to be written to the database anew.
    pub fn duplicate(&self, id: i32, title: &str) -> Self {
        let mut copy = self.clone();
        copy.id = id;
        copy.key = rand::random();
        copy.title = title.into();
        if id != self.id {
            copy.own_ranges();
        }
        copy.changes = Changes::default();
        copy.changes.order_from = Some(0);
        copy.changes.rows = copy.rows.iter().map(|row| (row.id, Some(Arc::clone(row)))).collect();
        copy
    }

    /// Gives everything that points into the tab this tab's id, and what has an id of its own a new one.
    fn own_ranges(&mut self) {
        let id = Json::from(self.id);
        let furniture = self.furniture_mut();
        for item in furniture.lists.values_mut().flatten() {
            belong(item, &id);
            for name in OWN_IDS {
                if item.get(name).is_some() {
                    item[name] = rand::random_range(1..i32::MAX).into();
                }
            }
        }
        if let Some(filter) = &mut furniture.basic_filter {
            belong(filter, &id);
        }
    }

    /// The changes since the last call.
    pub fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    /// Whether a commit has anything to write for this sheet.
    pub fn is_changed(&self) -> bool {
        !self.changes.rows.is_empty() || self.changes.order_from.is_some()
    }

    /// What the sheet carries besides cells, to be changed.
    pub fn furniture_mut(&mut self) -> &mut Furniture {
        Arc::make_mut(&mut self.furniture)
    }

    /// The rows that exist, from the top; the grid may be longer.
    pub fn rows(&self) -> &Vector<Arc<Row>> {
        &self.rows
    }

    /// The whole grid.
    pub fn grid(&self) -> Rectangle {
        Rectangle {
            top: 0,
            left: 0,
            bottom: self.row_count,
            right: self.column_count,
        }
    }

    /// A row, if it exists.
    pub fn row(&self, index: u32) -> Option<&Arc<Row>> {
        self.rows.get(index as usize)
    }

    /// A cell, if it exists.
    pub fn cell(&self, row: u32, column: u32) -> Option<&Cell> {
        self.row(row)?.cells.get(column as usize)
    }

    /// Whether the cell has an entry.
    pub fn is_filled(&self, row: u32, column: u32) -> bool {
        self.cell(row, column).is_some_and(|cell| cell.entry != Entry::Blank)
    }

    /// One past the last row with an entry.
    pub fn filled_rows(&self) -> u32 {
        let filled = |row: &Arc<Row>| row.cells.iter().any(|cell| cell.entry != Entry::Blank);
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

    /// Changes a row in place.
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

    /// Changes the cells of an area that exist. Rows and cells nobody touched stay so.
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

    /// Puts blank rows before `index`; `template` lends them its looks.
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

    /// Takes rows out.
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

    /// Moves rows so that they stand before what was at `destination`.
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

    /// Rearranges the cells of every row that exists.
    pub fn edit_columns(&mut self, mut change: impl FnMut(&mut Vec<Cell>)) {
        for index in 0..u32::try_from(self.rows.len()).unwrap_or(u32::MAX) {
            if self.row(index).is_some_and(|row| !row.cells.is_empty()) {
                self.edit_row(index, |row| change(&mut row.cells));
            }
        }
    }

    /// Puts blank columns before `index`; they look like the column at `template`.
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
                entry: Entry::Blank,
                style: Style::inherited(style),
            };
            cells.splice(at..at, std::iter::repeat_n(cell, count as usize));
        });
        self.shift_column_properties(|column| Some(if column >= index { column + count } else { column }));
    }

    /// Takes columns out.
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

    /// Moves columns so that they stand before what was at `destination`.
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
        self.shift_column_properties(|column| Some(landing(column, (start, end), destination)));
    }

    fn shift_column_properties(&mut self, shift: impl Fn(u32) -> Option<u32>) {
        if !self.furniture.columns.is_empty() {
            let furniture = self.furniture_mut();
            let columns = std::mem::take(&mut furniture.columns);
            furniture.columns = columns
                .into_iter()
                .filter_map(|(column, properties)| Some((shift(column)?, properties)))
                .collect();
        }
    }

    /// Gives the grid another size; what no longer fits is gone.
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

    /// Orders the rows of an area by a rule over row numbers; columns outside of the area stay where they are.
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
            entry: Entry::Blank,
            style: Style::inherited(cell.style.as_ref()),
        })
        .collect()
}
