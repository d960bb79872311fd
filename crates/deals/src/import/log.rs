//! Import history, read from the audit log: inserted deals, changed cells and undone imports.
//!
//! An import signs its audit lines with `import of crm.csv (3f9a1c2e7b04)`, its undo with `undo of import of …`. All
//! that
//! an undo needs is in the sheet, so that it also works after a restart and on another instance.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use jiff::Timestamp;
use sheets_store::{
    CellContent, Dataset, DecodeContext, Tab, TabRow, TabRows,
    audit::{action, column},
};
use uuid::Uuid;
use web::audit_log::AUDIT_LOG;

use crate::deal::columns::{DEALS, UPDATED_AT};

const IMPORT: &str = "import of ";
const UNDO: &str = "undo of ";

/// Unique name of an import: twelve lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunName(String);

impl RunName {
    /// Random name.
    pub fn new() -> Self {
        Self(Uuid::new_v4().simple().to_string()[..12].to_owned())
    }

    /// Parses a name; `None` for any other text.
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

/// Author that an import writes into its audit lines.
pub fn signature(file: &str, run: &RunName) -> String {
    format!("{IMPORT}{file} ({run})")
}

/// Author that the undo of an import writes into its audit lines.
pub fn undo_signature(file: &str, run: &RunName) -> String {
    format!("{UNDO}{}", signature(file, run))
}

/// All imports in the audit log.
#[derive(Debug, Default)]
pub struct ImportLog {
    /// Ids of the inserted deals, by the id of the audit line.
    created: HashMap<String, u64>,
    /// Imports in the order of the log.
    runs: Vec<ImportRun>,
}

/// One import.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRun {
    /// Name of the import.
    pub name: RunName,
    /// Name of the file.
    pub file: String,
    /// Time of the first write; `None` if the cell cannot be read.
    pub at: Option<Timestamp>,
    /// Ids of the inserted deals.
    pub created: Vec<u64>,
    /// Changed cells.
    pub changed: Vec<ChangedCell>,
    /// Old `updated_at` of the changed rows, by deal id.
    pub updated_at: HashMap<u64, CellContent>,
    /// Cells that were restored by an undo: deal id and column.
    pub set_back: HashSet<(u64, usize)>,
    /// Inserted deals that were deleted by an undo.
    pub taken_out: HashSet<u64>,
}

/// Cell that an import changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedCell {
    /// Id of the deal.
    pub deal: u64,
    /// Index of the column in [`DEALS`].
    pub column: usize,
    /// Old content.
    pub old: CellContent,
    /// Content that the import wrote.
    pub new: CellContent,
    /// Time of the change; `None` if the cell cannot be read.
    pub at: Option<Timestamp>,
}

impl ImportRun {
    /// Number of changed deals.
    pub fn updated(&self) -> usize {
        let deals: HashSet<u64> = self.changed.iter().map(|cell| cell.deal).collect();
        deals.len()
    }

    /// Whether the import was undone, at least in part.
    pub fn is_taken_back(&self) -> bool {
        !self.set_back.is_empty() || !self.taken_out.is_empty()
    }
}

impl ImportLog {
    /// All imports, the latest last.
    pub fn runs(&self) -> &[ImportRun] {
        &self.runs
    }

    /// Import with this name.
    pub fn run(&self, name: &RunName) -> Option<&ImportRun> {
        self.runs.iter().find(|run| run.name == *name)
    }

    /// Id of the deal that was inserted under an idempotency key.
    pub fn created(&self, key: &str) -> Option<u64> {
        self.created
            .get(&sheets_store::audit::creation_line_id(&DEALS, key))
            .copied()
    }
}

impl Dataset for ImportLog {
    const TABS: &'static [&'static Tab] = &[&AUDIT_LOG];

    fn decode(tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let mut log = Self::default();
        let mut places = HashMap::new();
        for row in tabs.iter().flat_map(TabRows::rows) {
            log.take(&row, &mut places, decoding);
        }
        log
    }
}

impl ImportLog {
    /// Adds one audit line; ignores lines that no import wrote.
    fn take(&mut self, row: &TabRow<'_>, places: &mut HashMap<RunName, usize>, decoding: &DecodeContext) -> Option<()> {
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
            self.runs.push(ImportRun::new(name, file, at));
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

impl ImportRun {
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

fn changed_cell(row: &TabRow<'_>, deal: u64, at: Option<Timestamp>) -> Option<ChangedCell> {
    Some(ChangedCell {
        deal,
        column: place_of(row)?,
        old: row.cell(column::OLD).into(),
        new: row.cell(column::NEW).into(),
        at,
    })
}

/// Index of the column that an audit line is about; `None` for `updated_at`, which follows from the others.
fn place_of(row: &TabRow<'_>) -> Option<usize> {
    let header = row.cell(column::HEADER).text();
    let header = header.trim();
    let place = DEALS
        .columns
        .iter()
        .position(|column| column.header.eq_ignore_ascii_case(header))?;
    (place != UPDATED_AT).then_some(place)
}
