//! Persistence of spreadsheets in redb: one record per row, so that a changed row costs one record.
//!
//! Every transaction is flushed to disk before its write is acknowledged.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};

use redb::{ReadableDatabase, ReadableTable, TableDefinition};

use crate::{
    storage::{
        commit::{CHUNK, Commit, SheetOutline, SpreadsheetOutline},
        disk_file::Disk,
        failure::Failure,
        row_codec,
    },
    workbook::{
        Workbook,
        drive_file::DriveFile,
        sheet::{Row, Sheet},
    },
};

const OUTLINES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("spreadsheets");
const ROWS: TableDefinition<'_, (u64, u32), &[u8]> = TableDefinition::new("rows");
const ORDER: TableDefinition<'_, (u64, u32), &[u8]> = TableDefinition::new("order");
const FILES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("files");
const SETTINGS: TableDefinition<'_, &str, &str> = TableDefinition::new("settings");

/// Small, because all data is already in memory and the database is read only at start.
const CACHE_BYTES: usize = 4 * 1024 * 1024;

/// Open database.
pub struct Database {
    redb: redb::Database,
}

impl Database {
    /// Opens the file, or creates it.
    ///
    /// # Errors
    /// If the file cannot be opened, or another process has it open.
    pub fn open(path: &Path, disk: &Disk) -> Result<Self, Failure> {
        let file = disk.open(path)?;
        let redb = redb::Builder::new()
            .set_cache_size(CACHE_BYTES)
            .create_with_backend(file)?;
        Ok(Self { redb })
    }

