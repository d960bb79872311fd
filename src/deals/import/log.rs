//! What the audit log says about imports: which deals they added, which cells they changed, and what was taken back.
//!
//! An import signs its lines with `import of crm.csv (3f9a1c2e7b04)`, taking it back with `undo of import of …`. Everything
//! that is needed for taking an import back stands in the sheet, so that a restart or another instance changes nothing.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    deals::rows::{DEALS, UPDATED_AT},
    store::{
        Content, Dataset, Decoding, Row, Tab, TabRows,
        audit::{AUDIT_LOG, action, column},
    },
};

const IMPORT: &str = "import of ";
const UNDO: &str = "undo of ";

/// The name of one import, twelve hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunName(String);

impl RunName {
    /// A name that no other import has.
    pub fn new() -> Self {
        Self(Uuid::new_v4().simple().to_string()[..12].to_owned())
    }

    /// Reads a name; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let is_name = text.len() == 12 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_name.then(|| Self(text.to_owned()))
    }
}

impl Default for RunName {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for RunName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How an import signs its lines of the audit log.
pub fn signature(file: &str, run: &RunName) -> String {
    format!("{IMPORT}{file} ({run})")
}

/// How taking an import back signs its lines.
pub fn undo_signature(file: &str, run: &RunName) -> String {
    format!("{UNDO}{}", signature(file, run))
}

/// Every import that the log knows.
#[derive(Debug, Default)]
pub struct ImportLog {
    /// Ids of the deals that imports added, by the id of the line that says so.
    created: HashMap<String, u64>,
    /// The imports in the order of the log.
    runs: Vec<Run>,
}

/// One import.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// How it is known.
    pub name: RunName,
    /// Name of the file.
    pub file: String,
    /// When it wrote first; `None` when the cell cannot be read.
    pub at: Option<Timestamp>,
    /// Ids of the deals that it added.
    pub created: Vec<u64>,
    /// The cells that it changed.
    pub changed: Vec<ChangedCell>,
    /// What `updated_at` said before in the rows that it changed.
    pub updated_at: HashMap<u64, Content>,
    /// Cells that were set back.
    pub set_back: HashSet<(u64, usize)>,
    /// Deals that were taken out again.
    pub taken_out: HashSet<u64>,
}

/// One cell that an import changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedCell {
    /// Id of the deal.
    pub deal: u64,
    /// Place of the column in [`DEALS`].
    pub column: usize,
    /// What stood there before.
    pub old: Content,
    /// What the import wrote.
    pub new: Content,
    /// When.
    pub at: Option<Timestamp>,
}

impl Run {
    /// How many deals it changed.
    pub fn updated(&self) -> usize {
        let deals: HashSet<u64> = self.changed.iter().map(|cell| cell.deal).collect();
        deals.len()
    }

    /// Whether anything of it was taken back.
    pub fn is_taken_back(&self) -> bool {
        !self.set_back.is_empty() || !self.taken_out.is_empty()
    }
}

impl ImportLog {
    /// The imports, the latest last.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The import of this name.
    pub fn run(&self, name: &RunName) -> Option<&Run> {
        self.runs.iter().find(|run| run.name == *name)
    }

    /// The deal that was added under a key.
    pub fn created(&self, key: &str) -> Option<u64> {
        self.created
            .get(&crate::store::audit::created_line(&DEALS, key))
            .copied()
    }
}

impl Dataset for ImportLog {
    const TABS: &'static [&'static Tab] = &[&AUDIT_LOG];

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let mut log = Self::default();
        let mut places = HashMap::new();
        for row in tabs.iter().flat_map(TabRows::rows) {
            log.take(&row, &mut places, decoding);
        }
        log
    }
}

impl ImportLog {
    /// Takes one line in; lines of others are passed over.
    fn take(&mut self, row: &Row<'_>, places: &mut HashMap<RunName, usize>, decoding: &Decoding) -> Option<()> {
        let by = row.cell(column::BY).text();
        let undone = by.strip_prefix(UNDO);
        let (file, name) = undone
            .unwrap_or(&by)
            .strip_prefix(IMPORT)?
            .strip_suffix(')')?
            .rsplit_once(" (")?;
        let name = RunName::parse(name)?;
        if row.cell(column::TAB).text() != DEALS.title {
            return None;
        }
        let deal = row.cell(column::ROW).text().parse().ok()?;
        let at = row.cell(column::AT).instant(&decoding.zone).ok();
        let place = *places.entry(name.clone()).or_insert_with(|| {
            self.runs.push(Run::new(name, file, at));
            self.runs.len() - 1
        });
        let run = &mut self.runs[place];
        match (row.cell(column::ACTION).text().as_str(), undone) {
            (action::CREATED, None) => {
                run.created.push(deal);
                self.created.insert(row.cell(0).text(), deal);
            }
            (action::UPDATED, None) => run.changed.push(changed_cell(row, deal, at)?),
            (action::NOTED, None) => drop(run.updated_at.insert(deal, row.cell(column::OLD).into())),
            (action::UPDATED, Some(_)) => drop(run.set_back.insert((deal, place_of(row)?))),
            (action::DELETED, Some(_)) => drop(run.taken_out.insert(deal)),
            _ => {}
        }
        Some(())
    }
}

impl Run {
    fn new(name: RunName, file: &str, at: Option<Timestamp>) -> Self {
        Self {
            name,
            file: file.to_owned(),
            at,
            created: Vec::new(),
            changed: Vec::new(),
            updated_at: HashMap::new(),
            set_back: HashSet::new(),
            taken_out: HashSet::new(),
        }
    }
}

fn changed_cell(row: &Row<'_>, deal: u64, at: Option<Timestamp>) -> Option<ChangedCell> {
    Some(ChangedCell {
        deal,
        column: place_of(row)?,
        old: row.cell(column::OLD).into(),
        new: row.cell(column::NEW).into(),
        at,
    })
}

/// The column that a line is about; `updated_at` follows from the others.
fn place_of(row: &Row<'_>) -> Option<usize> {
    let header = row.cell(column::HEADER).text();
    let header = header.trim();
    let place = DEALS
        .columns
        .iter()
        .position(|column| column.header.eq_ignore_ascii_case(header))?;
    (place != UPDATED_AT).then_some(place)
}
