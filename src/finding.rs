//! What a person should look at in the spreadsheet: cells that could not be read or deserve a second look, and names that
//! look alike.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// One thing in the spreadsheet that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// What sort of thing it is.
    pub kind: FindingKind,
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
    /// What the cell should probably say; `None` when nobody can guess.
    pub proposal: Option<String>,
    /// Whether the row is left out of the totals.
    pub effect: Effect,
    /// Address of the cell in the spreadsheet's own editor.
    pub link: String,
}

impl Finding {
    /// The same as a thing of another sort.
    #[must_use]
    pub fn of_kind(mut self, kind: FindingKind) -> Self {
        self.kind = kind;
        self
    }

    /// The same with what the cell should probably say.
    #[must_use]
    pub fn proposing(mut self, proposal: Option<impl Into<String>>) -> Self {
        self.proposal = proposal.map(Into::into);
        self
    }
}

/// What sort of thing deserves a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A header of a tab is missing or stands twice; the board of that tab is closed until it is mended.
    Header,
    /// A cell that the count needs is empty or no date, amount or name.
    Unreadable,
    /// A formula ends in an error.
    FormulaError,
    /// A word outside the list of what may stand there.
    UnknownValue,
    /// An id that is missing or stands in several rows.
    Id,
    /// A line of a tab of aliases that is not applied.
    Alias,
    /// A moment that has not come yet.
    Future,
    /// Text that a spreadsheet program would take for a formula.
    FormulaLike,
    /// Very many rows of one person within minutes.
    Burst,
}

impl FindingKind {
    /// Every sort, the most urgent first.
    pub const ALL: [Self; 9] = [
        Self::Header,
        Self::Unreadable,
        Self::FormulaError,
        Self::UnknownValue,
        Self::Id,
        Self::Alias,
        Self::Future,
        Self::Burst,
        Self::FormulaLike,
    ];

    /// The word in addresses and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Unreadable => "unreadable",
            Self::FormulaError => "formula_error",
            Self::UnknownValue => "unknown_value",
            Self::Id => "id",
            Self::Alias => "alias",
            Self::Future => "future",
            Self::FormulaLike => "formula_like",
            Self::Burst => "burst",
        }
    }

    /// The heading above such things.
    pub fn title(self) -> &'static str {
        match self {
            Self::Header => "Headers that were renamed",
            Self::Unreadable => "Cells that cannot be read",
            Self::FormulaError => "Formulas that end in an error",
            Self::UnknownValue => "Words that are not on the list",
            Self::Id => "Ids that are missing or stand twice",
            Self::Alias => "Aliases that are not applied",
            Self::Future => "Dates in the future",
            Self::FormulaLike => "Text that begins like a formula",
            Self::Burst => "Many rows within minutes",
        }
    }
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
    /// The whole board cannot be shown until the header is mended.
    BoardClosed,
}

impl Effect {
    /// The word in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::RowExcluded => "row excluded",
            Self::CountedApart => "counted apart",
            Self::Counted => "counted",
            Self::BoardClosed => "board closed",
        }
    }
}

/// Two names that look like one; a person says whether they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NearNames {
    /// Whose names they are, as forms say: `csm` or `company`.
    pub kind: &'static str,
    /// The one with more rows, which would remain.
    pub keep: NamedRows,
    /// The one that would be counted and shown as the other.
    pub merge: NamedRows,
    /// Why they look alike, in one sentence.
    pub reason: String,
    /// What a merge would do to the totals, in one sentence.
    pub effect: String,
    /// Where the decision is sent.
    #[serde(skip)]
    pub action: &'static str,
}

/// A name with its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NamedRows {
    /// The name as it is shown.
    pub name: String,
    /// Rows that have it.
    pub rows: u32,
    /// The page that lists them.
    pub address: String,
}

/// One change that staff made in the sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SheetEdit {
    /// When the program saw it.
    pub at: Timestamp,
    /// Title of the tab.
    pub tab: String,
    /// Id of the row, or its place where it has none.
    pub row: String,
    /// What was done: `changed`, `added`, `removed`.
    pub action: String,
    /// Header of the cell; empty for a whole row.
    pub column: String,
    /// What stood there before.
    pub old: String,
    /// What stands there since.
    pub new: String,
    /// Address of the line of the audit log.
    pub link: String,
}

/// Whether text would be a formula in a spreadsheet program that opens it from a file: it begins with `=`, `+`, `-` or `@`
/// (<https://owasp.org/www-community/attacks/CSV_Injection>). A sign that a space or nothing follows is only a sign, and a
/// number or telephone number behind `+` or `-` runs nothing.
pub fn begins_like_a_formula(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['=', '+', '-', '@']) else {
        return false;
    };
    let is_number = |rest: &str| {
        rest.chars()
            .all(|c| c.is_ascii_digit() || " .,()/%€\u{a0}\u{202f}".contains(c))
    };
    let may_be_number = text.starts_with(['+', '-']);
    let is_sign = rest.is_empty() || rest.starts_with(char::is_whitespace);
    !is_sign && (!may_be_number || !is_number(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_that_another_program_would_run_begins_like_a_formula() {
        for text in [
            "=1+1",
            "=HYPERLINK(\"x\")",
            "@SUM(1)",
            "+cmd|' /C calc'!A0",
            "-2+3",
            "+A1",
        ] {
            assert!(begins_like_a_formula(text), "{text}");
        }
        for text in [
            "",
            "=",
            "+",
            "- a list",
            "= equal",
            "+33 6 12 34 56 78",
            "-5 %",
            "Acme",
            "a=b",
            "+1 (555) 0100",
        ] {
            assert!(!begins_like_a_formula(text), "{text}");
        }
    }
}
