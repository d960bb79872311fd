//! Table of cells: the common form of every file format.

use domain::language::Language;
use jiff::civil::Date;

/// Cell of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum FileCell {
    /// No content, or only spaces.
    Empty,
    /// Text as written in the file.
    Text(String),
    /// Number from a workbook.
    Number(f64),
    /// Date from a workbook, without its time.
    Day(Date),
}

impl FileCell {
    /// Text cell; empty for blank text.
    pub fn of(text: &str) -> Self {
        if text.trim().is_empty() {
            return Self::Empty;
        }
        // Spreadsheets and careful programs escape text that would run as a formula with an apostrophe.
        let plain = match text.strip_prefix('\'') {
            Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) => rest,
            _ => text,
        };
        Self::Text(plain.to_owned())
    }

    /// Whether the cell is empty.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Display text for messages and previews, with a decimal comma and `31/12/2026` in French.
    pub fn shown(&self, language: Language) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => match language {
                Language::French => number.to_string().replace('.', ","),
                Language::English => number.to_string(),
            },
            Self::Day(day) => match language {
                Language::French => day.strftime("%d/%m/%Y").to_string(),
                Language::English => day.to_string(),
            },
        }
    }
}

/// Row of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileLine {
    /// Number of the row, from 1: the sheet row, or the text line on which the record begins.
    pub number: usize,
    /// Cells from the left; may be fewer than the table has columns.
    pub cells: Vec<FileCell>,
}

impl FileLine {
    /// Cell of a column; empty if the line is shorter.
    pub fn cell(&self, column: usize) -> &FileCell {
        self.cells.get(column).unwrap_or(&FileCell::Empty)
    }

    /// Whether all cells are empty.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(FileCell::is_empty)
    }
}

/// Format of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileOrigin {
    /// Delimited text.
    Text {
        /// `;`, `,`, tab or `|`.
        separator: char,
        /// Name of the encoding, such as `UTF-8` or `windows-1252`.
        encoding: &'static str,
    },
    /// Excel workbook.
    Workbook {
        /// Name of the sheet.
        sheet: String,
    },
}

/// File with a recognised header row.
#[derive(Clone, Debug, PartialEq)]
pub struct FileTable {
    /// Format of the file.
    pub origin: FileOrigin,
    /// Number of the header line.
    pub header_line: usize,
    /// Trimmed header texts; empty for a column without a header.
    pub columns: Vec<String>,
    /// Non-blank lines below the header.
    pub lines: Vec<FileLine>,
}

impl FileTable {
    /// First three distinct values of a column, as displayed.
    pub fn samples(&self, column: usize, language: Language) -> Vec<String> {
        const SAMPLES: usize = 3;
        let mut samples: Vec<String> = Vec::new();
        // Bounds the work for a column that is empty for thousands of lines.
        for line in self.lines.iter().take(1_000) {
            let shown = line.cell(column).shown(language);
            if !shown.is_empty() && !samples.contains(&shown) {
                samples.push(shown);
            }
            if samples.len() == SAMPLES {
                break;
            }
        }
        samples
    }
}
