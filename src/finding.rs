//! A cell that could not be read: what stands there, why it does not count, and where to mend it.

use schemars::JsonSchema;
use serde::Serialize;

/// One thing in the spreadsheet that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// Tab title, such as `submissions`.
    pub tab: &'static str,
    /// Row number as the spreadsheet shows it, 1 for the header row.
    pub row: u32,
    /// Header text of the column, such as `submitted_at`.
    pub column: &'static str,
    /// What stands in the cell, as text.
    pub value: String,
    /// What is wrong and what would be right, in one sentence.
    pub reason: String,
    /// Whether the row is left out of the totals.
    pub effect: Effect,
    /// Address of the cell in the spreadsheet's own editor.
    pub link: String,
}

/// What a finding means for the totals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The row is not counted until the cell is mended.
    RowExcluded,
    /// The value is shown, but counted apart.
    CountedApart,
    /// The row counts as usual; the cell deserves a look.
    Counted,
}

impl Effect {
    /// The word in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::RowExcluded => "row excluded",
            Self::CountedApart => "counted apart",
            Self::Counted => "counted",
        }
    }
}
