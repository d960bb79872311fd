//! A [`Sheet`] as CSV that Excel, LibreOffice and Google Sheets open without asking.

use std::borrow::Cow;

use super::{Cell, Sheet};

/// Excel takes a file without it for the local 8-bit alphabet and garbles every accent.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// UTF-8 with byte order mark, commas, CRLF; text that a spreadsheet would run as a formula is neutralised.
pub fn write(sheet: &Sheet) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
    let headers = sheet.columns.iter().map(|column| harmless(&column.header));
    let mut record = csv::StringRecord::new();
    headers.for_each(|header| record.push_field(&header));
    let mut written = writer.write_record(&record);
    for row in &sheet.rows {
        record.clear();
        row.iter().for_each(|cell| record.push_field(&text(cell)));
        written = written.and_then(|()| writer.write_record(&record));
    }
    match written.map(|()| writer.into_inner().ok()) {
        Ok(Some(bytes)) => bytes,
        _ => unreachable!("memory takes every record"),
    }
}

fn text(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Text(text) => harmless(text),
        Cell::Integer(number) => Cow::Owned(number.to_string()),
        Cell::Decimal(number) => Cow::Owned(number.to_string()),
        Cell::Date(date) => Cow::Owned(date.to_string()),
        Cell::DateTime(moment) => Cow::Owned(moment.strftime("%Y-%m-%d %H:%M:%S").to_string()),
    }
}

/// Puts an apostrophe before text that a spreadsheet would take for a formula when it opens the file.
fn harmless(text: &str) -> Cow<'_, str> {
    let first = text.trim_start_matches([' ', '\u{a0}']).chars().next();
    // Full-width forms are folded to their plain ones by spreadsheets in East Asian locales.
    match first {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(format!("'{text}"))
        }
        _ => Cow::Borrowed(text),
    }
}
