//! Paged reads of tabs: small tabs in one call, large ones in pages, and only the end of those that are already known.
//!
//! The JSON of a page is packed and dropped while the next one is being fetched, so that a large tab is never held in
//! memory twice. Each page begins with the last row of the one before and with the header: if they have changed, or a
//! row occurs on two pages, rows were moved during the read, and it starts again.

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;

use crate::{
    google::{
        call_error::CallError,
        client::SpreadsheetClient,
        wire_types::{TabProperties, ValueRange},
    },
    read::{
        dataset::{TabLink, TabRows},
        grid::{BLANK, Grid, GridChunk, RowHasher},
        read_error::ReadError,
        tab_list::TabList,
    },
    schema::tab::{ColumnLayout, Tab, column_letters, quoted_title},
};

/// Maximum number of cells in a response: a value takes 32 bytes and its text before it is packed.
const MAX_CELLS_PER_PAGE: u32 = 600_000;
/// Attempts to read a tab that changes during the read.
const MAX_ATTEMPTS: usize = 4;

pub(crate) struct PageReader {
    spreadsheet: Arc<SpreadsheetClient>,
    list: Arc<TabList>,
    link_url: Arc<str>,
    rows_a_page: u32,
    hasher: RowHasher,
    /// Ids that permanently occur on several pages of a tab, because the tab repeats them.
    repeated: Mutex<HashMap<&'static str, Vec<u64>>>,
}

/// Reason why an attempt to read was interrupted.
enum ReadInterruption {
    /// The tab changed during the read.
    Moved,
    Failed(ReadError),
}

impl From<ReadError> for ReadInterruption {
    fn from(error: ReadError) -> Self {
        Self::Failed(error)
    }
}

/// Values as received, with the row number of the first of them.
struct ValuesPage {
    first_row: u32,
    values: Vec<Vec<Value>>,
}

impl PageReader {
    pub(crate) fn new(
        spreadsheet: Arc<SpreadsheetClient>,
        list: Arc<TabList>,
        link_url: Arc<str>,
        rows_a_page: u32,
    ) -> Self {
        Self {
            spreadsheet,
            list,
            link_url,
            rows_a_page: rows_a_page.max(2),
            hasher: RowHasher::default(),
            repeated: Mutex::default(),
        }
    }

