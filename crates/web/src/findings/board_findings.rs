//! Data issues of a board, before they are grouped.

use jiff::Zoned;
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::finding::{Finding, NearNames, SheetEdit};

use crate::page::skeleton::Frame;

/// Data issues of a board.
pub struct BoardFindings {
    /// Issues in cells of the spreadsheet.
    pub cells: Vec<Finding>,
    /// Rejected lines of files.
    pub lines: Vec<LineProblem>,
    /// Possible duplicate names.
    pub near_names: Vec<NearNames>,
    /// Edits in the spreadsheet itself, newest first.
    pub edits: Vec<SheetEdit>,
    /// Frame of the page.
    pub frame: Frame,
    /// Time of the last read, in the configured time zone.
    pub as_of: Zoned,
}

impl BoardFindings {
    /// Issues in cells only.
    pub fn of_cells(cells: Vec<Finding>, frame: Frame, as_of: Zoned) -> Self {
        Self {
            cells,
            lines: Vec::new(),
            near_names: Vec::new(),
            edits: Vec::new(),
            frame,
            as_of,
        }
    }
}

/// Rejected line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LineProblem {
    /// Name of the file, such as `integrations.txt`.
    pub file: String,
    /// Line number, 1 for the first.
    pub line: u32,
    /// What is wrong and what is expected, in one sentence.
    pub reason: String,
}
