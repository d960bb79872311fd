//! Columns and rows as read for a repair.

use crate::store::{
    cell::{Cell, Content},
    google::ValueRange,
    tab::Tab,
};

/// Column from row 1 on.
pub(super) struct Column {
    pub(super) tab: &'static Tab,
    pub(super) position: usize,
    pub(super) cells: Vec<Content>,
}

pub(super) fn cells_of<'a>(columns: &'a [Column], tab: &'static Tab, position: usize) -> &'a [Content] {
    let found = columns
        .iter()
        .find(|column| column.tab == tab && column.position == position);
    found.map_or(&[], |column| &column.cells)
}

pub(super) fn texts(columns: &[Column], tab: &'static Tab, position: usize) -> Vec<String> {
    let cells = cells_of(columns, tab, position).iter();
    cells.map(|cell| cell.as_cell().text()).collect()
}

pub(super) fn contents(values: &ValueRange) -> Vec<Content> {
    let rows = values.values.as_deref().unwrap_or_default();
    rows.iter().map(|row| Cell::of(row.first()).into()).collect()
}

pub(super) fn texts_of_row(values: &ValueRange) -> Vec<String> {
    let first = values.values.as_deref().unwrap_or_default().first();
    let cells = first.map_or(&[] as &[_], Vec::as_slice);
    cells.iter().map(|cell| Cell::of(Some(cell)).text()).collect()
}
