//! Tab schema (title, columns, id source, audit policy) and the layout of its columns in the sheet.

use serde_json::Value;

use crate::cell::Cell;

/// Schema of a tab: its title and the headers that are the contract with staff.
#[derive(Debug, PartialEq, Eq)]
pub struct Tab {
    /// Title of the tab.
    pub title: &'static str,
    /// Columns in the order in which a new tab is created; staff may reorder them. The first one is the id.
    pub columns: &'static [Column],
    /// Source of the row ids.
    pub ids: IdSource,
    /// Whether changes of its rows are logged in the audit log.
    pub history: ChangeHistory,
    /// Index of the column that holds the time of the last change, including changes by staff.
    pub updated_at: Option<usize>,
}

/// Source of the row ids of a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdSource {
    /// The caller supplies the id of a new row.
    Given,
    /// Whole numbers, counted up.
    Counted,
}

/// Whether changes of a tab's rows are logged in the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeHistory {
    /// Each changed cell gets a line.
    Kept,
    /// Not logged: the tab is a log itself, or its changes are of no interest.
    NotKept,
}

impl Tab {
    /// Headers in row 1 that the tab does not declare: staff's own columns, or renamed ones.
    pub fn unknown_headers<'a>(&self, header_row: &'a [Value]) -> Vec<&'a str> {
        header_row
            .iter()
            .filter_map(Value::as_str)
            .filter(|header| !header.trim().is_empty())
            .filter(|header| {
                !self
                    .columns
                    .iter()
                    .any(|column| normalize_header(column.header) == normalize_header(header))
            })
            .collect()
    }
}

/// Column of a tab.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// Header text in row 1.
    pub header: &'static str,
    /// Kind of its values.
    pub kind: ColumnKind,
}

impl Column {
    /// Creates a column with this header.
    pub const fn new(header: &'static str, kind: ColumnKind) -> Self {
        Self { header, kind }
    }
}

/// Kind of the values of a column, which decides their number format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text, never parsed as a number or formula.
    Text,
    /// Spreadsheet date with time of day.
    DateTime,
    /// Spreadsheet date.
    Date,
    /// Whole number.
    Integer,
    /// Amount in euros with two decimals.
    Euros,
    /// Amount with two decimals, in a currency that another column names.
    Amount,
    /// Ratio: 0.3 is shown as 30 %.
    Percent,
    /// One of a few words, offered in a drop-down.
    Choice(&'static [&'static str]),
}

/// Required header that row 1 does not have exactly once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderProblem {
    /// No cell of row 1 matches it.
    #[error("tab {tab}: no column “{required}”{}", nearest.as_ref().map(|nearest| format!("; the nearest header is “{nearest}”")).unwrap_or_default())]
    Missing {
        /// Title of the tab.
        tab: &'static str,
        /// Required header.
        required: &'static str,
        /// Undeclared header with a similar spelling.
        nearest: Option<String>,
        /// Headers that the tab does not declare: staff's own columns, or renamed ones.
        unknown: Vec<String>,
    },
    /// Two cells of row 1 match it.
    #[error("tab {tab}: two columns are called “{required}”")]
    Duplicate {
        /// Title of the tab.
        tab: &'static str,
        /// Duplicate header.
        required: &'static str,
    },
}

impl HeaderProblem {
    /// Required header.
    pub fn required(&self) -> &'static str {
        match self {
            Self::Missing { required, .. } | Self::Duplicate { required, .. } => required,
        }
    }

    /// Whether no other header can be the renamed one.
    pub fn has_no_candidate(&self) -> bool {
        matches!(self, Self::Missing { nearest: None, unknown, .. } if unknown.is_empty())
    }

    /// Instruction for fixing it in the spreadsheet.
    pub fn cure(&self) -> String {
        match self {
            Self::Missing {
                tab,
                required,
                nearest: Some(nearest),
                ..
            } => {
                format!("In tab {tab}, rename the header “{nearest}” back to “{required}”.")
            }
            Self::Missing {
                tab, required, unknown, ..
            } if unknown.is_empty() => {
                format!("In tab {tab}, write “{required}” above the column that holds it.")
            }
            Self::Missing {
                tab, required, unknown, ..
            } => {
                let names: Vec<String> = unknown.iter().map(|header| format!("“{header}”")).collect();
                format!(
                    "If one of the columns {} of the tab {tab} holds it, rename that column to “{required}”; otherwise write “{required}” into a free cell of row 1.",
                    names.join(", ")
                )
            }
            Self::Duplicate { tab, required } => {
                format!("In tab {tab}, rename or delete one of the two columns “{required}”.")
            }
        }
    }
}

