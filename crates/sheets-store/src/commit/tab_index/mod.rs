//! Tab index: per tab, the layout of the columns, the last data row and the row number of each id.
//!
//! Row numbers are hints. [`TabIndexes::look_up`] reads the requested rows at their expected position, in the same call as
//! the header and the end of the tab; only if staff sorted, inserted or deleted rows does it read the id column again.

pub(crate) mod index;
pub(crate) mod lookup;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde_json::Value;

pub(crate) use crate::commit::tab_index::lookup::{LookupResult, LookupResults, LookupScope, RowLookup};
use crate::{
    commit::tab_index::{
        index::TabIndex,
        lookup::{digest_unless_empty, first_row, id_digest, join_row_ranges},
    },
    google::{
        call_error::CallError,
        client::SpreadsheetClient,
        requests::{self, InsertPosition},
        wire_types::SheetRequest,
    },
    read::{read_error::ReadError, reader::Reader},
    schema::tab::{ColumnLayout, Tab, column_letters, quoted_title},
};

/// Empty rows that are appended when a full grid has to grow.
const GROWTH_ROWS: usize = 500;
/// Row ranges per read; beyond it adjacent ranges are joined, since ranges travel in the URL.
const MAX_RANGES_PER_READ: usize = 60;
/// Reads after which a tab is considered to change too fast.
const MAX_ROUNDS: usize = 4;

pub(crate) struct TabIndexes {
    spreadsheet: Arc<SpreadsheetClient>,
    reader: Arc<Reader>,
    audit_log: &'static Tab,
    by_title: HashMap<&'static str, TabIndex>,
}

impl TabIndexes {
    pub(crate) fn new(spreadsheet: Arc<SpreadsheetClient>, reader: Arc<Reader>, audit_log: &'static Tab) -> Self {
        Self {
            spreadsheet,
            reader,
            audit_log,
            by_title: HashMap::new(),
        }
    }

