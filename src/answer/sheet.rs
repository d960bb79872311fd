//! The table of an answer, typed, before it becomes CSV or XLSX.

use jiff::civil::{Date, DateTime};

/// A table that can be downloaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// What the table shows; the name of the worksheet.
    pub title: String,
    /// Suggested file name without extension; anything unsafe in it is replaced.
    pub file_name: String,
    /// When the data was read, as people at the configured place write it.
    pub as_of: DateTime,
    /// Columns, left to right.
    pub columns: Vec<Column>,
    /// Rows, top to bottom, each with one cell per column.
    pub rows: Vec<Vec<Cell>>,
}

/// One column of a [`Sheet`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Text of the header cell.
    pub header: String,
    /// What stands below it.
    pub kind: Kind,
}

/// What the cells of a column hold; decides width and number format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Names, notes, links.
    Text,
    /// Counts and ranks.
    Integer,
    /// Any number with decimals.
    Decimal,
    /// An amount of euros.
    Euros,
    /// A share of one, shown in percent.
    Percent,
    /// A day.
    Date,
    /// A day and a time in the configured time zone.
    DateTime,
}

/// One cell of a [`Sheet`].
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing is known here.
    Empty,
    /// Text, exactly as it is; never a formula.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with decimals.
    Decimal(f64),
    /// A day.
    Date(Date),
    /// A day and a time in the configured time zone.
    DateTime(DateTime),
}

impl Column {
    /// A column of `kind` under `header`.
    pub fn new(header: impl Into<String>, kind: Kind) -> Self {
        Self {
            header: header.into(),
            kind,
        }
    }
}

impl Sheet {
    /// The suggested file name reduced to letters, digits, `-` and `_`, so that no header or shell trips over it.
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
