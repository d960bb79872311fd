//! Reader of Excel workbooks (`.xlsx`, `.xlsm`).

use std::{
    collections::HashSet,
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{DataRef, Reader, SheetVisible, Xlsx, XlsxError};
use jiff::civil::Date;

use crate::import::file::{
    deadline::{Deadline, LimitedReader},
    header::{self, HeaderCandidate, header_texts},
    limits::FileLimits,
    package,
    percent::percent_styles,
    problem::FileProblem,
    table::{FileCell, FileLine, FileOrigin, FileTable},
};

/// How many times the bytes of the file may be read: once to choose the sheet and once for its lines, with the directory
/// of the archive. More are needed only where many sheets are one part.
const MAX_PASSES: u64 = 4;

/// Reads the sheet with the most recognised headers, the first one on a tie.
///
/// # Errors
/// See [`FileProblem`].
pub(crate) fn read(bytes: &[u8], limits: FileLimits, deadline: &Deadline) -> Result<FileTable, FileProblem> {
    let percent = percent_styles(&mut package::open(bytes, limits, deadline)?);
    let mut left = MAX_PASSES.saturating_mul(bytes.len() as u64).saturating_add(1 << 16);
    let source = LimitedReader {
        inner: Cursor::new(bytes),
        deadline,
        left: &mut left,
        beyond: FileProblem::Damaged("several sheets are in one part".to_owned()),
    };
    // calamine 0.38 computes cell references without checks and so panics on some damaged sheets, for example if a row
    // number exceeds 32 bits (https://github.com/tafia/calamine/issues/694).
    let read = catch_unwind(AssertUnwindSafe(|| {
        let workbook = Xlsx::new(source).map_err(|error| problem(&error))?;
        SheetReader {
            workbook,
            percent,
            limits,
            deadline,
        }
        .table()
    }));
    read.unwrap_or_else(|_| Err(FileProblem::Damaged("a cell reference is out of range".to_owned())))
}

/// Opened workbook with what its sheets are read by.
struct SheetReader<'a> {
    workbook: Xlsx<LimitedReader<'a, Cursor<&'a [u8]>>>,
    /// Cell styles in percent format.
    percent: HashSet<usize>,
    limits: FileLimits,
    deadline: &'a Deadline,
}

impl SheetReader<'_> {
    fn table(mut self) -> Result<FileTable, FileProblem> {
        let (sheet, header) = self.choose_sheet()?;
        let limits = self.limits;
        let mut lines = self.rows(&sheet, limits.lines + header.index + 2)?;
        if lines.len() > limits.lines + header.index + 1 {
            return Err(FileProblem::TooManyLines { limit: limits.lines });
        }
        let header_line = lines.remove(header.index);
        lines.drain(..header.index);
        let mut columns = header_texts(&header_line);
        // Notes to the right of the table have no header; count them as unnamed columns, not as excess cells.
        let width = lines.iter().map(|line| line.cells.len()).max().unwrap_or(0);
        columns.resize(width.max(columns.len()), String::new());
        Ok(FileTable {
            origin: FileOrigin::Workbook { sheet },
            header_line: header_line.number,
            columns,
            lines,
        })
    }

    fn choose_sheet(&mut self) -> Result<(String, HeaderCandidate), FileProblem> {
        let mut best: Option<(String, HeaderCandidate)> = None;
        let (mut first_line, mut crossed) = (None, None);
        let (visible, hidden): (Vec<_>, Vec<_>) = self
            .workbook
            .sheets_metadata()
            .iter()
            .cloned()
            .partition(|sheet| sheet.visible == SheetVisible::Visible);
        for sheet in visible.into_iter().chain(hidden) {
            let beginning = match self.rows(&sheet.name, header::MAX_DEPTH) {
                Ok(lines) => lines,
                // Chart sheets have no cells.
                Err(FileProblem::NotASpreadsheet) => continue,
                // Another sheet may still be the list of deals.
                Err(problem @ (FileProblem::TooManyColumns { .. } | FileProblem::CellTooLong { .. })) => {
                    crossed = crossed.or(Some(problem));
                    continue;
                }
                Err(other) => return Err(other),
            };
            first_line = first_line.or_else(|| beginning.first().map(|line| header_texts(line).join(" ")));
            if let Some(candidate) = header::find(&beginning)
                && best.as_ref().is_none_or(|(_, best)| candidate.fields > best.fields)
            {
                best = Some((sheet.name, candidate));
            }
        }
        match (best, crossed, first_line) {
            (Some(best), ..) => Ok(best),
            (None, Some(crossed), _) => Err(crossed),
            (None, None, None) => Err(FileProblem::Empty),
            (None, None, Some(first_line)) => Err(FileProblem::NoHeader {
                first_line: first_line.chars().take(120).collect(),
            }),
        }
    }

    /// First `most` non-blank rows. Reads cell by cell: as a rectangle, a sheet with cells in two opposite corners would
    /// have billions of cells.
    fn rows(&mut self, sheet: &str, most: usize) -> Result<Vec<FileLine>, FileProblem> {
        let reader = self.workbook.worksheet_cells_reader(sheet);
        let mut reader = reader.map_err(|error| problem(&error))?;
        let mut rows = SheetRows::new(self.limits);
        while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(|error| problem(&error))? {
            self.deadline.check()?;
            let (row, column) = cell.get_position();
            let value = match value_of(cell.get_value()) {
                FileCell::Number(share) if self.percent.contains(&style) => FileCell::Text(percent(share)),
                value => value,
            };
            let number = row as usize + 1;
            if value.is_empty() {
                continue;
            }
            if rows.lines.len() == most && rows.lines.last().is_some_and(|line| line.number != number) {
                break;
            }
            rows.put(number, column as usize, value)?;
        }
        Ok(rows.lines)
    }
}

