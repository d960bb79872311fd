//! Streaming serialization of values: a tab of 100,000 rows is never held as a JSON tree.

use std::borrow::Cow;
use std::io::Write as _;
use std::sync::Arc;

use bytes::Bytes;

use super::super::a1;
use super::super::cell::{Cell, Entry, Scalar};
use super::super::formula::{Evaluator, with_spills};
use super::super::locale::Locale;
use super::super::number_format;
use super::super::workbook::{Located, Workbook};
use super::{Reading, Render};

/// Chunk size of the stream, in bytes.
const PIECE: usize = 64 * 1024;

/// Response of `values.get` or `values.batchGet` as a stream of chunks.
pub struct Answer {
    workbook: Arc<Workbook>,
    ranges: Vec<Located>,
    reading: Reading,
    in_batch: bool,
    at: Position,
}

/// State of the stream: what to write next.
enum Position {
    Opening,
    Range(usize),
    Row { range: usize, row: u32, end: u32 },
    Closing,
    Done,
}

impl Answer {
    /// Response for one range.
    pub fn single(workbook: &Arc<Workbook>, range: Located, reading: Reading) -> Self {
        let locale = workbook.locale();
        Self {
            workbook: shown_in(workbook, reading),
            ranges: vec![range],
            reading: Reading { locale, ..reading },
            in_batch: false,
            at: Position::Range(0),
        }
    }

    /// Response for several ranges.
    pub fn batch(workbook: &Arc<Workbook>, ranges: Vec<Located>, reading: Reading) -> Self {
        let locale = workbook.locale();
        Self {
            workbook: shown_in(workbook, reading),
            ranges,
            reading: Reading { locale, ..reading },
            in_batch: true,
            at: Position::Opening,
        }
    }

    /// Collects the whole response.
    pub fn into_bytes(self) -> Vec<u8> {
        self.flat_map(|piece| piece.to_vec()).collect()
    }

    fn opening(&self, out: &mut Vec<u8>) -> Position {
        let _ = write!(out, "{{\"spreadsheetId\":\"{}\"", self.workbook.id);
        if self.ranges.is_empty() {
            return Position::Closing;
        }
        out.extend_from_slice(b",\"valueRanges\":[");
        Position::Range(0)
    }

    fn range(&self, index: usize, out: &mut Vec<u8>) -> Position {
        let Some(located) = self.ranges.get(index) else {
            if self.in_batch {
                out.push(b']');
            }
            return if self.in_batch {
                Position::Closing
            } else {
                Position::Done
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
            return Position::Range(index + 1);
        }
        out.extend_from_slice(b",\"values\":[");
        if self.reading.by_columns {
            self.columns(located, end, out);
            out.extend_from_slice(b"]}");
            return Position::Range(index + 1);
        }
        Position::Row {
            range: index,
            row: located.area.top,
            end,
        }
    }

    /// One past the last row of the area with an entry.
    fn filled_end(&self, located: &Located) -> u32 {
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
                .any(|cell| cell.entry != Entry::Blank)
        };
        let focus = rows.iter().skip(area.top as usize).take((last - area.top) as usize);
        let blank = focus.rev().take_while(|row| !filled(&row.cells)).count();
        last - u32::try_from(blank).unwrap_or(0)
    }

    fn rows(&self, range: usize, mut row: u32, end: u32, out: &mut Vec<u8>) -> Position {
        let located = self.ranges[range];
        let evaluator = Evaluator::new(&self.workbook);
        let sheet = &self.workbook.sheets[located.sheet];
        let mut rows = sheet.rows().iter().skip(row as usize);
        while row < end && out.len() < PIECE {
            if row > located.area.top {
                out.push(b',');
            }
            let cells = rows.next().map_or(&[][..], |row| &row.cells[..]);
            self.row(&evaluator, &located, (row, cells), out);
            row += 1;
        }
        if row < end {
            return Position::Row { range, row, end };
        }
        out.extend_from_slice(b"]}");
        Position::Range(range + 1)
    }