/// Layout of a tab: the index within the row for every entry of [`Tab::columns`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnLayout(Vec<usize>);

impl ColumnLayout {
    /// Finds the columns of `tab` in its header row, ignoring case and spaces.
    ///
    /// # Errors
    /// Every header that is missing or duplicated.
    pub fn find(tab: &'static Tab, header_row: &[Value]) -> Result<Self, Vec<HeaderProblem>> {
        let present: Vec<String> = header_row
            .iter()
            .map(|cell| normalize_header(cell.as_str().unwrap_or_default()))
            .collect();
        let mut positions = Vec::with_capacity(tab.columns.len());
        let mut problems = Vec::new();
        for column in tab.columns {
            let required = normalize_header(column.header);
            let mut matches = present
                .iter()
                .enumerate()
                .filter(|(_, header)| **header == required)
                .map(|(index, _)| index);
            match (matches.next(), matches.next()) {
                (Some(position), None) => positions.push(position),
                (Some(_), Some(_)) => problems.push(HeaderProblem::Duplicate {
                    tab: tab.title,
                    required: column.header,
                }),
                (None, _) => problems.push(HeaderProblem::Missing {
                    tab: tab.title,
                    required: column.header,
                    nearest: nearest_header(tab, header_row, &required),
                    unknown: tab.unknown_headers(header_row).into_iter().map(str::to_owned).collect(),
                }),
            }
        }
        if problems.is_empty() {
            Ok(Self(positions))
        } else {
            Err(problems)
        }
    }

    /// Index within the row of the tab's `column`-th column.
    pub fn position(&self, column: usize) -> usize {
        self.0[column]
    }

    /// Indexes of all columns, in the order of [`Tab::columns`].
    pub fn positions(&self) -> &[usize] {
        &self.0
    }

    /// Rows up to the last one with a value in a declared column. Values in staff's own columns, such as tick boxes
    /// down to the end of the grid, do not count as data.
    pub fn filled<'a>(&self, rows: &'a [Vec<Value>]) -> &'a [Vec<Value>] {
        let has_data = |row: &Vec<Value>| self.0.iter().any(|place| Cell::of(row.get(*place)) != Cell::Empty);
        &rows[..rows.iter().rposition(has_data).map_or(0, |last| last + 1)]
    }

    /// Number of columns up to the last declared one.
    pub fn width(&self) -> usize {
        self.0.iter().max().map_or(0, |last| last + 1)
    }
}

fn nearest_header(tab: &Tab, header_row: &[Value], required: &str) -> Option<String> {
    tab.unknown_headers(header_row)
        .into_iter()
        .map(|header| (strsim::jaro_winkler(&normalize_header(header), required), header))
        .filter(|(similarity, _)| *similarity > 0.75)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, header)| header.to_owned())
}

pub(crate) fn normalize_header(header: &str) -> String {
    header
        .split(|character: char| character.is_whitespace() || character == '_')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// Letters of a column: 0 → `A`, 26 → `AA`.
pub fn column_letters(index: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = index + 1;
    while rest > 0 {
        let digit = (rest - 1) % 26;
        letters.push(char::from(b'A' + u8::try_from(digit).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// Tab title for use before the `!` of a range, always quoted.
pub fn quoted_title(title: &str) -> String {
    format!("'{}'", title.replace('\'', "''"))
}
