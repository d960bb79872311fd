//! A file as rows of cells, whatever it was before.

use jiff::civil::Date;

use crate::language::Language;

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing, or nothing but spaces.
    Empty,
    /// Text as it stands in the file.
    Text(String),
    /// A number of a workbook.
    Number(f64),
    /// A date of a workbook; its time is dropped.
    Day(Date),
}

impl Cell {
    /// A text, or nothing when it shows nothing.
    pub fn of(text: &str) -> Self {
        if text.trim().is_empty() {
            return Self::Empty;
        }
        // Spreadsheets and careful programs put an apostrophe before text that would run as a formula.
        let plain = match text.strip_prefix('\'') {
            Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) => rest,
            _ => text,
        };
        Self::Text(plain.to_owned())
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// What a person sees, for messages and previews: decimal comma and `31/12/2026` in French.
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

/// One row of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Where the person finds it: row of the sheet, or line of the text on which the record begins; from 1.
    pub number: usize,
    /// Its cells from the left; may be fewer than the table has columns.
    pub cells: Vec<Cell>,
}

impl Line {
    /// The cell of a column, empty where the line is shorter.
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }

    /// Whether nothing stands in it.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }
}

/// What kind of file it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Text with a separator between cells.
    Text {
        /// `;`, `,`, tab or `|`.
        separator: char,
        /// The alphabet, such as `UTF-8` or `windows-1252`.
        encoding: &'static str,
    },
    /// A sheet of an Excel workbook, by name.
    Workbook {
        /// Name of the sheet.
        sheet: String,
    },
}

/// A file whose header row was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What kind of file it was.
    pub origin: Origin,
    /// Number of the header's line.
    pub header_line: usize,
    /// Header texts, trimmed; empty where a column has none.
    pub columns: Vec<String>,
    /// The lines below the header that are not blank.
    pub lines: Vec<Line>,
}

impl Table {
    /// The first few different values of a column, as a person sees them.
    pub fn samples(&self, column: usize, language: Language) -> Vec<String> {
        const SAMPLES: usize = 3;
        let mut samples: Vec<String> = Vec::new();
        // A column that is empty for thousands of lines has nothing to show.
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