    /// Schema of the audit log.
    pub(crate) fn audit_log(&self) -> &'static Tab {
        self.audit_log
    }

    /// Updates the index of `tabs` and looks up the `lookups` rows, in one read as long as nothing has moved.
    pub(crate) async fn look_up(
        &mut self,
        tabs: &[&'static Tab],
        lookups: &[RowLookup],
    ) -> Result<LookupResults, ReadError> {
        // Tabs whose ids were read in this lookup: an id that is missing there does not exist.
        let mut fresh: HashSet<&'static str> = HashSet::new();
        for _ in 0..MAX_ROUNDS {
            let unknown: Vec<&'static Tab> = tabs.iter().copied().filter(|tab| !self.has_index(tab)).collect();
            if !unknown.is_empty() {
                self.read_everything(&unknown).await?;
                fresh.extend(unknown.iter().map(|tab| tab.title));
            }
            let Some(rows) = self.read_ends(tabs, lookups).await? else {
                continue;
            };
            let (lookup_results, moved) = self.resolve_lookups(lookups, &rows, &fresh);
            if moved.is_empty() {
                return Ok(lookup_results);
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
    pub(crate) async fn clear(&mut self) {
        self.by_title.clear();
        self.reader.invalidate_tab_list().await;
    }

    /// Drops the row numbers, after another program wrote.
    pub(crate) fn invalidate_rows(&mut self) {
        self.by_title.clear();
    }

    /// Drops the index of one tab, after a write found it changed.
    pub(crate) fn invalidate_tab(&mut self, tab: &Tab) {
        self.by_title.remove(tab.title);
    }

    fn has_index(&self, tab: &Tab) -> bool {
        self.by_title.contains_key(tab.title)
    }

    pub(crate) fn contains(&self, tab: &Tab, id: &str) -> bool {
        self.by_title
            .get(tab.title)
            .is_some_and(|index| index.rows.contains_key(&id_digest(id)))
    }

    /// Row numbers of the last rows without an id given by a program, where other rows have one.
    pub(crate) fn rows_without_given_id(&self, tab: &Tab) -> &[u32] {
        self.by_title
            .get(tab.title)
            .map_or(&[], |index| &index.without_given_id)
    }

    /// Highest whole number among the ids of `tab`; 0 if there is none.
    pub(crate) fn highest(&self, tab: &Tab) -> i64 {
        self.by_title.get(tab.title).map_or(0, |index| index.highest)
    }

    /// Row 1 of `tab`, including headers of staff's own columns.
    pub(crate) fn header(&self, tab: &Tab) -> &[String] {
        self.by_title.get(tab.title).map_or(&[], |index| &index.header)
    }

    /// Request that extends the grid of `tab` if it is full: rows can only be inserted before an existing row.
    pub(crate) fn growth_needed(&self, tab: &Tab) -> Option<SheetRequest> {
        let index = self.by_title.get(tab.title)?;
        (index.last_row >= index.grid_rows).then(|| requests::append_rows(index.sheet_id, GROWTH_ROWS))
    }

    /// Position at which the next rows of `tab` are inserted. Only after [`TabIndexes::look_up`].
    pub(crate) fn place(&self, tab: &'static Tab) -> InsertPosition<'_> {
        let index = &self.by_title[tab.title];
        InsertPosition {
            tab,
            sheet_id: index.sheet_id,
            layout: &index.layout,
            after_row: index.last_row,
        }
    }

    /// Records rows with these ids that were just written at the [`TabIndexes::place`] of `tab`.
    pub(crate) fn record_added<'a>(&mut self, tab: &'static Tab, ids: impl IntoIterator<Item = &'a str>) {
        let Some(index) = self.by_title.get_mut(tab.title) else {
            return;
        };
        for id in ids {
            index.last_row += 1;
            index.grid_rows += 1;
            index.last_id = digest_unless_empty(id);
            index.record(id, index.last_row);
        }
    }

    /// Records that the rows with these row numbers, in ascending order, were just deleted.
    pub(crate) fn record_removed(&mut self, tab: &'static Tab, numbers: &[usize]) {
        let is_known = self
            .by_title
            .get_mut(tab.title)
            .is_none_or(|index| index.remove(numbers));
        if !is_known {
            self.by_title.remove(tab.title);
        }
    }

    /// Reads the header rows, the rows from the last known one on, and the requested rows at their expected position.
    /// Returns `None`, and drops the index of the tab, if one has changed.
    async fn read_ends(
        &mut self,
        tabs: &[&'static Tab],
        lookups: &[RowLookup],
    ) -> Result<Option<HashMap<&'static str, RowsByNumber>>, ReadError> {
        let mut ranges = Vec::new();
        let mut runs_by_tab = Vec::new();
        for tab in tabs {
            let index = &self.by_title[tab.title];
            let title = quoted_title(tab.title);
            let last_column = column_letters(index.layout.width().saturating_sub(1));
            ranges.push(format!("{title}!1:1"));
            ranges.push(format!("{title}!A{}:{last_column}", index.last_row));
            let runs = join_row_ranges(
                index.expected_rows(tab, lookups),
                MAX_RANGES_PER_READ / tabs.len().max(1),
            );
            ranges.extend(
                runs.iter()
                    .map(|(first, last)| format!("{title}!A{first}:{last_column}{last}")),
            );
            runs_by_tab.push(runs);
        }
        let found = match self.spreadsheet.values(&ranges).await {
            Ok(found) => found,
            // A known row is beyond the grid, or the tab does not exist: read everything.
            Err(CallError::Rejected { code: 400, .. }) if tabs.iter().any(|tab| self.may_be_outdated(tab)) => {
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
            let first = self.by_title.get(tab.title).map_or(1, |index| index.last_row);
            if !self
                .by_title
                .get_mut(tab.title)
                .is_some_and(|index| index.extend(tab, &header, &end))
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
    fn may_be_outdated(&self, tab: &Tab) -> bool {
        self.by_title.get(tab.title).is_some_and(|index| index.last_row > 1)
    }

    /// Returns the requested rows that are at their expected position, and the tabs in which one is not.
    fn resolve_lookups(
        &self,
        lookups: &[RowLookup],
        rows: &HashMap<&'static str, RowsByNumber>,
        fresh: &HashSet<&'static str>,
    ) -> (LookupResults, HashSet<&'static str>) {
        let mut lookup_results = LookupResults::new();
        let mut moved = HashSet::new();
        for lookup in lookups {
            let Some(index) = self.by_title.get(lookup.tab) else {
                continue;
            };
            if let LookupScope::At(row) = lookup.search {
                let number = row as usize;
                let cells = rows.get(lookup.tab).and_then(|rows| rows.get(&number)).cloned();
                let found = cells.map_or(LookupResult::Gone, |cells| LookupResult::Row { number, cells });
                lookup_results.insert((lookup.tab, lookup.id.clone()), found);
                continue;
            }
            let digest = id_digest(&lookup.id);
            let expected_row = index.rows.get(&digest).map(|row| *row as usize);
            let here = expected_row.and_then(|number| Some((number, rows.get(lookup.tab)?.get(&number)?)));
            let found = match (expected_row, here) {
                _ if index.repeated.contains(&digest) && fresh.contains(lookup.tab) => LookupResult::Repeated,
                (_, Some((number, cells))) if index.id_of(cells) == lookup.id && !index.repeated.contains(&digest) => {
                    LookupResult::Row {
                        number,
                        cells: cells.clone(),
                    }
                }
                (None, _) if lookup.search == LookupScope::Known || fresh.contains(lookup.tab) => LookupResult::Gone,
                _ => {
                    moved.insert(lookup.tab);
                    continue;
                }
            };
            lookup_results.insert((lookup.tab, lookup.id.clone()), found);
        }
        (lookup_results, moved)
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
            self.by_title
                .insert(tab.title, TabIndex::empty(sheet_id, layout, first_row(header)));
        }
        self.read_ids(tabs).await
    }

    /// Reads the id column. Rows that staff typed without an id count for the end of the data; they are below the last
    /// id and are found when the ends are read.
    async fn read_ids(&mut self, tabs: &[&'static Tab]) -> Result<(), ReadError> {
        let range = |tab: &&Tab| {
            let id_column = column_letters(self.by_title[tab.title].layout.position(0));
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
            if let Some(index) = self.by_title.get_mut(tab.title) {
                index.replace_ids(ids);
            }
        }
        Ok(())
    }
}

/// Rows of a tab by row number.
type RowsByNumber = HashMap<usize, Vec<Value>>;
