//! CSV export of a [`ExportSheet`] that Excel, `LibreOffice` and Google Sheets open without an import dialog.

use std::borrow::Cow;

use domain::language::Language;

use crate::response::{ExportCell, ExportKind, ExportSheet};

/// Byte order mark. Without it Excel reads the file in the local 8-bit encoding and breaks accented letters.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Regional format that Excel expects of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportDialect {
    /// Comma between cells, decimal point, dates as `2026-12-31`.
    Commas,
    /// Semicolon between cells, decimal comma, dates as `31/12/2026`, as in France.
    Semicolons,
}

impl ExportDialect {
    /// Regional format for a language.
    pub fn of(language: Language) -> Self {
        language.choose(Self::Semicolons, Self::Commas)
    }

    fn delimiter(self) -> u8 {
        match self {
            Self::Commas => b',',
            Self::Semicolons => b';',
        }
    }

    fn decimal(self, number: f64, kind: ExportKind) -> String {
        let written = match kind {
            ExportKind::Euros => format!("{number:.2}"),
            _ => number.to_string(),
        };
        match self {
            Self::Commas => written,
            Self::Semicolons => written.replace('.', ","),
        }
    }

    /// Patterns of a date and of a date with time.
    fn patterns(self) -> (&'static str, &'static str) {
        match self {
            Self::Commas => ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S"),
            Self::Semicolons => ("%d/%m/%Y", "%d/%m/%Y %H:%M:%S"),
        }
    }

    /// Excel number formats of a date and of a date with time.
    pub(crate) fn number_formats(self) -> (&'static str, &'static str) {
        match self {
            Self::Commas => ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"),
            Self::Semicolons => ("dd/mm/yyyy", "dd/mm/yyyy hh:mm:ss"),
        }
    }
}

/// Writes UTF-8 with byte order mark and CRLF; text that a spreadsheet would run as a formula is escaped (CSV
/// injection).
pub fn write_csv(sheet: &ExportSheet, dialect: ExportDialect) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(dialect.delimiter())
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
    let headers = sheet.columns.iter().map(|column| escape_formula(&column.header));
    let mut record = csv::StringRecord::new();
    headers.for_each(|header| record.push_field(&header));
    let mut written = writer.write_record(&record);
    for row in &sheet.rows {
        record.clear();
        let kinds = sheet.columns.iter().map(|column| column.kind);
        row.iter()
            .zip(kinds)
            .for_each(|(cell, kind)| record.push_field(&text(cell, kind, dialect)));
        written = written.and_then(|()| writer.write_record(&record));
    }
    match written.map(|()| writer.into_inner().ok()) {
        Ok(Some(bytes)) => bytes,
        _ => unreachable!("memory takes every record"),
    }
}

fn text(cell: &ExportCell, kind: ExportKind, dialect: ExportDialect) -> Cow<'_, str> {
    let (day, instant) = dialect.patterns();
    match cell {
        ExportCell::Empty => Cow::Borrowed(""),
        ExportCell::Text(text) => escape_formula(text),
        ExportCell::Integer(number) => Cow::Owned(number.to_string()),
        ExportCell::Decimal(number) => Cow::Owned(dialect.decimal(*number, kind)),
        ExportCell::Date(date) => Cow::Owned(date.strftime(day).to_string()),
        ExportCell::DateTime(moment) => Cow::Owned(moment.strftime(instant).to_string()),
    }
}

/// Prefixes an apostrophe to text that a spreadsheet would run as a formula.
fn escape_formula(text: &str) -> Cow<'_, str> {
    let first = text.trim_start_matches([' ', '\u{a0}']).chars().next();
    // Spreadsheets in East Asian locales fold full-width forms to the plain ones.
    match first {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(format!("'{text}"))
        }
        _ => Cow::Borrowed(text),
    }
}
