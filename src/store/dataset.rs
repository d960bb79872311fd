//! What a board makes of its tabs: typed rows, findings, and when they were read.

use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use super::{
    cell::{Cell, Content},
    grid::{BLANK, Chunk, Grid, Hashing, PackedRow},
    tab::{Layout, Tab, column_letters},
};
use crate::finding::{Effect, Finding, FindingKind};

/// The tabs of one board, decoded.
pub trait Dataset: Sized + Send + Sync + 'static {
    /// The tabs it needs; all are read in one call.
    const TABS: &'static [&'static Tab];

    /// Makes typed rows of the tabs, in the order of [`Dataset::TABS`]. Cells that cannot be read become findings.
    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self;

    /// What follows when rows were only added below those that `previous` was made of: `added_from` holds the number of the
    /// first new row of each tab, one past the last row where there is none. Findings of `previous` stay; only those of
    /// the new rows are left in `decoding`. `None` decodes everything anew.
    fn extend(_previous: &Self, _tabs: &[TabRows], _added_from: &[u32], _decoding: &mut Decoding) -> Option<Self> {
        None
    }
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
    /// When Google was asked last; every row added before is in it.
    pub read_at: Timestamp,
    /// Rises when the content of a tab changed; equal versions have equal data.
    pub version: u64,
    /// Data rows in all tabs.
    pub rows: usize,
    /// The version that this one only adds rows to.
    pub(super) extends: Option<u64>,
    /// What it was made of, to compare a later read with.
    pub(super) tabs: Vec<TabRows>,
    /// The read that saw every row; `read_at` may be a later look at the end of the tabs.
    pub(super) full: FullRead,
}

/// A read of all rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct FullRead {
    /// When it began.
    pub(super) at: Timestamp,
    /// The epoch in which it began.
    pub(super) epoch: u64,
    /// The version of the file before it began, when Drive is asked for that.
    pub(super) file_version: Option<i64>,
}

impl<D> Snapshot<D> {
    /// The version that this one continues: its data begins with the rows of that version, unchanged, and only rows
    /// below them are new. `None` when anything else may have changed.
    pub fn extends(&self) -> Option<u64> {
        self.extends
    }

    /// When all rows were read last; a change that staff made in the middle of a tab later than that is not in it.
    pub fn fully_read_at(&self) -> Timestamp {
        self.full.at
    }

    /// The same content, found unchanged at a later time.
    pub(super) fn read_again(&self, read_at: Timestamp, tabs: Vec<TabRows>, full: FullRead) -> Self {
        Self {
            data: Arc::clone(&self.data),
            findings: Arc::clone(&self.findings),
            read_at,
            version: self.version,
            rows: self.rows,
            extends: self.extends,
            tabs,
            full,
        }
    }

