//! Response grid: cells that the response to a write returns, as they are right after it, without a further read.

use std::collections::HashMap;

use crate::{
    cell::CellContent,
    google::wire_types::{ExtendedValue, GridData, ShownSheet},
};

/// Fields of the response that [`ResponseGrid`] needs, so that it stays small.
pub(crate) const RESPONSE_FIELDS: &str =
    "updatedSpreadsheet.sheets(properties.sheetId,data(startRow,startColumn,rowData.values.effectiveValue))";

/// Cells by sheet id, row and column, zero-based.
#[derive(Debug, Default)]
pub(crate) struct ResponseGrid(HashMap<(i32, usize, usize), CellContent>);

impl ResponseGrid {
    pub(crate) fn of(sheets: Vec<ShownSheet>) -> Self {
        let mut shown = Self::default();
        for sheet in sheets {
            let sheet_id = sheet.properties.and_then(|properties| properties.sheet_id).unwrap_or(0);
            for block in sheet.data.unwrap_or_default() {
                shown.take(sheet_id, block);
            }
        }
        shown
    }

    fn take(&mut self, sheet_id: i32, block: GridData) {
        let index = |start: Option<i32>| usize::try_from(start.unwrap_or(0)).unwrap_or(0);
        let (top, left) = (index(block.start_row), index(block.start_column));
        for (row, cells) in (top..).zip(block.row_data.unwrap_or_default()) {
            for (column, cell) in (left..).zip(cells.values.unwrap_or_default()) {
                if let Some(value) = cell.effective_value {
                    self.0.insert((sheet_id, row, column), content(value));
                }
            }
        }
    }

    /// Value of a cell within the requested ranges.
    pub(crate) fn cell(&self, sheet_id: i32, row: usize, column: usize) -> CellContent {
        self.0.get(&(sheet_id, row, column)).cloned().unwrap_or_default()
    }
}

fn content(value: ExtendedValue) -> CellContent {
    if let Some(number) = value.number_value {
        CellContent::Number(number)
    } else if let Some(bool) = value.bool_value {
        CellContent::Bool(bool)
    } else if let Some(text) = value.string_value {
        CellContent::Text(text.trim().to_owned()).tidy()
    } else if let Some(error) = value.error_value {
        CellContent::Text(error.type_.unwrap_or_else(|| "#ERROR!".to_owned()))
    } else {
        CellContent::Empty
    }
}