    /// Value of a setting.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn setting(&self, name: &str) -> Result<Option<String>, Failure> {
        let transaction = self.redb.begin_read()?;
        match transaction.open_table(SETTINGS) {
            Ok(table) => Ok(table.get(name)?.map(|value| value.value().to_owned())),
            Err(redb::TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the database has a spreadsheet with this id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn holds(&self, id: &str) -> Result<bool, Failure> {
        let transaction = self.redb.begin_read()?;
        match transaction.open_table(OUTLINES) {
            Ok(table) => Ok(table.get(id)?.is_some()),
            Err(redb::TableError::TableDoesNotExist(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Version of each spreadsheet by id. Every write counts it up.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn versions(&self) -> Result<BTreeMap<String, u64>, Failure> {
        let transaction = self.redb.begin_read()?;
        let outlines = match transaction.open_table(OUTLINES) {
            Ok(table) => table,
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(BTreeMap::new()),
            Err(error) => return Err(error.into()),
        };
        let files = transaction.open_table(FILES)?;
        let mut versions = BTreeMap::new();
        for item in outlines.iter()? {
            let (id, _) = item?;
            let file = files.get(id.value())?;
            let file = file.and_then(|bytes| serde_json::from_slice(bytes.value()).ok());
            let file: DriveFile = file.unwrap_or_else(DriveFile::new);
            versions.insert(id.value().to_owned(), file.version);
        }
        Ok(versions)
    }

    /// Stores spreadsheets as a whole, and a setting, in one transaction.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn fill<'a>(
        &self,
        setting: &str,
        value: &str,
        workbooks: impl Iterator<Item = &'a Workbook>,
    ) -> Result<(), Failure> {
        let transaction = self.redb.begin_write()?;
        transaction.open_table(SETTINGS)?.insert(setting, value)?;
        let commits: Vec<Commit> = workbooks.map(Commit::whole).collect();
        write_commits(&transaction, commits.iter())?;
        transaction.commit()?;
        Ok(())
    }

    /// Writes several commits in one transaction and waits until it is on disk.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn write<'a>(&self, commits: impl Iterator<Item = &'a Commit>) -> Result<(), Failure> {
        let transaction = self.redb.begin_write()?;
        write_commits(&transaction, commits)?;
        transaction.commit()?;
        Ok(())
    }

    /// Loads all spreadsheets with all rows.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn load(&self) -> Result<Vec<Workbook>, Failure> {
        let transaction = self.redb.begin_read()?;
        let outlines = match transaction.open_table(OUTLINES) {
            Ok(table) => table,
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let (rows, order) = (transaction.open_table(ROWS)?, transaction.open_table(ORDER)?);
        let files = match transaction.open_table(FILES) {
            Ok(table) => Some(table),
            Err(redb::TableError::TableDoesNotExist(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let mut workbooks = Vec::new();
        for item in outlines.iter()? {
            let (id, bytes) = item?;
            let outline: SpreadsheetOutline = serde_json::from_slice(bytes.value())
                .map_err(|error| Failure::Damaged(format!("spreadsheet {}: {error}", id.value())))?;
            let mut workbook = Workbook::new("");
            workbook.id = id.value().into();
            workbook.properties = Arc::new(outline.properties);
            workbook.named_ranges = Arc::new(outline.named_ranges);
            workbook.developer_metadata = Arc::new(outline.developer_metadata);
            if let Some(bytes) = files.as_ref().map(|table| table.get(id.value())).transpose()?.flatten()
                && let Ok(file) = serde_json::from_slice(bytes.value())
            {
                workbook.file = Arc::new(file);
            }
            workbook.sheets.clear();
            for sheet in outline.sheets {
                workbook.sheets.push(Arc::new(load_sheet(sheet, &rows, &order)?));
            }
            workbooks.push(workbook);
        }
        Ok(workbooks)
    }
}

fn write_commits<'a>(
    transaction: &redb::WriteTransaction,
    commits: impl Iterator<Item = &'a Commit>,
) -> Result<(), Failure> {
    let mut outlines = transaction.open_table(OUTLINES)?;
    let mut rows = transaction.open_table(ROWS)?;
    let mut order = transaction.open_table(ORDER)?;
    let mut files = transaction.open_table(FILES)?;
    let mut buffer = Vec::new();
    for commit in commits {
        match &commit.file {
            Some(file) => {
                let bytes = serde_json::to_vec(file).unwrap_or_default();
                files.insert(commit.id.as_str(), &bytes[..])?;
            }
            None => {
                files.remove(commit.id.as_str())?;
                outlines.remove(commit.id.as_str())?;
            }
        }
        if let Some(outline) = &commit.outline {
            outlines.insert(commit.id.as_str(), &outline[..])?;
        }
        for key in &commit.gone {
            rows.retain_in((*key, 0)..=(*key, u32::MAX), |_, _| false)?;
            order.retain_in((*key, 0)..=(*key, u32::MAX), |_, _| false)?;
        }
        for sheet in &commit.sheets {
            for (id, row) in &sheet.rows {
                match row.as_ref().filter(|row| !row.is_blank()) {
                    Some(row) => {
                        buffer.clear();
                        row_codec::write(row, &mut buffer);
                        rows.insert((sheet.key, *id), &buffer[..])?;
                    }
                    None => {
                        rows.remove((sheet.key, *id))?;
                    }
                }
            }
            if let Some((from, ids)) = &sheet.order {
                write_order(&mut order, sheet.key, *from, ids)?;
            }
        }
    }
    Ok(())
}

fn write_order(
    order: &mut redb::Table<'_, (u64, u32), &'static [u8]>,
    key: u64,
    from: usize,
    ids: &[u32],
) -> Result<(), Failure> {
    let number = |row: usize| u32::try_from(row / CHUNK).unwrap_or(u32::MAX);
    for (index, chunk) in ids.chunks(CHUNK).enumerate() {
        let bytes: Vec<u8> = chunk.iter().flat_map(|id| id.to_le_bytes()).collect();
        order.insert((key, number(from) + u32::try_from(index).unwrap_or(0)), &bytes[..])?;
    }
    let end = number(from) + u32::try_from(ids.chunks(CHUNK).len()).unwrap_or(0);
    order.retain_in((key, end)..=(key, u32::MAX), |_, _| false)?;
    Ok(())
}

fn load_sheet(
    outline: SheetOutline,
    rows: &impl ReadableTable<(u64, u32), &'static [u8]>,
    order: &impl ReadableTable<(u64, u32), &'static [u8]>,
) -> Result<Sheet, Failure> {
    let key = outline.key;
    let mut sheet = Sheet::new(outline.id, &outline.title, outline.row_count, outline.column_count);
    sheet.key = key;
    sheet.details = Arc::new(outline.details);
    let mut styles = row_codec::StyleCache::default();
    let mut known: HashMap<u32, Row> = HashMap::new();
    for item in rows.range((key, 0)..=(key, u32::MAX))? {
        let (place, bytes) = item?;
        let id = place.value().1;
        let row = row_codec::read(id, bytes.value(), &mut styles)
            .ok_or_else(|| Failure::Damaged(format!("row {id} of tab {}", outline.title)))?;
        known.insert(id, row);
    }
    let mut list = Vec::new();
    for item in order.range((key, 0)..=(key, u32::MAX))? {
        let (_, bytes) = item?;
        for id in bytes.value().chunks_exact(4) {
            let id = u32::from_le_bytes([id[0], id[1], id[2], id[3]]);
            list.push(known.remove(&id).unwrap_or(Row { id, ..Row::default() }));
        }
    }
    sheet.restore_rows(list);
    Ok(sheet)
}
