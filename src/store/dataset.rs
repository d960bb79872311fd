//! What a board makes of its tabs: typed rows, findings, and when they were read.

use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use super::{
    cell::Cell,
    tab::{Layout, Tab, column_letters},
};
use crate::finding::{Effect, Finding};

/// The tabs of one board, decoded.
pub trait Dataset: Sized + Send + Sync + 'static {
    /// The tabs it needs; all are read in one call.
    const TABS: &'static [&'static Tab];

    /// Makes typed rows of the tabs, in the order of [`Dataset::TABS`]. Cells that cannot be read become findings.
    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self;
}

/// What [`Dataset::decode`] may know beside the rows, and where it leaves its findings.
pub struct Decoding {
    /// Time zone in which the dates of the sheet are read.
    pub zone: TimeZone,
    /// Cells that could not be read.
    pub findings: Vec<Finding>,
}

/// A dataset with its age.
#[derive(Debug)]
pub struct Snapshot<D> {
    /// The decoded tabs.
    pub data: Arc<D>,
    /// Cells that could not be read.
    pub findings: Arc<Vec<Finding>>,
    /// When Google was asked; everything written before is in it.
    pub read_at: Timestamp,
    /// Rises when the content of a tab changed; equal versions have equal data.
    pub version: u64,
    /// Hash over every cell, to tell whether a later read differs.
    pub(super) fingerprint: u64,
    /// Data rows in all tabs.
    pub rows: usize,
}

impl<D> Snapshot<D> {
    /// The same content, found unchanged at a later time.
    pub(super) fn read_again_at(&self, read_at: Timestamp) -> Self {
        Self {
            data: Arc::clone(&self.data),
            findings: Arc::clone(&self.findings),
            read_at,
            version: self.version,
            fingerprint: self.fingerprint,
            rows: self.rows,
        }
    }
}

/// A snapshot as it is handed to a board.
#[derive(Debug)]
pub struct Reading<D> {
    /// The data.
    pub snapshot: Arc<Snapshot<D>>,
    /// Since when the spreadsheet has not answered, when the data is old for that reason.
    pub unreachable_since: Option<Timestamp>,
}

impl<D> Clone for Reading<D> {
    fn clone(&self) -> Self {
        Self {
            snapshot: Arc::clone(&self.snapshot),
            unreachable_since: self.unreachable_since,
        }
    }
}

/// The rows of one tab as they came.
pub struct TabRows {
    pub(super) tab: &'static Tab,
    pub(super) layout: Layout,
    pub(super) rows: Vec<Vec<Value>>,
    /// Address of the tab in the spreadsheet's editor, to which a range can be added.
    pub(super) link: TabLink,
}

/// Addresses of cells in the spreadsheet's own editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabLink {
    pub(super) spreadsheet_url: Arc<str>,
    pub(super) sheet_id: i32,
    pub(super) width: usize,
}

impl TabLink {
    /// The tab itself.
    pub fn tab(&self) -> String {
        self.at(&format!("gid={}", self.sheet_id))
    }

    /// The whole row, from the first to the last column that the tab needs.
    pub fn row(&self, row: u32) -> String {
        let last = column_letters(self.width.saturating_sub(1));
        self.at(&format!("gid={}&range=A{row}:{last}{row}", self.sheet_id))
    }

    /// One cell.
    pub fn cell(&self, row: u32, column: usize) -> String {
        self.at(&format!("gid={}&range={}{row}", self.sheet_id, column_letters(column)))
    }

    /// Google's editor reads the place behind the `#`; a server, such as the embedded one, only sees what is before it.
    fn at(&self, place: &str) -> String {
        format!("{}?{place}#{place}", self.spreadsheet_url)
    }
}

impl TabRows {
    /// Rows with at least one non-empty cell among the columns of the tab.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let rows = (2..).zip(&self.rows);
        rows.map(|(number, cells)| Row {
            number,
            cells,
            of: self,
        })
        .filter(Row::is_filled)
    }

    /// The row with this number, as the spreadsheet shows it.
    ///
    /// # Panics
    /// When the tab does not reach down to it.
    pub fn row(&self, number: u32) -> Row<'_> {
        Row {
            number,
            cells: &self.rows[number as usize - 2],
            of: self,
        }
    }

    /// Number of rows that the tab holds below its header, empty ones between them included.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row below the header.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Addresses of the tab's cells.
    pub fn link(&self) -> &TabLink {
        &self.link
    }
}

/// One row of a tab.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// Row number as the spreadsheet shows it.
    pub number: u32,
    cells: &'a [Value],
    of: &'a TabRows,
}

impl<'a> Row<'a> {
    fn is_filled(&self) -> bool {
        (0..self.of.tab.columns.len()).any(|column| self.cell(column) != Cell::Empty)
    }

    /// The cell in the tab's `column`-th column (by the order of the declaration, not of the sheet).
    pub fn cell(&self, column: usize) -> Cell<'a> {
        Cell::of(self.cells.get(self.of.layout.position(column)))
    }

    /// A finding about the cell in the tab's `column`-th column.
    pub fn finding(&self, column: usize, effect: Effect, reason: impl Into<String>) -> Finding {
        Finding {
            tab: self.of.tab.title,
            row: self.number,
            column: self.of.tab.columns[column].header,
            value: self.cell(column).text(),
            reason: reason.into(),
            effect,
            link: self.of.link.cell(self.number, self.of.layout.position(column)),
        }
    }
}

#[cfg(test)]
impl TabRows {
    /// A tab as the Sheets API answers it, header row first, for the tests of boards.
    ///
    /// # Panics
    /// When a header is missing.
    pub fn of_answer(tab: &'static Tab, mut values: Vec<Vec<Value>>) -> Self {
        let layout = Layout::find(tab, &values.remove(0)).expect("headers");
        Self {
            tab,
            link: TabLink {
                spreadsheet_url: "https://sheet".into(),
                sheet_id: 7,
                width: layout.width(),
            },
            layout,
            rows: values,
        }
    }
}
