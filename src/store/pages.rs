//! Paged reads of tabs: small tabs in one call, large ones in pages, and only the end of those that are already known.
//!
//! The JSON of a page is packed and dropped while the next one is being fetched, so that a large tab is never held in
//! memory twice. Each page begins with the last row of the one before and with the header: if they have changed, or a
//! row occurs on two pages, rows were moved during the read, and it starts again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;

use super::{
    ReadError,
    call_error::CallError,
    dataset::{TabLink, TabRows},
    google::{Spreadsheet, TabProperties, ValueRange},
    grid::{BLANK, Chunk, Grid, Hashing},
    tab::{Layout, Tab, column_letters, quoted},
    tab_list::TabList,
};

/// Maximum number of cells in a response: a value takes 32 bytes and its text before it is packed.
const CELLS_A_PAGE: u32 = 600_000;
/// Attempts to read a tab that changes during the read.
const TRIES: usize = 4;

pub(super) struct Pages {
    spreadsheet: Arc<Spreadsheet>,
    list: Arc<TabList>,
    link_url: Arc<str>,
    rows_a_page: u32,
    hashing: Hashing,
    /// Ids that permanently occur on several pages of a tab, because the tab repeats them.
    repeated: Mutex<HashMap<&'static str, Vec<u64>>>,
}

/// Reason why an attempt to read was interrupted.
enum Setback {
    /// The tab changed during the read.
    Moved,
    Failed(ReadError),
}

impl From<ReadError> for Setback {
    fn from(error: ReadError) -> Self {
        Self::Failed(error)
    }
}

/// Values as received, with the row number of the first of them.
struct Page {
    first_row: u32,
    values: Vec<Vec<Value>>,
}

impl Pages {
    pub(super) fn new(spreadsheet: Arc<Spreadsheet>, list: Arc<TabList>, link_url: Arc<str>, rows_a_page: u32) -> Self {
        Self {
            spreadsheet,
            list,
            link_url,
            rows_a_page: rows_a_page.max(2),
            hashing: Hashing::default(),
            repeated: Mutex::default(),
        }
    }

