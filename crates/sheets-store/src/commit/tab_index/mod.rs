//! Tab index: per tab, the layout of the columns, the last data row and the row number of each id.
//!
//! Row numbers are hints. [`TabIndexes::look`] reads the requested rows at their expected position, in the same call as the
//! header and the end of the tab; only if staff sorted, inserted or deleted rows does it read the id column again.

pub(crate) mod lookup;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde_json::Value;
use uuid::Uuid;

pub(crate) use crate::commit::tab_index::lookup::{LookupResult, LookupResults, LookupScope, RowLookup};
use crate::{
    cell::Cell,
    commit::tab_index::lookup::{IdDigest, digest_unless_empty, first_row, grid_rows, id_digest, join_row_ranges},
    google::{
        call_error::CallError,
        client::SpreadsheetClient,
        requests::{self, InsertPosition},
        wire_types::{SheetRequest, ValueRange},
    },
    read::{read_error::ReadError, reader::Reader},
    schema::tab::{ColumnLayout, Tab, column_letters, quoted_title},
};

/// Empty rows that are appended when a full grid has to grow.
const GROWTH_ROWS: usize = 500;
/// Row ranges per read; beyond it adjacent ranges are joined, since ranges travel in the URL.
const MAX_RANGES_PER_READ: usize = 60;
/// Maximum number of remembered rows without a given id.
const MAX_ROWS_WITHOUT_GIVEN_ID: usize = 200;
/// Reads after which a tab is considered to change too fast.
const MAX_ROUNDS: usize = 4;

pub(crate) struct TabIndexes {
    spreadsheet: Arc<SpreadsheetClient>,
    reader: Arc<Reader>,
    audit_log: &'static Tab,
    known: HashMap<&'static str, TabIndex>,
}

struct TabIndex {
    sheet_id: i32,
    layout: ColumnLayout,
    /// Texts of row 1, including headers of staff's own columns.
    header: Vec<String>,
    /// Row number of the last non-empty row; 1 if there is only the header.
    last_row: usize,
    /// Id in the last row; `None` if it has none.
    last_id: Option<IdDigest>,
    grid_rows: usize,
    rows: HashMap<IdDigest, u32>,
    /// Ids that occur in more than one row.
    repeated: HashSet<IdDigest>,
    /// Highest whole number among the ids.
    highest: i64,
    /// Row numbers of the last rows without an id given by a program, where other rows have one.
    without_given_id: Vec<u32>,
}

impl TabIndexes {
    pub(crate) fn new(spreadsheet: Arc<SpreadsheetClient>, reader: Arc<Reader>, audit_log: &'static Tab) -> Self {
        Self {
            spreadsheet,
            reader,
            audit_log,
            known: HashMap::new(),
        }
    }

