//! Typed table of a response, the input of the CSV and XLSX exports.

use jiff::civil::{Date, DateTime};

/// Table for download.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportSheet {
    /// Title; the name of the worksheet.
    pub title: String,
    /// Suggested file name without extension; see [`ExportSheet::safe_file_name`].
    pub file_name: String,
    /// Time of the last read, in the configured time zone.
    pub as_of: DateTime,
    /// Columns, left to right.
    pub columns: Vec<ExportColumn>,
    /// Rows, top to bottom, with one cell per column.
    pub rows: Vec<Vec<ExportCell>>,
}

/// Column of a [`ExportSheet`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportColumn {
    /// Header.
    pub header: String,
    /// Type of the cells.
    pub kind: ExportKind,
}

/// Type of the cells of a column; decides width and number format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportKind {
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

/// Cell of a [`ExportSheet`].
#[derive(Clone, Debug, PartialEq)]
pub enum ExportCell {
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

impl ExportColumn {
    /// Column of type `kind` with a header.
    pub fn new(header: impl Into<String>, kind: ExportKind) -> Self {
        Self {
            header: header.into(),
            kind,
        }
    }
}

impl ExportSheet {
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

impl From<&str> for ExportCell {
    fn from(text: &str) -> Self {
        ExportCell::Text(text.to_owned())
    }
}

impl From<String> for ExportCell {
    fn from(text: String) -> Self {
        ExportCell::Text(text)
    }
}

impl From<u32> for ExportCell {
    fn from(number: u32) -> Self {
        ExportCell::Integer(number.into())
    }
}

impl From<i32> for ExportCell {
    fn from(number: i32) -> Self {
        ExportCell::Integer(number.into())
    }
}

impl From<f64> for ExportCell {
    fn from(number: f64) -> Self {
        ExportCell::Decimal(number)
    }
}

impl From<Date> for ExportCell {
    fn from(date: Date) -> Self {
        ExportCell::Date(date)
    }
}

impl From<DateTime> for ExportCell {
    fn from(moment: DateTime) -> Self {
        ExportCell::DateTime(moment)
    }
}

impl<T: Into<ExportCell>> From<Option<T>> for ExportCell {
    fn from(value: Option<T>) -> Self {
        value.map_or(ExportCell::Empty, Into::into)
    }
}