    /// Reads all rows of `tabs`.
    pub(crate) async fn read(&self, tabs: &[&'static Tab]) -> Result<Vec<TabRows>, ReadError> {
        for _ in 0..MAX_ATTEMPTS {
            match self.try_to_read(tabs).await {
                Ok(read) => return Ok(read),
                Err(ReadInterruption::Failed(error)) => return Err(error),
                Err(ReadInterruption::Moved) => tracing::debug!("rows moved while they were read; reading again"),
            }
        }
        Err(ReadError::Unreachable(
            "the tab changes faster than it can be read".to_owned(),
        ))
    }

    async fn try_to_read(&self, tabs: &[&'static Tab]) -> Result<Vec<TabRows>, ReadInterruption> {
        let properties = self.list.with(tabs).await?;
        let plans: Vec<PagePlan> = tabs
            .iter()
            .map(|tab| PagePlan::of(tab, &properties, self.rows_a_page))
            .collect();
        let ranges: Vec<String> = plans.iter().map(PagePlan::first_range).collect();
        let is_paged = plans.iter().any(PagePlan::is_paged);
        let found = self.request_values(tabs, &ranges, is_paged).await?;
        let mut first_pages = Vec::with_capacity(tabs.len());
        for (plan, range) in plans.iter().zip(found) {
            first_pages.push(self.parse_first_page(plan, range).await?);
        }
        let mut read = Vec::with_capacity(tabs.len());
        for (plan, (rows, first)) in plans.iter().zip(first_pages) {
            read.push(self.read_remaining_pages(plan, rows, first).await?);
        }
        Ok(read)
    }

    async fn request_values(
        &self,
        tabs: &[&'static Tab],
        ranges: &[String],
        is_paged: bool,
    ) -> Result<Vec<ValueRange>, ReadInterruption> {
        match self.spreadsheet.values(ranges).await {
            Ok(found) => Ok(found),
            Err(error @ CallError::Rejected { code: 400, .. }) => {
                // A range that cannot be parsed refers to a tab that no longer exists or has become shorter; the list
                // of tabs shows which.
                self.list.forget().await;
                self.list.with(tabs).await?;
                Err(if is_paged {
                    ReadInterruption::Moved
                } else {
                    ReadInterruption::Failed(error.into())
                })
            }
            Err(error) => Err(ReadInterruption::Failed(error.into())),
        }
    }

    /// Finds the columns in the first response, which contains the header.
    async fn parse_first_page(
        &self,
        plan: &PagePlan,
        range: ValueRange,
    ) -> Result<(TabRows, ValuesPage), ReadInterruption> {
        if !plan.is_paged()
            && let Some(rows) = grid_rows(&range)
        {
            self.list.set_row_count(plan.tab, rows).await;
        }
        Ok(self.columns_of(plan, range)?)
    }

    fn columns_of(&self, plan: &PagePlan, range: ValueRange) -> Result<(TabRows, ValuesPage), ReadError> {
        let mut values = range.values.unwrap_or_default();
        let header = if values.is_empty() {
            Vec::new()
        } else {
            values.remove(0)
        };
        let layout = ColumnLayout::find(plan.tab, &header).map_err(ReadError::Headers)?;
        let link = TabLink {
            spreadsheet_url: Arc::clone(&self.link_url),
            sheet_id: plan.sheet_id,
            width: layout.width(),
        };
        let rows = TabRows {
            tab: plan.tab,
            layout,
            grid: Grid::default(),
            link,
        };
        Ok((rows, ValuesPage { first_row: 2, values }))
    }

    /// Packs the first page and reads the others.
    async fn read_remaining_pages(
        &self,
        plan: &PagePlan,
        mut rows: TabRows,
        first: ValuesPage,
    ) -> Result<TabRows, ReadInterruption> {
        let mut page = first;
        for (place, start) in plan.starts.iter().enumerate() {
            let first_row = page.first_row;
            let end = plan.starts.get(place + 1).copied();
            let (chunk, next) = tokio::join!(self.pack(&rows.layout, page.values), self.next_page(&rows, *start, end));
            append_page(&mut rows, first_row, chunk)?;
            page = next?;
        }
        let chunk = self.pack(&rows.layout, page.values).await;
        append_page(&mut rows, page.first_row, chunk)?;
        if plan.is_paged() {
            self.check_for_moved_rows(plan, &rows).await?;
        }
        Ok(rows)
    }

    async fn next_page(&self, rows: &TabRows, start: u32, end: Option<u32>) -> Result<ValuesPage, ReadInterruption> {
        let title = quoted_title(rows.tab.title);
        let last = column_letters(rows.layout.width().saturating_sub(1));
        let end = end.map_or_else(String::new, |end| end.to_string());
        let ranges = [format!("{title}!1:1"), format!("{title}!A{start}:{last}{end}")];
        let found = self.request_values(&[rows.tab], &ranges, true).await?;
        let [header, page] = <[ValueRange; 2]>::try_from(found).map_err(|_| ReadInterruption::Moved)?;
        if ColumnLayout::find(rows.tab, header_of(&header)).as_ref() != Ok(&rows.layout) {
            return Err(ReadInterruption::Moved);
        }
        if end.is_empty()
            && let Some(grid_rows) = grid_rows(&page)
        {
            self.list.set_row_count(rows.tab, grid_rows).await;
        }
        Ok(ValuesPage {
            first_row: start,
            values: page.values.unwrap_or_default(),
        })
    }

    /// Packs values; on a blocking thread if there are many.
    async fn pack(&self, layout: &ColumnLayout, values: Vec<Vec<Value>>) -> GridChunk {
        if values.len() < 1_000 {
            return GridChunk::pack(&values, layout.positions(), &self.hasher);
        }
        let (positions, hasher) = (layout.positions().to_vec(), self.hasher.clone());
        crate::read::blocking::run_blocking(move || GridChunk::pack(&values, &positions, &hasher)).await
    }

    /// Detects moved rows: a row that was moved across the edge of a page occurs twice, and another one not at all.
    async fn check_for_moved_rows(&self, plan: &PagePlan, rows: &TabRows) -> Result<(), ReadInterruption> {
        let (grid, hasher, starts) = (rows.grid.clone(), self.hasher.clone(), plan.starts.clone());
        let repeated = crate::read::blocking::run_blocking(move || ids_on_several_pages(&grid, &hasher, &starts)).await;
        let mut known = self.repeated.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.entry(plan.tab.title).or_default();
        let is_known = repeated.iter().all(|id| known.binary_search(id).is_ok());
        // If they are found again on the next attempt, they are no moved rows, but rows with the same id.
        *known = repeated;
        if is_known { Ok(()) } else { Err(ReadInterruption::Moved) }
    }

    /// Extends known tabs: reads only the header and the rows from the last known one on; `None` if one of the tabs has
    /// changed. One call.
    pub(crate) async fn read_on(&self, known: &[TabRows]) -> Result<Option<Vec<TabRows>>, ReadError> {
        let mut ranges = Vec::with_capacity(2 * known.len());
        for rows in known {
            let title = quoted_title(rows.tab.title);
            let last = column_letters(rows.layout.width().saturating_sub(1));
            ranges.push(format!("{title}!1:1"));
            ranges.push(format!("{title}!A{}:{last}", rows.len() + 1));
        }
        let found = match self.spreadsheet.values(&ranges).await {
            Ok(found) => found,
            Err(CallError::Rejected { code: 400, .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut read = Vec::with_capacity(known.len());
        for (rows, pair) in known.iter().zip(found.chunks(2)) {
            let [header, end] = pair else { return Ok(None) };
            let Some(longer) = self.extend(rows, header, end) else {
                return Ok(None);
            };
            if let Some(grid_rows) = grid_rows(end) {
                self.list.set_row_count(rows.tab, grid_rows).await;
            }
            read.push(longer);
        }
        Ok(Some(read))
    }

    /// Reads the header and about this many rows at the end of a tab; rows before are left blank. One call.
    pub(crate) async fn end_of(&self, tab: &'static Tab, rows: u32) -> Result<TabRows, ReadError> {
        let properties = self.list.with(&[tab]).await?;
        let plan = PagePlan::of(tab, &properties, u32::MAX);
        let found = properties.iter().find(|known| known.title == tab.title);
        let (grid_rows_known, columns) = found.map_or((0, 0), |known| (known.row_count, known.column_count));
        let start = grid_rows_known.saturating_sub(rows).max(1);
        let last = column_letters((columns as usize).saturating_sub(1));
        let title = quoted_title(tab.title);
        let ranges = [format!("{title}!1:1"), format!("{title}!A{start}:{last}")];
        let found = match self.spreadsheet.values(&ranges).await {
            Ok(found) => found,
            Err(error) => {
                self.list.forget().await;
                return Err(error.into());
            }
        };
        let [header, end] =
            <[ValueRange; 2]>::try_from(found).map_err(|_| ReadError::Unreachable("half an answer".to_owned()))?;
        if let Some(rows) = grid_rows(&end) {
            self.list.set_row_count(tab, rows).await;
        }
        let (mut rows, _) = self.columns_of(&plan, header)?;
        let mut values = end.values.unwrap_or_default();
        if start == 1 && !values.is_empty() {
            values.remove(0);
        }
        let chunk = self.pack(&rows.layout, values).await;
        rows.grid.put((start as usize).saturating_sub(2), Arc::new(chunk));
        Ok(rows)
    }

    fn extend(&self, known: &TabRows, header: &ValueRange, end: &ValueRange) -> Option<TabRows> {
        if ColumnLayout::find(known.tab, header_of(header)).as_ref() != Ok(&known.layout) {
            return None;
        }
        let (last, added) = end.values.as_deref().unwrap_or_default().split_first()?;
        let positions = known.layout.positions();
        if let Some(index) = known.len().checked_sub(1) {
            let last = GridChunk::pack(std::slice::from_ref(last), positions, &self.hasher);
            if last.fingerprint(0) != known.grid.row(index).fingerprint() {
                return None;
            }
        }
        let mut rows = known.clone();
        let chunk = GridChunk::pack(added, positions, &self.hasher);
        if chunk.filled() > 0 {
            rows.grid.put(known.len(), Arc::new(chunk));
        }
        Some(rows)
    }
}

/// Appends a page, if it begins with the last row so far.
fn append_page(rows: &mut TabRows, first_row: u32, chunk: GridChunk) -> Result<(), ReadInterruption> {
    let start = first_row as usize - 2;
    if start > 0 && rows.grid.row(start).fingerprint() != chunk.fingerprint(0) {
        return Err(ReadInterruption::Moved);
    }
    rows.grid.put(start, Arc::new(chunk));
    Ok(())
}

/// Ids that occur on several pages, in ascending order of their hashes.
fn ids_on_several_pages(grid: &Grid, hasher: &RowHasher, starts: &[u32]) -> Vec<u64> {
    let page_of = |index: usize| starts.partition_point(|start| *start as usize <= index + 2);
    let mut ids: Vec<(u64, usize)> = (0..grid.len())
        .map(|index| (hasher.text(&grid.row(index).cell(0).text()), page_of(index)))
        .filter(|(id, _)| *id != BLANK)
        .collect();
    ids.sort_unstable();
    let pairs = ids
        .windows(2)
        .filter(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1);
    let mut repeated: Vec<u64> = pairs.map(|pair| pair[0].0).collect();
    repeated.dedup();
    repeated
}

/// Pages in which a tab is read.
struct PagePlan {
    tab: &'static Tab,
    sheet_id: i32,
    /// First row of the second page and of each later one.
    starts: Vec<u32>,
}

impl PagePlan {
    fn of(tab: &'static Tab, properties: &[TabProperties], rows_a_page: u32) -> Self {
        let found = properties.iter().find(|known| known.title == tab.title);
        let rows = found.map_or(0, |known| known.row_count);
        let columns = u32::try_from(tab.columns.len()).unwrap_or(u32::MAX).max(1);
        let rows_a_page = rows_a_page.min((MAX_CELLS_PER_PAGE / columns).max(2));
        let pages = rows.div_ceil(rows_a_page).max(1);
        let size = rows.div_ceil(pages).max(2);
        Self {
            tab,
            sheet_id: found.map_or(0, |known| known.sheet_id),
            starts: (1..pages).map(|page| page * size).collect(),
        }
    }

    fn is_paged(&self) -> bool {
        !self.starts.is_empty()
    }

    fn first_range(&self) -> String {
        let title = quoted_title(self.tab.title);
        match self.starts.first() {
            Some(end) => format!("{title}!1:{end}"),
            None => title,
        }
    }
}

fn header_of(range: &ValueRange) -> &[Value] {
    let rows = range.values.as_deref().unwrap_or_default();
    rows.first().map_or(&[], Vec::as_slice)
}

/// Number of grid rows. The service expands open ranges to the end of the grid: `A5:G` is returned as `A5:G1000`.
fn grid_rows(range: &ValueRange) -> Option<u32> {
    let echoed = range.range.as_deref()?;
    let end = echoed.rsplit(':').next()?;
    end.trim_start_matches(|character: char| character.is_ascii_alphabetic())
        .parse()
        .ok()
}
