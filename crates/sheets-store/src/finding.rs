//! Findings: cells that could not be read or need a check.

use schemars::JsonSchema;
use serde::Serialize;

/// Finding: something in the spreadsheet that a person should check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// Kind of the finding.
    pub kind: FindingKind,
    /// Title of the tab, such as `submissions`.
    pub tab: &'static str,
    /// Row number as the spreadsheet shows it, 1 for the header row.
    pub row: u32,
    /// Header of the column, such as `submitted_at`.
    pub column: &'static str,
    /// Value of the cell, as text.
    pub value: String,
    /// Problem and solution, in one sentence.
    pub reason: String,
    /// Proposed value; `None` if there is none.
    pub proposal: Option<String>,
    /// Effect on the totals.
    pub effect: Effect,
    /// Link to the cell in the Google Sheets editor.
    pub link: String,
}

impl Finding {
    /// Returns the finding with this kind.
    #[must_use]
    pub fn of_kind(mut self, kind: FindingKind) -> Self {
        self.kind = kind;
        self
    }

    /// Returns the finding with this proposed value.
    #[must_use]
    pub fn proposing(mut self, proposal: Option<impl Into<String>>) -> Self {
        self.proposal = proposal.map(Into::into);
        self
    }
}

/// Kind of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A header of a tab is missing or duplicated; the board of that tab is closed until it is fixed.
    Header,
    /// A required cell is empty, or is not a date, amount or name.
    Unreadable,
    /// A formula error.
    FormulaError,
    /// A value that is not in the list of allowed ones.
    UnknownValue,
    /// A missing or duplicate id.
    Id,
    /// An alias line that is not applied.
    Alias,
    /// A date in the future.
    Future,
    /// Text that a spreadsheet program would interpret as a formula.
    FormulaLike,
    /// Very many rows of one person within minutes.
    Burst,
}

impl FindingKind {
    /// All kinds, the most urgent first.
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

    /// Name in URLs and responses.
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
}

/// Effect of a finding on the totals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The row is not counted until the cell is fixed.
    RowExcluded,
    /// The value is shown, but counted separately.
    CountedApart,
    /// The row counts as usual; the cell should be checked.
    Counted,
    /// The whole board is unavailable until the header is fixed.
    BoardClosed,
}

impl Effect {
    /// Name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::RowExcluded => "row excluded",
            Self::CountedApart => "counted apart",
            Self::Counted => "counted",
            Self::BoardClosed => "board closed",
        }
    }
}

/// Whether a spreadsheet program that opens the text from a file would interpret it as a formula: it begins with `=`,
/// `+`, `-` or `@` (<https://owasp.org/www-community/attacks/CSV_Injection>). A sign that is alone or followed by a
/// space is harmless, and so is a number or telephone number after `+` or `-`.
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
    fn only_text_that_another_program_would_run_counts_as_a_formula() {
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
