//! Streaming serialization of values: a tab of 100,000 rows is never held as a JSON tree.

use std::{borrow::Cow, io::Write as _, sync::Arc};

use bytes::Bytes;

use crate::{
    a1,
    format::{locale::Locale, number_format},
    formula::{Evaluator, with_array_results},
    values::{ReadOptions, ValueRenderOption},
    workbook::{
        LocatedRange, Workbook,
        cell::{Cell, CellEntry, CellValue},
    },
};

/// Chunk size of the stream, in bytes.
const CHUNK_BYTES: usize = 64 * 1024;

/// Response of `values.get` or `values.batchGet` as a stream of chunks.
pub struct ValuesResponse {
    workbook: Arc<Workbook>,
    ranges: Vec<LocatedRange>,
    reading: ReadOptions,
    in_batch: bool,
    at: StreamPosition,
}

/// State of the stream: what to write next.
enum StreamPosition {
    Opening,
    Range(usize),
    Row { range: usize, row: u32, end: u32 },
    Closing,
    Done,
}

impl ValuesResponse {
    /// Response for one range.
    pub fn single(workbook: &Arc<Workbook>, range: LocatedRange, reading: ReadOptions) -> Self {
        let locale = workbook.locale();
        Self {
            workbook: with_displayed_results(workbook, reading),
            ranges: vec![range],
            reading: ReadOptions { locale, ..reading },
            in_batch: false,
            at: StreamPosition::Range(0),
        }
    }

    /// Response for several ranges.
    pub fn batch(workbook: &Arc<Workbook>, ranges: Vec<LocatedRange>, reading: ReadOptions) -> Self {
        let locale = workbook.locale();
        Self {
            workbook: with_displayed_results(workbook, reading),
            ranges,
            reading: ReadOptions { locale, ..reading },
            in_batch: true,
            at: StreamPosition::Opening,
        }
    }

    /// Collects the whole response.
    pub fn into_bytes(self) -> Vec<u8> {
        self.flat_map(|piece| piece.to_vec()).collect()
    }

    fn opening(&self, out: &mut Vec<u8>) -> StreamPosition {
        let _ = write!(out, "{{\"spreadsheetId\":\"{}\"", self.workbook.id);
        if self.ranges.is_empty() {
            return StreamPosition::Closing;
        }
        out.extend_from_slice(b",\"valueRanges\":[");
        StreamPosition::Range(0)
    }

    fn range(&self, index: usize, out: &mut Vec<u8>) -> StreamPosition {
        let Some(located) = self.ranges.get(index) else {
            if self.in_batch {
                out.push(b']');
            }
            return if self.in_batch {
                StreamPosition::Closing
            } else {
                StreamPosition::Done
            };
        };
        if index > 0 {
            out.push(b',');
        }
        let sheet = &self.workbook.sheets[located.sheet];
        out.extend_from_slice(b"{\"range\":");
        string(out, &a1::full_name(&sheet.title, located.area));
        let _ = write!(
            out,
            ",\"majorDimension\":\"{}\"",
            if self.reading.by_columns { "COLUMNS" } else { "ROWS" }
        );
        let end = self.filled_end(located);
        if end == located.area.top {
            out.push(b'}');
            return StreamPosition::Range(index + 1);
        }
        out.extend_from_slice(b",\"values\":[");
        if self.reading.by_columns {
            self.columns(located, end, out);
            out.extend_from_slice(b"]}");
            return StreamPosition::Range(index + 1);
        }
        StreamPosition::Row {
            range: index,
            row: located.area.top,
            end,
        }
    }