    /// Reads all rows of `tabs`.
    pub(super) async fn read(&self, tabs: &[&'static Tab]) -> Result<Vec<TabRows>, ReadError> {
        for _ in 0..TRIES {
            match self.attempt(tabs).await {
                Ok(read) => return Ok(read),
                Err(Setback::Failed(error)) => return Err(error),
                Err(Setback::Moved) => tracing::debug!("rows moved while they were read; reading again"),
            }
        }
        Err(ReadError::Unreachable(
            "the tab changes faster than it can be read".to_owned(),
        ))
    }

    async fn attempt(&self, tabs: &[&'static Tab]) -> Result<Vec<TabRows>, Setback> {
        let properties = self.list.with(tabs).await?;
        let plans: Vec<Plan> = tabs
            .iter()
            .map(|tab| Plan::of(tab, &properties, self.rows_a_page))
            .collect();
        let ranges: Vec<String> = plans.iter().map(Plan::first_range).collect();
        let is_paged = plans.iter().any(Plan::is_paged);
        let found = self.ask(tabs, &ranges, is_paged).await?;
        let mut begun = Vec::with_capacity(tabs.len());
        for (plan, range) in plans.iter().zip(found) {
            begun.push(self.begin(plan, range).await?);
        }
        let mut read = Vec::with_capacity(tabs.len());
        for (plan, (rows, first)) in plans.iter().zip(begun) {
            read.push(self.go_on(plan, rows, first).await?);
        }
        Ok(read)
    }

    async fn ask(&self, tabs: &[&'static Tab], ranges: &[String], is_paged: bool) -> Result<Vec<ValueRange>, Setback> {
        match self.spreadsheet.values(ranges).await {
            Ok(found) => Ok(found),
            Err(error @ CallError::Rejected { code: 400, .. }) => {
                // A range that cannot be parsed refers to a tab that no longer exists or has become shorter; the list
                // of tabs shows which.
                self.list.forget().await;
                self.list.with(tabs).await?;
                Err(if is_paged {
                    Setback::Moved
                } else {
                    Setback::Failed(error.into())
                })
            }
            Err(error) => Err(Setback::Failed(error.into())),
        }
    }

    /// Finds the columns in the first response, which contains the header.
    async fn begin(&self, plan: &Plan, range: ValueRange) -> Result<(TabRows, Page), Setback> {
        if !plan.is_paged()
            && let Some(rows) = grid_rows(&range)
        {
            self.list.has_rows(plan.tab, rows).await;
        }
        Ok(self.columns_of(plan, range)?)
    }

    fn columns_of(&self, plan: &Plan, range: ValueRange) -> Result<(TabRows, Page), ReadError> {
        let mut values = range.values.unwrap_or_default();
        let header = if values.is_empty() {
            Vec::new()
        } else {
            values.remove(0)
        };
        let layout = Layout::find(plan.tab, &header).map_err(ReadError::Headers)?;
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
        Ok((rows, Page { first_row: 2, values }))
    }

    /// Packs the first page and reads the others.
    async fn go_on(&self, plan: &Plan, mut rows: TabRows, first: Page) -> Result<TabRows, Setback> {
        let mut came = first;
        for (place, start) in plan.starts.iter().enumerate() {
            let first_row = came.first_row;
            let end = plan.starts.get(place + 1).copied();
            let (chunk, next) = tokio::join!(self.pack(&rows.layout, came.values), self.next_page(&rows, *start, end));
            set_down(&mut rows, first_row, chunk)?;
            came = next?;
        }
        let chunk = self.pack(&rows.layout, came.values).await;
        set_down(&mut rows, came.first_row, chunk)?;
        if plan.is_paged() {
            self.check_for_moved_rows(plan, &rows).await?;
        }
        Ok(rows)
    }

    async fn next_page(&self, rows: &TabRows, start: u32, end: Option<u32>) -> Result<Page, Setback> {
        let title = quoted(rows.tab.title);
        let last = column_letters(rows.layout.width().saturating_sub(1));
        let end = end.map_or_else(String::new, |end| end.to_string());
        let ranges = [format!("{title}!1:1"), format!("{title}!A{start}:{last}{end}")];
        let found = self.ask(&[rows.tab], &ranges, true).await?;
        let [header, page] = <[ValueRange; 2]>::try_from(found).map_err(|_| Setback::Moved)?;
        if Layout::find(rows.tab, first_of(&header)).as_ref() != Ok(&rows.layout) {
            return Err(Setback::Moved);
        }
        if end.is_empty()
            && let Some(grid_rows) = grid_rows(&page)
        {
            self.list.has_rows(rows.tab, grid_rows).await;
        }
        Ok(Page {
            first_row: start,
            values: page.values.unwrap_or_default(),
        })
    }

    /// Packs values; on a blocking thread if there are many.
    async fn pack(&self, layout: &Layout, values: Vec<Vec<Value>>) -> Chunk {
        if values.len() < 1_000 {
            return Chunk::pack(&values, layout.positions(), &self.hashing);
        }
        let (positions, hashing) = (layout.positions().to_vec(), self.hashing.clone());
        super::beside(move || Chunk::pack(&values, &positions, &hashing)).await
    }

    /// Detects moved rows: a row that was moved across the edge of a page occurs twice, and another one not at all.
    async fn check_for_moved_rows(&self, plan: &Plan, rows: &TabRows) -> Result<(), Setback> {
        let (grid, hashing, starts) = (rows.grid.clone(), self.hashing.clone(), plan.starts.clone());
        let repeated = super::beside(move || ids_on_several_pages(&grid, &hashing, &starts)).await;
        let mut known = self.repeated.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.entry(plan.tab.title).or_default();
        let is_known = repeated.iter().all(|id| known.binary_search(id).is_ok());
        // If they are found again on the next attempt, they are no moved rows, but rows with the same id.
        *known = repeated;
        if is_known { Ok(()) } else { Err(Setback::Moved) }
    }

    /// Extends known tabs: reads only the header and the rows from the last known one on; `None` if one of the tabs has
    /// changed. One call.
    pub(super) async fn read_on(&self, known: &[TabRows]) -> Result<Option<Vec<TabRows>>, ReadError> {
        let mut ranges = Vec::with_capacity(2 * known.len());
        for rows in known {
            let title = quoted(rows.tab.title);
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
            let Some(longer) = self.follow(rows, header, end) else {
                return Ok(None);
            };
            if let Some(grid_rows) = grid_rows(end) {
                self.list.has_rows(rows.tab, grid_rows).await;
            }
            read.push(longer);
        }
        Ok(Some(read))
    }

    /// Reads the header and about this many rows at the end of a tab; rows before are left blank. One call.
    pub(super) async fn end_of(&self, tab: &'static Tab, rows: u32) -> Result<TabRows, ReadError> {
        let properties = self.list.with(&[tab]).await?;
        let plan = Plan::of(tab, &properties, u32::MAX);
        let found = properties.iter().find(|known| known.title == tab.title);
        let (grid_rows_known, columns) = found.map_or((0, 0), |known| (known.row_count, known.column_count));
        let start = grid_rows_known.saturating_sub(rows).max(1);
        let last = column_letters((columns as usize).saturating_sub(1));
        let title = quoted(tab.title);
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
            self.list.has_rows(tab, rows).await;
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

    fn follow(&self, known: &TabRows, header: &ValueRange, end: &ValueRange) -> Option<TabRows> {
        if Layout::find(known.tab, first_of(header)).as_ref() != Ok(&known.layout) {
            return None;
        }
        let (last, added) = end.values.as_deref().unwrap_or_default().split_first()?;
        let positions = known.layout.positions();
        if let Some(index) = known.len().checked_sub(1) {
            let last = Chunk::pack(std::slice::from_ref(last), positions, &self.hashing);
            if last.fingerprint(0) != known.grid.row(index).fingerprint() {
                return None;
            }
        }
        let mut rows = known.clone();
        let chunk = Chunk::pack(added, positions, &self.hashing);
        if chunk.filled() > 0 {
            rows.grid.put(known.len(), Arc::new(chunk));
        }
        Some(rows)
    }
}

/// Appends a page, if it begins with the last row so far.
fn set_down(rows: &mut TabRows, first_row: u32, chunk: Chunk) -> Result<(), Setback> {
    let start = first_row as usize - 2;
    if start > 0 && rows.grid.row(start).fingerprint() != chunk.fingerprint(0) {
        return Err(Setback::Moved);
    }
    rows.grid.put(start, Arc::new(chunk));
    Ok(())
}

/// Ids that occur on several pages, in ascending order of their hashes.
fn ids_on_several_pages(grid: &Grid, hashing: &Hashing, starts: &[u32]) -> Vec<u64> {
    let page_of = |index: usize| starts.partition_point(|start| *start as usize <= index + 2);
    let mut ids: Vec<(u64, usize)> = (0..grid.len())
        .map(|index| (hashing.text(&grid.row(index).cell(0).text()), page_of(index)))
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
struct Plan {
    tab: &'static Tab,
    sheet_id: i32,
    /// First row of the second page and of each later one.
    starts: Vec<u32>,
}

impl Plan {
    fn of(tab: &'static Tab, properties: &[TabProperties], rows_a_page: u32) -> Self {
        let found = properties.iter().find(|known| known.title == tab.title);
        let rows = found.map_or(0, |known| known.row_count);
        let columns = u32::try_from(tab.columns.len()).unwrap_or(u32::MAX).max(1);
        let rows_a_page = rows_a_page.min((CELLS_A_PAGE / columns).max(2));
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
        let title = quoted(self.tab.title);
        match self.starts.first() {
            Some(end) => format!("{title}!1:{end}"),
            None => title,
        }
    }
}

fn first_of(range: &ValueRange) -> &[Value] {
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

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
