//! Typed table of a response, the input of the CSV and XLSX exports.

use jiff::civil::{Date, DateTime};

/// Table for download.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Title; the name of the worksheet.
    pub title: String,
    /// Suggested file name without extension; see [`Sheet::safe_file_name`].
    pub file_name: String,
    /// Time of the last read, in the configured time zone.
    pub as_of: DateTime,
    /// Columns, left to right.
    pub columns: Vec<Column>,
    /// Rows, top to bottom, with one cell per column.
    pub rows: Vec<Vec<Cell>>,
}

/// Column of a [`Sheet`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Header.
    pub header: String,
    /// Type of the cells.
    pub kind: Kind,
}

/// Type of the cells of a column; decides width and number format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Names, notes, links.
    Text,
    /// Counts and ranks.
    Integer,
    /// Numbers with decimals.
    Decimal,
    /// Amounts in euros.
    Euros,
    /// Ratios between 0 and 1, shown in percent.
    Percent,
    /// Dates.
    Date,
    /// Dates with time, in the configured time zone.
    DateTime,
}

/// Cell of a [`Sheet`].
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Unknown value.
    Empty,
    /// Text, never a formula.
    Text(String),
    /// Whole number.
    Integer(i64),
    /// Number with decimals.
    Decimal(f64),
    /// Date.
    Date(Date),
    /// Date with time, in the configured time zone.
    DateTime(DateTime),
}

impl Column {
    /// Column of type `kind` with a header.
    pub fn new(header: impl Into<String>, kind: Kind) -> Self {
        Self {
            header: header.into(),
            kind,
        }
    }
}

impl Sheet {
    /// File name reduced to letters, digits, `-` and `_`, so that it is safe in a header and in a shell.
    pub fn safe_file_name(&self) -> String {
        let mut name = String::new();
        for character in self.file_name.chars().take(80) {
            match character {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => name.push(character),
                _ if name.is_empty() || name.ends_with('-') => {}
                _ => name.push('-'),
            }
        }
        let name = name.trim_end_matches('-');
        if name.is_empty() { "tallyboard" } else { name }.to_owned()
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text)
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Cell::Integer(number.into())
    }
}

impl From<i32> for Cell {
    fn from(number: i32) -> Self {
        Cell::Integer(number.into())
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Cell::Decimal(number)
    }
}

impl From<Date> for Cell {
    fn from(date: Date) -> Self {
        Cell::Date(date)
    }
}

impl From<DateTime> for Cell {
    fn from(moment: DateTime) -> Self {
        Cell::DateTime(moment)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Empty, Into::into)
    }
}
