//! Reader of Excel workbooks (`.xlsx`, `.xlsm`).

use std::{
    borrow::Cow,
    collections::BTreeSet,
    io::{self, Cursor, Read},
};

use calamine::{DataRef, Reader, SheetVisible, Xlsx, XlsxError};
use jiff::civil::Date;
use zip::ZipArchive;

use crate::import::file::{
    header::{self, HeaderCandidate, header_texts},
    percent::{PercentCells, percent_cells},
    problem::{FileLimits, FileProblem},
    table::{FileCell, FileLine, FileOrigin, FileTable},
};

/// Maximum number of columns. Cells further right are not part of a list of deals and must not cost memory.
const MAX_COLUMNS: usize = 256;

/// Reads the sheet with the most recognised headers, the first one on a tie.
///
/// # Errors
/// See [`FileProblem`].
pub(crate) fn read(bytes: &[u8], limits: FileLimits) -> Result<FileTable, FileProblem> {
    check_unpacked_size(bytes, limits)?;
    // calamine 0.38 computes cell references without checks and so panics on some damaged sheets, for example if a row
    // number exceeds 32 bits (https://github.com/tafia/calamine/issues/694).
    let read = std::panic::catch_unwind(|| read_workbook(bytes, limits));
    read.unwrap_or_else(|_| Err(FileProblem::Damaged("a cell reference is out of range".to_owned())))
}

fn read_workbook(bytes: &[u8], limits: FileLimits) -> Result<FileTable, FileProblem> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(problem)?;
    let (sheet, header) = choose_sheet(&mut workbook, limits)?;
    let mut lines = rows(&mut workbook, &sheet, limits, limits.lines + header.index + 2)?;
    show_percent(&mut lines, &percent_cells(bytes, &sheet));
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

/// Unpacks every part once and discards it: the sizes declared in an archive can be false.
fn check_unpacked_size(bytes: &[u8], limits: FileLimits) -> Result<(), FileProblem> {
    let damaged = |error: zip::result::ZipError| FileProblem::Damaged(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let parts: Result<BTreeSet<String>, _> = archive.file_names().map(|name| name.map(Cow::into_owned)).collect();
    let parts = parts.map_err(damaged)?;
    if !parts.contains("[Content_Types].xml") {
        return Err(match parts.contains("content.xml") && parts.contains("mimetype") {
            true => FileProblem::OpenDocument,
            false => FileProblem::OtherArchive,
        });
    }
    let mut left = limits.unpacked;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.to_ascii_lowercase();
        let is_read = name.ends_with("xml") || name.ends_with("rels");
        if !is_read {
            continue;
        }
        let unpacked = io::copy(&mut part.by_ref().take(left + 1), &mut io::sink())
            .map_err(|error| FileProblem::Damaged(error.to_string()))?;
        left = left
            .checked_sub(unpacked)
            .ok_or(FileProblem::UnpacksTooLarge { limit: limits.unpacked })?;
    }
    Ok(())
}

type Workbook<'bytes> = Xlsx<Cursor<&'bytes [u8]>>;

fn choose_sheet(workbook: &mut Workbook<'_>, limits: FileLimits) -> Result<(String, HeaderCandidate), FileProblem> {
    let mut best: Option<(String, HeaderCandidate)> = None;
    let mut first_line = None;
    let (visible, hidden): (Vec<_>, Vec<_>) = workbook
        .sheets_metadata()
        .iter()
        .cloned()
        .partition(|sheet| sheet.visible == SheetVisible::Visible);
    for sheet in visible.into_iter().chain(hidden) {
        let beginning = match rows(workbook, &sheet.name, limits, header::MAX_DEPTH) {
            Ok(lines) => lines,
            // Chart sheets have no cells.
            Err(FileProblem::NotASpreadsheet) => continue,
            Err(other) => return Err(other),
        };
        first_line = first_line.or_else(|| beginning.first().map(|line| header_texts(line).join(" ")));
        if let Some(candidate) = header::find(&beginning)
            && best.as_ref().is_none_or(|(_, best)| candidate.fields > best.fields)
        {
            best = Some((sheet.name, candidate));
        }
    }
    match (best, first_line) {
        (Some(best), _) => Ok(best),
        (None, None) => Err(FileProblem::Empty),
        (None, Some(first_line)) => Err(FileProblem::NoHeader {
            first_line: first_line.chars().take(120).collect(),
        }),
    }
}

/// First `most` non-blank rows. Reads cell by cell: as a rectangle, a sheet with cells in two opposite corners would
/// have billions of cells.
fn rows(
    workbook: &mut Workbook<'_>,
    sheet: &str,
    limits: FileLimits,
    most: usize,
) -> Result<Vec<FileLine>, FileProblem> {
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(problem)?;
    let mut lines: Vec<FileLine> = Vec::new();
    // A million cells can share one long text; its copies count towards the limit too.
    let mut left = limits.unpacked;
    while let Some(cell) = reader.next_cell().map_err(problem)? {
        let (row, column) = cell.get_position();
        let (number, column) = (row as usize + 1, column as usize);
        let value = value_of(cell.get_value());
        if value.is_empty() || column >= MAX_COLUMNS {
            continue;
        }
        if let FileCell::Text(text) = &value {
            left = left
                .checked_sub(text.len() as u64)
                .ok_or(FileProblem::UnpacksTooLarge { limit: limits.unpacked })?;
        }
        if lines.last().is_none_or(|line| line.number != number) {
            if lines.len() == most {
                break;
            }
            if lines.last().is_some_and(|line| line.number > number) {
                return Err(FileProblem::Damaged(format!("row {number} stands after a later one")));
            }
            lines.push(FileLine {
                number,
                cells: Vec::new(),
            });
        }
        if let Some(line) = lines.last_mut() {
            line.cells.resize(line.cells.len().max(column + 1), FileCell::Empty);
            line.cells[column] = value;
        }
    }
    Ok(lines)
}

/// Turns numbers in percent format into their displayed text, so that they are not taken for amounts.
fn show_percent(lines: &mut [FileLine], shown_so: &PercentCells) {
    if shown_so.is_empty() {
        return;
    }
    for line in lines {
        for (column, cell) in line.cells.iter_mut().enumerate() {
            if let FileCell::Number(share) = cell
                && shown_so.contains(&(column, line.number))
            {
                // A workbook keeps fifteen digits: 0.07 × 100 is 7, not 7.000000000000001.
                let percent = format!("{:.12}", *share * 100.0);
                let percent = percent.trim_end_matches('0').trim_end_matches('.').replace('.', ",");
                *cell = FileCell::Text(format!("{percent} %"));
            }
        }
    }
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

fn problem(error: XlsxError) -> FileProblem {
    match error {
        XlsxError::Password => FileProblem::ProtectedExcel,
        XlsxError::NotAWorksheet(_) => FileProblem::NotASpreadsheet,
        XlsxError::FileNotFound(_) => FileProblem::OtherArchive,
        other => FileProblem::Damaged(other.to_string()),
    }
}
