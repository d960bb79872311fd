//! Spreadsheet: tabs, properties, named ranges, and resolution of range texts.

pub(crate) mod cell;
pub(crate) mod developer_metadata;
pub(crate) mod dimension;
pub(crate) mod drive_file;
pub(crate) mod sheet;

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::{
    a1::{self, OpenArea, Rectangle},
    format::locale::Locale,
    proto::error::ApiError,
    workbook::{drive_file::DriveFile, sheet::Sheet},
};

/// Maximum number of cells in a spreadsheet, including blank ones.
pub const MAX_CELLS: u64 = 10_000_000;

/// Spreadsheet with its tabs.
#[derive(Clone, Debug)]
pub struct Workbook {
    /// `spreadsheetId`.
    pub id: Arc<str>,
    /// `SpreadsheetProperties`.
    pub properties: Arc<Map<String, Json>>,
    /// Tabs, in order.
    pub sheets: Vec<Arc<Sheet>>,
    /// `NamedRange` messages.
    pub named_ranges: Arc<Vec<Json>>,
    /// Developer metadata of the spreadsheet itself.
    pub developer_metadata: Arc<Vec<Json>>,
    /// Drive metadata.
    pub file: Arc<DriveFile>,
}

/// Cells of a tab.
#[derive(Clone, Copy, Debug)]
pub struct SheetArea {
    /// Position of the tab.
    pub position: usize,
    /// Area of the cells.
    pub area: Rectangle,
}

/// Cells that a range text refers to.
#[derive(Clone, Copy, Debug)]
pub struct LocatedRange {
    /// Position of the tab.
    pub sheet: usize,
    /// Area of the cells.
    pub area: Rectangle,
    /// Whether the text names a single cell, which as a write target only marks the start.
    pub is_origin: bool,
}

impl Workbook {
    /// Creates a spreadsheet with one tab and Google's defaults.
    pub fn new(title: &str) -> Self {
        let properties = json!({
            "title": title,
            "locale": "en_US",
            "autoRecalc": "ON_CHANGE",
            "timeZone": "Etc/GMT",
        });
        Self {
            id: new_spreadsheet_id().into(),
            properties: Arc::new(properties.as_object().cloned().unwrap_or_default()),
            sheets: vec![Arc::new(Sheet::new(0, "Sheet1", 1000, 26))],
            named_ranges: Arc::default(),
            developer_metadata: Arc::default(),
            file: Arc::new(DriveFile::new()),
        }
    }

    /// Copy with another title, a new id and new Drive metadata.
    pub fn duplicate(&self, title: &str) -> Self {
        let mut copy = Self::new(title);
        let mut properties = (*self.properties).clone();
        properties.insert("title".to_owned(), json!(title));
        copy.properties = Arc::new(properties);
        copy.named_ranges = Arc::clone(&self.named_ranges);
        copy.developer_metadata = Arc::clone(&self.developer_metadata);
        let sheets = self.sheets.iter();
        copy.sheets = sheets
            .map(|sheet| Arc::new(sheet.duplicate(sheet.id, &sheet.title)))
            .collect();
        copy
    }

    /// Title of the spreadsheet.
    pub fn title(&self) -> &str {
        self.properties.get("title").and_then(Json::as_str).unwrap_or_default()
    }

    /// Locale for numbers and dates.
    pub fn locale(&self) -> Locale {
        let name = self.properties.get("locale").and_then(Json::as_str);
        name.map_or_else(Locale::default, Locale::of)
    }

    /// Position of the tab with this `sheetId`.
    pub fn position(&self, id: i32) -> Option<usize> {
        self.sheets.iter().position(|sheet| sheet.id == id)
    }

    /// Position of the tab with this title; exact match first, then ignoring case.
    pub fn position_by_title(&self, title: &str) -> Option<usize> {
        self.sheets.iter().position(|sheet| *sheet.title == *title).or_else(|| {
            let lower = title.to_lowercase();
            self.sheets.iter().position(|sheet| sheet.title.to_lowercase() == lower)
        })
    }

    /// Mutable access to a tab.
    pub fn sheet_mut(&mut self, position: usize) -> &mut Sheet {
        Arc::make_mut(&mut self.sheets[position])
    }