    /// One past the last row of the area with an entry.
    fn filled_end(&self, located: &LocatedRange) -> u32 {
        let area = located.area;
        let rows = self.workbook.sheets[located.sheet].rows();
        let last = area.bottom.min(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        if last <= area.top {
            return area.top;
        }
        let filled = |cells: &[Cell]| {
            let end = cells.len().min(area.right as usize);
            cells[end.min(area.left as usize)..end]
                .iter()
                .any(|cell| cell.entry != CellEntry::Blank)
        };
        let focus = rows.iter().skip(area.top as usize).take((last - area.top) as usize);
        let blank = focus.rev().take_while(|row| !filled(&row.cells)).count();
        last - u32::try_from(blank).unwrap_or(0)
    }

    fn rows(&self, range: usize, mut row: u32, end: u32, out: &mut Vec<u8>) -> StreamPosition {
        let located = self.ranges[range];
        let evaluator = Evaluator::new(&self.workbook);
        let sheet = &self.workbook.sheets[located.sheet];
        let mut rows = sheet.rows().iter().skip(row as usize);
        while row < end && out.len() < CHUNK_BYTES {
            if row > located.area.top {
                out.push(b',');
            }
            let cells = rows.next().map_or(&[][..], |row| &row.cells[..]);
            self.row(&evaluator, &located, cells, row, out);
            row += 1;
        }
        if row < end {
            return StreamPosition::Row { range, row, end };
        }
        out.extend_from_slice(b"]}");
        StreamPosition::Range(range + 1)
    }

    fn row(&self, evaluator: &Evaluator<'_>, located: &LocatedRange, cells: &[Cell], row: u32, out: &mut Vec<u8>) {
        let first = cells.len().min(located.area.left as usize);
        let end = cells.len().min(located.area.right as usize);
        let blank = cells[first..end]
            .iter()
            .rev()
            .take_while(|cell| cell.entry == CellEntry::Blank)
            .count();
        out.push(b'[');
        for (offset, cell) in cells[first..end - blank].iter().enumerate() {
            if offset > 0 {
                out.push(b',');
            }
            let column = located.area.left + u32::try_from(offset).unwrap_or(0);
            value(out, cell, self.reading, || evaluator.cell(located.sheet, row, column));
        }
        out.push(b']');
    }

    fn columns(&self, located: &LocatedRange, end: u32, out: &mut Vec<u8>) {
        let evaluator = Evaluator::new(&self.workbook);
        let sheet = &self.workbook.sheets[located.sheet];
        let area = located.area;
        let filled = |column: u32| (area.top..end).rev().find(|row| sheet.is_filled(*row, column));
        let Some(last_column) = (area.left..area.right).rev().find(|column| filled(*column).is_some()) else {
            return;
        };
        for column in area.left..=last_column {
            out.extend_from_slice(if column > area.left { b",[" } else { b"[" });
            for row in area.top..filled(column).map_or(area.top, |last| last + 1) {
                if row > area.top {
                    out.push(b',');
                }
                let blank = Cell::default();
                let cell = sheet.cell(row, column).unwrap_or(&blank);
                value(out, cell, self.reading, || evaluator.cell(located.sheet, row, column));
            }
            out.push(b']');
        }
    }
}

impl Iterator for ValuesResponse {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let mut out = Vec::new();
        while out.len() < CHUNK_BYTES {
            self.at = match self.at {
                StreamPosition::Opening => self.opening(&mut out),
                StreamPosition::Range(index) => self.range(index, &mut out),
                StreamPosition::Row { range, row, end } => {
                    out.reserve(CHUNK_BYTES + CHUNK_BYTES / 8);
                    self.rows(range, row, end, &mut out)
                }
                StreamPosition::Closing => {
                    out.push(b'}');
                    StreamPosition::Done
                }
                StreamPosition::Done => break,
            };
        }
        (!out.is_empty()).then(|| out.into())
    }
}

/// Workbook to display: with the results of array formulas, except when formulas themselves are requested.
fn with_displayed_results(workbook: &Arc<Workbook>, reading: ReadOptions) -> Arc<Workbook> {
    match with_array_results(workbook) {
        Cow::Owned(filled) if reading.render != ValueRenderOption::Formula => Arc::new(filled),
        _ => Arc::clone(workbook),
    }
}

fn string(out: &mut Vec<u8>, text: &str) {
    // Writing to a vector cannot fail.
    let _ = serde_json::to_writer(out, text);
}

fn value(out: &mut Vec<u8>, cell: &Cell, reading: ReadOptions, evaluate: impl FnOnce() -> CellValue) {
    match (&cell.entry, reading.render) {
        (CellEntry::Blank, _) => out.extend_from_slice(b"\"\""),
        (CellEntry::Text(text), _) => string(out, text),
        (CellEntry::Formula(text), ValueRenderOption::Formula) => string(out, text),
        (CellEntry::Formula(_), _) => scalar(out, &evaluate(), cell, reading),
        (CellEntry::Number(number), _) => scalar(out, &CellValue::Number(*number), cell, reading),
        (CellEntry::Bool(flag), _) => scalar(out, &CellValue::Bool(*flag), cell, reading),
    }
}

fn scalar(out: &mut Vec<u8>, value: &CellValue, cell: &Cell, reading: ReadOptions) {
    let as_text = reading.render == ValueRenderOption::Formatted
        || (reading.dates_as_text
            && cell
                .number_format()
                .is_some_and(number_format::NumberFormat::is_temporal));
    match value {
        CellValue::Blank => out.extend_from_slice(b"\"\""),
        CellValue::Text(text) => string(out, text),
        CellValue::Error(name) => string(out, name),
        CellValue::Number(number) if as_text => string(out, &display_number(*number, cell, reading.locale)),
        CellValue::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            let _ = write!(out, "{number:.0}");
        }
        CellValue::Number(number) => {
            let _ = serde_json::to_writer(out, number);
        }
        CellValue::Bool(flag) if reading.render == ValueRenderOption::Formatted => {
            string(out, if *flag { "TRUE" } else { "FALSE" });
        }
        CellValue::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
    }
}

fn display_number(number: f64, cell: &Cell, locale: Locale) -> String {
    match cell.number_format() {
        Some(format) => format.show(number, locale),
        None => locale.localised(number_format::general(number)),
    }
}

/// Formats a value as displayed.
pub fn display_text(value: &CellValue, cell: &Cell, locale: Locale) -> String {
    match value {
        CellValue::Blank => String::new(),
        CellValue::Text(text) => text.to_string(),
        CellValue::Error(name) => (*name).to_owned(),
        CellValue::Number(number) => display_number(*number, cell, locale),
        CellValue::Bool(flag) => if *flag { "TRUE" } else { "FALSE" }.to_owned(),
    }
}
