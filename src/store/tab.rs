//! A tab as the program expects it, and where its columns stand at the moment.

use serde_json::Value;

use super::cell::Cell;

/// A tab: its title and the headers that are the contract with staff.
#[derive(Debug, PartialEq, Eq)]
pub struct Tab {
    /// Title on the tab.
    pub title: &'static str,
    /// Columns in the order in which a new tab is made; staff may reorder them. The first one is the id.
    pub columns: &'static [Column],
    /// How its rows get their ids.
    pub ids: Ids,
    /// Whether changes of its rows go to the audit log.
    pub history: History,
    /// Place of the column that says when the row was changed last, also by staff.
    pub updated_at: Option<usize>,
}

/// How the rows of a tab get their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// Whoever adds a row brings its id.
    Given,
    /// Whole numbers, counted up.
    Counted,
}

/// Whether changes of a tab's rows go to the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// Each changed cell gets a line.
    Kept,
    /// The tab is itself a log, or nobody needs to know.
    NotKept,
}

impl Tab {
    /// Headers in row 1 that the tab does not name: staff's own columns, or renamed ones.
    pub fn unknown_headers<'a>(&self, header_row: &'a [Value]) -> Vec<&'a str> {
        header_row
            .iter()
            .filter_map(Value::as_str)
            .filter(|header| !header.trim().is_empty())
            .filter(|header| {
                !self
                    .columns
                    .iter()
                    .any(|column| normalise(column.header) == normalise(header))
            })
            .collect()
    }
}

/// A column of a tab.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// Header text in row 1.
    pub header: &'static str,
    /// What its cells hold.
    pub kind: Kind,
}

impl Column {
    /// A column with this header.
    pub const fn new(header: &'static str, kind: Kind) -> Self {
        Self { header, kind }
    }
}

/// What the cells of a column hold, which decides their number format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, never read as a number or formula.
    Text,
    /// A spreadsheet date with time of day.
    DateTime,
    /// A spreadsheet date.
    Date,
    /// Whole number.
    Integer,
    /// Euros with two decimals.
    Euros,
    /// A sum of money with two decimals, in a currency that another column names.
    Amount,
    /// A share, 0.3 shown as 30 %.
    Percent,
    /// One of a few words; the sheet offers them in a drop-down.
    Choice(&'static [&'static str]),
}

/// A required header that row 1 does not have exactly once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderProblem {
    /// No cell of row 1 reads like it.
    #[error("tab {tab}: no column “{wanted}”{}", nearest.as_ref().map(|nearest| format!("; the nearest header is “{nearest}”")).unwrap_or_default())]
    Missing {
        /// Title of the tab.
        tab: &'static str,
        /// The header that is needed.
        wanted: &'static str,
        /// A header that looks like a changed spelling of it.
        nearest: Option<String>,
        /// Headers that the tab does not name: staff's own columns, or renamed ones.
        unknown: Vec<String>,
    },
    /// Two cells of row 1 read like it.
    #[error("tab {tab}: two columns are called “{wanted}”")]
    Duplicate {
        /// Title of the tab.
        tab: &'static str,
        /// The header that stands twice.
        wanted: &'static str,
    },
}

impl HeaderProblem {
    /// The header that is needed.
    pub fn wanted(&self) -> &'static str {
        match self {
            Self::Missing { wanted, .. } | Self::Duplicate { wanted, .. } => wanted,
        }
    }

    /// Whether no other header can be it.
    pub fn is_without_trace(&self) -> bool {
        matches!(self, Self::Missing { nearest: None, unknown, .. } if unknown.is_empty())
    }

    /// What a person does about it in the spreadsheet.
    pub fn cure(&self) -> String {
        match self {
            Self::Missing {
                tab,
                wanted,
                nearest: Some(nearest),
                ..
            } => {
                format!("In tab {tab}, rename the header “{nearest}” back to “{wanted}”.")
            }
            Self::Missing {
                tab, wanted, unknown, ..
            } if unknown.is_empty() => {
                format!("In tab {tab}, write “{wanted}” above the column that holds it.")
            }
            Self::Missing {
                tab, wanted, unknown, ..
            } => {
                let names: Vec<String> = unknown.iter().map(|header| format!("“{header}”")).collect();
                format!(
                    "If one of the columns {} of the tab {tab} holds it, rename that column to “{wanted}”; otherwise write “{wanted}” into a free cell of row 1.",
                    names.join(", ")
                )
            }
            Self::Duplicate { tab, wanted } => {
                format!("In tab {tab}, rename or delete one of the two columns “{wanted}”.")
            }
        }
    }
}

/// Where each column of a tab stands: index into the row for every entry of [`Tab::columns`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout(Vec<usize>);

impl Layout {
    /// Finds the columns of `tab` in its header row, forgiving case and spaces.
    ///
    /// # Errors
    /// Every header that is missing or stands twice.
    pub fn find(tab: &'static Tab, header_row: &[Value]) -> Result<Self, Vec<HeaderProblem>> {
        let present: Vec<String> = header_row
            .iter()
            .map(|cell| normalise(cell.as_str().unwrap_or_default()))
            .collect();
        let mut positions = Vec::with_capacity(tab.columns.len());
        let mut problems = Vec::new();
        for column in tab.columns {
            let wanted = normalise(column.header);
            let mut matches = present
                .iter()
                .enumerate()
                .filter(|(_, header)| **header == wanted)
                .map(|(index, _)| index);
            match (matches.next(), matches.next()) {
                (Some(position), None) => positions.push(position),
                (Some(_), Some(_)) => problems.push(HeaderProblem::Duplicate {
                    tab: tab.title,
                    wanted: column.header,
                }),
                (None, _) => problems.push(HeaderProblem::Missing {
                    tab: tab.title,
                    wanted: column.header,
                    nearest: nearest(tab, header_row, &wanted),
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

    /// Positions of all columns, in the order of [`Tab::columns`].
    pub fn positions(&self) -> &[usize] {
        &self.0
    }

    /// The rows up to the last one with something in a column of the tab: what staff fill into columns of their own, such
    /// as tick boxes down to the end of the grid, is no data.
    pub fn filled<'a>(&self, rows: &'a [Vec<Value>]) -> &'a [Vec<Value>] {
        let has_data = |row: &Vec<Value>| self.0.iter().any(|place| Cell::of(row.get(*place)) != Cell::Empty);
        &rows[..rows.iter().rposition(has_data).map_or(0, |last| last + 1)]
    }

    /// One past the last column that the tab needs.
    pub fn width(&self) -> usize {
        self.0.iter().max().map_or(0, |last| last + 1)
    }
}

fn nearest(tab: &Tab, header_row: &[Value], wanted: &str) -> Option<String> {
    tab.unknown_headers(header_row)
        .into_iter()
        .map(|header| (strsim::jaro_winkler(&normalise(header), wanted), header))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, header)| header.to_owned())
}

pub(super) fn normalise(header: &str) -> String {
    header
        .split(|character: char| character.is_whitespace() || character == '_')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// The letters of a column, 0 → `A`, 26 → `AA`.
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

/// A tab title as it stands before the `!` of a range, always quoted.
pub fn quoted(title: &str) -> String {
    format!("'{}'", title.replace('\'', "''"))
}