    /// Number of cells in all grids, including blank ones.
    pub fn cell_count(&self) -> u64 {
        self.sheets
            .iter()
            .map(|sheet| u64::from(sheet.row_count) * u64::from(sheet.column_count))
            .sum()
    }

    /// Random `sheetId` that no tab has.
    pub fn free_sheet_id(&self) -> i32 {
        loop {
            let id = rand::random_range(1..i32::MAX);
            if self.position(id).is_none() {
                return id;
            }
        }
    }

    /// Resolves a range text without clipping it to the grid.
    ///
    /// # Errors
    /// 400 if it names no tab, range or cells.
    pub fn find(&self, range: &str) -> Result<(usize, OpenArea), ApiError> {
        let unparsable = || ApiError::unparsable_range(range);
        let written = a1::split(range).ok_or_else(unparsable)?;
        match (&written.sheet, &written.rest) {
            (Some(title), rest) => {
                let sheet = self.position_by_title(title).ok_or_else(unparsable)?;
                match rest {
                    None => Ok((sheet, OpenArea::default())),
                    Some(rest) => match a1::area(rest) {
                        Some(area) => Ok((sheet, area)),
                        None => self.named(rest).filter(|found| found.0 == sheet).ok_or_else(unparsable),
                    },
                }
            }
            (None, Some(rest)) => match a1::area(rest) {
                Some(area) => Ok((0, area)),
                None => self
                    .named(rest)
                    .or_else(|| Some((self.position_by_title(rest)?, OpenArea::default())))
                    .ok_or_else(unparsable),
            },
            (None, None) => Err(unparsable()),
        }
    }

    /// Resolves a range text to cells, clipped to the grid.
    ///
    /// # Errors
    /// 400 if it names nothing or starts outside the grid.
    pub fn locate(&self, range: &str) -> Result<LocatedRange, ApiError> {
        let (position, open) = self.find(range)?;
        let sheet = &self.sheets[position];
        let area = open.within(sheet.row_count, sheet.column_count);
        if area.top >= sheet.row_count || area.left >= sheet.column_count {
            let shown = Rectangle {
                bottom: area.bottom.max(area.top + 1),
                right: area.right.max(area.left + 1),
                ..area
            };
            let name = a1::full_name(&sheet.title, shown);
            return Err(ApiError::outside_grid(&name, sheet.row_count, sheet.column_count));
        }
        let bottom = area.bottom.min(sheet.row_count);
        let right = area.right.min(sheet.column_count);
        let is_origin = area.height() == 1 && area.width() == 1;
        Ok(LocatedRange {
            sheet: position,
            area: Rectangle { bottom, right, ..area },
            is_origin,
        })
    }

    fn named(&self, name: &str) -> Option<(usize, OpenArea)> {
        let found = self.named_ranges.iter().find(|range| {
            range
                .get("name")
                .and_then(Json::as_str)
                .is_some_and(|known| known.eq_ignore_ascii_case(name))
        })?;
        let range = found.get("range")?;
        let id = range.get("sheetId").and_then(Json::as_i64).unwrap_or(0);
        Some((self.position(i32::try_from(id).ok()?)?, open_area(range)))
    }
}

/// Parses the bounds of a `GridRange`.
pub fn open_area(range: &Json) -> OpenArea {
    let side = |name: &str| {
        range
            .get(name)
            .and_then(Json::as_u64)
            .and_then(|index| u32::try_from(index).ok())
    };
    OpenArea {
        start_row: side("startRowIndex"),
        end_row: side("endRowIndex"),
        start_column: side("startColumnIndex"),
        end_column: side("endColumnIndex"),
    }
}

/// Builds a `GridRange` with all bounds; `sheetId` 0 is omitted, as in protocol-buffer JSON.
pub fn grid_range(sheet: i32, area: Rectangle) -> Json {
    let mut range = json!({
        "startRowIndex": area.top,
        "endRowIndex": area.bottom,
        "startColumnIndex": area.left,
        "endColumnIndex": area.right,
    });
    if sheet != 0 {
        range["sheetId"] = json!(sheet);
    }
    range
}

/// Random id of 44 characters, in Google's format.
fn new_spreadsheet_id() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let tail = (0..43).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())]));
    std::iter::once('1').chain(tail).collect()
}
