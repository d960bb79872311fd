//! Index of one tab: the layout of its columns, its last data row and the row number of each id.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use crate::{
    cell::Cell,
    commit::tab_index::lookup::{
        IdDigest, LookupScope, RowLookup, digest_unless_empty, first_row, grid_rows, id_digest,
    },
    google::wire_types::ValueRange,
    schema::tab::{ColumnLayout, Tab},
};

/// Maximum number of remembered rows without a given id.
const MAX_ROWS_WITHOUT_GIVEN_ID: usize = 200;

/// Index of one tab.
pub(crate) struct TabIndex {
    pub(super) sheet_id: i32,
    pub(super) layout: ColumnLayout,
    /// Texts of row 1, including headers of staff's own columns.
    pub(super) header: Vec<String>,
    /// Row number of the last non-empty row; 1 if there is only the header.
    pub(super) last_row: usize,
    /// Id in the last row; `None` if it has none.
    pub(super) last_id: Option<IdDigest>,
    pub(super) grid_rows: usize,
    pub(super) rows: HashMap<IdDigest, u32>,
    /// Ids that occur in more than one row.
    pub(super) repeated: HashSet<IdDigest>,
    /// Highest whole number among the ids.
    pub(super) highest: i64,
    /// Row numbers of the last rows without an id given by a program, where other rows have one.
    pub(super) without_given_id: Vec<u32>,
}

impl TabIndex {
    pub(super) fn empty(sheet_id: i32, layout: ColumnLayout, header: &[Value]) -> Self {
        Self {
            sheet_id,
            layout,
            header: header.iter().map(|cell| Cell::of(Some(cell)).text()).collect(),
            last_row: 1,
            last_id: None,
            grid_rows: 1,
            rows: HashMap::new(),
            repeated: HashSet::new(),
            highest: 0,
            without_given_id: Vec::new(),
        }
    }

    /// Replaces the index with this id column.
    pub(super) fn replace_ids(&mut self, ids: &ValueRange) {
        self.rows.clear();
        self.repeated.clear();
        self.highest = 0;
        self.last_id = None;
        let rows = ids.values.as_deref().unwrap_or_default();
        self.last_row = rows.len().max(1);
        self.grid_rows = grid_rows(ids).unwrap_or(self.last_row);
        self.without_given_id.clear();
        let mut has_given = false;
        for (index, row) in rows.iter().enumerate().skip(1) {
            let id = Cell::of(row.first()).text();
            self.record(&id, index + 1);
            match Uuid::try_parse(&id) {
                Ok(_) => has_given = true,
                Err(_) => self.without_given_id.push(row_hint(index + 1)),
            }
            self.last_id = digest_unless_empty(&id);
        }
        let too_many = self.without_given_id.len().saturating_sub(MAX_ROWS_WITHOUT_GIVEN_ID);
        self.without_given_id.drain(
            ..if has_given {
                too_many
            } else {
                self.without_given_id.len()
            },
        );
    }

    pub(super) fn record(&mut self, id: &str, number: usize) {
        if id.is_empty() {
            return;
        }
        let digest = id_digest(id);
        if self.rows.insert(digest, row_hint(number)).is_some() {
            self.repeated.insert(digest);
        }
        if let Ok(counted) = id.parse::<i64>() {
            self.highest = self.highest.max(counted);
        }
    }

    pub(super) fn id_of(&self, row: &[Value]) -> String {
        Cell::of(row.get(self.layout.position(0))).text()
    }

    /// Expected row numbers of the requested ids.
    pub(super) fn expected_rows(&self, tab: &Tab, lookups: &[RowLookup]) -> Vec<usize> {
        let of_this_tab = lookups.iter().filter(|lookup| lookup.tab == tab.title);
        of_this_tab
            .filter_map(|lookup| match lookup.search {
                LookupScope::At(row) => Some(row),
                LookupScope::Known | LookupScope::Thorough => self.rows.get(&id_digest(&lookup.id)).copied(),
            })
            .map(|row| row as usize)
            .filter(|row| *row <= self.grid_rows.max(self.last_row))
            .collect()
    }

    /// Adds the rows below the last known one; returns false if that row has changed.
    pub(super) fn extend(&mut self, tab: &'static Tab, header: &ValueRange, end: &ValueRange) -> bool {
        if ColumnLayout::find(tab, first_row(header)).as_ref() != Ok(&self.layout) {
            return false;
        }
        self.header = first_row(header)
            .iter()
            .map(|cell| Cell::of(Some(cell)).text())
            .collect();
        let rows = self.layout.filled(end.values.as_deref().unwrap_or_default());
        let same = match rows.first() {
            Some(_) if self.last_row == 1 => true,
            Some(row) => digest_unless_empty(&self.id_of(row)) == self.last_id,
            None => false,
        };
        if !same {
            return false;
        }
        for row in rows.iter().skip(1) {
            let id = self.id_of(row);
            self.last_row += 1;
            self.record(&id, self.last_row);
            self.last_id = digest_unless_empty(&id);
        }
        if let Some(grid_rows) = grid_rows(end) {
            self.grid_rows = grid_rows;
        }
        true
    }

    /// Removes rows by ascending row number; returns false if the last row is no longer known.
    pub(super) fn remove(&mut self, numbers: &[usize]) -> bool {
        let numbers: Vec<u32> = numbers.iter().map(|number| row_hint(*number)).collect();
        let above = |row: u32| numbers.partition_point(|number| *number < row);
        self.rows.retain(|_, row| numbers.binary_search(row).is_err());
        for row in self.rows.values_mut() {
            *row -= row_hint(above(*row));
        }
        let removed_last = numbers.last().is_some_and(|number| *number >= row_hint(self.last_row));
        self.last_row = self.last_row.saturating_sub(numbers.len()).max(1);
        self.grid_rows = self.grid_rows.saturating_sub(numbers.len());
        if removed_last {
            let last = row_hint(self.last_row);
            let mut rows = self.rows.iter();
            self.last_id = rows.find_map(|(id, row)| (*row == last).then_some(*id));
        }
        // Neither staff's rows without ids nor the header are in the map.
        !removed_last || self.last_id.is_some()
    }
}

/// A sheet has fewer than ten million rows.
fn row_hint(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
