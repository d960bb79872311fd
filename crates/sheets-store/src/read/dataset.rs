//! Decoded datasets: typed rows of a board's tabs, their findings and the time of the read.

use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use crate::{
    cell::{Cell, CellContent},
    finding::{Effect, Finding, FindingKind},
    read::grid::{BLANK, Grid, GridChunk, PackedRow, RowHasher},
    schema::tab::{ColumnLayout, Tab, column_letters},
};

/// Decoded tabs of one board.
pub trait Dataset: Sized + Send + Sync + 'static {
    /// Required tabs; all are read in one call.
    const TABS: &'static [&'static Tab];

    /// Decodes the tabs, in the order of [`Dataset::TABS`], into typed rows. Cells that cannot be read become findings.
    fn decode(tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self;

    /// Extends `previous` by rows that were added below its rows. `added_from` holds the row number of the first new
    /// row of each tab, one past the last row where there is none. Findings of `previous` stay; only those of the new
    /// rows belong in `decoding`. `None` makes the store decode everything again.
    fn extend(_previous: &Self, _tabs: &[TabRows], _added_from: &[u32], _decoding: &mut DecodeContext) -> Option<Self> {
        None
    }
}

/// Context of [`Dataset::decode`], and the collector of its findings.
pub struct DecodeContext {
    /// Time zone of the dates in the sheet.
    pub zone: TimeZone,
    /// Cells that could not be read.
    pub findings: Vec<Finding>,
}

/// Dataset at one version, with its age.
#[derive(Debug)]
pub struct Snapshot<D> {
    /// Decoded tabs.
    pub data: Arc<D>,
    /// Cells that could not be read.
    pub findings: Arc<Vec<Finding>>,
    /// Time of the last read from Google; includes every row added before.
    pub read_at: Timestamp,
    /// Version of the content; rises when a tab changed. Equal versions have equal data.
    pub version: u64,
    /// Number of data rows in all tabs.
    pub rows: usize,
    /// Version that this one extends by added rows only.
    pub(crate) extends: Option<u64>,
    /// Rows that it was decoded from, for comparison with a later read.
    pub(crate) tabs: Vec<TabRows>,
    /// Last full read; `read_at` may be a later read of the end of the tabs.
    pub(crate) full: FullRead,
}

/// Read of all rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FullRead {
    /// Time of its start.
    pub(crate) at: Timestamp,
    /// Epoch at its start.
    pub(crate) epoch: u64,
    /// Drive version of the file before its start, if Drive is used.
    pub(crate) file_version: Option<i64>,
}

impl<D> Snapshot<D> {
    /// Version that this one extends: its data begins with the rows of that version, unchanged, and only rows below
    /// them are new. `None` if anything else may have changed.
    pub fn extends(&self) -> Option<u64> {
        self.extends
    }

    /// Time of the last full read; a later change by staff in the middle of a tab is not included.
    pub fn fully_read_at(&self) -> Timestamp {
        self.full.at
    }

    /// The same content, found unchanged by a later read.
    pub(crate) fn read_again(&self, read_at: Timestamp, tabs: Vec<TabRows>, full: FullRead) -> Self {
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

    /// Memory use in bytes; the decoded rows are estimated to be as large as the grid.
    pub(crate) fn bytes(&self) -> usize {
        2 * self.tabs.iter().map(|tab| tab.grid.bytes()).sum::<usize>()
    }
}

/// Snapshot as it is returned to a board.
#[derive(Debug)]
pub struct Reading<D> {
    /// Data.
    pub snapshot: Arc<Snapshot<D>>,
    /// Start of the outage, if the data is stale because the spreadsheet does not respond.
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

/// Rows of one tab. A clone shares them.
#[derive(Clone)]
pub struct TabRows {
    pub(crate) tab: &'static Tab,
    pub(crate) layout: ColumnLayout,
    pub(crate) grid: Grid,
    /// Link to the tab in the Google Sheets editor.
    pub(crate) link: TabLink,
}

impl std::fmt::Debug for TabRows {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} rows of {}", self.len(), self.tab.title)
    }
}

/// Links to a tab, its rows and cells in the Google Sheets editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabLink {
    pub(crate) spreadsheet_url: Arc<str>,
    pub(crate) sheet_id: i32,
    pub(crate) width: usize,
}

impl TabLink {
    /// Link to the tab.
    pub fn tab(&self) -> String {
        self.at(&format!("gid={}", self.sheet_id))
    }

    /// Link to the whole row, from the first to the last declared column.
    pub fn row(&self, row: u32) -> String {
        let last = column_letters(self.width.saturating_sub(1));
        self.at(&format!("gid={}&range=A{row}:{last}{row}", self.sheet_id))
    }

