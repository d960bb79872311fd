//! Response grid: cells that the response to a write returns, as they are right after it, without a further read.

use std::collections::HashMap;

use super::{
    cell::Content,
    google::{ExtendedValue, GridData, ShownSheet},
};

/// Fields of the response that [`Shown`] needs, so that it stays small.
pub(super) const FIELDS: &str =
    "updatedSpreadsheet.sheets(properties.sheetId,data(startRow,startColumn,rowData.values.effectiveValue))";

/// Cells by sheet id, row and column, zero-based.
#[derive(Debug, Default)]
pub(super) struct Shown(HashMap<(i32, usize, usize), Content>);

impl Shown {
    pub(super) fn of(sheets: Vec<ShownSheet>) -> Self {
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
    pub(super) fn cell(&self, sheet_id: i32, row: usize, column: usize) -> Content {
        self.0.get(&(sheet_id, row, column)).cloned().unwrap_or_default()
    }
}

fn content(value: ExtendedValue) -> Content {
    if let Some(number) = value.number_value {
        Content::Number(number)
    } else if let Some(bool) = value.bool_value {
        Content::Bool(bool)
    } else if let Some(text) = value.string_value {
        Content::Text(text.trim().to_owned()).tidy()
    } else if let Some(error) = value.error_value {
        Content::Text(error.type_.unwrap_or_else(|| "#ERROR!".to_owned()))
    } else {
        Content::Empty
    }
}
