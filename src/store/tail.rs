//! What the committer knows of each tab: where its columns stand, where its data ends, which row holds which id.
//!
//! The row numbers are hints. [`Tails::look`] reads the rows that a write is about where they are believed to stand, in the
//! same call as the header and the end of the tab; only when staff sorted, inserted or deleted rows meanwhile does it read
//! the column of ids anew.

mod sight;

pub(super) use sight::{Found, Search, Sight, Wanted};

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde_json::Value;
use uuid::Uuid;

use super::{
    ReadError,
    call_error::CallError,
    cell::Cell,
    google::{SheetRequest, Spreadsheet, ValueRange},
    reader::Reader,
    requests::{self, Place},
    runs::runs,
    tab::{Layout, Tab, column_letters, quoted},
};

/// Empty rows that are added below the data when a grid has to grow.
const SPARE_ROWS: usize = 500;
/// Runs of rows that one read asks for; nearby runs are joined beyond it, since ranges travel in the address.
const RUNS_A_READ: usize = 60;
/// Rows without a given id that are remembered.
const MOST_WITHOUT_GIVEN_ID: usize = 200;
/// Reads after which a tab counts as one that changes too fast.
const ROUNDS: usize = 4;

pub(super) struct Tails {
    spreadsheet: Arc<Spreadsheet>,
    reader: Arc<Reader>,
    known: HashMap<&'static str, Tail>,
}

struct Tail {
    sheet_id: i32,
    layout: Layout,
    /// Row 1 as it is, staff's own headers included.
    header: Vec<String>,
    /// Row number of the last row with anything in it; 1 when there is only the header.
    last_row: usize,
    /// The id there; `None` where it has none.
    last_id: Option<Digest>,
    grid_rows: usize,
    rows: HashMap<Digest, u32>,
    /// Ids that stand in more than one row.
    repeated: HashSet<Digest>,
    /// Highest whole number among the ids.
    highest: i64,
    /// Numbers of the last rows that have something else, or nothing, where others have an id that a program gave.
    without_given_id: Vec<u32>,
}

/// An id in 16 bytes, so that a million of them stay small.
type Digest = [u8; 16];

impl Tails {
    pub(super) fn new(spreadsheet: Arc<Spreadsheet>, reader: Arc<Reader>) -> Self {
        Self {
            spreadsheet,
            reader,
            known: HashMap::new(),
        }
    }