    /// Link to one cell.
    pub fn cell(&self, row: u32, column: usize) -> String {
        self.at(&format!("gid={}&range={}{row}", self.sheet_id, column_letters(column)))
    }

    /// Google's editor reads the range after the `#`; a server, such as the embedded one, only gets the query before
    /// it.
    fn at(&self, place: &str) -> String {
        format!("{}?{place}#{place}", self.spreadsheet_url)
    }
}

impl TabRows {
    /// Rows with at least one value in a declared column.
    pub fn rows(&self) -> impl Iterator<Item = TabRow<'_>> {
        self.rows_from(2)
    }

    /// Rows as in [`TabRows::rows`], starting at this row number.
    pub fn rows_from(&self, number: u32) -> impl Iterator<Item = TabRow<'_>> {
        let first = (number as usize).saturating_sub(2);
        (number.max(2)..)
            .take(self.len().saturating_sub(first))
            .map(|number| self.row(number))
            .filter(|row| row.cells.fingerprint() != BLANK)
    }

    /// Row with this row number; empty below the data.
    pub fn row(&self, number: u32) -> TabRow<'_> {
        TabRow {
            number,
            cells: self.grid.row((number as usize).saturating_sub(2)),
            of: self,
        }
    }

    /// Schema of the tab.
    pub fn tab(&self) -> &'static Tab {
        self.tab
    }

    /// Replaces all rows, as if they were in the sheet; the cells of each are in the order of [`Tab::columns`](crate::schema::tab::Tab::columns).
    #[must_use]
    pub fn rewritten(&self, rows: impl Iterator<Item = Vec<CellContent>>) -> Self {
        /// Rows that are unpacked at once.
        const AT_ONCE: usize = 10_000;
        let places: Vec<usize> = (0..self.tab.columns.len()).collect();
        let hashing = RowHasher::default();
        let mut grid = Grid::default();
        let mut rows = rows
            .map(|cells| cells.iter().map(CellContent::value).collect::<Vec<Value>>())
            .peekable();
        for start in (0..).step_by(AT_ONCE) {
            if rows.peek().is_none() {
                break;
            }
            let some: Vec<Vec<Value>> = rows.by_ref().take(AT_ONCE).collect();
            grid.put(start, Arc::new(GridChunk::pack(&some, &places, &hashing)));
        }
        Self { grid, ..self.clone() }
    }

    /// Replaces some rows by index (0 is the row below the header) and limits the number of rows to `len`, as if the
    /// sheet had this content. The cells of each row are in the order of [`Tab::columns`](crate::schema::tab::Tab::columns); an empty row has none.
    #[must_use]
    pub fn with(&self, len: usize, rows: impl Iterator<Item = (usize, Vec<CellContent>)>) -> Self {
        let rows = rows.map(|(place, cells)| (place, cells.iter().map(CellContent::value).collect()));
        Self {
            grid: self.grid.with(len, rows),
            ..self.clone()
        }
    }

    /// Number of rows from below the header to the last one with content, including empty ones between them.
    pub fn len(&self) -> usize {
        self.grid.len()
    }

    /// Whether there is no row below the header.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Links to the tab's cells.
    pub fn link(&self) -> &TabLink {
        &self.link
    }

    /// Whether it is the same tab with the same layout and begins with the rows of `earlier`.
    pub(crate) fn continues(&self, earlier: &Self) -> bool {
        self.layout == earlier.layout && self.link == earlier.link && self.grid.continues(&earlier.grid)
    }
}

/// Row of a tab.
#[derive(Clone, Copy)]
pub struct TabRow<'a> {
    /// Row number as the spreadsheet shows it.
    pub number: u32,
    pub(crate) cells: PackedRow<'a>,
    of: &'a TabRows,
}

impl<'a> TabRow<'a> {
    /// Cell of the tab's `column`-th column (in the order of the declaration, not of the sheet).
    pub fn cell(&self, column: usize) -> Cell<'a> {
        self.cells.cell(column)
    }

    pub(crate) fn tab(&self) -> &'static Tab {
        self.of.tab
    }

    /// Number of declared columns.
    pub(crate) fn columns(&self) -> usize {
        self.of.tab.columns.len()
    }

    /// Creates a finding for the cell in the tab's `column`-th column: unreadable, or a formula error.
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

#[cfg(any(test, feature = "test-support"))]
impl TabRows {
    /// Tab as the Sheets API returns it, header row first. For tests of boards.
    ///
    /// # Panics
    /// If a header is missing.
    pub fn of_answer(tab: &'static Tab, mut values: Vec<Vec<serde_json::Value>>) -> Self {
        let layout = ColumnLayout::find(tab, &values.remove(0)).expect("headers");
        let chunk = GridChunk::pack(&values, layout.positions(), &RowHasher::default());
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