/// Rows of a sheet, as far as they are read.
struct SheetRows {
    lines: Vec<FileLine>,
    limits: FileLimits,
    /// Number of cells so far, empty ones between others included.
    cells: usize,
    /// Number of bytes of text that may still follow: a million cells can share one long text.
    text: u64,
}

impl SheetRows {
    fn new(limits: FileLimits) -> Self {
        Self {
            lines: Vec::new(),
            limits,
            cells: 0,
            text: limits.unpacked,
        }
    }

    fn put(&mut self, number: usize, column: usize, value: FileCell) -> Result<(), FileProblem> {
        let limits = self.limits;
        if column >= limits.columns {
            return Err(FileProblem::TooManyColumns {
                line: number,
                limit: limits.columns,
            });
        }
        if let FileCell::Text(text) = &value {
            if limits.is_too_long(text) {
                return Err(FileProblem::CellTooLong {
                    line: Some(number),
                    limit: limits.cell_characters,
                });
            }
            let left = self.text.checked_sub(text.len() as u64);
            self.text = left.ok_or(FileProblem::UnpacksTooLarge { limit: limits.unpacked })?;
        }
        match self.lines.last().map(|line| line.number) {
            Some(last) if last == number => {}
            Some(last) if last > number => {
                return Err(FileProblem::Damaged(format!("row {number} stands after a later one")));
            }
            _ => self.lines.push(FileLine {
                number,
                cells: Vec::new(),
            }),
        }
        if let Some(line) = self.lines.last_mut() {
            let width = line.cells.len().max(column + 1);
            self.cells += width - line.cells.len();
            if self.cells > limits.cells {
                return Err(FileProblem::TooManyCells { limit: limits.cells });
            }
            line.cells.resize(width, FileCell::Empty);
            line.cells[column] = value;
        }
        Ok(())
    }
}

/// Displayed text of a number in percent format, so that it is not taken for an amount.
fn percent(share: f64) -> String {
    // A workbook keeps fifteen digits: 0.07 × 100 is 7, not 7.000000000000001.
    let percent = format!("{:.12}", share * 100.0);
    let percent = percent.trim_end_matches('0').trim_end_matches('.').replace('.', ",");
    format!("{percent} %")
}

fn value_of(value: &DataRef<'_>) -> FileCell {
    match value {
        DataRef::Empty => FileCell::Empty,
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => FileCell::of(text),
        DataRef::SharedString(text) => FileCell::of(text),
        #[expect(clippy::cast_precision_loss, reason = "a workbook holds every number as a double")]
        DataRef::Int(number) => FileCell::Number(*number as f64),
        DataRef::Float(number) => FileCell::Number(*number),
        DataRef::Bool(truth) => FileCell::Text(if *truth { "TRUE" } else { "FALSE" }.to_owned()),
        DataRef::Error(error) => FileCell::Text(error.to_string()),
        DataRef::DateTime(moment) if moment.is_datetime() => day_of(moment),
        DataRef::DateTime(duration) => FileCell::Number(duration.as_f64()),
    }
}

/// Date of a cell. A date-formatted number that is not a calendar day stays a number and is refused as a date.
fn day_of(moment: &calamine::ExcelDateTime) -> FileCell {
    let serial = moment.as_f64();
    if !(1.0..2_958_466.0).contains(&serial) {
        return FileCell::Number(serial);
    }
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    let read = |year: u16, month: u8, day: u8| {
        Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
    };
    read(year, month, day).map_or(FileCell::Number(serial), FileCell::Day)
}

fn problem(error: &XlsxError) -> FileProblem {
    match error {
        XlsxError::Password => FileProblem::ProtectedExcel,
        XlsxError::NotAWorksheet(_) => FileProblem::NotASpreadsheet,
        XlsxError::FileNotFound(_) => FileProblem::OtherArchive,
        XlsxError::Io(error) => FileProblem::of_io(error),
        XlsxError::Zip(error) => FileProblem::of_zip(error),
        XlsxError::Xml(error) => FileProblem::of_xml(error),
        other => FileProblem::Damaged(other.to_string()),
    }
}
