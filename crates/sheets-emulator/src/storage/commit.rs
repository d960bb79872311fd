//! Commits: the changes of one write request to one spreadsheet, as the database takes them.

use std::{collections::HashMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::workbook::{
    Workbook,
    drive_file::DriveFile,
    sheet::{Row, SheetDetails},
};

/// Number of row ids in one record of the row order.
pub const CHUNK: usize = 1024;

/// Changes of one write request to one spreadsheet.
pub struct Commit {
    /// Spreadsheet id.
    pub id: String,
    /// Serialized outline (everything except rows), if it changed.
    pub outline: Option<Vec<u8>>,
    /// Drive metadata; `None` when the spreadsheet is deleted permanently.
    pub file: Option<DriveFile>,
    /// Tabs with changed rows.
    pub sheets: Vec<SheetCommit>,
    /// Keys of deleted tabs.
    pub gone: Vec<u64>,
}

impl Commit {
    /// Deletion of a spreadsheet with all its tabs.
    pub fn deletion(id: &str, tabs: Vec<u64>) -> Self {
        Self {
            id: id.to_owned(),
            outline: None,
            file: None,
            sheets: Vec::new(),
            gone: tabs,
        }
    }

    /// Everything of a spreadsheet, for a database that does not have it.
    pub fn whole(workbook: &Workbook) -> Self {
        let sheets = workbook.sheets.iter().map(|sheet| SheetCommit {
            key: sheet.key,
            rows: sheet.rows().iter().map(|row| (row.id, Some(Arc::clone(row)))).collect(),
            order: Some((0, sheet.rows().iter().map(|row| row.id).collect())),
        });
        Self {
            id: workbook.id.to_string(),
            outline: Some(outline(workbook)),
            file: Some((*workbook.file).clone()),
            sheets: sheets.collect(),
            gone: Vec::new(),
        }
    }
}

/// Changed rows of one tab.
pub struct SheetCommit {
    /// Key of the tab in the database.
    pub key: u64,
    /// Changed rows by id; `None` for a deleted row.
    pub rows: HashMap<u32, Option<Arc<Row>>>,
    /// New row order: start position (a multiple of the chunk size) and the ids of all rows from there.
    pub order: Option<(usize, Vec<u32>)>,
}

/// First row of the chunk that contains a row.
pub fn chunk_start(row: usize) -> usize {
    row - row % CHUNK
}

/// Everything of a spreadsheet except its rows.
#[derive(Serialize, Deserialize)]
pub struct SpreadsheetOutline {
    /// `SpreadsheetProperties`.
    pub properties: Map<String, Json>,
    /// `NamedRange` messages.
    pub named_ranges: Vec<Json>,
    /// Developer metadata of the spreadsheet itself.
    #[serde(default)]
    pub developer_metadata: Vec<Json>,
    /// Tabs, in order.
    pub sheets: Vec<SheetOutline>,
}

/// Everything of a tab except its rows.
#[derive(Serialize, Deserialize)]
pub struct SheetOutline {
    /// `sheetId`.
    pub id: i32,
    /// Key of the tab in the database.
    pub key: u64,
    /// Title.
    pub title: String,
    /// Number of rows of the grid.
    pub row_count: u32,
    /// Number of columns of the grid.
    pub column_count: u32,
    /// Everything besides cells.
    #[serde(rename = "furniture")]
    pub details: SheetDetails,
}

/// Serialized outline of a spreadsheet: everything except its rows.
pub fn outline(workbook: &Workbook) -> Vec<u8> {
    let sheets = workbook
        .sheets
        .iter()
        .map(|sheet| SheetOutline {
            id: sheet.id,
            key: sheet.key,
            title: sheet.title.to_string(),
            row_count: sheet.row_count,
            column_count: sheet.column_count,
            details: (*sheet.details).clone(),
        })
        .collect();
    let outline = SpreadsheetOutline {
        properties: (*workbook.properties).clone(),
        named_ranges: (*workbook.named_ranges).clone(),
        developer_metadata: (*workbook.developer_metadata).clone(),
        sheets,
    };
    // Serialization cannot fail: the outline holds only strings, numbers and maps with text keys.
    serde_json::to_vec(&outline).unwrap_or_default()
}
