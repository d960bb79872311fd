//! XLSX export of a [`ExportSheet`] with real numbers and dates.

use jiff::civil::{Date, DateTime};
use rust_xlsxwriter::{DocProperties, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use crate::response::{ExportCell, ExportColumn, ExportDialect, ExportKind, ExportSheet};

/// Excel's limit for the text of a cell, in UTF-16 units.
const MAX_CELL_LENGTH: usize = 32_767;

/// Error: the table does not fit a workbook, for example because it has more than 1,048,576 rows.
#[derive(Debug, thiserror::Error)]
#[error("the table does not fit an Excel workbook")]
pub struct WorkbookError(#[from] XlsxError);

/// Writes an `.xlsx` file: bold frozen header, filter, fitted widths, typed cells, no formulas. Dates follow `dialect`;
/// Excel chooses the separators of numbers.
///
/// # Errors
/// If the table does not fit a workbook.
pub fn write_xlsx(sheet: &ExportSheet, dialect: ExportDialect) -> Result<Vec<u8>, WorkbookError> {
    let mut workbook = Workbook::new();
    // By default the library writes the current time, and equal tables would give different files.
    let created = rust_xlsxwriter::ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title(&sheet.title)
            .set_comment(format!("Data of {}", sheet.as_of.strftime("%Y-%m-%d %H:%M:%S")))
            .set_creation_datetime(&created),
    );
    let formats: Vec<Format> = sheet.columns.iter().map(|column| format_of(column, dialect)).collect();
    let worksheet = workbook.add_worksheet();
    worksheet.set_name(worksheet_name(&sheet.title))?;
    let header = Format::new().set_bold();
    for (index, column) in (0u16..).zip(&sheet.columns) {
        let header = match column.kind {
            ExportKind::Text => header.clone(),
            _ => header.clone().set_align(FormatAlign::Right),
        };
        worksheet.write_string_with_format(0, index, shortened(&column.header), &header)?;
        worksheet.set_column_width(index, width(sheet, index.into()))?;
    }
    worksheet.set_freeze_panes(1, 0)?;
    for (row, cells) in (1u32..).zip(&sheet.rows) {
        for ((index, cell), format) in (0u16..).zip(cells).zip(&formats) {
            write_cell(worksheet, CellPosition { row, column: index }, cell, format)?;
        }
    }
    if let (Ok(last_row), Ok(last_column @ 1..)) = (u32::try_from(sheet.rows.len()), u16::try_from(sheet.columns.len()))
    {
        worksheet.autofilter(0, 0, last_row, last_column - 1)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// Position of a cell in the worksheet.
#[derive(Clone, Copy)]
struct CellPosition {
    row: u32,
    column: u16,
}

fn write_cell(
    worksheet: &mut Worksheet,
    position: CellPosition,
    cell: &ExportCell,
    format: &Format,
) -> Result<(), XlsxError> {
    let CellPosition { row, column } = position;
    match cell {
        ExportCell::Empty => return Ok(()),
        ExportCell::Text(text) => worksheet.write_string(row, column, shortened(text))?,
        #[expect(clippy::cast_precision_loss, reason = "a workbook holds every number as a double")]
        ExportCell::Integer(number) => worksheet.write_number_with_format(row, column, *number as f64, format)?,
        ExportCell::Decimal(number) if number.is_finite() => {
            worksheet.write_number_with_format(row, column, *number, format)?
        }
        ExportCell::Decimal(number) => worksheet.write_string(row, column, number.to_string())?,
        ExportCell::Date(date) if in_calendar(*date) => {
            worksheet.write_datetime_with_format(row, column, date, format)?
        }
        ExportCell::Date(date) => worksheet.write_string(row, column, date.to_string())?,
        ExportCell::DateTime(moment) if in_calendar(moment.date()) => {
            worksheet.write_datetime_with_format(row, column, whole_seconds(*moment), format)?
        }
        ExportCell::DateTime(moment) => worksheet.write_string(row, column, moment.to_string())?,
    };
    Ok(())
}

/// Excel's calendar begins in 1900; earlier dates are written as text.
fn in_calendar(date: Date) -> bool {
    (1900..=9999).contains(&date.year())
}

fn whole_seconds(moment: DateTime) -> DateTime {
    moment.with().subsec_nanosecond(0).build().unwrap_or(moment)
}

fn format_of(column: &ExportColumn, dialect: ExportDialect) -> Format {
    let (day, instant) = dialect.number_formats();
    match column.kind {
        ExportKind::Text => Format::new(),
        ExportKind::Integer => Format::new().set_num_format("#,##0"),
        ExportKind::Decimal => Format::new().set_num_format("#,##0.00"),
        ExportKind::Euros => Format::new().set_num_format("#,##0.00\u{a0}\"€\""),
        ExportKind::Percent => Format::new().set_num_format("0%"),
        ExportKind::Date => Format::new().set_num_format(day),
        ExportKind::DateTime => Format::new().set_num_format(instant),
    }
}

/// Column width for the longest text of the first 500 rows, within bounds.
fn width(sheet: &ExportSheet, index: usize) -> u16 {
    let column = &sheet.columns[index];
    let content = match column.kind {
        ExportKind::Text => sheet
            .rows
            .iter()
            .take(500)
            .filter_map(|row| match row.get(index) {
                Some(ExportCell::Text(text)) => Some(text.chars().count()),
                _ => None,
            })
            .max()
            .unwrap_or(0),
        ExportKind::Integer | ExportKind::Decimal | ExportKind::Percent => 8,
        ExportKind::Euros => 16,
        ExportKind::Date => 11,
        ExportKind::DateTime => 19,
    };
    // Two characters more than the header, for the filter button.
    let wanted = content.max(column.header.chars().count() + 2);
    u16::try_from(wanted.clamp(8, 60)).unwrap_or(60)
}

fn shortened(text: &str) -> String {
    // Excel counts UTF-16 units.
    if text.encode_utf16().count() <= MAX_CELL_LENGTH {
        return text.to_owned();
    }
    let mut units = 0;
    let mut start: String = text
        .chars()
        .take_while(|character| {
            units += character.len_utf16();
            units < MAX_CELL_LENGTH
        })
        .collect();
    start.push('…');
    start
}

/// Worksheet name: at most 31 characters, without the characters that Excel forbids.
fn worksheet_name(title: &str) -> String {
    let name: String = title
        .chars()
        .map(|character| match character {
            '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'' => ' ',
            other => other,
        })
        .take(31)
        .collect();
    let name = name.trim();
    if name.is_empty() { "Tallyboard" } else { name }.to_owned()
}
