//! What the committer knows of each tab: where its columns stand, where its data ends, which ids it holds.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde_json::Value;
use uuid::Uuid;

use super::{
    ReadError,
    batch::Insert,
    call_error::CallError,
    cell::Cell,
    google::{SheetRequest, Spreadsheet, ValueRange},
    reader::Reader,
    requests::{self, Place},
    tab::{Layout, Tab, column_letters, quoted},
};

/// Empty rows that are added below the data when a grid has to grow.
const SPARE_ROWS: usize = 500;

pub(super) struct Tails {
    spreadsheet: Arc<Spreadsheet>,
    reader: Arc<Reader>,
    known: HashMap<&'static str, Tail>,
}

struct Tail {
    sheet_id: i32,
    layout: Layout,
    /// Row number of the last row with anything in it; 1 when there is only the header.
    last_row: usize,
    last_id: String,
    grid_rows: usize,
    /// Ids as 16 bytes each, so that a million of them stay small.
    ids: HashSet<u128>,
}

impl Tails {
    pub(super) fn new(spreadsheet: Arc<Spreadsheet>, reader: Arc<Reader>) -> Self {
        Self {
            spreadsheet,
            reader,
            known: HashMap::new(),
        }
    }

    /// Brings the knowledge of `tabs` up to date: one read when each still ends where it did, two when not.
    pub(super) async fn look(&mut self, tabs: &[&'static Tab]) -> Result<(), ReadError> {
        if tabs.iter().all(|tab| self.known.contains_key(tab.title)) && self.look_at_ends(tabs).await? {
            return Ok(());
        }
        self.look_at_everything(tabs).await
    }

    /// Forgets everything, after the spreadsheet refused a write that fitted what was known.
    pub(super) async fn forget(&mut self) {
        self.known.clear();
        self.reader.forget_tabs().await;
    }

    pub(super) fn contains(&self, tab: &Tab, id: &str) -> bool {
        self.known
            .get(tab.title)
            .is_some_and(|tail| tail.ids.contains(&digest(id)))
    }

    /// The request that makes the grid of `tab` longer when its data fills it: rows are inserted before a row that exists.
    pub(super) fn growth_needed(&self, tab: &Tab) -> Option<SheetRequest> {
        let tail = self.known.get(tab.title)?;
        (tail.last_row >= tail.grid_rows).then(|| requests::append_rows(tail.sheet_id, SPARE_ROWS))
    }

    /// Where the next rows of `tab` go. Only after [`Tails::look`].
    pub(super) fn place(&self, tab: &'static Tab) -> Place<'_> {
        let tail = &self.known[tab.title];
        Place {
            tab,
            sheet_id: tail.sheet_id,
            layout: &tail.layout,
            after_row: tail.last_row,
        }
    }

    /// Notes rows that were just written at their [`Tails::place`].
    pub(super) fn added(&mut self, inserts: &[&Insert]) {
        for insert in inserts {
            if let Some(tail) = self.known.get_mut(insert.tab.title) {
                tail.last_row += 1;
                tail.grid_rows += 1;
                insert.id.as_str().clone_into(&mut tail.last_id);
                tail.ids.insert(digest(insert.id.as_str()));
            }
        }
    }

    /// Reads header rows and what stands from the last known row on. False when a tab is not as it was.
    async fn look_at_ends(&mut self, tabs: &[&'static Tab]) -> Result<bool, ReadError> {
        let mut ranges = Vec::new();
        for tab in tabs {
            let tail = &self.known[tab.title];
            let title = quoted(tab.title);
            ranges.push(format!("{title}!1:1"));
            ranges.push(format!(
                "{title}!A{}:{}",
                tail.last_row,
                column_letters(tail.layout.width().saturating_sub(1))
            ));
        }
        let found = match self.spreadsheet.values(&ranges).await {
            Ok(found) => found,
            // The last known row lies beyond the grid, or the tab is gone: look at everything.
            Err(CallError::Rejected { code: 400, .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let mut unchanged = true;
        for (tab, pair) in tabs.iter().zip(found.chunks(2)) {
            let [header, end] = pair else { return Ok(false) };
            unchanged &= self
                .known
                .get_mut(tab.title)
                .is_some_and(|tail| tail.follow(tab, header, end));
        }
        Ok(unchanged)
    }

    async fn look_at_everything(&mut self, tabs: &[&'static Tab]) -> Result<(), ReadError> {
        let properties = self.reader.tab_properties(tabs).await?;
        let headers: Vec<String> = tabs.iter().map(|tab| format!("{}!1:1", quoted(tab.title))).collect();
        let found = match self.spreadsheet.values(&headers).await {
            Ok(found) => found,
            Err(error) => {
                self.reader.forget_tabs().await;
                return Err(error.into());
            }
        };
        let mut layouts = Vec::new();
        let mut ranges = Vec::new();
        for (tab, header) in tabs.iter().zip(&found) {
            let layout = Layout::find(tab, first_row(header)).map_err(ReadError::Headers)?;
            let id_column = column_letters(layout.position(0));
            ranges.push(format!("{}!{id_column}1:{id_column}", quoted(tab.title)));
            layouts.push(layout);
        }
        let found = self.spreadsheet.values(&ranges).await?;
        for ((tab, layout), ids) in tabs.iter().zip(layouts).zip(&found) {
            let sheet_id = properties
                .iter()
                .find(|known| known.title == tab.title)
                .map_or(0, |known| known.sheet_id);
            self.known.insert(tab.title, Tail::of(sheet_id, layout, ids));
        }
        // Rows that staff typed without an id count for where the data ends; they lie below the last id.
        if self.look_at_ends(tabs).await? {
            Ok(())
        } else {
            Err(ReadError::Unreachable(
                "the tab changes faster than it can be read".to_owned(),
            ))
        }
    }
}

impl Tail {
    fn of(sheet_id: i32, layout: Layout, ids: &ValueRange) -> Self {
        let ids_by_row: Vec<String> = ids
            .values
            .iter()
            .flatten()
            .map(|row| Cell::of(row.first()).text())
            .collect();
        let last_row = ids_by_row.len().max(1);
        Self {
            sheet_id,
            layout,
            last_row,
            last_id: ids_by_row
                .get(1..)
                .and_then(<[String]>::last)
                .cloned()
                .unwrap_or_default(),
            grid_rows: grid_rows(ids).unwrap_or(last_row),
            ids: ids_by_row
                .iter()
                .skip(1)
                .filter(|id| !id.is_empty())
                .map(|id| digest(id))
                .collect(),
        }
    }

    /// Takes in what was found from the last known row on; false when that row is another one than before.
    fn follow(&mut self, tab: &'static Tab, header: &ValueRange, end: &ValueRange) -> bool {
        if Layout::find(tab, first_row(header)).as_ref() != Ok(&self.layout) {
            return false;
        }
        let rows = self.layout.filled(end.values.as_deref().unwrap_or_default());
        let id_of = |row: &Vec<Value>| Cell::of(row.get(self.layout.position(0))).text();
        let same = match rows.first() {
            Some(_) if self.last_row == 1 => true,
            Some(row) => id_of(row) == self.last_id,
            None => false,
        };
        if !same {
            return false;
        }
        for row in rows.iter().skip(1) {
            let id = id_of(row);
            if !id.is_empty() {
                self.ids.insert(digest(&id));
            }
            self.last_id = id;
        }
        self.last_row += rows.len() - 1;
        if let Some(grid_rows) = grid_rows(end) {
            self.grid_rows = grid_rows;
        }
        true
    }
}

fn first_row(range: &ValueRange) -> &[Value] {
    range
        .values
        .as_deref()
        .unwrap_or_default()
        .first()
        .map_or(&[], Vec::as_slice)
}

/// The service writes open ranges out to the end of the grid: `A5:G` comes back as `A5:G1000`.
fn grid_rows(range: &ValueRange) -> Option<usize> {
    let echoed = range.range.as_deref()?;
    let end = echoed.rsplit(':').next()?;
    end.trim_start_matches(|character: char| character.is_ascii_alphabetic())
        .parse()
        .ok()
}

fn digest(id: &str) -> u128 {
    Uuid::try_parse(id)
        .unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, id.as_bytes()))
        .as_u128()
}