    /// Memory it takes, in bytes; what the board made of the rows is taken to be as large again.
    pub(super) fn bytes(&self) -> usize {
        2 * self.tabs.iter().map(|tab| tab.grid.bytes()).sum::<usize>()
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

/// The rows of one tab. A clone shares them.
#[derive(Clone)]
pub struct TabRows {
    pub(super) tab: &'static Tab,
    pub(super) layout: Layout,
    pub(super) grid: Grid,
    /// Address of the tab in the spreadsheet's editor, to which a range can be added.
    pub(super) link: TabLink,
}

impl std::fmt::Debug for TabRows {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} rows of {}", self.len(), self.tab.title)
    }
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
        self.rows_from(2)
    }

    /// The same from the row with this number on.
    pub fn rows_from(&self, number: u32) -> impl Iterator<Item = Row<'_>> {
        let first = (number as usize).saturating_sub(2);
        (number.max(2)..)
            .take(self.len().saturating_sub(first))
            .map(|number| self.row(number))
            .filter(|row| row.cells.fingerprint() != BLANK)
    }

    /// The row with this number, as the spreadsheet shows it; one below the data is empty.
    pub fn row(&self, number: u32) -> Row<'_> {
        Row {
            number,
            cells: self.grid.row((number as usize).saturating_sub(2)),
            of: self,
        }
    }

    /// The tab that the rows belong to.
    pub fn tab(&self) -> &'static Tab {
        self.tab
    }

    /// Other rows in place of these, as if they stood in the sheet; the cells of each are in the order of [`Tab::columns`].
    #[must_use]
    pub fn rewritten(&self, rows: impl Iterator<Item = Vec<Content>>) -> Self {
        /// Rows that are unpacked at once.
        const AT_ONCE: usize = 10_000;
        let places: Vec<usize> = (0..self.tab.columns.len()).collect();
        let hashing = Hashing::default();
        let mut grid = Grid::default();
        let mut rows = rows
            .map(|cells| cells.iter().map(Content::value).collect::<Vec<Value>>())
            .peekable();
        for start in (0..).step_by(AT_ONCE) {
            if rows.peek().is_none() {
                break;
            }
            let some: Vec<Vec<Value>> = rows.by_ref().take(AT_ONCE).collect();
            grid.put(start, Arc::new(Chunk::pack(&some, &places, &hashing)));
        }
        Self { grid, ..self.clone() }
    }

    /// The same tab with other rows at some places, 0 for the one below the header, and with so many rows at the most, as
    /// if it stood so in the sheet. The cells of each are in the order of [`Tab::columns`]; an empty row has none.
    #[must_use]
    pub fn with(&self, len: usize, rows: impl Iterator<Item = (usize, Vec<Content>)>) -> Self {
        let rows = rows.map(|(place, cells)| (place, cells.iter().map(Content::value).collect()));
        Self {
            grid: self.grid.with(len, rows),
            ..self.clone()
        }
    }

    /// Number of rows from below the header to the last one with content, empty ones between them included.
    pub fn len(&self) -> usize {
        self.grid.len()
    }

    /// Whether there is no row below the header.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Addresses of the tab's cells.
    pub fn link(&self) -> &TabLink {
        &self.link
    }

    /// Whether it is the same tab with the same columns at the same places, and begins with the rows of `earlier`.
    pub(super) fn continues(&self, earlier: &Self) -> bool {
        self.layout == earlier.layout && self.link == earlier.link && self.grid.continues(&earlier.grid)
    }
}

/// One row of a tab.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// Row number as the spreadsheet shows it.
    pub number: u32,
    pub(super) cells: PackedRow<'a>,
    of: &'a TabRows,
}

impl<'a> Row<'a> {
    /// The cell in the tab's `column`-th column (by the order of the declaration, not of the sheet).
    pub fn cell(&self, column: usize) -> Cell<'a> {
        self.cells.cell(column)
    }

    /// How many columns the tab has.
    pub(super) fn columns(&self) -> usize {
        self.of.tab.columns.len()
    }

    /// A finding about the cell in the tab's `column`-th column: one that cannot be read, or a formula that failed.
    pub fn finding(&self, column: usize, effect: Effect, reason: impl Into<String>) -> Finding {
        let kind = match self.cell(column).formula_error() {
            Some(_) => FindingKind::FormulaError,
            None => FindingKind::Unreadable,
        };
        Finding {
            kind,
            proposal: None,
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
    pub fn of_answer(tab: &'static Tab, mut values: Vec<Vec<serde_json::Value>>) -> Self {
        let layout = Layout::find(tab, &values.remove(0)).expect("headers");
        let chunk = Chunk::pack(&values, layout.positions(), &Hashing::default());
        let mut grid = Grid::default();
        grid.put(0, Arc::new(chunk));
        Self {
            tab,
            link: TabLink {
                spreadsheet_url: "https://sheet".into(),
                sheet_id: 7,
                width: layout.width(),
            },
            layout,
            grid,
        }
    }
}
