//! Data issues of a board, before they are grouped.

use jiff::Zoned;
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::finding::Finding;

use crate::{findings::sheet_edits::SheetEdit, page::skeleton::Frame};

/// Data issues of a board.
pub struct BoardFindings {
    /// Issues in cells of the spreadsheet.
    pub cells: Vec<Finding>,
    /// Rejected lines of files.
    pub lines: Vec<LineProblem>,
    /// Possible duplicate names.
    pub near_names: Vec<NearNames>,
    /// Explains how a decision about [`Self::near_names`] is stored, in one or two sentences.
    pub near_names_hint: &'static str,
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
            near_names_hint: "",
            edits: Vec::new(),
            frame,
            as_of,
        }
    }
}

/// Two similar names; a person decides whether they are the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NearNames {
    /// Kind of name, as in forms.
    pub kind: &'static str,
    /// Kind of name, as on the page.
    #[serde(skip)]
    pub label: &'static str,
    /// Name with more rows, which a merge keeps.
    pub keep: NamedRows,
    /// Name that a merge replaces.
    pub merge: NamedRows,
    /// Reason for the similarity, in one sentence.
    pub reason: String,
    /// Effect of a merge on the totals, in one sentence.
    pub effect: String,
    /// URL that receives the decision.
    #[serde(skip)]
    pub action: &'static str,
}

/// Name with its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NamedRows {
    /// Name as shown.
    pub name: String,
    /// Number of rows with the name.
    pub rows: u32,
    /// Address of the page that lists them.
    pub address: String,
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