    /// Brings the knowledge of `tabs` up to date and reads the `wanted` rows, all in one read as long as everything is
    /// where it was.
    pub(super) async fn look(&mut self, tabs: &[&'static Tab], wanted: &[Wanted]) -> Result<Sight, ReadError> {
        // Tabs whose ids were read in this look: what they do not show is gone.
        let mut fresh: HashSet<&'static str> = HashSet::new();
        for _ in 0..ROUNDS {
            let unknown: Vec<&'static Tab> = tabs.iter().copied().filter(|tab| !self.knows(tab)).collect();
            if !unknown.is_empty() {
                self.look_at_everything(&unknown).await?;
                fresh.extend(unknown.iter().map(|tab| tab.title));
            }
            let Some(rows) = self.look_at_ends(tabs, wanted).await? else {
                continue;
            };
            let (sight, moved) = self.sort_out(wanted, &rows, &fresh);
            if moved.is_empty() {
                return Ok(sight);
            }
            let moved: Vec<&'static Tab> = tabs.iter().copied().filter(|tab| moved.contains(tab.title)).collect();
            self.look_at_ids(&moved).await?;
            fresh.extend(moved.iter().map(|tab| tab.title));
        }
        Err(ReadError::Unreachable(
            "the tab changes faster than it can be read".to_owned(),
        ))
    }

    /// Forgets everything, after the spreadsheet refused a write that fitted what was known.
    pub(super) async fn forget(&mut self) {
        self.known.clear();
        self.reader.forget_tabs().await;
    }

    /// Forgets where rows are, after another program wrote.
    pub(super) fn forget_rows(&mut self) {
        self.known.clear();
    }

    /// Forgets one tab, after a write found it changed.
    pub(super) fn forget_tab(&mut self, tab: &Tab) {
        self.known.remove(tab.title);
    }

    fn knows(&self, tab: &Tab) -> bool {
        self.known.contains_key(tab.title)
    }

    pub(super) fn contains(&self, tab: &Tab, id: &str) -> bool {
        self.known
            .get(tab.title)
            .is_some_and(|tail| tail.rows.contains_key(&digest(id)))
    }

    /// Numbers of the last rows that have something else, or nothing, where others have an id that a program gave.
    pub(super) fn rows_without_given_id(&self, tab: &Tab) -> &[u32] {
        self.known.get(tab.title).map_or(&[], |tail| &tail.without_given_id)
    }

    /// Highest whole number among the ids of `tab`, 0 when there is none.
    pub(super) fn highest(&self, tab: &Tab) -> i64 {
        self.known.get(tab.title).map_or(0, |tail| tail.highest)
    }

    /// Row 1 of `tab`, staff's own headers included.
    pub(super) fn header(&self, tab: &Tab) -> &[String] {
        self.known.get(tab.title).map_or(&[], |tail| &tail.header)
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

    /// Notes rows with these ids that were just written at the [`Tails::place`] of `tab`.
    pub(super) fn added<'a>(&mut self, tab: &'static Tab, ids: impl IntoIterator<Item = &'a str>) {
        let Some(tail) = self.known.get_mut(tab.title) else {
            return;
        };
        for id in ids {
            tail.last_row += 1;
            tail.grid_rows += 1;
            tail.last_id = digest_of(id);
            tail.note(id, tail.last_row);
        }
    }

    /// Notes that the rows with these numbers, in ascending order, were just deleted.
    pub(super) fn removed(&mut self, tab: &'static Tab, numbers: &[usize]) {
        let is_known = self.known.get_mut(tab.title).is_none_or(|tail| tail.remove(numbers));
        if !is_known {
            self.known.remove(tab.title);
        }
    }

    /// Reads header rows, what stands from the last known row on, and the wanted rows where they are believed to be.
    /// `None`, with the tab forgotten, when one is not as it was.
    async fn look_at_ends(
        &mut self,
        tabs: &[&'static Tab],
        wanted: &[Wanted],
    ) -> Result<Option<HashMap<&'static str, Rows>>, ReadError> {
        let mut ranges = Vec::new();
        let mut runs_by_tab = Vec::new();
        for tab in tabs {
            let tail = &self.known[tab.title];
            let title = quoted(tab.title);
            let last_column = column_letters(tail.layout.width().saturating_sub(1));
            ranges.push(format!("{title}!1:1"));
            ranges.push(format!("{title}!A{}:{last_column}", tail.last_row));
            let runs = runs(tail.believed(tab, wanted), RUNS_A_READ / tabs.len().max(1));
            ranges.extend(
                runs.iter()
                    .map(|(first, last)| format!("{title}!A{first}:{last_column}{last}")),
            );
            runs_by_tab.push(runs);
        }
        let found = match self.spreadsheet.values(&ranges).await {
            Ok(found) => found,
            // A known row lies beyond the grid, or the tab is gone: look at everything.
            Err(CallError::Rejected { code: 400, .. }) if tabs.iter().any(|tab| self.is_old(tab)) => {
                tabs.iter().for_each(|tab| self.forget_tab(tab));
                self.reader.forget_tabs().await;
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
                self.forget_tab(tab);
            }
            let mut rows: Rows = (first..).zip(end.values.unwrap_or_default()).collect();
            for ((first, _), range) in runs.into_iter().zip(found.by_ref()) {
                rows.extend((first..).zip(range.values.unwrap_or_default()));
            }
            rows_by_tab.insert(tab.title, rows);
        }
        Ok(unchanged.then_some(rows_by_tab))
    }

    /// Whether anything is known of the tab that may be wrong.
    fn is_old(&self, tab: &Tab) -> bool {
        self.known.get(tab.title).is_some_and(|tail| tail.last_row > 1)
    }

    /// The wanted rows that stand where they were believed to, and the tabs in which one does not.
    fn sort_out(
        &self,
        wanted: &[Wanted],
        rows: &HashMap<&'static str, Rows>,
        fresh: &HashSet<&'static str>,
    ) -> (Sight, HashSet<&'static str>) {
        let mut sight = Sight::new();
        let mut moved = HashSet::new();
        for wanted in wanted {
            let Some(tail) = self.known.get(wanted.tab) else {
                continue;
            };
            if let Search::At(row) = wanted.search {
                let number = row as usize;
                let cells = rows.get(wanted.tab).and_then(|rows| rows.get(&number)).cloned();
                let found = cells.map_or(Found::Gone, |cells| Found::Row { number, cells });
                sight.insert((wanted.tab, wanted.id.clone()), found);
                continue;
            }
            let digest = digest(&wanted.id);
            let believed = tail.rows.get(&digest).map(|row| *row as usize);
            let here = believed.and_then(|number| Some((number, rows.get(wanted.tab)?.get(&number)?)));
            let found = match (believed, here) {
                _ if tail.repeated.contains(&digest) && fresh.contains(wanted.tab) => Found::Repeated,
                (_, Some((number, cells))) if tail.id_of(cells) == wanted.id && !tail.repeated.contains(&digest) => {
                    Found::Row {
                        number,
                        cells: cells.clone(),
                    }
                }
                (None, _) if wanted.search == Search::Known || fresh.contains(wanted.tab) => Found::Gone,
                _ => {
                    moved.insert(wanted.tab);
                    continue;
                }
            };
            sight.insert((wanted.tab, wanted.id.clone()), found);
        }
        (sight, moved)
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
        for (tab, header) in tabs.iter().zip(&found) {
            let layout = Layout::find(tab, first_row(header)).map_err(ReadError::Headers)?;
            let sheet_id = properties
                .iter()
                .find(|known| known.title == tab.title)
                .map_or(0, |known| known.sheet_id);
            self.known
                .insert(tab.title, Tail::empty(sheet_id, layout, first_row(header)));
        }
        self.look_at_ids(tabs).await
    }

    /// Reads the column of ids. Rows that staff typed without an id count for where the data ends; they lie below the last
    /// id and are seen by the look at the ends.
    async fn look_at_ids(&mut self, tabs: &[&'static Tab]) -> Result<(), ReadError> {
        let range = |tab: &&Tab| {
            let id_column = column_letters(self.known[tab.title].layout.position(0));
            format!("{}!{id_column}1:{id_column}", quoted(tab.title))
        };
        let ranges: Vec<String> = tabs.iter().map(range).collect();
        let found = match self.spreadsheet.values(&ranges).await {
            Ok(found) => found,
            Err(error) => {
                tabs.iter().for_each(|tab| self.forget_tab(tab));
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

/// Rows of a tab by their number.
type Rows = HashMap<usize, Vec<Value>>;

impl Tail {
    fn empty(sheet_id: i32, layout: Layout, header: &[Value]) -> Self {
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

    /// Takes in the column of ids, and forgets what was known of it.
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
                Err(_) => self.without_given_id.push(hint(index + 1)),
            }
            self.last_id = digest_of(&id);
        }
        let too_many = self.without_given_id.len().saturating_sub(MOST_WITHOUT_GIVEN_ID);
        self.without_given_id.drain(
            ..if has_given {
                too_many
            } else {
                self.without_given_id.len()
            },
        );
    }

    /// Takes rows out, given by ascending number; false when it is not known any more which row is the last one.
    fn remove(&mut self, numbers: &[usize]) -> bool {
        let numbers: Vec<u32> = numbers.iter().map(|number| hint(*number)).collect();
        let above = |row: u32| numbers.partition_point(|number| *number < row);
        self.rows.retain(|_, row| numbers.binary_search(row).is_err());
        for row in self.rows.values_mut() {
            *row -= hint(above(*row));
        }
        let took_the_last = numbers.last().is_some_and(|number| *number >= hint(self.last_row));
        self.last_row = self.last_row.saturating_sub(numbers.len()).max(1);
        self.grid_rows = self.grid_rows.saturating_sub(numbers.len());
        if took_the_last {
            let last = hint(self.last_row);
            let mut rows = self.rows.iter();
            self.last_id = rows.find_map(|(id, row)| (*row == last).then_some(*id));
        }
        // Staff's rows without ids are not among the rows, nor is the header.
        !took_the_last || self.last_id.is_some()
    }

    fn note(&mut self, id: &str, number: usize) {
        if id.is_empty() {
            return;
        }
        let digest = digest(id);
        if self.rows.insert(digest, hint(number)).is_some() {
            self.repeated.insert(digest);
        }
        if let Ok(counted) = id.parse::<i64>() {
            self.highest = self.highest.max(counted);
        }
    }

    fn id_of(&self, row: &[Value]) -> String {
        Cell::of(row.get(self.layout.position(0))).text()
    }

    /// Numbers of the rows in which the wanted ids are believed to stand.
    fn believed(&self, tab: &Tab, wanted: &[Wanted]) -> Vec<usize> {
        let of_this_tab = wanted.iter().filter(|wanted| wanted.tab == tab.title);
        of_this_tab
            .filter_map(|wanted| match wanted.search {
                Search::At(row) => Some(row),
                Search::Known | Search::Thorough => self.rows.get(&digest(&wanted.id)).copied(),
            })
            .map(|row| row as usize)
            .filter(|row| *row <= self.grid_rows.max(self.last_row))
            .collect()
    }

    /// Takes in what was found from the last known row on; false when that row is another one than before.
    fn follow(&mut self, tab: &'static Tab, header: &ValueRange, end: &ValueRange) -> bool {
        if Layout::find(tab, first_row(header)).as_ref() != Ok(&self.layout) {
            return false;
        }
        self.header = first_row(header)
            .iter()
            .map(|cell| Cell::of(Some(cell)).text())
            .collect();
        let rows = self.layout.filled(end.values.as_deref().unwrap_or_default());
        let same = match rows.first() {
            Some(_) if self.last_row == 1 => true,
            Some(row) => digest_of(&self.id_of(row)) == self.last_id,
            None => false,
        };
        if !same {
            return false;
        }
        for row in rows.iter().skip(1) {
            let id = self.id_of(row);
            self.last_row += 1;
            self.note(&id, self.last_row);
            self.last_id = digest_of(&id);
        }
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

/// A sheet has fewer than ten million rows.
fn hint(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn digest_of(id: &str) -> Option<Digest> {
    (!id.is_empty()).then(|| digest(id))
}

fn digest(id: &str) -> Digest {
    Uuid::try_parse(id)
        .unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, id.as_bytes()))
        .into_bytes()
}