    fn row(&self, evaluator: &Evaluator<'_>, located: &Located, (row, cells): (u32, &[Cell]), out: &mut Vec<u8>) {
        let first = cells.len().min(located.area.left as usize);
        let end = cells.len().min(located.area.right as usize);
        let blank = cells[first..end]
            .iter()
            .rev()
            .take_while(|cell| cell.entry == Entry::Blank)
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

    fn columns(&self, located: &Located, end: u32, out: &mut Vec<u8>) {
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

impl Iterator for Answer {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let mut out = Vec::new();
        while out.len() < PIECE {
            self.at = match self.at {
                Position::Opening => self.opening(&mut out),
                Position::Range(index) => self.range(index, &mut out),
                Position::Row { range, row, end } => {
                    out.reserve(PIECE + PIECE / 8);
                    self.rows(range, row, end, &mut out)
                }
                Position::Closing => {
                    out.push(b'}');
                    Position::Done
                }
                Position::Done => break,
            };
        }
        (!out.is_empty()).then(|| out.into())
    }
}

/// Workbook to display: with the results of array formulas, except when formulas themselves are requested.
fn shown_in(workbook: &Arc<Workbook>, reading: Reading) -> Arc<Workbook> {
    match with_spills(workbook) {
        Cow::Owned(filled) if reading.render != Render::Formula => Arc::new(filled),
        _ => Arc::clone(workbook),
    }
}

fn string(out: &mut Vec<u8>, text: &str) {
    // Writing to a vector cannot fail.
    let _ = serde_json::to_writer(out, text);
}

fn value(out: &mut Vec<u8>, cell: &Cell, reading: Reading, evaluate: impl FnOnce() -> Scalar) {
    match (&cell.entry, reading.render) {
        (Entry::Blank, _) => out.extend_from_slice(b"\"\""),
        (Entry::Text(text), _) => string(out, text),
        (Entry::Formula(text), Render::Formula) => string(out, text),
        (Entry::Formula(_), _) => scalar(out, &evaluate(), cell, reading),
        (Entry::Number(number), _) => scalar(out, &Scalar::Number(*number), cell, reading),
        (Entry::Bool(flag), _) => scalar(out, &Scalar::Bool(*flag), cell, reading),
    }
}

fn scalar(out: &mut Vec<u8>, value: &Scalar, cell: &Cell, reading: Reading) {
    let as_text = reading.render == Render::Formatted
        || (reading.dates_as_text
            && cell
                .number_format()
                .is_some_and(number_format::NumberFormat::is_temporal));
    match value {
        Scalar::Blank => out.extend_from_slice(b"\"\""),
        Scalar::Text(text) => string(out, text),
        Scalar::Error(name) => string(out, name),
        Scalar::Number(number) if as_text => string(out, &shown_number(*number, cell, reading.locale)),
        Scalar::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            let _ = write!(out, "{number:.0}");
        }
        Scalar::Number(number) => {
            let _ = serde_json::to_writer(out, number);
        }
        Scalar::Bool(flag) if reading.render == Render::Formatted => string(out, if *flag { "TRUE" } else { "FALSE" }),
        Scalar::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
    }
}

fn shown_number(number: f64, cell: &Cell, locale: Locale) -> String {
    match cell.number_format() {
        Some(format) => format.show(number, locale),
        None => locale.localised(number_format::general(number)),
    }
}

/// Formats a value as displayed.
pub fn shown(value: &Scalar, cell: &Cell, locale: Locale) -> String {
    match value {
        Scalar::Blank => String::new(),
        Scalar::Text(text) => text.to_string(),
        Scalar::Error(name) => (*name).to_owned(),
        Scalar::Number(number) => shown_number(*number, cell, locale),
        Scalar::Bool(flag) => if *flag { "TRUE" } else { "FALSE" }.to_owned(),
    }
}