    /// Schema of the audit log.
    pub(crate) fn audit_log(&self) -> &'static Tab {
        self.audit_log
    }

    /// Updates the index of `tabs` and looks up the `wanted` rows, in one read as long as nothing has moved.
    pub(crate) async fn look(
        &mut self,
        tabs: &[&'static Tab],
        wanted: &[RowLookup],
    ) -> Result<LookupResults, ReadError> {
        // Tabs whose ids were read in this lookup: an id that is missing there does not exist.
        let mut fresh: HashSet<&'static str> = HashSet::new();
        for _ in 0..MAX_ROUNDS {
            let unknown: Vec<&'static Tab> = tabs.iter().copied().filter(|tab| !self.knows(tab)).collect();
            if !unknown.is_empty() {
                self.read_everything(&unknown).await?;
                fresh.extend(unknown.iter().map(|tab| tab.title));
            }
            let Some(rows) = self.read_ends(tabs, wanted).await? else {
                continue;
            };
            let (sight, moved) = self.resolve_lookups(wanted, &rows, &fresh);
            if moved.is_empty() {
                return Ok(sight);
            }
            let moved: Vec<&'static Tab> = tabs.iter().copied().filter(|tab| moved.contains(tab.title)).collect();
            self.read_ids(&moved).await?;
            fresh.extend(moved.iter().map(|tab| tab.title));
        }
        Err(ReadError::Unreachable(
            "the tab changes faster than it can be read".to_owned(),
        ))
    }

    /// Drops the whole index, after the spreadsheet rejected a write that matched it.
    pub(crate) async fn forget(&mut self) {
        self.known.clear();
        self.reader.invalidate_tab_list().await;
    }

    /// Drops the row numbers, after another program wrote.
    pub(crate) fn invalidate_rows(&mut self) {
        self.known.clear();
    }

    /// Drops the index of one tab, after a write found it changed.
    pub(crate) fn invalidate_tab(&mut self, tab: &Tab) {
        self.known.remove(tab.title);
    }

    fn knows(&self, tab: &Tab) -> bool {
        self.known.contains_key(tab.title)
    }

    pub(crate) fn contains(&self, tab: &Tab, id: &str) -> bool {
        self.known
            .get(tab.title)
            .is_some_and(|tail| tail.rows.contains_key(&id_digest(id)))
    }

    /// Row numbers of the last rows without an id given by a program, where other rows have one.
    pub(crate) fn rows_without_given_id(&self, tab: &Tab) -> &[u32] {
        self.known.get(tab.title).map_or(&[], |tail| &tail.without_given_id)
    }

    /// Highest whole number among the ids of `tab`; 0 if there is none.
    pub(crate) fn highest(&self, tab: &Tab) -> i64 {
        self.known.get(tab.title).map_or(0, |tail| tail.highest)
    }

    /// Row 1 of `tab`, including headers of staff's own columns.
    pub(crate) fn header(&self, tab: &Tab) -> &[String] {
        self.known.get(tab.title).map_or(&[], |tail| &tail.header)
    }

    /// Request that extends the grid of `tab` if it is full: rows can only be inserted before an existing row.
    pub(crate) fn growth_needed(&self, tab: &Tab) -> Option<SheetRequest> {
        let tail = self.known.get(tab.title)?;
        (tail.last_row >= tail.grid_rows).then(|| requests::append_rows(tail.sheet_id, GROWTH_ROWS))
    }

    /// Position at which the next rows of `tab` are inserted. Only after [`TabIndexes::look`].
    pub(crate) fn place(&self, tab: &'static Tab) -> InsertPosition<'_> {
        let tail = &self.known[tab.title];
        InsertPosition {
            tab,
            sheet_id: tail.sheet_id,
            layout: &tail.layout,
            after_row: tail.last_row,
        }
    }

    /// Records rows with these ids that were just written at the [`TabIndexes::place`] of `tab`.
    pub(crate) fn added<'a>(&mut self, tab: &'static Tab, ids: impl IntoIterator<Item = &'a str>) {
        let Some(tail) = self.known.get_mut(tab.title) else {
            return;
        };
        for id in ids {
            tail.last_row += 1;
            tail.grid_rows += 1;
            tail.last_id = digest_unless_empty(id);
            tail.note(id, tail.last_row);
        }
    }

    /// Records that the rows with these row numbers, in ascending order, were just deleted.
    pub(crate) fn removed(&mut self, tab: &'static Tab, numbers: &[usize]) {
        let is_known = self.known.get_mut(tab.title).is_none_or(|tail| tail.remove(numbers));
        if !is_known {
            self.known.remove(tab.title);
        }
    }

    /// Reads the header rows, the rows from the last known one on, and the requested rows at their expected position.
    /// Returns `None`, and drops the index of the tab, if one has changed.
    async fn read_ends(
        &mut self,
        tabs: &[&'static Tab],
        wanted: &[RowLookup],
    ) -> Result<Option<HashMap<&'static str, RowsByNumber>>, ReadError> {
        let mut ranges = Vec::new();
        let mut runs_by_tab = Vec::new();
        for tab in tabs {
            let tail = &self.known[tab.title];
            let title = quoted_title(tab.title);
            let last_column = column_letters(tail.layout.width().saturating_sub(1));
            ranges.push(format!("{title}!1:1"));
            ranges.push(format!("{title}!A{}:{last_column}", tail.last_row));
            let runs = join_row_ranges(tail.believed(tab, wanted), MAX_RANGES_PER_READ / tabs.len().max(1));
            ranges.extend(
                runs.iter()
                    .map(|(first, last)| format!("{title}!A{first}:{last_column}{last}")),
            );
            runs_by_tab.push(runs);
        }
        let found = match self.spreadsheet.values(&ranges).await {
            Ok(found) => found,
            // A known row is beyond the grid, or the tab does not exist: read everything.
            Err(CallError::Rejected { code: 400, .. }) if tabs.iter().any(|tab| self.is_old(tab)) => {
                tabs.iter().for_each(|tab| self.invalidate_tab(tab));
                self.reader.invalidate_tab_list().await;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let mut found = found.into_iter();
        let mut rows_by_tab = HashMap::new();
        let mut unchanged = true;
        for (tab, runs) in tabs.iter().zip(runs_by_tab) {
            let (Some(header), Some(end)) = (found.next(), found.next()) else {
                break;
            };
            let first = self.known.get(tab.title).map_or(1, |tail| tail.last_row);
            if !self
                .known
                .get_mut(tab.title)
                .is_some_and(|tail| tail.follow(tab, &header, &end))
            {
                unchanged = false;
                self.invalidate_tab(tab);
            }
            let mut rows: RowsByNumber = (first..).zip(end.values.unwrap_or_default()).collect();
            for ((first, _), range) in runs.into_iter().zip(found.by_ref()) {
                rows.extend((first..).zip(range.values.unwrap_or_default()));
            }
            rows_by_tab.insert(tab.title, rows);
        }
        Ok(unchanged.then_some(rows_by_tab))
    }

    /// Whether the index of the tab holds rows that may be outdated.
    fn is_old(&self, tab: &Tab) -> bool {
        self.known.get(tab.title).is_some_and(|tail| tail.last_row > 1)
    }

    /// Returns the requested rows that are at their expected position, and the tabs in which one is not.
    fn resolve_lookups(
        &self,
        wanted: &[RowLookup],
        rows: &HashMap<&'static str, RowsByNumber>,
        fresh: &HashSet<&'static str>,
    ) -> (LookupResults, HashSet<&'static str>) {
        let mut sight = LookupResults::new();
        let mut moved = HashSet::new();
        for wanted in wanted {
            let Some(tail) = self.known.get(wanted.tab) else {
                continue;
            };
            if let LookupScope::At(row) = wanted.search {
                let number = row as usize;
                let cells = rows.get(wanted.tab).and_then(|rows| rows.get(&number)).cloned();
                let found = cells.map_or(LookupResult::Gone, |cells| LookupResult::Row { number, cells });
                sight.insert((wanted.tab, wanted.id.clone()), found);
                continue;
            }
            let digest = id_digest(&wanted.id);
            let believed = tail.rows.get(&digest).map(|row| *row as usize);
            let here = believed.and_then(|number| Some((number, rows.get(wanted.tab)?.get(&number)?)));
            let found = match (believed, here) {
                _ if tail.repeated.contains(&digest) && fresh.contains(wanted.tab) => LookupResult::Repeated,
                (_, Some((number, cells))) if tail.id_of(cells) == wanted.id && !tail.repeated.contains(&digest) => {
                    LookupResult::Row {
                        number,
                        cells: cells.clone(),
                    }
                }
                (None, _) if wanted.search == LookupScope::Known || fresh.contains(wanted.tab) => LookupResult::Gone,
                _ => {
                    moved.insert(wanted.tab);
                    continue;
                }
            };
            sight.insert((wanted.tab, wanted.id.clone()), found);
        }
        (sight, moved)
    }

    async fn read_everything(&mut self, tabs: &[&'static Tab]) -> Result<(), ReadError> {
        let properties = self.reader.tab_properties(tabs).await?;
        let headers: Vec<String> = tabs
            .iter()
            .map(|tab| format!("{}!1:1", quoted_title(tab.title)))
            .collect();
        let found = match self.spreadsheet.values(&headers).await {
            Ok(found) => found,
            Err(error) => {
                self.reader.invalidate_tab_list().await;
                return Err(error.into());
            }
        };
        for (tab, header) in tabs.iter().zip(&found) {
            let layout = ColumnLayout::find(tab, first_row(header)).map_err(ReadError::Headers)?;
            let sheet_id = properties
                .iter()
                .find(|known| known.title == tab.title)
                .map_or(0, |known| known.sheet_id);
            self.known
                .insert(tab.title, TabIndex::empty(sheet_id, layout, first_row(header)));
        }
        self.read_ids(tabs).await
    }

    /// Reads the id column. Rows that staff typed without an id count for the end of the data; they are below the last
    /// id and are found when the ends are read.
    async fn read_ids(&mut self, tabs: &[&'static Tab]) -> Result<(), ReadError> {
        let range = |tab: &&Tab| {
            let id_column = column_letters(self.known[tab.title].layout.position(0));
            format!("{}!{id_column}1:{id_column}", quoted_title(tab.title))
        };
        let ranges: Vec<String> = tabs.iter().map(range).collect();
        let found = match self.spreadsheet.values(&ranges).await {
            Ok(found) => found,
            Err(error) => {
                tabs.iter().for_each(|tab| self.invalidate_tab(tab));
                return Err(error.into());
            }
        };
        for (tab, ids) in tabs.iter().zip(&found) {
            if let Some(tail) = self.known.get_mut(tab.title) {
                tail.learn(ids);
            }
        }
        Ok(())
    }
}

/// Rows of a tab by row number.
type RowsByNumber = HashMap<usize, Vec<Value>>;

impl TabIndex {
    fn empty(sheet_id: i32, layout: ColumnLayout, header: &[Value]) -> Self {
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
    fn learn(&mut self, ids: &ValueRange) {
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
            self.note(&id, index + 1);
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

    fn note(&mut self, id: &str, number: usize) {
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

    fn id_of(&self, row: &[Value]) -> String {
        Cell::of(row.get(self.layout.position(0))).text()
    }

    /// Expected row numbers of the requested ids.
    fn believed(&self, tab: &Tab, wanted: &[RowLookup]) -> Vec<usize> {
        let of_this_tab = wanted.iter().filter(|wanted| wanted.tab == tab.title);
        of_this_tab
            .filter_map(|wanted| match wanted.search {
                LookupScope::At(row) => Some(row),
                LookupScope::Known | LookupScope::Thorough => self.rows.get(&id_digest(&wanted.id)).copied(),
            })
            .map(|row| row as usize)
            .filter(|row| *row <= self.grid_rows.max(self.last_row))
            .collect()
    }

    /// Adds the rows below the last known one; returns false if that row has changed.
    fn follow(&mut self, tab: &'static Tab, header: &ValueRange, end: &ValueRange) -> bool {
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
            self.note(&id, self.last_row);
            self.last_id = digest_unless_empty(&id);
        }
        if let Some(grid_rows) = grid_rows(end) {
            self.grid_rows = grid_rows;
        }
        true
    }
}

/// A sheet has fewer than ten million rows.
fn row_hint(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl TabIndex {
    /// Removes rows by ascending row number; returns false if the last row is no longer known.
    pub(crate) fn remove(&mut self, numbers: &[usize]) -> bool {
        let numbers: Vec<u32> = numbers.iter().map(|number| row_hint(*number)).collect();
        let above = |row: u32| numbers.partition_point(|number| *number < row);
        self.rows.retain(|_, row| numbers.binary_search(row).is_err());
        for row in self.rows.values_mut() {
            *row -= row_hint(above(*row));
        }
        let took_the_last = numbers.last().is_some_and(|number| *number >= row_hint(self.last_row));
        self.last_row = self.last_row.saturating_sub(numbers.len()).max(1);
        self.grid_rows = self.grid_rows.saturating_sub(numbers.len());
        if took_the_last {
            let last = row_hint(self.last_row);
            let mut rows = self.rows.iter();
            self.last_id = rows.find_map(|(id, row)| (*row == last).then_some(*id));
        }
        // Neither staff's rows without ids nor the header are in the map.
        !took_the_last || self.last_id.is_some()
    }
}
